"""The four lists of the stock and dispatch feed (contract wair, sections 3.4 to 3.7) and how one page is read."""
# pyright: reportAttributeAccessIssue=false
# (pyarrow makes its compute functions when imported, out of sight of a type checker)

from __future__ import annotations

import hashlib
import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from khaos_assets.systems.arrow import next_greater
from khaos_assets.systems.json_columns import NOT_JSON, ColumnDecoder
from khaos_assets.systems.json_layout import laid_out_alike
from khaos_assets.systems.paging import Key
from khaos_assets.systems.transport import BodyBroken, TransientError
from khaos_assets.systems.wire import Record

UNREADABLE = "\0unreadable"
"""Begins the first key column of a row whose key cannot be read; the hash of its text follows."""
TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"


class PageWrong(TransientError):
    """A whole page that breaks the rules of paging. Asked again; `fault` says which rule."""

    def __init__(self, operation: str, fault: str, detail: str) -> None:
        super().__init__("wair", operation, detail, status=200)
        self.fault = fault


@dataclass(frozen=True)
class FeedPage:
    """What the walk looks at: the envelope, and per row key and change time as text, in the order of the page."""

    offset: int
    limit: int
    more: bool
    rows: pa.Table
    """The key's columns and `updated`, all text. Arrow, since Python objects would take ten times the memory."""
    first: Key | None = None
    last: Key | None = None
    """Places, in the list's order, of the first and the last row that have one."""

    def key(self, row: int) -> Key:
        """The key of a row; negative counts from the end."""
        return tuple(column[row].as_py() for column in self.rows.columns[:-1])


