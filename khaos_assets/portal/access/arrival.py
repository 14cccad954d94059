"""Who a request comes from, found once for each: by the session of its browser, by the address of its caller."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from starlette.requests import Request

from khaos_assets.portal.access import cookies, people, sessions
from khaos_assets.portal.access.access import Access, AccessBusy
from khaos_assets.portal.access.proxy import identity
from khaos_assets.portal.access.rights import Person
from khaos_assets.portal.access.signing_in import Visitor

_FOUND = "arrival"
BY_ITSELF = "x-asked-by-itself"
"""The header of what a page asks for while nobody clicks: it keeps no session alive."""


@dataclass(frozen=True)
class Arrival:
    """Somebody who is signed in."""

    person: Person
    secret: str
    """What their browser holds."""
    session_id: str


def access_of(request: Request) -> Access:
    """The access of the portal that answers."""
    return request.app.state.site.access


def address_of(request: Request) -> str:
    """From where a request comes: the proxy's caller, where there is a proxy."""
    return request.client.host if request.client else ""


def visitor_of(request: Request) -> Visitor:
    """From where, with what browser, and which session that holds."""
    held = cookies.shown(request, access_of(request).settings)
    return Visitor(address_of(request), request.headers.get("user-agent", "")[:200], held)


def arrival(request: Request) -> Arrival | None:
    """Who is signed in; None where nobody is. Looked up once for each request."""
    if not hasattr(request.state, _FOUND):
        setattr(request.state, _FOUND, _look_up(request))
    found: Any = getattr(request.state, _FOUND)
    return found


def arrived(request: Request) -> Arrival | None:
    """Who was found to be signed in, if anybody has looked: where a page failed, its database is not asked again."""
    return getattr(request.state, _FOUND, None)


def _look_up(request: Request) -> Arrival | None:
    access = access_of(request)
    secret, at = cookies.shown(request, access.settings), access.clock().astimezone(UTC)
    with access.engine.connect() as connection:
        session = sessions.find(connection, secret, access.settings, at)
        if session is None:
            return None
        person = people.find(connection, session.name, via=session.via)
    if person is None:
        return None
    if session.via == "proxy":
        said = identity(request, access)
        if said is None or said.name != person.name:
            return None
        person = Person(person.name, person.shown_as, said.roles, via="proxy")
    if BY_ITSELF not in request.headers and sessions.is_to_be_noted(session, at):
        with suppress(AccessBusy), access.writing() as connection:  # the next click is noted, then
            sessions.clicked(connection, secret, at)
    return Arrival(person, secret, session.session_id)
