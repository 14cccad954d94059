"""The audit trail: who came in, what they took and changed, what they were refused; for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from khaos_assets.portal.access import Did, Person, Right, audit, may
from khaos_assets.portal.access.arrival import access_of
from khaos_assets.portal.looks import render

router = APIRouter()
ROWS = 100
FARTHEST = 2**63 - 1


@router.get("/audit", response_class=HTMLResponse)
def trail(
    request: Request, person: Annotated[Person, Depends(may(Right.ADMINISTER))],
    before: Annotated[int | None, Query(ge=1, le=FARTHEST)] = None,
    actor: Annotated[str, Query(max_length=120)] = "", kind: Annotated[str, Query(max_length=32)] = "",
) -> Response:  # fmt: skip
    """The newest first, a page at a time."""
    found = audit.entries(access_of(request).engine, before=before, actor=actor, kind=kind, limit=ROWS + 1)
    more = found[ROWS - 1].seq if len(found) > ROWS else None
    return render(
        request, "audit.html", person,
        entries=found[:ROWS], more=more, before=before, actor=actor, kind=kind, kinds=[d.value for d in Did],
    )  # fmt: skip
