"""My queue: what waits for this person, in the order in which it is due."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from khaos_assets.cases.events import same_person
from khaos_assets.cases.finding import Found, Order, Wanted, find, waiting_for_second
from khaos_assets.cases.states import State
from khaos_assets.portal.access import Person, Right, may
from khaos_assets.portal.looks import render
from khaos_assets.portal.site import Here

router = APIRouter()
SHOWN = 50


@router.get("/queue", response_class=HTMLResponse)
def queue(request: Request, here: Here, person: Annotated[Person, Depends(may(Right.READ))]) -> HTMLResponse:
    """Cases of the families this person owns (of all, where they own none), late ones first; and acceptances that wait
    for a second person, unless it was they who proposed."""
    late, fresh, inhand = (
        Wanted(families=person.families, late=True),
        Wanted(families=person.families, states=frozenset({State.OPEN})),
        Wanted(families=person.families, states=frozenset({State.ACKNOWLEDGED})),
    )

    def first(wanted: Wanted, order: Order) -> Found:
        return find(here.ledger, wanted, order, limit=SHOWN)

    return render(
        request, "queue.html", person, now=here.clock(), shown=SHOWN,
        late=first(late, Order.DUE), fresh=first(fresh, Order.DUE), inhand=first(inhand, Order.DUE),
        sums={name: here.totals(part) for name, part in (("late", late), ("fresh", fresh), ("inhand", inhand))},
        waiting=[
            c for c in waiting_for_second(here.ledger, families=person.families)
            if not same_person((c.proposed or {}).get("by", ""), person.name)
        ],
    )  # fmt: skip
