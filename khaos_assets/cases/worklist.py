"""The list as it stood when a night was recorded: what stands, what is new or late, what left it and by what.

Read from what stood at which event, so a night of last month gives today what it gave then. Not here: how it moved in
figures (`movement.py`).
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import RowMapping

from khaos_assets.cases import tables
from khaos_assets.cases.events import Kind
from khaos_assets.cases.ledger import Ledger, LedgerError, recorded
from khaos_assets.cases.movement import ZERO, Flow, basis_and_side
from khaos_assets.config.settings import SEVERITIES
from khaos_assets.rules.basis import Basis

BUCKETS = (("up to 1 day", 1), ("2 to 7 days", 7), ("8 to 30 days", 30), ("31 to 90 days", 90))
"""How long a case has stood, in days up to and including; what is older comes last."""
OLDEST = "over 90 days"
BATCH = 5_000
"""Rows in memory while the ledger is read."""


def bucket_of(days: int) -> str:
    """The bucket of what has stood so long."""
    return next((name for name, limit in BUCKETS if days <= limit), OLDEST)


@dataclass(frozen=True, slots=True)
class Item:
    """A case on the list. GBP; instants aware UTC; nights are London dates."""

    case_key: str
    code: str
    systems: str
    record_key: str
    scope: str
    field: str
    owner: str
    severity: str
    amount_gbp: Decimal | None
    basis: Basis
    side: str
    since: date
    due_at: datetime | None
    new: bool
    """Opened or reopened in this night's window."""
    again: bool
    """It had been closed before."""
    late: bool
    """Its service level had ended by the night."""
    days: int
    """From the night that opened it to this one."""

    @property
    def bucket(self) -> str:
        return bucket_of(self.days)


@dataclass(frozen=True, slots=True)
class Gone:
    """A case that left the list in a night's window."""

    case_key: str
    code: str
    systems: str
    record_key: str
    scope: str
    field: str
    owner: str
    severity: str
    amount_gbp: Decimal | None
    basis: Basis
    side: str
    since: date
    at: datetime
    how: str
    """evidence, correction, person, explained, accepted, false_positive."""
    actor: str
    reason: str
    note: str


@dataclass
class Age:
    """Cases and pounds of one basis, side and owner by how long they have stood. GBP without sign."""

    owner: str
    basis: Basis
    side: str
    cases: dict[str, int] = field(default_factory=lambda: dict.fromkeys([*(n for n, _ in BUCKETS), OLDEST], 0))
    gbp: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys([*(n for n, _ in BUCKETS), OLDEST], ZERO))


@dataclass
class OwnersPart:
    """What one owner has to explain. Cases; `oldest` in days, None where nothing stands."""

    owner: str
    stands: int = 0
    new: int = 0
    again: int = 0
    late: int = 0
    gone: int = 0
    oldest: int | None = None
    closed: Counter[str] = field(default_factory=Counter[str])
    """What left the list, by how."""


@dataclass
class Worth:
    """What one owner has to explain on one basis and side. GBP without sign."""

    owner: str
    basis: Basis
    side: str
    stands: Flow = field(default_factory=Flow)
    new: Flow = field(default_factory=Flow)
    """Opened or reopened in this night's window; a part of what stands, as is what is late."""
    late: Flow = field(default_factory=Flow)
    gone: Flow = field(default_factory=Flow)
    unknown: int = 0
    """Cases that stand and whose amount could not be read: they are in no pounds."""


@dataclass(frozen=True)
class WorkList:
    """The list of one night."""

    night: date
    items: tuple[Item, ...]
    """By owner, what is late first, then by severity and pounds."""
    gone: tuple[Gone, ...]

    def owners(self) -> list[str]:
        return sorted({i.owner for i in self.items} | {g.owner for g in self.gone})

    def parts(self) -> list[OwnersPart]:
        """The list in one line per owner."""
        found = {owner: OwnersPart(owner) for owner in self.owners()}
        for i in self.items:
            part = found[i.owner]
            part.stands += 1
            part.new += i.new and not i.again
            part.again += i.new and i.again
            part.late += i.late
            part.oldest = max(part.oldest or 0, i.days)
        for g in self.gone:
            found[g.owner].gone += 1
            found[g.owner].closed[g.how] += 1
        return list(found.values())

    def worth(self) -> list[Worth]:
        """The list in pounds: one line per owner, basis and side. Different bases are never added."""
        found: dict[tuple[str, Basis, str], Worth] = {}
        for x in (*self.items, *self.gone):
            key = (x.owner, x.basis, x.side)
            line = found[key] if key in found else found.setdefault(key, Worth(*key))
            gbp = abs(x.amount_gbp or ZERO)
            if isinstance(x, Gone):
                line.gone.add(1, gbp)
                continue
            line.stands.add(1, gbp)
            line.unknown += x.amount_gbp is None and x.basis is not Basis.NONE
            if x.new:
                line.new.add(1, gbp)
            if x.late:
                line.late.add(1, gbp)
        return [found[key] for key in sorted(found, key=lambda k: (k[0], list(Basis).index(k[1]), k[2]))]

    def ageing(self) -> list[Age]:
        """How long what stands has stood, by owner, basis and side."""
        found: dict[tuple[str, Basis, str], Age] = {}
        for i in self.items:
            key = (i.owner, i.basis, i.side)
            age = found[key] if key in found else found.setdefault(key, Age(*key))
            age.cases[i.bucket] += 1
            age.gbp[i.bucket] += abs(i.amount_gbp or ZERO)
        return [found[key] for key in sorted(found, key=lambda k: (k[0], list(Basis).index(k[1]), k[2]))]


