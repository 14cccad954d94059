"""Plans in the ledger: entering one, finding it again, who let it go or refused it, whether it was used.

Each step is an event in the ledger's chain; the row of a plan is what its events left. Not here: what may be approved
(`approval.py`), its items (`journal.py`), lists of plans (`listing.py`).
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
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


class PlanHead(msgspec.Struct, frozen=True, kw_only=True):
    """How far a plan has come. Instants aware UTC."""

    plan_id: str
    night: date
    planner: str
    made_at: datetime
    amount_gbp: Decimal | None
    """Of its cases, without sign."""
    approved_by: str | None
    approved_at: datetime | None
    expires_at: datetime | None
    begun_by: str | None
    begun_at: datetime | None
    ended_at: datetime | None
    ended_as: str | None
    refused_by: str | None
    refused_at: datetime | None
    refused_why: str | None

    def state(self, now: datetime) -> str:
        """planned, approved, expired, refused, begun, stopped, halted, done."""
        if self.refused_at is not None:
            return "refused"
        if self.ended_as is not None:
            return self.ended_as
        if self.begun_at is not None:
            return "begun"
        if self.expires_at is None:
            return "planned"
        return "approved" if now < self.expires_at else "expired"


class Registered(PlanHead, frozen=True, kw_only=True):
    """A plan, how far it has come, and its text."""

    body: str

    @property
    def plan(self) -> Plan:
        """Raises CorrectionError where the stored text is not the one that its id names."""
        return read_plan(self.body.encode(), self.plan_id)


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
            "amount_gbp": sum((abs(i.amount_gbp or Decimal(0)) for i in plan.items), Decimal(0)),
        }  # fmt: skip
        deed.connection.execute(sa.insert(TABLE), [row])
        rows = [
            {"plan_id": plan_id, "place": place, "case_key": item.case_key, "night": night, "state": "planned",
             "generation": 1, "changed_at": plan.made_at}
            for place, item in enumerate(plan.items, 1)
        ]  # fmt: skip
        if rows:
            deed.connection.execute(sa.insert(tables.correction_item), rows)
    return plan_id


def find(ledger: Ledger, plan_id: str) -> Registered:
    """A plan by its id, or by the beginning of it where that is enough. Raises NoSuchPlan."""
    with ledger.engine.connect() as connection:
        return find_in(connection, plan_id)


def find_in(connection: sa.Connection, plan_id: str) -> Registered:
    """The same as it stands inside a transaction."""
    begins = TABLE.c.plan_id.startswith(plan_id, autoescape=True)
    rows = connection.execute(sa.select(TABLE).where(begins).order_by(TABLE.c.plan_id).limit(2)).mappings().all()
    if not plan_id or not rows:
        raise NoSuchPlan(f"there is no plan {plan_id}: `khaos-assets corrections status` shows them")
    if len(rows) > 1:
        raise NoSuchPlan(f"several plans begin with {plan_id}: give more of it")
    values: dict[str, Any] = dict(rows[0])
    return Registered(**values)


def note(deed: Deed, plan: PlanHead, kind: Kind, actor: str, said: dict[str, Any], **columns: Any) -> None:
    """One step of a plan: its event, and the row that follows it."""
    deed.append([Happening(kind, actor=actor, body={"plan": plan.plan_id, **said})], plan.night)
    deed.connection.execute(sa.update(TABLE).where(TABLE.c.plan_id == plan.plan_id).values(columns))
