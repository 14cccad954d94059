"""A world of two items by hand, in which WAIR has one unit less of B than Khaos: one open STK-01 of £4.00."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from khaos_assets_tests.sandbox_fixtures import write_world

CODES = ("A", "B")
MERCHANT = """
[merchant]
name = "Two items"
[khaos]
[wair]
feed_extension = true
allow_empty = ["dispatches", "transfers"]
[mapping.locations]
L1 = "Main"
"""


def make(folder: Path, alerts: str = "") -> Path:
    """Write it with its merchant.toml; returns the folder."""
    folder.mkdir()
    write_world(folder, records())
    (folder / "merchant.toml").write_text(MERCHANT + alerts, encoding="utf-8")
    return folder


def records() -> Mapping[str, list[dict[str, Any]]]:
    changed = "2026-11-01T10:00:00"
    numbered = list(enumerate(CODES, 1))
    return {
        "khaos/sites": [{"SiteID": 1, "SiteName": "Main", "_current": True}],
        "khaos/stock_list": [
            {
                "StockCode": code, "OtherRef": "", "StockDesc": code, "ParentCode": "", "ParentOtherRef": "",
                "LastUpdated": changed, "_item_type": 0, "_movement_date": changed, "_launch_date": changed,
            }
            for code in CODES
        ],
        "khaos/stock_items": [
            {
                "STOCK_ID": str(number), "STOCK_CODE": code, "STOCK_DESC": code,
                "BUY_PRICE": {"@IS_NET": "-1", "#text": "4.00"}, "SELL_PRICE": {"@IS_NET": "0", "#text": "12.00"},
                "VAT_RATE": "20", "STOCK_CONTROLLED": "-1", "DISCONTINUED": "0", "WEB": "-1", "RUN_TO_ZERO": "0",
            }
            for number, code in numbered
        ],
        "khaos/stock_levels": [
            {"@CODE": code, "@ID": str(number), "LEVEL": "5", "STATUS": "0", "_site": "Main"}
            for number, code in numbered
        ],
        "khaos/stock_potential": [
            {"StockCode": code, "Available": "5", "OnOrder": "0", "BackOrder": "0", "Potential": "5"} for code in CODES
        ],
        "wair/items": [_item(code) for code in CODES],
        "wair/stock": [_stock("A", 5), _stock("B", 4)],
        "wair/dispatches": [],
        "wair/transfers": [],
    }  # fmt: skip


def _item(sku: str) -> dict[str, Any]:
    unknown = {"size": None, "colour": None, "barcode": None, "bodyMap": None}
    return {"skuId": sku, "styleId": sku, "active": True, "updatedAt": "2026-11-19T10:00:00.000Z", **unknown}


def _stock(sku: str, units: int) -> dict[str, Any]:
    return {
        "locationId": "L1", "skuId": sku, "onHand": units, "allocated": 0, "available": units,
        "updatedAt": "2026-11-19T10:00:00.000Z",
    }  # fmt: skip
