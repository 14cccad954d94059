"""Single things as Plytix shows them, for nights made by hand, and a section of merchant.toml that reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from khaos_assets.systems.attributes import Attribute
from khaos_assets.systems.plytix import records as plytix
from khaos_assets_tests.planted_records import LONG_AGO, NIGHT

BUNDLE, RELATED, LIVE = "Bundle", "Related", "live_on_web"

PLYTIX: dict[str, Any] = {
    "live_attribute": LIVE,
    "bundle_relationships": [BUNDLE],
    "linked_relationships": [RELATED],
    "mandatory": [],
    "carries_kinds": ["style_parent"],
    "attributes": {
        "description": {"attribute": "short_description"},
        "weight": {"attribute": "weight_g", "unit": "g"},
        "height": {"attribute": "height_mm", "unit": "mm"},
        "commodity_code": {"attribute": "commodity_code"},
        "country_of_origin": {"attribute": "origin"},
        "tax_code": {"attribute": "vat_code"},
        "cost": {"attribute": "cost_price", "basis": "net"},
        "price": {"attribute": "rrp", "basis": "gross"},
    },
}
"""Kinds that it should carry: parents only, so that no item is missing there unless a test says otherwise."""


def plytix_id(sku: str) -> str:
    """24 hex digits."""
    return sku.encode().hex()[:24].ljust(24, "0")


def attribute(name: str, value: object) -> Attribute:
    """As the wire has it: a text, a number with its digits, a boolean, null."""
    if value is None:
        return Attribute(name=name, kind="null", value=None)
    if isinstance(value, bool):
        return Attribute(name=name, kind="boolean", value=str(value).lower())
    kind = "number" if isinstance(value, int | Decimal) else "text"
    return Attribute(name=name, kind=kind, value=str(value))


def plytix_product(
    sku: str,
    *,
    status: str = "Completed",
    live: bool | None = None,
    parent: str | None = None,
    parent_id: str | None = None,
    variants: int = 0,
    bundle: Mapping[str, int | None] | None = None,
    related: Mapping[str, int | None] | None = None,
    gtin: str | None = None,
    at: datetime = LONG_AGO,
    key: str | None = None,
    **attributes: object,
) -> plytix.Product:
    """A ready product; attributes by their labels. `parent` is a SKU, `bundle` SKU → pieces."""
    values = attributes | ({} if live is None else {LIVE: live})
    groups = {BUNDLE: bundle, RELATED: related}
    return plytix.Product(
        id=key or plytix_id(sku),
        sku=sku,
        gtin=gtin,
        status=status,
        created=LONG_AGO,
        modified=at,
        parent_id=plytix_id(parent) if parent is not None else parent_id,
        num_variations=variants,
        attributes=[attribute(n, values[n]) for n in sorted(values)],
        relationships=[
            plytix.RelationshipOf(
                relationship_id=f"r-{label}",
                label=label,
                related_products=[
                    plytix.RelatedProduct(product_id=plytix_id(s), quantity=None if q is None else Decimal(q))
                    for s, q in parts.items()
                ],
            )
            for label, parts in groups.items()
            if parts is not None
        ],
    )


def plytix_asked(sku: str, *, found: bool = False, since: date = NIGHT.date) -> plytix.ProductAsked:
    """A product that the list no longer shows."""
    return plytix.ProductAsked(id=plytix_id(sku), sku=sku, found=found, missing_since=since)
