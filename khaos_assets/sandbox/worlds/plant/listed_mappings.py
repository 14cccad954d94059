"""MAP-01 on channels and in PIMs: warehouses, markets, payment types, delivery methods, units, price lists, tax codes.

Decided: the amount is the order net of orders that carry the value and are open in Khaos; 0 where none does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import cache

from khaos_assets.sandbox.worlds.amounts import order_net, to_penny
from khaos_assets.sandbox.worlds.channel_orders import ChannelOrder
from khaos_assets.sandbox.worlds.markets import SHOP
from khaos_assets.sandbox.worlds.model import PIMS, Order
from khaos_assets.sandbox.worlds.plant.choices import waiting_order
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError
from khaos_assets.sandbox.worlds.plant.listed import listed_in, live_on
from khaos_assets.sandbox.worlds.plant.registry import plants, plants_in
from khaos_assets.sandbox.worlds.render.orocommerce import ODD_UNIT

NOTHING = Decimal("0.00")
_WAREHOUSES = ("OUTLET-HUB", "STUDIO-HUB", "FAIR-HUB")
_COUNTRIES = ("LU", "AT", "SE")
_PAYMENTS = ("klarna", "giftcard", "banktransfer")
_UNITS = ("pallet", "layer", "display")
_METHODS = ("pallet_freight_1", "pick_up_1", "courier_2")
_LISTS = ("21", "22", "23")
_TAX_CODES = {"plytix": ("RED5", "EXEMPT", "MIXED"), "pimberly": ("Reduced", "Exempt", "Mixed")}


@plants("MAP-01", usual=3, needs=["scayle"], order=2)
def unmapped_on_scayle(field: Field, n: int) -> None:
    """In turn: a warehouse, the payment type of an open order, a market."""
    makers = (_warehouse, _payment, _market)
    for i in range(n):
        makers[i % len(makers)](field, i // len(makers))


@plants("MAP-01", usual=3, needs=["orocommerce"], order=2)
def unmapped_on_orocommerce(field: Field, n: int) -> None:
    """In turn: a unit of measure, the delivery method of an open order, a price list."""
    makers = (_unit, _method, _price_list)
    for i in range(n):
        makers[i % len(makers)](field, i // len(makers))


@plants_in("MAP-01", PIMS, usual=1, order=2)
def unmapped_tax_code(field: Field, pim: str, n: int) -> None:
    """A tax code that says no rate."""
    for i in range(n):
        listing = field.item(listed_in(pim)).listings[pim]
        code = _name(_TAX_CODES[pim], i)
        listing.shows = {"tax_code": code}
        _report(field, pim, f"tax_code/{code}", NOTHING, f"the tax code of {listing.sku}")


def _name(names: tuple[str, ...], i: int) -> str:
    return names[i] if i < len(names) else f"{names[i % len(names)]}{i}"


def _report(field: Field, system: str, key: str, amount: Decimal, note: str) -> None:
    field.truth.exception(field.always(), "MAP-01", f"{system}>khaos", key, amount=amount, note=note)


def _warehouse(field: Field, i: int) -> None:
    warehouse = _name(_WAREHOUSES, i)
    listings = [field.item(live_on("scayle")).listings["scayle"] for _ in range(2)]
    field.world.unmapped.setdefault("scayle/warehouse", []).append(warehouse)
    for k, listing in enumerate(listings):
        listing.units = {warehouse: Decimal(3 + k)}
        listing.touch(warehouse, field.nights[0] - timedelta(days=4))
    _report(field, "scayle", f"warehouse/{warehouse}", NOTHING, "stock in a warehouse that is not configured")


def _market(field: Field, i: int) -> None:
    country = _COUNTRIES[i] if i < len(_COUNTRIES) else None
    taken = {m.country for m in field.world.markets}
    if country is None or country in taken:
        raise NotEnoughError("another country to sell to")
    field.world.unmapped.setdefault("scayle/country", []).append(country)
    _report(field, "scayle", f"market/scayle/{SHOP}/{country}", NOTHING, "a shop country that is not configured")


def _payment(field: Field, i: int) -> None:
    order, key = _waiting(field, "scayle"), _name(_PAYMENTS, i)
    order.payment = key
    amount = to_penny(order_net(field.world, order))
    _report(field, "scayle", f"payment_type/{key}", amount, f"how {order.key}, still open, was paid")


def _method(field: Field, i: int) -> None:
    order, key = _waiting(field, "orocommerce"), _name(_METHODS, i)
    order.delivery_method = key
    amount = to_penny(order_net(field.world, order))
    _report(field, "orocommerce", f"delivery_method/{key}", amount, f"how {order.key}, still open, is to be sent")


def _unit(field: Field, i: int) -> None:
    """A second stock row in that unit: how many there are of the item cannot be told."""
    listing = field.item(live_on("orocommerce")).listings["orocommerce"]
    listing.shows = {ODD_UNIT: _name(_UNITS, i)}
    _report(field, "orocommerce", f"unit/{_name(_UNITS, i)}", NOTHING, f"stock of {listing.sku} by another unit")


def _price_list(field: Field, i: int) -> None:
    key = _LISTS[i] if i < len(_LISTS) else str(24 + i)
    field.world.unmapped.setdefault("orocommerce/price_list", []).append(key)
    _report(field, "orocommerce", f"price_list/{key}", NOTHING, "a price list that is nobody's in Khaos")


def _waiting(field: Field, channel: str) -> ChannelOrder:
    order = field.order(_waiting_on(channel))
    assert order.channel is not None
    return order.channel


@cache
def _waiting_on(channel: str) -> Callable[[Field, Order], bool]:
    def wanted(field: Field, order: Order) -> bool:
        return waiting_order(field, order) and order.channel is not None and order.channel.channel == channel

    wanted.__doc__ = f"an open order of {channel} of which nothing is sent"
    return wanted
