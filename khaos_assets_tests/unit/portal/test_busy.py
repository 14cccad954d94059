"""What people see while something else writes: a page that says so, soon, and nothing half done."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from khaos_assets.cases.ledger import Ledger, LedgerBusy, open_ledger
from khaos_assets.cases.states import State
from khaos_assets.config import Store
from khaos_assets.portal import app
from khaos_assets.portal.access import access
from khaos_assets_tests.unit.portal.conftest import NOON, SignIn
from khaos_assets_tests.unit.portal.test_pages import A, decide


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits longer than this test has to."""
    monkeypatch.setattr(app, "PATIENCE", 0.05)
    monkeypatch.setattr(access, "PATIENCE", 0.05)


@contextmanager
def writing(database: Path) -> Iterator[None]:
    """As a nightly run that records what it found."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.rollback()
        connection.close()


def test_a_decision_during_a_nightly_recording_is_told_to_wait_and_what_was_typed_stays(
    sign_in: SignIn, ledger: Ledger, store: Store
) -> None:
    ann = sign_in("ann")
    with writing(store.ledger):
        answer = decide(ann, A, decision="resolve", reason="timing", note="paid on Monday")
    assert answer.status_code == 409
    assert "nothing was changed; try again later" in answer.text and "paid on Monday" in answer.text
    assert ledger.case(A).state is State.OPEN


def test_pages_are_read_as_ever_while_both_databases_are_written_to(sign_in: SignIn, store: Store) -> None:
    eve = sign_in("eve")
    with writing(store.ledger), writing(store.portal):
        for page in ("/exceptions", "/queue", f"/cases/{A}"):
            assert eve.get(page).status_code == 200, page


def test_what_cannot_be_noted_is_not_done_and_says_when_to_come_again(sign_in: SignIn, store: Store) -> None:
    eve = sign_in("eve")
    with writing(store.portal):
        answer = eve.post("/sign-in", data={"name": "eve", "password": "not hers"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "Something else is being written just now" in answer.text


def test_a_ledger_tells_whoever_waits_too_long(store: Store) -> None:
    with (
        open_ledger(store, patience=0.05) as mine,
        writing(store.ledger),
        pytest.raises(LedgerBusy, match="nothing was changed"),
        mine.deed(NOON),
    ):
        raise AssertionError("it is not our turn")
