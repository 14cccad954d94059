"""People: who may come in and what they may do, for administrators. Whoever gives a right proves who they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from khaos_assets.portal.access import AccessError, Did, Person, Right, by, confirmed, may, people, sessions, tokens
from khaos_assets.portal.access.arrival import access_of
from khaos_assets.portal.access.passwords import BadPassword
from khaos_assets.portal.access.people import NoSuchPerson
from khaos_assets.portal.access.rights import OWNER, NoSuchRole
from khaos_assets.portal.looks import render
from khaos_assets.rules.catalogue import FAMILIES

router = APIRouter()
ROLES = {
    "viewer": "sees everything, downloads reports",
    "finance": "decides about all cases, signs, reviews and seals months",
    "approver": "approves plans of corrections, halts them",
    "administrator": "adds people, gives roles, reads the audit trail",
    **{f"{OWNER}{f}": f"works the cases of {name} ({f})" for f, name in FAMILIES.items()},
}
DONE = {
    "roles": "They have these roles from now on.",
    "disable": "They cannot come in any more.",
    "enable": "They may come in again.",
    "sessions": "They are signed out everywhere.",
    "token": "That token opens nothing any more.",
}
Administrator = Annotated[Person, Depends(may(Right.ADMINISTER))]
Sure = Annotated[Person, Depends(confirmed(Right.ADMINISTER))]
Given = Annotated[list[Annotated[str, Form(max_length=20)]], Form(max_length=50)]


@router.get("/people", response_class=HTMLResponse)
def everybody(request: Request, person: Administrator) -> Response:
    """Everybody, and the form to add somebody."""
    return _list(request, person)


@router.post("/people", response_class=HTMLResponse)
def add(
    request: Request, person: Sure, name: Annotated[str, Form(max_length=200)] = "",
    shown_as: Annotated[str, Form(max_length=120)] = "", role: Given = [],  # noqa: B006
) -> Response:  # fmt: skip
    """Add somebody; their first password is shown this once."""
    try:
        first = people.add(access_of(request), name, roles=role, shown_as=shown_as, by=by(request, person))
    except (AccessError, NoSuchRole, BadPassword) as e:
        return _list(request, person, trouble=f"{e}.")
    return _list(request, person, added=people.folded(name), first=first)


@router.get("/people/{name}", response_class=HTMLResponse)
def one(
    request: Request, name: str, person: Administrator, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """One of them: roles, sessions, tokens, and what may be done about them."""
    return _one(request, person, name, done=DONE.get(done, ""))


@router.post("/people/{name}", response_class=HTMLResponse)
def change(
    request: Request, name: str, person: Sure, *,
    deed: Annotated[Literal["roles", "disable", "enable", "reset", "sessions", "token"], Form()],
    role: Given = [],  # noqa: B006
    token: Annotated[str, Form(max_length=64)] = "",
) -> Response:  # fmt: skip
    """Do something about somebody else; about oneself somebody else does it."""
    access, hand = access_of(request), by(request, person)
    if people.folded(name) == person.name:
        return _one(request, person, name, trouble="Another administrator changes what you may do.")
    ways: dict[str, Callable[[], None]] = {
        "roles": lambda: people.change_roles(access, name, role, by=hand),
        "disable": lambda: people.disable(access, name, by=hand),
        "enable": lambda: people.enable(access, name, by=hand),
        "token": lambda: tokens.revoke(access, token, by=hand, of=people.one(access, name).name),
    }
    try:
        if deed == "reset":
            return _one(request, person, name, first=people.reset_password(access, name, by=hand))
        if deed == "sessions":
            known = people.one(access, name)
            with access.writing() as connection:
                sessions.end_all(connection, known.name)
                access.record(connection, Did.ENDED_SESSIONS, hand, name=known.name)
        else:
            ways[deed]()
    except NoSuchPerson:
        raise HTTPException(404) from None
    except (AccessError, NoSuchRole) as e:
        return _one(request, person, name, trouble=f"{e}.")
    return RedirectResponse(f"/people/{people.folded(name)}?done={deed}", status_code=303)


def _list(request: Request, person: Person, *, trouble: str = "", added: str = "", first: str = "") -> Response:
    return render(
        request, "people.html", person,
        status=409 if trouble else 200,
        people=people.listed(access_of(request)), roles=ROLES, trouble=trouble, added=added, first=first,
    )  # fmt: skip


def _one(
    request: Request, person: Person, name: str, *, done: str = "", trouble: str = "", first: str = ""
) -> Response:
    access = access_of(request)
    try:
        shown = people.one(access, name)
    except NoSuchPerson:
        raise HTTPException(404) from None
    at = access.clock()
    with access.engine.connect() as connection:
        theirs = sessions.of_person(connection, shown.name, access.settings, at)
    return render(
        request, "person.html", person,
        status=409 if trouble else 200,
        shown=shown, roles=ROLES, sessions=theirs, done=done, trouble=trouble, first=first,
        tokens=[(t, t.lasts(at)) for t in tokens.listed(access, shown.name)],
    )  # fmt: skip
