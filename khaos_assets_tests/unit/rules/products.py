"""What tests of product data plant again and again: an item that Khaos and Plytix know alike."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from khaos_assets_tests.planted_night import (
    Results,
    stock_item,
)
from khaos_assets_tests.planted_pimberly import PIMBERLY
from khaos_assets_tests.planted_plytix import PLYTIX, plytix_product

DAY = 24 * 60
DESCRIPTIVE = ("description", "weight", "height", "country_of_origin", "commodity_code")
PIMS: dict[str, Any] = {
    "plytix": PLYTIX | {"mandatory": ["weight", "commodity_code"]},
    "pimberly": PIMBERLY | {"mandatory": ["weight", "depth"]},
    "wair": {"enabled": False},
    "non_stock_codes": ["POST", "POST-2"],
    "ownership": {f: ["plytix", "pimberly"] for f in DESCRIPTIVE}
    | {f: ["plytix"] for f in ("cost", "price", "tax_code")},
    "mapping": {"locations": {"L1": "Main", "L2": "Shop"}, "tax_labels": {"STD": 20, "ZERO": 0}},
}
WHOLE: dict[str, Any] = {"weight_g": 500, "commodity_code": "0630", "cost_price": "2.50", "rrp": 12, "vat_code": "STD"}
SAME: dict[str, Any] = {"weight_kg": Decimal("0.5"), "stock_desc": None}


def but(**changes: Any) -> dict[str, Any]:
    """A whole product's attributes, some of them otherwise."""
    return WHOLE | changes


def known(sku: str, *, khaos: Mapping[str, Any] | None = None, **plytix: Any) -> list[Any]:
    """A stock item and its Plytix product, which agree unless they are told otherwise."""
    return [stock_item(sku, **SAME | dict(khaos or {})), plytix_product(sku, **WHOLE | plytix)]


def said(found: Results, code: str, sku: str = "", systems: str | None = None) -> set[tuple[str, str, str]]:
    """(SKU, field, state) of a code's rows whose SKU begins so."""
    rows = (r for r in found.of(code, systems) if r["record_key"].startswith(sku))
    return {(r["record_key"], r["field"], r["state"]) for r in rows}


def the(found: Results, code: str, sku: str, field: str = "") -> dict[str, Any]:
    """The only such row."""
    (row,) = (r for r in found.of(code) if r["record_key"] == sku and field in ("", r["field"]))
    return row
