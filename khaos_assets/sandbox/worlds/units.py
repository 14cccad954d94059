"""Units of measure: OroCommerce sells some goods by the case as well; one case is twelve of them everywhere."""

from __future__ import annotations

from decimal import Decimal

from khaos_assets.sandbox.worlds.model import Item, Kind

BASE = "each"
CASE = "case"
UNITS = {BASE: Decimal(1), CASE: Decimal(12)}
"""Unit code → base units."""


def units_of(item: Item) -> tuple[str, ...]:
    """The units an item is sold in on OroCommerce, the base unit first: a quarter of the simple goods has cases."""
    by_case = item.kind is Kind.SIMPLE and not item.by_the_metre and sum(item.stock_id.encode()) % 4 == 0
    return (BASE, CASE) if by_case else (BASE,)
