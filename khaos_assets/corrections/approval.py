"""Who may let a plan go, and until when: not its planner, for its hash alone, for a while.

A policy of merchant.toml may approve plans all of whose items it names, below a value per item; it is not the planner
either. Not here: what happens then (`applying.py`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase

from msgspec.structs import replace

from khaos_assets.cases.events import Kind
from khaos_assets.cases.ledger import Ledger
from khaos_assets.config import Settings
from khaos_assets.config.corrections import AutoApproval
from khaos_assets.corrections import CorrectionError
from khaos_assets.corrections.caps import refuse_over
from khaos_assets.corrections.plan import Plan, PlanItem
from khaos_assets.corrections.register import Registered, find, note

POLICY = "policy"


class NotApproved(CorrectionError):
    """The plan may not be applied: nobody approved it, or the approval has run out."""


class RefusedApproval(CorrectionError):
    """It cannot be approved by this person, or not any more."""


def approve(ledger: Ledger, settings: Settings, plan_id: str, *, by: str, at: datetime) -> Registered:
    """Approve a plan by its id; until when stands in it. Raises RefusedApproval, OverCap, NoSuchPlan."""
    registered = find(ledger, plan_id)
    plan = registered.plan
    if not by.strip():
        raise RefusedApproval("who approves? Give a name with --as, or in KHAOS_USER")
    if by.strip().casefold() == plan.planner.strip().casefold():
        raise RefusedApproval(f"{plan.planner} made this plan: another person approves it (--as NAME)")
    if registered.begun_at is not None:
        raise RefusedApproval(f"plan {registered.plan_id[:12]} was used: plan anew")
    if at >= plan.made_at + timedelta(hours=settings.corrections.plan_hours):
        raise RefusedApproval(
            f"plan {registered.plan_id[:12]} is older than {settings.corrections.plan_hours} hours: plan anew"
        )
    if not plan.items:
        raise RefusedApproval(f"plan {registered.plan_id[:12]} writes nothing")
    refuse_over(plan, settings.corrections.caps)
    expires = at + timedelta(hours=settings.corrections.approval_hours)
    with ledger.deed(at) as deed:
        note(
            deed, registered, Kind.PLAN_APPROVED, by, {"expires_at": expires},
            approved_by=by, approved_at=at, expires_at=expires,
        )  # fmt: skip
    return replace(registered, approved_by=by, approved_at=at, expires_at=expires)


def refuse_unapproved(registered: Registered, at: datetime) -> None:
    """Raises NotApproved. A plan that was begun may go on after its approval has run out: it is half done."""
    short = registered.plan_id[:12]
    if registered.approved_by is None or registered.expires_at is None:
        raise NotApproved(
            f"plan {short} is not approved: another person runs `khaos-assets corrections approve {short}`"
        )
    if registered.approved_by.strip().casefold() == registered.planner.strip().casefold():
        raise NotApproved(f"plan {short} was approved by its planner: that is no approval")
    if registered.begun_at is None and at >= registered.expires_at:
        raise NotApproved(f"the approval of plan {short} ran out at {registered.expires_at:%Y-%m-%d %H:%M} UTC")


def policy_for(settings: Settings, plan: Plan) -> str | None:
    """The name under which policy approves this plan; None where a person has to."""
    rules = settings.corrections.policy
    fits = plan.items and all(any(_covers(rule, item) for rule in rules) for item in plan.items)
    return POLICY if fits else None


def _covers(rule: AutoApproval, item: PlanItem) -> bool:
    """An item whose pounds nobody knows is never below a value."""
    amount = item.amount_gbp
    named = any(fnmatchcase(item.code, pattern) for pattern in rule.codes)
    return named and amount is not None and abs(amount) < Decimal(rule.below_gbp)
