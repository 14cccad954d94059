"""SCAYLE orders as detail rows: states, totals, parcels, invented persons (contract scayle, 3.6 and 3.8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from khaos_assets.sandbox.worlds.channel_orders import ChannelOrder, channel_orders_of
from khaos_assets.sandbox.worlds.markets import SHOP
from khaos_assets.sandbox.worlds.model import World
from khaos_assets.sandbox.worlds.render.scayle import offset
from khaos_assets.sandbox.worlds.render.scayle_items import items, minor, package_id, when
from khaos_assets.sandbox.worlds.render.spelling import Record, spoil
from khaos_assets.sandbox.worlds.vocabulary import COUNTRIES

PAYMENTS = ("creditcard", "paypal", "invoice")
PROMOTIONS = ("sale", "campaign", "voucher", "promotion", "promotionCode")
_ALPHA_3 = {two: three for two, three, _, _ in COUNTRIES.values()}
_DELIVERED_AFTER = timedelta(days=2)


def orders(world: World, as_of: datetime) -> Iterator[Record]:
    for order in channel_orders_of(world, "scayle", as_of):
        yield spoil(_order(order, as_of), order.broken)


def _order(order: ChannelOrder, as_of: datetime) -> Record:
    shown = items(order, as_of)
    status, shipping, billing = _states(order, shown, as_of)
    delivery = minor(order.delivery_net + order.delivery_vat)
    return {
        "id": order.number,
        "referenceKey": order.reference,
        "publicKey": f"P{order.number:09d}",
        "basketKey": f"basket-{order.number}",
        "status": _overall(order, status, as_of),
        "detailedStatus": {"order": _code(status), "shipping": _code(shipping), "billing": _code(billing)},
        "currencyCode": order.currency,
        "shopCountry": {"id": 1, "shopKey": SHOP, "countryCode": order.market.country},
        "address": {"billing": _address(order), "shipping": _address(order), "forward": None},
        "customer": _customer(order),
        "channel": "web",
        "items": shown,
        "packages": _packages(order, as_of),
        "payment": [_payment(order)],
        "cost": _cost(order),
        "shipping": {"policy": "least_packages", "deliveryCosts": delivery, "expressDeliveryCosts": 0},
        "vouchers": _vouchers(order, shown),
        "promotion": [],
        "membershipDiscount": None,
        "loyaltyCard": None,
        "createdAt": offset(order.created),
        "updatedAt": offset(order.changed_at(as_of)),
        "confirmedAt": when(order.confirmed, as_of),
        "invoicedAt": when(order.parcels[0].at if order.parcels else None, as_of),
    }


def _code(code: str) -> Record:
    return {"code": code, "name": code.replace("_", " ").capitalize()}


def _payment(order: ChannelOrder) -> Record:
    return {
        "amount": minor(order.gross()),
        "key": order.payment or PAYMENTS[order.number % len(PAYMENTS)],
        "transactionKey": f"T{order.number}",
        "isGiftCard": False,
        "installment": False,
    }


def _overall(order: ChannelOrder, status: str, as_of: datetime) -> str:
    if order.is_cancelled(as_of):
        return "cancellation_completed"
    if status in ("order_shipped", "order_invoiced"):
        return "invoice_completed"
    return "invoice_partially_completed" if order.shipped_units(as_of) else "payment_reserved"


def _states(order: ChannelOrder, shown: list[Record], as_of: datetime) -> tuple[str, str, str]:
    """Codes of order, shipping and billing."""
    if order.is_cancelled(as_of):
        return "order_cancelled", "shipping_open", "billing_payment_cancelled"
    shipped = order.is_shipped(as_of)
    live = [i for i in shown if i["status"] != "cancelled"]
    back = [i for i in live if i["returnedAt"] is not None]
    shipping = "shipping_open"
    if back:
        shipping = "shipping_partially_returned"
    elif shipped:
        last = max((p.at for p in order.parcels if p.at <= as_of), default=as_of)
        shipping = "shipping_delivered" if last < as_of - _DELIVERED_AFTER else "shipping_ordered"
    billing = "billing_completed" if shipped else "billing_payment_pending"
    refunded = order.refunded_from is not None and order.refunded_from <= as_of
    if (refunded and not order.refunded_in_part) or (back and len(back) == len(live)):
        billing = "billing_refunded"
    elif refunded or back:
        billing = "billing_partially_refunded"
    code = "order_shipped" if order.shipped_from is not None else "order_invoiced"
    if not shipped:
        code = "order_delegated" if order.confirmed is not None else "order_pended"
    return code, shipping, billing


# Totals


def _cost(order: ChannelOrder) -> Record:
    gross, net = minor(order.gross()), minor(order.net())
    return {
        "withTax": gross,
        "withoutTax": net,
        "costCapture": gross,
        "tax": {"vat": {"amount": Decimal(gross - net).quantize(Decimal("0.1"))}},
        "appliedFees": [_fee("delivery", "delivery", order.delivery_net, order.delivery_vat)]
        + [_fee("additional", f.key, f.net, f.vat) for f in order.fees],
        "appliedReductions": [],
        "hasExternalPrices": False,
    }


def _fee(category: str, key: str, net: Decimal, vat: Decimal) -> Record:
    rate = Decimal("0.20") if vat else Decimal("0.00")
    return {
        "amount": {"withTax": minor(net + vat), "withoutTax": minor(net)},
        "category": category,
        "key": key,
        "option": None,
        "tax": {"vat": {"amount": Decimal(minor(vat)).quantize(Decimal("0.1")), "rate": rate}},
    }


def _vouchers(order: ChannelOrder, shown: list[Record]) -> list[Record]:
    off = sum((minor(sum(line.voucher, Decimal(0))) for line in order.lines), 0)
    if not off:
        return []
    on = [{"key": i["key"], "isApplied": "absoluteVoucherReducedPrice" in i["price"]} for i in shown]
    voucher = {"id": order.number, "voucherId": 7, "code": "WELCOME", "type": "absolute", "value": off}
    return [voucher | {"applicableItems": on}]


# Parcels and persons


def _packages(order: ChannelOrder, as_of: datetime) -> list[Record]:
    return [_package(order, n, as_of) for n, parcel in enumerate(order.parcels) if parcel.at <= as_of]


def _package(order: ChannelOrder, number: int, as_of: datetime) -> Record:
    parcel = order.parcels[number]
    delivered = parcel.at < as_of - _DELIVERED_AFTER
    tracking: Any = None
    if parcel.tracking is not None:
        tracking = {"id": parcel.tracking, "url": f"https://tracking.example.com/{parcel.tracking}"}
    return {
        "id": package_id(order, number),
        "shipmentKey": parcel.tracking or f"SHIP-{package_id(order, number)}",
        "carrierKey": parcel.carrier,
        "deliveryStatus": "delivered" if delivered else "shipped",
        "shippedAt": offset(parcel.at),
        "tracking": tracking,
        "returnIdentCode": None,
        "deliveryDate": {"minimum": None, "maximum": None, "desired": None},
    }


def _address(order: ChannelOrder) -> Record:
    return {
        "recipient": {"firstName": "Alex", "lastName": "Example", "gender": "n", "title": None, "type": "personal"},
        "street": "Example Street",
        "houseNumber": str(order.number % 90 + 1),
        "zipCode": order.customer.postcode if order.customer is not None else "ZZ1 1ZZ",
        "city": "Exampleton",
        "countryCode": _ALPHA_3.get(order.market.country, "GBR"),
    }


def _customer(order: ChannelOrder) -> Record:
    customer = order.customer
    return {
        "id": order.number % 5000 + 1 if customer is None else int(customer.company_id.rstrip("_")),
        "referenceKey": customer.other_ref if customer is not None else None,
        "firstName": "Alex",
        "lastName": "Example",
        "email": customer.email if customer is not None else "alex@example.com",
    }
