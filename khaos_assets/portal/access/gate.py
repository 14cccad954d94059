"""What a page names to be asked for by the right people only: FastAPI dependencies that give the person, or refuse.

`signed_in`: anybody who is. `may(right)`: to see or take. `changing(right)`: to change, from one of our own pages.
`confirmed(right)`: the same, with the password given again in the form's field `password`. A machine's token passes
`may(Right.DOWNLOAD)` and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from khaos_assets.portal.access import csrf, tokens
from khaos_assets.portal.access.access import By
from khaos_assets.portal.access.arrival import Arrival, access_of, address_of, arrival
from khaos_assets.portal.access.attempts import TooManyAttempts
from khaos_assets.portal.access.audit import Did
from khaos_assets.portal.access.proxy import identity
from khaos_assets.portal.access.refusals import BadToken, MustChoosePassword, NotSignedIn, Refused, Wait
from khaos_assets.portal.access.rights import Person, Right
from khaos_assets.portal.access.signing_in import NOBODY, NotLetIn, confirm_password, confirm_proxy

PASSWORD = "password"
"""The field in which a form gives the password again."""


def present(request: Request) -> Person:
    """Whoever is signed in, even where they have to choose a password first."""
    return _arrived(request).person


def signed_in(request: Request) -> Person:
    """Whoever is signed in."""
    return _ready(present(request))


def may(right: Right) -> Callable[[Request], Person]:
    """Whoever has a right: to see, or to take."""

    def allowed(request: Request) -> Person:
        bearer = _bearer(request)
        if bearer is None:
            return _with(right, signed_in(request), request)
        access = access_of(request)
        person = tokens.person_of(access, bearer)
        if person is None:
            known = tokens.named(access, bearer)
            if known is not None:  # what was never one of ours may be anything, and comes by the thousand
                access.note(Did.NOT_LET_IN, By(NOBODY, address_of(request)), token=known)
            raise BadToken
        return _with(right, person, request)

    return allowed


def changing(right: Right | None = None) -> Callable[[Request], Coroutine[Any, Any, Person]]:
    """Whoever has a right and asks from one of our pages: to change something. None: whoever is signed in."""

    async def allowed(request: Request) -> Person:
        form = await _form(request)
        return await run_in_threadpool(_changing, request, form, right)

    return allowed


def confirmed(right: Right) -> Callable[[Request], Coroutine[Any, Any, Person]]:
    """As `changing`, and they prove again who they are: before approvals and seals."""

    async def allowed(request: Request) -> Person:
        form = await _form(request)
        return await run_in_threadpool(_confirmed, request, form, right)

    return allowed


async def changing_own(request: Request) -> Person:
    """Whoever is signed in changes what is their own, even where they have to choose a password first."""
    form = await _form(request)
    return await run_in_threadpool(_from_own_page, request, form)


def by(request: Request, person: Person) -> By:
    """Who does something and from where, for the audit."""
    return By(person.name, address_of(request))


def csrf_token(request: Request) -> str:
    """What forms of this session bear in their field `csrf`, and htmx in the header X-CSRF-Token."""
    found = arrival(request)
    return csrf.token_for(found.secret) if found else ""


def confirm(request: Request, person: Person, password: str) -> None:
    """They prove again who they are. Raises Refused, Wait."""
    access, address = access_of(request), address_of(request)
    try:
        if person.via == "proxy":
            confirm_proxy(access, person, identity(request, access), address)
        else:
            confirm_password(access, person, password, address)
    except TooManyAttempts as e:
        raise Wait(e.seconds) from None
    except NotLetIn:
        if person.via == "proxy":
            minutes = access.settings.confirm_minutes
            advice = (
                f"Sign out of your organisation's sign-in page and in again, then do this within {minutes} minutes."
            )
            raise Refused("Prove again who you are", advice) from None
        raise Refused("That is not your password", "Nothing was done. Go back and type it again.") from None


def _arrived(request: Request) -> Arrival:
    found = arrival(request) if _bearer(request) is None else None
    if found is None:
        raise NotSignedIn
    return found


def _ready(person: Person) -> Person:
    if person.must_change:
        raise MustChoosePassword
    return person


def _with(right: Right | None, person: Person, request: Request) -> Person:
    if right is not None and not person.may(right):
        path = f"{request.method} {request.url.path[:200]}"
        access_of(request).note(Did.REFUSED, by(request, person), asked=path, right=right.value)
        raise Refused
    return person


def _changing(request: Request, form: FormData, right: Right | None) -> Person:
    return _with(right, _ready(_from_own_page(request, form)), request)


def _confirmed(request: Request, form: FormData, right: Right) -> Person:
    person = _changing(request, form, right)
    given = form.get(PASSWORD)
    confirm(request, person, given if isinstance(given, str) else "")
    return person


def _from_own_page(request: Request, form: FormData) -> Person:
    """Whoever is signed in, if one of our pages sent it: with the session's token, and not from another site."""
    found, access = _arrived(request), access_of(request)
    shown = request.headers.get(csrf.HEADER) or form.get(csrf.FIELD)
    if not csrf.is_token(shown, found.secret) or not csrf.from_ourselves(request, access.settings):
        path = f"{request.method} {request.url.path[:200]}"
        access.note(Did.REFUSED, by(request, found.person), asked=path, right="from another page")
        raise Refused("This did not come from a page of yours", "Open the page again and press its button once more.")
    return found.person


async def _form(request: Request) -> FormData:
    """The form that was sent; empty where something else was. Raises HTTPException 400 where it is broken."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return FormData()
    return await request.form()


def _bearer(request: Request) -> str | None:
    """What a machine shows; None where it is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
