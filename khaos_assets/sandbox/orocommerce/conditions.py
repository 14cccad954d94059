"""Filters: what `filter[f]=v` and `filter[f][op]=v` mean for a row's value. Contract orocommerce, 3.1."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from khaos_assets.sandbox.orocommerce.problems import bad_filter
from khaos_assets.sandbox.orocommerce.resources import Field, Kind

EQUALITY = ("eq", "neq", "exists")
OPERATORS: dict[Kind, tuple[str, ...]] = {
    Kind.NUMBER: (*EQUALITY, "gt", "gte", "lt", "lte"),
    Kind.TIME: (*EQUALITY, "gt", "gte", "lt", "lte"),
    Kind.TEXT: (*EQUALITY, "contains", "not_contains", "starts_with", "not_starts_with", "ends_with", "not_ends_with"),
    Kind.LINK: EQUALITY,
}
_WHEN = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::?(\d\d)(?::?(\d\d)(?:\.\d+)?)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?)?)?"
)


@dataclass(frozen=True)
class Span:
    """An instant with the precision it was written in: from its first second up to, and without, its last."""

    first: str
    end: str


@dataclass(frozen=True)
class Condition:
    """One filter: a field, how it is compared, and with what (text, Span, or a whole number for ids)."""

    name: str
    field: Field
    operator: str
    values: tuple[Any, ...]

    @classmethod
    def of(cls, parameter: str, name: str, field: Field, operator: str, text: str) -> Condition:
        """From a query parameter. Raises Problem 400 for an operator or a value that does not fit the field."""
        if operator not in OPERATORS[field.kind]:
            raise bad_filter(parameter, f'The operator "{operator}" is not supported.')
        if operator == "exists":
            if text not in ("0", "1", "false", "true", "no", "yes"):
                raise bad_filter(parameter, f'Expected boolean value. Given "{text}".')
            return cls(name, field, operator, (text in ("1", "true", "yes"),))
        several = field.several and operator in ("eq", "neq")
        parts = text.split(",") if several else [text]
        if "" in parts:
            expected = f"an array of {field.kind.value}s" if several else f"{field.kind.value} value"
            raise bad_filter(parameter, f'Expected {expected}. Given "{text}".')
        return cls(name, field, operator, tuple(_value(field, part, parameter) for part in parts))

    def holds(self) -> Callable[[Any], bool]:
        """What tells whether a row's value meets it. Null meets nothing but `exists` false."""
        test = self._test()
        if self.operator == "exists":
            return test

        def every(value: Any) -> bool:
            if isinstance(value, tuple):
                return any(test(one) for one in value)
            return value is not None and test(value)

        return every

    def _test(self) -> Callable[[Any], bool]:
        if self.operator == "exists":
            wanted = self.values[0]
            return lambda value: (value is not None and value != ()) is wanted
        if self.field.kind is Kind.TIME:
            return _time_test(self.operator, self.values[0])
        if self.field.kind is Kind.TEXT:
            texts = tuple(map(self._spelled, self.values))
            return _text_test(self.operator, texts, self._spelled)
        return _plain_test(self.operator, self.values)

    def _spelled(self, text: Any) -> str:
        return str(text).casefold() if self.field.any_case else str(text)


def _plain_test(operator: str, values: tuple[Any, ...]) -> Callable[[Any], bool]:
    wanted, first = frozenset(values), values[0]
    tests: dict[str, Callable[[Any], bool]] = {
        "eq": lambda v: v in wanted,
        "neq": lambda v: v not in wanted,
        "gt": lambda v: v > first,
        "gte": lambda v: v >= first,
        "lt": lambda v: v < first,
        "lte": lambda v: v <= first,
    }
    return tests[operator]


def _time_test(operator: str, span: Span) -> Callable[[Any], bool]:
    tests: dict[str, Callable[[str], bool]] = {
        "eq": lambda v: span.first <= v < span.end,
        "neq": lambda v: not span.first <= v < span.end,
        "gt": lambda v: v >= span.end,
        "gte": lambda v: v >= span.first,
        "lt": lambda v: v < span.first,
        "lte": lambda v: v < span.end,
    }
    test = tests[operator]
    return lambda v: isinstance(v, str) and test(v)


def _text_test(operator: str, texts: tuple[str, ...], spelled: Callable[[Any], str]) -> Callable[[Any], bool]:
    wanted, first = frozenset(texts), texts[0]
    tests: dict[str, Callable[[str], bool]] = {
        "eq": lambda v: v in wanted,
        "neq": lambda v: v not in wanted,
        "contains": lambda v: first in v,
        "starts_with": lambda v: v.startswith(first),
        "ends_with": lambda v: v.endswith(first),
    }
    negated = operator.startswith("not_")
    test = tests[operator.removeprefix("not_")]
    return lambda v: test(spelled(v)) is not negated


def _value(field: Field, text: str, parameter: str) -> Any:
    match field.kind:
        case Kind.NUMBER | Kind.LINK:
            if not (text.isascii() and text.isdigit() and len(text) < 19):
                raise bad_filter(parameter, f'Expected integer value. Given "{text}".')
            return int(text) if field.kind is Kind.NUMBER else text
        case Kind.TIME:
            if (span := span_of(text)) is None:
                raise bad_filter(parameter, f'Expected datetime value. Given "{text}".')
            return span
        case Kind.TEXT:
            return text


def span_of(text: str) -> Span | None:
    """The span that a date or time of any precision stands for, in UTC; None where it is neither.

    A blank where the offset should begin was a plus before the query string was read.

    >>> span_of("2026-11")
    Span(first='2026-11-01T00:00:00Z', end='2026-12-01T00:00:00Z')
    >>> span_of("2026-11-20T03:00 01:00").first
    '2026-11-20T02:00:00Z'
    """
    found = _WHEN.fullmatch(text.strip().replace(" ", "+"))
    if found is None:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    offset = "+00:00" if zone in (None, "Z") else zone
    if len(offset) < 6:
        offset = f"{offset[:3]}:{offset[3:] or '00'}"
    try:
        first = datetime.fromisoformat(
            f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}{offset}"
        ).astimezone(UTC)
        if second or minute or hour:
            end = first + timedelta(seconds=1 if second else 60 if minute else 3600)
        elif day:
            end = first + timedelta(days=1)
        elif month:
            end = (first + timedelta(days=31)).replace(day=1)
        else:
            end = first.replace(year=first.year + 1)
    except (ValueError, OverflowError):
        return None
    return Span(wire_time(first), wire_time(end))


def wire_time(at: datetime) -> str:
    """An aware instant as the API writes it: UTC, whole seconds, Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
