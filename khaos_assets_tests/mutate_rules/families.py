"""Which files of SQL a family is, and the tests that look at them, the one first whose night shows most."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SQL = ("rules/*.sql", "rules/comparisons/*.sql", "warehouse/derived.sql")
TESTS = "khaos_assets_tests/unit/rules"


@dataclass(frozen=True)
class Family:
    begins: tuple[str, ...]
    """How the names of its files begin."""
    tests: str
    """Of `unit/rules`, without "test_", in this order."""


FAMILIES = {
    "SKU": Family(("SKU-",), "item_identity channel_items"),
    "ITEMS": Family(
        ("1_items",),
        "item_identity product_data channel_items stock_figures stock_drift orders_and_dispatches channel_stock_outside"
        " prices body_maps",
    ),
    "STK": Family(
        ("STK-", "3_stock", "derived"),
        "stock_figures stock_drift channel_stock orders_and_stock item_identity whole_nights",
    ),
    "CHANNEL-STOCK": Family(("7_channel_stock",), "channel_stock_outside channel_stock"),
    "FEED": Family(("FEED-", "MAP-"), "feeds_and_mappings channel_items syncs channel_orders channel_vat"),
    "SYNC": Family(("9_syncs", "4_effects"), "syncs orders_and_stock suppression"),
    "ORD": Family(
        ("ORD-", "2_orders"),
        "orders_open_but_dispatched orders_and_dispatches channel_dispatches channel_orders orders_and_stock"
        " one_number_on_two_channels",
    ),
    "CHANNEL-ORDERS": Family(
        ("5_channel_orders",),
        "channel_orders channel_dispatches refunds one_number_on_two_channels channel_items orders_and_dispatches"
        " orders_open_but_dispatched channel_money whole_nights",
    ),
    "VALUES": Family(("5_values", "5_open"), "channel_items feeds_and_mappings item_identity"),
    "CUS": Family(("CUS-", "9_customers"), "customers"),
    "FIN": Family(
        ("FIN-",), "channel_vat channel_money what_money_rests_on refunds prices prices_of_markets body_maps"
    ),
    "MONEY": Family(("6_channel", "6_money"), "channel_money channel_vat what_money_rests_on refunds channel_orders"),
    "PRICES": Family(("6_prices",), "prices prices_of_markets"),
    "PIM": Family(
        ("PIM-", "8_product_data"),
        "product_structure product_data product_data_later overwritten_amounts channel_stock body_maps",
    ),
    "SUPPRESSION": Family(
        ("suppression",),
        "suppression feeds_and_mappings prices product_structure product_data item_identity syncs channel_vat",
    ),
}


def chosen(wanted: list[str]) -> tuple[list[Path], list[str]]:
    """Files of SQL and of tests: those of the families named, or those whose name has a part of what is wanted; with
    the tests that are named or, where none is, those of the families of the files."""
    every = sorted(p for pattern in SQL for p in (ROOT / "khaos_assets").glob(pattern))
    named = [FAMILIES[w] for w in wanted if w in FAMILIES]
    parts = [w.partition(":")[0] for w in wanted if w not in FAMILIES and not w.endswith(".py")]
    begins = tuple(b for family in named for b in family.begins)
    files = [f for f in every if f.name.startswith(begins) or any(p in f.name for p in parts)]
    if not named and not parts:
        files = every
    families = (f for f in FAMILIES.values() if any(file.name.startswith(f.begins) for file in files))
    tests = [w for w in wanted if w.endswith(".py")]
    return files, tests or [f"{TESTS}/test_{t}.py" for t in dict.fromkeys(t for f in families for t in f.tests.split())]
