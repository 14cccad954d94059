"""Corrections as they are looked up: plans with how far each has come, the items of one, what was done for one case.

Nothing is changed here. Not here: what a plan is (`plan.py`), what moves it on (`approval.py`, `journal.py`).
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from khaos_assets.cases import tables
from khaos_assets.cases.ledger import Ledger
from khaos_assets.corrections.journal import ItemState, Line
from khaos_assets.corrections.plan import PlanItem
from khaos_assets.corrections.register import NoSuchPlan, PlanHead, find

PLAN, ITEM = tables.correction_plan, tables.correction_item
HEAD = [PLAN.c[name] for name in PlanHead.__struct_fields__]


class ListedPlan(msgspec.Struct, frozen=True):
    """A plan without its text, and where its items stand."""

    head: PlanHead
    states: Counter[str]
    """Items by `ItemState`; none left out."""
    moved_at: datetime | None
    """When an item of it moved last, aware UTC; of a plan that is on its way, a sign of life."""

    @property
    def items(self) -> int:
        return self.states.total()

    @property
    def open(self) -> int:
        """Items that nothing was found out about yet."""
        return sum(self.states[s.value] for s in (ItemState.PLANNED, ItemState.INTENT, ItemState.ACKED))


class ListedItem(msgspec.Struct, frozen=True):
    """One item of a plan and where it stands."""

    item: PlanItem
    line: Line
    changed_at: datetime


class OfCase(msgspec.Struct, frozen=True):
    """One item that a plan has, or had, for a case."""

    head: PlanHead
    item: PlanItem
    line: Line
    changed_at: datetime


def plans(
    ledger: Ledger, limit: int = 50, before: str | None = None, *, night: date | None = None
) -> list[ListedPlan]:  # fmt: skip
    """Plans, the newest first; `before` is the id of the last one already shown, `night` asks for those of one night.

    Raises NoSuchPlan for a `before` that there is not.
    """
    query = sa.select(*HEAD).order_by(PLAN.c.made_at.desc(), PLAN.c.plan_id.desc()).limit(limit)
    if night is not None:
        query = query.where(PLAN.c.night == night)
    with ledger.engine.connect() as connection:
        if before is not None:
            made_at = connection.scalar(sa.select(PLAN.c.made_at).where(PLAN.c.plan_id == before))
            if made_at is None:
                raise NoSuchPlan(f"there is no plan {before}")
            older = sa.and_(PLAN.c.made_at == made_at, PLAN.c.plan_id < before)
            query = query.where(sa.or_(PLAN.c.made_at < made_at, older))
        return _listed(connection, [PlanHead(**row) for row in connection.execute(query).mappings()])


def progress(ledger: Ledger, plan_id: str) -> ListedPlan:
    """One plan as it stands at this moment, by its whole id. Raises NoSuchPlan."""
    with ledger.engine.connect() as connection:
        row = connection.execute(sa.select(*HEAD).where(PLAN.c.plan_id == plan_id)).mappings().one_or_none()
        if row is None:
            raise NoSuchPlan(f"there is no plan {plan_id}")
        return _listed(connection, [PlanHead(**row)])[0]


def items(
    ledger: Ledger, plan_id: str, after_place: int = 0, limit: int = 100, *, state: ItemState | None = None
) -> list[ListedItem]:  # fmt: skip
    """Items of a plan in its order, those after a place; only those in one state where that is asked for."""
    plan = find(ledger, plan_id)
    said = plan.plan.items
    query = sa.select(ITEM).where(ITEM.c.plan_id == plan.plan_id, ITEM.c.place > after_place).order_by(ITEM.c.place)
    if state is not None:
        query = query.where(ITEM.c.state == state.value)
    with ledger.engine.connect() as connection:
        rows = connection.execute(query.limit(limit)).all()
    return [ListedItem(said[row.place - 1], _line(row), row.changed_at) for row in rows]


def of_case(ledger: Ledger, case_key: str) -> list[OfCase]:
    """What was planned for a case and what became of it, the newest plan first; `case_key` is the whole key."""
    query = (
        sa.select(ITEM).join(PLAN, PLAN.c.plan_id == ITEM.c.plan_id).where(ITEM.c.case_key == case_key)
        .order_by(PLAN.c.made_at.desc(), PLAN.c.plan_id.desc(), ITEM.c.place)
    )  # fmt: skip
    with ledger.engine.connect() as connection:
        rows = connection.execute(query).all()
    found = {plan_id: find(ledger, plan_id) for plan_id in dict.fromkeys(row.plan_id for row in rows)}
    said = {plan_id: plan.plan.items for plan_id, plan in found.items()}
    return [
        OfCase(_head(found[row.plan_id]), said[row.plan_id][row.place - 1], _line(row), row.changed_at) for row in rows
    ]


def _listed(connection: sa.Connection, heads: list[PlanHead]) -> list[ListedPlan]:
    columns = (ITEM.c.plan_id, ITEM.c.state, sa.func.count().label("n"), sa.func.max(ITEM.c.changed_at).label("at"))
    mine = ITEM.c.plan_id.in_([h.plan_id for h in heads])
    states: dict[str, Counter[str]] = {h.plan_id: Counter() for h in heads}
    moved: dict[str, datetime] = {}
    for row in connection.execute(sa.select(*columns).where(mine).group_by(ITEM.c.plan_id, ITEM.c.state)):
        states[row.plan_id][row.state] = row.n
        moved[row.plan_id] = max(row.at, moved.get(row.plan_id, row.at))
    return [ListedPlan(h, states[h.plan_id], moved.get(h.plan_id)) for h in heads]


def _line(row: sa.Row[Any]) -> Line:
    return Line(row.place, ItemState(row.state), row.generation, row.why)


def _head(plan: PlanHead) -> PlanHead:
    """The same without its text."""
    return PlanHead(**{name: getattr(plan, name) for name in PlanHead.__struct_fields__})
