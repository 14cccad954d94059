"""One's own account: password, where one is signed in, tokens for machines."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from khaos_assets.portal.access import (
    AccessError,
    Did,
    Person,
    Right,
    by,
    changing,
    changing_own,
    confirmed,
    cookies,
    people,
    present,
    sessions,
    tokens,
)
from khaos_assets.portal.access.arrival import access_of, arrival, visitor_of
from khaos_assets.portal.access.attempts import TooManyAttempts
from khaos_assets.portal.access.passwords import BadPassword
from khaos_assets.portal.access.refusals import ACCOUNT, in_words
from khaos_assets.portal.access.signing_in import NotLetIn, begin_session, confirm_password
from khaos_assets.portal.looks import render

router = APIRouter()
DONE = {
    "password": "Your password is changed. Every other session of yours has ended.",
    "session": "That session has ended.",
    "revoked": "That token opens nothing any more.",
}
Text = Annotated[str, Form(max_length=400)]


@router.get("/account", response_class=HTMLResponse)
def account(
    request: Request, person: Annotated[Person, Depends(present)], done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """What the portal knows of whoever is signed in."""
    return _page(request, person, done=DONE.get(done, ""))


@router.post("/account/password", response_class=HTMLResponse)
def change_password(
    request: Request, person: Annotated[Person, Depends(changing_own)], password: Text = "", new: Text = "",
    again: Text = "",
) -> Response:  # fmt: skip
    """Choose another password: all sessions end, and this browser has a new one."""
    access, visitor = access_of(request), visitor_of(request)
    if new != again:
        return _page(request, person, trouble="The two new passwords differ.")
    try:
        confirm_password(access, person, password, visitor.address)
        people.choose_password(access, person.name, new, by=by(request, person))
        secret = begin_session(access, person.name, visitor, via=person.via)
    except NotLetIn:
        return _page(request, person, trouble="The present password is not right.")
    except TooManyAttempts as e:
        return _page(request, person, trouble=f"Too many wrong passwords: try again in {in_words(e.seconds)}.")
    except (AccessError, BadPassword) as e:
        return _page(request, person, trouble=f"{e}.")
    answer = RedirectResponse(f"{ACCOUNT}?done=password", status_code=303)
    cookies.give(answer, access.settings, secret)
    return answer


@router.post("/account/sessions/end")
def end_session(request: Request, person: Annotated[Person, Depends(changing_own)], session: Text = "") -> Response:
    """End one of one's own sessions."""
    access = access_of(request)
    with access.writing() as connection:
        if sessions.end_one(connection, person.name, session):
            access.record(connection, Did.ENDED_SESSIONS, by(request, person), session=session)
    return RedirectResponse(f"{ACCOUNT}?done=session", status_code=303)


@router.post("/account/tokens", response_class=HTMLResponse)
def make_token(
    request: Request, person: Annotated[Person, Depends(confirmed(Right.DOWNLOAD))], purpose: Text = "",
    days: Annotated[int, Form(ge=1, le=tokens.LONGEST_DAYS)] = 90,
) -> Response:  # fmt: skip
    """Make a token, which is shown this once."""
    try:
        made = tokens.make(access_of(request), person.name, purpose=purpose, days=days, by=by(request, person))
    except AccessError as e:
        return _page(request, person, trouble=f"{e}.")
    return _page(request, person, made=made)


@router.post("/account/tokens/revoke")
def revoke_token(request: Request, person: Annotated[Person, Depends(changing())], token: Text = "") -> Response:
    """Let one of one's own tokens open nothing any more."""
    try:
        tokens.revoke(access_of(request), token, by=by(request, person), of=person.name)
    except AccessError as e:
        return _page(request, person, trouble=f"{e}.")
    return RedirectResponse(f"{ACCOUNT}?done=revoked", status_code=303)


def _page(request: Request, person: Person, *, done: str = "", trouble: str = "", made: str = "") -> Response:
    access, here = access_of(request), arrival(request)
    at = access.clock()
    with access.engine.connect() as connection:
        mine = sessions.of_person(connection, person.name, access.settings, at)
    return render(
        request, "account.html", person,
        status=409 if trouble else 200,
        done=done, trouble=trouble, made=made,
        sessions=mine, current=here.session_id if here else "",
        tokens=[(t, t.lasts(at)) for t in tokens.listed(access, person.name)],
        longest=tokens.LONGEST_DAYS,
    )  # fmt: skip