@dataclass(frozen=True)
class Feed:
    """One list: `array` its name in the envelope, `key` the wire names of its key."""

    entity: str
    path: str
    array: str
    record: type[Record]
    key: tuple[str, ...]
    of_people: bool = False
    """Its rows are about what was sent to somebody: fields that the contract does not name are not landed."""

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The key's columns in the record."""
        names = {f.encode_name: f.name for f in msgspec.structs.fields(self.record)}
        return tuple(names[k] for k in self.key)

    @cached_property
    def decoder(self) -> ColumnDecoder:
        return ColumnDecoder(self.record, self.array)

    @cached_property
    def known_fields(self) -> frozenset[str]:
        return frozenset(f.encode_name for f in msgspec.structs.fields(self.record))

    @cached_property
    def _slim(self) -> msgspec.json.Decoder[Any]:
        """Reads only what paging needs, and skips the rest of each row."""
        row = msgspec.defstruct("Slim", [(name, str) for name in self._looked_at], gc=False)
        return msgspec.json.Decoder(self._envelope(list[row]))

    @cached_property
    def _getters(self) -> list[Callable[[Any], str]]:
        return [operator.attrgetter(name) for name in self._looked_at]

    @property
    def _looked_at(self) -> tuple[str, ...]:
        """Wire names of what paging needs of a row."""
        return (*self.key, "updatedAt")

    @cached_property
    def _unread(self) -> msgspec.json.Decoder[Any]:
        return msgspec.json.Decoder(self._envelope(msgspec.Raw))

    @cached_property
    def _raw(self) -> msgspec.json.Decoder[Any]:
        return msgspec.json.Decoder(self._envelope(list[msgspec.Raw]))

    @cached_property
    def _key_only(self) -> msgspec.json.Decoder[Any]:
        return msgspec.json.Decoder(msgspec.defstruct("KeyOnly", [(k, str) for k in self.key]))

    def _envelope(self, rows: Any) -> type[msgspec.Struct]:
        fields = [("rows", rows), ("offset", int), ("limit", int), ("moreRecordsAvailable", bool)]
        return msgspec.defstruct("Envelope", fields, rename={"rows": self.array})

    def key_of(self, raw: bytes) -> Key | None:
        """The key of one record's text; None where it cannot be read."""
        try:
            row = self._key_only.decode(raw)
        except NOT_JSON:
            return None
        return tuple(getattr(row, k) for k in self.key)

    def unknown_fields(self, body: bytes) -> set[str]:
        """Fields of a page's records that the contract does not name."""
        found: set[str] = set()
        for raw in self._raw.decode(body).rows:
            record = msgspec.json.decode(raw)
            if isinstance(record, dict):
                found |= {str(name) for name in record} - self.known_fields
        return found

    @cached_property
    def _rows_by_field(self) -> msgspec.json.Decoder[Any]:
        return msgspec.json.Decoder(self._envelope(list[dict[str, msgspec.Raw]]))

    def without_others(self, body: bytes) -> bytes:
        """A page of a list of people without fields that the contract does not name; else as it came.

        A row that is no object, which nothing can be taken out of, leaves only its place.
        """
        if not self.of_people:
            return body
        try:
            page = self._rows_by_field.decode(body)
        except NOT_JSON:
            page = self._raw.decode(body)
            page.rows = [_object(row) for row in page.rows]
        if all(row.keys() <= self.known_fields for row in page.rows):
            return body
        page.rows = [{k: v for k, v in row.items() if k in self.known_fields} for row in page.rows]
        return msgspec.json.encode(page)

    def page(self, body: bytes, *, operation: str, offset: int, by_change: bool) -> FeedPage:
        """The page, checked against what was asked.

        Raises BodyBroken where it is not the whole JSON of this list, PageWrong where it breaks a rule of paging.
        """
        page, readable = self._read(body, operation)
        if page.offset != offset:
            raise PageWrong(operation, "wrong_offset", f"offset {offset} was asked, {page.offset} answered")
        if page.rows.num_rows > page.limit:
            raise PageWrong(operation, "too_many_rows", f"{page.rows.num_rows} rows under a limit of {page.limit}")
        order = ("updated", *self.columns) if by_change else self.columns
        rows = page.rows if readable is None else page.rows.filter(readable)
        if not ascending(rows, order) and by_change:
            # Rows without a change time have no place here; a time without its zone sorts as if it had one.
            rows = rows.filter(pc.match_substring_regex(rows["updated"], TIME))
            rows = rows.set_column(rows.num_columns - 1, "updated", pc.utf8_rtrim(rows["updated"], "Z"))
        if not ascending(rows, order):
            raise PageWrong(operation, "keys_not_ascending", f"offset {offset}: a key is repeated or out of order")
        if rows.num_rows == 0:
            return page
        return replace(page, first=_place(rows, order, 0), last=_place(rows, order, -1))

    def _read(self, body: bytes, operation: str) -> tuple[FeedPage, pa.Array | None]:
        """The page, and which rows are readable (None: all)."""
        readable = None
        try:
            answer = self._unread.decode(body)
            alike = laid_out_alike(bytes(answer.rows), self._looked_at)
            if alike is not None and all(found.quoted for found in alike.values()):
                columns = [alike[name].texts for name in self._looked_at]
            else:
                answer = self._slim.decode(body)
                columns = [pa.array(map(get, answer.rows), pa.string()) for get in self._getters]
        except NOT_JSON:
            answer, columns, readable = self._read_singly(body, operation)
        rows = pa.Table.from_arrays(columns, [*self.columns, "updated"])
        return FeedPage(answer.offset, answer.limit, answer.moreRecordsAvailable, rows), readable

    def _read_singly(self, body: bytes, operation: str) -> tuple[Any, list[pa.Array], pa.Array]:
        try:
            answer = self._raw.decode(body)
        except NOT_JSON as e:
            raise BodyBroken("wair", operation, f"not the whole JSON of {self.array}: {e}", status=200) from e
        rows = [self._row(bytes(raw)) for raw in answer.rows]
        columns = [[key[n] for key, _, _ in rows] for n in range(len(self.key))]
        columns.append([updated for _, updated, _ in rows])
        texts = [pa.array(c, pa.string()) for c in columns]
        return answer, texts, pa.array([readable for _, _, readable in rows], pa.bool_())

    def _row(self, raw: bytes) -> tuple[Key, str, bool]:
        """Key, change time and whether both could be read; a row without a key goes by the hash of its text."""
        key = self.key_of(raw)
        try:
            record = msgspec.json.decode(raw)
        except NOT_JSON:
            record = None
        updated = record.get("updatedAt") if isinstance(record, dict) else None
        readable = key is not None and isinstance(updated, str)
        if key is None:
            mark = UNREADABLE + hashlib.sha256(raw).hexdigest()
            key = (mark, *[""] * (len(self.key) - 1))
        return key, updated if isinstance(updated, str) else "", readable


def _object(row: msgspec.Raw) -> dict[str, msgspec.Raw]:
    try:
        return msgspec.json.decode(row, type=dict[str, msgspec.Raw])
    except NOT_JSON:
        return {}


def ascending(rows: pa.Table, order: tuple[str, ...]) -> bool:
    """Whether the rows strictly ascend."""
    if rows.num_rows < 2:
        return True
    greater, _ = next_greater(rows, order)
    return bool(pc.all(greater).as_py())


def _place(rows: pa.Table, order: tuple[str, ...], row: int) -> Key:
    place = tuple(rows[name][row].as_py() for name in order)
    return (place[0].rstrip("Z"), *place[1:]) if order[0] == "updated" else place
