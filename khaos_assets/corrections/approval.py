"""Who may let a plan go, and until when: not its planner, for its hash alone, for a while. Anybody may refuse one.

A policy of merchant.toml may approve plans all of whose items it names, below a value per item; it is not the planner
either. Not here: what happens then (`applying.py`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase

from msgspec.structs import replace

from khaos_assets.cases.events import Kind, same_person
from khaos_assets.cases.ledger import Ledger
from khaos_assets.config import Settings
from khaos_assets.config.corrections import AutoApproval
from khaos_assets.corrections import CorrectionError
from khaos_assets.corrections.caps import refuse_over
from khaos_assets.corrections.journal import may_be_sent
from khaos_assets.corrections.plan import Plan, PlanItem
from khaos_assets.corrections.register import PlanHead, Registered, find_in, note

POLICY = "policy"


class NotApproved(CorrectionError):
    """The plan may not be applied: nobody approved it, or the approval has run out."""


class RefusedApproval(CorrectionError):
    """It cannot be approved by this person, or not any more."""


def approve(ledger: Ledger, settings: Settings, plan_id: str, *, by: str, at: datetime) -> Registered:
    """Approve a plan by its id; until when stands in it. Raises RefusedApproval, OverCap, NoSuchPlan."""
    with ledger.deed(at) as deed:
        registered = find_in(deed.connection, plan_id)
        plan, short = registered.plan, registered.plan_id[:12]
        if not by.strip():
            raise RefusedApproval("who approves? Give a name with --as, or in KHAOS_USER")
        if same_person(by, plan.planner):
            raise RefusedApproval(f"{plan.planner} made this plan: another person approves it (--as NAME)")
        if registered.refused_at is not None:
            raise RefusedApproval(f"plan {short} was refused by {registered.refused_by}: plan anew")
        if registered.begun_at is not None:
            raise RefusedApproval(f"plan {short} was used: plan anew")
        if at >= plan.made_at + timedelta(hours=settings.corrections.plan_hours):
            raise RefusedApproval(f"plan {short} is older than {settings.corrections.plan_hours} hours: plan anew")
        if not plan.items:
            raise RefusedApproval(f"plan {short} writes nothing")
        refuse_over(plan, settings.corrections.caps)
        expires = at + timedelta(hours=settings.corrections.approval_hours)
        note(
            deed, registered, Kind.PLAN_APPROVED, by, {"expires_at": expires},
            approved_by=by, approved_at=at, expires_at=expires,
        )  # fmt: skip
    return replace(registered, approved_by=by, approved_at=at, expires_at=expires)


def refuse(ledger: Ledger, plan_id: str, *, by: str, reason: str, at: datetime) -> Registered:
    """Take a plan out of use for good, its planner's own included. Raises RefusedApproval, NoSuchPlan.

    One that was stopped may be refused, too, but not while any of its items may have been sent and was not read back.
    """
    with ledger.deed(at) as deed:
        registered = find_in(deed.connection, plan_id)
        short = registered.plan_id[:12]
        if not by.strip():
            raise RefusedApproval("who refuses? Give a name with --as, or in KHAOS_USER")
        if not reason.strip():
            raise RefusedApproval("why is it refused? Whoever asks later wants to know")
        if registered.refused_at is not None:
            raise RefusedApproval(f"plan {short} was refused by {registered.refused_by}")
        if registered.ended_as == "done":
            raise RefusedApproval(f"plan {short} was applied: `corrections plan --take-back {short}` undoes it")
        if registered.begun_at is not None and (registered.ended_as is None or may_be_sent(deed, registered.plan_id)):
            raise RefusedApproval(
                f"plan {short} is on its way: `corrections halt` stops it; applied again, it reads back what was sent"
            )
        note(
            deed, registered, Kind.PLAN_REFUSED, by, {"why": reason},
            refused_by=by, refused_at=at, refused_why=reason,
        )  # fmt: skip
    return replace(registered, refused_by=by, refused_at=at, refused_why=reason)


def refuse_unapproved(registered: PlanHead, at: datetime) -> None:
    """Raises NotApproved. A plan that was begun may go on after its approval has run out: it is half done."""
    short = registered.plan_id[:12]
    if registered.refused_at is not None:
        raise NotApproved(f"plan {short} was refused by {registered.refused_by}: {registered.refused_why}")
    if registered.approved_by is None or registered.expires_at is None:
        raise NotApproved(
            f"plan {short} is not approved: another person runs `khaos-assets corrections approve {short}`"
        )
    if same_person(registered.approved_by, registered.planner):
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
