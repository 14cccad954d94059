"""Single things as a system shows them: wire records with sensible defaults, for nights made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from khaos_assets.config import Night
from khaos_assets.systems.khaos import records as khaos
from khaos_assets.systems.wair import records as wair
from khaos_assets.systems.wire import Record

NIGHT = Night.of("2026-11-20")
AS_OF = NIGHT.as_of
LONG_AGO = AS_OF - timedelta(days=30)
Number = str | int | Decimal


def minutes_ago(minutes: float, microseconds: int = 0) -> datetime:
    """An instant before the night's as-of; `microseconds` moves it later."""
    return AS_OF - timedelta(minutes=minutes) + timedelta(microseconds=microseconds)


def decimal(value: Number | None) -> Decimal | None:
    return None if value is None else Decimal(value)


# Khaos Control


def site(name: str, *, default: bool = False, site_id: int = 2) -> khaos.Site:
    return khaos.Site(site_id=site_id, site_name=name, is_default=default)


def stock_item(code: str, **fields: Any) -> khaos.StockItem:
    """A plain stocked item: costs 2.50 net, sells at 12.00 with 20 % VAT, not on the web. Prices may be text."""
    values: dict[str, Any] = {f.name: None for f in msgspec.structs.fields(khaos.StockItem)}
    values |= {
        "stock_id": f"id-{code}",
        "stock_code": code,
        "stock_desc": f"A {code}",
        "buy_price": "2.50",
        "buy_price_is_net": True,
        "sell_price": "12.00",
        "sell_price_is_net": False,
        "vat_percent": "20",
        "country_rates": [],
        "stock_controlled": True,
        "discontinued": False,
        "web": False,
        "run_to_zero": False,
        "barcodes": [],
        "user_defined": [],
        "options": [],
        "links": [],
        "is_style_parent": False,
        "style_values": [],
        "last_updated": LONG_AGO,
    }
    values |= fields
    for name in ("buy_price", "sell_price", "sell_price_web", "vat_percent", "safe_level"):
        values[name] = decimal(values[name])
    values["barcodes"] = [khaos.Barcode(kind=None, barcode=b) if isinstance(b, str) else b for b in values["barcodes"]]
    return khaos.StockItem(**values)


def pack(code: str, contents: Mapping[str, Number], **fields: Any) -> khaos.StockItem:
    """A pack parent (moves with its contents; not stock controlled; without prices unless given)."""
    links = [
        khaos.LinkItem(stock_code=c, link_type=3, link_value=decimal(q), auto_add=False) for c, q in contents.items()
    ]
    return stock_item(code, **{"links": links, "stock_controlled": False, "buy_price": None} | fields)


def style_parent(code: str, **fields: Any) -> khaos.StockItem:
    return stock_item(code, **{"is_style_parent": True, "stock_controlled": False} | fields)


def style_child(code: str, parent: str, *, size: str | None = None, **fields: Any) -> khaos.StockItem:
    """A size of a style: no prices and no basis of its own; with a size heading only where `size` is given."""
    values = [khaos.StyleValue(level=1, heading="Size", value=size)] if size else []
    own = {"parent_code": parent, "style_values": values, "buy_price": None, "buy_price_is_net": None}
    return stock_item(code, **own | {"sell_price": None, "sell_price_is_net": None} | fields)


def level(
    code: str,
    units: Number | None,
    *,
    site_name: str = "Main",
    back_order: Number | None = 0,
    on_order: Number | None = None,
    build_potential: Number | None = None,
) -> khaos.StockLevel:
    """What Khaos says is free to sell at a site."""
    values: dict[str, Any] = {f.name: None for f in msgspec.structs.fields(khaos.StockLevel)}
    values |= {
        "stock_code": code,
        "site_id": 1,
        "site_name": site_name,
        "level": decimal(units),
        "potential_back_order": decimal(back_order),
        "potential_on_order": decimal(on_order),
        "build_potential_children": decimal(build_potential),
    }
    return khaos.StockLevel(**values)


