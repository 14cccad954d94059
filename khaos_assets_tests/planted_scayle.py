"""Single things as SCAYLE shows them, for nights made by hand. Money is given in pounds and pence, as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zlib import crc32

from khaos_assets.systems.scayle import records as scayle
from khaos_assets.systems.wire import Record
from khaos_assets_tests.planted_records import LONG_AGO, Number

PENNY = Decimal("0.01")


def minor(amount: Decimal) -> int:
    return int(amount * 100)


def net_of(gross: Number, percent: Number) -> Decimal:
    """Without VAT, to the penny."""
    return (Decimal(gross) * 100 / (100 + Decimal(percent))).quantize(PENNY, ROUND_HALF_UP)


def scayle_shop(country: str = "GB", *, shop: str = "hl") -> scayle.Shop:
    return scayle.Shop(shop_key=shop, country_code=country)


def scayle_variant(sku: str, *, state: str = "live", ean: str | None = None) -> list[Record]:
    """A product with one variant: what is sold under this SKU."""
    number = crc32(sku.encode())
    return [
        scayle.Product(id=number, reference_key=f"P-{sku}", state=state, is_composite=False),
        scayle.Variant(id=number, product_id=number, reference_key=sku, ean=ean, is_composite=False),
    ]


def scayle_stock(
    sku: str,
    units: int,
    *,
    warehouse: str = "HUB",
    merchant: str | None = None,
    without_stock: bool = False,
    changed: datetime = LONG_AGO,
) -> scayle.Stock:
    """Units of a variant that a warehouse of the channel offers."""
    return scayle.Stock(
        variant_id=crc32(sku.encode()),
        warehouse_reference_key=warehouse,
        merchant_reference_key=merchant,
        quantity=units,
        changed_at=changed,
        sellable_without_stock=without_stock,
    )


def scayle_price(
    sku: str,
    gross: Number,
    *,
    country: str = "GB",
    currency: str = "GBP",
    percent: Number = 20,
    key: str = "1-100",
    **fields: Any,
) -> scayle.Price:
    """A list price, unless `group_key` or `promotion_key` is given."""
    return scayle.Price(
        variant_id=crc32(sku.encode()),
        key=key,
        price=minor(Decimal(gross)),
        tax=Decimal(percent),
        currency_code=currency,
        country_code=country,
        **fields,
    )


def unit(
    sku: str | None,
    gross: Number,
    *,
    net: Number | None = None,
    percent: Number = 20,
    full: Number | None = None,
    voucher: Number | None = None,
    status: str = "delivered",
    returned_at: datetime | None = None,
    shipped_at: datetime | None = None,
) -> dict[str, Any]:
    """One unit at its price; `full` is before any discount, `voucher` the price after an absolute voucher. Gross."""
    before = gross if full is None else full
    price: dict[str, Any] = {
        "with_tax": minor(Decimal(gross)),
        "without_tax": minor(net_of(gross, percent) if net is None else Decimal(net)),
        "undiscounted_with_tax": minor(Decimal(before)),
        "undiscounted_without_tax": minor(
            Decimal(net) if net is not None and full is None else net_of(before, percent)
        ),
        "tax": scayle.Tax(vat=scayle.Vat(rate=Decimal(percent) / 100)),
    }
    if voucher is not None:
        price["absolute_voucher_reduced_price"] = scayle.VoucherReduced(
            with_tax=minor(Decimal(voucher)), without_tax=minor(net_of(voucher, percent))
        )
    variant = scayle.OrderVariant(id=crc32((sku or "").encode()), reference_key=sku)
    return {
        "variant": variant,
        "status": status,
        "price": scayle.ItemPrice(**price),
        "returned_at": returned_at,
        "shipped_at": shipped_at,
    }


def fee(gross: Number, *, net: Number | None = None, category: str = "delivery", percent: Number = 20) -> scayle.Fee:
    amount = net_of(gross, percent) if net is None else Decimal(net)
    return scayle.Fee(
        category=category,
        key=category,
        amount=scayle.FeeAmount(with_tax=minor(Decimal(gross)), without_tax=minor(amount)),
    )


def scayle_order(
    reference: str,
    units: Sequence[dict[str, Any]] = (),
    *,
    fees: Sequence[scayle.Fee] = (),
    gross: Number | None = None,
    net: Number | None = None,
    country: str = "GB",
    currency: str = "GBP",
    status: str = "invoice_completed",
    order_code: str = "order_confirmed",
    billing: str = "billing_completed",
    at: datetime = LONG_AGO,
    changed: datetime | None = None,
    packages: Sequence[scayle.Package] = (),
) -> scayle.Order:
    """An order whose totals are the sums of its units and fees, unless they are given."""
    number = crc32(reference.encode())
    items = [scayle.OrderItem(id=n, **u) for n, u in enumerate(units, 1)]
    live = [i.price for i in items if i.status != "cancelled"]
    paid = [p.absolute_voucher_reduced_price or p for p in live]
    amounts = [f.amount for f in fees if f.amount is not None]
    with_tax = sum((p.with_tax or 0 for p in [*paid, *amounts]), 0)
    without_tax = sum((p.without_tax or 0 for p in [*paid, *amounts]), 0)
    return scayle.Order(
        id=number,
        reference_key=reference,
        status=status,
        detailed_status=scayle.DetailedStatus(
            order=scayle.Code(code=order_code), shipping=None, billing=scayle.Code(code=billing)
        ),
        currency_code=currency,
        shop_country=scayle.ShopCountry(shop_key="hl", country_code=country),
        items=items,
        packages=list(packages),
        payment=[],
        cost=scayle.Cost(
            with_tax=with_tax if gross is None else minor(Decimal(gross)),
            without_tax=without_tax if net is None else minor(Decimal(net)),
            applied_fees=list(fees),
            applied_reductions=[],
            has_external_prices=False,
        ),
        created_at=at,
        updated_at=changed or at,
        confirmed_at=at,
    )
