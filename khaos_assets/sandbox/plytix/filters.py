"""Filters of a search: `[[{field, operator, value}]]`, inner lists are AND, outer ones OR. Contract 3.1.

What the contract leaves open: a plain date is that day's midnight UTC, for `eq` the whole day; `like` and
`text_search` ignore case; what is empty agrees with `!eq` and `!in` and with no comparison.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from khaos_assets.sandbox.plytix.answers import Refused
from khaos_assets.sandbox.plytix.definitions import OPERATORS, Kind
from khaos_assets.sandbox.plytix.products import sortable

Row = TypeVar("Row")
Test = Callable[[Any], bool]
EMPTY: tuple[Any, ...] = (None, "", [], {})
MANY = ("in", "!in")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
}


@dataclass(frozen=True)
class Condition:
    """One condition: whether a value of its field agrees. `least` ≤ value < `beyond` holds for all that agree."""

    field: str
    test: Test
    least: str = ""
    beyond: str = "~"


def window(instants: Sequence[str], rows: Sequence[Row], conditions: Sequence[Condition]) -> Sequence[Row]:
    """The part of rows in the order of `instants` outside of which no row can agree with the conditions."""
    first = max(bisect_left(instants, c.least) for c in conditions)
    beyond = min(bisect_left(instants, c.beyond) for c in conditions)
    return rows[first:beyond]


def parse(filters: Any, kinds: Mapping[str, Kind], as_of: datetime) -> list[list[Condition]]:
    """The groups of a filter. Raises Refused (422) for a field, operator or number of values that is not allowed."""
    if not isinstance(filters, list) or not all(isinstance(g, list) for g in filters):
        raise _wrong("filters", "must be an array of arrays")
    return [[_condition(c, kinds, as_of) for c in group] for group in filters]


def _wrong(field: str, message: str) -> Refused:
    return Refused(422, "Invalid filter", [(field, message)])


def _condition(raw: Any, kinds: Mapping[str, Kind], as_of: datetime) -> Condition:
    field = raw.get("field") if isinstance(raw, dict) else None
    if not isinstance(field, str) or field not in kinds:
        raise _wrong("filters.field", f"{field} is not a field to filter by")
    kind, operator = kinds[field], raw.get("operator")
    if operator not in OPERATORS[kind]:
        raise _wrong("filters.operator", f"{operator} is not an operator of {field}")
    value = _value(field, str(operator), raw.get("value"))
    if operator in ("exists", "!exists"):
        wanted = operator == "exists"
        return Condition(field, lambda v: (v not in EMPTY) is wanted)
    try:
        if kind is Kind.INSTANT:
            return _instant(field, str(operator), value)
        return Condition(field, _test(kind, str(operator), value, as_of))
    except (TypeError, ValueError, InvalidOperation) as e:
        raise _wrong("filters.value", f"{value!r} is no value for {field} {operator}") from e


def _value(field: str, operator: str, value: Any) -> Any:
    """One value, or a list with at least one where the operator takes many; `bte` takes two."""
    if operator in ("exists", "!exists"):
        return None
    values = value if isinstance(value, list) else [value]
    fits = len(values) == 2 if operator == "bte" else bool(values) if operator in MANY else len(values) == 1
    if value is None or not fits:
        raise _wrong("filters.value", f"wrong number of values for {field} {operator}")
    return values if operator in MANY or operator == "bte" else values[0]


def _instant(field: str, operator: str, value: Any) -> Condition:
    """`created` and `modified`, with the bounds by which a list in their order can be cut."""
    at = sortable(str(value))
    if not at:
        raise ValueError(value)
    if operator == "eq":
        day = len(str(value)) == 10
        end = sortable((datetime.fromisoformat(at) + timedelta(days=1)).isoformat()) if day else at + "0"
        return Condition(field, lambda v: bool(v) and at <= v < end, at, end)
    compare = _COMPARE[operator]
    bounds = (at, "~") if operator in ("gt", "gte") else ("0", at + "0" if operator == "lte" else at)
    return Condition(field, lambda v: bool(v) and compare(v, at), *bounds)


def _test(kind: Kind, operator: str, value: Any, as_of: datetime) -> Test:
    match operator:
        case "like":
            part = str(value).casefold()
            return lambda v: part in str(v).casefold() if v not in EMPTY else False
        case "text_search":
            words = str(value).casefold().split()
            return lambda v: v not in EMPTY and all(w in str(v).casefold() for w in words)
        case "in" | "!in":
            wanted = {str(x) for x in value}
            return lambda v: bool(wanted & set(_texts(v))) is (operator == "in")
        case "last_days":
            since = (as_of - timedelta(days=int(value))).date().isoformat()
            return lambda v: isinstance(v, str) and since <= v[:10] <= as_of.date().isoformat()
        case "bte":
            first, last = (sortable(str(x)) for x in value)
            return lambda v: isinstance(v, str) and first <= sortable(v) <= last
        case "eq" | "!eq":
            same = _same(kind, value)
            return lambda v: (v not in EMPTY and same(v)) is (operator == "eq")
        case _:
            read = _reader(kind)
            edge, compare = read(value), _COMPARE[operator]
            return lambda v: (found := _readable(read, v)) is not None and compare(found, edge)


def _texts(value: Any) -> list[str]:
    """What a value is made of: options of a multiselect, ids of categories, one text."""
    if value in EMPTY:
        return []
    parts = value if isinstance(value, list) else [value]
    return [str(p.get("id")) if isinstance(p, dict) else str(p) for p in parts]


def _same(kind: Kind, value: Any) -> Test:
    if kind in (Kind.BOOLEAN, Kind.FLAG):
        if not isinstance(value, bool):
            raise ValueError(value)
        return lambda v: v is value
    if kind in (Kind.TEXT, Kind.NAME, Kind.MIXED):
        text = str(value).casefold()
        return lambda v: str(v).casefold() == text
    if kind in (Kind.STATUS, Kind.DROPDOWN):
        return lambda v: str(v) == str(value)
    read = _reader(kind)
    wanted = read(value)
    return lambda v: _readable(read, v) == wanted


def _reader(kind: Kind) -> Callable[[Any], Any]:
    if kind is Kind.DATE:
        return lambda v: sortable(str(v)) or _raise(v)
    return lambda v: Decimal(str(v))


def _raise(value: Any) -> str:
    raise ValueError(value)


def _readable(read: Callable[[Any], Any], value: Any) -> Any:
    try:
        return None if value in EMPTY else read(value)
    except (ValueError, InvalidOperation):
        return None