def customer(
    code: str = "C1",
    *,
    company_class: str | None = "Web",
    price_lists: Sequence[str | khaos.AssignedPriceList] = (),
    **fields: Any,
) -> khaos.Customer:
    """An account reached by nobody else; a price list given by its name is net, in pounds."""
    values: dict[str, Any] = {f.name: None for f in msgspec.structs.fields(khaos.Customer)}
    values |= {
        "company_id": f"id-{code}",
        "company_code": code,
        "company_class": company_class,
        "company_status": "Active",
        "price_lists": [price_list(p) if isinstance(p, str) else p for p in price_lists],
        "contacts": [code],
    }
    return khaos.Customer(**values | fields)


def price_list(name: str, *, is_net: bool | None = True, currency: str | None = "GBP") -> khaos.AssignedPriceList:
    return khaos.AssignedPriceList(name=name, is_net=is_net, currency_code=currency, kind=3)


def terms(code: str = "C1", **fields: Any) -> khaos.CompanyInfo:
    """Terms of an account: nothing held."""
    values: dict[str, Any] = {f.name: None for f in msgspec.structs.fields(khaos.CompanyInfo)}
    values |= {"company_code": code, "credit_stop": False, "orders_held": False, "price_lists": []}
    return khaos.CompanyInfo(**values | fields)


def listed_price(
    name: str, code: str, amount: Number | None, *, start: Number | None = 1, end: Number | None = 9999
) -> khaos.PriceListRow:
    """A row of a Khaos price list."""
    values: dict[str, Any] = {f.name: None for f in msgspec.structs.fields(khaos.PriceListRow)}
    values |= {"price_list": name, "section": "StockItem-CustomerClassificationsList", "owner": name}
    values |= {
        "stock_code": code,
        "qty_start": decimal(start),
        "qty_end": decimal(end),
        "amount_value": decimal(amount),
    }
    return khaos.PriceListRow(**values)


def invoice(
    sent: Mapping[str, Number],
    *,
    shipped_on: date | None = date(2026, 11, 1),
    code: str = "INV1",
    stage: int = 70,
) -> khaos.Invoice:
    """Units that Khaos shows as sent."""
    items = [khaos.InvoiceItem(stock_code=c, qty_sent=Decimal(q)) for c, q in sent.items()]
    units = sum((i.qty_sent for i in items), Decimal(0))
    return khaos.Invoice(
        invoice_code=code,
        stage_id=stage,
        stage_desc=None,
        courier="DPD",
        consignment_ref=None,
        qty_sold=units,
        qty_sent=units,
        invoice_date=shipped_on,
        ship_date=shipped_on,
        issue_date=shipped_on,
        items=items,
        boxes=[],
    )


def line(
    code: str | None,
    quantity: Number,
    gross: Number | None = None,
    *,
    net: Number | None = None,
    discount: Number | None = None,
    tax_code: int | None = 1,
    site_name: str | None = None,
) -> dict[str, Any]:
    """One order line; give `gross`, `net`, or neither where line prices cannot be read."""
    return {
        "stock_code": code,
        "order_qty": Decimal(quantity),
        "price_gross": decimal(gross),
        "price_net": decimal(net),
        "discount_percent": decimal(discount),
        "tax_code": tax_code,
        "site": site_name,
    }


