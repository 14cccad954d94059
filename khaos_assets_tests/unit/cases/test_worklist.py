"""The list of a night: what stands and for whom, what is new or late, what left it and by what, how old it is."""

from __future__ import annotations

from decimal import Decimal

import pytest

from khaos_assets.cases.decisions import accept, assign, resolve
from khaos_assets.cases.ledger import Ledger, LedgerError
from khaos_assets.cases.worklist import work_list
from khaos_assets.rules.basis import Basis
from khaos_assets_tests.unit.cases.nights_of_cases import SETTINGS, finding, night, noon, put

SAID = {"note": "seen", "by": "ann"}


def test_what_is_new_and_what_is_back_is_marked_on_its_night_only(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"), finding("b"))
    put(ledger, 2, finding("a"))
    put(ledger, 3, finding("a"), finding("b"), finding("c"))
    marks = {i.case_key: (i.new, i.again) for i in work_list(ledger, night(3).date).items}
    assert marks == {"a": (False, False), "b": (True, True), "c": (True, False)}
    assert {i.case_key: i.new for i in work_list(ledger, night(1).date).items} == {"a": True, "b": True}


def test_a_new_case_whose_figures_change_when_the_night_is_run_again_is_still_new(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    put(ledger, 1, finding("a", "11.00"))
    assert [(i.new, i.amount_gbp) for i in work_list(ledger, night(1).date).items] == [(True, Decimal("11.00"))]


def test_what_is_late_stands_before_what_is_severe_and_large(ledger: Ledger) -> None:
    old = finding("a", "1.00", severity="low")
    for n in range(1, 13):
        put(ledger, n, old)
    put(ledger, 13, old, finding("b", "5.00"), finding("c", "9.00"), finding("d", "2.00", severity="high"))
    items = work_list(ledger, night(13).date).items
    assert [(i.case_key, i.late) for i in items] == [("a", True), ("d", False), ("c", False), ("b", False)]


def test_each_owner_has_a_part_of_it(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"), finding("b", owner="finance"), finding("c"))
    assign(ledger, "c", "finance", by="ann", at=noon(1))
    put(ledger, 2, finding("a"), finding("b", owner="finance"), finding("c"))
    then, now = work_list(ledger, night(1).date), work_list(ledger, night(2).date)
    assert [(i.owner, i.case_key) for i in then.items] == [("finance", "b"), ("operations", "a"), ("operations", "c")]
    assert [(i.owner, i.case_key) for i in now.items] == [("finance", "b"), ("finance", "c"), ("operations", "a")]


def test_what_left_the_list_says_how_by_whom_and_why(ledger: Ledger) -> None:
    put(ledger, 1, *(finding(k) for k in "abcd"), finding("x", state="expected"))
    resolve(ledger, SETTINGS, "a", reason="corrected", at=noon(1), **SAID)
    accept(ledger, SETTINGS, "b", reason="timing", until=night(9).date, at=noon(1), **SAID)
    put(ledger, 2, finding("b"), finding("c", state="suppressed", suppressed_by="z"))
    told = {g.case_key: (g.how, g.actor, g.reason, g.note) for g in work_list(ledger, night(2).date).gone}
    assert told == {
        "a": ("person", "ann", "corrected", "seen"),
        "b": ("accepted", "ann", "timing", "seen"),
        "c": ("explained", "nightly", "explained by z", ""),
        "d": ("evidence", "nightly", "a complete night no longer shows it", ""),
    }
    assert work_list(ledger, night(1).date).gone == ()


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(0, "up to 1 day"), (1, "up to 1 day"), (2, "2 to 7 days"), (7, "2 to 7 days"), (8, "8 to 30 days"),
     (30, "8 to 30 days"), (31, "31 to 90 days"), (90, "31 to 90 days"), (91, "over 90 days")],
)  # fmt: skip
def test_age_counts_from_the_night_that_opened_it(ledger: Ledger, days: int, bucket: str) -> None:
    put(ledger, 1, finding("a"))
    put(ledger, 1 + days, finding("a", "12.00"), finding("b", None, units=Decimal(1)))
    ages = {a.side: a for a in work_list(ledger, night(1 + days).date).ageing()}
    assert (ages["under"].cases[bucket], ages["under"].gbp[bucket]) == (1, Decimal("12.00"))
    assert (ages["over"].cases["up to 1 day"], ages["over"].gbp["up to 1 day"]) == (1, Decimal("0.00"))
    assert {a.basis for a in ages.values()} == {Basis.COST}


def test_a_case_that_comes_back_is_young_again(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"))
    put(ledger, 2)
    put(ledger, 40, finding("a"))
    assert work_list(ledger, night(40).date).items[0].days == 0


def test_the_list_of_an_old_night_is_what_it_was(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"), finding("b"))
    put(ledger, 2, finding("a", "11.00"))
    then = work_list(ledger, night(2).date)
    resolve(ledger, SETTINGS, "a", reason="corrected", at=noon(2), **SAID)
    put(ledger, 9)
    assert work_list(ledger, night(2).date) == then


def test_a_night_that_was_not_recorded_has_no_list(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="no night 2026-11-01"):
        work_list(ledger, night(1).date)
