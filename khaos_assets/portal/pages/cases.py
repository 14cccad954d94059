"""One case: what differs, the records of both sides, what happened to it, and what may be done about it."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from khaos_assets.cases import decisions
from khaos_assets.cases.decisions import RefusedDecision
from khaos_assets.cases.finding import by_keys
from khaos_assets.cases.ledger import LedgerBusy
from khaos_assets.cases.states import Case, State
from khaos_assets.corrections.listing import of_case
from khaos_assets.portal.access import Did, Person, Right, by, changing, may
from khaos_assets.portal.access.refusals import Refused
from khaos_assets.portal.access.rights import OWNER
from khaos_assets.portal.looks import day, render, runbook
from khaos_assets.portal.published import NothingPublished, Row
from khaos_assets.portal.records import reference_of, side_by_side
from khaos_assets.portal.site import Here, Site
from khaos_assets.portal.wording import in_page_words
from khaos_assets.rules.catalogue import load_catalogue

router = APIRouter()


class Decision(BaseModel):
    """What the form of a case says."""

    decision: Literal["acknowledge", "assign", "resolve", "accept", "reopen"]
    reason: str = Field(default="", max_length=120)
    note: str = Field(default="", max_length=4000)
    owner: str = Field(default="", max_length=80)
    until: str = Field(default="", max_length=10)
    saw: int = Field(default=0, ge=0, le=2**62, description="the newest event of the case as its page showed it")


EXPLAINED_SHOWN = 200


@router.get("/cases/{key}", response_class=HTMLResponse)
def case_page(request: Request, key: str, here: Here, person: Annotated[Person, Depends(may(Right.READ))]) -> Response:
    """One case; by the beginning of its key the address of the whole. An exception that another one explains has a
    page, too, though it is nobody's case."""
    seen = _seen(here, key)
    kept = by_keys(here.ledger, [key]).get(key)
    if kept is None and seen is None:
        return RedirectResponse(f"/cases/{here.ledger.case(key).case_key}", 303)
    return _page(request, here, person, kept, seen)


@router.post("/cases/{key}", response_class=HTMLResponse)
def decide(
    request: Request, key: str, here: Here, person: Annotated[Person, Depends(changing(Right.DECIDE))],
    said: Annotated[Decision, Form()],
) -> Response:  # fmt: skip
    """Decide about a case. What the ledger refuses is said on the page, and what was typed stays."""
    case = by_keys(here.ledger, [key]).get(key)
    if case is None:
        raise HTTPException(404)
    if not person.decides(case.code):
        family = case.code.partition("-")[0]
        here.access.note(Did.REFUSED, by(request, person), asked=f"{said.decision} {key}", right=f"{OWNER}{family}")
        raise Refused(f"The cases of {family} are not yours to decide", "Whoever owns them decides, or finance.")
    try:
        if said.saw and said.saw != case.changed_seq:
            raise RefusedDecision("the case has changed since you opened it. Look at it as it is now, then decide")
        _decide(here, key, said, {"by": person.name, "at": here.clock()})
    except (RefusedDecision, LedgerBusy) as refusal:
        words = in_page_words(refusal, here.store)
        return _page(request, here, person, case, _seen(here, key), refusal=words, typed=said, status=409)
    here.access.note(Did.DECIDED, by(request, person), case=key, decision=said.decision)
    return RedirectResponse(f"/cases/{key}", 303)


def _decide(here: Site, key: str, said: Decision, who: dict[str, Any]) -> Case:
    because: dict[str, Any] = who | {
        "reason": said.reason, "note": said.note, "evidence": lambda k: (_seen(here, k) or {}).get("evidence")
    }  # fmt: skip
    match said.decision:
        case "acknowledge":
            return decisions.acknowledge(here.ledger, key, **who)
        case "assign":
            return decisions.assign(here.ledger, key, said.owner, **who)
        case "resolve":
            return decisions.resolve(here.ledger, here.settings, key, **because)
        case "accept":
            return decisions.accept(here.ledger, here.settings, key, until=_day(said.until), **because)
        case "reopen":
            return decisions.reopen(here.ledger, here.settings, key, note=said.note, **who)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RefusedDecision("until when? Give a date") from None


