"""The rows of one type, as lines of JSON in the order of their ids.

A line goes out as it stands in the world's file, so a page costs one join; what a list is filtered by is read out of
the lines once, when it is first asked for.
"""

from __future__ import annotations

import gc
from bisect import bisect_left
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from itertools import count
from pathlib import Path as File
from typing import Any

import msgspec

from khaos_assets.sandbox.orocommerce.resources import Path
from khaos_assets.sandbox.world import WorldError

Row = dict[str, Any]
Key = Any
"""How an id sorts: as a whole number where all ids of the type are, else as text."""

_SERIALS = count()
_ROW = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_LINE = msgspec.json.Encoder(decimal_format="number")
PARTS = ("attributes", "relationships")
SUBTOTALS = "ordersubtotals"


class _Id(msgspec.Struct):
    id: str


_ID = msgspec.json.Decoder(_Id)


def row(line: bytes) -> Row:
    """A line as a dict; numbers with a point are Decimal."""
    return _ROW.decode(line)


def line(of: Row | list[Row]) -> bytes:
    """A row, or several, as they go out. Decimals stay numbers with their own digits."""
    return _LINE.encode(of)


def plain_number(value: Decimal) -> str:
    """Without needless zeros.

    >>> plain_number(Decimal("10.00"))
    '10'
    """
    return format(value.normalize(), "f")


class Table:
    """The rows of a type. `version` grows with every change, so that what was prepared can be dropped."""

    def __init__(self, type_: str, rows: Iterable[tuple[str, bytes]] = ()) -> None:
        found = list(rows)
        self.serial = next(_SERIALS)
        self.type = type_
        self.numeric = all(i.isascii() and i.isdigit() for i, _ in found) and type_ not in ("productprices", SUBTOTALS)
        if self.numeric:
            found.sort(key=lambda f: int(f[0]))
        elif type_ == SUBTOTALS:
            found.sort(key=lambda f: _subtotal_place(f[0]))
        else:
            found.sort(key=lambda f: f[0])
        self.keys: list[Key] = [int(i) if self.numeric else i for i, _ in found]
        self.lines: list[bytes] = [text for _, text in found]
        self.version = 0
        self.withheld: frozenset[str] = frozenset()
        """Ids that are there but not for this role."""
        self._columns: dict[Path, list[Any]] = {}
        self._places: dict[Path, dict[Any, list[int]]] = {}

    @classmethod
    def load(cls, type_: str, file: File) -> Table:
        """From a world's file; one that is not there is empty. Raises WorldError with file and line."""
        try:
            lines = file.read_bytes().splitlines()
        except FileNotFoundError:
            lines = []
        with _without_collector():
            return cls(type_, [_read(type_, file, n, text) for n, text in enumerate(lines, 1) if text.strip()])

    def with_rows(self, rows: Iterable[tuple[str, bytes]]) -> Table:
        """Another table of the type."""
        other = Table(self.type, rows)
        other.withheld = self.withheld
        return other

    def items(self) -> Iterable[tuple[str, bytes]]:
        """Ids with their lines, in order."""
        return zip(map(str, self.keys), self.lines, strict=True)

    def __len__(self) -> int:
        return len(self.keys)

    def place(self, id_: str) -> int | None:
        """Where the row with this id stands."""
        if self.type == SUBTOTALS:
            return next(iter(self.places(("id",)).get(id_, ())), None)
        if self.numeric and not (id_.isascii() and id_.isdigit()):
            return None
        key = int(id_) if self.numeric else id_
        at = bisect_left(self.keys, key)
        return at if at < len(self.keys) and self.keys[at] == key else None

    def line(self, id_: str) -> bytes | None:
        """The row with this id as it goes out."""
        at = self.place(id_)
        return None if at is None else self.lines[at]

    def get(self, id_: str) -> Row | None:
        """The row with this id."""
        found = self.line(id_)
        return None if found is None else row(found)

    def put(self, new: Row) -> None:
        """Replace the row with this id, or add it."""
        id_, text = str(new["id"]), line(new)
        self.version += 1
        at = self.place(id_)
        if at is None:
            self._insert(id_, text)
            return
        self.lines[at] = text
        for path, column in self._columns.items():
            value = _value_of(path, self.type)(text)
            if value != column[at]:
                column[at] = value
                self._places.pop(path, None)

    def drop(self, id_: str) -> None:
        """Take the row with this id away, if it is there."""
        if (at := self.place(id_)) is not None:
            self.version += 1
            del self.keys[at], self.lines[at]
            self._forget()

    def column(self, path: Path) -> list[Any]:
        """One value per row: an attribute, an id, or the id (the tuple of ids) a relationship leads to."""
        if path == ("id",):
            return self.keys
        if path not in self._columns:
            self._columns[path] = list(map(_value_of(path, self.type), self.lines))
        return self._columns[path]

    def places(self, path: Path) -> dict[Any, list[int]]:
        """Value → where the rows with it stand; a relationship to many has its rows under each id."""
        if path not in self._places:
            found: dict[Any, list[int]] = {}
            for at, value in enumerate(self.column(path)):
                for one in value if isinstance(value, tuple) else (value,):
                    found.setdefault(one, []).append(at)
            self._places[path] = found
        return self._places[path]

    def _insert(self, id_: str, text: bytes) -> None:
        if self.type == SUBTOTALS:
            raise ValueError("subtotals are worked out, not written")
        key: Key = int(id_) if self.numeric else id_
        at = bisect_left(self.keys, key)
        self.keys.insert(at, key)
        self.lines.insert(at, text)
        self._forget()

    def _forget(self) -> None:
        self._columns.clear()
        self._places.clear()


