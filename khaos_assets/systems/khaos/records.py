"""Wire records of Khaos Control (contract khaos, section 3). None = empty or absent ("unknown"), never zero.

Dates are London dates; instants are UTC. Money is in the currency named beside it; GBP where Khaos leaves it blank.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from khaos_assets.systems.wire import Measure, Money, Percent, Record, Units


class Site(Record, kw_only=True, frozen=True):
    """3.1. Key site_id; site_name is the value that stands as SITE in XML."""

    site_id: int
    site_name: str
    is_default: bool


class Barcode(msgspec.Struct, frozen=True, kw_only=True):
    kind: str | None
    barcode: str


class CountryRate(msgspec.Struct, frozen=True, kw_only=True):
    country_code: str
    percent: Percent


class UserDefined(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    kind: str | None
    value: str | None


class LinkItem(msgspec.Struct, frozen=True, kw_only=True):
    """link_type 1 upsell, 2 cross-sell, 3 pack (link_value = quantity contained), 4 associated."""

    stock_code: str
    link_type: int
    link_value: Units | None
    auto_add: bool


class StyleValue(msgspec.Struct, frozen=True, kw_only=True):
    """One step from a style parent down to this child: SCS/HEADING@LEVEL … STYLE DESCRIPTION."""

    level: int
    heading: str | None
    value: str


class StockItem(Record, kw_only=True, frozen=True):
    """3.3 with the key list of 3.2. Key stock_code (Khaos compares it without case); stock_id outlives a new code."""

    stock_id: str
    stock_code: str
    other_ref: str | None
    stock_desc: str | None
    long_desc: str | None
    web_teaser: str | None
    buy_price: Money | None
    buy_price_is_net: bool | None
    sell_price: Money | None
    sell_price_is_net: bool | None
    sell_price_web: Money | None
    vat_percent: Percent | None
    country_rates: list[CountryRate]
    stock_ttype: str | None
    stock_type: str | None
    stock_mid_type: str | None
    stock_sub_type: str | None
    manufacturer: str | None
    weight_kg: Measure | None
    height: Measure | None
    width: Measure | None
    depth: Measure | None
    country_of_manufacture: str | None
    lead_time_days: int | None
    stock_controlled: bool | None
    discontinued: bool
    web: bool
    drop_ship: bool | None
    run_to_zero: bool
    do_not_show: bool | None
    min_level: Units | None
    safe_level: Units | None
    reorder_multiple: Units | None
    sales_multiple: Units | None
    max_display_qty: int | None
    availability: str | None
    launch_date: date | None
    barcodes: list[Barcode]
    user_defined: list[UserDefined]
    options: list[str]
    links: list[LinkItem]
    is_style_parent: bool
    parent_code: str | None
    style_values: list[StyleValue]
    """Empty where Khaos exports the children flat: no size heading is known then."""
    last_updated: datetime | None


class StockLevel(Record, kw_only=True, frozen=True):
    """3.4: one item at one site, with the item's potential. Key (stock_code, site_name). level = free to sell."""

    stock_code: str
    stock_id: str | None
    site_id: int
    site_name: str
    level: Units | None
    status: int | None
    buy_price: Money | None
    sell_price: Money | None
    websell_price: Money | None
    safe_level: Units | None
    min_level: Units | None
    due_date: date | None
    build_potential_children: Units | None
    on_order_level: Units | None
    max_bo_qty: Units | None
    potential_available: Units | None
    potential_on_order: Units | None
    potential_back_order: Units | None
    """Per item over all sites: units on order lines that have no stock assigned. None = not readable."""


class AssignedPriceList(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    is_net: bool | None
    currency_code: str | None
    kind: int | None


class Customer(Record, kw_only=True, frozen=True):
    """3.5 ExportCompany with GetCompanyList. Key company_code. Addresses, contacts and passwords are never landed."""

    company_id: str
    company_code: str
    other_ref: str | None
    company_name: str | None
    tax_reference: str | None
    company_class: str | None
    company_type: str | None
    company_status: str | None
    currency_code: str | None
    sorder_locked: bool | None
    pays_vat: bool | None
    price_lists: list[AssignedPriceList]
    contacts: list[str]
    """For each e-mail and postcode it can be reached at, the lowest company code that has both; sorted."""
    last_updated: datetime | None


class CompanyInfo(Record, kw_only=True, frozen=True):
    """3.5 GetCompanyInfo. Key company_code. Money in currency_code."""

    company_code: str
    other_ref: str | None
    credit_limit: Money | None
    credit_overdue: Money | None
    credit_pending: Money | None
    credit_unallocated: Money | None
    outstanding_balance: Money | None
    terms_length: int | None
    terms_type: int | None
    terms_desc: str | None
    credit_stop: bool | None
    orders_held: bool | None
    currency_code: str | None
    price_lists: list[str]


class PriceListRow(Record, kw_only=True, frozen=True):
    """3.6. One row of one list's section. Key (price_list, section, owner, stock_code or stock_type, qty_start)."""

    price_list: str
    section: str
    owner: str | None
    stock_code: str | None
    stock_type: str | None
    qty_start: Units | None
    qty_end: Units | None
    amount_value: Money | None
    discount_value: Money | None
    mark_up: Money | None
    buy_price: Money | None
    sell_price: Money | None
    is_net: bool | None
    calculated_price: Money | None
    tax_percent: Percent | None


class InvoiceItem(msgspec.Struct, frozen=True, kw_only=True):
    stock_code: str
    qty_sent: Units


class Box(msgspec.Struct, frozen=True, kw_only=True):
    shipped: bool | None
    ship_date: date | None
    courier: str | None
    consignment_ref: str | None
    items: list[InvoiceItem]


class Invoice(msgspec.Struct, frozen=True, kw_only=True):
    invoice_code: str
    stage_id: int
    stage_desc: str | None
    courier: str | None
    consignment_ref: str | None
    qty_sold: Units | None
    qty_sent: Units | None
    invoice_date: date | None
    ship_date: date | None
    issue_date: date | None
    items: list[InvoiceItem]
    boxes: list[Box]


class SalesOrder(Record, kw_only=True, frozen=True):
    """3.7 ExportOrderStatusEx. Key sorder_code. order_type "S" sales order, "C" credit note (1, 2 read as these)."""

    sorder_code: str
    associated_ref: str | None
    company_code: str | None
    other_ref: str | None
    order_type: str
    courier: str | None
    currency_code: str | None
    items_gross: Money | None
    items_net: Money | None
    delivery_gross: Money | None
    delivery_net: Money | None
    date_created: date
    delivery_date: date | None
    qty_sold: Units | None
    qty_assigned: Units | None
    complete: bool
    cancelled_on: date | None
    cancel_reason: str | None
    is_cancelled: bool
    invoices: list[Invoice]


class OrderAsked(Record, kw_only=True, frozen=True):
    """A reference asked by ExportOrderStatusEx (MappingType 4, cancelled included), and whether any order answered."""

    associated_ref: str
    found: bool


class OrderLine(Record, kw_only=True, frozen=True):
    """3.8 ExportOrders. Key (sorder_code, line_no). Prices per unit in the order's currency.

    tax_code: 1 standard, 2 zero, 4 reduced.
    """

    sorder_code: str
    associated_ref: str | None
    line_no: int
    stock_code: str | None
    mapping_type: int | None
    description: str | None
    order_qty: Units
    price_net: Money | None
    price_gross: Money | None
    discount_percent: Percent | None
    tax_code: int | None
    site: str | None
    """The line's site, else the order's."""
    pack_sort_order: str | None
    import_ref: str | None
