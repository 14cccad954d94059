"""Single things as OroCommerce shows them, for nights made by hand. Money in major units, as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from zlib import crc32

from khaos_assets.systems.orocommerce import records as oro
from khaos_assets.systems.wire import Record
from khaos_assets_tests.planted_records import LONG_AGO, Number, decimal


def number_of(name: str) -> str:
    return str(crc32(name.encode()))


def oro_product(
    sku: str,
    *,
    status: Literal["enabled", "disabled"] = "enabled",
    kind: Literal["simple", "configurable", "kit"] = "simple",
) -> oro.Product:
    return oro.Product(
        id=number_of(sku), sku=sku, status=status, product_type=kind, created_at=LONG_AGO, updated_at=LONG_AGO
    )


def oro_stock(sku: str, units: Number, *, unit: str = "each", warehouse: str | None = None) -> oro.InventoryLevel:
    """Units of a product on offer; the edition has no warehouses unless one is given."""
    return oro.InventoryLevel(
        id=number_of(f"{sku}/{unit}/{warehouse}"),
        product_id=number_of(sku),
        sku=sku,
        unit=unit,
        warehouse=warehouse,
        quantity=Decimal(units),
    )


def oro_customer(
    key: str,
    *,
    name: str = "Corner Shop",
    group: str | None = None,
    term: str | None = None,
    external_id: str | None = None,
    created: datetime = LONG_AGO,
    changed: datetime = LONG_AGO,
) -> oro.Customer:
    return oro.Customer(
        id=key,
        name=name,
        external_id=external_id,
        group_id=group,
        payment_term_id=term,
        created_at=created,
        updated_at=changed,
    )


def oro_user(key: str, customer: str, *, enabled: bool = True, guest: bool = False) -> oro.CustomerUser:
    return oro.CustomerUser(
        id=key,
        customer_id=customer,
        confirmed=True,
        enabled=enabled,
        is_guest=guest,
        created_at=LONG_AGO,
        updated_at=LONG_AGO,
    )


def oro_line(
    sku: str | None,
    quantity: Number,
    net: Number,
    *,
    percent: Number = 20,
    discount: Number = 0,
    unit: str | None = "each",
    **fields: Any,
) -> dict[str, Any]:
    """A row; `net` of one unit before its discount, `discount` of the row, both without tax."""
    full = Decimal(quantity) * Decimal(net)
    row = full - Decimal(discount)
    return {
        "product_id": None if sku is None else number_of(sku),
        "product_sku": sku,
        "free_form_product": "something else" if sku is None else None,
        "quantity": Decimal(quantity),
        "product_unit_code": unit,
        "value": Decimal(net),
        "currency": "GBP",
        "row_total_discount_amount": Decimal(discount),
        "row_total_after_discount": row,
        "row_total_after_discount_including_tax": row * (100 + Decimal(percent)) / 100,
        "row_total_after_discount_excluding_tax": row,
        **fields,
    }


def oro_order(
    reference: str,
    lines: Sequence[dict[str, Any]] = (),
    *,
    customer: str | None = None,
    vat: Number | None = None,
    delivery: Number = 0,
    delivery_vat: Number | None = None,
    gross: Number | None = None,
    status: str = "open",
    currency: str = "GBP",
    at: datetime = LONG_AGO,
    changed: datetime | None = None,
    **fields: Any,
) -> list[Record]:
    """An order with lines and tax subtotals. VAT, total and discounts are those of its rows, unless they are given."""
    number = number_of(reference)
    net = sum((x["row_total_after_discount_excluding_tax"] for x in lines), Decimal(0))
    with_tax = sum((x["row_total_after_discount_including_tax"] for x in lines), Decimal(0))
    taxes = (with_tax - net).quantize(Decimal("0.01")) if vat is None else Decimal(vat)
    carriage = Decimal(delivery)
    on_delivery = (carriage / 5).quantize(Decimal("0.01")) if delivery_vat is None else Decimal(delivery_vat)
    total = net + taxes + carriage + on_delivery if gross is None else Decimal(gross)
    off = sum((x["row_total_discount_amount"] for x in lines), Decimal(0))
    values: dict[str, Any] = {
        "id": number,
        "identifier": reference,
        "currency": currency,
        "subtotal_value": net,
        "total_value": total.quantize(Decimal("0.0001")),
        "discount": off or None,
        "estimated_shipping_cost_amount": decimal(delivery),
        "internal_status": status,
        "shipping_status": "not_shipped",
        "customer_id": customer,
        "created_at": at,
        "updated_at": changed or at,
    }
    rows = [oro.OrderLineItem(id=str(int(number) * 100 + n), order_ids=[number], **x) for n, x in enumerate(lines, 1)]
    return [
        oro.Order(**values | fields),
        *rows,
        subtotal(number, "tax-0", taxes, currency=currency, at=changed or at),
        subtotal(number, "tax-1", on_delivery, currency=None, at=changed or at),
    ]


def subtotal(order: str, what: str, amount: Decimal, *, currency: str | None, at: datetime) -> oro.OrderSubtotal:
    return oro.OrderSubtotal(
        id=f"{order}-{what}",
        order_id=order,
        order_updated_at=at,
        order_subtotal_type=what.partition("-")[0],
        amount=amount,
        signed_amount=amount,
        currency=currency,
        visible=currency is not None,
    )


def oro_price_list(key: str, *, active: bool = True) -> oro.PriceList:
    return oro.PriceList(
        id=key,
        name=f"List {key}",
        active=active,
        actual=True,
        price_list_currencies=["GBP"],
        created_at=LONG_AGO,
        updated_at=LONG_AGO,
    )


def oro_price(
    sku: str, value: Number, *, price_list: str = "1", unit: str = "each", start: Number = 1, currency: str = "GBP"
) -> oro.ProductPrice:
    return oro.ProductPrice(
        id=f"{number_of(f'{sku}/{unit}/{start}/{currency}')}-{price_list}",
        price_list_id=price_list,
        product_id=number_of(sku),
        sku=sku,
        unit=unit,
        quantity=Decimal(start),
        value=Decimal(value),
        currency=currency,
    )