def work_list(ledger: Ledger, night: date, *, later: bool = False) -> WorkList:
    """The list of a night that was recorded; `later`: with all that happened since. Raises LedgerError where it was
    not recorded."""
    table, now, event = tables.standing, tables.case, tables.event
    with ledger.engine.connect() as connection:
        nights = recorded(connection)
        mine = [r for r in nights if r.night == night]
        if not mine:
            raise LedgerError(f"the ledger has no night {night}")
        before = [r for r in nights if r.night < night]
        start, end, as_of = (before[-1].last_seq if before else 0), mine[-1].last_seq, mine[-1].as_of
        if later:
            end = connection.scalar(sa.select(sa.func.max(event.c.seq))) or end
        names = (now.c.record_key, now.c.scope, now.c.field)
        joined = sa.join(table, now, table.c.case_key == now.c.case_key)
        stood = sa.select(table, *names).select_from(joined).where(
            table.c.from_seq <= end, sa.or_(table.c.to_seq.is_(None), table.c.to_seq > end)
        )  # fmt: skip
        reasons = sa.select(event.c.case_key, event.c.body).where(
            event.c.kind == Kind.REOPENED.value, event.c.seq > start, event.c.seq <= end
        )
        again = {row.case_key for row in connection.execute(reasons)}
        items = [
            _item(row, _fresh(row, start, before[-1].night if before else None), again, night, as_of)
            for row in connection.execute(stood.execution_options(yield_per=BATCH)).mappings()
        ]
        left = (
            sa.select(table, *names, event.c.at, event.c.actor, event.c.body)
            .select_from(joined.join(event, event.c.seq == table.c.to_seq))
            .where(table.c.to_seq > start, table.c.to_seq <= end, table.c.ended_as != "changed")
        )
        gone = [_gone(row) for row in connection.execute(left).mappings()]
    return WorkList(night, tuple(sorted(items, key=_place)), tuple(sorted(gone, key=_place)))


def _fresh(row: RowMapping, start: int, before: date | None) -> bool:
    """Whether it was opened or reopened in the window that begins after event `start`."""
    return (row["from_seq"] > start and row["began_as"] != "changed") or before is None or row["since"] > before


def _item(row: RowMapping, new: bool, again: set[str], night: date, as_of: datetime) -> Item:
    basis, side = basis_and_side(row["code"], row["systems"], row["side"])
    late = row["due_at"] is not None and row["due_at"] < as_of
    return Item(
        **_named(row), basis=basis, side=side, due_at=row["due_at"], new=new, again=row["case_key"] in again, late=late,
        days=(night - row["since"]).days,
    )  # fmt: skip


def _gone(row: RowMapping) -> Gone:
    body = json.loads(row["body"])
    basis, side = basis_and_side(row["code"], row["systems"], row["side"])
    return Gone(
        **_named(row), basis=basis, side=side, at=row["at"],
        how=row["ended_as"], actor=row["actor"], reason=body.get("reason") or "", note=body.get("note") or "",
    )  # fmt: skip


def _named(row: RowMapping) -> dict[str, Any]:
    names = {name: row[name] for name in ("case_key", "record_key", "scope", "field", "amount_gbp", "since")}
    # Words that most cases share are kept once
    return names | {name: sys.intern(row[name]) for name in ("code", "systems", "owner", "severity")}


def _place(x: Item | Gone) -> tuple[Any, ...]:
    late = x.late if isinstance(x, Item) else False
    return (
        x.owner,
        not late,
        SEVERITIES.index(x.severity),
        -abs(x.amount_gbp or ZERO),
        x.code,
        x.record_key,
        x.case_key,
    )
