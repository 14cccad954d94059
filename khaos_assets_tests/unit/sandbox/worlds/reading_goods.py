"""Products, stock and attributes of the channels and PIMs as one night's files show them, in one shape for all four.

Written from the contracts and the catalogue's terms, not from the world maker.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from khaos_assets_tests.unit.sandbox.worlds.files import NightFiles, Record, instant

_PER = {"": 1, "g": 1000, "kg": 1, "mm": 10, "cm": 1}


@dataclass
class Product:
    """`value`: field → text or number in Khaos's units; an empty one is missing."""

    system: str
    sku: str
    key: str
    active: bool
    live: bool
    archived: bool = False
    barcode: str | None = None
    parents: list[str] = field(default_factory=list)
    """Keys of a Plytix parent, SKUs of Pimberly's."""
    components: dict[str, Fraction | None] = field(default_factory=dict)
    """By key (Plytix) or SKU; None: the wire has no quantity."""
    value: dict[str, Any] = field(default_factory=dict)
    modified: datetime | None = None
    sells_without_stock: bool = False


@dataclass
class Shown:
    """What a channel shows of a SKU in a warehouse: the sum of its rows, in base units."""

    quantity: Fraction = Fraction(0)
    changed: datetime | None = None
    is_known: bool = True
    sells_without_stock: bool = False


def products_of(system: str, merchant: Record, files: NightFiles) -> list[Product]:
    read = {"scayle": _scayle, "orocommerce": _oro, "plytix": _plytix, "pimberly": _pimberly}[system]
    return [read_one for r in files.of(f"{system}/products") for read_one in read(merchant, r)]


def _scayle(merchant: Record, record: Record) -> list[Product]:
    del merchant
    state = record["state"]
    active, live = state in ("live", "problem"), state == "live"
    return [
        Product("scayle", v["referenceKey"], str(v["id"]), active, live, barcode=v["ean"]) for v in record["variants"]
    ]


def _oro(merchant: Record, record: Record) -> list[Product]:
    del merchant
    enabled = record["attributes"]["status"] == "enabled"
    return [Product("orocommerce", record["attributes"]["sku"], record["id"], enabled, enabled)]


def _plytix(merchant: Record, record: Record) -> list[Product]:
    settings = merchant["plytix"]
    bundles = [r for r in record["relationships"] if r["label"] in settings["bundle_relationships"]]
    found = Product(
        "plytix",
        record["sku"],
        record["id"],
        active=record["status"] in settings["ready_statuses"],
        live=record["attributes"].get(settings["live_attribute"]) is True,
        archived=record["status"] in settings["archived_statuses"],
        barcode=record["gtin"],
        parents=[record["_parent_id"]] if record.get("_parent_id") else [],
        components={p["product_id"]: Fraction(p["quantity"]) for r in bundles for p in r["related_products"]},
        modified=instant(record["modified"]),
    )
    found.value = _values(settings["attributes"], record["attributes"])
    return [found]


def _pimberly(merchant: Record, record: Record) -> list[Product]:
    settings = merchant["pimberly"]
    stage = record["lifecycleStage"]
    sets = [str(x) for name in settings["bundle_attributes"] for x in _listed(record.get(name))]
    found = Product(
        "pimberly",
        str(record["primaryId"]),
        record["id"],
        active=stage in settings["ready_stages"],
        live=stage in settings["live_stages"],
        archived=stage in settings["archived_stages"],
        parents=[str(x) for x in _listed(record.get("Parents"))],
        components=dict.fromkeys(sets),
        modified=instant(record["dateUpdated"]),
    )
    found.value = _values(settings["attributes"], record)
    return [found]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _values(attributes: dict[str, Record], record: Record) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, where in attributes.items():
        raw = record.get(where["attribute"])
        if raw in (None, ""):
            continue
        if "unit" in where or "basis" in where:
            found[name] = Fraction(str(raw)) / _PER[where.get("unit", "")]
        else:
            found[name] = " ".join(str(raw).split())
    return found


def khaos_values(record: Record) -> dict[str, Any]:
    """What Khaos exports of the fields a PIM may own: readable ones, None where empty."""

    def number(name: str) -> Fraction | None:
        return Fraction(record[name]) if record.get(name) else None

    return {
        "description": " ".join(record["STOCK_DESC"].split()) or None,
        "long_description": " ".join(record["LONG_DESC"].split()) or None,
        "weight": number("WEIGHT"),
        "height": number("HEIGHT"),
        "width": number("WIDTH"),
        "depth": number("DEPTH"),
        "country_of_origin": record.get("COUNTRY_OF_MANUFACTURE") or None,
    }


def shown_on(system: str, merchant: Record, files: NightFiles, products: list[Product]) -> dict[tuple[str, str], Shown]:
    """Per SKU and warehouse. A unit that is not mapped leaves the sum unknown."""
    skus = {p.key: p.sku for p in products}
    found: dict[tuple[str, str], Shown] = defaultdict(Shown)
    if system == "scayle":
        for r in files.of("scayle/stocks"):
            one = found[(skus[str(r["variantId"])], r["warehouseReferenceKey"])]
            one.quantity += r["quantity"]
            one.changed = max(one.changed or instant(r["changedAt"]), instant(r["changedAt"]))
            one.sells_without_stock |= r["sellableWithoutStock"]
        return found
    units = {p["id"]: p["relationships"]["unit"]["data"]["id"] for p in files.of("orocommerce/productunitprecisions")}
    for r in files.of("orocommerce/inventorylevels"):
        one = found[(skus[r["relationships"]["product"]["data"]["id"]], "")]
        unit = units[r["relationships"]["productUnitPrecision"]["data"]["id"]]
        each = merchant["mapping"]["units"].get(unit)
        one.is_known &= each is not None
        one.quantity += Fraction(Decimal(r["attributes"]["quantity"])) * Fraction(each or 0)
    return found
