"""Incidents: exceptions that have one cause, as the last recorded night grouped them."""

from __future__ import annotations

import gc
import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from khaos_assets.cases.finding import by_keys
from khaos_assets.cases.incidents import Incident, cause_in_words, incidents, read_causes
from khaos_assets.cases.worklist import work_list
from khaos_assets.portal.access import Person, Right, may
from khaos_assets.portal.looks import render
from khaos_assets.portal.site import Here, Site

router = APIRouter()
ROWS = 50
MEMBERS = 500


@router.get("/incidents", response_class=HTMLResponse)
def list_incidents(
    request: Request, here: Here, person: Annotated[Person, Depends(may(Right.READ))],
    text: Annotated[str, Query(max_length=200)] = "", page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> HTMLResponse:  # fmt: skip
    """The incidents of the night: the severest first."""
    wanted = text.strip().casefold()
    found = list(of_night(here).items())
    if wanted:
        found = [(key, i) for key, i in found if wanted in cause_in_words(i).casefold()]
    shown = found[(page - 1) * ROWS : page * ROWS]
    return render(
        request, "incidents.html", person, found=len(found), shown=shown, cause=cause_in_words, text=text, page=page,
        more=len(found) > page * ROWS,
    )  # fmt: skip


@router.get("/incidents/{key}", response_class=HTMLResponse)
def incident_page(
    request: Request, key: str, here: Here, person: Annotated[Person, Depends(may(Right.READ))]
) -> HTMLResponse:
    """One incident: what stands for it, each as it is now, and what it explains."""
    incident = of_night(here).get(key)
    if incident is None:
        raise HTTPException(404, "The last night has no such incident: its cause may be gone")
    members = incident.members[:MEMBERS]
    return render(
        request, "incident.html", person, incident=incident, title=cause_in_words(incident), members=members,
        now_=by_keys(here.ledger, [m.case_key for m in members]), left=len(incident.members) - len(members),
    )  # fmt: skip


def of_night(here: Site) -> dict[str, Incident]:
    """The incidents of the last recorded night by their keys, made once for a night."""
    nights = here.ledger.nights()
    if not nights or here.night is None:
        return {}
    return here.memory.get_meanwhile("incidents", (nights[-1].last_seq, here.night), lambda: _made(here))


def _made(here: Site) -> dict[str, Incident]:
    night = here.ledger.nights()[-1].night
    with here.published.cursor() as cursor:
        causes = read_causes(cursor, night)
    found = incidents(work_list(here.ledger, night).items, causes)
    gc.freeze()  # they stay for a day: looking through them again and again would hold up every page
    return {hashlib.sha256(f"{i.kind} {i.name} {i.members[0].case_key}".encode()).hexdigest()[:16]: i for i in found}