def _read(type_: str, file: File, number: int, text: bytes) -> tuple[str, bytes]:
    """A line's id and what of it goes over the wire: names with a leading underscore do not, nor does the order of a
    subtotal, which its id begins with."""
    try:
        if type_ == SUBTOTALS or b'"_' in text:
            whole = row(text)
            for part in (whole, *(whole[p] for p in PARTS if isinstance(whole.get(p), dict))):
                for name in [n for n in part if n.startswith("_")]:
                    del part[name]
            if type_ == SUBTOTALS and isinstance(links := whole.get("relationships"), dict):
                links.pop("order", None)
                if not links:
                    del whole["relationships"]
            text = line(whole)
        return _ID.decode(text).id, text
    except msgspec.ValidationError:  # a planted defect: an id that is a number still has its place
        return str(row(text).get("id", "")), text
    except (msgspec.DecodeError, ArithmeticError) as e:
        raise WorldError(f"{file}: line {number}: not one JSON object: {e}") from e


def _subtotal_place(id_: str) -> tuple[str, int]:
    """Of one order by their position: `12-tax-4` stands behind `12-subtotal-0`."""
    order, _, rest = id_.partition("-")
    position = rest.rpartition("-")[2]
    return order.zfill(20), int(position) if position.isascii() and position.isdigit() else 0


@cache
def _value_of(path: Path, type_: str) -> Callable[[bytes], Any]:
    """What reads one value out of a line, and nothing else of it."""
    if type_ == SUBTOTALS and path == ("relationships", "order"):
        return lambda text: _ID.decode(text).id.partition("-")[0]
    part, name = path
    inner = msgspec.defstruct("Inner", [("value", Any, None)], rename={"value": name})
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
        msgspec.defstruct("Outer", [("part", inner | None, None)], rename={"part": part})
    )

    def read(text: bytes) -> Any:
        try:
            found = decoder.decode(text).part
        except msgspec.ValidationError:
            return None
        value = None if found is None else found.value
        return _target(value) if part == "relationships" else value

    return read


def _target(link: Any) -> Any:
    """The id or ids that a relationship object leads to."""
    data = link.get("data") if isinstance(link, dict) else None
    if isinstance(data, list):
        return tuple(str(one["id"]) for one in data)
    return str(data["id"]) if isinstance(data, dict) else None


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
