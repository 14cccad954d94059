"""The lists of the back-office API that are read, and one page of them (contract orocommerce, 3.1).

Every call names the fields it wants, so what nobody needs (names, e-mails, addresses, notes) is not sent; where it
comes all the same, it is taken out before the page is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec

from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.orocommerce.shapes import Shape


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
    """One answer. `keys`: the id of each row in its order, None where it cannot be read."""

    body: bytes
    """What may be kept."""
    narrowed: bool
    """Whether something that was not asked for had to be taken out."""
    keys: list[str | None]
    rows: list[bytes]
    included: list[bytes]


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

    @cached_property
    def _kept(self) -> dict[str, frozenset[str]]:
        return {s.type: s.kept for s in (self.shape, *self.included.values())}

    def page(self, body: bytes) -> Page:
        """A page as it may be kept. Raises one of NOT_JSON where it is no JSON:API list."""
        document = _DOCUMENT.decode(body)
        rows, rows_narrowed = self._narrow(document.data)
        included, included_narrowed = self._narrow(document.included)
        narrowed = rows_narrowed or included_narrowed
        if narrowed:
            body = b'{"data":[' + b",".join(rows) + b'],"included":[' + b",".join(included) + b"]}"
        return Page(body, narrowed, [row_key(raw) for raw in rows], rows, included)

    def _narrow(self, raws: Sequence[msgspec.Raw]) -> tuple[list[bytes], bool]:
        texts = [bytes(raw) for raw in raws]
        try:
            rows = _ROWS.decode(b"[" + b",".join(texts) + b"]")
        except NOT_JSON:
            narrow = [self._salvaged(text) for text in texts]
            return narrow, narrow != texts
        nothing: frozenset[str] = frozenset()
        if all(
            row.attributes.keys() <= (kept := self._kept.get(row.type, nothing)) and row.relationships.keys() <= kept
            for row in rows
        ):
            return texts, False
        return [self._narrowed(row) for row in rows], True

    def _narrowed(self, row: _Row) -> bytes:
        kept = self._kept.get(row.type, frozenset())
        row.attributes = {k: v for k, v in row.attributes.items() if k in kept}
        row.relationships = {k: v for k, v in row.relationships.items() if k in kept}
        return msgspec.json.encode(row)

    def _salvaged(self, text: bytes) -> bytes:
        """A row of a page in which some row is malformed; of a malformed one only what names it."""
        try:
            row = _ROWS.decode(b"[" + text + b"]")[0]
        except NOT_JSON:
            found: Any = msgspec.json.decode(text)
            named = {k: found[k] for k in ("type", "id") if k in found} if isinstance(found, dict) else {}
            return msgspec.json.encode(named)
        kept = self._kept.get(row.type, frozenset())
        return text if row.attributes.keys() | row.relationships.keys() <= kept else self._narrowed(row)


class _Keyed(msgspec.Struct, gc=False):
    id: str


_KEYED = msgspec.json.Decoder(_Keyed)


def row_key(raw: bytes) -> str | None:
    """The id of one row's text; None where it cannot be read."""
    try:
        return _KEYED.decode(raw).id
    except NOT_JSON:
        return None
