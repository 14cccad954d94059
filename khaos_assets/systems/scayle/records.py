"""Wire records of the SCAYLE Admin API (contract scayle, 3.1 to 3.8). Instants are UTC; money is whole minor units.

Only what the exception catalogue needs; of an order no person, address, note or code that a person was given.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from khaos_assets.systems.wire import Measure, Percent, Record


class Nested(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A part of a record."""


class Shop(Record, kw_only=True, frozen=True, rename="camel"):
    """One country of one shop. Key (shop_key, country_code), spelled as its path is."""

    shop_key: str = msgspec.field(name="askedShop")
    country_code: str


class ShopCountry(Nested, kw_only=True, frozen=True):
    shop_key: str
    country_code: str
    """Alpha-2 and upper case in the tables, whatever the wire wrote."""


class Warehouse(Record, kw_only=True, frozen=True, rename="camel"):
    """One warehouse. Key id."""

    id: int
    reference_key: str | None = None
    shop_countries: list[ShopCountry] | None = None


class Master(Nested, kw_only=True, frozen=True):
    reference_key: str | None = None


class Product(Record, kw_only=True, frozen=True, rename="camel"):
    """One product, for example a colour of a style. Key id. `state` is an open set of words."""

    id: int
    reference_key: str | None = None
    state: str
    is_composite: bool | None = None
    master: Master | None = None


class Variant(Record, kw_only=True, frozen=True, rename="camel"):
    """One variant: what is sold. Key id. reference_key is usually the SKU."""

    id: int
    product_id: int = msgspec.field(name="askedProduct")
    reference_key: str | None = None
    ean: str | None = None
    is_composite: bool | None = None


class Stock(Record, kw_only=True, frozen=True, rename="camel"):
    """Sellable units of one variant in one warehouse for one merchant: together its key. May be negative."""

    variant_id: int = msgspec.field(name="askedVariant")
    warehouse_reference_key: str
    merchant_reference_key: str | None = None
    quantity: int
    changed_at: datetime
    sellable_without_stock: bool
    expected_availability_at: datetime | None = None


class Price(Record, kw_only=True, frozen=True, rename="camel"):
    """One price of one variant, gross, in minor units. Key (variant_id, key). valid_to None: open."""

    variant_id: int = msgspec.field(name="askedVariant")
    key: str
    price: int | None = None
    old_price: int | None = None
    tax: Percent | None = None
    currency_code: str
    country_code: str | None = None
    group_key: str | None = None
    promotion_key: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    merchant_reference_key: str | None = None


class Code(Nested, kw_only=True, frozen=True):
    code: str | None = None


class DetailedStatus(Nested, kw_only=True, frozen=True):
    order: Code | None = None
    shipping: Code | None = None
    billing: Code | None = None


class Vat(Nested, kw_only=True, frozen=True):
    rate: Measure | None = None
    """A fraction, 0.19; a price has percent instead (contract 7)."""


class Tax(Nested, kw_only=True, frozen=True):
    vat: Vat | None = None


class ReductionAmount(Nested, kw_only=True, frozen=True):
    absolute_with_tax: int | None = None


class Reduction(Nested, kw_only=True, frozen=True):
    category: str | None = None
    type: str | None = None
    amount: ReductionAmount | None = None


class VoucherReduced(Nested, kw_only=True, frozen=True):
    """The price after an absolute voucher (the wire writes a capital O here)."""

    with_tax: int | None = None
    without_tax: int | None = msgspec.field(default=None, name="withOutTax")


class ItemPrice(Nested, kw_only=True, frozen=True):
    """Of one unit. On orders with external prices only with_tax is certain."""

    with_tax: int
    without_tax: int | None = None
    undiscounted_with_tax: int | None = None
    undiscounted_without_tax: int | None = msgspec.field(default=None, name="undiscountedWithOutTax")
    tax: Tax | None = None
    absolute_voucher_reduced_price: VoucherReduced | None = None
    applied_reductions: list[Reduction] | None = None


class OrderVariant(Nested, kw_only=True, frozen=True):
    id: int
    reference_key: str | None = None


class OrderItem(Nested, kw_only=True, frozen=True):
    """One unit (contract 3.7). `status` is an open set of words."""

    id: int
    variant: OrderVariant
    warehouse_id: int | None = None
    status: str
    price: ItemPrice
    shipped_at: datetime | None = None
    cancelled_at: datetime | None = None
    returned_at: datetime | None = None


class Tracking(Nested, kw_only=True, frozen=True):
    id: str | None = None


class Package(Nested, kw_only=True, frozen=True):
    shipment_key: str | None = None
    carrier_key: str | None = None
    delivery_status: str | None = None
    tracking: Tracking | None = None
    shipped_at: datetime | None = None


class Payment(Nested, kw_only=True, frozen=True):
    key: str | None = None
    amount: int | None = None
    is_gift_card: bool | None = None


class FeeAmount(Nested, kw_only=True, frozen=True):
    with_tax: int | None = None
    without_tax: int | None = None


class Fee(Nested, kw_only=True, frozen=True):
    category: str | None = None
    key: str | None = None
    amount: FeeAmount | None = None
    tax: Tax | None = None


class Cost(Nested, kw_only=True, frozen=True):
    """Totals of an order (contract 3.8)."""

    with_tax: int
    without_tax: int | None = None
    with_membership_discount: int | None = msgspec.field(
        default=None, name="withTaxWithMembershipDiscountWithoutServiceCosts"
    )
    without_tax_with_membership_discount: int | None = None
    applied_fees: list[Fee] | None = None
    applied_reductions: list[Reduction] | None = None
    has_external_prices: bool | None = None


class Order(Record, kw_only=True, frozen=True, rename="camel"):
    """One order, from its detail. Key id. `status` and codes are open sets of words."""

    id: int
    reference_key: str | None = None
    status: str
    detailed_status: DetailedStatus | None = None
    currency_code: str
    shop_country: ShopCountry
    items: list[OrderItem]
    packages: list[Package] | None = None
    payment: list[Payment] | None = None
    cost: Cost
    has_membership_discount: bool = False
    """Made when the order was landed: the discount itself may be anything."""
    created_at: datetime
    updated_at: datetime
    confirmed_at: datetime | None = None


class OrderAsked(Record, kw_only=True, frozen=True):
    """A reference that another system knows, without the channel's prefix, and whether SCAYLE has the order."""

    full_reference: str
    found: bool
