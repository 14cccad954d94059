"""Rows that are new: parcels and prices. Contract orocommerce, section 5."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from khaos_assets.sandbox.orocommerce.bodies import Sent, link_id, number
from khaos_assets.sandbox.orocommerce.problems import ErrorObject, Problem, bad_data
from khaos_assets.sandbox.orocommerce.resources import Resource
from khaos_assets.sandbox.orocommerce.tables import Row, Table, plain_number, row

FIRST_NEW_ID = 900_000_001
"""Far above any id of a world, so that a new row has its id for itself on later nights too."""
TARGETS = {"orders": "orders", "priceList": "pricelists", "product": "products"}
"""Relationships of new rows whose target must be there."""
Shown = Callable[[str], Table]


def new_row(resource: Resource, wanted: Sent, count: int, shown: Shown) -> Row:
    """The `count`-th new row. Raises Problem 400 where something it needs is missing or wrong."""
    for name in resource.needed:
        if wanted.attributes.get(name) in (None, "") and not wanted.relationships.get(name, {}).get("data"):
            part = "relationships" if name in {**TARGETS, "unit": ""} else "attributes"
            raise bad_data("This value should not be blank.", f"/data/{part}/{name}", "not blank constraint")
    for name in (*wanted.attributes, *wanted.relationships):
        if name not in resource.needed:
            raise bad_data(f'This form should not contain extra fields: "{name}".', "/data", "extra fields constraint")
    for name, target in TARGETS.items():
        for id_ in _ids(wanted.relationships.get(name, {}).get("data")):
            if shown(target).line(id_) is None:
                raise bad_data("The entity does not exist.", f"/data/relationships/{name}/data", "form constraint")
    numbers: Row = {}
    for name, places in resource.numbers.items():
        text = number(wanted.attributes[name], name, resource, "/data")
        numbers[name] = Decimal(text) if places is None else text
    new: Row = {
        "type": resource.type,
        "id": str(FIRST_NEW_ID + count - 1),
        "attributes": wanted.attributes | numbers,
        "relationships": wanted.relationships,
    }
    if resource.type == "productprices":
        new["id"] = f"{uuid5(NAMESPACE_URL, repr(_price_key(new)))}-{link_id(wanted.relationships, 'priceList')}"
    return new


def orders_of(new: Row) -> list[str]:
    """The orders that a new row belongs to."""
    return _ids(new["relationships"].get("orders", {}).get("data"))


def check_price(new: Row, shown: Shown, pointer: str) -> None:
    """Raise Problem 400 where another row has the same list, product, unit, quantity and currency, or the list does not
    take the currency."""
    prices, links = shown("productprices"), new["relationships"]
    list_id, product = link_id(links, "priceList"), link_id(links, "product")
    price_list = shown("pricelists").get(str(list_id)) or {}
    currency = new["attributes"]["currency"]
    allowed = price_list.get("attributes", {}).get("priceListCurrencies")
    if allowed is not None and currency not in allowed:
        text = f'Currency "{currency}" is not valid for current price list.'
        raise bad_data(text, f"{pointer}/attributes/currency", "product price currency constraint")
    rows = (row(prices.lines[at]) for at in prices.places(("relationships", "product")).get(product, ()))
    if any(r["id"] != new["id"] and _price_key(r) == _price_key(new) for r in rows):
        text = "Product has duplication of product prices."
        fields = 'Set of fields "PriceList", "Quantity" , "Unit" and "Currency" should be unique.'
        raise Problem(400, ErrorObject("unique entity constraint", f"{text} {fields}"))


def _price_key(of: Row) -> tuple[Any, ...]:
    """What no two prices share."""
    attributes = of["attributes"]
    links = (link_id(of["relationships"], n) for n in ("priceList", "product", "unit"))
    return (*links, plain_number(Decimal(str(attributes["quantity"]))), attributes["currency"])


def _ids(data: Any) -> list[str]:
    many = data if isinstance(data, list) else [data]
    return [str(one["id"]) for one in many if isinstance(one, dict) and "id" in one]
