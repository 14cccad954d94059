"""OroCommerce's ten lists, read from a real simulator and proven."""

from __future__ import annotations

from khaos_assets.snapshots import Verdict
from khaos_assets.systems.read import Proof
from khaos_assets_tests.integration.systems.orocommerce.conftest import Shop, levels

ROWS = {
    "products": 60,
    "inventory_levels": len(levels()),
    "orders": 40,
    "order_line_items": 80,
    "order_subtotals": 120,
    "shipping_trackings": 10,
    "customers": 5,
    "customer_users": 11,
    "price_lists": 2,
    "product_prices": 180,
}


def test_an_undisturbed_night_is_complete_and_proven(shop: Shop) -> None:
    """By id and by the shop's own count; prices by two walks of each price list."""
    certificates = shop.take()
    assert {name: (c.verdict, c.rows, c.reasons, c.remarks) for name, c in certificates.items()} == {
        name: (Verdict.COMPLETE, rows, [], []) for name, rows in ROWS.items()
    }
    assert {name: c.proof for name, c in certificates.items()} == {
        name: Proof.TWO_PASS if name == "product_prices" else Proof.KEYSET for name in ROWS
    }
