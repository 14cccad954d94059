"""What a search shows of a row: the asked columns and no more. Contract 3.1.

A page is cut to its columns in one pass: a struct type that has just these fields decodes all lines and writes them
again, values untouched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from khaos_assets.sandbox.plytix.answers import Refused
from khaos_assets.sandbox.plytix.products import Product

MOST = 50
FREE = ("id", "sku")
NULL, LIST, ZERO = Raw(b"null"), Raw(b"[]"), Raw(b"0")
ASKED = {
    "label": NULL,
    "gtin": NULL,
    "status": NULL,
    "created": NULL,
    "modified": NULL,
    "thumbnail": NULL,
    "product_family_id": NULL,
    "product_family_model_id": NULL,
    "created_user_audit": NULL,
    "modified_user_audit": NULL,
    "overwritten_attributes": LIST,
    "categories": LIST,
    "assets": LIST,
    "relationships": LIST,
    "product_type": UNSET,
    "product_level": UNSET,
}
"""System columns that can be asked for → what stands for a missing value (UNSET: the key is left out)."""

_ENCODE = msgspec.json.Encoder().encode
Cut = Callable[[Sequence[Product]], bytes]


def cut(asked: Sequence[str]) -> Cut:
    """Makes rows into the JSON array of their columns. Raises Refused (422) for more than 50 columns."""
    counted = [a for a in asked if a not in FREE]
    if len(counted) > MOST:
        # The vendor's own text says 20 here though 50 are allowed.
        raise Refused(422, "Too many attributes", [("attributes", "The limit of attributes is 20")])
    return _cut(tuple(dict.fromkeys(asked)))


@lru_cache(maxsize=64)
def _cut(asked: tuple[str, ...]) -> Cut:
    kinds = {a.removeprefix("relationships.") for a in asked if a.startswith("relationships.")}
    level = "product_level" in asked
    row = _row_type(asked, bool(kinds))
    decode = msgspec.json.Decoder(list[row]).decode

    def shown(products: Sequence[Product]) -> bytes:
        if not products:
            return b"[]"
        rows = decode(b"[%b]" % b",".join([p.line for p in products]))
        if kinds:
            for r in rows:
                if r.relationships is not LIST:
                    r.relationships = _of_kinds(r.relationships, kinds)
        if level:
            for r, p in zip(rows, products, strict=True):
                if r.product_level is UNSET:
                    r.product_level = Raw(b"2" if p.parent else b"1" if p.variations else b"0")
        return _ENCODE(rows)

    return shown


def _row_type(asked: Sequence[str], with_relationships: bool) -> Any:
    labels = [a.removeprefix("attributes.") for a in asked if a.startswith("attributes.")]
    names = {f"a{n}": label for n, label in enumerate(labels) if _ENCODE(label)[1:-1] == label.encode()}
    attributes = msgspec.defstruct("Attributes", [(n, Raw | UnsetType, UNSET) for n in names], rename=names, gc=False)
    system = {a: ASKED[a] for a in asked if a in ASKED}
    if with_relationships:
        system["relationships"] = LIST
    fields: list[Any] = [
        ("id", Raw, NULL),
        ("sku", Raw, NULL),
        ("num_variations", Raw, ZERO),
        ("parent", Raw | UnsetType, UNSET),
        *((name, Raw | UnsetType, empty) for name, empty in system.items()),
        ("attributes", attributes, msgspec.field(default_factory=attributes)),
    ]
    return msgspec.defstruct("Row", fields, rename={"parent": "_parent_id"}, gc=False)


def _of_kinds(relationships: Raw, kinds: set[str]) -> Raw:
    rows = msgspec.json.decode(relationships, type=list[dict[str, Raw]] | None) or []
    labels = [r.get("label", r.get("relationship_label", NULL)) for r in rows]
    kept = [r for r, label in zip(rows, labels, strict=True) if msgspec.json.decode(label) in kinds]
    return Raw(_ENCODE(kept))
