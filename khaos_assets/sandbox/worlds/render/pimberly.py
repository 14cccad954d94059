"""Pimberly products as a feed key sees them: flat rows with the hierarchy in them (contract pimberly, 3.1 to 3.4)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from khaos_assets.sandbox.worlds.clock import utc
from khaos_assets.sandbox.worlds.listing import Listing
from khaos_assets.sandbox.worlds.listings import listings_of
from khaos_assets.sandbox.worlds.model import Kind, World
from khaos_assets.sandbox.worlds.product_data import ATTRIBUTES, shown
from khaos_assets.sandbox.worlds.relations import components, related
from khaos_assets.sandbox.worlds.render.spelling import Record, spoil

BUNDLE, RELATED = "Bundle Items", "Related Products"
AS_TEXT = 6
"""Every so many rows have their numbers as text."""


def product_id(number: int) -> str:
    """24 hex digits, rising with the number."""
    return f"64f0{number:020x}"


def primary_id(sku: str) -> str | int:
    """Digits alone go out as a number, unless they begin with a zero."""
    return int(sku) if sku.isascii() and sku.isdigit() and not sku.startswith("0") else sku


def products(world: World, night: int) -> Iterator[Record]:
    rows = listings_of(world, "pimberly", night)
    children: dict[Listing, list[Listing]] = {}
    for listing in rows:
        for parent in listing.parents:
            children.setdefault(parent, []).append(listing)
    for listing in rows:
        yield spoil(_product(listing, children.get(listing, [])), listing.broken.get("products"))


def _product(listing: Listing, children: list[Listing]) -> Record:
    names = ATTRIBUTES["pimberly"]
    record: Record = {
        "id": product_id(listing.number),
        "primaryId": primary_id(listing.sku),
        "dateUpdated": utc(listing.updated_at),
        "dateCreated": utc(listing.created_at),
        "lifecycleStage": listing.state,
        "Product Type": "Product" if listing.kind is Kind.STYLE_PARENT else "SKU",
    }
    record |= {
        names[k].name: _number(v, as_text=listing.number % AS_TEXT == 0) for k, v in shown(listing).items() if v != ""
    }
    lists = (
        ("Parents", listing.parents),
        ("Items", children),
        (BUNDLE, [x for x, _ in components(listing)]),
        (RELATED, [x for x, _ in related(listing)]),
    )
    for name, rows in lists:
        if rows:
            keys = [x.sku for x in rows]
            record[name] = keys[0] if len(keys) == 1 and listing.number % 5 == 0 else keys
    return record


def _number(value: Any, *, as_text: bool) -> Any:
    """0.5, or now and then "0.50"."""
    if not isinstance(value, Decimal):
        return value
    if as_text:
        return format(value, ".2f")
    return int(value) if value == value.to_integral_value() else value
