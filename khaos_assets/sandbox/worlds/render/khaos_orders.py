"""Khaos orders: status with invoices and parcels, and the lines with their prices (contract khaos, 3.7 and 3.8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from khaos_assets.sandbox.worlds.amounts import order_totals
from khaos_assets.sandbox.worlds.clock import local, local_date
from khaos_assets.sandbox.worlds.model import Invoice, Item, Order, World
from khaos_assets.sandbox.worlds.positions import ZERO, is_complete
from khaos_assets.sandbox.worlds.render.spelling import Record, flag, money, spoil
from khaos_assets.sandbox.worlds.truth import plain
from khaos_assets.sandbox.worlds.vocabulary import COUNTRIES

STAGES = {
    1: "Cancelled",
    12: "Picking",
    14: "Shipping",
    17: "Waiting for date",
    18: "Waiting for stock",
    21: "Terms hold",
    70: "Issued",
    71: "Issued archived",
}
_ARCHIVED_AFTER = timedelta(days=30)
_WAY = (18, 12, 14)
"""The stages that a waiting order goes through, one a night, back to waiting for stock where nothing leaves."""


def orders_of(world: World, as_of: datetime) -> list[Order]:
    """The orders that existed by then, by order code."""
    return sorted((o for o in world.orders if o.created <= as_of), key=lambda o: o.code)


def sales_orders(world: World, as_of: datetime) -> Iterator[Record]:
    """The `ORDER_STATUS` element."""
    for order in orders_of(world, as_of):
        yield spoil(_status(world, order, as_of), order.broken)


def _status(world: World, order: Order, as_of: datetime) -> Record:
    sent = order.sent(as_of)
    sold = sum((x.quantity for x in order.lines if x.item is not None), ZERO)
    cancelled = order.cancelled_at is not None and order.cancelled_at <= as_of
    complete = bool(sent) and (order.is_credit or is_complete(order, sent))
    net, gross = _totals(world, order)
    record: Record = {
        "@SORDER_CODE": order.code,
        "@ASSOCIATED_REF": order.reference,
        "COMPANY_NAME": {
            "@COMPANY_CODE": order.customer.code,
            "@OTHER_REF": order.customer.other_ref,
            "#text": order.customer.name,
        },
        "ORDER_TYPE": {"@TYPE_ID": "C", "#text": "Credit Note"}
        if order.is_credit
        else {"@TYPE_ID": "S", "#text": "Sales Order"},
        "COURIER": order.courier,
        "CURRENCY_CODE": "" if order.currency == "GBP" and order.customer.company_class == "Trade" else order.currency,
        "ITEMS_TOTAL": {"@NET_VALUE": money(net), "#text": money(gross)},
        "DELIVERY_TOTAL": {"@NET_VALUE": money(order.delivery_net), "#text": money(order.delivery_gross)},
        "DATE_CREATED": local_date(order.created),
        "DELIVERY_DATE": local_date(order.created + timedelta(days=2)),
        "QTY_SOLD": plain(sold),
        "QTY_ASSIGNED": "0" if order.unassigned or cancelled else plain(sold),
        "COMPLETE": flag(complete and not cancelled),
        "INVOICES": _invoices(world, order, as_of, sent, complete or cancelled),
        "_created_at": local(order.created),
    }
    if cancelled and order.cancelled_at is not None:
        record["CANCELLED"] = {
            "CANCELLED_DATE_TIME": local(order.cancelled_at).replace("T", " "),
            "REASON": "Customer changed their mind",
            "USER_NAME": "SALES",
        }
    return record


def _totals(world: World, order: Order) -> tuple[Decimal, Decimal]:
    """Its lines are what they are by now: computed once for all nights."""
    if order.totals is None:
        order.totals = order_totals(world, order)
    return order.totals


def stage_at(world: World, order: Order, as_of: datetime) -> int:
    """The stage on a night of what was not sent yet."""
    if order.waiting_stage not in _WAY and not order.stages:
        return order.waiting_stage
    night = next(n for n, x in enumerate(world.nights) if x.as_of == as_of)
    if order.stages:
        return order.stages[night % len(order.stages)]
    return _WAY[(_WAY.index(order.waiting_stage) + night) % len(_WAY)]


def _invoices(world: World, order: Order, as_of: datetime, sent: dict[Item, Decimal], closed: bool) -> Any:
    rows = [_invoice(x, as_of) for x in order.invoices if x.at <= as_of]
    if not closed and (order.waiting_stage or order.stages):
        rows.append(_waiting(order, sent, stage_at(world, order, as_of)))
    return {"INVOICE": rows} if rows else ""


def _invoice(invoice: Invoice, as_of: datetime) -> Record:
    """Issued: QTY_SENT speaks."""
    stage = 71 if invoice.at < as_of - _ARCHIVED_AFTER else 70
    day = local_date(invoice.at)
    units = plain(sum(invoice.units.values(), ZERO))
    record: Record = {
        "@INVOICE_CODE": invoice.code,
        "@INVOICE_STAGE_ID": str(stage),
        "@INVOICE_STAGE_DESC": STAGES[stage],
        "@COURIER": invoice.courier,
        "@CONSIGNMENT_REF": invoice.tracking or "",
        "@TRACKING_URL": "",
        "@QTY_SOLD": units,
        "@QTY_SENT": units,
        "@INVOICE_DATE": day,
        "@SHIP_DATE": day,
        "@ISSUE_DATE": day,
        "@MOVED": "0",
        "INVOICE_ITEMS": {"INVOICE_ITEM": _sent(invoice.units)},
    }
    if invoice.boxes:
        record["BOX"] = [
            {
                "@SHIPPED": "-1",
                "@SHIP_DATE": day,
                "@COURIER": invoice.courier,
                "@CONSIGNMENT_REF": tracking or "",
                "@TRACKING_URL": "",
                "BOX_ITEM": _sent(units),
            }
            for tracking, units in invoice.boxes
        ]
    return record


def _sent(units: dict[Item, Decimal]) -> list[Record]:
    return [{"@STOCK_CODE": i.code, "@QTY_SENT": plain(q)} for i, q in units.items()]


def _waiting(order: Order, sent: dict[Item, Decimal], stage: int) -> Record:
    """An invoice on its way through the stages: nothing of it is sent yet."""
    left = {i: q - sent.get(i, ZERO) for i, q in order.ordered().items() if q > sent.get(i, ZERO)}
    return {
        "@INVOICE_CODE": f"P{order.code}",
        "@INVOICE_STAGE_ID": str(stage),
        "@INVOICE_STAGE_DESC": STAGES[stage],
        "@COURIER": order.courier,
        "@CONSIGNMENT_REF": "",
        "@TRACKING_URL": "",
        "@QTY_SOLD": plain(sum(left.values(), ZERO)),
        "@QTY_SENT": "0",
        "@INVOICE_DATE": local_date(order.created),
        "@SHIP_DATE": "",
        "@ISSUE_DATE": "",
        "@MOVED": "-1",
        "INVOICE_ITEMS": {"INVOICE_ITEM": [{"@STOCK_CODE": i.code, "@QTY_SENT": "0"} for i in left]} if left else "",
    }


def order_lines(world: World, as_of: datetime) -> Iterator[Record]:
    """The `SALES_ORDER` element in the import vocabulary. Persons and addresses in it are invented."""
    for order in orders_of(world, as_of):
        _, gross = _totals(world, order)
        yield {
            "_sorder_code": order.code,
            "CUSTOMER_DETAIL": _customer(order),
            "PAYMENTS": {
                "PAYMENT_DETAIL": {
                    "PAYMENT_AMOUNT": money(gross + order.delivery_gross),
                    "PAYMENT_TYPE": "2" if order.customer.company_class == "Retail" else "3",
                    "AUTH_CODE": "000000",
                }
            },
            "ORDER_HEADER": {
                "ORDER_DATE": local(order.created),
                "ORDER_AMOUNT": money(gross + order.delivery_gross),
                "ORDER_CURRENCY_CODE": "" if order.currency == "GBP" else order.currency,
                "SITE": world.sites[0] if order.site_on_lines else order.site,
                "ASSOCIATED_REF": order.reference,
                "DELIVERY_NET": money(order.delivery_net),
                "DELIVERY_TAX": money(order.delivery_gross - order.delivery_net),
                "COURIER_DESC": order.courier,
            },
            "ORDER_ITEMS": {"ORDER_ITEM": [_line(order, n) for n in range(len(order.lines))]},
        }


def _line(order: Order, number: int) -> Record:
    line = order.lines[number]
    record: Record = {
        "STOCK_CODE": line.item.code if line.item else "",
        "MAPPING_TYPE": "1",
        "STOCK_DESC": line.description,
        "ORDER_QTY": plain(line.quantity),
        "PRICE_NET" if line.price_is_net else "PRICE_GRS": money(line.price),
        "KSD_DISCOUNT": plain(line.discount),
        "TAX_RATE": str(line.tax_code),
        "SITE": order.site if order.site_on_lines or number % 5 == 4 else "",
    }
    if line.pack_sort:
        record["PACK_SORT_ORDER"] = line.pack_sort
    return record


def _customer(order: Order) -> Record:
    customer = order.customer
    return {
        "IS_NEW_CUSTOMER": "0",
        "COMPANY_CODE": customer.code,
        "OTHER_REF": customer.other_ref,
        "COMPANY_CLASS": customer.company_class,
        "COMPANY_NAME": customer.name,
        "ADDRESSES": {
            "INVADDR": {
                "IFORENAME": "Alex",
                "ISURNAME": "Example",
                "IADDR1": "1 Example Street",
                "ITOWN": "Exampleton",
                "IPOSTCODE": "ZZ1 1ZZ",
                "ICOUNTRY_CODE": COUNTRIES.get(customer.country, ("GB",))[0],
                "IEMAIL": f"{customer.code.lower()}@example.com",
                "ITEL": "01632 960000",
            }
        },
    }
