"""The products of one key's view, in the order of their internal id. Each is kept as its line of JSON, so that every
number goes out with its own digits and a page costs one join.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from khaos_assets.sandbox.changes import hash_of

Record = dict[str, Any]

RECORD: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record, float_hook=Decimal)
LINE = msgspec.json.Encoder(decimal_format="number")
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?")


class Row(NamedTuple):
    """One product: internal id, `primaryId` as text, last change and creation as sortable text, its line as a feed
    shows it."""

    id: str
    key: str
    updated: str
    created: str
    line: bytes

    @classmethod
    def of(cls, record: Record) -> Row:
        """From a feed's record. Names with a leading underscore are for the simulator only and leave here."""
        shown = {k: v for k, v in record.items() if not k.startswith("_")}
        line = LINE.encode(shown)
        return cls(
            str(shown.get("id") or f"?{hash_of(line)}"),
            str(shown.get("primaryId", "")),
            sortable(str(shown.get("dateUpdated") or "")),
            sortable(str(shown.get("dateCreated") or "")),
            line,
        )

    def record(self) -> Record:
        """The product as a dict; numbers with a point are Decimal."""
        return RECORD.decode(self.line)


class _Slim(msgspec.Struct, gc=False):
    id: str
    key: str | int = msgspec.field(name="primaryId")
    updated: str | None = msgspec.field(default=None, name="dateUpdated")
    created: str | None = msgspec.field(default=None, name="dateCreated")


_SLIM = msgspec.json.Decoder(_Slim)


def read(line: bytes) -> Row:
    """From a line of a world's file; only what lists need is looked at."""
    if b'"_' in line:
        return Row.of(RECORD.decode(line))
    try:
        slim = _SLIM.decode(line)
    except msgspec.ValidationError:  # a planted defect: it still has its place in the list
        return Row.of(RECORD.decode(line))
    return Row(slim.id, str(slim.key), sortable(slim.updated or ""), sortable(slim.created or ""), line)


class Rows:
    """Products by internal id and by `primaryId`. `version` grows with every change."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = {r.id: r for r in rows}
        self._prepared: dict[str, Any] = {}
        self.version = 0

    def get(self, key: str) -> Row | None:
        """The product with this `primaryId`, else with this internal id."""
        return self._keep("keys", lambda: {r.key: r for r in self.in_order()}).get(key) or self._rows.get(key)

    def put(self, row: Row) -> None:
        """Insert a product, or replace the one with its id."""
        self._rows[row.id] = row
        self._touched()

    def remove(self, key: str) -> None:
        """Take away the product with this internal id; one that is not there is borne."""
        if self._rows.pop(key, None) is not None:
            self._touched()

    def in_order(self) -> list[Row]:
        """All of them in the order of the cursor."""
        return self._keep("in_order", lambda: sorted(self._rows.values()))

    def _keep(self, name: str, prepare: Callable[[], Any]) -> Any:
        if name not in self._prepared:
            self._prepared[name] = prepare()
        return self._prepared[name]

    def _touched(self) -> None:
        self.version += 1
        self._prepared.clear()


def behind(rows: Sequence[Row], cursor: str | None) -> int:
    """How many of the rows stand at or before a cursor."""
    return 0 if cursor is None else bisect_right(rows, cursor, key=lambda r: r.id)


def sortable(instant: str) -> str:
    """An ISO instant as text that sorts by time: UTC, microseconds, no zone; naive is UTC; "" if unreadable.

    >>> sortable("2026-11-20T02:00:00.120Z"), sortable("2026-11-20T00:00:0.000Z")
    ('2026-11-20T02:00:00.120000', '2026-11-20T00:00:00.000000')
    """
    if len(instant) == 24 and instant[10] == "T" and instant[19] == "." and instant[23] == "Z":
        return instant[:23] + "000"
    if (found := _INSTANT.fullmatch(instant)) is None:
        return ""
    day, hour, minute, second, fraction, zone = found.groups("0")
    digits = (fraction[1:] + "000000")[:6]
    zone = "+00:00" if zone in ("0", "Z") else zone
    try:
        parsed = datetime.fromisoformat(f"{day}T{hour:0>2}:{minute:0>2}:{second:0>2}.{digits}{zone}")
    except ValueError:
        return ""
    return parsed.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def instant(at: datetime) -> str:
    """An aware instant as bodies have it: UTC, milliseconds, Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
