"""Who is signed in: what the browser holds is 256 random bits, what is kept is their hash.

A session ends after so long without a click, after so long in any case, at sign-out, and with everything that is taken
from its person.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from khaos_assets.config.portal import Portal
from khaos_assets.portal.access import tables

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_NOTED_EVERY = timedelta(minutes=1)
"""So exactly is it known when somebody clicked last: not every click is a write."""


@dataclass(frozen=True)
class Session:
    """One that lasts. Times are aware UTC."""

    session_id: str
    """By which its person ends it; opens nothing."""
    name: str
    via: str
    began_at: datetime
    seen_at: datetime
    address: str
    browser: str


def begin(connection: Connection, name: str, *, via: str, address: str, browser: str, at: datetime) -> str:
    """Sign a person in: what their browser shall hold."""
    secret = secrets.token_urlsafe(32)
    row = {"secret": hash_of(secret), "name": name, "via": via, "began_at": at, "seen_at": at,
           "address": address[:64], "browser": browser[:200]}  # fmt: skip
    connection.execute(sa.insert(tables.session).values(row))
    return secret


def find(connection: Connection, secret: str, settings: Portal, at: datetime) -> Session | None:
    """The session of what a browser shows, if it lasts."""
    if not _SECRET.fullmatch(secret):
        return None
    table = tables.session
    row = connection.execute(sa.select(table).where(table.c.secret == hash_of(secret))).one_or_none()
    if row is None or not _lasts(row, settings, at):
        return None
    return _session(row)


def clicked(connection: Connection, secret: str, at: datetime) -> None:
    """Its person is there."""
    table = tables.session
    connection.execute(sa.update(table).where(table.c.secret == hash_of(secret)).values(seen_at=at))


def is_to_be_noted(session: Session, at: datetime) -> bool:
    """Whether this click shall be written down."""
    return at - session.seen_at >= _NOTED_EVERY


def of_person(connection: Connection, name: str, settings: Portal, at: datetime) -> list[Session]:
    """Somebody's sessions that last, the newest first."""
    table = tables.session
    rows = connection.execute(sa.select(table).where(table.c.name == name).order_by(table.c.began_at.desc()))
    return [_session(row) for row in rows if _lasts(row, settings, at)]


def end(connection: Connection, secret: str) -> None:
    """Sign out."""
    connection.execute(sa.delete(tables.session).where(tables.session.c.secret == hash_of(secret)))


def end_one(connection: Connection, name: str, session_id: str) -> bool:
    """End one of a person's own sessions; False where it is none of theirs."""
    table = tables.session
    if not re.fullmatch(r"[0-9a-f]{16}", session_id):
        return False
    mine = sa.delete(table).where(table.c.name == name, table.c.secret.startswith(session_id))
    return connection.execute(mine).rowcount > 0


def end_all(connection: Connection, name: str) -> None:
    """End all of somebody's sessions."""
    connection.execute(sa.delete(tables.session).where(tables.session.c.name == name))


def forget(connection: Connection, settings: Portal, at: datetime) -> None:
    """Remove those that have ended by themselves."""
    table = tables.session
    idle = table.c.seen_at < at - timedelta(minutes=settings.idle_minutes)
    old = table.c.began_at < at - timedelta(hours=settings.session_hours)
    connection.execute(sa.delete(table).where(sa.or_(idle, old)))


def hash_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _lasts(row: sa.Row[Any, Any], settings: Portal, at: datetime) -> bool:
    if at - row.seen_at > timedelta(minutes=settings.idle_minutes):
        return False
    return at - row.began_at <= timedelta(hours=settings.session_hours)


def _session(row: sa.Row[Any, Any]) -> Session:
    return Session(row.secret[:16], row.name, row.via, row.began_at, row.seen_at, row.address, row.browser)
