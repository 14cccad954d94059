"""The list of exceptions: filter, search, sort, a page at a time. Every list has an address that can be sent on."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from decimal import Decimal
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field, ValidationError, field_validator

from khaos_assets.cases.finding import Order, Place, Wanted, find
from khaos_assets.cases.states import STANDING, State
from khaos_assets.portal import views
from khaos_assets.portal.access import Person, Right, changing, may
from khaos_assets.portal.looks import render, wants_part
from khaos_assets.portal.site import Here
from khaos_assets.rules.catalogue import FAMILIES, load_catalogue

router = APIRouter()
ROWS = 50

States = Literal["standing", "open", "acknowledged", "expected", "accepted", "resolved", "false_positive", "all"]
CHOSEN: dict[str, frozenset[State]] = {"standing": STANDING, "all": frozenset(State)} | {
    s.value: frozenset({s}) for s in State
}
ORDERS = {
    Order.WORST: "Worst first", Order.LARGEST: "Largest first", Order.DUE: "Due first", Order.OLDEST: "Oldest first",
    Order.NEWEST: "Newest first", Order.RECORD: "By record",
}  # fmt: skip


class Asked(BaseModel):
    """What the address of a list says."""

    text: str = Field(default="", max_length=200)
    state: States = "standing"
    family: str = Field(default="", max_length=80, description="one, or several with commas between")
    code: str = Field(default="", max_length=12)
    owner: str = Field(default="", max_length=80)
    severity: str = Field(default="", max_length=16)
    systems: str = Field(default="", max_length=80)
    late: bool = False
    gbp: Decimal | Literal[""] = Field(default="", description="at least so many pounds", union_mode="left_to_right",
                                       json_schema_extra={"anyOf": [{"type": "number"}, {"const": ""}]})  # fmt: skip
    order: Order = Order.WORST
    at: str = Field(default="", max_length=2000, description="a place in the list, as a page of it gave it")

    @field_validator("gbp", mode="before")
    @classmethod
    def _as_typed(cls, given: Any) -> Any:
        """Pounds as people write them: "£1,000"."""
        return given.strip().removeprefix("£").replace(",", "") if isinstance(given, str) else given

    @property
    def families(self) -> list[str]:
        return [f for f in dict.fromkeys(self.family.split(",")) if f]

    @property
    def wanted(self) -> Wanted:
        gbp = None if self.gbp == "" or not self.gbp.is_finite() else min(abs(self.gbp), Decimal(10) ** 12)
        return Wanted(
            states=CHOSEN[self.state], families=frozenset(self.families), code=self.code, owner=self.owner,
            severity=self.severity, systems=self.systems, late=self.late, at_least_gbp=gbp, text=clean(self.text),
        )  # fmt: skip

    @property
    def said(self) -> dict[str, Any]:
        """What differs from the usual list, as the address says it; without the place."""
        usual = Asked()
        values = self.model_dump(mode="json", exclude={"at"})
        return {
            name: "1" if value is True else value for name, value in values.items() if value != getattr(usual, name)
        }


class Kept(BaseModel):
    """What the form that keeps a view says."""

    title: str = Field(min_length=1, max_length=80)
    query: str = Field(default="", max_length=2000)


class Dropped(BaseModel):
    """What the form that drops a view says."""

    title: str = Field(min_length=1, max_length=80)


@router.post("/exceptions/views")
def keep(
    here: Here, person: Annotated[Person, Depends(changing(Right.READ))], said: Annotated[Kept, Form()]
) -> Response:
    """Keep the list that is shown under a name; one of the same name is replaced."""
    try:
        query = Asked.model_validate(dict(parse_qsl(said.query))).said
    except ValidationError as e:
        raise HTTPException(422) from e
    views.keep(here.access, person.name, clean(said.title) or "My view", urlencode(query))
    return RedirectResponse(f"/exceptions?{urlencode(query)}", 303)


@router.post("/exceptions/views/drop")
def drop(
    here: Here, person: Annotated[Person, Depends(changing(Right.READ))], said: Annotated[Dropped, Form()]
) -> Response:
    """Drop one of one's views."""
    views.drop(here.access, person.name, said.title)
    return RedirectResponse("/exceptions", 303)


def clean(text: str) -> str:
    """Text without what no record can hold."""
    return text.replace("\x00", "").strip()


@router.get("/exceptions", response_class=HTMLResponse)
def exceptions(
    request: Request, here: Here, person: Annotated[Person, Depends(may(Right.READ))], asked: Annotated[Asked, Query()]
) -> HTMLResponse:
    """A page of the list, or only its rows where the page asks for them."""
    found = find(here.ledger, asked.wanted, asked.order, place_of(asked), ROWS)
    part = wants_part(request)
    return render(
        request, "exceptions_rows.html" if part else "exceptions.html", person, part=part,
        now=here.clock(), asked=asked, said=asked.said, found=found, orders=ORDERS, states=list(CHOSEN),
        totals=here.totals(asked.wanted),
        before=written(found.before), after=written(found.after),
        owners=here.owners(),
        codes=load_catalogue(), all_families=FAMILIES, views=views.of_person(here.access, person.name),
    )  # fmt: skip


def written(place: Place | None) -> str:
    """A place as it stands in an address; empty for none."""
    if place is None:
        return ""
    return urlsafe_b64encode(json.dumps([place.backwards, *place.values]).encode()).decode().rstrip("=")


def place_of(asked: Asked) -> Place | None:
    """The place that an address names. Answers 400 where that is none in a list of this order."""
    if not asked.at:
        return None
    try:
        backwards, *values = json.loads(urlsafe_b64decode(asked.at + "=" * (-len(asked.at) % 4)))
        return Place.checked(asked.order, values, backwards is True)
    except (ValueError, TypeError) as e:
        raise HTTPException(400) from e