def _seen(here: Site, key: str) -> Row | None:
    """What the newest night that shows it says of it."""
    try:
        # No ORDER BY … LIMIT: for one row of the largest the database looks at the columns of all
        rows = here.published.rows("FROM exception WHERE case_key = $key", key=key)
    except NothingPublished:
        return None
    return max(rows, key=lambda row: row["night"], default=None)


def _page(
    request: Request, here: Site, person: Person, kept: Case | None, seen: Row | None, *, refusal: str = "",
    typed: Decision | None = None, status: int = 200,
) -> HTMLResponse:  # fmt: skip
    case = kept or _unkept(seen or {})
    published = here.night is not None
    return render(
        request, "case.html", person, status=status,
        now=here.clock(), case=case, kept=kept is not None, seen=seen, code=load_catalogue().get(case.code),
        runbook=runbook(case.code),
        sheets=side_by_side(here.published, case, non_stock=here.settings.non_stock_codes) if published else [],
        reference=reference_of(here.published, case) if published else None,
        evidence=_evidence(seen),
        explains=here.published.rows(
            "SELECT case_key, code, systems, record_key, scope, field, amount_gbp FROM exception"
            " WHERE suppressed_by = $key AND night = $night ORDER BY ALL LIMIT $shown",
            key=case.case_key, night=here.night, shown=EXPLAINED_SHOWN,
        ) if published else [],
        events=here.ledger.events(case.case_key), corrections=of_case(here.ledger, case.case_key),
        decides=person.decides(case.code) and kept is not None,
        reasons=here.settings.cases.reasons, owners=here.owners(),
        refusal=refusal, typed=typed, next_step=next_step(case, kept is not None), State=State,
    )  # fmt: skip


def _evidence(seen: Row | None) -> list[tuple[str, str]]:
    said: dict[str, Any] = json.loads(seen["evidence"]) if seen and seen["evidence"] else {}
    shown = ((k, v) for k, v in said.items() if k not in ("explains", "explains_count"))
    return [(k, _words(v)) for k, v in shown if v is not None]


def _words(said: Any) -> str:
    """What evidence says, without the signs of JSON."""
    match said:
        case dict():
            return ", ".join(f"{k} {_words(v)}" for k, v in said.items() if v not in (None, ""))
        case list():
            return "; ".join(map(_words, said)) or "none"
        case bool():
            return "yes" if said else "no"
        case _:
            return str(said)


def _unkept(seen: Row) -> Case:
    """An exception that is nobody's case, in the form of one."""
    facts: Row = {name: seen.get(name) for name in Case.__struct_fields__} | {
        "state": State.EXPECTED, "assigned": False, "last_seen": seen["night"], "occurrences": 1, "breached": False,
        "changed_seq": 0,
    }  # fmt: skip
    return Case(**facts)


def next_step(case: Case, kept: bool) -> str:
    """What somebody would do now, in a sentence."""
    if not kept:
        return "Nothing: another exception explains it. Look at that one."
    match case.state:
        case State.EXPECTED:
            return "Nothing yet: it is inside its grace, and most such go away by themselves."
        case State.OPEN if case.proposed:
            until = day(case.proposed["until"])
            return f"A second person accepts it until {until}, as {case.proposed['by']} proposed, or resolves it."
        case State.OPEN:
            return f"{case.owner.capitalize()} takes it in hand: acknowledge it, then follow the runbook below."
        case State.ACKNOWLEDGED:
            return "Put it right as the runbook says. The next complete night closes it by itself."
        case State.ACCEPTED:
            return f"Nothing until {day(case.accepted_until)}: it was accepted. A greater value opens it again."
        case _:
            return "Nothing: it is closed. A night that shows it again opens it."
