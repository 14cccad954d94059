"""Great Expectations in a process of its own, beside the run that needs it.

Loading it takes four seconds, in which that run asks its systems; the contract suites of the snapshots need no more
than Parquet, and are made while that run builds the warehouse and evaluates the rules.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import forkserver
from types import TracebackType

from khaos_assets.config import Night, Store
from khaos_assets.expectations.result import CheckResult
from khaos_assets.expectations.validate import SnapshotChecks, check_snapshots, conclude, enabled

# Forked from a process that does nothing but load: a fork of one that has threads may stand still for ever. It stays as
# long as this one, so that a second night finds everything loaded.
FORKED = multiprocessing.get_context("forkserver")


def load_ahead() -> None:
    """Have that process begin to load, if it has not; nobody waits for it but the first check."""
    FORKED.set_forkserver_preload(["khaos_assets.expectations.library", "khaos_assets.snapshots.concluding", __name__])
    forkserver.ensure_running()


class Beside:
    """`validate` in two halves, in another process. A context manager: on leaving, the process is gone."""

    def __init__(self) -> None:
        load_ahead()
        self.process = ProcessPoolExecutor(max_workers=1, mp_context=FORKED, initializer=_begin)
        """Free until the first check: for what else keeps the run from asking its systems."""
        self._checked: dict[tuple[Store, Night], Future[SnapshotChecks]] = {}

    def check_snapshots(self, store: Store, night: Night, systems: list[str]) -> None:
        """Begin with the contract suites of these systems' snapshots; nobody waits for them."""
        self._checked[store, night] = self.process.submit(_check_snapshots, store, night, systems)

    def validate(self, store: Store, night: Night, systems: list[str]) -> list[CheckResult]:
        """As `validate`, going on from what was begun. Raises what that raises."""
        begun = self._checked.pop((store, night), None)
        before = begun.result() if begun else None
        return self.process.submit(_conclude, store, night, systems, before).result()

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.shutdown(cancel_futures=True)


def _begin() -> None:
    """Ctrl-C is for the run, which ends this process; one that was killed cannot, so its end is watched for."""
    gc.freeze()  # what is loaded stays, and need not be looked through
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _check_snapshots(store: Store, night: Night, systems: list[str]) -> SnapshotChecks:
    return check_snapshots(store, night, enabled(systems))


def _conclude(store: Store, night: Night, systems: list[str], before: SnapshotChecks | None) -> list[CheckResult]:
    return conclude(store, night, enabled(systems), before)
