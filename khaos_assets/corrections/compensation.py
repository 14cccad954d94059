"""Taking a plan back: a plan that writes what stood there before, where what stands there is still ours.

It is approved and applied as any other; its precondition is the value that the first plan wrote. What no call takes
back (a parcel, an issued invoice) is left out, and what stood empty: nothing is ever written empty.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from khaos_assets.cases.ledger import Ledger
from khaos_assets.corrections.journal import ItemState, lines_of
from khaos_assets.corrections.plan import LeftOut, Plan, PlanItem, Unwritable
from khaos_assets.corrections.register import find


def taking_back(ledger: Ledger, plan_id: str, *, planner: str, at: datetime) -> Plan:
    """The inverse of what a plan applied, last first. Raises NoSuchPlan."""
    registered = find(ledger, plan_id)
    plan = registered.plan
    lines = lines_of(ledger, registered, len(plan.items))
    items: list[PlanItem] = []
    left_out: list[LeftOut] = []
    for place in sorted(lines, reverse=True):
        item = plan.items[place - 1]
        if lines[place].state is not ItemState.VERIFIED or lines[place].why is not None:
            continue  # it was not written by this plan
        try:
            items.append(_inverse(item, at))
        except Unwritable as e:
            left_out.append(LeftOut(case_key=item.case_key, code=item.code, record=item.record, why=str(e)))
    return replace(
        plan, made_at=at, planner=planner, items=tuple(items), left_out=tuple(left_out), takes_back=registered.plan_id
    )


def _inverse(item: PlanItem, at: datetime) -> PlanItem:
    if not item.open().reversible:
        raise Unwritable(f"{item.record}: no call takes back {item.write}")
    target = dict(item.target)
    if "changed_at" in target:
        target["changed_at"] = at.isoformat()  # of two writers the younger wins, and now this one is
    # Of no case: it closes none, and shows no fight with another writer.
    return replace(item, case_key="", target=target, before=item.after, after=item.before or "", floor=None, made_of=())
