"""Signing in, and giving the password again before something grave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from khaos_assets.portal.access import attempts, people, sessions
from khaos_assets.portal.access.access import Access, By
from khaos_assets.portal.access.audit import Did
from khaos_assets.portal.access.proxy import Identity, enter
from khaos_assets.portal.access.rights import Person

NOBODY = "(not signed in)"
"""The actor of what nobody did who is known: what was typed as a name may be a password."""


class NotLetIn(Exception):
    """Name and password do not go together, or the person is disabled: which of them is not told."""


@dataclass(frozen=True)
class Visitor:
    """From where somebody comes."""

    address: str
    browser: str = ""
    held: str = ""
    """The session that their browser holds, and that a new one takes the place of."""


def by_password(access: Access, name: str, password: str, visitor: Visitor) -> str:
    """What their browser shall hold. Raises NotLetIn, TooManyAttempts."""
    name = people.folded(name)
    proven = _proven(access, name, password, visitor.address)
    return begin_session(access, name, visitor, via="password", proven=proven)


def by_proxy(access: Access, found: Identity, visitor: Visitor) -> str:
    """What the browser of somebody shall hold whom the proxy vouches for. Raises AccessError."""
    enter(access, found, By(found.name, visitor.address))
    return begin_session(access, found.name, visitor, via="proxy")


def begin_session(access: Access, name: str, visitor: Visitor, *, via: str, proven: str | None = None) -> str:
    """What the browser of somebody shall hold who proved who they are; what it held before opens nothing any more.

    `proven` is the hash of the password by which they did. Raises NotLetIn where that is another one in the meantime,
    or they were disabled.
    """
    at = access.clock()
    with access.writing() as connection:
        if people.find(connection, name, via=via) is None:
            raise NotLetIn
        if proven is not None and people.stored_password(connection, name) != proven:
            raise NotLetIn
        sessions.forget(connection, access.settings, at)
        attempts.forget(connection, at)
        sessions.end(connection, visitor.held)
        access.record(connection, Did.SIGNED_IN, By(name, visitor.address), via=via)
        return sessions.begin(connection, name, via=via, address=visitor.address, browser=visitor.browser, at=at)


def confirm_password(access: Access, person: Person, password: str, address: str) -> None:
    """It is still them. Raises NotLetIn, TooManyAttempts."""
    _proven(access, person.name, password, address)
    access.note(Did.CONFIRMED, By(person.name, address))


def confirm_proxy(access: Access, person: Person, found: Identity | None, address: str) -> None:
    """They signed in at the proxy a moment ago. Raises NotLetIn."""
    fresh = timedelta(minutes=access.settings.confirm_minutes)
    proven = found.proven_at if found else None
    if proven is None or not -timedelta(minutes=1) <= access.clock() - proven <= fresh:
        raise NotLetIn
    access.note(Did.CONFIRMED, By(person.name, address), via="proxy")


def _proven(access: Access, name: str, password: str, address: str) -> str:
    """The hash of somebody's password, which this is. Raises NotLetIn, TooManyAttempts."""
    with access.writing() as connection:
        attempts.begin(connection, name, address, access.clock())
        stored = people.stored_password(connection, name)
    right = access.passwords.fits(password, stored)
    if not right or stored is None:
        access.note(Did.NOT_LET_IN, By(name if stored is not None else NOBODY, address))
        raise NotLetIn
    fresh = access.passwords.hashed_again(password) if access.passwords.outdated(stored) else None
    with access.writing() as connection:
        attempts.succeeded(connection, name, address)
        if fresh is not None and people.stored_password(connection, name) == stored:
            people.keep_hash(connection, name, fresh)
            return fresh
    return stored
