"""The four lists of the stock and dispatch feed (contract wair, sections 3.4 to 3.7) and how one page is read."""

from __future__ import annotations

import hashlib
import operator
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec
import pyarrow as pa

from khaos_assets.systems.json_columns import ColumnDecoder
from khaos_assets.systems.paging import Key
from khaos_assets.systems.transport import BodyBroken, TransientError
from khaos_assets.systems.wire import Record

UNREADABLE = "\0unreadable"
"""Stands in place of the first key column of a row whose key cannot be read; the last one is the hash of its text."""
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?")


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
    keys: list[Key]
    updated: list[str]
    unreadable: frozenset[int]
    """Rows whose key or change time cannot be read."""


@dataclass(frozen=True)
class Feed:
    """One list: `array` its name in the envelope, `key` the wire names of its key."""

    entity: str
    path: str
    array: str
    record: type[Record]
    key: tuple[str, ...]

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
        row = msgspec.defstruct("Slim", [*((k, str) for k in self.key), ("updatedAt", str)], gc=False)
        return msgspec.json.Decoder(self._envelope(list[row]))

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
        except msgspec.DecodeError:
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

    def page(self, body: bytes, *, operation: str, offset: int, by_change: bool) -> FeedPage:
        """The page, checked against what was asked.

        Raises BodyBroken where it is not the whole JSON of this list, PageWrong where it breaks a rule of paging.
        """
        page = self._read(body, operation)
        if page.offset != offset:
            raise PageWrong(operation, "wrong_offset", f"offset {offset} was asked, {page.offset} answered")
        if len(page.keys) > page.limit:
            raise PageWrong(operation, "too_many_rows", f"{len(page.keys)} rows under a limit of {page.limit}")
        if not ascending(page, by_change):
            raise PageWrong(operation, "keys_not_ascending", f"offset {offset}: a key is repeated or out of order")
        return page

    def _read(self, body: bytes, operation: str) -> FeedPage:
        keys_of = operator.attrgetter(*self.key) if len(self.key) > 1 else lambda r: (getattr(r, self.key[0]),)
        try:
            answer = self._slim.decode(body)
            return FeedPage(
                answer.offset,
                answer.limit,
                answer.moreRecordsAvailable,
                [keys_of(r) for r in answer.rows],
                [r.updatedAt for r in answer.rows],
                frozenset(),
            )
        except msgspec.DecodeError:
            pass
        try:
            answer = self._raw.decode(body)
        except msgspec.DecodeError as e:
            raise BodyBroken("wair", operation, f"not the whole JSON of {self.array}: {e}", status=200) from e
        rows = [self._row(bytes(raw)) for raw in answer.rows]
        return FeedPage(
            answer.offset,
            answer.limit,
            answer.moreRecordsAvailable,
            [key for key, _, _ in rows],
            [updated for _, updated, _ in rows],
            frozenset(n for n, (_, _, readable) in enumerate(rows) if not readable),
        )

    def _row(self, raw: bytes) -> tuple[Key, str, bool]:
        """Key, change time and whether both could be read; a row without a key goes by the hash of its text."""
        key = self.key_of(raw)
        record = msgspec.json.decode(raw)
        updated = record.get("updatedAt") if isinstance(record, dict) else None
        readable = key is not None and isinstance(updated, str)
        if key is None:
            digest = hashlib.sha256(raw).hexdigest()
            key = (UNREADABLE, *[""] * (len(self.key) - 2), digest) if len(self.key) > 1 else (UNREADABLE + digest,)
        return key, updated if isinstance(updated, str) else "", readable


def order_keys(page: FeedPage, by_change: bool) -> list[Key]:
    """Where each row stands in the list's order: by key, or by change time and key."""
    if not by_change:
        return page.keys
    return [(u.rstrip("Z"), *k) for u, k in zip(page.updated, page.keys, strict=True)]


def placed(page: FeedPage, by_change: bool) -> list[bool]:
    """Which rows have a readable place in the order."""
    return [
        n not in page.unreadable and not (by_change and TIME.match(page.updated[n]) is None)
        for n in range(len(page.keys))
    ]


def ascending(page: FeedPage, by_change: bool) -> bool:
    """Strictly ascending, rows without a readable place left out."""
    keys = order_keys(page, by_change)
    if not page.unreadable and _strictly(keys):
        return True
    return _strictly([k for k, ok in zip(keys, placed(page, by_change), strict=True) if ok])


def slim_table(feed: Feed, page: FeedPage) -> pa.Table:
    """Keys and change times as Arrow: a tenth of the memory of Python objects, kept until the passes are compared."""
    names = [*feed.columns, "updated"]
    columns = [pa.array([k[n] for k in page.keys], pa.string()) for n in range(len(feed.key))]
    return pa.table([*columns, pa.array(page.updated, pa.string())], names=names)


def _strictly(keys: Sequence[Key]) -> bool:
    return all(map(operator.lt, keys, keys[1:]))
