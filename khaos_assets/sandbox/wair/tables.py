"""The rows of one entity, as lines of JSON in the order the feed gives them. Lines are kept as the world's files have
them, so that every decimal goes out with its own digits and a page of 5,000 rows costs one join.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from khaos_assets.sandbox.world import WorldError

Record = dict[str, Any]
Key = tuple[str, ...]

_RECORD = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_LINE = msgspec.json.Encoder(decimal_format="number")


class Row(NamedTuple):
    """One row: its key, its last change as sortable text (UTC, microseconds; "" where unreadable) and its line."""

    key: Key
    changed: str
    line: bytes

    def record(self) -> Record:
        """The row as a dict; numbers with a point are Decimal."""
        return _RECORD.decode(self.line)


@dataclass(frozen=True)
class Shape:
    """Where an entity goes out, in which array, and the fields that are its key and its order."""

    entity: str
    resource: str
    array: str
    key: tuple[str, ...]
    in_file_order: bool = False

    def row(self, record: Record) -> Row:
        """A record as a row. Names with a leading underscore are for the simulator only and leave here."""
        record = {k: v for k, v in record.items() if not k.startswith("_")}
        key = tuple(str(record.get(k, "")) for k in self.key)
        return Row(key, sortable(str(record.get("updatedAt", ""))), _LINE.encode(record))

    def order(self, rows: Iterable[Row]) -> list[Row]:
        return list(rows) if self.in_file_order else sorted(rows, key=lambda r: r.key)


STOCK = Shape("stock", "Stock", "stock", ("locationId", "skuId"))
DISPATCHES = Shape("dispatches", "Dispatches", "dispatches", ("dispatchId",))
ITEMS = Shape("items", "Items", "items", ("skuId",))
TRANSFERS = Shape("transfers", "Transfers", "transfers", ("transferId", "skuId"))
RECOMMENDED_TRANSFERS = Shape(
    "recommended_transfers", "Recommendations/transfers", "transfers", ("referenceId",), in_file_order=True
)
STOCK_TARGETS = Shape(
    "stock_targets", "Recommendations/stockTargets", "stockTargets", ("locationId", "skuId"), in_file_order=True
)
PRODUCT_DESCRIPTIONS = Shape(
    "product_descriptions", "Recommendations/productDescriptions", "productDescriptions", ("skuId",), in_file_order=True
)
FEED = (STOCK, DISPATCHES, ITEMS, TRANSFERS)
VENDOR = (RECOMMENDED_TRANSFERS, STOCK_TARGETS, PRODUCT_DESCRIPTIONS)


@dataclass
class Table:
    """The current rows of one entity. `version` grows with every change, so that what was prepared can be dropped."""

    shape: Shape
    rows: list[Row]
    version: int = 0
    _places: dict[Key, int] | None = field(default=None, repr=False)
    _in_order: list[Row] | None = field(default=None, repr=False)
    _by_change: list[Row] | None = field(default=None, repr=False)

    @classmethod
    def load(cls, shape: Shape, file: Path) -> Table:
        """From a world's NDJSON file; one that is not there is empty."""
        try:
            lines = file.read_bytes().splitlines()
        except FileNotFoundError:
            lines = []
        with _without_collector():
            return cls(shape, shape.order(cls._read(shape, file, lines)))

    @staticmethod
    def _read(shape: Shape, file: Path, lines: list[bytes]) -> list[Row]:
        read = _reader(shape)
        rows: list[Row] = []
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    rows.append(read(line))
                except (msgspec.DecodeError, ArithmeticError) as e:
                    raise WorldError(f"{file}: line {number}: not one JSON object: {e}") from e
        return rows

    def in_order(self) -> list[Row]:
        """The rows in the order of their key."""
        if self._in_order is None:
            self._in_order = self.shape.order(self.rows)
        return self._in_order

    def by_change(self) -> list[Row]:
        """The rows in the order of their change time, then key."""
        if self._by_change is None:
            self._by_change = in_order_of_change(self.in_order())
        return self._by_change

    def get(self, key: Key) -> Record | None:
        """The record with this key, or None."""
        place = self._index().get(key)
        return None if place is None else self.rows[place].record()

    def put(self, record: Record) -> None:
        """Insert the record, or replace the one with its key."""
        row = self.shape.row(record)
        place = self._index().setdefault(row.key, len(self.rows))
        if place == len(self.rows):
            self.rows.append(row)
        else:
            self.rows[place] = row
        self._touched()

    def keep_only(self, keys: set[Key]) -> list[Key]:
        """Drop every row that is not named; returns the keys of those dropped."""
        dropped = [r.key for r in self.rows if r.key not in keys]
        self.rows = [r for r in self.rows if r.key in keys]
        self._places = None
        self._touched()
        return dropped

    def _touched(self) -> None:
        self.version += 1
        self._in_order = self._by_change = None

    def _index(self) -> dict[Key, int]:
        if self._places is None:
            self._places = {r.key: n for n, r in enumerate(self.rows)}
        return self._places


def in_order_of_change(rows: Iterable[Row]) -> list[Row]:
    """Rows that stand in the order of their key by change time, then key: sorting leaves equals as they stand."""
    return sorted(rows, key=itemgetter(1))


@contextmanager
def _without_collector() -> Generator[None]:
    """A million rows at once are no garbage: looking for some among them takes longer than reading them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _reader(shape: Shape) -> Callable[[bytes], Row]:
    """Reads only the key and the change time, and shares equal texts: a million rows stay in a few hundred MB."""
    fields: list[tuple[str, type[str], str]] = [(k, str, "") for k in shape.key]
    slim: msgspec.json.Decoder[Any] = msgspec.json.Decoder(msgspec.defstruct("Slim", [*fields, ("updatedAt", str, "")]))
    known: dict[str, str] = {}

    def read(line: bytes) -> Row:
        if b'"_' in line:
            return shape.row(_RECORD.decode(line))
        try:
            found = slim.decode(line)
        except msgspec.ValidationError:  # a planted defect: a key of the wrong type still has its place in the list
            return Row(shape.row(_RECORD.decode(line)).key, "", line)
        key = tuple(known.setdefault(v, v) for v in (getattr(found, k) for k in shape.key))
        return Row(key, sortable(found.updatedAt), line)

    return read


def sortable(instant: str) -> str:
    """An ISO instant as text that sorts by time: UTC, microseconds, no zone; naive is UTC; "" if unreadable.

    >>> sortable("2026-11-20T02:00:00.000Z")
    '2026-11-20T02:00:00.000000'
    """
    if len(instant) == 24 and instant[10] == "T" and instant[19] == "." and instant[23] == "Z":
        return instant[:23] + "000"
    try:
        parsed = datetime.fromisoformat(instant)
    except ValueError:
        return ""
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def instant(at: datetime) -> str:
    """An aware instant as bodies have it: UTC, milliseconds, Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
