"""The lists of the back-office API that are read, and one page of them (contract orocommerce, 3.1).

Every call names the fields it wants, so what nobody needs (names, e-mails, addresses, notes) is not sent; where it
comes all the same, it is taken out before the page is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Union

import msgspec

from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.orocommerce.shapes import Shape

MOST_DIGITS = 18
"""Of an id: more do not fit a whole number of 64 bits."""


class _Row(msgspec.Struct, gc=False):
    type: str
    id: msgspec.Raw
    attributes: dict[str, msgspec.Raw] = {}
    relationships: dict[str, msgspec.Raw] = {}


class _Document(msgspec.Struct):
    data: list[msgspec.Raw]
    included: list[msgspec.Raw] = []


_DOCUMENT = msgspec.json.Decoder(_Document)
_ROWS = msgspec.json.Decoder(list[_Row])


@dataclass(frozen=True)
class Page:
    """One answer, without what was not asked for. `body` is what may be kept."""

    body: bytes
    narrowed: bool = False
    """Whether something had to be taken out."""

    @cached_property
    def _document(self) -> _Document:
        return _DOCUMENT.decode(self.body)

    @cached_property
    def rows(self) -> list[bytes]:
        """The text of each row."""
        return [bytes(raw) for raw in self._document.data]

    @cached_property
    def included(self) -> list[bytes]:
        """The texts of the rows that came along."""
        return [bytes(raw) for raw in self._document.included]

    @cached_property
    def keys(self) -> list[str | None]:
        """The id of each row in its order, None where it cannot be read."""
        try:
            return [row.id for row in _KEYS.decode(self.body).data]
        except NOT_JSON:
            return [row_key(raw) for raw in self.rows]

    @cached_property
    def ids(self) -> list[int | None]:
        """The ids as numbers, None where one is none."""
        return [numeric(key) for key in self.keys]


@dataclass(frozen=True)
class Resource:
    """One list. `included`: relationship → shape of the rows that come along."""

    path: str
    shape: Shape
    included: dict[str, Shape] = field(default_factory=dict)

    @cached_property
    def params(self) -> dict[str, str | int]:
        """What every call asks for: fields, and related rows."""
        asked: dict[str, str | int] = {f"fields[{s.type}]": s.fields for s in (self.shape, *self.included.values())}
        if self.included:
            asked["include"] = ",".join(self.included)
        return asked

    def page(self, body: bytes) -> Page:
        """A page as it may be kept. Raises one of NOT_JSON where it is no JSON:API list."""
        try:
            self._as_asked.decode(body)
            return Page(body)
        except msgspec.ValidationError:
            document = _DOCUMENT.decode(body)
        rows, included = ([self._narrowed(bytes(raw)) for raw in raws] for raws in (document.data, document.included))
        if rows == list(map(bytes, document.data)) and included == list(map(bytes, document.included)):
            return Page(body)
        return Page(b'{"data":[' + b",".join(rows) + b'],"included":[' + b",".join(included) + b"]}", narrowed=True)

    @cached_property
    def _as_asked(self) -> msgspec.json.Decoder[Any]:
        """Reads a page in which no row has a field that was not asked for; what the fields hold is not looked at."""
        row: Any = _bare_row(self.shape)
        along: Any = Union[tuple(_bare_row(s) for s in self.included.values())] if self.included else msgspec.Raw  # noqa: UP007
        return msgspec.json.Decoder(msgspec.defstruct("AsAsked", [("data", list[row]), ("included", list[along], [])]))

    @cached_property
    def _kept(self) -> dict[str, frozenset[str]]:
        return {s.type: frozenset(s.fields.split(",")) for s in (self.shape, *self.included.values())}

    def _narrowed(self, text: bytes) -> bytes:
        """A row without the fields that were not asked for; of a malformed one only what names it."""
        try:
            (row,) = _ROWS.decode(b"[" + text + b"]")
        except NOT_JSON:
            found: Any = msgspec.json.decode(text)
            named = {k: found[k] for k in ("type", "id") if k in found} if isinstance(found, dict) else {}
            return msgspec.json.encode(named)
        kept = self._kept.get(row.type, frozenset())
        if row.attributes.keys() | row.relationships.keys() <= kept:
            return text
        row.attributes = {k: v for k, v in row.attributes.items() if k in kept}
        row.relationships = {k: v for k, v in row.relationships.items() if k in kept}
        return msgspec.json.encode(row)


def _bare_row(shape: Shape) -> type[msgspec.Struct]:
    """A row of one type that has no other fields than those asked for."""

    def of(name: str, fields: Iterable[str]) -> type[msgspec.Struct]:
        raw = [(f"f{n}", msgspec.Raw, msgspec.Raw()) for n, _ in enumerate(fields)]
        return msgspec.defstruct(
            name, raw, rename={f"f{n}": wire for n, wire in enumerate(fields)}, forbid_unknown_fields=True, gc=False
        )

    attributes = of("Attributes", list(shape.attributes.values()))
    relationships = of("Relationships", [r.name for r in shape.relations])
    return msgspec.defstruct(
        f"Bare_{shape.type}",
        [("id", str), ("attributes", attributes | None, None), ("relationships", relationships | None, None)],
        tag_field="type",
        tag=shape.type,
        gc=False,
    )


class _Keyed(msgspec.Struct, gc=False):
    id: str


class _Keys(msgspec.Struct):
    data: list[_Keyed]


_KEYED = msgspec.json.Decoder(_Keyed)
_KEYS = msgspec.json.Decoder(_Keys)


def row_key(raw: bytes) -> str | None:
    """The id of one row's text; None where it cannot be read."""
    try:
        return _KEYED.decode(raw).id
    except NOT_JSON:
        return None


def numeric(key: str | None) -> int | None:
    """An id as a number; None where it is none."""
    if key is None or not (key.isascii() and key.isdigit()) or len(key) > MOST_DIGITS:
        return None
    return int(key)
