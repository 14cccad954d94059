"""Cases with one cause as one incident: made from a night's list and what its exceptions explain, never stored.

One cause is: an exception that explains others (a sync that stopped part of the way and its records, a feed that stood
still, an item that is missing); one stock code of which several cases speak; one entry of a mapping that is missing.
Every case that stands is in one incident at most, and so is every exception that another one explains.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
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
RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}


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


@dataclass(frozen=True, slots=True)
class Incident:
    """One cause, the cases that stand for it, and what it explains."""

    kind: str
    """one stock code, one missing mapping, explains others."""
    name: str
    """The stock code, the value without a mapping, or the record of the cause."""
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


def incidents(items: Collection[Item], seen: Iterable[Seen]) -> list[Incident]:
    """What stands and has one cause with something else: the severest first, then the largest families of members."""
    about: dict[str, Seen] = {}
    explained: dict[str, list[Seen]] = {}
    for s in seen:
        about[s.case_key] = s
        if s.suppressed_by is not None:
            explained.setdefault(s.suppressed_by, []).append(s)
    causes: dict[tuple[str, ...], list[Item]] = {}
    for item in items:
        causes.setdefault(_cause_of(item, about.get(item.case_key)), []).append(item)
    found: list[Incident] = []
    for (kind, *_, name), standing in causes.items():
        explains = [s for i in standing for s in explained.get(i.case_key, [])]
        orders = sum(about[i.case_key].orders for i in standing if i.case_key in about and i.code == "MAP-01")
        if len(standing) > 1 or explains or orders:
            alone = len(standing) == 1 and explains
            found.append(_incident("explains others" if alone else kind, name, standing, explains, orders))
    return sorted(found, key=lambda i: (_rank(i.severity), not i.late, -len(i.members), i.kind, i.name))


def _rank(severity: str) -> int:
    return RANK[severity]


def _cause_of(item: Item, seen: Seen | None) -> tuple[str, ...]:
    """By what a case belongs to others: the kind of cause first, its name last."""
    if item.code == "MAP-01":
        # The reason names the table of merchant.toml that lacks it: one entry may serve several systems
        return "one missing mapping", (seen.reason or "") if seen else item.systems, item.record_key
    if item.code.split("-")[0] in ITEM_FAMILIES or item.code in ITEM_CODES:
        meant = seen.counterpart_key if seen and item.code in RENAMED else None
        return "one stock code", meant or item.record_key
    return "explains others", item.case_key, item.record_key


def _incident(kind: str, name: str, items: list[Item], explained: list[Seen], orders: int) -> Incident:
    standing = (
        Member(
            STANDS, i.case_key, i.code, i.systems, i.record_key, i.scope, i.field, i.owner, i.severity, i.amount_gbp,
            i.basis, i.side,
        )
        for i in items
    )  # fmt: skip
    return Incident(
        kind=kind,
        name=name,
        since=min(i.since for i in items),
        late=any(i.late for i in items),
        members=(*standing, *map(_explained, explained)),
        orders=orders,
    )


def _explained(s: Seen) -> Member:
    basis, side = basis_and_side(s.code, s.systems, s.side)
    return Member(
        s.state, s.case_key, s.code, s.systems, s.record_key, s.scope, s.field, s.owner, s.severity, s.amount_gbp,
        basis, side,
    )  # fmt: skip


def cause_in_words(incident: Incident) -> str:
    """Such as "FEED-06 Partial sync: plytix/products (khaos>plytix)", "Stock code MUG-01"."""
    match incident.kind:
        case "one stock code":
            return f"Stock code {incident.name}"
        case "one missing mapping":
            return f"Missing mapping {incident.name}"
        case _:
            cause = incident.standing[0]
            known = load_catalogue().get(cause.code)
            return f"{cause.code} {known.title if known else ''}: {cause.record_key} ({cause.systems})"
