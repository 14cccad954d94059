"""Attributes that a customer made up: name, kind and text of each, as one column (product information systems).

A JSON object of arbitrary names becomes a list of `Attribute` in the order of the names. What was not sent is not in
the list; null, "", 0 and false are four different entries. Numbers keep the digits they came with.
"""
# pyright: reportAttributeAccessIssue=false
# (pyarrow makes its compute functions when imported, out of sight of a type checker)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

import msgspec
import pyarrow as pa

KINDS = {ord('"'): "text", ord("t"): "boolean", ord("f"): "boolean", ord("n"): "null", ord("["): "list"} | {
    ord("{"): "object"
}
"""What a JSON value is, by its first character; anything else is a number."""


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """One attribute. `kind`: text, number, boolean, list, object, null. `value`: the text itself (text), the digits
    (number), true or false, or the JSON (list, object); None for null."""

    name: str
    kind: str
    value: str | None


def attribute_lists(objects: Sequence[Mapping[str, bytes]]) -> pa.ListArray:
    """A list of attributes for each object (name → raw JSON), sorted by name. Raises msgspec.DecodeError."""
    names: list[str] = []
    raws: list[bytes] = []
    for one in objects:
        ordered = sorted(one)
        names += ordered
        raws += [bytes(one[name]) for name in ordered]
    kinds = [KINDS.get(raw[0], "number") for raw in raws]
    values: list[str | None] = [None if kind == "null" else raw.decode() for kind, raw in zip(kinds, raws, strict=True)]
    texts = [n for n, kind in enumerate(kinds) if kind == "text"]
    # One decoding for all texts: an object for each costs ten times as much.
    for n, text in zip(texts, msgspec.json.decode(b"[" + b",".join(raws[n] for n in texts) + b"]"), strict=True):
        values[n] = text
    entries = pa.StructArray.from_arrays(
        [
            pa.array(names, pa.string()),
            pa.array(kinds, pa.string()),
            pa.array(values, pa.string()),
        ],
        names=["name", "kind", "value"],
    )
    offsets = pa.array(accumulate((len(one) for one in objects), initial=0), pa.int32())
    return pa.ListArray.from_arrays(offsets, entries)
