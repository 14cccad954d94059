"""An order's journey: channel, Khaos, WAIR and back, on one line of time."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from khaos_assets.cases.finding import of_records
from khaos_assets.portal.access import Person, Right, may
from khaos_assets.portal.journey import journey
from khaos_assets.portal.looks import render
from khaos_assets.portal.records import of_order
from khaos_assets.portal.site import Here

router = APIRouter()


@router.get("/orders", response_class=HTMLResponse)
def look_up(
    request: Request, here: Here, person: Annotated[Person, Depends(may(Right.READ))],
    text: Annotated[str, Query(max_length=200)] = "",
) -> Response:  # fmt: skip
    """Find an order by its reference, with or without a channel's prefix, or by the key that a system gave it."""
    wanted = text.replace("\x00", "").strip()
    found = here.published.rows(
        """
        SELECT DISTINCT reference FROM (
            SELECT reference, full_reference, source_key FROM sales_order
            UNION ALL SELECT reference, full_reference, source_key FROM dispatch
        ) WHERE reference IS NOT NULL AND (
            reference = $wanted OR full_reference = $wanted OR source_key = $wanted OR starts_with(reference, $wanted)
        ) ORDER BY reference LIMIT 21
        """,
        wanted=wanted,
    ) if wanted else []  # fmt: skip
    if len(found) == 1:
        return RedirectResponse(f"/orders/{quote(found[0]['reference'], safe='')}", 303)
    return render(request, "orders.html", person, text=wanted, found=[r["reference"] for r in found])


@router.get("/orders/{reference:path}", response_class=HTMLResponse)
def order_page(
    request: Request, reference: str, here: Here, person: Annotated[Person, Depends(may(Right.READ))]
) -> HTMLResponse:
    """One order's way, and every case that is about it."""
    way = journey(here.published, reference)
    cases = of_records(here.ledger, [reference, *(s.key for s in way.stands)])
    if not way.known and not cases:
        raise HTTPException(404, "No system had an order with this reference in the last night")
    systems = list(dict.fromkeys(s.system for s in way.stands))
    return render(
        request, "order.html", person, now=here.clock(), way=way, cases=cases, night=here.night,
        sheets=of_order(here.published, reference, systems, non_stock=here.settings.non_stock_codes) if systems else [],
    )  # fmt: skip
