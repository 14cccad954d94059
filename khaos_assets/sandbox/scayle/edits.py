"""Switches that change records as they are shown: money, states and spelling of orders, the quantity of a stock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from khaos_assets.sandbox.scayle import money_edits
from khaos_assets.sandbox.scayle.holdings import Holdings
from khaos_assets.sandbox.scayle.rows import ORDERS, STOCKS, Record, Row, Shape, line

Parameters = dict[str, Any]
ALPHA_3 = {
    **{"AT": "AUT", "BE": "BEL", "CH": "CHE", "CZ": "CZE", "DE": "DEU", "DK": "DNK", "ES": "ESP", "FI": "FIN"},
    **{"FR": "FRA", "GB": "GBR", "IE": "IRL", "IT": "ITA", "NL": "NLD", "NO": "NOR", "PL": "POL", "PT": "PRT"},
    **{"SE": "SWE", "US": "USA"},
}


@dataclass(frozen=True)
class Edit:
    """What a switch does to one record. `usual`: how many rows it means unless it says so (None: all)."""

    change: Callable[[Record, Parameters, Holdings, Row], Record]
    usual: int | None = 1

    def __call__(self, row: Row, parameters: Parameters, holdings: Holdings) -> bytes:
        """The edited line."""
        return line(self.change(row.record(), parameters, holdings, row))


def _money(change: Callable[[Record], Record]) -> Edit:
    return Edit(lambda order, _, __, ___: change(order))


def _odd_delivery_rate(order: Record, parameters: Parameters, _: Holdings, __: Row) -> Record:
    return money_edits.delivery_at(order, Decimal(str(parameters.get("rate", "0.157"))))


def _unknown_status(order: Record, parameters: Parameters, _: Holdings, __: Row) -> Record:
    """Codes that stand in no list: of the order, of its parts, of its items."""
    code = parameters.get("code", "parked")
    detailed = {k: {"code": f"{k}_{code}", "name": code} for k in ("order", "shipping", "billing")}
    items = [item | {"status": code} for item in order.get("items") or ()]
    return order | {"status": code, "detailedStatus": detailed, "items": items}


def _spelled(change: Callable[[str], str]) -> Edit:
    def edit(order: Record, _: Parameters, __: Holdings, ___: Row) -> Record:
        own = order.get("shopCountry") or {}
        return order | {"shopCountry": own | {"countryCode": change(str(own.get("countryCode", "")))}}

    return Edit(edit, usual=None)


def _force_closed(order: Record, _: Parameters, __: Holdings, ___: Row) -> Record:
    """Marked shipped after 14 days, though no parcel ever left."""
    detailed = (order.get("detailedStatus") or {}) | {"order": {"code": "order_shipped", "name": "Shipped"}}
    items = [item | {"packageId": None, "shippedAt": None} for item in order.get("items") or ()]
    return order | {"detailedStatus": detailed, "packages": [], "items": items}


def _partial_delegation(order: Record, parameters: Parameters, holdings: Holdings, _: Row) -> Record:
    """The last `items` were sold out and not delegated; from the night `until` on (the second) all is cancelled."""
    world = holdings.world
    until = parameters.get("until")
    items: list[Record] = [dict(item) for item in order.get("items") or ()]
    detailed = dict(order.get("detailedStatus") or {})
    if world.night.isoformat() >= until if until else world.at > 0:
        at = (world.as_of - timedelta(minutes=30)).isoformat()
        items = [item | {"status": "cancelled", "cancelledAt": at} for item in items]
        detailed["order"] = {"code": "order_cancelled", "name": "Cancelled"}
        ended = {"status": "cancellation_completed", "updatedAt": at}
        return order | ended | {"detailedStatus": detailed, "items": items}
    sold_out = parameters.get("items", 1)
    for item in items[-sold_out:]:
        item |= {"status": "unavailable", "delegatedAt": None}
    for item in items[:-sold_out]:
        item |= {"delegatedAt": item.get("delegatedAt") or order.get("confirmedAt")}
    detailed["order"] = {"code": "order_delegated", "name": "Delegated"}
    return order | {"detailedStatus": detailed, "items": items}


def _stock_blocker(stock: Record, parameters: Parameters, holdings: Holdings, row: Row) -> Record:
    """Hidden reservations hold units back, until a younger stock update or a cancellation ends them."""
    if row.id in holdings.released:
        return stock
    return stock | {"quantity": max(0, int(stock.get("quantity", 0)) - parameters.get("by", 1))}


EDITS: dict[str, tuple[Shape, Edit]] = {
    "calculator_v1": (ORDERS, _money(money_edits.net_by_line)),
    "calculator_deprecated": (ORDERS, _money(money_edits.net_at_once)),
    "odd_delivery_rate": (ORDERS, Edit(_odd_delivery_rate)),
    "external_prices": (ORDERS, _money(money_edits.priced_outside)),
    "unknown_status": (ORDERS, Edit(_unknown_status)),
    "force_closed": (ORDERS, Edit(_force_closed)),
    "partial_delegation": (ORDERS, Edit(_partial_delegation)),
    "alpha3_country": (ORDERS, _spelled(lambda code: ALPHA_3.get(code.upper(), code))),
    "lower_case_country": (ORDERS, _spelled(str.lower)),
    "stock_blocker": (STOCKS, Edit(_stock_blocker)),
}
"""Switch → the entity it concerns and what it does, in the order in which they are done."""
