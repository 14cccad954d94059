"""The grammar of each kind of field in Khaos documents (contract khaos, section 7).

Here: text → Decimal, int, flag, date, instant; one element with its children as a `Row`. A text that breaks its grammar
raises FieldError, which sets that record aside (quarantine); nothing is rounded, guessed or repaired.
Not here: which element means what (`decode/`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from lxml import etree

from khaos_assets.config.night import LONDON

UNITS, MONEY, PERCENT, MEASURE = 5, 4, 4, 6
"""Decimal places allowed per kind of number, as in `systems/wire.py`."""

DIGITS = 28
_DECIMAL = re.compile(r"[+-]?([0-9]+)(?:\.([0-9]+))?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_UK_DATE = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_LOCAL_TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6}))?")

NO_DATE = {date(1899, 12, 30), date(1899, 12, 31), date(1970, 1, 1)}
"""What Khaos writes where it has no date: the zero of Delphi, its neighbour for a non-numeric date, and Unix zero."""


Element = etree._Element  # pyright: ignore[reportPrivateUsage]
"""An XML element, as lxml calls it."""


class FieldError(ValueError):
    """A field that broke its grammar. `reason` never repeats more than the first 40 characters of the text."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@lru_cache(maxsize=65536)
def decimal(text: str, places: int) -> Decimal:
    """Exact decimal with a point, an optional sign and at most `places` decimals (zeros at the end do not count).

    ValueError says what is wrong.
    """
    found = _DECIMAL.fullmatch(text)
    if found is None:
        hint = "a comma where a point is due" if "," in text else "not a plain decimal number"
        raise ValueError(f"{text[:40]!r} is {hint}")
    if len((found[2] or "").rstrip("0")) > places:
        raise ValueError(f"{text[:40]!r} has more than {places} decimals")
    if len(found[1].lstrip("0")) > DIGITS - places:
        raise ValueError(f"{text[:40]!r} has too many digits")
    return Decimal(text if len(found[2] or "") <= places else text[: len(text) - len(found[2]) + places].rstrip("."))


@lru_cache(maxsize=4096)
def integer(text: str) -> int:
    """A whole number of at most 18 digits."""
    if _INTEGER.fullmatch(text) is None:
        raise ValueError(f"{text[:40]!r} is not a whole number")
    return int(text)


@lru_cache(maxsize=64)
def flag(text: str) -> bool:
    """0 is false, any other number (Khaos writes -1) true; true and false in typed results."""
    if text in ("true", "True"):
        return True
    if text in ("false", "False"):
        return False
    if _INTEGER.fullmatch(text) is None:
        raise ValueError(f"{text[:40]!r} is not a flag (0, -1, true or false)")
    return int(text) != 0


@lru_cache(maxsize=16384)
def uk_date(text: str) -> date | None:
    """DD/MM/YYYY, as in order status; None for Khaos's "no date"."""
    found = _UK_DATE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is not a date DD/MM/YYYY")
    return _real_date(text, int(found[3]), int(found[2]), int(found[1]))


@lru_cache(maxsize=16384)
def iso_date(text: str) -> date | None:
    """yyyy-mm-dd, as in stock and cancellations; a time behind it is checked and dropped. None for "no date"."""
    found = _ISO_DATE.fullmatch(text[:10])
    if found is None:
        raise ValueError(f"{text[:40]!r} is not a date yyyy-mm-dd")
    if len(text) > 10:
        local_time(text)
    return _real_date(text, int(found[1]), int(found[2]), int(found[3]))


@lru_cache(maxsize=16384)
def london_instant(text: str) -> datetime | None:
    """The UTC instant of a London local time without offset; None for Khaos's "no date".

    In the October hour that comes twice the later instant is taken: an age is then never overstated, and a read
    "since" that instant is widened by the configured buffer. In the March hour that does not exist the clock is
    taken as not yet moved.
    """
    local = local_time(text)
    if local.date() in NO_DATE:
        return None
    return local.replace(tzinfo=LONDON, fold=0 if _in_gap(local) else 1).astimezone(UTC)


def local_time(text: str) -> datetime:
    """yyyy-mm-ddThh:mm:ss (a blank for the T is accepted), to the microsecond, without a zone."""
    found = _LOCAL_TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is not a local time yyyy-mm-ddThh:mm:ss")
    try:
        year, month, day, hour, minute, second = map(int, found.groups()[:6])
        return datetime(year, month, day, hour, minute, second, int((found[7] or "0").ljust(6, "0")))  # noqa: DTZ001
    except ValueError as e:
        raise ValueError(f"{text[:40]!r} is impossible: {e}") from e


