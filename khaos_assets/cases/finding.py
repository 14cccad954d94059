"""Finding cases as they stand now: by filter and text, in any of a few orders, a page at a time, with their totals.

Pages are cut by keyset: a page begins after the last row of the one before, so that each costs the same however far
down the list it is, and none is shown twice because others have moved. Not here: the list of a night (`worklist.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from khaos_assets.cases import tables
from khaos_assets.cases.deed import case_of, cases_selected
from khaos_assets.cases.ledger import Ledger
from khaos_assets.cases.movement import ZERO, basis_and_side
from khaos_assets.cases.searching import mentions
from khaos_assets.cases.states import STANDING, Case, State
from khaos_assets.config.settings import SEVERITIES
from khaos_assets.rules.basis import Basis

now = tables.case.c


class Order(StrEnum):
    """In which order cases are listed; within it always by key."""

    WORST = "worst"
    """The severest first, then the largest."""
    LARGEST = "largest"
    OLDEST = "oldest"
    NEWEST = "newest"
    DUE = "due"
    """Whose service level ends first."""
    RECORD = "record"


@dataclass(frozen=True)
class Wanted:
    """Which cases are looked for: all conditions hold. An empty one excludes nothing."""

    states: frozenset[State] = STANDING
    code: str = ""
    owner: str = ""
    severity: str = ""
    systems: str = ""
    late: bool = False
    at_least_gbp: Decimal | None = None
    """Without sign."""
    text: str = ""
    """Part of a record key, counterpart, scope or field; or the beginning of a case key."""
    families: frozenset[str] = frozenset()
    """Of one of these families; any where empty."""

    @property
    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """All of them, for a sum over what is found."""
        return [now.state.in_(sorted(s.value for s in self.states)), *self._beside_state]

    @property
    def conditions_in_order(self) -> list[sa.ColumnElement[bool]]:
        """The same for reading in an order: where most cases are wanted, no index by state draws the reading away."""
        others = sorted(s.value for s in State if s not in self.states)
        return [now.state.not_in(others), *self._beside_state] if State.OPEN in self.states else self.conditions

    @property
    def _beside_state(self) -> list[sa.ColumnElement[bool]]:
        found: list[sa.ColumnElement[bool]] = []
        if self.families:
            found.append(sa.or_(*(now.code.startswith(f"{f}-", autoescape=True) for f in sorted(self.families))))
        for name in ("code", "owner", "severity", "systems"):
            if value := getattr(self, name):
                found.append(now[name] == value)
        if self.late:
            found.append(now.breached)
        if self.at_least_gbp is not None:
            found.append(int(self.at_least_gbp * 100) <= PENCE)
        if text := self.text.strip():
            found.append(mentions(text))
        return found


PENCE = sa.func.abs(sa.type_coerce(now.amount_gbp, sa.BigInteger))
FAR = 2**62
_RANK: sa.ColumnElement[int] = sa.literal_column(tables.SEVERITY_RANK, sa.Integer)
_LARGEST: sa.ColumnElement[int] = sa.literal_column(tables.LARGEST_FIRST, sa.BigInteger)
_DUE: sa.ColumnElement[str] = sa.literal_column(tables.DUE_FIRST, sa.String)
_SINCE = sa.type_coerce(now.first_seen, sa.String)

KEYS: dict[Order, tuple[tuple[sa.ColumnElement[Any], bool], ...]] = {
    Order.WORST: ((_RANK, True), (_LARGEST, True), (now.case_key, True)),
    Order.LARGEST: ((_LARGEST, True), (now.case_key, True)),
    Order.OLDEST: ((_SINCE, True), (now.case_key, True)),
    Order.NEWEST: ((_SINCE, False), (now.case_key, False)),
    Order.DUE: ((_DUE, True), (now.case_key, True)),
    Order.RECORD: ((now.record_key, True), (now.code, True), (now.case_key, True)),
}
"""What each order sorts by, ascending or not; all keys of one order go the same way, so that rows compare as tuples."""


def _kind(key: sa.ColumnElement[Any]) -> type:
    return int if isinstance(key.type, sa.Integer) else str


@dataclass(frozen=True)
class Place:
    """A place in a list: the sort values of the row it stands at."""

    order: Order
    values: tuple[int | str, ...]
    backwards: bool = False
    """The page ends before it, instead of beginning after it."""

    @classmethod
    def checked(cls, order: Order, values: Sequence[object], backwards: bool) -> Place:
        """A place from values that came from outside. Raises ValueError where they are none of this order."""
        kinds = [_kind(key) for key, _ in KEYS[order]]
        found = tuple(v for v, kind in zip(values, kinds, strict=True) if type(v) is kind)
        if len(found) != len(kinds) or any(isinstance(v, int) and abs(v) > FAR for v in found):
            raise ValueError(f"this is no place in a list by {order}")
        return cls(order, found, backwards)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Found:
    """One page of a list."""

    cases: tuple[Case, ...]
    before: Place | None
    """Where the page before ends; None on the first."""
    after: Place | None
    """Where the next page begins; None on the last."""


def find(ledger: Ledger, wanted: Wanted, order: Order = Order.WORST, at: Place | None = None, limit: int = 50) -> Found:
    """A page of the cases wanted, from the beginning or a place. Raises ValueError for a place of another order."""
    keys = KEYS[order]
    if at is not None and (at.order is not order or len(at.values) != len(keys)):
        raise ValueError(f"this place belongs to a list by {at.order}")
    backwards = at is not None and at.backwards
    query = cases_selected().add_columns(*(k.label(f"sort_{i}") for i, (k, _) in enumerate(keys)))
    query = query.where(*wanted.conditions_in_order)
    ascending = keys[0][1] != backwards
    if at is not None:
        here, there = sa.tuple_(*(k for k, _ in keys)), sa.tuple_(*(sa.literal(v) for v in at.values))
        query = query.where(here > there if ascending else here < there)
        # The same once more for the first alone: a database looks that up instead of reading on from the beginning
        first = keys[0][0]
        query = query.where(first >= at.values[0] if ascending else first <= at.values[0])
    query = query.order_by(*(k.asc() if ascending else k.desc() for k, _ in keys)).limit(limit + 1)
    with ledger.engine.connect() as connection:
        rows = connection.execute(query).all()
    more, rows = len(rows) > limit, rows[:limit]
    rows = rows[::-1] if backwards else rows
    width = len(Case.__struct_fields__)
    cases = tuple(case_of(row[:width]) for row in rows)
    if not rows:
        return Found((), None, None)
    first, last = (tuple(row[width:]) for row in (rows[0], rows[-1]))
    earlier = more if backwards else at is not None
    later = backwards or more
    return Found(
        cases,
        before=Place(order, first, backwards=True) if earlier else None,
        after=Place(order, last) if later else None,
    )


@dataclass
class Worth:
    """Pounds on one basis and side. GBP without sign; different bases are never added."""

    basis: Basis
    side: str
    cases: int = 0
    gbp: Decimal = ZERO
    unknown: int = 0
    """Cases whose amount could not be read: they are in no pounds."""


@dataclass
class Part:
    """Some of the cases found: those of one owner, or of one code."""

    name: str
    cases: int = 0
    late: int = 0
    severities: dict[str, int] = field(default_factory=lambda: dict.fromkeys(map(str, SEVERITIES), 0))
    worth: dict[tuple[Basis, str], Worth] = field(default_factory=dict[tuple[Basis, str], Worth])

    @property
    def pounds(self) -> list[Worth]:
        """By basis, over before under; only where there is something."""
        kept = (w for w in self.worth.values() if w.basis is not Basis.NONE and (w.gbp or w.unknown))
        return sorted(kept, key=lambda w: (list(Basis).index(w.basis), w.side))

    def add(self, severity: str, more: Worth) -> None:
        self.cases += more.cases
        self.severities[severity] = self.severities.get(severity, 0) + more.cases
        worth = self.worth.setdefault((more.basis, more.side), Worth(more.basis, more.side))
        worth.cases += more.cases
        worth.gbp += more.gbp
        worth.unknown += more.unknown if more.basis is not Basis.NONE else 0


@dataclass
class Totals:
    """How many cases were found and what they are worth: in all, by owner, by code, by pair of systems."""

    all: Part = field(default_factory=lambda: Part("all"))
    owners: dict[str, Part] = field(default_factory=dict[str, Part])
    codes: dict[str, Part] = field(default_factory=dict[str, Part])
    systems: dict[str, Part] = field(default_factory=dict[str, Part])


def totals(ledger: Ledger, wanted: Wanted) -> Totals:
    """Added up by the database, in one reading. Pounds are exact."""
    pence = sa.type_coerce(now.amount_gbp, sa.BigInteger)
    units = sa.type_coerce(now.units, sa.String)
    side = sa.case(
        (pence < 0, -1),
        (sa.and_(units.is_(None), pence > 0), 1),
        (sa.or_(units.is_(None), sa.func.ltrim(units, "0.") == ""), 0),
        (sa.func.substr(units, 1, 1) == "-", -1),
        else_=1,
    )
    cases, known, worth = sa.func.count(), sa.func.count(now.amount_gbp), sa.func.sum(sa.func.abs(pence))
    columns = [f.filter(side == sign) for sign in (1, -1) for f in (cases, known, worth)]
    by = (now.owner, now.code, now.systems, now.severity)
    # Grouped by state, too, so that the index gives the groups in their order; but a text is looked for in each case,
    # and those are read faster as they lie than one by one from an index: no index has this group
    groups = now.state.concat("") if wanted.text.strip() else now.state
    query = sa.select(*by, cases.filter(now.breached), cases, known, worth, *columns).group_by(groups, *by)
    conditions = wanted.conditions_in_order if wanted.text.strip() else wanted.conditions
    found = Totals()
    with ledger.engine.connect() as connection:
        for row in connection.execute(query.where(*conditions)):
            owner, code, systems, severity, late, *figures = tuple(row)
            parts = (
                found.all,
                found.owners.setdefault(owner, Part(owner)),
                found.codes.setdefault(code, Part(code)),
                found.systems.setdefault(systems, Part(systems)),
            )
            for part in parts:
                part.late += late
                for sign, counted, has_amount, gbp in _sides([int(n or 0) for n in figures]):
                    basis, name = basis_and_side(code, systems, sign)
                    part.add(severity, Worth(basis, name, counted, Decimal(gbp).scaleb(-2), counted - has_amount))
    return found


def _sides(figures: list[int]) -> list[tuple[int, int, int, int]]:
    """All, over and under (cases, those with an amount, pence) as over, under and neither; without what is empty."""
    every, over, under = figures[:3], figures[3:6], figures[6:]
    neither = [a - o - u for a, o, u in zip(every, over, under, strict=True)]
    parts = ((1, over), (-1, under), (0, neither))
    return [(sign, n, known, gbp) for sign, (n, known, gbp) in parts if n]


def owners_known(ledger: Ledger) -> list[str]:
    """Everybody who has, or had, a case."""
    with ledger.engine.connect() as connection:
        return sorted(connection.scalars(sa.select(now.owner).distinct()))


def by_keys(ledger: Ledger, keys: Iterable[str]) -> dict[str, Case]:
    """These cases, as far as they exist."""
    with ledger.engine.connect() as connection:
        rows = connection.execute(cases_selected().where(now.case_key.in_(sorted(set(keys)))))
        return {row[0]: case_of(row) for row in rows}


def of_records(ledger: Ledger, records: Iterable[str], states: frozenset[State] | None = None) -> list[Case]:
    """Cases whose record or counterpart is one of these, the severest first."""
    names = sorted(set(records))
    query = cases_selected().where(sa.or_(now.record_key.in_(names), now.counterpart_key.in_(names)))
    if states is not None:
        query = query.where(now.state.in_(sorted(s.value for s in states)))
    with ledger.engine.connect() as connection:
        return [case_of(row) for row in connection.execute(query.order_by(*(k for k, _ in KEYS[Order.WORST])))]


def waiting_for_second(ledger: Ledger, *, families: frozenset[str] = frozenset()) -> list[Case]:
    """Cases whose acceptance somebody proposed and a second person has not decided, the severest first."""
    conditions = Wanted(families=families).conditions_in_order
    query = cases_selected().where(now.proposal.is_not(None), *conditions).order_by(now.case_key)
    with ledger.engine.connect() as connection:
        found = [case_of(row) for row in connection.execute(query)]
    return sorted(found, key=lambda c: [*map(str, SEVERITIES)].index(c.severity))
