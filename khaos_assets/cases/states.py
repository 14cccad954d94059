"""The life of a case: which states there are, and what each event does to it.

    expected → open → acknowledged → resolved | accepted | false_positive, and open again

A case is the fold of its events: `after(case, event)` is the only place where one changes, for a night, for a person
and for the proof that what is stored is what the events say.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec
from msgspec.structs import replace

from khaos_assets.cases.events import Event, Kind


class State(StrEnum):
    EXPECTED = "expected"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    ACCEPTED = "accepted"
    FALSE_POSITIVE = "false_positive"


STANDING = frozenset({State.OPEN, State.ACKNOWLEDGED})
"""Somebody has to act."""
LIVE = frozenset({State.EXPECTED, *STANDING, State.ACCEPTED, State.FALSE_POSITIVE})
"""What a night looks at again even where it does not show."""


class Closing(StrEnum):
    """By what a case was closed."""

    EVIDENCE = "evidence"
    """A complete night no longer shows it."""
    CORRECTION = "correction"
    """As EVIDENCE, after a correction of this product was applied."""
    PERSON = "person"
    EXPLAINED = "explained"
    """Another case explains it now, or it is inside its grace again."""


class Case(msgspec.Struct, frozen=True):
    """One difference and where its life stands. GBP; instants aware UTC; nights are London dates."""

    case_key: str
    code: str
    systems: str
    entity: str
    record_key: str
    scope: str
    field: str
    counterpart_key: str | None
    state: State
    owner: str
    assigned: bool
    severity: str
    expected_value: str | None
    actual_value: str | None
    reason: str | None
    units: Decimal | None
    amount_gbp: Decimal | None
    correction: str | None
    first_seen: datetime
    opened_night: date | None
    last_seen: date
    occurrences: int
    due_at: datetime | None
    breached: bool
    closing_kind: str | None
    closing_reason: str | None
    closed_night: date | None
    accepted_until: date | None
    accepted_gbp: Decimal | None
    proposal: str | None
    changed_seq: int

    @property
    def stands(self) -> bool:
        return self.state in STANDING

    @property
    def side(self) -> int:
        """1 over what was expected, -1 under, 0 neither: by the sign of the amount, else of the units."""
        if self.amount_gbp is not None and self.amount_gbp < 0:
            return -1
        figure = self.units if self.units is not None else self.amount_gbp
        return 0 if figure is None else (figure > 0) - (figure < 0)

    @property
    def proposed(self) -> dict[str, Any] | None:
        """The acceptance that waits for a second person: by, reason, note, until, amount_gbp (text)."""
        return json.loads(self.proposal) if self.proposal else None


FACTS = ("expected_value", "actual_value", "reason", "units", "amount_gbp", "severity", "correction", "counterpart_key")
"""What a night may find changed in a case that it has seen before. `reason` alone is no change worth an event."""


def after(case: Case | None, event: Event) -> Case:
    """The case as the event leaves it."""
    body = event.content
    case = _first(event, body) if case is None else replace(case, changed_seq=event.seq)
    match event.kind:
        case Kind.APPEARED:
            return replace(case, state=State.EXPECTED)
        case Kind.OPENED | Kind.REOPENED:
            return _facts(
                replace(
                    case, state=State.OPEN, opened_night=event.night, due_at=_instant(body["due_at"]), breached=False,
                    closing_kind=None, closing_reason=None, closed_night=None, accepted_until=None, accepted_gbp=None,
                    proposal=None,
                ),
                body,
            )  # fmt: skip
        case Kind.CHANGED | Kind.ESCALATED:
            moved = "amount_gbp" in body and _decimal(body["amount_gbp"]) != case.amount_gbp
            return _facts(replace(case, proposal=None) if moved else case, body)
        case Kind.BREACHED:
            return replace(case, breached=True)
        case Kind.ACKNOWLEDGED:
            return replace(case, state=State.ACKNOWLEDGED)
        case Kind.ASSIGNED:
            return replace(case, owner=body["owner"], assigned=True)
        case Kind.ACCEPTANCE_PROPOSED:
            return replace(case, proposal=event.body)
        case Kind.RESOLVED | Kind.ACCEPTED | Kind.FALSE_POSITIVE:
            return replace(
                case,
                state=State(event.kind.value),
                closing_kind=body["closing"],
                closing_reason=body["reason"],
                closed_night=event.night,
                accepted_until=date.fromisoformat(body["until"]) if body.get("until") else None,
                accepted_gbp=case.amount_gbp if event.kind is Kind.ACCEPTED else None,
                proposal=None,
            )
        case _:
            raise ValueError(f"{event.kind} belongs to no case")


def _first(event: Event, body: dict[str, Any]) -> Case:
    if event.kind not in (Kind.APPEARED, Kind.OPENED) or event.case_key is None or event.night is None:
        raise ValueError(f"event {event.seq}: {event.kind} of a case that was never opened")
    return Case(
        case_key=event.case_key, code=body["code"], systems=body["systems"], entity=body["entity"],
        record_key=body["record_key"], scope=body["scope"], field=body["field"],
        counterpart_key=body["counterpart_key"], state=State.EXPECTED, owner=body["owner"], assigned=False,
        severity=body["severity"], expected_value=body["expected_value"], actual_value=body["actual_value"],
        reason=body["reason"], units=_decimal(body["units"]), amount_gbp=_decimal(body["amount_gbp"]),
        correction=body["correction"], first_seen=datetime.fromisoformat(body["first_seen"]), opened_night=None,
        last_seen=event.night, occurrences=0, due_at=None, breached=False, closing_kind=None, closing_reason=None,
        closed_night=None, accepted_until=None, accepted_gbp=None, proposal=None, changed_seq=event.seq,
    )  # fmt: skip


def _facts(case: Case, body: dict[str, Any]) -> Case:
    given: dict[str, Any] = {name: body[name] for name in (*FACTS, "owner") if name in body}
    if "units" in given:
        given["units"] = _decimal(given["units"])
    if "amount_gbp" in given:
        given["amount_gbp"] = _decimal(given["amount_gbp"])
    if "due_at" in body:
        given["due_at"] = _instant(body["due_at"])
    return replace(case, **given)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
