"""The attributes an account has, and how each can be filtered: from the world's `attributes` file and its families,
else told from the values that products have. Contract 3.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec

from khaos_assets.sandbox.changes import hash_of
from khaos_assets.sandbox.plytix.products import Product, Record

DATE = re.compile(r"\d{4}-\d\d-\d\dT00:00:00")


class Kind(Enum):
    """What a field can be compared by. The value is the wire's `filter_type`; MIXED goes out as text."""

    TEXT = "TextAttribute"
    DROPDOWN = "DropdownAttribute"
    MULTISELECT = "MultiSelectAttribute"
    INTEGER = "IntAttribute"
    DECIMAL = "DecimalAttribute"
    BOOLEAN = "BooleanAttribute"
    DATE = "DateAttribute"
    MEDIA = "MediaAttribute"
    COMPLETENESS = "CompletenessAttribute"
    NAME = "NameProperty"
    STATUS = "StatusProperty"
    INSTANT = "InstantProperty"
    CATEGORIES = "CategoriesProperty"
    LISTS = "ListsProperty"
    FLAG = "FlagProperty"
    COUNT = "CountProperty"
    MIXED = "values of several kinds"


_NUMBERS = ("eq", "!eq", "gt", "gte", "lt", "lte")
_THERE = ("exists", "!exists")
OPERATORS: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: (*_THERE, "eq", "!eq", "like", "text_search"),
    Kind.DROPDOWN: (*_THERE, "eq", "!eq", "in", "!in"),
    Kind.MULTISELECT: (*_THERE, "in", "!in"),
    Kind.INTEGER: (*_THERE, *_NUMBERS),
    Kind.DECIMAL: (*_THERE, *_NUMBERS),
    Kind.COMPLETENESS: (*_THERE, *_NUMBERS),
    Kind.BOOLEAN: (*_THERE, "eq"),
    Kind.DATE: (*_THERE, *_NUMBERS, "bte", "last_days"),
    Kind.MEDIA: _THERE,
    Kind.NAME: (*_THERE, "like", "eq", "!eq"),
    Kind.STATUS: ("eq", "in", "!in"),
    Kind.INSTANT: (*_THERE, "eq", "gt", "gte", "lt", "lte"),
    Kind.CATEGORIES: (*_THERE, "in", "!in"),
    Kind.LISTS: ("in",),
    Kind.FLAG: ("eq",),
    Kind.COUNT: _NUMBERS,
    Kind.MIXED: (*_THERE, *_NUMBERS, "like", "in", "!in", "text_search"),
}
"""An attribute whose values are of several kinds can be asked in any way."""

PROPERTIES = {
    "sku": Kind.NAME,
    "label": Kind.NAME,
    "gtin": Kind.NAME,
    "status": Kind.STATUS,
    "created": Kind.INSTANT,
    "modified": Kind.INSTANT,
    "categories": Kind.CATEGORIES,
    "static_lists": Kind.LISTS,
    "_is_variation": Kind.FLAG,
    "_has_variations": Kind.FLAG,
}
"""Fields of a product itself by which a search can be filtered."""


@dataclass
class Definition:
    """One attribute. `options` of a dropdown or multiselect; `told`: its kind was told, not guessed from values."""

    label: str
    kind: Kind
    row: Record
    options: list[str] = field(default_factory=list)
    told: bool = False


def definitions(listed: Iterable[Record], families: Iterable[Record], products: Iterable[Product]) -> list[Definition]:
    """Every attribute of an account, in the order of its label."""
    named: dict[str, Record] = {}
    for row in [*(a for f in families for a in f.get("attributes") or ()), *listed]:
        known = {k: v for k, v in row.items() if k != "attribute_level"}
        named[str(row["label"])] = named.get(str(row["label"]), {}) | known
    seen = _seen(products)
    return [_definition(label, named.get(label, {}), seen.get(label, {})) for label in sorted({*named, *seen})]


class _Attributes(msgspec.Struct, gc=False):
    attributes: dict[str, Any] = {}


def _seen(products: Iterable[Product]) -> dict[str, dict[Kind, set[str]]]:
    """Label → the kinds of its values, with the options among them."""
    decode = msgspec.json.Decoder(_Attributes, float_hook=Decimal).decode
    found: dict[str, dict[Kind, set[str]]] = {}
    for product in products:
        for label, value in decode(product.line).attributes.items():
            options = found.setdefault(label, {}).setdefault(_kind_of(value), set())
            if isinstance(value, list):
                options.update(str(v) for v in value)
    return found


_OF_TYPE = {bool: Kind.BOOLEAN, int: Kind.INTEGER, Decimal: Kind.DECIMAL, list: Kind.MULTISELECT, dict: Kind.MEDIA}


def _kind_of(value: Any) -> Kind:
    if (kind := _OF_TYPE.get(type(value))) is not None:
        return kind
    return Kind.DATE if isinstance(value, str) and value[:1].isdigit() and DATE.fullmatch(value) else Kind.TEXT


def _definition(label: str, row: Record, seen: dict[Kind, set[str]]) -> Definition:
    told = str(row.get("type_class") or row.get("filter_type") or "")
    known = next((k for k in Kind if k.value == told), None)
    kind = known or _common({*seen})
    key = row.get("id") or hash_of(label.encode())
    options = row.get("options") or sorted(seen.get(Kind.MULTISELECT, ()))
    shown = {"id": key, "label": label, "name": label, "groups": []} | row
    wire = told or (Kind.TEXT if kind is Kind.MIXED else kind).value
    shown |= {"type_class": wire, "filter_type": row.get("filter_type") or wire}
    return Definition(label, kind, shown, list(options), known is not None)


def _common(kinds: set[Kind]) -> Kind:
    match kinds:
        case set() if not kinds:
            return Kind.TEXT
        case set() if len(kinds) == 1:
            return next(iter(kinds))
        case set() if kinds <= {Kind.INTEGER, Kind.DECIMAL}:
            return Kind.DECIMAL
        case _:
            return Kind.MIXED
