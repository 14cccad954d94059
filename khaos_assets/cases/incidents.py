"""Cases with one cause as one incident: made from a night's list and what its exceptions explain, never stored.

One cause is: an exception that explains others (a sync that stopped part of the way and its records, a feed that stood
still, an item that is missing); one stock code of which several cases speak; one entry of a mapping that is missing.
Every case that stands is in one incident at most, and so is every exception that another one explains.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from khaos_assets.cases.movement import ZERO, basis_and_side
from khaos_assets.cases.worklist import Item
from khaos_assets.config.settings import SEVERITIES
from khaos_assets.rules.basis import Basis
from khaos_assets.rules.catalogue import load_catalogue

ITEM_FAMILIES = frozenset({"SKU", "STK", "PIM"})
ITEM_CODES = frozenset({"FIN-07", "FIN-08"})
"""Codes whose record is an item, beside those families."""
RENAMED = frozenset({"SKU-02", "SKU-05"})
"""Their record is a spelling; the stock code that it means is the counterpart."""
STANDS = "stands open"


@dataclass(frozen=True, slots=True)
class Member:
    """One case of an incident, or one exception that it explains. GBP."""

    role: str
    """stands open, suppressed, expected: the last two are in no total."""
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


@dataclass(frozen=True)
class Incident:
    """One cause, the cases that stand for it, and what it explains."""

    kind: str
    """one stock code, one missing mapping, explains others."""
    name: str
    """The stock code, the value without a mapping, or code and record of the cause."""
    since: date
    late: bool
    members: tuple[Member, ...]
    """What stands first."""
    orders: int = 0
    """Open orders that carry a value without a mapping; an order with two such values counts in both."""

    @property
    def standing(self) -> tuple[Member, ...]:
        return tuple(m for m in self.members if m.role == STANDS)

    @property
    def explained(self) -> int:
        return len(self.members) - len(self.standing)

    @property
    def severity(self) -> str:
        """The worst of what stands."""
        return min((m.severity for m in self.standing), key=_rank)

    @property
    def owners(self) -> list[str]:
        return sorted({m.owner for m in self.standing})

    @property
    def codes(self) -> list[str]:
        """Of all members."""
        return sorted({m.code for m in self.members})

    def pounds(self) -> dict[tuple[Basis, str], Decimal]:
        """What stands, by basis and side. GBP without sign; what is explained is in none."""
        found: dict[tuple[Basis, str], Decimal] = {}
        for m in self.standing:
            if m.amount_gbp is not None and m.basis is not Basis.NONE:
                found[m.basis, m.side] = found.get((m.basis, m.side), ZERO) + abs(m.amount_gbp)
        return {key: found[key] for key in sorted(found, key=lambda k: (list(Basis).index(k[0]), k[1]))}


@dataclass(frozen=True, slots=True)
class Seen:
    """A row of a night's exceptions, as far as causes are concerned."""

    case_key: str
    state: str
    code: str
    systems: str
    record_key: str
    scope: str
    field: str
    owner: str
    severity: str
    amount_gbp: Decimal | None
    side: int
    counterpart_key: str | None
    reason: str | None
    suppressed_by: str | None
    orders: int


def read_causes(con: duckdb.DuckDBPyConnection, night: date) -> list[Seen]:
    """The rows of a night that another one explains, and those that say what a case is about, in the order of codes."""
    cursor = con.execute(
        """
        SELECT case_key, state, code, systems, record_key, scope, field, owner, severity, amount_gbp,
            CASE WHEN amount_gbp < 0 THEN -1 ELSE coalesce(sign(units), sign(amount_gbp), 0) END::INTEGER,
            counterpart_key, reason, suppressed_by, CASE WHEN code = 'MAP-01' THEN evidence END
        FROM exception
        WHERE night = $night AND (suppressed_by IS NOT NULL OR code IN ('SKU-02', 'SKU-05', 'MAP-01'))
        ORDER BY code, systems, record_key, scope, field, case_key
        """,
        {"night": night},
    )
    rows: list[Seen] = []
    while batch := cursor.fetchmany(10_000):
        rows.extend(Seen(*row[:-1], orders=_orders(row[-1])) for row in batch)
    return rows


