"""What the ledger says of a night, for its reports: the work list, how it moved, its incidents, its largest items."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from khaos_assets.cases.incidents import Incident, incidents, read_causes
from khaos_assets.cases.ledger import Ledger, open_ledger
from khaos_assets.cases.movement import ZERO, Movement, of_night
from khaos_assets.cases.trend import Point, ages, trend
from khaos_assets.cases.worklist import Item, WorkList, work_list
from khaos_assets.config import Night, Store
from khaos_assets.rules.basis import Basis

TOP = 20
"""Largest items shown of each basis."""
NOTHING = "–"


HOW = {
    "evidence": "shown no more", "correction": "corrected", "person": "closed by a person",
    "explained": "explained by another", "accepted": "accepted", "false_positive": "no difference",
}  # fmt: skip
"""By what a case left the list, in words."""


@dataclass(frozen=True)
class TopItem:
    """One of the largest cases of its basis, with the figures of both sides as the night saw them."""

    item: Item
    expected: str | None
    actual: str | None
    reason: str | None
    seen: bool
    """Whether the night looked at it: else it stands from an earlier night, and the figures are not known tonight."""

    @property
    def expected_in(self) -> str:
        """The system that has the expected figure; empty where a rule says what is expected."""
        first, _, second = self.item.systems.partition(">")
        return first if second else ""

    @property
    def actual_in(self) -> str:
        return self.item.systems.rpartition(">")[2]

    @property
    def expected_tonight(self) -> str:
        """The expected figure in words; a dash where that side has nothing."""
        return (self.expected or NOTHING) if self.seen else ""

    @property
    def actual_tonight(self) -> str:
        """The actual figure in words; a dash where that side has nothing."""
        return (self.actual or NOTHING) if self.seen else "not looked at tonight"


@dataclass(frozen=True)
class Course:
    """How much stood on the last nights, and on this one by age."""

    trend: tuple[Point, ...]
    ages: dict[str, dict[str, int]]
    """Cases by how long they have stood and severity."""


@dataclass(frozen=True)
class CaseList:
    """The list of one night, how it came to be that, and what is to be said of it."""

    work: WorkList
    movement: Movement
    course: Course
    incidents: tuple[Incident, ...]
    largest: dict[Basis, list[TopItem]]


def read_case_list(store: Store, con: duckdb.DuckDBPyConnection, night: Night) -> CaseList | None:
    """The list of a night, `con` being its warehouse; None where the ledger has not recorded it. Raises LedgerError
    where it cannot be opened."""
    with open_ledger(store) as ledger:
        if all(r.night != night.date for r in ledger.nights()):
            return None
        work = work_list(ledger, night.date)
        movement, course = of_night(ledger, night.date), _course(ledger, night)
    found = incidents(work.items, read_causes(con, night.date))
    return CaseList(work, movement, course, tuple(found), largest_items(con, night, work.items))


def read_course(store: Store, night: Night) -> Course | None:
    """The course up to a night, without its cases; None where the ledger has not recorded it. Raises LedgerError."""
    with open_ledger(store) as ledger:
        return _course(ledger, night) if any(r.night == night.date for r in ledger.nights()) else None


def _course(ledger: Ledger, night: Night) -> Course:
    return Course(tuple(trend(ledger, night.date)), ages(ledger, night.date))


def largest_items(
    con: duckdb.DuckDBPyConnection, night: Night, items: Iterable[Item], limit: int = TOP
) -> dict[Basis, list[TopItem]]:
    """By basis, the `limit` largest cases that stand, in pounds; bases without pounds are left out."""
    by_basis: dict[Basis, list[Item]] = {}
    for item in items:
        if item.amount_gbp and item.basis is not Basis.NONE:
            by_basis.setdefault(item.basis, []).append(item)
    largest = {basis: sorted(by_basis[basis], key=_largest_first)[:limit] for basis in Basis if basis in by_basis}
    keys = [i.case_key for items in largest.values() for i in items]
    rows = con.execute(
        """
        SELECT case_key, expected_value, actual_value, reason FROM exception
        WHERE night = $night AND list_contains($keys::VARCHAR[], case_key)
        """,
        {"night": night.date, "keys": keys},
    ).fetchall()
    seen = {key: (expected, actual, reason) for key, expected, actual, reason in rows}
    nothing = (None, None, None)
    return {
        basis: [TopItem(i, *seen.get(i.case_key, nothing), seen=i.case_key in seen) for i in items]
        for basis, items in largest.items()
    }


def _largest_first(i: Item) -> tuple[Decimal, str, str, str]:
    return (-abs(i.amount_gbp or ZERO), i.code, i.record_key, i.case_key)
