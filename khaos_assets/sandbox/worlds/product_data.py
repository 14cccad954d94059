"""What is known of an item beside its stock: texts, measures, customs and tax, cost and price; who owns which of it.

Khaos has all of it but the commodity code. A PIM shows the same in its own units and names (`ATTRIBUTES`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from khaos_assets.sandbox.worlds.amounts import cost, price, to_penny
from khaos_assets.sandbox.worlds.listing import Listing
from khaos_assets.sandbox.worlds.markets import pound_price
from khaos_assets.sandbox.worlds.model import PIMS, Item, World

COUNTRIES_OF_ORIGIN = ("GB", "PT", "IN", "CN", "TR", "IT")
TAX_LABELS = {"STD": 20, "ZERO": 0}
"""A PIM's tax code → VAT percent."""
_MILLI = {"g": 1000, "kg": 1, "mm": 10, "cm": 1}
"""How many of the unit are a kilogram or a centimetre, which Khaos counts in."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """Where a field stands in a PIM: the attribute's name, its unit of measure, net or gross of money."""

    name: str
    unit: str = ""
    basis: str = ""


ATTRIBUTES: dict[str, dict[str, Attribute]] = {
    "plytix": {
        "description": Attribute("short_description"),
        "long_description": Attribute("long_description"),
        "weight": Attribute("weight_g", unit="g"),
        "height": Attribute("height_mm", unit="mm"),
        "width": Attribute("width_mm", unit="mm"),
        "depth": Attribute("depth_mm", unit="mm"),
        "commodity_code": Attribute("commodity_code"),
        "country_of_origin": Attribute("country_of_origin"),
        "tax_code": Attribute("vat_code"),
        "cost": Attribute("cost_price", basis="net"),
        "price": Attribute("rrp", basis="gross"),
    },
    "pimberly": {
        "description": Attribute("Title"),
        "long_description": Attribute("Web Description"),
        "weight": Attribute("Weight (kg)", unit="kg"),
        "height": Attribute("Height (cm)", unit="cm"),
        "width": Attribute("Width (cm)", unit="cm"),
        "depth": Attribute("Depth (cm)", unit="cm"),
        "commodity_code": Attribute("Commodity Code"),
        "country_of_origin": Attribute("Country of Origin"),
        "tax_code": Attribute("Tax Code"),
        "cost": Attribute("Cost Price", basis="net"),
        "price": Attribute("RRP (ex vat)", basis="net"),
    },
}
MANDATORY = {
    "plytix": ("weight", "commodity_code", "description", "tax_code"),
    "pimberly": ("weight", "commodity_code", "description", "tax_code", "height", "width", "depth"),
}
PIM_OWNED = (
    "description",
    "long_description",
    "weight",
    "height",
    "width",
    "depth",
    "commodity_code",
    "country_of_origin",
)


_OF_THE_UNKNOWN: dict[str, Any] = {
    "long_description": "Not yet in the books.",
    "weight": Decimal("0.40"),
    "height": Decimal("12.5"),
    "width": Decimal(20),
    "depth": Decimal("7.5"),
    "commodity_code": "6304920000",
    "country_of_origin": "PT",
    "tax_code": "STD",
}
"""Of goods that Khaos does not know."""


def ownership(world: World) -> dict[str, list[str]]:
    """Field → the systems that own it. Two PIMs both do: they are fed from one source here."""
    owners = {"stock": ["wair"]} if "wair" in world.systems else {}
    owners |= {name: ["khaos"] for name in ("available", "cost", "price", "tax_code")}
    there = [s for s in PIMS if s in world.systems]
    return owners | {name: there for name in PIM_OWNED if there}


def facts(item: Item) -> dict[str, Any]:
    """All fields of an item as Khaos has them: kilograms, centimetres. Text or Decimal; None: empty."""
    serial = sum(item.stock_id.encode()) * 31 + len(item.code)
    return {
        "description": item.description,
        "long_description": f"{item.description}. Made with care; see the label for how to look after it.",
        "weight": Decimal(item.weight_kg),
        "height": Decimal(serial % 290 + 10) / 10,
        "width": Decimal(serial * 7 % 390 + 10) / 10,
        "depth": Decimal(serial * 3 % 190 + 10) / 10,
        "commodity_code": f"{6301 + serial % 3000:04d}{serial % 9000 + 1000:04d}00",
        "country_of_origin": COUNTRIES_OF_ORIGIN[serial % len(COUNTRIES_OF_ORIGIN)] if serial % 11 else None,
    }


def shown(listing: Listing) -> Mapping[str, Any]:
    """All fields as the PIM shows them, in its units and on its basis; what it leaves empty is absent."""
    attributes, item = ATTRIBUTES[listing.system], listing.item
    values: dict[str, Any]
    if item is None:
        values = {"description": f"New: {listing.sku}", **_OF_THE_UNKNOWN}
    else:
        values = facts(item)
        values["tax_code"] = "ZERO" if item.vat_percent == 0 else "STD"
        own = cost(item)
        values["cost"] = to_penny(own) if own is not None else None
        values["price"] = pound_price(item) if attributes["price"].basis == "gross" else to_penny(price(item))
    values |= listing.shows
    if "" in listing.prices:
        values["price"] = listing.prices[""]
    return {k: in_unit(v, attributes[k].unit) for k, v in values.items() if v is not None}


def in_unit(value: Any, unit: str) -> Any:
    return value * _MILLI[unit] if unit else value
