"""OroCommerce products, their units and stock, as JSON:API rows (contract orocommerce, 3.2 and 3.3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from khaos_assets.sandbox.worlds.listing import Listing
from khaos_assets.sandbox.worlds.listings import listings_of
from khaos_assets.sandbox.worlds.model import Kind, World
from khaos_assets.sandbox.worlds.positions import Positions
from khaos_assets.sandbox.worlds.render.spelling import Record, spoil
from khaos_assets.sandbox.worlds.shown import in_units, quantity
from khaos_assets.sandbox.worlds.units import BASE, CASE, UNITS, units_of

ODD_UNIT = "unit"
"""Key in a listing's `shows`: a unit of measure beside the usual ones."""
UNITS_PER_PRODUCT = 4
"""Numbers kept free per product for the ids of its units."""


def seconds(instant: datetime) -> str:
    """`2026-11-19T14:05:00Z`"""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_one(kind: str, key: str | None) -> Record:
    return {"data": None if key is None else {"type": kind, "id": key}}


def to_many(kind: str, keys: list[str]) -> Record:
    return {"data": [{"type": kind, "id": k} for k in keys]}


def precision_ids(listing: Listing) -> dict[str, str]:
    """Unit code → id of the product's unit precision; the first is the primary one."""
    return {u: str(listing.number * UNITS_PER_PRODUCT + n) for n, u in enumerate(_codes(listing))}


def _codes(listing: Listing) -> tuple[str, ...]:
    odd = listing.shows.get(ODD_UNIT)
    usual = units_of(listing.item) if listing.item is not None else (BASE,)
    return (*usual, odd) if odd else usual


def products(world: World, night: int) -> Iterator[Record]:
    for listing in listings_of(world, "orocommerce", night):
        yield spoil(_product(listing), listing.broken.get("products"))


def _product(listing: Listing) -> Record:
    item = listing.item
    is_style = listing.kind is Kind.STYLE_PARENT
    keys = list(precision_ids(listing).values())
    left = "discontinued" if item is not None and item.discontinued else "in_stock"
    return {
        "type": "products",
        "id": str(listing.number),
        "attributes": {
            "sku": listing.sku,
            "status": listing.state,
            "productType": "configurable" if is_style else "simple",
            "variantFields": ["colour", "size"] if is_style else [],
            "featured": False,
            "newArrival": False,
            "createdAt": seconds(listing.created_at),
            "updatedAt": seconds(listing.updated_at),
        },
        "relationships": {
            "names": {"data": []},
            "unitPrecisions": to_many("productunitprecisions", keys),
            "primaryUnitPrecision": to_one("productunitprecisions", keys[0]),
            "inventory_status": to_one("prodinventorystatuses", left),
            "manageInventory": to_one("entityfieldfallbackvalues", None),
            "taxCode": to_one("producttaxcodes", "2" if item is not None and item.vat_percent == 0 else "1"),
        },
    }


def unit_precisions(world: World, night: int) -> Iterator[Record]:
    for listing in listings_of(world, "orocommerce", night):
        for unit, key in precision_ids(listing).items():
            parts = listing.item is not None and listing.item.by_the_metre
            yield {
                "type": "productunitprecisions",
                "id": key,
                "attributes": {
                    "precision": 2 if parts else 0,
                    "conversionRate": int(UNITS.get(unit, UNITS[CASE] * 10)),
                    "sell": True,
                },
                "relationships": {"unit": to_one("productunits", unit)},
            }


def inventory_levels(world: World, night: int, figures: Positions) -> Iterator[Record]:
    """One row per product, unit and warehouse; every third is padded with zeros."""
    for listing in listings_of(world, "orocommerce", night):
        keys = precision_ids(listing)
        shown = in_units(listing, quantity(figures, listing, ""))
        for unit, units in (shown | {u: Decimal(1) for u in keys if u not in shown}).items():
            record: Record = {
                "type": "inventorylevels",
                "id": keys[unit],
                "attributes": {"quantity": _text(units, padded=listing.number % 3 == 0)},
                "relationships": {
                    "product": to_one("products", str(listing.number)),
                    "productUnitPrecision": to_one("productunitprecisions", keys[unit]),
                },
            }
            yield spoil(record, listing.broken.get("inventorylevels"))


def _text(value: Decimal, *, padded: bool) -> str:
    return format(value, ".10f") if padded else format(value.normalize(), "f")
