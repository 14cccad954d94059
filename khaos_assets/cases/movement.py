"""How the list moved: brought forward + what opened − what closed = carried forward, in cases and in pounds.

Made from what stood at which event (`standing`), so every night that was recorded can be asked for again later and
gives the same. Pounds are without sign, over and under apart, and never added across bases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from khaos_assets.cases import tables
from khaos_assets.cases.ledger import Ledger, LedgerError, recorded
from khaos_assets.rules.basis import Basis, basis_of, is_signed
from khaos_assets.rules.catalogue import load_catalogue

ZERO = Decimal("0.00")
Line = tuple[Basis, str]
"""A basis, and over or under where that means anything."""
IN = ("opened", "reopened", "revalued up")
OUT = ("evidence", "correction", "person", "explained", "accepted", "false_positive", "revalued down")
"""The ways in which cases and pounds leave the list; the first three are resolved, the fourth explained by others."""


@dataclass
class Flow:
    """Cases, and their pounds. GBP without sign."""

    cases: int = 0
    gbp: Decimal = ZERO

    def add(self, cases: int, gbp: Decimal) -> None:
        self.cases += cases
        self.gbp += gbp


@dataclass
class MovementLine:
    """One basis, and one side of it where amounts have sides."""

    basis: Basis
    side: str
    """over, under, or empty where it means nothing."""
    brought_forward: Flow = field(default_factory=Flow)
    flows: dict[str, Flow] = field(default_factory=lambda: {name: Flow() for name in (*IN, *OUT)})
    carried_forward: Flow = field(default_factory=Flow)

    def all_flows(self) -> dict[str, Flow]:
        """Brought forward, every way in and out, carried forward, in this order."""
        return {"brought_forward": self.brought_forward, **self.flows, "carried_forward": self.carried_forward}

    @property
    def ties(self) -> bool:
        """Whether brought forward and what moved make what is carried forward, to the case and to the penny."""
        came = [self.brought_forward, *(self.flows[name] for name in IN)]
        left = [*(self.flows[name] for name in OUT), self.carried_forward]
        return sum(f.cases for f in came) == sum(f.cases for f in left) and sum(f.gbp for f in came) == sum(
            f.gbp for f in left
        )


@dataclass(frozen=True)
class Movement:
    """From the end of one recorded night to the end of another. `first` None = from the beginning of the ledger."""

    first: date | None
    last: date
    lines: tuple[MovementLine, ...]

    @property
    def ties(self) -> bool:
        return all(line.ties for line in self.lines)

    def moved(self, flow: str) -> bool:
        """Whether anything at all went this way."""
        return any(x.all_flows()[flow].cases or x.all_flows()[flow].gbp for x in self.lines)

    def total(self, flow: str) -> int:
        """Cases of all lines by one flow, `brought_forward` and `carried_forward` included. Pounds have no such sum."""
        return sum(line.all_flows()[flow].cases for line in self.lines)


def of_night(ledger: Ledger, night: date) -> Movement:
    """The movement of one night, and of the decisions since the recorded night before it. Raises LedgerError."""
    return between(ledger, night, night)


def between(ledger: Ledger, first: date, last: date) -> Movement:
    """The movement of the nights `first` to `last`, both included. Raises LedgerError where none was recorded."""
    with ledger.engine.connect() as connection:
        nights = recorded(connection)
        before = [r for r in nights if r.night < first]
        inside = [r for r in nights if first <= r.night <= last]
        if not inside:
            raise LedgerError(f"the ledger has no night from {first} to {last}")
        start = before[-1].last_seq if before else 0
        end = inside[-1].last_seq
        table = tables.standing
        still = sa.or_(table.c.to_seq.is_(None), table.c.to_seq > end)
        began = sa.and_(table.c.from_seq > start, table.c.from_seq <= end)
        ended = sa.and_(table.c.to_seq > start, table.c.to_seq <= end)
        moved = sa.select(table).where(sa.or_(began, ended)).order_by(table.c.case_key, table.c.from_seq)
        rows = connection.execute(moved.execution_options(yield_per=5_000)).mappings()
        found = _moved(_spans(rows), start, end)
        # What stood before and still does is the most by far, and has nothing to tell but how much it is
        for line, count, gbp in _stayed(connection, sa.and_(table.c.from_seq <= start, still)):
            own = found.setdefault(line, MovementLine(*line))
            own.brought_forward.add(count, gbp)
            own.carried_forward.add(count, gbp)
    lines = tuple(found[key] for key in sorted(found, key=lambda k: (list(Basis).index(k[0]), k[1])))
    return Movement(before[-1].night if before else None, inside[-1].night, lines)


@dataclass(frozen=True)
class _Span:
    """A row of `standing`."""

    line: Line
    gbp: Decimal
    case_key: str
    from_seq: int
    to_seq: int | None
    began_as: str
    ended_as: str | None


def _spans(rows: Iterable[RowMapping]) -> Iterator[_Span]:
    for row in rows:
        line = basis_and_side(row["code"], row["systems"], row["side"])
        gbp = abs(row["amount_gbp"]) if row["amount_gbp"] is not None else ZERO
        yield _Span(
            line, gbp, row["case_key"], row["from_seq"], row["to_seq"], row["began_as"], row["ended_as"]
        )  # fmt: skip


def _stayed(connection: Connection, where: sa.ColumnElement[bool]) -> Iterator[tuple[Line, int, Decimal]]:
    """How many cases and pounds of each line there are."""
    table = tables.standing.c
    by = (table.code, table.systems, table.side)
    counted = sa.select(*by, sa.func.count(), tables.total_of(table.amount_gbp)).where(where).group_by(*by)
    for code, systems, side, count, gbp in connection.execute(counted):
        yield basis_and_side(code, systems, side), count, gbp or ZERO


def _moved(spans: Iterable[_Span], start: int, end: int) -> dict[Line, MovementLine]:
    """`spans` in the order of their cases and events."""
    found: dict[Line, MovementLine] = {}
    before: _Span | None = None
    for span in spans:
        line = found.setdefault(span.line, MovementLine(*span.line))
        if span.from_seq <= start:
            line.brought_forward.add(1, span.gbp)
        elif span.began_as != "changed":
            line.flows[span.began_as].add(1, span.gbp)
        elif before is None:
            raise LedgerError(f"case {span.case_key}: what stood before event {span.from_seq} is lost")
        elif before.line != span.line:  # it went over to the other side
            found[before.line].flows["revalued down"].add(1, before.gbp)
            line.flows["revalued up"].add(1, span.gbp)
        elif span.gbp > before.gbp:
            line.flows["revalued up"].add(0, span.gbp - before.gbp)
        else:
            line.flows["revalued down"].add(0, before.gbp - span.gbp)
        before = None
        if span.to_seq is None or span.to_seq > end:
            line.carried_forward.add(1, span.gbp)
        elif span.ended_as == "changed":
            before = span
        else:
            line.flows[str(span.ended_as)].add(1, span.gbp)
    return found


@lru_cache(maxsize=4096)
def basis_and_side(code: str, systems: str, side: int) -> tuple[Basis, str]:
    """What the pounds of a code mean, and on which side of the expected figure they lie."""
    known = load_catalogue().get(code)
    amount = known.amount if known else "none"
    sides = {1: "over", -1: "under"} if is_signed(amount) else {}
    return basis_of(amount, systems), sides.get(side, "")
