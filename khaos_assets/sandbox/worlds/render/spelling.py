"""How single values are spelled in wire shape, and how a record is spoiled on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Record = dict[str, Any]


def flag(value: bool) -> str:
    """As Khaos writes it: -1 is true."""
    return "-1" if value else "0"


def money(value: Decimal | None) -> str:
    """Empty where there is none; the scale it has otherwise."""
    return "" if value is None else format(value, "f")


def spoil(record: Record, broken: Mapping[str, Any] | None) -> Record:
    """Break the wire contract where that is planted: None leaves the field out."""
    for name, value in (broken or {}).items():
        if value is None:
            record.pop(name, None)
        else:
            record[name] = value
    return record
