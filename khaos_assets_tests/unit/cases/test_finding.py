"""Finding cases: filters hold, pages neither skip nor repeat, totals are to the penny, in both databases."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.event import listen

from khaos_assets.cases.decisions import accept, acknowledge
from khaos_assets.cases.finding import (
    Found,
    Order,
    Place,
    Wanted,
    by_keys,
    find,
    of_records,
    owners_known,
    totals,
    waiting_for_second,
)
from khaos_assets.cases.ledger import Ledger, open_ledger
from khaos_assets.cases.states import Case, State
from khaos_assets.config import Store
from khaos_assets.rules.basis import Basis
from khaos_assets_tests.unit.cases.nights_of_cases import SETTINGS, finding, night, noon, put

SEVERITIES = ("critical", "high", "medium", "low")


def keys(found: Found) -> list[str]:
    return [c.case_key for c in found.cases]


@pytest.fixture
def many(ledger: Ledger) -> Ledger:
    """Forty cases with amounts and severities that repeat, some of them without an amount."""
    put(ledger, 1, *(
        finding(
            f"k{i:02d}", None if i % 7 == 0 else f"{i % 5}.50", severity=SEVERITIES[i % 4], record_key=f"MUG-{i % 6}",
            owner=("operations", "finance")[i % 2],
            **({"code": "FIN-01", "systems": "scayle>khaos", "units": None} if i % 3 == 0 else {}),
        ) for i in range(40)
    ))  # fmt: skip
    return ledger


@pytest.mark.parametrize("order", Order)
def test_pages_one_after_the_other_show_every_case_once_and_the_same_backwards(many: Ledger, order: Order) -> None:
    page = find(many, Wanted(), order, limit=7)
    shown = [keys(page)]
    while page.after is not None:
        page = find(many, Wanted(), order, page.after, limit=7)
        shown.append(keys(page))
    assert sorted(key for page_keys in shown for key in page_keys) == [f"k{i:02d}" for i in range(40)]
    back = [keys(page)]
    while page.before is not None:
        page = find(many, Wanted(), order, page.before, limit=7)
        back.insert(0, keys(page))
    assert back == shown


def test_the_worst_come_first_and_among_them_the_largest(many: Ledger) -> None:
    cases = find(many, Wanted(), Order.WORST, limit=100).cases

    def worth(case: Case) -> tuple[int, Decimal, str]:
        amount = Decimal(-1) if case.amount_gbp is None else abs(case.amount_gbp)
        return SEVERITIES.index(case.severity), -amount, case.case_key

    assert list(cases) == sorted(cases, key=worth)


def test_a_case_that_is_closed_meanwhile_neither_hides_nor_repeats_another(many: Ledger) -> None:
    first = find(many, Wanted(), Order.RECORD, limit=10)
    put(many, 2, *(finding(c.case_key, None) for c in find(many, Wanted(), limit=100).cases if c != first.cases[-1]))
    assert first.after is not None
    rest = find(many, Wanted(), Order.RECORD, first.after, limit=100)
    assert not set(keys(first)) & set(keys(rest))
    assert len(keys(first)) + len(keys(rest)) == 40


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        (Wanted(owner="finance"), lambda c: c.owner == "finance"),
        (Wanted(severity="high"), lambda c: c.severity == "high"),
        (Wanted(code="FIN-01"), lambda c: c.code == "FIN-01"),
        (Wanted(families=frozenset({"STK"})), lambda c: c.code == "STK-01"),
        (Wanted(families=frozenset({"FIN", "PIM"})), lambda c: c.code == "FIN-01"),
        (Wanted(systems="scayle>khaos"), lambda c: c.systems == "scayle>khaos"),
        (Wanted(at_least_gbp=Decimal("3.50")), lambda c: c.amount_gbp is not None and c.amount_gbp >= Decimal("3.5")),
        (Wanted(text="mug-3"), lambda c: c.record_key == "MUG-3"),
        (Wanted(text="K07"), lambda c: c.case_key == "k07"),
        (Wanted(text="%"), lambda _: False),
        (Wanted(text="_"), lambda _: False),
    ],
)
def test_each_condition_keeps_those_for_which_it_holds_and_no_other(many: Ledger, wanted: Wanted, holds) -> None:  # type: ignore[no-untyped-def]
    everything = find(many, Wanted(), limit=100).cases
    expected = sorted(c.case_key for c in everything if holds(c))
    assert sorted(keys(find(many, wanted, limit=100))) == expected
    assert totals(many, wanted).all.cases == len(expected)


def test_late_is_what_a_night_found_late(ledger: Ledger) -> None:
    for n in range(1, 13):
        put(ledger, n, finding("a", severity="low"), *([finding("b")] if n == 12 else []))
    assert keys(find(ledger, Wanted(late=True))) == ["a"]
    assert (totals(ledger, Wanted()).all.cases, totals(ledger, Wanted()).all.late) == (2, 1)


def test_only_states_that_are_asked_for_are_found(ledger: Ledger) -> None:
    put(ledger, 1, finding("a"), finding("b"), finding("c", state="expected"))
    acknowledge(ledger, "b", by="ann", at=noon(1))
    put(ledger, 2, finding("b"), finding("c", state="expected"))
    assert keys(find(ledger, Wanted())) == ["b"]
    assert keys(find(ledger, Wanted(states=frozenset({State.RESOLVED})))) == ["a"]
    assert keys(find(ledger, Wanted(states=frozenset(State)))) == ["a", "b", "c"]


def test_totals_are_exact_by_basis_and_side_and_say_what_is_not_known(many: Ledger) -> None:
    cases, found = find(many, Wanted(), limit=100).cases, totals(many, Wanted())
    drift = [c for c in cases if c.code == "STK-01"]
    under = found.all.worth[Basis.COST, "under"]
    assert under.gbp == sum((c.amount_gbp for c in drift if c.amount_gbp), Decimal(0))
    assert under.unknown == sum(c.amount_gbp is None for c in drift) > 0
    assert {o: p.cases for o, p in found.owners.items()} == Counter(c.owner for c in cases)
    assert {c: p.cases for c, p in found.codes.items()} == Counter(c.code for c in cases)
    assert found.all.severities == Counter(c.severity for c in cases)
    assert owners_known(many) == ["finance", "operations"]


def test_a_figure_over_and_one_under_lie_on_different_sides_and_a_nought_on_none(ledger: Ledger) -> None:
    put(ledger, 1, *(finding(k, "4.00", units=Decimal(u)) for k, u in (("a", "2.5"), ("b", "-0.5"), ("c", "0.00000"))))
    assert {side: w.cases for (_, side), w in totals(ledger, Wanted()).all.worth.items()} == {
        "over": 1, "under": 1, "": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    "values", [["a", 1, "k"], [1, 2], [1, 2, "k", "k"], [True, 2, "k"], [1, 2**70, "k"], [None, 2, "k"]]
)
def test_a_place_that_no_list_gave_out_is_refused(values: list[object]) -> None:
    with pytest.raises(ValueError):
        Place.checked(Order.WORST, values, False)


def test_a_place_in_one_order_is_none_in_another(many: Ledger) -> None:
    page = find(many, Wanted(), Order.WORST, limit=5)
    with pytest.raises(ValueError, match="worst"):
        find(many, Wanted(), Order.RECORD, page.after)


def test_cases_are_found_by_their_record_or_its_counterpart(ledger: Ledger) -> None:
    put(ledger, 1, finding("a", record_key="W1"), finding("b", record_key="X", counterpart_key="W1"), finding("c"))
    assert [c.case_key for c in of_records(ledger, ["W1"])] == ["a", "b"]
    assert set(by_keys(ledger, ["a", "c", "nobody's"])) == {"a", "c"}


def test_an_acceptance_waits_for_a_second_person_until_one_decides(ledger: Ledger) -> None:
    put(ledger, 1, finding("a", "90000.00"), finding("b"))

    def accepted(by: str) -> None:
        accept(
            ledger, SETTINGS, "a", reason="timing", note="n", until=night(9).date, by=by, at=noon(1)
        )  # fmt: skip

    accepted("ann")
    assert [c.case_key for c in waiting_for_second(ledger)] == ["a"]
    assert waiting_for_second(ledger, families=frozenset({"FIN"})) == []
    accepted("bob")
    assert waiting_for_second(ledger) == []


@pytest.mark.parametrize(
    ("wanted", "order", "index"),
    [
        (Wanted(), Order.WORST, "case_worst"),
        (Wanted(), Order.DUE, "case_due"),
        (Wanted(), Order.LARGEST, "case_largest"),
        (Wanted(), Order.OLDEST, "case_since"),
        (Wanted(owner="finance"), Order.NEWEST, "case_since"),
        (Wanted(), Order.RECORD, "case_record"),
        (Wanted(owner="finance", text="mug"), Order.WORST, "case_worst"),
        (Wanted(late=True), Order.DUE, "case_late"),
        (Wanted(states=frozenset({State.OPEN})), Order.DUE, "case_due"),
    ],
)
def test_a_page_is_read_in_its_order_and_never_by_sorting_all(
    tmp_path: Path, wanted: Wanted, order: Order, index: str
) -> None:
    asked: list[tuple[str, Any]] = []
    with open_ledger(Store(tmp_path)) as ledger:
        put(ledger, 1, *(finding(f"k{i}") for i in range(9)))
        at = find(ledger, Wanted(), order, limit=3).after
        listen(ledger.engine, "before_cursor_execute", lambda _, __, said, values, *___: asked.append((said, values)))
        for place in (None, at):
            find(ledger, wanted, order, place, limit=3)
        with ledger.engine.connect() as connection:
            for said, values in [a for a in asked if a[0].startswith("SELECT")]:
                plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values)]
                assert len(plan) == 1 and f"USING INDEX {index}" in plan[0], plan


def test_totals_of_a_text_are_those_of_the_list_and_read_the_cases_as_they_lie(tmp_path: Path) -> None:
    asked: list[tuple[str, Any]] = []
    with open_ledger(Store(tmp_path)) as ledger:
        put(ledger, 1, *(finding(f"k{i}", record_key=f"MUG-{i}") for i in range(12)), finding("e", state="expected"))
        listen(ledger.engine, "before_cursor_execute", lambda _, __, said, values, *___: asked.append((said, values)))
        for text, count in (("mug-1", 3), ("mug", 12), ("nothing", 0)):
            assert totals(ledger, Wanted(text=text)).all.cases == count == len(find(ledger, Wanted(text=text)).cases)
        with ledger.engine.connect() as connection:
            said, values = next(a for a in asked if "count(*)" in a[0])
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values)]
    assert plan[0] == "SCAN case_now"
