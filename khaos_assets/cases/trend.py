"""How much stood open at the end of each recorded night, by family: from what stood at which event, in one reading."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from khaos_assets.cases import tables
from khaos_assets.cases.ledger import Ledger, recorded
from khaos_assets.cases.movement import ZERO, basis_and_side
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
        columns = (table.c.code, table.c.systems, table.c.amount_gbp, table.c.from_seq, table.c.to_seq)
        stood = sa.select(*columns).where(
            table.c.from_seq <= seqs[-1], sa.or_(table.c.to_seq.is_(None), table.c.to_seq > seqs[0])
        )
        # What changes from one night to the next, then added up: each row is looked at once, however long it stood
        steps: dict[tuple[Basis, str], list[tuple[int, Decimal]]] = {}
        kinds: dict[tuple[str, str], tuple[Basis, str]] = {}
        for code, systems, gbp, from_seq, to_seq in connection.execute(stood.execution_options(yield_per=5_000)):
            kind = kinds.get((code, systems))
            if kind is None:
                kind = kinds[code, systems] = (basis_and_side(code, systems, 0)[0], code.split("-")[0])
            line = steps.setdefault(kind, [(0, ZERO)] * (len(seqs) + 1))
            amount = abs(gbp) if gbp is not None else ZERO
            for place, sign in ((bisect_left(seqs, from_seq), 1), (_left(seqs, to_seq), -1)):
                cases, total = line[place]
                line[place] = (cases + sign, total + sign * amount)
    return _added(shown, steps)


def _left(seqs: list[int], to_seq: int | None) -> int:
    """The first night at whose end it no longer stood; past the last where it does."""
    return len(seqs) if to_seq is None else bisect_left(seqs, to_seq)


def _added(nights: list[date], steps: dict[tuple[Basis, str], list[tuple[int, Decimal]]]) -> list[Point]:
    found: list[Point] = []
    for basis, family in sorted(steps, key=lambda k: (list(Basis).index(k[0]), k[1])):
        cases, gbp = 0, ZERO
        for night, (more, pounds) in zip(nights, steps[basis, family], strict=False):
            cases, gbp = cases + more, gbp + pounds
            found.append(Point(night, family, basis, cases, gbp))
    return sorted(found, key=lambda p: p.night)
