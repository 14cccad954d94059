"""How much stood open at the end of each recorded night, by family, and how old it was.

From what stood at which event. The database counts: no case is looked at by itself, however many stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from khaos_assets.cases import tables
from khaos_assets.cases.ledger import Ledger, recorded
from khaos_assets.cases.movement import ZERO, basis_and_side
from khaos_assets.cases.worklist import BUCKETS, OLDEST, bucket_of
from khaos_assets.rules.basis import Basis

NIGHTS = 30
"""How far back a trend goes: the cost of a night must not grow with the age of the ledger."""


@dataclass(frozen=True)
class Point:
    """What stood open of one family and basis when a night was recorded. GBP without sign."""

    night: date
    family: str
    basis: Basis
    cases: int
    gbp: Decimal


def trend(ledger: Ledger, night: date, nights: int = NIGHTS) -> list[Point]:
    """The last `nights` recorded nights up to this one, by night, basis and family; noughts where nothing stood."""
    table = tables.standing
    with ledger.engine.connect() as connection:
        ends = {r.night: r.last_seq for r in recorded(connection) if r.night <= night}
        shown = sorted(ends)[-nights:]
        if not shown:
            return []
        seqs = [ends[n] for n in shown]
        # By the first night at whose end it stood, and the first at whose end it no longer did
        began = sa.case(*((table.c.from_seq <= seq, n) for n, seq in enumerate(seqs)))
        left = sa.case(
            (table.c.to_seq.is_(None), len(seqs)), *((table.c.to_seq <= seq, n) for n, seq in enumerate(seqs)),
            else_=len(seqs),
        )  # fmt: skip
        by = (table.c.code, table.c.systems, began.label("began"), left.label("gone"))
        stood = (
            sa.select(*by, sa.func.count(), tables.total_of(table.c.amount_gbp))
            .where(table.c.from_seq <= seqs[-1], sa.or_(table.c.to_seq.is_(None), table.c.to_seq > seqs[0]))
            .group_by(table.c.code, table.c.systems, sa.text("began"), sa.text("gone"))
        )
        # What changes from one night to the next, then added up
        steps: dict[tuple[Basis, str], list[tuple[int, Decimal]]] = {}
        for code, systems, first, last, count, gbp in connection.execute(stood):
            kind = (basis_and_side(code, systems, 0)[0], code.split("-")[0])
            line = steps.setdefault(kind, [(0, ZERO)] * (len(seqs) + 1))
            for place, sign in ((first, 1), (last, -1)):
                cases, total = line[place]
                line[place] = (cases + sign * count, total + sign * (gbp or ZERO))
    return _added(shown, steps)


def ages(ledger: Ledger, night: date) -> dict[str, dict[str, int]]:
    """Cases that stood when a night was recorded, by how long they had (all BUCKETS, then OLDEST) and severity.

    Nothing in any where the night was not recorded.
    """
    table = tables.standing.c
    found: dict[str, dict[str, int]] = {name: {} for name in (*(n for n, _ in BUCKETS), OLDEST)}
    with ledger.engine.connect() as connection:
        ends = [r.last_seq for r in recorded(connection) if r.night == night]
        if not ends:
            return found
        counted = (
            sa.select(table.since, table.severity, sa.func.count())
            .where(table.from_seq <= ends[-1], sa.or_(table.to_seq.is_(None), table.to_seq > ends[-1]))
            .group_by(table.since, table.severity)
        )
        for since, severity, count in connection.execute(counted):
            counts = found[bucket_of((night - since).days)]
            counts[severity] = counts.get(severity, 0) + count
    return found


def _added(nights: list[date], steps: dict[tuple[Basis, str], list[tuple[int, Decimal]]]) -> list[Point]:
    found: list[Point] = []
    for basis, family in sorted(steps, key=lambda k: (list(Basis).index(k[0]), k[1])):
        cases, gbp = 0, ZERO
        for night, (more, pounds) in zip(nights, steps[basis, family], strict=False):
            cases, gbp = cases + more, gbp + pounds
            found.append(Point(night, family, basis, cases, gbp))
    return sorted(found, key=lambda p: p.night)
