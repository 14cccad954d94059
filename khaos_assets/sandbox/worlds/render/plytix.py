"""Plytix products, families and kinds of relationship (contract plytix, 3.2, 3.4, 3.5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from khaos_assets.sandbox.worlds.listing import Listing
from khaos_assets.sandbox.worlds.listings import listings_of
from khaos_assets.sandbox.worlds.model import Kind, World
from khaos_assets.sandbox.worlds.product_data import ATTRIBUTES, shown
from khaos_assets.sandbox.worlds.relations import components, related
from khaos_assets.sandbox.worlds.render.spelling import Record, spoil

BUNDLE, RELATED = "Bundle", "Goes well with"
LIVE_FLAG = "live_on_web"
AS_TEXT = 7
"""Every so many products have their numbers as text."""
_TYPES = {Kind.STYLE_PARENT: ("PARENT", 1), Kind.STYLE_CHILD: ("VARIANT", 2)}


def product_id(number: int) -> str:
    """24 hex digits."""
    return f"65a1{number:020x}"


def relationship_id(label: str) -> str:
    return f"65b2{len(label):020x}"


def family_id(name: str) -> str:
    return f"65c3{name.encode().hex()[:20]:0<20}"


def micros(instant: datetime) -> str:
    """`2026-11-19T14:05:00.000000+00:00`"""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def products(world: World, night: int) -> Iterator[Record]:
    rows = listings_of(world, "plytix", night)
    children: dict[Listing, int] = {}
    for listing in rows:
        for parent in listing.parents:
            children[parent] = children.get(parent, 0) + 1
    for listing in rows:
        yield spoil(_product(listing, children.get(listing, 0)), listing.broken.get("products"))


def _product(listing: Listing, variations: int) -> Record:
    item = listing.item
    kind, level = _TYPES.get(listing.kind, ("SINGLE", 0))
    department = item.department if item is not None else "New"
    record: Record = {
        "id": product_id(listing.number),
        "sku": listing.sku,
        "label": item.description if item is not None else listing.sku,
        "gtin": item.barcode or None if item is not None else None,
        "status": listing.state,
        "created": micros(listing.created_at),
        "modified": micros(listing.updated_at),
        "attributes": _attributes(listing),
        "num_variations": variations,
        "product_type": kind,
        "product_level": level,
        "product_family_id": family_id(department),
        "product_family_model_id": None,
        "overwritten_attributes": [],
        "categories": [],
        "assets": [],
        "thumbnail": None,
        "relationships": _relationships(listing),
        "created_user_audit": None,
        "modified_user_audit": None,
    }
    for parent in listing.parents:
        record["_parent_id"] = product_id(parent.number)
    return record


def _attributes(listing: Listing) -> Record:
    """Integers of grams and millimetres; now and then as text."""
    names = ATTRIBUTES["plytix"]
    values = {
        names[k].name: _number(v, as_text=listing.number % AS_TEXT == 0) for k, v in shown(listing).items() if v != ""
    }
    return values | {LIVE_FLAG: listing.is_live}


def _number(value: Any, *, as_text: bool) -> Any:
    if not isinstance(value, Decimal):
        return value
    if as_text:
        return format(value, ".2f")
    return int(value) if value == value.to_integral_value() else value


def _relationships(listing: Listing) -> list[Record]:
    found: list[Record] = []
    for label, rows in ((BUNDLE, components(listing)), (RELATED, related(listing))):
        if rows:
            products = [{"product_id": product_id(x.number), "quantity": q} for x, q in rows]
            found.append({"relationship_id": relationship_id(label), "label": label, "related_products": products})
    return found


def relationships() -> Iterator[Record]:
    for label in (BUNDLE, RELATED):
        yield {"id": relationship_id(label), "label": label}


def families(world: World, night: int) -> Iterator[Record]:
    """A family per department, with every attribute."""
    names: dict[str, int] = {}
    for listing in listings_of(world, "plytix", night):
        name = listing.item.department if listing.item is not None else "New"
        names[name] = names.get(name, 0) + 1
    attributes = [
        {"id": f"65d4{n:020x}", "name": a.name, "label": a.name, "attribute_level": "no_level"}
        for n, a in enumerate(ATTRIBUTES["plytix"].values(), 1)
    ]
    for name, count in sorted(names.items()):
        yield {
            "id": family_id(name),
            "name": name,
            "total_products": count,
            "total_attributes": len(attributes),
            "total_models": 0,
            "_created_at": micros(world.origin),
            "modified": micros(world.origin),
            "attributes": attributes,
        }
