"""The process that writes may die between any two of its writes: what it was doing is there whole, or not at all.

The child is a real process and the signal a real SIGKILL; what comes after it opens the same file.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from khaos_assets.cases.decisions import accept, acknowledge, assign, reopen, resolve
from khaos_assets.cases.events import Event
from khaos_assets.cases.ledger import Ledger, open_ledger
from khaos_assets.config import Store
from khaos_assets_tests.unit.cases.nights_of_cases import SETTINGS, finding, night, noon, put

SAID = {"note": "seen", "by": "ann"}
DEEDS: list[Callable[[Ledger], object]] = [
    lambda x: put(x, 1, finding("a"), finding("b"), finding("c", state="expected")),
    lambda x: acknowledge(x, "a", by="ann", at=noon(1)),
    lambda x: assign(x, "b", "finance", by="ann", at=noon(1)),
    lambda x: put(x, 2, finding("a", "11.00"), finding("b"), finding("c")),
    lambda x: accept(x, SETTINGS, "b", reason="timing", until=night(4).date, at=noon(2), **SAID),
    lambda x: resolve(x, SETTINGS, "a", reason="corrected", at=noon(2), **SAID),
    lambda x: put(x, 3, finding("a", "11.00"), finding("b"), finding("d", "3000.00", severity="critical")),
    lambda x: resolve(x, SETTINGS, "d", reason="false positive", at=noon(3), **SAID),
    lambda x: reopen(x, SETTINGS, "d", note="no", by="bob", at=noon(3)),
    lambda x: put(x, 5, finding("a", "11.00"), finding("b")),
    lambda x: put(x, 5, finding("b"), finding("e")),
    lambda x: put(x, 8, finding("b"), blind=["STK-01"]),
]


def in_child(work: Callable[[], object]) -> bool:
    """Work in a child process; whether it was killed."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def dies(work: Callable[[], object], on: object, moments: Sequence[str], step: int) -> bool:
    """Work in a child that kills itself at the `step`-th of these moments of an engine; whether it came to that."""
    left = step

    def one_more(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched() -> None:
        for moment in moments:
            event.listen(on, moment, one_more)
        work()

    return in_child(watched)


def history(store: Store) -> list[Event]:
    with open_ledger(store) as ledger:
        ledger.verify()
        return ledger.events()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    store = Store(tmp_path_factory.mktemp("undisturbed"))
    with open_ledger(store) as ledger:
        for deed in DEEDS:
            deed(ledger)
    return history(store)


def test_killed_between_any_two_writes_each_event_is_there_once(tmp_path: Path, undisturbed: list[Event]) -> None:
    store = Store(tmp_path)
    # What stands after a statement is what stands before the next, or before the commit
    moments = ("before_cursor_execute", "commit")
    kills = 0
    for deed in DEEDS:
        before = history(store)
        for step in count(1):
            with open_ledger(store) as ledger:
                killed = dies(partial(deed, ledger), ledger.engine, moments, step)
            kills += killed
            found = history(store)
            # Nothing half done: the ledger stands before the deed or behind it, and what was there stays.
            assert found == before or found == undisturbed[: len(found)]
            assert len(found) >= len(before)
            if not killed or found != before:
                break
        with open_ledger(store) as ledger:
            deed(ledger)
    assert history(store) == undisturbed
    assert kills > 100


def test_killed_while_its_tables_are_made_a_ledger_is_made_again(tmp_path: Path) -> None:
    for step in count(1):
        store = Store(tmp_path / str(step))

        def make(store: Store = store) -> None:
            with open_ledger(store):
                pass

        killed = dies(make, Engine, ["before_cursor_execute"], step)
        with open_ledger(store) as ledger:
            put(ledger, 1, finding("a"))
            assert ledger.verify() == 2
        if not killed:
            break
    assert step > 20


def test_killed_anywhere_inside_sqlite_a_night_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """LEDGER_KILLS says how many times; some are here, many when asked for."""
    kills = int(os.environ.get("LEDGER_KILLS", "40"))
    chance = random.Random(1)
    store = Store(tmp_path)
    rows = [finding(f"{n:03}", f"{n}.00") for n in range(200)]
    with open_ledger(store) as ledger:
        put(ledger, 1, *rows[:100])
    whole = [101, 101 + 100 + 100 + 1]
    killed = 0
    for _ in range(kills):
        copy = Store(tmp_path / "copy")
        shutil.rmtree(copy.root, ignore_errors=True)
        copy.root.mkdir()
        shutil.copy(store.ledger, copy.ledger)
        steps = chance.randrange(1, 8_000)  # of the machine inside SQLite

        def die_inside(connection: Any, _record: object, steps: int = steps) -> None:
            connection.set_progress_handler(lambda: os.kill(os.getpid(), signal.SIGKILL), steps)

        def work(copy: Store = copy, die_inside: Callable[..., None] = die_inside) -> None:
            event.listen(Engine, "connect", die_inside)
            with open_ledger(copy) as ledger:
                put(ledger, 2, *rows[100:])

        killed += in_child(work)
        with open_ledger(copy) as ledger:
            assert ledger.verify() in whole
            put(ledger, 2, *rows[100:])
            assert ledger.verify() == whole[1]
    assert killed > kills / 3
