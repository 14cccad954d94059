"""What of an order is kept: the fields of its record, in the digits and words they came with (contract 3.6).

An order holds addresses, people, notes and codes that a person was given. What may stay is the record type's own list;
everything else goes, since a field that nobody has named yet may hold a name as well.
"""

from __future__ import annotations

import types
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.scayle.records import Nested, Order
from khaos_assets.systems.scayle.walk.lists import read_envelope

NOTHING = frozenset({b"null", b"false", b"0", b'""', b"[]", b"{}"})
NOT_AS_AGREED = msgspec.Raw(b'"(not as agreed)"')
"""Stands where a part had not the shape that the contract gives it: its record is set aside for it."""


def order_detail(body: bytes) -> bytes:
    """An order without what must not be kept. Raises one of NOT_JSON where the body is no JSON object."""
    try:
        kept = _decoder(Order).decode(body)
    except NOT_JSON:
        kept = _part_by_part(body)
    discount = _discount(body)
    if discount is not None and discount.strip() not in NOTHING:
        kept.hasMembershipDiscount = msgspec.Raw(b"true")
    return msgspec.json.encode(kept)


class ListedOrder(msgspec.Struct, omit_defaults=True):
    """What is kept of a row of the order list, which may be thin."""

    id: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    referenceKey: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # noqa: N815
    status: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    createdAt: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # noqa: N815
    updatedAt: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # noqa: N815


def order_list(body: bytes) -> bytes:
    """A page of the order list without what must not be kept. A row that is no object becomes null."""
    page = read_envelope(body)
    rows: list[ListedOrder | None] = []
    for raw in page.entities:
        try:
            rows.append(msgspec.json.decode(raw, type=ListedOrder))
        except NOT_JSON:
            rows.append(None)
    return msgspec.json.encode({"entities": rows, "cursor": page.cursor})


class _Discount(msgspec.Struct):
    membershipDiscount: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # noqa: N815


def _discount(body: bytes) -> bytes | None:
    found = msgspec.json.decode(body, type=_Discount).membershipDiscount
    return None if found is msgspec.UNSET else bytes(found)


def _part_by_part(body: bytes) -> Any:
    """As the whole at once, with a mark in place of each part of another shape."""
    parts = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    kept = _shape(Order)()
    for name, hint in get_type_hints(_shape(Order)).items():
        if name in parts:
            try:
                setattr(kept, name, msgspec.json.decode(parts[name], type=hint))
            except NOT_JSON:
                setattr(kept, name, NOT_AS_AGREED)
    return kept


@cache
def _decoder(record: type[msgspec.Struct]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(_shape(record))


@cache
def _shape(record: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The fields of a record by their wire names; values as they came, nested records likewise."""
    hints = get_type_hints(record)
    fields = [
        (f.encode_name, _kept(hints[f.name]) | msgspec.UnsetType, msgspec.UNSET) for f in msgspec.structs.fields(record)
    ]
    return msgspec.defstruct(f"Kept{record.__name__}", fields, omit_defaults=True)


def _kept(annotation: Any) -> Any:
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        (inner,) = [a for a in get_args(annotation) if a is not type(None)]
        kept = _kept(inner)
        return kept if kept is msgspec.Raw else kept | None
    if origin is list:
        (item,) = get_args(annotation)
        return list[_kept(item)]
    if isinstance(annotation, type) and issubclass(annotation, Nested):
        return _shape(annotation)
    return msgspec.Raw
