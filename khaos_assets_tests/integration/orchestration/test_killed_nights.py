"""A night is killed wherever it stands, again and again, and then run: it concludes as if nothing had happened.

Each night is `khaos-assets run nightly` in a process of its own, forked from one that has the product loaded, and the
signal a real SIGKILL. Where it strikes is told by what the night leaves in the data folder, never by the clock.
NIGHT_KILLS=all strikes at every moment, else once in the reads, in the checks and while cases are recorded: a night
takes some seconds of processor time.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from khaos_assets.cases.ledger import open_ledger
from khaos_assets.config import Store
from khaos_assets.orchestration.instance import open_instance
from khaos_assets_tests.integration.orchestration import small_world
from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox

NIGHT = "2026-11-20"
DONE_WHEN = 120
"""Seconds after which a night that has not come to its point never will."""


@dataclass(frozen=True)
class Moment:
    """When the files of a pattern have come into being, or have been replaced, so many times."""

    words: str
    files: str
    times: int = 1


MOMENTS = (
    Moment("half of the reads have landed their pages", "raw/*/*/*/manifest.json", 6),
    Moment("half of the snapshots have their certificates", "snapshots/*/*/*/certificate.json", 6),
    Moment("the warehouse is being built", "warehouse.duckdb.wal"),
    Moment("the rules hand on what later nights need", "history/*/*/*.parquet", 2),
    Moment("half of the contract suites have been run", "data_docs/.*/validations/*.html", 6),
    Moment("the checks have been written", "checks/*.json"),
    # The warehouse is opened to be built, then by the rules; the moment before has left no log of the database.
    Moment("the rules are at work", "warehouse.duckdb.wal", 2),
    Moment("cases are being recorded", "ledger.sqlite-wal"),
    Moment("the copy for readers is being written", "published/.*.duckdb.*"),
    Moment("the workbook is being written", "reports/*/.exceptions.xlsx.*"),
    Moment("the last page has been written", "reports/*/runbook/*.html"),
)


def run_nightly(arguments: Sequence[str], log: str) -> None:
    """The command, in a process that has it loaded, and finds another that has Great Expectations loaded."""
    from khaos_assets.cli.app import app

    # What the library says of children, but does not do: they fork theirs from the server that they come from.
    forkserver._forkserver.ensure_running = lambda: None
    forkserver.ensure_running = lambda: None

    with Path(log).open("a", encoding="utf-8") as sys.stdout:
        sys.stderr = sys.stdout
        app(["run", "nightly", *arguments])


@dataclass(frozen=True)
class Nights:
    """One world that is served; nights of it in any data folder."""

    loaded: Any
    sandbox: Sandbox
    config: Path
    log: Path

    def begin(self, data: Path) -> BaseProcess:
        shared = (
            "--config",
            self.config,
            "--data-dir",
            data,
            "--ready-file",
            self.sandbox.ready_file,
            "--night",
            NIGHT,
        )
        process = self.loaded.Process(target=run_nightly, args=([str(a) for a in shared], str(self.log)))
        process.start()
        return process

    def run(self, data: Path) -> None:
        """To its end. A night whose differences are open ends with the status of success."""
        process = self.begin(data)
        process.join(DONE_WHEN)
        assert process.exitcode == 0, self.log.read_text(encoding="utf-8")

    def kill(self, data: Path, moment: Moment) -> None:
        """At a moment. A night that ends before it comes is an error of this test."""
        watch = Watch(data, moment.files)
        process = self.begin(data)
        until = time.monotonic() + DONE_WHEN
        while watch.seen() < moment.times:
            assert process.is_alive(), f"{moment.words}: never\n{self.log.read_text(encoding='utf-8')}"
            assert time.monotonic() < until, moment.words
            time.sleep(0.005)
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL, f"{moment.words}: it had ended already"


class Watch:
    """Counts files that appear or are replaced."""

    def __init__(self, folder: Path, pattern: str) -> None:
        self._folder, self._pattern = folder, pattern
        self._files, self._count = self._look(), 0

    def seen(self) -> int:
        now = self._look()
        self._count += len(now.items() - self._files.items())
        self._files = now
        return self._count

    def _look(self) -> dict[Path, int]:
        found: dict[Path, int] = {}
        for path in self._folder.glob(self._pattern):
            try:
                found[path] = path.stat().st_ino
            except FileNotFoundError:
                continue
        return found


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    folder = tmp_path_factory.mktemp("killed")
    world = small_world.make(folder / "world")
    loaded = multiprocessing.get_context("forkserver")
    loaded.set_forkserver_preload(
        [__name__, "khaos_assets.cli.app", "khaos_assets.orchestration.nightly", "khaos_assets.expectations.library"]
    )
    with running_sandbox(world) as sandbox:
        yield Nights(loaded, sandbox, world / "merchant.toml", folder / "nights.log")


def what_stands(data: Path) -> dict[str, bytes]:
    """What people and later nights read of a night: reports, checks, what is handed on, the name of the copy."""
    kept = ("reports/**/*", "checks/*", "history/**/*.parquet", "snapshots/**/*.parquet", "published/*.json")
    return {str(p.relative_to(data)): p.read_bytes() for pattern in kept for p in data.glob(pattern) if p.is_file()}


def history(data: Path) -> list[tuple[Any, ...]]:
    if not Store(data).ledger.exists():
        return []
    with open_ledger(Store(data)) as ledger:
        ledger.verify()
        return [(e.kind, e.case_key, e.body) for e in ledger.events()]


def names(data: Path) -> set[str]:
    """Every file but raw pages (each attempt keeps its own) and Dagster's, by name."""
    found = (p.relative_to(data) for p in data.rglob("*") if p.is_file())
    return {str(p) for p in found if p.parts[0] not in {"raw", "dagster"}}


def unfinished(data: Path) -> list[str]:
    """Runs that the UI would take for running."""
    with open_instance(data) as instance:
        return [run.run_id for run in instance.get_runs() if not run.is_finished]


@pytest.mark.timeout(900)
def test_a_night_killed_in_any_stage_and_run_again_is_as_if_never_killed(nights: Nights, tmp_path: Path) -> None:
    undisturbed, data = tmp_path / "undisturbed", tmp_path / "data"
    nights.run(undisturbed)
    for moment in MOMENTS if os.environ.get("NIGHT_KILLS") == "all" else MOMENTS[1:8:3]:
        nights.kill(data, moment)
        assert history(data) in ([], history(undisturbed)), moment.words
    nights.run(data)
    assert history(data) == history(undisturbed)
    assert what_stands(data) == what_stands(undisturbed)
    assert names(data) == names(undisturbed)
    assert unfinished(data) == []
