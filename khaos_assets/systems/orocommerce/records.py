"""Wire records of OroCommerce's back-office API (contract orocommerce, sections 3.2 to 3.7), flat.

A field is an attribute of the row unless `to_one` or `to_many` names a relationship: then it is the id at its other
end. Instants are UTC, whole seconds on the wire. No person's name, e-mail, address or note is asked for.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from khaos_assets.systems.wire import Money, Record, Units

Computed = Annotated[Decimal, msgspec.Meta(extra={"places": 17})]
"""What the shop computes when asked: a float on the wire (0.30000000000000004), or unrounded."""


def to_one(relationship: str) -> msgspec.Meta:
    """The field is the id of the row that this relationship leads to."""
    return msgspec.Meta(extra={"to_one": relationship})


def to_many(relationship: str) -> msgspec.Meta:
    """The field lists the ids of the rows that this relationship leads to."""
    return msgspec.Meta(extra={"to_many": relationship})


class Product(Record, kw_only=True, frozen=True, rename="camel"):
    """Key id. `sku` is the business key."""

    id: str
    sku: str
    status: Literal["enabled", "disabled"]
    product_type: Literal["simple", "configurable", "kit"]
    inventory_status: Annotated[str | None, to_one("inventory_status")] = None
    created_at: datetime
    updated_at: datetime


class ProductRef(Record, kw_only=True, frozen=True):
    """A product beside a row that names it. One without a readable SKU is told by the read of products."""

    id: str
    sku: str | None = None


class UnitPrecision(Record, kw_only=True, frozen=True):
    """A unit in which a product is kept; `unit` is its code."""

    id: str
    unit: Annotated[str, to_one("unit")]


class Warehouse(Record, kw_only=True, frozen=True):
    """Enterprise edition."""

    id: str
    name: str


class LevelRow(Record, kw_only=True, frozen=True, rename="camel"):
    """A row of /inventorylevels as it comes; SKU, unit and warehouse stand in the rows it leads to."""

    id: str
    quantity: Units
    product_id: Annotated[str, to_one("product")]
    unit_precision_id: Annotated[str, to_one("productUnitPrecision")]


class WarehouseLevelRow(LevelRow, kw_only=True, frozen=True, rename="camel"):
    """Enterprise edition."""

    warehouse_id: Annotated[str, to_one("warehouse")]


class InventoryLevel(Record, kw_only=True, frozen=True):
    """Stock on hand of one product in one unit (and warehouse). Key id. No change time."""

    id: str
    product_id: str
    sku: str | None
    unit: str
    warehouse: str | None
    """Its name; None where the edition has no warehouses."""
    quantity: Units


class Order(Record, kw_only=True, frozen=True, rename="camel"):
    """Key id; `identifier` is the order number. Money in major units of `currency`."""

    id: str
    identifier: str
    currency: str
    subtotal_value: Money
    total_value: Money
    total_discounts_amount: Money | None = None
    """Manual discounts."""
    discount: Computed | None = None
    """Promotions, those on lines included, that on delivery not."""
    shipping_discount: Computed | None = None
    estimated_shipping_cost_amount: Money | None = None
    overridden_shipping_cost_amount: Money | None = None
    shipping_method: str | None = None
    shipping_method_type: str | None = None
    internal_status: Annotated[
        Literal["open", "cancelled", "closed", "pending", "processing"] | None, to_one("internalStatus")
    ] = None
    shipping_status: Annotated[
        Literal["not_shipped", "partially_shipped", "shipped"] | None, to_one("shippingStatus")
    ] = None
    customer_id: Annotated[str | None, to_one("customer")] = None
    payment_term_id: Annotated[str | None, to_one("paymentTerm")] = None
    created_at: datetime
    updated_at: datetime


class OrderAsked(Record, kw_only=True, frozen=True):
    """An order that another system names, asked for by its number, or one that was set aside. Key reference."""

    reference: str
    found: bool


class OrderLineItem(Record, kw_only=True, frozen=True, rename="camel"):
    """Key id. `quantity` in `product_unit_code`; free form: a line without a product."""

    id: str
    order_ids: Annotated[list[str], to_many("orders")]
    product_id: Annotated[str | None, to_one("product")] = None
    product_sku: str | None = None
    free_form_product: str | None = None
    quantity: Units
    product_unit_code: str | None = None
    value: Money | None = None
    """Unit price."""
    currency: str | None = None
    row_total_discount_amount: Computed | None = None
    row_total_after_discount: Computed | None = None
    row_total_after_discount_including_tax: Computed | None = None
    row_total_after_discount_excluding_tax: Computed | None = None
    updated_at: datetime | None = None


class OrderOfSubtotals(Record, kw_only=True, frozen=True, rename="camel"):
    """A row of /orders as it comes with its subtotals."""

    id: str
    subtotal_ids: Annotated[list[str], to_many("orderSubtotals")]
    updated_at: datetime


class SubtotalRow(Record, kw_only=True, frozen=True, rename="camel"):
    """A row of /ordersubtotals as it comes. Its id ends in a position and is not stable."""

    id: str
    order_subtotal_type: Literal["subtotal", "discount", "shipping_cost", "tax"]
    amount: Money
    signed_amount: Money
    currency: str | None = None
    """None on the row of delivery's tax."""
    visible: bool


class OrderSubtotal(Record, kw_only=True, frozen=True):
    """Key id, within one snapshot. Recomputed when read: the order's stored total may differ."""

    id: str
    order_id: str
    order_updated_at: datetime
    order_subtotal_type: str
    amount: Money
    signed_amount: Money
    currency: str | None = None
    visible: bool


class ShippingTracking(Record, kw_only=True, frozen=True, rename="camel"):
    """A parcel. Key id. It may serve several orders; no times."""

    id: str
    order_ids: Annotated[list[str], to_many("orders")]
    method: str
    number: str


class Customer(Record, kw_only=True, frozen=True, rename="camel"):
    """A company. Key id. `external_id` from version 7.1."""

    id: str
    name: str
    external_id: str | None = None
    parent_id: Annotated[str | None, to_one("parent")] = None
    group_id: Annotated[str | None, to_one("group")] = None
    payment_term_id: Annotated[str | None, to_one("paymentTerm")] = None
    created_at: datetime
    updated_at: datetime


class CustomerUser(Record, kw_only=True, frozen=True, rename="camel"):
    """A person who may buy for a company, by number only. Key id."""

    id: str
    customer_id: Annotated[str | None, to_one("customer")] = None
    confirmed: bool
    enabled: bool
    is_guest: bool
    created_at: datetime
    updated_at: datetime


class PriceList(Record, kw_only=True, frozen=True, rename="camel"):
    """Key id."""

    id: str
    name: str
    active: bool
    actual: bool
    price_list_currencies: list[str]
    created_at: datetime
    updated_at: datetime


class PriceRow(Record, kw_only=True, frozen=True, rename="camel"):
    """A row of /productprices as it comes."""

    id: str
    price_list_id: Annotated[str, to_one("priceList")]
    product_id: Annotated[str, to_one("product")]
    unit: Annotated[str, to_one("unit")]
    quantity: Units
    value: Money
    currency: str


class ProductPrice(Record, kw_only=True, frozen=True):
    """One price from one quantity on. Key id. With or without tax: a setting of the shop."""

    id: str
    price_list_id: str
    product_id: str
    sku: str | None
    unit: str
    quantity: Units
    value: Money
    currency: str
