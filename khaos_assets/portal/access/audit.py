"""What people did and took: entries appended in a chain in which each covers the one before by its hash.

Not here: decisions about cases, plans and months; those stand in the ledger's own chain, with the same names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from khaos_assets.cases.events import GENESIS, canonical
from khaos_assets.cases.tables import instant_text
from khaos_assets.portal.access import tables


class BrokenAudit(Exception):
    """Somebody changed the audit by another way, or took a part of it: the text names the first entry that is wrong."""


class Did(StrEnum):
    """What was done."""

    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    NOT_LET_IN = "not let in"
    """A wrong password, a disabled person, a token that is none."""
    REFUSED = "refused"
    """Somebody who is signed in asked for what they may not do."""
    CONFIRMED = "confirmed"
    """Gave the password again before something grave."""
    DOWNLOADED = "downloaded"
    DECIDED = "decided"
    """Something in the ledger, which says what."""
    ADDED = "added a person"
    CHANGED_ROLES = "changed roles"
    DISABLED = "disabled a person"
    ENABLED = "enabled a person"
    RESET = "reset a password"
    CHANGED_PASSWORD = "changed the password"
    ENDED_SESSIONS = "ended sessions"
    MADE_TOKEN = "made a token"
    REVOKED_TOKEN = "revoked a token"


class Entry(msgspec.Struct, frozen=True):
    """One entry in its place. `at` is aware UTC."""

    seq: int
    at: datetime
    kind: str
    actor: str
    address: str | None
    body: str
    """Canonical JSON."""
    previous: str
    hash: str

    @property
    def content(self) -> dict[str, Any]:
        return json.loads(self.body)


def append(
    connection: Connection, kind: Did, *, actor: str, address: str | None, at: datetime, body: Mapping[str, Any]
) -> None:
    """Put an entry at the end, in a transaction of the only writer."""
    table = tables.audit
    head = connection.execute(sa.select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)).one_or_none()
    seq, previous = (head.seq + 1, head.hash) if head else (1, GENESIS)
    entry = Entry(seq, at, kind.value, actor[:120], address, canonical(body), previous, hash="")
    entry = msgspec.structs.replace(entry, hash=_hash(entry))
    connection.execute(sa.insert(table).values(msgspec.structs.asdict(entry)))


def entries(engine: Engine, *, before: int | None = None, actor: str = "", kind: str = "", limit: int) -> list[Entry]:
    """The newest entries before one of them, the newest first; of one actor or kind where that is asked."""
    table = tables.audit
    query = sa.select(table).order_by(table.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(table.c.seq < before)
    if actor:
        query = query.where(table.c.actor == actor)
    if kind:
        query = query.where(table.c.kind == kind)
    with engine.connect() as connection:
        return [Entry(**row) for row in connection.execute(query).mappings()]


def verify(engine: Engine) -> int:
    """Prove the chain; the number of entries. Raises BrokenAudit."""
    previous, expected = GENESIS, 1
    with engine.connect().execution_options(yield_per=5000) as connection:
        for row in connection.execute(sa.select(tables.audit).order_by(tables.audit.c.seq)).mappings():
            entry = Entry(**row)
            if entry.seq != expected or entry.previous != previous or entry.hash != _hash(entry):
                raise BrokenAudit(f"entry {expected} of the portal's audit: the chain is broken here")
            previous, expected = entry.hash, expected + 1
    return expected - 1


def _hash(entry: Entry) -> str:
    """SHA-256 over everything that the entry says, and the hash before it."""
    e = entry
    parts = (e.previous, e.seq, instant_text(e.at), e.kind, e.actor, e.address, e.body)
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
