"""Stock levels: in the Enterprise edition each names its warehouse, elsewhere nobody may ask for one (3.3)."""

from __future__ import annotations

from khaos_assets.systems.orocommerce.lookups import decode_levels
from khaos_assets.systems.orocommerce.records import (
    LevelRow,
    ProductRef,
    UnitPrecision,
    Warehouse,
    WarehouseLevelRow,
)
from khaos_assets.systems.orocommerce.resources import Resource
from khaos_assets.systems.orocommerce.settings import OroCommerce
from khaos_assets.systems.orocommerce.shapes import Shape
from khaos_assets.systems.orocommerce.walk import walk
from khaos_assets.systems.read import Decoded, Pages, ReadContext, WalkNotes

_ALONG = {
    "product": Shape("products", ProductRef),
    "productUnitPrecision": Shape("productunitprecisions", UnitPrecision),
}
COMMUNITY = Resource("/inventorylevels", Shape("inventorylevels", LevelRow), _ALONG)
ENTERPRISE = Resource(
    "/inventorylevels",
    Shape("inventorylevels", WarehouseLevelRow),
    {**_ALONG, "warehouse": Shape("warehouses", Warehouse)},
)


async def walk_inventory_levels(context: ReadContext) -> WalkNotes:
    """The list by id; the notes say which edition was asked. Raises ReadFailed and TransportError."""
    enterprise = context.settings.of(OroCommerce).warehouses
    notes = await walk(ENTERPRISE if enterprise else COMMUNITY, context)
    notes.facts["warehouses"] = enterprise
    return notes


def decode_inventory_levels(pages: Pages, notes: WalkNotes) -> Decoded:
    """Levels as the edition gave them."""
    return decode_levels(ENTERPRISE if notes.facts["warehouses"] else COMMUNITY, pages, notes)
