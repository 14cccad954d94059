"""`filters` of the product list: JSON in the style of MongoDB. Contract 3.1.

Times are compared as instants; a list agrees when one of its values does; a row without the field agrees with nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from khaos_assets.sandbox.pimberly.answers import Refused
from khaos_assets.sandbox.pimberly.rows import RECORD, Row, sortable

Test = Callable[[Row], bool]
TIMES: dict[str, Callable[[Row], str]] = {"dateUpdated": lambda r: r.updated, "dateCreated": lambda r: r.created}
NAMES = {"_id": "id", "Primary ID": "primaryId"}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "$gt": lambda a, b: a > b,
    "$gte": lambda a, b: a >= b,
    "$lt": lambda a, b: a < b,
    "$lte": lambda a, b: a <= b,
}
_COMPARE = {"$eq": lambda a, b: a == b, **_ORDER}


def parse(text: str) -> list[Test]:
    """What every shown row must agree with. Raises Refused (400) where it is not JSON or not understood."""
    try:
        asked = RECORD.decode(text)
    except (msgspec.DecodeError, ArithmeticError) as e:
        raise Refused(400, f"filters is not valid JSON: {e}") from e
    return [_condition(field, *pair) for field, wanted in asked.items() for pair in _pairs(wanted)]


def _pairs(wanted: Any) -> list[tuple[str, Any]]:
    return list(wanted.items()) if isinstance(wanted, dict) else [("$eq", wanted)]


def _condition(field: str, operator: str, wanted: Any) -> Test:
    if operator == "$in":
        if not isinstance(wanted, list):
            raise Refused(400, "$in takes an array")
        tests = [_condition(field, "$eq", w) for w in wanted]
        return lambda row: any(test(row) for test in tests)
    if field.startswith("$") or operator not in _COMPARE:
        raise Refused(400, f"filters: {field} {operator} is not known")
    compare = _COMPARE[operator]
    if (time := TIMES.get(field)) is not None:
        edge = sortable(str(wanted))
        if not edge:
            raise Refused(400, f"filters: {wanted} is not a time")
        return lambda row: bool(time(row)) and compare(time(row), edge)
    name = NAMES.get(field, field)

    same = _same if operator == "$eq" else _ordered(_ORDER[operator])

    def agrees(row: Row) -> bool:
        value = row.record().get(name)
        values = value if isinstance(value, list) else [] if value is None else [value]
        return any(same(v, wanted) for v in values)

    return agrees


def _same(value: Any, wanted: Any) -> bool:
    """1.50 is 1.5; what is text on one side is compared as text, so 123 is "123" and "0123" is not."""
    if _is_number(value) and _is_number(wanted):
        return value == wanted
    return isinstance(value, bool) is isinstance(wanted, bool) and str(value) == str(wanted)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Numbers with numbers, text with text; no order between the two."""

    def agrees(value: Any, wanted: Any) -> bool:
        if _is_number(value) and _is_number(wanted):
            return compare(value, wanted)
        return isinstance(value, str) and isinstance(wanted, str) and compare(value, wanted)

    return agrees


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
