"""Plans in the ledger: entering one, finding it again, who approved it, whether it was used.

Each step is an event in the ledger's chain; the row of a plan is what its events left. Not here: what may be approved
(`approval.py`), its items (`journal.py`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from khaos_assets.cases import tables
from khaos_assets.cases.deed import Deed
from khaos_assets.cases.events import Happening, Kind
from khaos_assets.cases.ledger import Ledger
from khaos_assets.corrections import CorrectionError
from khaos_assets.corrections.plan import Plan, read_plan

TABLE = tables.correction_plan


class NoSuchPlan(CorrectionError):
    """There is no plan with this id."""


class Registered(msgspec.Struct, frozen=True):
    """A plan and how far it has come. Instants aware UTC."""

    plan_id: str
    night: date
    planner: str
    made_at: datetime
    body: str
    approved_by: str | None
    approved_at: datetime | None
    expires_at: datetime | None
    begun_at: datetime | None
    ended_at: datetime | None
    ended_as: str | None

    @property
    def plan(self) -> Plan:
        """Raises CorrectionError where the stored text is not the one that its id names."""
        return read_plan(self.body.encode(), self.plan_id)

    def state(self, now: datetime) -> str:
        """planned, approved, expired, begun, stopped, halted, done."""
        if self.ended_as is not None:
            return self.ended_as
        if self.begun_at is not None:
            return "begun"
        if self.expires_at is None:
            return "planned"
        return "approved" if now < self.expires_at else "expired"


def enter(ledger: Ledger, plan: Plan) -> str:
    """Put a plan into the ledger; its id. The same plan again is no second one."""
    plan_id, night = plan.plan_id, date.fromisoformat(plan.night)
    with ledger.deed(plan.made_at) as deed:
        if deed.connection.scalar(sa.select(TABLE.c.plan_id).where(TABLE.c.plan_id == plan_id)) is not None:
            return plan_id
        said = {"plan": plan_id, "items": len(plan.items), "left_out": len(plan.left_out)}
        deed.append([Happening(Kind.PLAN_MADE, actor=plan.planner, body=said)], night)
        row = {
            "plan_id": plan_id, "night": night, "planner": plan.planner, "made_at": plan.made_at,
            "body": plan.text.decode(),
        }  # fmt: skip
        deed.connection.execute(sa.insert(TABLE), [row])
    return plan_id


def find(ledger: Ledger, plan_id: str) -> Registered:
    """A plan by its id, or by the beginning of it where that is enough. Raises NoSuchPlan."""
    with ledger.engine.connect() as connection:
        begins = TABLE.c.plan_id.startswith(plan_id, autoescape=True)
        rows = connection.execute(sa.select(TABLE).where(begins).order_by(TABLE.c.plan_id).limit(2)).mappings().all()
    if not plan_id or not rows:
        raise NoSuchPlan(f"there is no plan {plan_id}: `khaos-assets corrections status` shows them")
    if len(rows) > 1:
        raise NoSuchPlan(f"several plans begin with {plan_id}: give more of it")
    return _registered(rows[0])


def registered(ledger: Ledger, limit: int = 50) -> list[Registered]:
    """Plans, the newest first."""
    with ledger.engine.connect() as connection:
        rows = connection.execute(sa.select(TABLE).order_by(TABLE.c.made_at.desc(), TABLE.c.plan_id).limit(limit))
        return [_registered(row) for row in rows.mappings()]


def note(deed: Deed, plan: Registered, kind: Kind, actor: str, said: dict[str, Any], **columns: Any) -> None:
    """One step of a plan: its event, and the row that follows it."""
    deed.append([Happening(kind, actor=actor, body={"plan": plan.plan_id, **said})], plan.night)
    deed.connection.execute(sa.update(TABLE).where(TABLE.c.plan_id == plan.plan_id).values(columns))


def _registered(row: sa.RowMapping) -> Registered:
    values: dict[str, Any] = dict(row)
    return Registered(**values)
