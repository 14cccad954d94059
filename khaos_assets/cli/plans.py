"""A plan of corrections as people read it before they approve it, and as machines do."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from khaos_assets.cli.session import Session, emit, say

if TYPE_CHECKING:
    from khaos_assets.corrections.listing import OfCase
    from khaos_assets.corrections.plan import Plan
    from khaos_assets.corrections.register import PlanHead, Registered

TOP = 20


def show_plan(session: Session, registered: Registered, json: bool) -> None:
    from khaos_assets.corrections.caps import uses

    plan, caps = registered.plan, uses(registered.plan, session.settings.corrections.caps)
    if json:
        import msgspec

        used = {u.cap: {"used": str(u.used), "limit": str(u.limit)} for u in caps}
        emit(head(registered) | {"caps": used, "plan": msgspec.json.decode(plan.text)})
        return
    from khaos_assets.cli.cases import pounds
    from khaos_assets.cli.tables import print_table

    state = registered.state(datetime.now(UTC))
    print(f"Plan {registered.plan_id[:12]} of the night {plan.night}, made by {plan.planner}: {state}")
    totals = [(code, write, f"{n:,}", pounds(gbp)) for (code, write), (n, gbp) in _totals(plan).items()]
    print_table(("Code", "Write", ">Items", ">GBP"), totals)
    largest = sorted(plan.items, key=lambda i: abs(i.amount_gbp or Decimal(0)), reverse=True)[:TOP]
    print(f"The {len(largest)} largest of {len(plan.items):,}:")
    print_table(
        ("Code", "Write", "Record", "Field", "From", "To", ">GBP"),
        [(i.code, i.write, i.record, i.field, i.before or "", i.after, pounds(i.amount_gbp)) for i in largest],
    )
    print_table(("Cap", ">Used", ">Allowed"), [(u.cap, f"{u.used:,f}", f"{u.limit:,f}") for u in caps])
    why = Counter((x.code, x.why) for x in plan.left_out)
    if why:
        print("Not touched:")
        print_table(("Code", ">Cases", "Why"), [(c, f"{n:,}", w) for (c, w), n in sorted(why.items())])
    if state == "planned" and plan.items:
        say(f"khaos-assets corrections approve {registered.plan_id[:12]} --as ANOTHER   lets it go")


def _totals(plan: Plan) -> dict[tuple[str, str], tuple[int, Decimal]]:
    totals: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for item in plan.items:
        n, gbp = totals.get((item.code, item.write), (0, Decimal(0)))
        totals[item.code, item.write] = n + 1, gbp + abs(item.amount_gbp or Decimal(0))
    return dict(sorted(totals.items()))


def head(plan: PlanHead) -> dict[str, Any]:
    r = plan
    return {
        "plan_id": r.plan_id, "state": r.state(datetime.now(UTC)), "night": str(r.night), "planner": r.planner,
        "made_at": r.made_at, "approved_by": r.approved_by, "expires_at": r.expires_at,
        "begun_by": r.begun_by, "refused_by": r.refused_by, "refused_why": r.refused_why,
    }  # fmt: skip


def planned(of: OfCase) -> dict[str, Any]:
    """What a plan has for one case, for machines."""
    return {
        "plan_id": of.head.plan_id, "plan_state": of.head.state(datetime.now(UTC)), "item": of.line.place,
        "write": of.item.write, "record": of.item.record, "field": of.item.field, "before": of.item.before,
        "after": of.item.after, "state": of.line.state.value, "why": of.line.why, "changed_at": of.changed_at,
        "planner": of.head.planner, "approved_by": of.head.approved_by, "applied_by": of.head.begun_by,
    }  # fmt: skip


def counted(states: Counter[str]) -> str:
    return ", ".join(f"{n:,} {state}" for state, n in sorted(states.items()))
