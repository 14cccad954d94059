"""Certificates: why each snapshot of a night is, or is not, complete; page by page."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from khaos_assets.portal import reads
from khaos_assets.portal.access import Person, Right, may
from khaos_assets.portal.looks import render
from khaos_assets.portal.site import Here

router = APIRouter()
ROWS = 25
"""Pages of a read, and records set aside, on one page of ours."""


class At(BaseModel):
    """How far each list of a certificate is leafed through."""

    page: int = Field(default=1, ge=1, le=100_000)
    aside: int = Field(default=1, ge=1, le=100_000)
    asked: int = Field(default=1, ge=1, le=100_000)


@router.get("/certificates", response_class=HTMLResponse)
def list_certificates(
    request: Request, here: Here, person: Annotated[Person, Depends(may(Right.READ))], night: date | None = None
) -> HTMLResponse:
    """The reads of one night, by system; of the newest, where none is named."""
    nights = here.store.nights()[::-1]
    chosen = night or (nights[0] if nights else None)
    if night is not None and night not in nights:
        raise HTTPException(404, "No snapshot was taken in that night")
    return render(
        request, "certificates.html", person, night=chosen, nights=nights,
        systems=reads.health(here.store, chosen) if chosen else [], verdicts=reads.VERDICTS, proofs=reads.PROOFS,
    )  # fmt: skip


@router.get("/certificates/{night}/{system}/{entity}", response_class=HTMLResponse)
def certificate_page(
    request: Request, here: Here, *, night: date, system: str, entity: str,
    person: Annotated[Person, Depends(may(Right.READ))], at: Annotated[At, Query()],
) -> HTMLResponse:  # fmt: skip
    """One snapshot: what proves it complete, or why it is not."""
    certificate = reads.certificate_of(here.store, night, system, entity)
    if certificate is None:
        raise HTTPException(404, "That night has no such snapshot")
    dagster = here.settings.portal.dagster_address
    return render(
        request, "certificate.html", person, c=certificate, night=night,
        verdict=reads.VERDICTS[certificate.verdict], conclusion=reads.conclusion(certificate),
        proof=reads.PROOFS[certificate.proof],
        pages=certificate.pages, aside=reads.set_aside(here.store, certificate),
        asked=reads.asked_by_name(here.store, certificate),
        at=at.model_dump(), rows=ROWS,
        untested=reads.not_tested(here.published, certificate), needed_by=reads.codes_that_need(system, entity),
        dagster=f"{dagster}/assets/{system}/{entity}?partition={night}" if dagster else "",
    )  # fmt: skip
