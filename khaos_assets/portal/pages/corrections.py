"""Corrections: what is planned to be written to other systems, who lets it go, how far it has come, the halt switch.

The portal holds no credentials of other systems and writes to none: it approves. Applying is Dagster's, or the command
line's.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from khaos_assets.cases.events import same_person
from khaos_assets.cases.ledger import LedgerBusy
from khaos_assets.corrections import CorrectionError
from khaos_assets.corrections.approval import approve, refuse
from khaos_assets.corrections.caps import Use, uses
from khaos_assets.corrections.halt import halt, resume, stop_in_force
from khaos_assets.corrections.journal import ItemState
from khaos_assets.corrections.listing import items, plans, progress
from khaos_assets.corrections.plan import Plan
from khaos_assets.corrections.register import NoSuchPlan, find
from khaos_assets.portal.access import Did, Person, Right, by, changing, confirmed, may
from khaos_assets.portal.access.refusals import Refused
from khaos_assets.portal.looks import render, wants_part
from khaos_assets.portal.site import Here, Site
from khaos_assets.portal.wording import in_page_words

router = APIRouter()
PLANS = 30
ITEMS = 100
ON_ITS_WAY = "begun"
WORDS = {
    "planned": "waits for an approval", "approved": "approved", "expired": "approval has run out", "refused": "refused",
    "begun": "on its way", "stopped": "stopped", "halted": "halted", "done": "done",
}  # fmt: skip
"""States of a plan, as people say them."""
CAPS = {
    "items": "Items", "sku_share_percent": "Share of all stock codes, %", "units": "Units", "gbp": "Pounds",
    "price_move_percent": "Largest move of a price, %",
}  # fmt: skip
Id = Annotated[str, Query(pattern="^[0-9a-f]{0,64}$")]
Why = Annotated[str, Form(max_length=1000)]


@dataclass(frozen=True)
class Group:
    """Items of a plan that are alike. GBP without sign; `unknown`: items whose pounds nobody knows."""

    code: str
    write: str
    system: str
    says: str
    assumed: bool
    items: int
    gbp: Decimal
    unknown: int


def groups(plan: Plan) -> list[Group]:
    """What a plan writes where, by exception and write."""
    found: dict[tuple[str, str], Group] = {}
    for item in plan.items:
        write, key = item.open(), (item.code, item.write)
        so_far = found.get(key)
        n, gbp, unknown = (so_far.items, so_far.gbp, so_far.unknown) if so_far else (0, Decimal("0.00"), 0)
        gbp, unknown = gbp + abs(item.amount_gbp or 0), unknown + (item.amount_gbp is None)
        found[key] = Group(*key, item.system, write.says, write.assumed, n + 1, gbp, unknown)
    return [found[key] for key in sorted(found)]


@router.get("/corrections", response_class=HTMLResponse)
def list_plans(
    request: Request, here: Here, person: Annotated[Person, Depends(may(Right.READ))], before: Id = ""
) -> HTMLResponse:
    """Plans, the newest first."""
    try:
        found = plans(here.ledger, PLANS + 1, before or None)
    except NoSuchPlan:
        raise HTTPException(404) from None
    return render(
        request, "corrections.html", person, now=here.clock(), words=WORDS, shown=found[:PLANS],
        more=found[PLANS - 1].head.plan_id if len(found) > PLANS else "", first=not before, **_switch(here),
    )  # fmt: skip


@router.get("/corrections/{plan}", response_class=HTMLResponse)
def plan_page(
    request: Request, plan: str, here: Here, person: Annotated[Person, Depends(may(Right.READ))],
    *, after: Annotated[int, Query(ge=0, le=1_000_000)] = 0, state: ItemState | None = None,
) -> Response:  # fmt: skip
    """One plan; by the beginning of its id the address of the whole. While it is on its way, htmx asks for its progress
    alone, and is sent for the whole page when that has ended."""
    if wants_part(request):
        return _progress(request, here, person, plan)
    try:
        plan_id = find(here.ledger, plan).plan_id
    except NoSuchPlan:
        raise HTTPException(404, "There is no such plan") from None
    if plan_id != plan:
        return RedirectResponse(f"/corrections/{plan_id}", 303)
    return _page(request, here, person, plan, after=after, state=state)


@router.post("/corrections/halt")
def stop_all(
    request: Request, here: Here, person: Annotated[Person, Depends(confirmed(Right.APPROVE))], why: Why = ""
) -> Response:
    """Stop all corrections, before their next request."""
    said = {"corrections": "halted"}
    try:
        halt(here.ledger, here.store, by=person.name, why=why.strip() or "no reason given", at=here.clock())
    except LedgerBusy:  # the switch is thrown before the ledger is told
        said["ledger"] = "was not told: it was being written"
    here.access.note(Did.DECIDED, by(request, person), **said)
    return RedirectResponse("/corrections", 303)


@router.post("/corrections/resume")
def let_go_again(
    request: Request, here: Here, person: Annotated[Person, Depends(confirmed(Right.APPROVE))], why: Why = ""
) -> Response:
    """Let corrections go again."""
    resume(here.ledger, here.store, by=person.name, why=why.strip() or "no reason given", at=here.clock())
    here.access.note(Did.DECIDED, by(request, person), corrections="resumed")
    return RedirectResponse("/corrections", 303)


@router.post("/corrections/{plan}/approve", response_class=HTMLResponse)
def approve_plan(
    request: Request, plan: str, here: Here, person: Annotated[Person, Depends(confirmed(Right.APPROVE))]
) -> Response:
    """Let a plan go: never its planner. What does not allow it is said on the page."""
    _whole(here, plan)
    try:
        approve(here.ledger, here.settings, plan, by=person.name, at=here.clock())
    except CorrectionError as refusal:
        said = in_page_words(refusal, here.store)
        here.access.note(Did.REFUSED, by(request, person), asked=f"approve {plan}", why=said)
        return _page(request, here, person, plan, refusal=said, status=409)
    here.access.note(Did.DECIDED, by(request, person), plan=plan, decision="approved")
    return RedirectResponse(f"/corrections/{plan}", 303)


@router.post("/corrections/{plan}/refuse", response_class=HTMLResponse)
def refuse_plan(
    request: Request, plan: str, here: Here, person: Annotated[Person, Depends(changing(Right.READ))],
    reason: Why = "",
) -> Response:  # fmt: skip
    """Take a plan out of use: whoever approves, or whoever planned it."""
    planner = _whole(here, plan)
    if not may_refuse(person, planner):
        here.access.note(Did.REFUSED, by(request, person), asked=f"refuse {plan}", right=Right.APPROVE.value)
        raise Refused
    try:
        refuse(here.ledger, plan, by=person.name, reason=reason, at=here.clock())
    except CorrectionError as refusal:
        return _page(request, here, person, plan, refusal=in_page_words(refusal, here.store), typed=reason, status=409)
    here.access.note(Did.DECIDED, by(request, person), plan=plan, decision="refused")
    return RedirectResponse(f"/corrections/{plan}", 303)


def share(use: Use) -> float:
    """How much of a cap is used, as a part of a bar of 100."""
    if use.exceeded or not use.limit:
        return 100.0 if use.used else 0.0
    return round(float(100 * use.used / use.limit), 1)


def may_refuse(person: Person, planner: str) -> bool:
    return person.may(Right.APPROVE) or same_person(person.name, planner)


def _whole(here: Site, plan: str) -> str:
    """Who made the plan of this whole id. Answers 404 where there is none."""
    try:
        return progress(here.ledger, plan).head.planner
    except NoSuchPlan:
        raise HTTPException(404, "There is no such plan") from None


def _switch(here: Site) -> dict[str, Any]:
    """Whether corrections are halted, and what the switch says of it."""
    try:
        return {"halted": here.store.halt_switch.exists(), "stop": stop_in_force(here.store)}
    except ValueError:
        return {"halted": True, "stop": None}


def _progress(request: Request, here: Site, person: Person, plan: str) -> Response:
    try:
        listed = progress(here.ledger, plan)
    except NoSuchPlan:
        raise HTTPException(404) from None
    now = here.clock()
    part = render(request, "plan_progress.html", person, now=now, listed=listed, state=listed.head.state(now))
    if listed.head.state(now) != ON_ITS_WAY:
        part.headers["hx-refresh"] = "true"
    return part


def _page(
    request: Request, here: Site, person: Person, plan_id: str, *, after: int = 0, state: ItemState | None = None,
    refusal: str = "", typed: str = "", status: int = 200,
) -> HTMLResponse:  # fmt: skip
    listed, now = progress(here.ledger, plan_id), here.clock()
    try:
        plan = here.memory.get("plan", plan_id, lambda: find(here.ledger, plan_id).plan)
        shown = items(here.ledger, plan_id, after, ITEMS + 1, state=state)
    except CorrectionError as broken:
        raise HTTPException(409, in_page_words(broken, here.store)) from None
    left_out = Counter((x.code, x.why) for x in plan.left_out)
    return render(
        request, "plan.html", person, status=status, now=now, words=WORDS, listed=listed, head=listed.head,
        state=listed.head.state(now), plan=plan, groups=groups(plan), caps=uses(plan, here.settings.corrections.caps),
        cap_names=CAPS, share=share, shown=shown[:ITEMS],
        more=shown[ITEMS - 1].line.place if len(shown) > ITEMS else None,
        after=after, only=state, item_states=[s for s in ItemState if listed.states[s.value]],
        left_out=sorted(left_out.items()), planned_it=same_person(person.name, plan.planner),
        refuses=may_refuse(person, plan.planner), refusal=refusal, typed=typed,
        plan_hours=here.settings.corrections.plan_hours, approval_hours=here.settings.corrections.approval_hours,
        **_switch(here),
    )  # fmt: skip
