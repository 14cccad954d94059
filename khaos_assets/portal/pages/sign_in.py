"""Signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from khaos_assets.portal.access import AccessError, By, Did, Person, changing_own, cookies, csrf, sessions
from khaos_assets.portal.access.arrival import access_of, address_of, arrival, visitor_of
from khaos_assets.portal.access.attempts import TooManyAttempts
from khaos_assets.portal.access.proxy import identity
from khaos_assets.portal.access.refusals import SIGN_IN, Refused, in_words, local
from khaos_assets.portal.access.signing_in import NotLetIn, by_password, by_proxy
from khaos_assets.portal.looks import render

router = APIRouter()
LONGEST = 2000
"""Characters of a field."""


@router.get("/sign-in", response_class=HTMLResponse)
def ask(request: Request, next: Annotated[str, Query(max_length=LONGEST)] = "/") -> Response:
    """The form; whoever is signed in already, or at the proxy, goes on."""
    access = access_of(request)
    if arrival(request) is not None:
        return RedirectResponse(local(next), status_code=303)
    if access.settings.proxy is None or not access.settings.proxy.identifies:
        return render(request, "sign_in.html", next=local(next), name="", trouble="")
    found = identity(request, access)
    if found is None:
        raise Refused("The sign-in page of your organisation did not say who you are", "Sign in there again.")
    try:
        secret = by_proxy(access, found, visitor_of(request))
    except AccessError as e:
        raise Refused("You cannot come in", f"{e}.") from None
    return _let_in(request, secret, next)


@router.post("/sign-in", response_class=HTMLResponse)
def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=LONGEST)] = "",
    password: Annotated[str, Form(max_length=LONGEST)] = "",
    next: Annotated[str, Form(max_length=LONGEST)] = "/",
) -> Response:
    """By name and password."""
    access = access_of(request)
    if access.settings.proxy is not None and access.settings.proxy.identifies:
        raise Refused("Nobody signs in here", "Sign in where your organisation signs you in.")
    if not csrf.from_ourselves(request, access.settings):
        raise Refused("This did not come from the sign-in page", "Open the sign-in page and try there.")
    try:
        return _let_in(request, by_password(access, name, password, visitor_of(request)), next)
    except NotLetIn:
        trouble, status = "Name and password do not go together. Check both and try again.", 401
    except TooManyAttempts as e:
        trouble, status = f"Too many wrong attempts. The next one may be made in {in_words(e.seconds)}.", 429
    return render(request, "sign_in.html", status=status, next=local(next), name=name, trouble=trouble)


@router.post("/sign-out")
def sign_out(request: Request, person: Annotated[Person, Depends(changing_own)]) -> Response:
    """The session ends here and at the server."""
    access = access_of(request)
    with access.writing() as connection:
        sessions.end(connection, cookies.shown(request, access.settings))
        access.record(connection, Did.SIGNED_OUT, By(person.name, address_of(request)))
    gone = RedirectResponse(SIGN_IN, status_code=303)
    cookies.take(gone, access.settings)
    return gone


def _let_in(request: Request, secret: str, then: str) -> Response:
    answer = RedirectResponse(local(then), status_code=303)
    cookies.give(answer, access_of(request).settings, secret)
    return answer