def _orders(evidence: str | None) -> int:
    said: dict[str, Any] = json.loads(evidence) if evidence else {}
    return int(said.get("open_orders_count") or 0)


@dataclass
class _Cause:
    kind: str
    name: str
    items: list[Item] = field(default_factory=list)
    explained: list[Seen] = field(default_factory=list)
    orders: int = 0


def incidents(items: Collection[Item], seen: Iterable[Seen]) -> list[Incident]:
    """What stands and has one cause with something else: the severest first, then the largest families of members."""
    seen = list(seen)
    about = {s.case_key: s for s in seen}
    causes: dict[tuple[str, ...], _Cause] = {}
    place: dict[str, _Cause] = {}
    for item in items:
        key, kind, name = _cause_of(item, about.get(item.case_key))
        cause = causes.setdefault(key, _Cause(kind, name))
        cause.items.append(item)
        place[item.case_key] = cause
        if item.code == "MAP-01" and item.case_key in about:
            cause.orders += about[item.case_key].orders
    for s in seen:
        if s.suppressed_by in place:
            place[s.suppressed_by].explained.append(s)
    found = [_incident(c) for c in causes.values() if len(c.items) > 1 or c.explained or c.orders]
    return sorted(found, key=lambda i: (_rank(i.severity), not i.late, -len(i.members), i.kind, i.name))


def _rank(severity: str) -> int:
    return [*map(str, SEVERITIES)].index(severity)


def _cause_of(item: Item, seen: Seen | None) -> tuple[tuple[str, ...], str, str]:
    """By what a case belongs to others: a key, the kind of cause and its name."""
    if item.code == "MAP-01":
        # The reason names the table of merchant.toml that lacks it: one entry may serve several systems
        table = (seen.reason or "") if seen else item.systems
        return ("mapping", table, item.record_key), "one missing mapping", item.record_key
    if item.code.split("-")[0] in ITEM_FAMILIES or item.code in ITEM_CODES:
        meant = seen.counterpart_key if seen and item.code in RENAMED else None
        return ("item", meant or item.record_key), "one stock code", meant or item.record_key
    return ("case", item.case_key), "explains others", f"{item.code} {item.record_key}"


def _incident(cause: _Cause) -> Incident:
    kind = "explains others" if len(cause.items) == 1 and cause.explained else cause.kind
    standing = [
        Member(
            STANDS, i.case_key, i.code, i.systems, i.record_key, i.scope, i.field, i.owner, i.severity, i.amount_gbp,
            i.basis, i.side,
        )
        for i in cause.items
    ]  # fmt: skip
    return Incident(
        kind=kind,
        name=cause.name if kind != "explains others" else f"{cause.items[0].code} {cause.items[0].record_key}",
        since=min(i.since for i in cause.items),
        late=any(i.late for i in cause.items),
        members=(*standing, *(_explained(s) for s in cause.explained)),
        orders=cause.orders,
    )


def _explained(s: Seen) -> Member:
    basis, side = basis_and_side(s.code, s.systems, s.side)
    return Member(
        s.state, s.case_key, s.code, s.systems, s.record_key, s.scope, s.field, s.owner, s.severity, s.amount_gbp,
        basis, side,
    )  # fmt: skip


def cause_in_words(incident: Incident) -> str:
    """ "FEED-06 Partial sync: plytix/products", "one stock code: MUG-01"."""
    if incident.kind != "explains others":
        return f"{incident.kind}: {incident.name}"
    code, _, record = incident.name.partition(" ")
    known = load_catalogue().get(code)
    return f"{code} {known.title}: {record}" if known else incident.name
