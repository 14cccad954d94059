"""One page of the product list: what is asked for, and what the walk looks at in an answer (contract pimberly, 3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.pimberly.client import FULL, SYSTEM
from khaos_assets.systems.read import ReadFailed
from khaos_assets.systems.transport import BodyBroken, TransientError

LIST = "GET /products"


class PageWrong(TransientError):
    """A whole page that breaks the rules of the cursor. Asked again; `fault` says which rule."""

    def __init__(self, fault: str, detail: str) -> None:
        super().__init__(SYSTEM, LIST, detail, status=200)
        self.fault = fault


class CursorRefused(Exception):
    """400: Pimberly does not take this cursor."""


class FilterRefused(Exception):
    """400: Pimberly does not take this filter."""


@dataclass(frozen=True)
class View:
    """What a walk asks for with every page. `full`: all attributes, else identifiers. `filters`: as on the wire."""

    part: str
    limit: int
    full: bool = False
    filters: str | None = None

    @property
    def params(self) -> dict[str, str | int]:
        asked: dict[str, str | int] = {"limit": self.limit, **(FULL if self.full else {})}
        return asked if self.filters is None else {**asked, "filters": self.filters}


@dataclass(frozen=True)
class ProductPage:
    """Internal and primary ids in the order of the page, of its readable rows. No rows: nothing follows (404)."""

    rows: int = 0
    ids: tuple[str, ...] = ()
    primary_ids: tuple[str | None, ...] = ()
    created: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    """Instants as they came; "" where a row has no text for one."""
    max_id: str = ""
    """The cursor of the next page."""
    landed: int = 0
    """Its number in the landing."""


class Row(msgspec.Struct, gc=False):
    """Keys of one row."""

    feed_id: str | None = msgspec.field(default=None, name="id")
    core_id: str | None = msgspec.field(default=None, name="_id")
    primary: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"null"), name="primaryId")
    channel_primary: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"null"), name="Primary ID")
    created: msgspec.Raw = msgspec.field(default=msgspec.Raw(b""), name="dateCreated")
    updated: msgspec.Raw = msgspec.field(default=msgspec.Raw(b""), name="dateUpdated")

    @property
    def key(self) -> str | None:
        """The internal id: `_id` in channel and core replies, `id` in those of a feed."""
        return self.core_id or self.feed_id

    @property
    def primary_id(self) -> str | None:
        return text_of(self.primary) or text_of(self.channel_primary)


def text_of(value: bytes | msgspec.Raw) -> str | None:
    """A primary id as text: that of a string, the digits of a number (leading zeros only ever come as text)."""
    raw = bytes(value)
    if raw[:1] == b'"':
        return msgspec.json.decode(raw, type=str)
    return raw.decode() if raw[:1].isdigit() or raw[:1] == b"-" else None


def _bare(value: msgspec.Raw) -> str:
    raw = bytes(value)
    return raw[1:-1].decode() if raw[:1] == b'"' else ""


def names_in(raw: bytes | msgspec.Raw) -> list[str]:
    """The primary ids of a product set: an array of them, or a bare one."""
    try:
        values = msgspec.json.decode(raw, type=list[msgspec.Raw])
    except NOT_JSON:
        values = [msgspec.Raw(bytes(raw))]
    return [name for value in values if (name := text_of(value))]


class PageReader:
    """Reads pages of one view; `sets` are the attributes that name other products."""

    def __init__(self, view: str, sets: Sequence[str] = ()) -> None:
        self._view = view
        self._sets = [f"set_{n}" for n in range(len(sets))]
        row = msgspec.defstruct(
            "RowWithSets",
            [(field, msgspec.Raw, msgspec.Raw(b"")) for field in self._sets],
            bases=(Row,),
            rename=dict(zip(self._sets, sets, strict=True)),
            gc=False,
        )
        self._rows = _list_decoder(row)
        self._raws = _list_decoder(msgspec.Raw)
        self._row: msgspec.json.Decoder[Any] = msgspec.json.Decoder(row)
        self.named: set[str] = set()
        """Primary ids that the sets of the rows read so far name."""

    def read(self, body: bytes, since: str | None) -> ProductPage:
        """The page, checked against the rules of the cursor.

        Raises BodyBroken where it is not the whole JSON of a list, PageWrong where ids do not rise or the cursor is
        wrong, ReadFailed (`other_view`) where the key shows another view than is configured.
        """
        try:
            answer = self._rows.decode(body)
            rows: list[Row] = answer.data
        except NOT_JSON:
            try:
                answer = self._raws.decode(body)
            except NOT_JSON as e:
                raise BodyBroken(SYSTEM, LIST, f"not the whole JSON of a list: {e}", status=200) from e
            rows = [row for raw in answer.data if (row := self._singly(raw)) is not None]
        _same_view(rows, self._view)
        for field in self._sets:
            found = {bytes(getattr(row, field)) for row in rows} - {b""}
            self.named.update(name for raw in found for name in names_in(raw))
        if not answer.data:
            return ProductPage()
        keyed = [row for row in rows if row.key]
        ids = tuple(row.key or "" for row in keyed)
        _rising(ids, since, answer.maxId, whole=len(ids) == len(answer.data))
        return ProductPage(
            rows=len(answer.data),
            ids=ids,
            primary_ids=tuple(row.primary_id for row in keyed),
            created=tuple(_bare(row.created) for row in keyed),
            updated=tuple(_bare(row.updated) for row in keyed),
            max_id=answer.maxId,
        )

    def _singly(self, raw: bytes) -> Row | None:
        try:
            return self._row.decode(raw)
        except NOT_JSON:
            return None


KEYS = frozenset({"id", "_id", "primaryId", "Primary ID", "dateUpdated", "dateCreated"})
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


def narrowed(body: bytes, wanted: frozenset[str]) -> bytes:
    """A page of the list, or a product, with its keys and the wanted attributes only; as it came where it has no other.

    An attribute that nobody compares may hold a name, or the address of a maker. Raises one of NOT_JSON.
    """
    whole = _OBJECT.decode(body)
    if "data" not in whole:
        kept = _kept(whole, wanted)
        return body if len(kept) == len(whole) else msgspec.json.encode(kept)
    rows = msgspec.json.decode(whole["data"], type=list[msgspec.Raw])
    kept_rows, others = list[Any](), False
    for raw in rows:
        try:
            row = _OBJECT.decode(raw)
        except NOT_JSON:
            kept_rows.append(raw)
            continue
        kept = _kept(row, wanted)
        others |= len(kept) < len(row)
        kept_rows.append(kept)
    return msgspec.json.encode({**whole, "data": kept_rows}) if others else body


def _kept(row: dict[str, msgspec.Raw], wanted: frozenset[str]) -> dict[str, msgspec.Raw]:
    return {name: value for name, value in row.items() if name in KEYS or name in wanted}


def _list_decoder(row: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(msgspec.defstruct("Rows", [("data", list[row]), ("maxId", str | None, None)]))


def _rising(ids: Sequence[str], since: str | None, max_id: str | None, *, whole: bool) -> None:
    """Ids rise from behind the cursor to the next one, which is the last of them where all can be read."""
    before = since or ""
    for key in ids:
        if key <= before:
            raise PageWrong("ids_not_rising", f"id {key} follows {before or 'nothing'}")
        before = key
    if not max_id:
        raise PageWrong("cursor_missing", f"the page after {since or 'the beginning'} has no maxId")
    if max_id < before or max_id == since or (whole and max_id != before):
        raise PageWrong("cursor_wrong", f"maxId is {max_id}, and the last id {before}")


def _same_view(rows: list[Row], view: str) -> None:
    """A feed has `primaryId`, a channel `Primary ID`: what a channel lacks is not deleted, so they are not mixed."""
    feed = any(bytes(row.primary) != b"null" for row in rows)
    channel = any(bytes(row.channel_primary) != b"null" for row in rows)
    if (view == "feed" and channel and not feed) or (view == "channel" and feed and not channel):
        other = "channel" if view == "feed" else "feed"
        raise ReadFailed("other_view", f'the key shows the view of a {other}; pimberly.view says "{view}"')
