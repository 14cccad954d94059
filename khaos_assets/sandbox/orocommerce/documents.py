"""Answers as bytes: JSON:API documents joined from the lines of rows, their `included` part, and the plain JSON shape
that is given where the JSON:API media type was not asked for. Contract orocommerce, sections 2 and 3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from khaos_assets.sandbox.orocommerce.tables import Table, line, row

LONGEST_LINK = 1000
"""A to-many list shows no more than this many; a row with a longer one is at least so many bytes long."""
SHORTEST_LONG_ROW = LONGEST_LINK * len('{"type":"x","id":"1"},')
UNCUT = ("lineItems", "orderSubtotals")
Fields = Mapping[str, frozenset[str]]
Include = Sequence[tuple[str, ...]]


class Parts(msgspec.Struct, omit_defaults=True):
    """A row taken apart without looking into its values."""

    type: msgspec.Raw
    id: msgspec.Raw
    attributes: dict[str, msgspec.Raw] = {}
    relationships: dict[str, msgspec.Raw] = {}
    meta: msgspec.Raw | None = None


class _Link(msgspec.Struct):
    type: str
    id: str


class _Links(msgspec.Struct):
    data: list[_Link] | _Link | None = None


class _Related(msgspec.Struct):
    relationships: dict[str, msgspec.Raw] = {}


_LINK = msgspec.json.Decoder(_Link)
_PARTS = msgspec.json.Decoder(Parts)
_LINKS = msgspec.json.Decoder(_Links)
_RELATED = msgspec.json.Decoder(_Related)
_ENCODED = msgspec.json.Encoder()


def shown_lines(type_: str, lines: Iterable[bytes], fields: Fields) -> list[bytes]:
    """Rows as they go out: only the fields asked for, and no to-many list longer than the limit."""
    whole = [_cut(text) if len(text) > SHORTEST_LONG_ROW else text for text in lines]
    wanted = fields.get(type_)
    return whole if wanted is None else [_narrowed(text, wanted) for text in whole]


def document(data: bytes, included: Sequence[bytes], links: Mapping[str, str]) -> bytes:
    """A JSON:API document; what is empty is left out."""
    parts = [b'{"data":', data]
    if included:
        parts += [b',"included":[', b",".join(included), b"]"]
    if links:
        parts += [b',"links":', _ENCODED.encode(links)]
    return b"".join([*parts, b"}"])


def many(lines: Sequence[bytes]) -> bytes:
    """The data of a list."""
    return b"[%s]" % b",".join(lines)


def included(lines: Sequence[bytes], include: Include, shown: Callable[[str], Table], fields: Fields) -> list[bytes]:
    """The rows that relationships of these lead to along the paths asked for, each once. A relationship that does not
    exist, or leads to a row that is not there, adds nothing."""
    found: dict[tuple[str, str], bytes] = {}
    primary = {_own_key(text) for text in lines} if include else set[tuple[str, str]]()
    table = cache(shown)
    for path in include:
        here = list(lines)
        for name in path:
            here = _next(here, name, table, found)
    return [
        text
        for (type_, id_), whole in found.items()
        if (type_, id_) not in primary
        for text in shown_lines(type_, [whole], fields)
    ]


def _next(
    lines: Sequence[bytes], name: str, shown: Callable[[str], Table], found: dict[tuple[str, str], bytes]
) -> list[bytes]:
    """The rows one relationship leads to from these rows."""
    reached: dict[tuple[str, str], bytes] = {}
    for text in lines:
        for link in _targets(text, name):
            key = (link.type, link.id)
            if key not in reached and (target := found.get(key) or shown(link.type).line(link.id)) is not None:
                reached[key] = found[key] = target
    return list(reached.values())


def _own_key(text: bytes) -> tuple[str, str]:
    try:
        own = _LINK.decode(text)
    except msgspec.ValidationError:  # a planted defect is shown, but nothing is found by it
        return "", ""
    return own.type, own.id


def _targets(text: bytes, name: str) -> Sequence[_Link]:
    try:
        raw = _RELATED.decode(text).relationships.get(name)
        data = None if raw is None else _LINKS.decode(raw).data
    except msgspec.ValidationError:
        return ()
    return data if isinstance(data, list) else () if data is None else (data,)


def plain(lines: Sequence[bytes], *, one: bool) -> bytes:
    """The other shape: flat objects with attributes beside ids of related rows."""
    rows = [_flat(row(text)) for text in lines]
    return line(rows[0] if one else rows)


def _flat(of: dict[str, Any]) -> dict[str, Any]:
    links = {n: _ids(v.get("data")) for n, v in of.get("relationships", {}).items()}
    return {"id": _plain_id(of.get("id")), **of.get("attributes", {}), **links}


def _ids(data: Any) -> Any:
    if isinstance(data, list):
        return [_ids(one) for one in data]
    return None if data is None else _plain_id(data["id"])


def _plain_id(id_: Any) -> Any:
    return int(id_) if str(id_).isdigit() else id_


def _narrowed(text: bytes, wanted: frozenset[str]) -> bytes:
    try:
        parts = _PARTS.decode(text)
    except msgspec.ValidationError:
        return text
    parts.attributes = {n: v for n, v in parts.attributes.items() if n in wanted}
    parts.relationships = {n: v for n, v in parts.relationships.items() if n in wanted}
    return _ENCODED.encode(parts)


def _cut(text: bytes) -> bytes:
    whole = row(text)
    links = whole.get("relationships", {})
    long = [n for n, v in links.items() if n not in UNCUT and len(v.get("data") or ()) > LONGEST_LINK]
    for name in long:
        links[name]["data"] = links[name]["data"][:LONGEST_LINK]
    return line(whole) if long else text
