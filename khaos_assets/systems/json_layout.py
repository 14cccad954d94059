"""A JSON array whose records are all laid out alike, as columns of text: no object is made of any value.

A server writes the records of a list one like the other: the same fields in the same order with the same spaces. What
stands between the values is then the same text in each record, and the quotes tell where it stands. Each of these
texts is compared, byte for byte; an array with anything else in it (a field more or less, a null where others have
text, an escape, a brace, a line break) is left to a parser that reads record by record.

Not here: what the texts mean (`json_values.py`).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

Positions = np.ndarray[tuple[int], np.dtype[np.int64]]

QUOTE, BRACE = b'"{'
FIELD = re.compile(rb'(?P<head>"(?P<name>[^"]+)": *)(?:(?P<text>"[^"]*")|[^"{}\[\], ]+)')
BETWEEN = re.compile(rb" *, *")


@dataclass(frozen=True)
class Texts:
    """The values of one field in the order of the records, as they are written but without their quotes."""

    texts: pa.StringArray
    quoted: bool
    """Whether they are JSON strings; else numbers, true, false, null (not checked which)."""


@dataclass(frozen=True)
class _Field:
    """How one field stands in each record."""

    name: str
    before: bytes
    """From the end of the value before it to the quote of its name."""
    head: bytes
    """From that quote to its value."""
    mark: int
    """Which of the record's quotes that quote is."""
    quoted: bool


def laid_out_alike(array: bytes, names: Collection[str]) -> dict[str, Texts] | None:
    """The values of these fields; None where the records differ in their layout, or lack one of the fields.

    `array` is well-formed JSON, as msgspec has it in a `Raw`.
    """
    if not array.startswith(b"[{") or b"\\" in array or not _is_utf8(array):
        return None
    first = array[1 : array.index(b"}") + 1] if b"}" in array else b""
    fields = _layout(first, BETWEEN.match(array, 1 + len(first)))
    if fields is None or not set(names) <= {f.name for f in fields}:
        return None
    marks = np.frombuffer(array, np.uint8)
    places = np.flatnonzero(marks == QUOTE)
    records, rest = divmod(len(places), first.count(b'"'))
    if rest or np.count_nonzero(marks == BRACE) != records:
        return None  # also where a brace stands in a text, or a record has no field
    quotes = places.reshape(records, -1)
    begins = [quotes[:, f.mark] - len(f.before) for f in fields]
    last = b'"}]' if fields[-1].quoted else b"}]"
    # In front of the first record stands the array's bracket instead of another record
    if not array.endswith(last) or not all(
        _all_read(array, begin[n == 0 :], f.before + f.head)
        for n, (begin, f) in enumerate(zip(begins, fields, strict=True))
    ):
        return None
    ends = [*begins[1:], np.append(begins[0][1:], len(array) - len(last))]
    found = [(f, quotes[:, f.mark] + len(f.head), end) for f, end in zip(fields, ends, strict=True) if f.name in names]
    # Arrow reads where it is told to: a value never ends before it begins
    if any((start > end).any() for _, start, end in found):
        return None
    return {f.name: Texts(_between(array, start, end), f.quoted) for f, start, end in found}


def _layout(first: bytes, behind: re.Match[bytes] | None) -> list[_Field] | None:
    """The fields of the first record; `behind`: what parts it from the next. None: not flat, or a name twice."""
    found: list[tuple[bytes, re.Match[bytes]]] = []
    at, before = 1, b"{"
    while field := FIELD.match(first, at):
        found.append((before, field))
        between = BETWEEN.match(first, field.end())
        at = between.end() if between else field.end()
        before = (b'"' if field["text"] else b"") + (between[0] if between else b"")
    names = [str(field["name"], "utf-8") for _, field in found]
    if not found or first[at:] != b"}" or len(set(names)) < len(names):
        return None
    found[0] = (before + b"}" + (behind[0] if behind else b"") + b"{", found[0][1])
    fields: list[_Field] = []
    mark = 0
    for name, (before, field) in zip(names, found, strict=True):
        quoted = field["text"] is not None
        fields.append(_Field(name, before, field["head"] + (b'"' if quoted else b""), mark, quoted))
        mark += 4 if quoted else 2
    return fields


def _all_read(array: bytes, places: Positions, text: bytes) -> bool:
    """Whether `text` stands at each of these places."""
    if not len(places):
        return True
    if places[0] < 0 or places[-1] + len(text) > len(array):
        return False
    windows = np.ndarray(len(array) - len(text) + 1, f"V{len(text)}", array, strides=(1,))
    return windows[places].tobytes() == text * len(places)


def _between(array: bytes, starts: Positions, ends: Positions) -> pa.StringArray:
    """What stands between starts and ends: every other stretch of an Arrow array over the same bytes."""
    bounds = np.column_stack((starts, ends)).ravel().astype(np.int32)
    stretches = pa.StringArray.from_buffers(len(bounds) - 1, pa.py_buffer(bounds), pa.py_buffer(array))
    return stretches.take(pa.array(np.arange(0, len(bounds), 2)))


def _is_utf8(text: bytes) -> bool:
    if text.isascii():
        return True
    try:
        str(text, "utf-8")
    except UnicodeDecodeError:
        return False
    return True
