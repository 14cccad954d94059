"""Values as TOML writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

Value = str | bool | int | Decimal | Sequence[str] | Sequence[Sequence[str]] | Mapping[str, "Value"]


def text(value: str) -> str:
    """A basic string: JSON's escapes are a subset of TOML's."""
    return json.dumps(value, ensure_ascii=False)


def array(values: Sequence[str]) -> str:
    return "[" + ", ".join(text(v) for v in values) + "]"


def table(values: Mapping[str, Value]) -> str:
    """An inline table; keys are always quoted."""
    return "{ " + ", ".join(f"{text(k)} = {inline(v)}" for k, v in values.items()) + " }" if values else "{}"


def inline(value: Value) -> str:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return table(value)
    return "[" + ", ".join(inline(v) for v in value) + "]"
