"""OroCommerce orders, their lines, subtotals and tracking numbers (contract orocommerce, 3.4 and 3.5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from khaos_assets.sandbox.worlds.amounts import to_penny
from khaos_assets.sandbox.worlds.channel_orders import ChannelLine, ChannelOrder, channel_orders_of
from khaos_assets.sandbox.worlds.model import World
from khaos_assets.sandbox.worlds.render.orocommerce import seconds, to_many, to_one
from khaos_assets.sandbox.worlds.render.spelling import Record, spoil
from khaos_assets.sandbox.worlds.truth import plain
from khaos_assets.sandbox.worlds.units import UNITS

METHOD = "flat_rate_1"
_LINES_PER_ORDER = 1000


def orders(world: World, as_of: datetime) -> Iterator[Record]:
    for order in channel_orders_of(world, "orocommerce", as_of):
        yield spoil(_order(order, as_of), order.broken)


def _order(order: ChannelOrder, as_of: datetime) -> Record:
    discount = sum((x.discount for x in order.lines), Decimal("0.00"))
    customer = order.organisation
    user = customer.users[0] if customer is not None and customer.users else None
    term = customer.term if customer is not None else None
    return {
        "type": "orders",
        "id": str(order.number),
        "attributes": {
            "identifier": order.reference,
            "poNumber": f"PO-{order.number}" if order.number % 3 else None,
            "currency": order.currency,
            "subtotalValue": four(order.items_net()),
            "totalValue": four(order.gross()),
            "totalDiscountsAmount": None,
            "discount": discount if discount else None,
            "shippingDiscount": None,
            "estimatedShippingCostAmount": four(order.delivery_net),
            "overriddenShippingCostAmount": None,
            "shippingMethod": order.delivery_method or METHOD,
            "shippingMethodType": "primary",
            "sourceEntityIdentifier": None,
            "customerNotes": None,
            "shipUntil": None,
            "external": False,
            "createdAt": seconds(order.created),
            "updatedAt": seconds(order.changed_at(as_of)),
        },
        "relationships": {
            "internalStatus": to_one("orderinternalstatuses", _internal(order, as_of)),
            "shippingStatus": to_one("ordershippingstatuses", _shipping(order, as_of)),
            "status": to_one("orderstatuses", None),
            "customer": to_one("customers", str(customer.number) if customer is not None else None),
            "customerUser": to_one("customerusers", str(user.number) if user is not None else None),
            "billingAddress": to_one("orderaddresses", str(order.number * 2)),
            "shippingAddress": to_one("orderaddresses", str(order.number * 2 + 1)),
            "paymentTerm": to_one("paymentterms", str(term) if term else None),
            "lineItems": to_many("orderlineitems", [_line_id(order, n) for n in range(len(order.lines))]),
            "discounts": to_many("orderdiscounts", []),
            "shippingTrackings": to_many("ordershippingtrackings", [k for k, _ in _trackings(order, as_of)]),
            "orderSubtotals": to_many("ordersubtotals", [x["id"] for x in _subtotals(order)]),
        },
    }


def addresses(world: World, as_of: datetime) -> Iterator[Record]:
    """Where the goods go; nobody reads the other address. Persons and streets are invented."""
    for order in channel_orders_of(world, "orocommerce", as_of):
        account = order.organisation.account if order.organisation is not None else None
        yield {
            "type": "orderaddresses",
            "id": str(order.number * 2 + 1),
            "attributes": {
                "label": None,
                "organization": account.name if account is not None else None,
                "firstName": "Robin",
                "lastName": "Example",
                "street": f"{order.number % 90 + 1} Example Street",
                "street2": "Unit 2" if order.number % 4 == 0 else None,
                "city": "Exampleton",
                "postalCode": account.postcode if account is not None else "ZZ1 1ZZ",
                "phone": "01632 960002",
                "customRegion": None,
            },
            "relationships": {
                "country": to_one("countries", order.market.country or "GB"),
                "region": to_one("regions", None),
            },
        }


def four(value: Decimal) -> str:
    """Four decimals, as money of this shop is written."""
    return format(value.quantize(Decimal("0.0001")), "f")


def _internal(order: ChannelOrder, as_of: datetime) -> str:
    if order.is_cancelled(as_of):
        return "cancelled"
    return "closed" if order.is_shipped(as_of) and order.number % 2 else "open"


def _shipping(order: ChannelOrder, as_of: datetime) -> str:
    if order.is_shipped(as_of):
        return "shipped"
    return "partially_shipped" if order.shipped_units(as_of) else "not_shipped"


def line_items(world: World, as_of: datetime) -> Iterator[Record]:
    for order in channel_orders_of(world, "orocommerce", as_of):
        for n, line in enumerate(order.lines):
            yield _line(order, line, n, as_of)


def _line_id(order: ChannelOrder, n: int) -> str:
    return str(order.number * _LINES_PER_ORDER + n + 1)


def _line(order: ChannelOrder, line: ChannelLine, n: int, as_of: datetime) -> Record:
    sku, size = line.shown_sku("orocommerce"), UNITS.get(line.unit, Decimal(1))
    listing = line.item.listings.get("orocommerce") if line.item is not None else None
    quantity = line.units / size
    name = line.description or (line.item.description if line.item is not None else "")
    return {
        "type": "orderlineitems",
        "id": _line_id(order, n),
        "attributes": {
            "productSku": sku or None,
            "productName": name if sku else None,
            "freeFormProduct": None if sku else name,
            "quantity": Decimal(plain(quantity) or "0"),
            "productUnitCode": line.unit,
            "value": four(line.full_net / quantity),
            "currency": order.currency,
            "rowTotalDiscountAmount": four(line.discount),
            "rowTotalAfterDiscount": four(line.net),
            "rowTotalAfterDiscountIncludingTax": four(line.gross),
            "rowTotalAfterDiscountExcludingTax": four(line.net),
            "shipBy": None,
            "comment": None,
            "createdAt": seconds(order.created),
            "updatedAt": seconds(order.changed_at(as_of)),
        },
        "relationships": {
            "orders": to_many("orders", [str(order.number)]),
            "product": to_one("products", str(listing.number) if listing is not None else None),
            "parentProduct": to_one("products", None),
            "productUnit": to_one("productunits", line.unit),
            "kitItemLineItems": to_many("orderproductkititemlineitems", []),
        },
    }


def subtotals(world: World, as_of: datetime) -> Iterator[Record]:
    """With a relationship `order` that the wire does not show."""
    for order in channel_orders_of(world, "orocommerce", as_of):
        for row in _subtotals(order):
            yield row | {"relationships": {"order": to_one("orders", str(order.number))}}


def _subtotals(order: ChannelOrder) -> list[Record]:
    """Rows of one order. The tax of the delivery has no currency."""
    full = sum((x.full_net for x in order.lines), Decimal(0))
    off = sum((x.discount for x in order.lines), Decimal(0))
    vat, delivery = order.items_vat(), order.delivery_net
    rows = [_subtotal(order, "subtotal", "Subtotal", full)]
    if off:
        rows.append(_subtotal(order, "discount", "Discount", -off))
    rows.append(_subtotal(order, "shipping_cost", "Shipping", delivery))
    tax, shipping = _subtotal(order, "tax", "Tax", vat), _subtotal(order, "tax", "Shipping tax", order.delivery_vat)
    tax["attributes"]["data"] = _tax_data(order, order.items_net(), vat)
    shipping["id"] = f"{order.number}-tax-1"
    shipping["attributes"] |= {"currency": None, "visible": False}
    return [*rows, tax, shipping]


def _subtotal(order: ChannelOrder, kind: str, label: str, signed: Decimal) -> Record:
    return {
        "type": "ordersubtotals",
        "id": f"{order.number}-{kind}-0",
        "attributes": {
            "orderSubtotalType": kind,
            "label": label,
            "amount": four(abs(signed)),
            "signedAmount": four(signed),
            "currency": order.currency,
            "visible": True,
            "data": [],
        },
    }


def _tax_data(order: ChannelOrder, net: Decimal, vat: Decimal) -> Record:
    """Parts are not padded."""
    base = {"taxAmount": plain(vat), "currency": order.currency}
    total = {"includingTax": plain(net + vat), "excludingTax": plain(net), "adjustment": "0"}
    return {
        "total": total | base,
        "taxes": [{"tax": "VAT", "rate": "0.2", "taxableAmount": plain(net)} | base],
        "items": [{"unit": {}, "row": _row_tax(x), "taxes": []} for x in order.lines],
    }


def _row_tax(line: ChannelLine) -> Record:
    return {"excludingTax": plain(line.net), "taxAmount": plain(to_penny(line.vat))}


def trackings(world: World, as_of: datetime) -> Iterator[Record]:
    for order in channel_orders_of(world, "orocommerce", as_of):
        for key, parcel in _trackings(order, as_of):
            yield {
                "type": "ordershippingtrackings",
                "id": key,
                "attributes": {"method": parcel[0], "number": parcel[1]},
                "relationships": {"orders": to_many("orders", [str(order.number)])},
            }


def _trackings(order: ChannelOrder, as_of: datetime) -> list[tuple[str, tuple[str, str]]]:
    """Id, carrier and number of each tracked parcel that had left by then."""
    return [
        (str(order.number * 10 + n + 1), (parcel.carrier, parcel.tracking))
        for n, parcel in enumerate(order.parcels)
        if parcel.at <= as_of and parcel.tracking is not None
    ]
