"""MAP-01 on channels and in PIMs: values that no mapping has."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from khaos_assets_tests.unit.sandbox.worlds.reading_channels import order_net

if TYPE_CHECKING:
    from khaos_assets_tests.unit.sandbox.worlds.perfect import Night

Carried = dict[str, set[str]]
"""Map and value → keys of the orders that carry it."""


def map_codes(night: Night) -> None:
    for system, read in (("scayle", _scayle), ("orocommerce", _oro), ("plytix", _pim), ("pimberly", _pim)):
        if system in night.systems:
            for key, orders in read(night, system).items():
                night.put("MAP-01", f"{system}>khaos", key, amount=_open(night, system, orders))


def _open(night: Night, system: str, keys: set[str]) -> Fraction:
    """Order net of those that are open in Khaos."""
    orders = night.channel_orders[system] if keys else {}
    open_ones = (k for k in sorted(keys) if k in night.orders and night.orders[k]["open"])
    return sum((order_net(night, orders[k]) for k in open_ones), Fraction(0))


def _scayle(night: Night, system: str) -> Carried:
    mapping, found = night.merchant["mapping"], defaultdict[str, set[str]](set)
    met = {r["warehouseReferenceKey"] for r in night.files.of("scayle/stocks")}
    met |= {r["referenceKey"] for r in night.files.of("scayle/warehouses")}
    for value in met - set(mapping["warehouses"][system]):
        found[f"warehouse/{value}"] |= set()
    for shop in night.files.of("scayle/shops"):
        for country in shop["countries"]:
            market = f"scayle/{shop['shopKey']}/{country['countryCode']}"
            if market not in night.merchant["markets"]:
                found[f"market/{market}"] |= set()
    for r in night.files.of("scayle/orders"):
        key = r["referenceKey"] or str(r["id"])
        reductions = {x["category"] for i in r["items"] for x in i["price"].get("appliedReductions", [])}
        values = {f"payment_type/{p['key']}" for p in r["payment"] if p["key"] not in mapping["payment_types"]}
        values |= {f"promotion_type/{c}" for c in reductions - set(mapping["promotion_types"])}
        carriers = {p["carrierKey"] for p in r["packages"]} - {"", None}
        values |= {f"courier/{c}" for c in carriers - set(mapping["couriers"])}
        for value in values:
            found[value].add(key)
    return found


def _oro(night: Night, system: str) -> Carried:
    del system
    mapping, found = night.merchant["mapping"], defaultdict[str, set[str]](set)
    met = {r["relationships"]["unit"]["data"]["id"] for r in night.files.of("orocommerce/productunitprecisions")}
    for value in met - set(mapping["units"]):
        found[f"unit/{value}"] |= set()
    for r in night.files.of("orocommerce/pricelists"):
        if r["id"] not in mapping["price_lists"]:
            found[f"price_list/{r['id']}"] |= set()
    for r in night.files.of("orocommerce/ordershippingtrackings"):
        if r["attributes"]["method"] not in mapping["couriers"]:
            found[f"courier/{r['attributes']['method']}"] |= set()
    for r in night.files.of("orocommerce/orders"):
        method = r["attributes"]["shippingMethod"]
        if method not in mapping["delivery_methods"]:
            found[f"delivery_method/{method}"].add(r["attributes"]["identifier"])
    return found


def _pim(night: Night, system: str) -> Carried:
    labels = night.merchant["mapping"]["tax_labels"]
    met = {p.value["tax_code"] for p in night.products[system] if "tax_code" in p.value}
    return {f"tax_code/{value}": set() for value in met - set(labels)}
