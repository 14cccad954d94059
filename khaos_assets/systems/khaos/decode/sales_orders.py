"""`STATUS_LIST/ORDER_STATUS`: sales orders and credit notes with their invoices (contract 3.7).

The stage belongs to the invoice; an order may have several. Text of a total is gross, its attribute net.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from khaos_assets.systems.khaos.decode.gather import Gathered, answered, document
from khaos_assets.systems.khaos.fields import (
    MONEY,
    UNITS,
    Element,
    FieldError,
    Row,
    as_decimal,
    as_flag,
    as_integer,
    as_uk_date,
    names,
)
from khaos_assets.systems.khaos.records import Box, Invoice, InvoiceItem, OrderAsked, SalesOrder
from khaos_assets.systems.read import Decoded, Pages, WalkNotes

KNOWN = names(
    """COMPANY_NAME ORDER_TYPE COURIER CURRENCY_CODE ITEMS_TOTAL DELIVERY_TOTAL DATE_CREATED DELIVERY_DATE
    QTY_SOLD QTY_ASSIGNED COMPLETE CANCELLED INVOICES"""
)
_ORDER_TYPES = {"S": "S", "1": "S", "C": "C", "2": "C"}
"""The sample shows a letter, the comment a number: both are accepted."""


def decode_sales_orders(pages: Pages, notes: WalkNotes) -> Decoded:
    """Tables `sales_orders` and `sales_orders_asked`."""
    gathered = Gathered[SalesOrder]()
    for page in answered(pages, "ExportOrderStatusEx"):
        for number, element in enumerate(elements(document(pages, page, "STATUS_LIST"))):
            row = Row(element)
            gathered.add(page, number, element, partial(row.required_attribute, "SORDER_CODE"), partial(_order, row))
    orders = gathered.records()
    tables = {"sales_orders": orders, "sales_orders_asked": _asked(pages, notes)}
    return Decoded(tables, gathered.quarantined())


def order_references(decoded: Decoded) -> set[str]:
    """The associated references as they stand, prefixes included."""
    orders = decoded.tables["sales_orders"]
    if isinstance(orders, Sequence):
        return {o.associated_ref for o in orders if isinstance(o, SalesOrder) and o.associated_ref}
    return {r for r in orders["associated_ref"].unique().to_pylist() if r}


def elements(root: Element) -> list[Element]:
    return [e for e in root if e.tag == "ORDER_STATUS"]


def _asked(pages: Pages, notes: WalkNotes) -> list[OrderAsked]:
    """One row per reference asked; found = some order bears exactly this reference, readable or not."""
    known: set[str] = set()
    for page in answered(pages, "ExportOrderStatusEx"):
        known.update(e.get("ASSOCIATED_REF") or "" for e in elements(document(pages, page, "STATUS_LIST")))
    asked = set(notes.facts.get("references_found", ()))
    for page in answered(pages, "ExportOrderStatusEx"):
        asked.update(page.asked.get("references", ()))
    return [OrderAsked(associated_ref=r, found=r in known) for r in sorted(asked)]


def _order(row: Row) -> SalesOrder:
    type_id = row.child_attribute("ORDER_TYPE", "TYPE_ID") or row.text("ORDER_TYPE")
    order_type = _ORDER_TYPES.get((type_id or "").strip().upper())
    if order_type is None:
        raise FieldError("ORDER_TYPE@TYPE_ID", f"{(type_id or '')[:40]!r} is neither S, C, 1 nor 2")
    created = row.uk_date("DATE_CREATED")
    if created is None:
        raise FieldError("DATE_CREATED", "is missing or empty")
    cancelled = row.child("CANCELLED")
    cancellation = Row(cancelled) if cancelled is not None else None
    return SalesOrder(
        sorder_code=row.required_attribute("SORDER_CODE"),
        associated_ref=row.attribute("ASSOCIATED_REF"),
        company_code=row.child_attribute("COMPANY_NAME", "COMPANY_CODE"),
        other_ref=row.child_attribute("COMPANY_NAME", "OTHER_REF"),
        order_type=order_type,
        courier=row.text("COURIER"),
        currency_code=row.text("CURRENCY_CODE"),
        items_gross=row.decimal("ITEMS_TOTAL", MONEY),
        items_net=as_decimal("ITEMS_TOTAL@NET_VALUE", row.child_attribute("ITEMS_TOTAL", "NET_VALUE"), MONEY),
        delivery_gross=row.decimal("DELIVERY_TOTAL", MONEY),
        delivery_net=as_decimal("DELIVERY_TOTAL@NET_VALUE", row.child_attribute("DELIVERY_TOTAL", "NET_VALUE"), MONEY),
        date_created=created,
        delivery_date=row.uk_date("DELIVERY_DATE"),
        qty_sold=row.decimal("QTY_SOLD", UNITS),
        qty_assigned=row.decimal("QTY_ASSIGNED", UNITS),
        complete=row.required_flag("COMPLETE"),
        cancelled_on=cancellation.iso_date("CANCELLED_DATE_TIME") if cancellation else None,
        cancel_reason=cancellation.text("REASON") if cancellation else None,
        is_cancelled=cancellation is not None,
        invoices=[_invoice(Row(e)) for e in row.each("INVOICES", "INVOICE")],
    )


def _invoice(row: Row) -> Invoice:
    stage = as_integer("INVOICE@INVOICE_STAGE_ID", row.required_attribute("INVOICE_STAGE_ID"))
    assert stage is not None
    return Invoice(
        invoice_code=row.required_attribute("INVOICE_CODE"),
        stage_id=stage,
        stage_desc=row.attribute("INVOICE_STAGE_DESC"),
        courier=row.attribute("COURIER"),
        consignment_ref=row.attribute("CONSIGNMENT_REF"),
        qty_sold=as_decimal("INVOICE@QTY_SOLD", row.attribute("QTY_SOLD"), UNITS),
        qty_sent=as_decimal("INVOICE@QTY_SENT", row.attribute("QTY_SENT"), UNITS),
        invoice_date=_date(row, "INVOICE", "INVOICE_DATE"),
        ship_date=_date(row, "INVOICE", "SHIP_DATE"),
        issue_date=_date(row, "INVOICE", "ISSUE_DATE"),
        items=[_sent("INVOICE_ITEM", Row(e)) for e in row.each("INVOICE_ITEMS", "INVOICE_ITEM")],
        boxes=[_box(Row(e)) for e in row.element if e.tag == "BOX"],
    )


def _box(row: Row) -> Box:
    return Box(
        shipped=as_flag("BOX@SHIPPED", row.attribute("SHIPPED")),
        ship_date=_date(row, "BOX", "SHIP_DATE"),
        courier=row.attribute("COURIER"),
        consignment_ref=row.attribute("CONSIGNMENT_REF"),
        items=[_sent("BOX_ITEM", Row(e)) for e in row.element if e.tag == "BOX_ITEM"],
    )


def _sent(name: str, row: Row) -> InvoiceItem:
    units = as_decimal(f"{name}@QTY_SENT", row.required_attribute("QTY_SENT"), UNITS)
    assert units is not None
    return InvoiceItem(stock_code=row.required_attribute("STOCK_CODE"), qty_sent=units)


def _date(row: Row, element: str, name: str) -> date | None:
    """Dates in this document are DD/MM/YYYY."""
    return as_uk_date(f"{element}@{name}", row.attribute(name))
