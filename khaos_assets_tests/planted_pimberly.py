"""Single things as Pimberly shows them, for nights made by hand, and a section of merchant.toml that reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from khaos_assets.systems.attributes import Attribute
from khaos_assets.systems.pimberly import records as pimberly
from khaos_assets_tests.planted_plytix import attribute
from khaos_assets_tests.planted_records import LONG_AGO, NIGHT

SET = "Bundle Items"

PIMBERLY: dict[str, Any] = {
    "bundle_attributes": [SET],
    "mandatory": [],
    "carries_kinds": ["style_parent"],
    "attributes": {
        "description": {"attribute": "Title"},
        "weight": {"attribute": "Weight (kg)", "unit": "kg"},
        "tax_code": {"attribute": "Tax Code"},
        "cost": {"attribute": "Cost Price", "basis": "net"},
        "price": {"attribute": "RRP (ex vat)", "basis": "net"},
    },
}
"""Kinds that it should carry: parents only, so that no item is missing there unless a test says otherwise."""


def pimberly_id(sku: str) -> str:
    """24 hex digits."""
    return sku.encode().hex()[:24].ljust(24, "0")


def pimberly_product(
    sku: str,
    *,
    stage: str = "Released",
    type_: str = "SKU",
    parents: Sequence[str] = (),
    bundle: Sequence[str] = (),
    at: datetime | None = LONG_AGO,
    key: str | None = None,
    shows: Mapping[str, object] | None = None,
) -> pimberly.Product:
    """A ready product; `shows`: its attributes by their names."""
    values: dict[str, object] = {"lifecycleStage": stage, "Product Type": type_, **(shows or {})}
    lists = {"Parents": parents, SET: bundle}
    found = [attribute(n, v) for n, v in values.items()]
    found += [Attribute(name=n, kind="list", value=json.dumps(list(v))) for n, v in lists.items() if v]
    return pimberly.Product(
        id=key or pimberly_id(sku),
        primary_id=sku,
        date_updated=at,
        date_created=LONG_AGO,
        attributes=sorted(found, key=lambda a: a.name),
    )


def pimberly_asked(sku: str, *, found: bool = False, since: date = NIGHT.date) -> pimberly.ProductAsked:
    """A product that the list no longer shows."""
    return pimberly.ProductAsked(id=pimberly_id(sku), primary_id=sku, found=found, missing_since=since)
