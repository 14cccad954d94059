"""The overview: is last night sound, what stands open and whose it is, what is late, how it has gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from khaos_assets.cases.finding import Order, Wanted, find
from khaos_assets.cases.trend import trend
from khaos_assets.corrections.listing import plans
from khaos_assets.portal.access import Person, Right, may
from khaos_assets.portal.looks import render
from khaos_assets.portal.pages.month_end import known
from khaos_assets.portal.reads import Health, health
from khaos_assets.portal.site import Here, Site

router = APIRouter()
LATE_SHOWN = 8
STALE_AFTER = timedelta(hours=30)
"""A night begins at two; by eight the next one has ended."""
PLANS_LOOKED_AT = 10
UNTESTED = """
SELECT code, systems, not_tested_reason FROM control_code WHERE night = $night AND NOT tested ORDER BY ALL
"""


@dataclass(frozen=True)
class Course:
    """Cases that stood at the end of each night, as the points of a drawing 600 by 150."""

    nights: tuple[date, ...]
    cases: tuple[int, ...]

    @property
    def top(self) -> int:
        return max((*self.cases, 1))

    @property
    def points(self) -> list[tuple[float, float]]:
        wide = 600 / max(len(self.cases) - 1, 1)
        return [(round(i * wide, 1), round(150 - 140 * n / self.top, 1)) for i, n in enumerate(self.cases)]

    @property
    def line(self) -> str:
        return " ".join(f"{x},{y}" for x, y in self.points)


@router.get("/", response_class=HTMLResponse)
def home(request: Request, here: Here, person: Annotated[Person, Depends(may(Right.READ))]) -> HTMLResponse:
    """How things stand."""
    late, as_of = Wanted(late=True), _as_of(here)
    return render(
        request, "home.html", person,
        now=here.clock(),
        night=here.night,
        as_of=as_of, stale=as_of is not None and here.clock() - as_of > STALE_AFTER,
        totals=here.totals(Wanted()),
        late=find(here.ledger, late, Order.DUE, limit=LATE_SHOWN).cases,
        plans=[p for p in plans(here.ledger, PLANS_LOOKED_AT) if p.head.state(here.clock()) == "planned" and p.items],
        months=[c for c in known(here).values() if c.newest is not None and c.sealed is None],
        course=course(here),
        health=_health(here),
        dagster=_in_dagster(here),
        untested=here.published.rows(UNTESTED, night=here.night) if here.night else [],
    )  # fmt: skip


def course(here: Site) -> Course | None:
    """How many cases stood at the end of each of the last nights; None with fewer than two."""
    recorded = here.ledger.nights()
    if not recorded:
        return None
    last = recorded[-1]
    return here.memory.get_meanwhile("course", last.last_seq, lambda: _course(here, last.night))


def _course(here: Site, night: date) -> Course | None:
    by_night: dict[date, int] = {}
    for point in trend(here.ledger, night):
        by_night[point.night] = by_night.get(point.night, 0) + point.cases
    return Course(tuple(by_night), tuple(by_night.values())) if len(by_night) > 1 else None


def _as_of(here: Site) -> datetime | None:
    nights = here.ledger.nights()
    return nights[-1].as_of if nights else None


def _health(here: Site) -> list[Health]:
    return health(here.store, here.night) if here.night else []


def _in_dagster(here: Site) -> str:
    """Where Dagster shows the reports of the night; empty where its address is not known, or there was none."""
    address = here.settings.portal.dagster_address
    return f"{address}/assets/nightly_report?partition={here.night}" if address and here.night else ""
