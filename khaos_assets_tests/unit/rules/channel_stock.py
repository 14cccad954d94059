"""What tests of a channel's stock plant again and again: an item, its level in Khaos and what a shop offers of it.

Every item costs 2.50 and sells at 10.00, both net; two units of each are held back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from khaos_assets.systems.wire import Record
from khaos_assets_tests.planted_night import Results, level, order, stock_item
from khaos_assets_tests.planted_orocommerce import oro_product, oro_stock
from khaos_assets_tests.planted_records import LONG_AGO, Number
from khaos_assets_tests.planted_scayle import scayle_stock, scayle_variant

WAREHOUSES = {"scayle": {"HUB": ["Main"], "WEST": ["Shop"]}, "orocommerce": {"": ["Main"]}}
SETTINGS: dict[str, Any] = {
    "wair": {"enabled": False},
    "scayle": {},
    "order_reference_prefixes": {"scayle": "SC-"},
    "mapping": {"warehouses": WAREHOUSES},
    "markets": {"scayle/hl/GB": {"company_class": "Web", "tax_codes": {"20": "1"}}},
}


def on_sale(
    sku: str, available: Number, shown: int, *, changed: datetime = LONG_AGO, without_stock: bool = False, **fields: Any
) -> list[Record]:
    """An item with its level at Main and what SCAYLE offers of it from there. Further fields are the item's."""
    of_level = {k: fields.pop(k) for k in ("on_order", "build_potential", "back_order") if k in fields}
    offered = scayle_stock(sku, shown, changed=changed, without_stock=without_stock)
    return [stock_item(sku, **fields), level(sku, available, **of_level), *scayle_variant(sku), offered]


def traded(sku: str, available: Number, shown: Number, measure: str = "each") -> list[Record]:
    """An item with its level at Main and what OroCommerce offers of it."""
    return [stock_item(sku), level(sku, available), oro_product(sku), oro_stock(sku, shown, unit=measure)]


def told(results: Results, code: str) -> dict[str, str]:
    """SKU → state."""
    return {r["record_key"]: r["state"] for r in results.of(code)}


def allocated(units: Number, *skus: str) -> list[Record]:
    """An open order of Khaos alone that has these assigned."""
    return order(f"SO {skus[0]}", None, [(sku, units, "12.00") for sku in skus])
