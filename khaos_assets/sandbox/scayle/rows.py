"""The rows of one entity as lines of JSON in the order of their id, found by id, by reference key or by owner.

Lines are kept as the world's files have them: every number goes out with its own digits, and a page is one join.
"""

from __future__ import annotations

import gc
from bisect import bisect_left, insort
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from khaos_assets.sandbox.lines import read_lines
from khaos_assets.sandbox.scayle.calls import Identifier

Record = dict[str, Any]
Group = tuple[str, ...]

NOWHERE = -1
"""The place of a row whose id cannot be read: before all others, in the order of the file."""

_RECORD = msgspec.json.Decoder(Record, float_hook=Decimal)
_PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LINE = msgspec.json.Encoder(decimal_format="number")


class Row(NamedTuple):
    """One row: its id, its reference key, whose it is, and its line."""

    id: int
    reference: str | None
    group: Group
    line: bytes

    def record(self) -> Record:
        """The row as a dict; numbers with a point are Decimal."""
        return _RECORD.decode(self.line)


def line(record: Any) -> bytes:
    """JSON as it goes over the wire; a Decimal is a number with its own digits."""
    return _LINE.encode(record)


def parts(text: bytes) -> dict[str, msgspec.Raw]:
    """The fields of a line, each still as it stands."""
    return _PARTS.decode(text)


@dataclass(frozen=True)
class Shape:
    """An entity: its file, the fields that name the owner of a row (a point goes inside), and those never shown.

    `numbered` False: the entity has no id on the wire; its rows stand in the order of the file.
    """

    entity: str
    owner: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    numbered: bool = True
    reference: str = "referenceKey"

    def row(self, record: Record, number: int = NOWHERE) -> Row:
        """A record as a row. `number` is its place where it has no id."""
        return self.read(line(record), number)

    def read(self, text: bytes, number: int = NOWHERE) -> Row:
        """A line as a row. Names with a leading underscore are for the simulator only and leave here."""
        found = parts(text)
        if not self.numbered:
            at = number
        else:
            at = _value(found, "id")
            at = at if isinstance(at, int) and at >= 0 else NOWHERE
        reference = _value(found, self.reference)
        group = tuple(_owner(name, _value(found, name)) for name in self.owner)
        shown = {k: v for k, v in found.items() if k not in self.hidden and not k.startswith("_")}
        return Row(
            at, None if reference is None else str(reference), group, line(shown) if len(shown) < len(found) else text
        )


SHOPS = Shape("shops", numbered=False, reference="shopKey")
WAREHOUSES = Shape("warehouses")
MERCHANTS = Shape("merchants")
CARRIERS = Shape("carriers", reference="key")
COMPANIES = Shape("companies")
PRODUCTS = Shape("products")
STOCKS = Shape("stocks", ("variantId",), frozenset({"variantId"}), numbered=False, reference="warehouseReferenceKey")
PRICES = Shape("prices", ("variantId",), frozenset({"variantId"}), numbered=False, reference="key")
ORDERS = Shape("orders", ("shopCountry.shopKey", "shopCountry.countryCode"))
INVOICES = Shape("invoices", ("orderId",), frozenset({"orderId"}))
CUSTOMERS = Shape("customers", ("shopKey", "countryCode"), frozenset({"shopKey", "countryCode"}))
SHAPES = (
    *(SHOPS, WAREHOUSES, MERCHANTS, CARRIERS, COMPANIES, PRODUCTS),
    *(STOCKS, PRICES, ORDERS, INVOICES, CUSTOMERS),
)


class Table:
    """The current rows of one entity. `version` grows with every change, so that what was prepared can be dropped."""

    def __init__(self, shape: Shape, rows: Iterable[Row] = ()) -> None:
        self.shape = shape
        self.version = 0
        self._by_id: dict[int, Row] = {}
        self._by_reference: dict[str, int] = {}
        self._groups: dict[Group, list[Row]] = {}
        self._next = count(1)
        for row in sorted(rows, key=_place):
            self._groups.setdefault(row.group, []).append(row)
            self._by_id.setdefault(row.id, row)
            if row.reference is not None and shape.numbered:
                self._by_reference.setdefault(row.reference, row.id)
        self._by_id.pop(NOWHERE, None)
        self._next = count(max(self._by_id, default=0) + 1)

    @classmethod
    def load(cls, shape: Shape, file: Path) -> Table:
        """From a world's NDJSON file; one that is not there is empty. Raises WorldError."""
        numbers = count(1)
        with _without_collector():
            return cls(shape, read_lines(file, lambda text: shape.read(text, next(numbers))))

    def group(self, group: Group = ()) -> Sequence[Row]:
        """The rows of one owner in order; of an entity without owners all rows."""
        return self._groups.get(group, ())

    def groups(self) -> Iterable[Group]:
        """The owners that have rows."""
        return self._groups.keys()

    def get(self, identifier: Identifier) -> Row | None:
        """The row with this id or reference key, or None."""
        at = identifier.id if identifier.reference is None else self._by_reference.get(identifier.reference)
        return None if at is None else self._by_id.get(at)

    def free_id(self) -> int:
        """An id that no row has or had."""
        return next(self._next)

    def highest_id(self) -> int:
        """The highest id of all rows; 0 where there are none."""
        return max(self._by_id, default=0)

    def put(self, record: Record, number: int = NOWHERE) -> Row:
        """Insert the record, or replace the row with its id (`number` where the entity has none)."""
        row = self.shape.row(record, number)
        self.drop(row.id)
        insort(self._groups.setdefault(row.group, []), row, key=_place)
        self._by_id[row.id] = row
        if row.reference is not None and self.shape.numbered:
            self._by_reference[row.reference] = row.id
        self.version += 1
        return row

    def drop(self, at: int) -> Row | None:
        """Take a row away; returns it, or None where there is none."""
        row = self._by_id.pop(at, None)
        if row is None:
            return None
        group = self._groups[row.group]
        del group[bisect_left(group, at, key=_place)]
        if row.reference is not None and self._by_reference.get(row.reference) == at:
            del self._by_reference[row.reference]
        self.version += 1
        return row


def _place(row: Row) -> int:
    return row.id


def _owner(name: str, value: Any) -> str:
    """Country codes are compared without case (contract section 7)."""
    return str(value).upper() if name.endswith("countryCode") else str(value)


def _value(found: dict[str, msgspec.Raw], name: str) -> Any:
    """A field by its name; None where it is not there."""
    outer, _, inner = name.partition(".")
    raw = found.get(outer)
    if raw is None:
        return None
    value = msgspec.json.decode(raw)
    if inner:
        return value.get(inner) if isinstance(value, dict) else None
    return value


@contextmanager
def _without_collector() -> Generator[None]:
    """Many rows at once are no garbage: looking for some among them takes longer than reading them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
