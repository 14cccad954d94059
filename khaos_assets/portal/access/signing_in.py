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
    if not _is_right(access, name, password, visitor.address):
        raise NotLetIn
    return begin_session(access, name, visitor, via="password")


def by_proxy(access: Access, found: Identity, visitor: Visitor) -> str:
    """What the browser of somebody shall hold whom the proxy vouches for. Raises AccessError."""
    enter(access, found, By(found.name, visitor.address))
    return begin_session(access, found.name, visitor, via="proxy")


def begin_session(access: Access, name: str, visitor: Visitor, *, via: str) -> str:
    """What the browser of somebody shall hold who proved who they are; what it held before opens nothing any more.

    Raises NotLetIn where they were disabled in the meantime.
    """
    at = access.clock()
    with access.writing() as connection:
        if people.find(connection, name, via=via) is None:
            raise NotLetIn
        sessions.forget(connection, access.settings, at)
        attempts.forget(connection, at)
        sessions.end(connection, visitor.held)
        access.record(connection, Did.SIGNED_IN, By(name, visitor.address), via=via)
        return sessions.begin(connection, name, via=via, address=visitor.address, browser=visitor.browser, at=at)


def confirm_password(access: Access, person: Person, password: str, address: str) -> None:
    """It is still them. Raises NotLetIn, TooManyAttempts."""
    if not _is_right(access, person.name, password, address):
        raise NotLetIn
    access.note(Did.CONFIRMED, By(person.name, address))


def confirm_proxy(access: Access, person: Person, found: Identity | None, address: str) -> None:
    """They signed in at the proxy a moment ago. Raises NotLetIn."""
    fresh = timedelta(minutes=access.settings.confirm_minutes)
    proven = found.proven_at if found else None
    if proven is None or not -timedelta(minutes=1) <= access.clock() - proven <= fresh:
        raise NotLetIn
    access.note(Did.CONFIRMED, By(person.name, address), via="proxy")


def _is_right(access: Access, name: str, password: str, address: str) -> bool:
    """Whether it is their password. Raises TooManyAttempts."""
    with access.writing() as connection:
        attempts.begin(connection, name, address, access.clock())
        stored = people.stored_password(connection, name)
    right = access.passwords.fits(password, stored)
    with access.writing() as connection:
        if right and stored is not None:
            attempts.succeeded(connection, name, address)
            if access.passwords.outdated(stored):
                people.keep_hash(connection, name, access.passwords.hashed_again(password))
        else:
            known = name if stored is not None else NOBODY
            access.record(connection, Did.NOT_LET_IN, By(known, address))
    return right
