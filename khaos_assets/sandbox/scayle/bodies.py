"""What a body must have: its fields by name and kind. All raise Refused (400)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from khaos_assets.sandbox.scayle.calls import Refused, as_instant
from khaos_assets.sandbox.scayle.rows import Record


def required(record: Record, name: str, kind: type) -> Any:
    """A field that must be there and of this kind; text must not be empty."""
    value = record.get(name)
    if not isinstance(value, kind) or isinstance(value, bool) or value == "":
        raise invalid(name, f"{name} is required ({kind.__name__})")
    return value


def optional(record: Record, name: str, kind: type) -> Any:
    """A field that may be missing or null."""
    return None if record.get(name) is None else required(record, name, kind)


def records(record: Record, name: str) -> list[Record]:
    """A list of objects that must be there and not be empty."""
    found = record.get(name)
    if not isinstance(found, list) or not found or not all(isinstance(r, dict) for r in found):
        raise invalid(name, f"{name} is required (a list of objects)")
    return found


def invalid(name: str, message: str) -> Refused:
    """A body that is not what the call takes."""
    return Refused(400, f"INVALID_{name.upper()}", message)


def instant_of(record: Record, name: str) -> datetime | None:
    """An optional instant with its offset."""
    text = optional(record, name, str)
    if text is None:
        return None
    found = as_instant(text)
    if found is None:
        raise invalid(name, f"{name} {text!r} is not an ISO 8601 date-time with an offset")
    return found
