"""What can happen to a case, and the chain that holds it: each event's hash covers the one before it.

Here: kinds, canonical text, hashing. Not here: storing (`ledger.py`), what an event does to a case (`states.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec

from khaos_assets.cases.tables import instant_text

GENESIS = "0" * 64


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's: names differ in more than their case, or four eyes are two."""
    return one.strip().casefold() == other.strip().casefold()


class Kind(StrEnum):
    """What happened."""

    APPEARED = "appeared"
    """Seen, and still inside its grace."""
    OPENED = "opened"
    REOPENED = "reopened"
    CHANGED = "changed"
    """Its figures, its severity or its owner by routing."""
    ESCALATED = "escalated"
    """Its severity rose."""
    BREACHED = "breached"
    """Its service level ended."""
    RESOLVED = "resolved"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    ACCEPTANCE_PROPOSED = "acceptance_proposed"
    """By one person, of a value that needs two."""
    ACCEPTED = "accepted"
    FALSE_POSITIVE = "false_positive"
    NIGHT_RECORDED = "night_recorded"
    PERIOD_PREPARED = "period_prepared"
    """A pack was made for a period, or one whose figures differ from those before."""
    PERIOD_SIGNED = "period_signed"
    PERIOD_REVIEWED = "period_reviewed"
    PERIOD_SEALED = "period_sealed"
    PERIOD_REOPENED = "period_reopened"
    PLAN_MADE = "plan_made"
    """Corrections were proposed; of no one case, as all that follow."""
    PLAN_APPROVED = "plan_approved"
    PLAN_REFUSED = "plan_refused"
    PLAN_BEGUN = "plan_begun"
    PLAN_ENDED = "plan_ended"
    CORRECTION = "correction"
    """One item of a plan moved on (`corrections/journal.py`)."""
    HALTED = "halted"
    """Somebody stopped all corrections."""
    RESUMED = "resumed"


class Happening(msgspec.Struct, frozen=True):
    """An event before it has its place in the chain. `body`: text, whole numbers, booleans, Decimals, dates, None."""

    kind: Kind
    case_key: str | None = None
    actor: str = "nightly"
    body: Mapping[str, Any] = {}


class Event(msgspec.Struct, frozen=True):
    """An event in its place. `at` is aware UTC."""

    seq: int
    at: datetime
    night: date | None
    kind: Kind
    case_key: str | None
    actor: str
    body: str
    """Canonical JSON."""
    previous: str
    hash: str

    @property
    def content(self) -> dict[str, Any]:
        return json.loads(self.body)


def canonical(value: Mapping[str, Any]) -> str:
    """JSON with sorted keys and nothing between them; money and units as plain text. A float raises TypeError."""
    return msgspec.json.encode({name: _plain(v) for name, v in value.items()}, order="sorted").decode()


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return instant_text(value)
    if value is None or isinstance(value, str | int | date):
        return value
    raise TypeError(f"{type(value).__name__} has no place in an event")


def event_hash(event: Event) -> str:
    """SHA-256 over everything that the event says, and the hash before it."""
    e = event
    night = e.night.isoformat() if e.night else None
    parts = (e.previous, e.seq, instant_text(e.at), night, e.kind.value, e.case_key, e.actor, e.body)
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def placed(happening: Happening, seq: int, at: datetime, night: date | None, previous: str) -> Event:
    """The event with its number and its hash."""
    h = happening
    event = Event(seq, at, night, h.kind, h.case_key, h.actor, canonical(h.body), previous, hash="")
    return msgspec.structs.replace(event, hash=event_hash(event))