def to_london(instant: datetime) -> str:
    """An aware instant as Khaos takes it: London local time to the second, without offset."""
    return instant.astimezone(LONDON).strftime("%Y-%m-%dT%H:%M:%S")


def _real_date(text: str, year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError as e:
        raise ValueError(f"{text[:40]!r} is impossible: {e}") from e
    return None if found in NO_DATE else found


def _in_gap(local: datetime) -> bool:
    early, late = (local.replace(tzinfo=LONDON, fold=f).utcoffset() or timedelta() for f in (0, 1))
    return early < late


class Row:
    """One element: its attributes and children by name, in any order, with strict getters. Empty = None = unknown."""

    __slots__ = ("_children", "_repeats", "element")

    def __init__(self, element: Element) -> None:
        self.element = element
        self._children = {child.tag: child for child in element}
        self._repeats = len(self._children) != len(element)

    def unknown(self, known: frozenset[str]) -> set[str]:
        """Names of children that are not in `known`: newer versions add elements without notice."""
        return self._children.keys() - known

    def child(self, name: str) -> Element | None:
        return self._children.get(name)

    def peek(self, name: str) -> str:
        """The text unchecked, "" where there is none: for looking before a record is decoded."""
        child = self._children.get(name)
        return "" if child is None else child.text or ""

    def text(self, name: str) -> str | None:
        """The text as it stands (a blank before a code is a blank), None where empty or absent."""
        child = self._children.get(name)
        if child is None:
            return None
        if self._repeats and len({c.text or "" for c in self.element if c.tag == name}) > 1:
            raise FieldError(name, "comes twice with two contents")
        return own_text(child)

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise FieldError(name, "is missing or empty")
        return value

    def attribute(self, name: str) -> str | None:
        value = self.element.get(name)
        return value if value is not None and value.strip() else None

    def required_attribute(self, name: str) -> str:
        value = self.attribute(name)
        if value is None:
            raise FieldError(f"@{name}", "is missing or empty")
        return value

    def child_attribute(self, name: str, attribute: str) -> str | None:
        child = self._children.get(name)
        value = None if child is None else child.get(attribute)
        return value if value is not None and value.strip() else None

    def decimal(self, name: str, places: int) -> Decimal | None:
        return as_decimal(name, self.text(name), places)

    def integer(self, name: str) -> int | None:
        return as_integer(name, self.text(name))

    def flag(self, name: str) -> bool | None:
        return as_flag(name, self.text(name))

    def required_flag(self, name: str) -> bool:
        value = self.flag(name)
        if value is None:
            raise FieldError(name, "is missing or empty")
        return value

    def uk_date(self, name: str) -> date | None:
        return as_uk_date(name, self.text(name))

    def iso_date(self, name: str) -> date | None:
        return as_iso_date(name, self.text(name))

    def each(self, wrapper: str, name: str) -> Iterator[Element]:
        """The children `name` of the child `wrapper`; nothing where it is absent or empty."""
        found = self._children.get(wrapper)
        if found is not None:
            yield from (c for c in found if c.tag == name)


def names(text: str) -> frozenset[str]:
    """Element names, written as words."""
    return frozenset(text.split())


def local_name(element: Element) -> str:
    """The name without its namespace: prefixes are the server's business."""
    return element.tag.rpartition("}")[2]


def without_namespaces(element: Element) -> Element:
    """The same element; it and everything in it is now named without namespace."""
    for part in element.iter():
        if part.tag[0] == "{":
            part.tag = local_name(part)
    return element


def own_text(element: Element) -> str | None:
    text = element.text
    return text if text is not None and text.strip() else None


def as_decimal(field: str, text: str | None, places: int) -> Decimal | None:
    if text is None:
        return None
    try:
        return decimal(text.strip(), places)
    except ValueError as e:
        raise FieldError(field, str(e)) from None


def as_integer(field: str, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return integer(text.strip())
    except ValueError as e:
        raise FieldError(field, str(e)) from None


def as_flag(field: str, text: str | None) -> bool | None:
    if text is None:
        return None
    try:
        return flag(text.strip())
    except ValueError as e:
        raise FieldError(field, str(e)) from None


def as_uk_date(field: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return uk_date(text.strip())
    except ValueError as e:
        raise FieldError(field, str(e)) from None


def as_iso_date(field: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return iso_date(text.strip())
    except ValueError as e:
        raise FieldError(field, str(e)) from None


def as_instant(field: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return london_instant(text.strip())
    except ValueError as e:
        raise FieldError(field, str(e)) from None
