"""What a body may set on a product, checked and merged. Contract 3.2 and section 5."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from khaos_assets.sandbox.changes import hash_of
from khaos_assets.sandbox.plytix.answers import Refused
from khaos_assets.sandbox.plytix.definitions import Definition, Kind
from khaos_assets.sandbox.plytix.holdings import Holdings
from khaos_assets.sandbox.plytix.products import Record

STATUSES = ("Draft", "Completed", "Archived")
PLAIN = ("label", "status", "gtin")
"""System fields that can be written beside the attributes; other keys are ignored."""
_TYPES: dict[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.DROPDOWN: (str,),
    Kind.DATE: (str,),
    Kind.MULTISELECT: (list,),
    Kind.BOOLEAN: (bool,),
    Kind.INTEGER: (int,),
    Kind.DECIMAL: (int, Decimal),
    Kind.MEDIA: (dict, str),
}


def wrong(field: str, message: str) -> Refused:
    """422 for one field."""
    return Refused(422, "Validation error", [(field, message)])


def checked(holdings: Holdings, body: Mapping[str, Any]) -> Record:
    """The plain fields and `attributes` of a body. Raises Refused (422)."""
    plain = {name: body[name] for name in PLAIN if name in body}
    if plain.get("status", "Draft") not in STATUSES:
        raise wrong("status", f"must be one of {', '.join(STATUSES)}")
    if not isinstance(plain.get("label"), str | None):
        raise wrong("label", "must be text")
    if plain.get("gtin") is not None and not is_gtin(plain["gtin"]):
        raise wrong("gtin", "is not a valid GTIN")
    attributes = body.get("attributes") or {}
    if not isinstance(attributes, dict):
        raise wrong("attributes", "must be an object")
    if attributes:
        known = {d.label: d for d in holdings.definitions}
        for label, value in attributes.items():
            _check(label, value, known.get(label))
    return plain | {"attributes": attributes}


def _check(label: str, value: Any, definition: Definition | None) -> None:
    if definition is None:
        raise wrong(f"attributes.{label}", "attribute does not exist")
    if value is None or not definition.told:
        return  # guessed from values: what else it could hold is not known
    is_number_as_flag = isinstance(value, bool) and definition.kind is not Kind.BOOLEAN
    if is_number_as_flag or not isinstance(value, _TYPES.get(definition.kind, (object,))):
        raise wrong(f"attributes.{label}", f"is not a value of a {definition.kind.value}")
    chosen = value if isinstance(value, list) else [value]
    if definition.options and any(v not in definition.options for v in chosen):
        raise wrong(f"attributes.{label}", f"must be one of {', '.join(definition.options)}")


def merged(record: Record, values: Record) -> Record:
    """The record with these fields; unnamed ones stay, an attribute that is null goes."""
    attributes: Record = (record.get("attributes") or {}) | values["attributes"]
    return record | values | {"attributes": {k: v for k, v in attributes.items() if v is not None}}


def is_gtin(text: Any) -> bool:
    """Whether 8, 12, 13 or 14 digits end in the right check digit.

    >>> is_gtin("5012345678900"), is_gtin("5012345678901")
    (True, False)
    """
    if not isinstance(text, str) or not text.isascii() or not text.isdigit() or len(text) not in (8, 12, 13, 14):
        return False
    weighed = sum(int(d) * (3 if n % 2 else 1) for n, d in enumerate(reversed(text)))
    return weighed % 10 == 0


def id_of(sku: str) -> str:
    """The id of a product that is made by API: the same for the same SKU, so that worlds repeat themselves."""
    return hash_of(sku.encode())
