"""OroCommerce records in the words of the warehouse: money, units, states, by the catalogue's terms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from khaos_assets.config import Night, Settings
from khaos_assets.systems import orocommerce
from khaos_assets.systems.arrow import to_arrow
from khaos_assets.systems.orocommerce.reads import SYSTEM
from khaos_assets.systems.orocommerce.records import (
    Customer,
    CustomerUser,
    InventoryLevel,
    Order,
    OrderAsked,
    OrderLineItem,
    OrderSubtotal,
    PriceList,
    Product,
    ProductPrice,
    ShippingTracking,
)
from khaos_assets.systems.wire import Record
from khaos_assets.warehouse.configuration import load_configuration
from khaos_assets.warehouse.database import HERE, prepare

CONFORM = Path(orocommerce.__file__).parent / "conform"
NIGHT = Night.of("2026-11-20")
AT = datetime(2026, 11, 17, 13, 0, 25, tzinfo=UTC)
D = Decimal


def order(key: str = "1", **fields: Any) -> Order:
    """125.40 in all: goods 100 with 20 tax, delivery 4.50 with 0.90 tax."""
    usual: dict[str, Any] = {
        "identifier": f"B2B-{key}", "currency": "GBP", "subtotal_value": D(100), "total_value": D("125.4"),
        "estimated_shipping_cost_amount": D(5), "shipping_discount": D("0.5"), "internal_status": "open",
        "shipping_status": "not_shipped", "customer_id": "7", "created_at": AT, "updated_at": AT,
    }  # fmt: skip
    return Order(id=key, **(usual | fields))


def subtotal(order_id: str, kind: str, amount: str, currency: str | None = "GBP", at: datetime = AT) -> OrderSubtotal:
    return OrderSubtotal(
        id=f"{order_id}-{kind}-{currency}", order_id=order_id, order_updated_at=at, order_subtotal_type=kind,
        amount=D(amount), signed_amount=D(amount), currency=currency, visible=True,
    )  # fmt: skip


def taxes(order_id: str = "1", items: str = "20", delivery: str = "0.9") -> list[OrderSubtotal]:
    return [
        subtotal(order_id, "subtotal", "100"),
        subtotal(order_id, "tax", items),
        subtotal(order_id, "tax", delivery, None),
    ]


def line(key: str, **fields: Any) -> OrderLineItem:
    """Four at 10.00."""
    usual: dict[str, Any] = {
        "order_ids": ["1"], "product_id": "9", "product_sku": "MUG", "quantity": D(4), "product_unit_code": "each",
        "value": D(10), "currency": "GBP", "updated_at": AT,
    }  # fmt: skip
    return OrderLineItem(id=key, **(usual | fields))


def conformed(
    select: str, records: Sequence[Record], *, aside: Sequence[tuple[str, str, str]] = (), **merchant: Any
) -> list[Any]:
    """Rows of a conformed table. `aside`: entity, key and text of records that were set aside."""
    settings = Settings.of_merchant(
        {
            "merchant": {"name": "Test"},
            "orocommerce": {},
            "mapping": {"units": {"each": 1, "case": 12}},
            **merchant,
        }
    )
    with prepare(duckdb.connect()) as db:
        load_configuration(db, settings, NIGHT)
        db.execute((HERE / "kept.sql").read_text(encoding="utf-8"))
        db.execute((HERE / "tables.sql").read_text(encoding="utf-8"))
        db.execute("CREATE SCHEMA wire")
        for read in SYSTEM.reads:
            figures = [NIGHT.date, read.entity, f"hash of {read.entity}"]
            db.execute(
                "INSERT INTO control_read VALUES (?, 'orocommerce', ?, 0, 0, 0, '', '', ?, '[]', NULL, NULL, NULL)",
                figures,
            )
            for name, record in read.tables.items():
                table = to_arrow([r for r in records if type(r) is record], record)
                db.register("arrow", table)
                db.execute(f"CREATE TABLE wire.orocommerce_{name} AS FROM arrow")
                db.unregister("arrow")
        for entity, key, raw in aside:
            db.execute("INSERT INTO quarantine VALUES ('orocommerce', ?, ?, TRUE, 1, 0, '', '', ?)", [entity, key, raw])
        for statement in sorted(CONFORM.glob("*.sql")):
            db.execute(f"INSERT INTO {statement.stem} BY NAME {statement.read_text(encoding='utf-8')}")
        return db.execute(select).fetchall()


MONEY = (
    "SELECT items_net, items_gross, delivery_net, delivery_gross, total_net, total_gross FROM sales_order "
    "ORDER BY source_key"
)


def test_vat_is_the_tax_subtotals_and_that_of_delivery_has_no_currency() -> None:
    assert conformed(MONEY, [order(), *taxes()]) == [
        (D(100), D(120), D("4.5"), D("5.4"), D("104.5"), D("125.4"))
    ]  # fmt: skip


def test_an_override_of_the_delivery_cost_wins() -> None:
    rows = [order(overridden_shipping_cost_amount=D(0), shipping_discount=None), *taxes(delivery="0")]
    assert conformed(MONEY, rows) == [(D("105.4"), D("125.4"), D(0), D(0), D("105.4"), D("125.4"))]


def test_where_the_shops_prices_include_tax_so_does_its_delivery_cost() -> None:
    gross = order(total_value=D("124.5"))
    rows = conformed(MONEY, [gross, *taxes(delivery="0.75")], channels={"orocommerce": {"prices_include_tax": True}})
    assert rows == [(D(100), D(120), D("3.75"), D("4.5"), D("103.75"), D("124.5"))]


def test_an_order_without_tax_rows_has_none_and_one_without_subtotals_is_unknown() -> None:
    rows = [order("1"), subtotal("1", "subtotal", "100"), order("2")]
    without, unknown = conformed(MONEY, rows)
    assert (without[0], without[4]) == (D("120.9"), D("125.4"))
    assert unknown == (None, None, D("4.5"), None, None, D("125.4"))


def test_a_subtotal_that_was_set_aside_leaves_the_vat_unknown() -> None:
    rows = [order("1"), *taxes("1"), order("11"), *taxes("11")]
    broken, whole = conformed(MONEY, rows, aside=[("order_subtotals", "1-tax-3", "{}")])
    assert (broken[0], broken[4], whole[0]) == (None, None, D(100))


def test_a_float_of_the_shop_is_rounded_once_when_it_becomes_money() -> None:
    rows = [order(shipping_discount=D("0.30000000000000004")), *taxes()]
    assert conformed("SELECT delivery_net FROM sales_order", rows) == [(D("4.7"),)]


def test_states_of_an_order_and_when_it_changed() -> None:
    later = datetime(2026, 11, 18, tzinfo=UTC)
    rows = [
        order("1"), order("2", internal_status="cancelled", updated_at=later),
        order("3", internal_status="closed", shipping_status="shipped"),
        order("4", internal_status=None, shipping_status="partially_shipped"),
        line("8", order_ids=["4"], updated_at=later),
        order("5", currency="EUR"), subtotal("5", "tax", "1", at=later),
    ]  # fmt: skip
    select = "status, market, shipped, confirmed_at IS NOT NULL, cancelled_at, changed_at, account_key"
    assert conformed(f"SELECT reference, {select} FROM sales_order ORDER BY reference", rows) == [
        ("B2B-1", "open", "orocommerce/GBP", False, True, None, AT, "7"),
        ("B2B-2", "cancelled", "orocommerce/GBP", False, False, later, later, "7"),
        ("B2B-3", "complete", "orocommerce/GBP", True, True, None, AT, "7"),
        ("B2B-4", "open", "orocommerce/GBP", False, True, None, later, "7"),
        ("B2B-5", "open", "orocommerce/EUR", False, True, None, later, "7"),
    ]


LINES = "SELECT sku, quantity, line_net, discount_net, voucher_net FROM order_line ORDER BY line"


def test_a_line_is_what_the_row_says_without_tax_else_value_times_quantity_less_discount() -> None:
    rows = [
        line("1", row_total_after_discount_excluding_tax=D("37.5"), row_total_discount_amount=D("2.5")),
        line("2", row_total_discount_amount=D("1.25")),
        line("3", quantity=D("2.5"), value=D("0.3333")),
        line("10", value=None),
    ]
    assert conformed(LINES, rows) == [
        ("MUG", D(4), D("37.5"), D("2.5"), D(0)),
        ("MUG", D(4), D("38.75"), D("1.25"), D(0)),
        ("MUG", D("2.5"), D("0.8333"), D(0), D(0)),
        ("MUG", D(4), None, D(0), D(0)),
    ]


def test_what_the_order_takes_off_beyond_its_rows_is_booked_on_the_first_line() -> None:
    rows = [
        order(discount=D(5), total_discounts_amount=D("1.5")),
        line("2", row_total_after_discount_excluding_tax=D(38), row_total_discount_amount=D(2)),
        line("10"),
    ]
    assert conformed(LINES, rows) == [
        ("MUG", D(4), D("33.5"), D("6.5"), D("4.5")),
        ("MUG", D(4), D(40), D(0), D(0)),
    ]


def test_prices_with_tax_are_made_net_by_the_orders_own_vat() -> None:
    """Goods 120 with 20 tax: five sixths are net."""
    rows = [order(total_value=D("124.5")), *taxes(), line("1", value=D(12), row_total_discount_amount=D(6))]
    ((_, _, net, discount, _),) = conformed(LINES, rows, channels={"orocommerce": {"prices_include_tax": True}})
    assert (net, discount) == (D(35), D(5))


def test_units_are_base_units_and_an_unmapped_unit_leaves_them_unknown() -> None:
    rows = [line("1", quantity=D(2), product_unit_code="case"), line("2", product_unit_code="pallet")]
    assert conformed("SELECT quantity, unit FROM order_line ORDER BY line", rows) == [(D(24), "case"), (None, "pallet")]


def test_a_free_form_line_has_no_sku_and_a_line_of_a_deleted_product_keeps_it() -> None:
    rows = [
        line("1", product_id=None, product_sku=None, free_form_product="Engraving"),
        line("2", product_id=None, product_sku="OLD"),
    ]
    assert conformed("SELECT sku FROM order_line ORDER BY line", rows) == [(None,), ("OLD",)]


def test_a_line_that_was_set_aside_is_on_its_order_with_unknown_units() -> None:
    raw = (
        '{"id":"5","attributes":{"productSku":"MUG"},"relationships":{"orders":{"data":[{"type":"orders","id":"1"}]}}}'
    )
    rows = conformed(
        "SELECT order_key, sku, quantity FROM order_line ORDER BY line",
        [line("4")],
        aside=[("order_line_items", "5", raw), ("order_line_items", "6", '{"cut o')],
    )
    assert rows == [("1", "MUG", D(4)), ("1", "MUG", None)]


def test_stock_is_shown_in_base_units_per_warehouse() -> None:
    def level(key: str, unit: str, sku: str | None = "MUG", warehouse: str | None = None) -> InventoryLevel:
        return InventoryLevel(id=key, product_id="9", sku=sku, unit=unit, warehouse=warehouse, quantity=D("2.5"))

    rows = [level("1", "each"), level("2", "case", warehouse="North"), level("3", "pallet"), level("4", "each", None)]
    assert conformed("SELECT sku, place, unit, quantity FROM stock_position ORDER BY source_key", rows) == [
        ("MUG", "", "each", D("2.5")),
        ("MUG", "North", "case", D(30)),
        ("MUG", "", "pallet", None),
    ]


def test_a_level_that_was_set_aside_leaves_its_products_stock_unknown() -> None:
    mug = Product(id="9", sku="MUG", status="enabled", product_type="simple", created_at=AT, updated_at=AT)
    other = InventoryLevel(id="1", product_id="9", sku="MUG", unit="each", warehouse="North", quantity=D(2))
    raw = '{"id":"5","relationships":{"product":{"data":{"id":"9"}}}}'
    aside = [("inventory_levels", "5", raw), ("inventory_levels", "6", '{"id":"6","product_id":"9"}')]
    rows = conformed("SELECT sku, place, quantity FROM stock_position ORDER BY source_key", [mug, other], aside=aside)
    assert rows == [("MUG", "North", D(2)), ("MUG", "North", None), ("MUG", "North", None)]


def test_enabled_products_are_active_and_live_and_kits_are_packs() -> None:
    def product(key: str, kind: Any, status: Any = "enabled") -> Product:
        return Product(id=key, sku=f"S{key}", status=status, product_type=kind, created_at=AT, updated_at=AT)

    rows = [product("1", "simple", "disabled"), product("2", "kit"), product("3", "configurable")]
    assert conformed("SELECT sku, item_id, kind, active, live FROM item ORDER BY sku", rows) == [
        ("S1", "1", "simple", False, False),
        ("S2", "2", "pack", True, True),
        ("S3", "3", "style_parent", True, True),
    ]


def test_a_parcel_belongs_to_each_order_it_serves() -> None:
    rows = [ShippingTracking(id="1", order_ids=["1", "2"], method="DPD", number="1Z")]
    assert conformed("SELECT order_key, tracking, courier FROM parcel ORDER BY order_key", rows) == [
        ("1", "1Z", "DPD"),
        ("2", "1Z", "DPD"),
    ]


def test_an_account_is_a_guest_when_all_its_users_are_and_enabled_when_one_is() -> None:
    def company(key: str) -> Customer:
        return Customer(
            id=key, name=f"C{key}", external_id=f"X{key}", parent_id="1" if key != "1" else None, group_id="3",
            payment_term_id="2", created_at=AT, updated_at=AT,
        )  # fmt: skip

    def user(key: str, customer: str, *, guest: bool, enabled: bool) -> CustomerUser:
        return CustomerUser(
            id=key, customer_id=customer, confirmed=True, enabled=enabled, is_guest=guest, created_at=AT, updated_at=AT
        )

    rows = [
        company("1"), company("2"), company("3"),
        user("1", "1", guest=True, enabled=False), user("2", "1", guest=False, enabled=True),
        user("3", "2", guest=True, enabled=False),
    ]  # fmt: skip
    select = "SELECT source_key, other_ref, parent_key, price_group, terms, guest, user_enabled FROM account ORDER BY 1"
    assert conformed(select, rows) == [
        ("1", "1", None, "3", "2", False, True),
        ("2", "2", "1", "3", "2", True, False),
        ("3", "3", "1", "3", "2", False, False),
    ]
    by_external = conformed(select, rows, customers={"identifier": "externalId"})
    assert [r[1] for r in by_external] == ["X1", "X2", "X3"]


def test_prices_say_their_list_whether_it_is_active_and_on_which_basis() -> None:
    rows = [
        PriceList(
            id="1", name="L", active=False, actual=True, price_list_currencies=["GBP"], created_at=AT, updated_at=AT
        ),
        ProductPrice(
            id="a-1", price_list_id="1", product_id="9", sku="MUG", unit="each", quantity=D(10), value=D("2.25"),
            currency="GBP",
        ),
    ]  # fmt: skip
    select = "SELECT sku, price_list, active, unit, quantity_from, amount, currency, is_net, snapshot FROM price"
    assert conformed(select, rows) == [
        ("MUG", "1", False, "each", D(10), D("2.25"), "GBP", True, "hash of product_prices")
    ]


def test_orders_that_were_asked_for_are_told_as_the_shop_writes_them() -> None:
    rows = [OrderAsked(reference="B2B-9", found=False)]
    assert conformed("FROM order_asked", rows) == [("orocommerce", "B2B-9", False)]
