"""Tokens by which a machine downloads reports in a person's name, and does nothing else. Only their hash is kept."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from khaos_assets.portal.access import people, tables
from khaos_assets.portal.access.access import Access, AccessError, By
from khaos_assets.portal.access.audit import Did
from khaos_assets.portal.access.revoking import revoke_one
from khaos_assets.portal.access.rights import Person, Right
from khaos_assets.portal.access.sessions import hash_of

LONGEST_DAYS = 366
_FORM = re.compile(r"recon_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
_NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class Token:
    """What is known of one. Times are aware UTC."""

    token_id: str
    name: str
    purpose: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None

    def lasts(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at


def make(access: Access, name: str, *, purpose: str, days: int, by: By) -> str:
    """A token in a person's name. It is told once, here. Raises AccessError."""
    if not 1 <= days <= LONGEST_DAYS:
        raise AccessError(f"a token lasts from 1 to {LONGEST_DAYS} days")
    if not purpose.strip() or len(purpose) > 120:
        raise AccessError("say in up to 120 characters what the token is for: somebody will wonder later")
    token_id, secret, at = secrets.token_hex(8), secrets.token_urlsafe(32), access.clock()
    with access.writing() as connection:
        person = people.find(connection, name, via="password")
        if person is None:
            raise AccessError(f"{people.folded(name)[:64]}: there is no such person, or they are disabled")
        if not person.may(Right.DOWNLOAD):
            raise AccessError(f"{person.name} may not download reports, so a token of theirs could not either")
        expires = at + timedelta(days=days)
        row = {"token_id": token_id, "secret": hash_of(secret), "name": person.name, "purpose": purpose.strip(),
               "made_at": at, "expires_at": expires}  # fmt: skip
        connection.execute(sa.insert(tables.token).values(row))
        access.record(
            connection, Did.MADE_TOKEN, by, token=token_id, name=person.name, purpose=purpose.strip(),
            expires_at=expires,
        )  # fmt: skip
    return f"recon_{token_id}_{secret}"


def person_of(access: Access, shown: str) -> Person | None:
    """In whose name a token downloads, if it lasts and they may still come in."""
    form = _FORM.fullmatch(shown)
    if form is None:
        return None
    at = access.clock()
    with access.engine.connect() as connection:
        row = connection.execute(sa.select(tables.token).where(tables.token.c.token_id == form[1])).one_or_none()
        if row is None or not hmac.compare_digest(row.secret, hash_of(form[2])) or not _token(row).lasts(at):
            return None
        person = people.find(connection, row.name, via="token")
    if person is not None and (row.used_at is None or at - row.used_at >= _NOTED_EVERY):
        with access.writing() as connection:
            _change(connection, form[1], used_at=at)
    return person


def named(access: Access, shown: str) -> str | None:
    """Which of all tokens that were made somebody shows, whether it opens anything or not."""
    form = _FORM.fullmatch(shown)
    if form is None:
        return None
    with access.engine.connect() as connection:
        return connection.scalar(sa.select(tables.token.c.token_id).where(tables.token.c.token_id == form[1]))


def revoke(access: Access, token_id: str, *, by: By, of: str | None = None) -> None:
    """It opens nothing any more. `of`: only where it is this person's. Raises AccessError."""
    table = tables.token
    with access.writing() as connection:
        query = sa.select(table).where(table.c.token_id == token_id)
        row = connection.execute(query if of is None else query.where(table.c.name == of)).one_or_none()
        if row is None:
            raise AccessError("there is no such token")
        if row.revoked_at is None:
            revoke_one(access, connection, token_id, row.name, by=by)


def listed(access: Access, name: str | None = None) -> list[Token]:
    """Tokens of one person or of all, the newest first."""
    query = sa.select(tables.token).order_by(tables.token.c.made_at.desc(), tables.token.c.token_id)
    with access.engine.connect() as connection:
        rows = connection.execute(query if name is None else query.where(tables.token.c.name == name)).all()
    return [_token(row) for row in rows]


def _change(connection: sa.Connection, token_id: str, **values: Any) -> None:
    connection.execute(sa.update(tables.token).where(tables.token.c.token_id == token_id).values(values))


def _token(row: sa.Row[Any, Any]) -> Token:
    r = row
    return Token(r.token_id, r.name, r.purpose, r.made_at, r.expires_at, r.used_at, r.revoked_at)
