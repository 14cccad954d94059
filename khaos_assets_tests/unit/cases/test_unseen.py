"""What stands and is not shown by a night: which of it the night reads, and what it does to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from khaos_assets.cases.deed import Deed
from khaos_assets.cases.ledger import open_ledger
from khaos_assets.cases.recording import record, record_moment
from khaos_assets.config import Store
from khaos_assets_tests.unit.cases.nights_of_cases import SETTINGS, finding, findings, put, story


@pytest.fixture
def in_hand(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """The keys of the cases that each deed read."""
    read: list[set[str]] = []
    load = Deed.load

    def watched(deed: Deed, *arguments: object) -> object:
        found = load(deed, *arguments)  # pyright: ignore[reportArgumentType]
        read.append(set(found))
        return found

    monkeypatch.setattr(Deed, "load", watched)
    return read


def test_a_night_does_not_read_what_it_can_neither_close_nor_call_late(tmp_path: Path, in_hand: list[set[str]]) -> None:
    elsewhere = [finding(f"e{n}", code="STK-02", systems="khaos>till") for n in range(5)]
    with open_ledger(Store(tmp_path)) as ledger:
        put(ledger, 1, finding("a"), finding("b"), *elsewhere)
        put(ledger, 2, finding("a"))
        assert in_hand[1] == {"a", "b"}
        assert story(ledger, "b") == ["opened", "resolved"]
        assert [story(ledger, e.case_key) for e in elsewhere] == [["opened"]] * 5


def test_what_stands_unseen_is_late_when_its_time_is_over(tmp_path: Path, in_hand: list[set[str]]) -> None:
    with open_ledger(Store(tmp_path)) as ledger:
        put(ledger, 1, finding("e", code="STK-02", systems="khaos>till"))
        put(ledger, 60)
        put(ledger, 61)
        assert story(ledger, "e") == ["opened", "breached"]
        assert in_hand == [set(), {"e"}, set()]
        assert ledger.verify() == 5


def test_a_night_that_may_close_nothing_closes_nothing(tmp_path: Path) -> None:
    with open_ledger(Store(tmp_path)) as ledger:
        put(ledger, 1, finding("a"))
        record(ledger, SETTINGS, findings(2, blind=["STK-01", "FIN-01", "ORD-05"]))
        assert story(ledger, "a") == ["opened"]


def test_a_moment_of_the_day_reads_only_what_it_found(tmp_path: Path, in_hand: list[set[str]]) -> None:
    with open_ledger(Store(tmp_path)) as ledger:
        put(ledger, 1, finding("a"), finding("b"))
        record_moment(ledger, SETTINGS, findings(1, finding("b", "12.00")))
        assert in_hand[1] == {"b"}
        assert story(ledger, "b") == ["opened", "changed"]
