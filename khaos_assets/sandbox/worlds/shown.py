"""What a channel shows of a listing: its quantity per warehouse, when that changed, and how it is parted into units."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from khaos_assets.sandbox.worlds.listing import Listing
from khaos_assets.sandbox.worlds.model import Item
from khaos_assets.sandbox.worlds.positions import PACKED, ZERO, Positions
from khaos_assets.sandbox.worlds.units import UNITS, units_of


def quantity(figures: Positions, listing: Listing, warehouse: str) -> Decimal:
    """Base units: what is sellable there, unless something else is shown. SCAYLE counts in whole units."""
    if warehouse in listing.units:
        return listing.units[warehouse]
    if listing.item is None:
        return ZERO
    free = figures.sellable(listing.item, figures.world.warehouses[listing.system][warehouse])
    return free.to_integral_value(ROUND_FLOOR) if listing.system == "scayle" else free


def changed_at(figures: Positions, listing: Listing, warehouse: str) -> datetime:
    """When the quantity last changed: with the goods, or on its own."""
    touched = listing.touched.get(warehouse)
    if touched is not None:
        return touched
    return max((_moved(figures, i, warehouse, listing.system) for i in _goods(listing)), default=figures.world.origin)


def _goods(listing: Listing) -> list[Item]:
    if listing.item is None:
        return []
    return [listing.item, *(c for c, kind, _ in listing.item.links if kind == PACKED)]


def _moved(figures: Positions, item: Item, warehouse: str, channel: str) -> datetime:
    world = figures.world
    places = [p for s in world.warehouses[channel].get(warehouse, []) for p in world.places(s)]
    return max((figures.moved.get((item, p), world.origin) for p in places), default=world.origin)


def in_units(listing: Listing, units: Decimal) -> dict[str, Decimal]:
    """The same quantity in the units the goods are sold in: whole cases first, the rest one by one."""
    codes = units_of(listing.item) if listing.item is not None else ("each",)
    parts: dict[str, Decimal] = {}
    for code in sorted(codes, key=lambda c: -UNITS[c]):
        parts[code] = units // UNITS[code] if UNITS[code] != 1 else units
        units -= parts[code] * UNITS[code]
    return {code: parts[code] + 0 for code in codes}