def order(
    code: str,
    reference: str | None,
    lines: Sequence[dict[str, Any] | tuple[Any, ...]] = (),
    *,
    invoices: Sequence[khaos.Invoice] = (),
    complete: bool = False,
    cancelled: bool = False,
    company: str = "C1",
    order_type: str = "S",
    currency: str | None = None,
    created_on: date = date(2026, 11, 1),
    items_net: Number | None = None,
    items_gross: Number | None = None,
    delivery_net: Number | None = None,
    delivery_gross: Number | None = None,
    with_lines: bool = True,
) -> list[Record]:
    """A sales order with its lines; a line is `line(…)` or its positional arguments (code, quantity, gross price)."""
    made = [x if isinstance(x, dict) else line(*x) for x in lines]
    quantity = sum((x["order_qty"] for x in made), Decimal(0))
    header = khaos.SalesOrder(
        sorder_code=code,
        associated_ref=reference,
        company_code=company,
        other_ref=None,
        order_type=order_type,
        courier="DPD",
        currency_code=currency,
        items_gross=decimal(items_gross),
        items_net=decimal(items_net),
        delivery_gross=decimal(delivery_gross),
        delivery_net=decimal(delivery_net),
        date_created=created_on,
        delivery_date=None,
        qty_sold=quantity,
        qty_assigned=quantity,
        complete=complete,
        cancelled_on=date(2026, 11, 2) if cancelled else None,
        cancel_reason=None,
        is_cancelled=cancelled,
        invoices=list(invoices),
    )
    rest: dict[str, Any] = {"mapping_type": 1, "description": None, "pack_sort_order": None, "import_ref": None}
    detail = [
        khaos.OrderLine(sorder_code=code, associated_ref=reference, line_no=n, **rest, **x)
        for n, x in enumerate(made, 1)
    ]
    return [header, *(detail if with_lines else [])]


# WAIR


def wair_item(sku: str, **fields: Any) -> wair.Item:
    values: dict[str, Any] = {"style_id": f"style-{sku}", "active": True, "updated_at": LONG_AGO} | fields
    return wair.Item(sku_id=sku, **values)


def body_map(size: str | None = None, *, displayed: bool = True, reason: str | None = None) -> wair.BodyMap:
    return wair.BodyMap(code="B1", size=size, displayed=displayed, reason=reason)


def wair_stock(
    sku: str,
    on_hand: Number,
    *,
    allocated: Number = 0,
    available: Number | None = None,
    location: str = "L1",
    at: datetime = LONG_AGO,
) -> wair.Stock:
    """Stock on hand at a location; available is on hand less allocated unless given."""
    free = Decimal(on_hand) - Decimal(allocated) if available is None else Decimal(available)
    return wair.Stock(
        location_id=location,
        sku_id=sku,
        on_hand=Decimal(on_hand),
        allocated=Decimal(allocated),
        available=free,
        updated_at=at,
    )


def dispatch(
    key: str,
    reference: str,
    lines: Mapping[str, Number] | Sequence[tuple[str, Number]],
    *,
    at: datetime = LONG_AGO,
    location: str = "L1",
    carrier: str = "DPD-12",
    tracking: str | None = "",
) -> wair.Dispatch:
    """A parcel; no lines = voided. Its tracking number is its own key unless given (None = none)."""
    pairs = lines.items() if isinstance(lines, Mapping) else lines
    return wair.Dispatch(
        dispatch_id=key,
        order_reference=reference,
        location_id=location,
        carrier_service=carrier,
        tracking_number=f"T-{key}" if tracking == "" else tracking,
        dispatched_at=at,
        lines=[wair.DispatchLine(sku_id=s, quantity=Decimal(q)) for s, q in pairs],
        updated_at=at,
    )


def transfer(
    key: str,
    sku: str,
    shipped: Number,
    *,
    received: Number = 0,
    origin: str = "L1",
    goal: str = "L9",
    at: datetime | None = LONG_AGO,
) -> wair.Transfer:
    return wair.Transfer(
        transfer_id=key,
        from_location_id=origin,
        to_location_id=goal,
        sku_id=sku,
        quantity_shipped=Decimal(shipped),
        quantity_received=Decimal(received),
        shipped_at=at,
        updated_at=at or LONG_AGO,
    )


def stocked(
    code: str, available: Number, on_hand: Number | None = None, *, at: datetime = LONG_AGO, **fields: Any
) -> list[Record]:
    """An item that both systems know and that agrees, unless WAIR has another figure on hand."""
    held = available if on_hand is None else on_hand
    return [stock_item(code, **fields), level(code, available), wair_item(code), wair_stock(code, held, at=at)]
