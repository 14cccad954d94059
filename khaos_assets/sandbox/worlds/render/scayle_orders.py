"""SCAYLE orders as detail rows: one item per unit, money in minor units (contract scayle, 3.6 to 3.8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from khaos_assets.sandbox.worlds.channel_orders import ChannelLine, ChannelOrder, channel_orders_of
from khaos_assets.sandbox.worlds.markets import SHOP
from khaos_assets.sandbox.worlds.model import Item, World
from khaos_assets.sandbox.worlds.render.scayle import MERCHANT, offset
from khaos_assets.sandbox.worlds.render.spelling import Record, spoil
from khaos_assets.sandbox.worlds.vocabulary import COUNTRIES

PAYMENTS = ("creditcard", "paypal", "invoice")
PROMOTIONS = ("sale", "campaign", "voucher", "promotion", "promotionCode")
_ALPHA_3 = {two: three for two, three, _, _ in COUNTRIES.values()}
_ITEMS_PER_ORDER = 1000
_DELIVERED_AFTER = timedelta(days=2)


def orders(world: World, as_of: datetime) -> Iterator[Record]:
    for order in channel_orders_of(world, "scayle", as_of):
        yield spoil(_order(order, as_of), order.broken)


def _order(order: ChannelOrder, as_of: datetime) -> Record:
    items = _items(order, as_of)
    status, shipping, billing = _states(order, items, as_of)
    key = PAYMENTS[order.number % len(PAYMENTS)]
    gross, voucher = _minor(order.gross()), _voucher(order, items)
    return {
        "id": order.number,
        "referenceKey": order.reference,
        "publicKey": f"P{order.number:09d}",
        "basketKey": f"basket-{order.number}",
        "status": _overall(order, status, as_of),
        "detailedStatus": {
            n: {"code": c, "name": c.replace("_", " ").capitalize()} for n, c in _named(status, shipping, billing)
        },
        "currencyCode": order.currency,
        "shopCountry": {"id": 1, "shopKey": SHOP, "countryCode": order.market.country},
        "address": {"billing": _address(order), "shipping": _address(order), "forward": None},
        "customer": _customer(order),
        "channel": "web",
        "items": items,
        "packages": _packages(order, as_of),
        "payment": [
            {
                "amount": gross,
                "key": key,
                "transactionKey": f"T{order.number}",
                "isGiftCard": False,
                "installment": False,
            }
        ],
        "cost": _cost(order),
        "shipping": {
            "policy": "least_packages",
            "deliveryCosts": _minor(order.delivery_net + order.delivery_vat),
            "expressDeliveryCosts": 0,
        },
        "vouchers": voucher,
        "promotion": [],
        "membershipDiscount": None,
        "loyaltyCard": None,
        "createdAt": offset(order.created),
        "updatedAt": offset(order.changed_at(as_of)),
        "confirmedAt": _when(order.confirmed, as_of),
        "invoicedAt": _when(order.parcels[0].at if order.parcels else None, as_of),
    }


def _named(status: str, shipping: str, billing: str) -> list[tuple[str, str]]:
    return [("order", status), ("shipping", shipping), ("billing", billing)]


def _when(at: datetime | None, as_of: datetime) -> str | None:
    return None if at is None or at > as_of else offset(at)


def _minor(amount: Decimal) -> int:
    return int(amount * 100)


def _overall(order: ChannelOrder, status: str, as_of: datetime) -> str:
    if order.is_cancelled(as_of):
        return "cancellation_completed"
    if status in ("order_shipped", "order_invoiced"):
        return "invoice_completed"
    return "invoice_partially_completed" if order.shipped_units(as_of) else "payment_reserved"


def _states(order: ChannelOrder, items: list[Record], as_of: datetime) -> tuple[str, str, str]:
    """Codes of order, shipping and billing."""
    if order.is_cancelled(as_of):
        return "order_cancelled", "shipping_open", "billing_payment_cancelled"
    shipped = order.is_shipped(as_of)
    live = [i for i in items if i["status"] != "cancelled"]
    back = [i for i in live if i["returnedAt"] is not None]
    shipping = "shipping_open"
    if back:
        shipping = "shipping_partially_returned"
    elif shipped:
        last = max((p.at for p in order.parcels if p.at <= as_of), default=as_of)
        shipping = "shipping_delivered" if last < as_of - _DELIVERED_AFTER else "shipping_ordered"
    billing = "billing_completed" if shipped else "billing_payment_pending"
    if (order.refunded_from is not None and order.refunded_from <= as_of) or (back and len(back) == len(live)):
        billing = "billing_refunded"
    elif back:
        billing = "billing_partially_refunded"
    code = "order_shipped" if order.shipped_from is not None else "order_invoiced"
    if not shipped:
        code = "order_delegated" if order.confirmed is not None else "order_pended"
    return code, shipping, billing


# Items


def _items(order: ChannelOrder, as_of: datetime) -> list[Record]:
    found: list[Record] = []
    parcels = _parcels_by_item(order, as_of)
    for line in order.lines:
        count = int(line.units)
        money = zip(*(_shares(_minor(x), count) for x in _parts(line)), strict=True)
        for n, (gross, net, full_gross, full_net) in enumerate(money):
            parcel = _next_parcel(parcels, line) if line.cancelled_at is None else None
            record: Record = {
                "id": order.number * _ITEMS_PER_ORDER + len(found) + 1,
                "key": f"item-{order.number}-{len(found) + 1}",
                "variant": _variant(line),
                "product": {
                    "id": _group(line),
                    "name": line.description or (line.item.description if line.item else ""),
                },
                "merchant": {"id": 1, "referenceKey": MERCHANT},
                "warehouseId": 1,
                "packageId": None if parcel is None else _package_id(order, parcel[0]),
                "reservationKey": None,
                "itemGroup": None,
                "campaignKey": None,
                "status": _status(order, line, parcel is not None, as_of),
                "price": _price(line, gross, net, full_gross, full_net, is_first=n == 0),
                "promotions": [],
                "createdAt": offset(order.created),
                "updatedAt": offset(order.changed_at(as_of)),
                "delegatedAt": _when(order.confirmed, as_of),
                "shippedAt": None if parcel is None else offset(parcel[1]),
                "cancelledAt": _when(line.cancelled_at or order.cancelled_at, as_of),
                "returnedAt": _when(line.returned_at, as_of),
            }
            found.append(record)
    return found


def _parts(line: ChannelLine) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    return line.gross, line.net, line.full_net + line.full_vat, line.full_net


def _shares(amount: int, count: int) -> list[int]:
    """A sum in even parts, the odd pennies on the first ones."""
    each, rest = divmod(amount, count)
    return [each + (n < rest) for n in range(count)]


def _parcels_by_item(order: ChannelOrder, as_of: datetime) -> dict[Item, list[tuple[int, datetime]]]:
    """Per item, the parcel of each unit that has left."""
    found: dict[Item, list[tuple[int, datetime]]] = {}
    for number, parcel in enumerate(order.parcels):
        if parcel.at <= as_of:
            for item, units in parcel.units.items():
                found.setdefault(item, []).extend([(number, parcel.at)] * int(units))
    return found


def _next_parcel(parcels: dict[Item, list[tuple[int, datetime]]], line: ChannelLine) -> tuple[int, datetime] | None:
    waiting = parcels.get(line.item) if line.item is not None else None
    return waiting.pop(0) if waiting else None


def _variant(line: ChannelLine) -> Record:
    listing = line.item.listings.get("scayle") if line.item is not None else None
    return {
        "id": listing.number if listing is not None else 999001,
        "referenceKey": line.shown_sku("scayle"),
        "stock": {"quantity": 0, "warehouseId": 1},
    }


def _group(line: ChannelLine) -> int:
    listing = line.item.listings.get("scayle") if line.item is not None else None
    return listing.group if listing is not None else 999001


def _status(order: ChannelOrder, line: ChannelLine, is_sent: bool, as_of: datetime) -> str:
    at = line.cancelled_at or order.cancelled_at
    if at is not None and at <= as_of:
        return "cancelled"
    if line.returned_at is not None and line.returned_at <= as_of:
        return "returned"
    return "delivered" if is_sent else "available"


def _price(line: ChannelLine, gross: int, net: int, full_gross: int, full_net: int, *, is_first: bool) -> Record:
    """What was paid and what it would have been. A voucher that lies on one item shows as its voucher-reduced price."""
    off_net, off_vat = line.voucher if is_first else (Decimal(0), Decimal(0))
    before_net, before_gross = net + _minor(off_net), gross + _minor(off_net + off_vat)
    record: Record = {
        "withTax": before_gross,
        "withoutTax": before_net,
        "undiscountedWithTax": full_gross,
        "undiscountedWithOutTax": full_net,
        "overrideWithTax": 0,
        "overrideWithoutTax": 0,
        "tax": {"vat": _vat(before_gross - before_net, line.vat_percent)},
        "appliedReductions": _reductions(full_gross, before_gross),
    }
    if off_net:
        record["absoluteVoucherReducedPrice"] = {
            "withTax": gross,
            "withOutTax": net,
            "tax": {"vat": _vat(gross - net, line.vat_percent)},
        }
    return record


def _vat(amount: int, percent: Decimal) -> Record:
    return {"amount": Decimal(amount).quantize(Decimal("0.1")), "rate": _rate(percent)}


def _rate(percent: Decimal) -> Decimal:
    return (percent / 100).quantize(Decimal("0.01"))


def _reductions(full: int, paid: int) -> list[Record]:
    if full <= paid:
        return []
    share = (Decimal(full - paid) / full).quantize(Decimal("0.0001"))
    amount = {"absoluteWithTax": full - paid, "relative": share}
    return [{"id": "1", "category": "sale", "type": "relative", "amount": amount, "code": None, "displayName": "Sale"}]


# Totals


def _cost(order: ChannelOrder) -> Record:
    gross, net = _minor(order.gross()), _minor(order.net())
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
        "amount": {"withTax": _minor(net + vat), "withoutTax": _minor(net)},
        "category": category,
        "key": key,
        "option": None,
        "tax": {"vat": {"amount": Decimal(_minor(vat)).quantize(Decimal("0.1")), "rate": rate}},
    }


def _voucher(order: ChannelOrder, items: list[Record]) -> list[Record]:
    off = sum((_minor(sum(line.voucher, Decimal(0))) for line in order.lines), 0)
    if not off:
        return []
    on = [{"key": i["key"], "isApplied": "absoluteVoucherReducedPrice" in i["price"]} for i in items]
    return [
        {"id": order.number, "voucherId": 7, "code": "WELCOME", "type": "absolute", "value": off, "applicableItems": on}
    ]


# Parcels and persons


def _package_id(order: ChannelOrder, number: int) -> int:
    return order.number * 10 + number + 1


def _packages(order: ChannelOrder, as_of: datetime) -> list[Record]:
    return [_package(order, n, as_of) for n, parcel in enumerate(order.parcels) if parcel.at <= as_of]


def _package(order: ChannelOrder, number: int, as_of: datetime) -> Record:
    parcel = order.parcels[number]
    delivered = parcel.at < as_of - _DELIVERED_AFTER
    tracking: Any = None
    if parcel.tracking is not None:
        tracking = {"id": parcel.tracking, "url": f"https://tracking.example.com/{parcel.tracking}"}
    return {
        "id": _package_id(order, number),
        "shipmentKey": parcel.tracking or f"SHIP-{_package_id(order, number)}",
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
        "id": order.number % 5000 + 1
        if customer is None
        else int("".join(c for c in customer.company_id if c.isdigit())),
        "referenceKey": customer.other_ref if customer is not None else None,
        "firstName": "Alex",
        "lastName": "Example",
        "email": customer.email if customer is not None else "alex@example.com",
    }
