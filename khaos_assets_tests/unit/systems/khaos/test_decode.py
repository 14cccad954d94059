"""Every vocabulary is read in full, whatever the order and the dress of its elements."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from khaos_assets.systems.khaos import scrub
from khaos_assets.systems.khaos.records import (
    AssignedPriceList,
    Barcode,
    Box,
    CountryRate,
    Invoice,
    InvoiceItem,
    LinkItem,
    OrderLine,
    StyleValue,
    UserDefined,
)
from khaos_assets_tests.unit.systems.khaos.documents import NESTED, VOCABULARIES, answer, decoded, dressed, wrapped


def plain(entity: str) -> str:
    _, root, record, _ = VOCABULARIES[entity]
    return wrapped(root, record)


def only(entity: str) -> Any:
    found = decoded(entity, answer(plain(entity)))
    assert not found.quarantined
    return found.tables[entity][0]


@pytest.mark.parametrize("entity", VOCABULARIES)
@given(seed=st.integers(0, 10_000))
def test_order_comments_cdata_and_unknown_elements_make_no_difference(entity: str, seed: int) -> None:
    straight = decoded(entity, answer(plain(entity)))
    other = decoded(entity, answer(dressed(plain(entity), seed), cdata=bool(seed % 2)))
    assert other.tables == straight.tables
    assert not other.quarantined
    assert straight.tables[entity]


def test_a_stock_item_in_full() -> None:
    item = only("stock_items")
    assert (item.stock_id, item.stock_code, item.other_ref) == ("A3567_", " 07/1 é", "OTHER")
    assert (item.stock_desc, item.long_desc, item.web_teaser) == ("Mug & saucer", "Long", None)
    assert (item.buy_price, item.buy_price_is_net) == (Decimal("1.2345"), True)
    assert (item.sell_price, item.sell_price_is_net, item.sell_price_web) == (Decimal("117.50"), False, None)
    assert item.vat_percent == Decimal("17.5")
    assert item.country_rates == [CountryRate(country_code="DE", percent=Decimal(19))]
    assert (item.stock_ttype, item.stock_type, item.stock_mid_type, item.stock_sub_type) == ("T1", "T2", "T3", "T4")
    assert (item.weight_kg, item.height, item.width, item.depth) == (Decimal("0.35"), Decimal("10.5"), Decimal(8), None)
    assert (item.lead_time_days, item.max_display_qty, item.launch_date) == (14, 99, date(2026, 2, 28))
    assert (item.stock_controlled, item.discontinued, item.web, item.run_to_zero) == (True, False, True, False)
    assert item.barcodes == [
        Barcode(kind="EAN", barcode="5000000000001"),
        Barcode(kind="ITF", barcode="15000000000008"),
    ]
    assert item.user_defined == [UserDefined(name="Fabric", kind="text", value="Cotton")]
    assert item.options == ["Fragile"]
    assert item.links == [LinkItem(stock_code="PART", link_type=3, link_value=Decimal(2), auto_add=True)]
    assert (item.is_style_parent, item.parent_code, item.last_updated) == (False, None, None)


def test_a_nested_child_knows_its_parent_and_its_steps() -> None:
    parent, child = decoded("stock_items", answer(wrapped("STOCK_ITEMS", NESTED))).tables["stock_items"]
    assert (parent.stock_code, parent.is_style_parent) == ("SHIRT", True)
    assert (child.stock_code, child.parent_code, child.stock_desc) == ("SHIRT-R-10", "SHIRT", "Red shirt 10")
    assert child.style_values == [
        StyleValue(level=1, heading="Colour", value="Red"),
        StyleValue(level=2, heading="Size", value="10"),
    ]


def test_a_child_exported_both_ways_is_one_item() -> None:
    own = NESTED[NESTED.index("<SCS_ITEM>") : NESTED.index("</SCS_ITEM>")].replace("SCS_ITEM", "STOCK_ITEM")
    own = own.replace("DESCRIPTION", "STOCK_DESC") + "<MANUFACTURER>Maker</MANUFACTURER></STOCK_ITEM>"
    found = decoded("stock_items", answer(wrapped("STOCK_ITEMS", NESTED, own)))
    assert not found.quarantined
    child = found.tables["stock_items"][1]
    assert (child.manufacturer, child.parent_code, len(child.style_values)) == ("Maker", "SHIRT", 2)


def test_a_stock_level_in_full() -> None:
    level = only("stock_levels")
    assert (level.stock_code, level.site_id, level.site_name) == ("MUG", 1, "Main")
    assert (level.level, level.status, level.websell_price) == (Decimal("-2.5"), 2, None)
    assert (level.due_date, level.build_potential_children) == (date(2026, 12, 24), Decimal(3))
    assert (level.on_order_level, level.max_bo_qty, level.potential_back_order) == (Decimal(40), None, None)


def test_a_customer_in_full() -> None:
    customer = only("customers")
    assert (customer.company_id, customer.company_code, customer.company_class) == ("19653", "C1", "Trade")
    assert (customer.sorder_locked, customer.pays_vat, customer.currency_code) == (True, True, "EUR")
    assert customer.price_lists == [
        AssignedPriceList(name="Trade EUR", is_net=True, currency_code="EUR", kind=3),
        AssignedPriceList(name="Old", is_net=None, currency_code=None, kind=None),
    ]


def test_a_sales_order_in_full() -> None:
    order = only("sales_orders")
    assert (order.sorder_code, order.associated_ref, order.company_code, order.order_type) == ("SO1", "W-1", "C1", "S")
    assert (order.items_gross, order.items_net) == (Decimal(24), Decimal(20))
    assert (order.delivery_gross, order.delivery_net) == (Decimal(5), Decimal("4.17"))
    assert (order.date_created, order.delivery_date) == (date(2026, 11, 5), None)
    assert (order.qty_sold, order.qty_assigned, order.complete) == (Decimal(3), Decimal("2.5"), False)
    assert (order.is_cancelled, order.cancelled_on, order.cancel_reason) == (True, date(2026, 11, 6), "late")
    sent = [InvoiceItem(stock_code="MUG", qty_sent=Decimal(2))]
    box = Box(shipped=True, ship_date=date(2026, 11, 8), courier="RM", consignment_ref="R1", items=sent)
    assert order.invoices == [
        Invoice(
            invoice_code="I1",
            stage_id=70,
            stage_desc="Issued",
            courier="RM",
            consignment_ref="R1",
            qty_sold=Decimal(2),
            qty_sent=Decimal(2),
            invoice_date=date(2026, 11, 7),
            ship_date=date(2026, 11, 8),
            issue_date=None,
            items=sent,
            boxes=[box],
        )
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), [("S", "S"), ("1", "S"), ("C", "C"), ("2", "C")])
def test_an_order_type_is_a_letter_or_a_number(text: str, kind: str) -> None:
    document = plain("sales_orders").replace('TYPE_ID="S"', f'TYPE_ID="{text}"')
    assert decoded("sales_orders", answer(document)).tables["sales_orders"][0].order_type == kind


def test_order_lines_in_full() -> None:
    first, second = decoded("order_lines", answer(plain("order_lines"))).tables["order_lines"]
    assert first == OrderLine(
        sorder_code="SO1", associated_ref="W-1", line_no=1, stock_code="MUG", mapping_type=1, description=None,
        order_qty=Decimal(2), price_net=Decimal("8.3333"), price_gross=None, discount_percent=Decimal("12.5"),
        tax_code=1, site="Main", pack_sort_order="001.001", import_ref="L1",
    )  # fmt: skip
    assert (second.stock_code, second.price_gross, second.site) == (None, Decimal(5), "Shop")


def test_an_order_nobody_asked_for_leaves_its_lines_without_a_key() -> None:
    document = plain("order_lines").replace("<ASSOCIATED_REF>W-1<", "<ASSOCIATED_REF>W-2<")
    found = decoded("order_lines", answer(document))
    assert not found.tables["order_lines"]
    assert [q.key_readable for q in found.quarantined] == [False, False]


def test_a_price_row_in_full() -> None:
    row = only("price_lists")
    assert (row.price_list, row.section, row.owner) == ("Web", "StockItem-CustomerClassificationsList", "Web")
    assert (row.stock_code, row.qty_start, row.qty_end, row.amount_value) == (
        "MUG",
        Decimal(1),
        Decimal(9999),
        Decimal("9.5"),
    )
    assert (row.is_net, row.tax_percent, row.discount_value) == (True, Decimal(20), None)


@pytest.mark.parametrize(
    ("entity", "before", "after", "field"),
    [
        ("stock_items", ">1.2345<", ">1.23456<", "BUY_PRICE"),
        ("stock_items", ">117.50<", ">117,50<", "SELL_PRICE"),
        ("stock_items", "2026-02-28", "2026-02-30", "LAUNCH_DATE"),
        ("stock_items", "<WEB>-1</WEB>", "", "WEB"),
        ("stock_items", "<LINK_TYPE>3<", "<LINK_TYPE>three<", "LINK_TYPE"),
        ("stock_levels", "-2.5", "lots", "LEVEL"),
        ("stock_levels", 'SITE="Main"', 'SITE="Elsewhere"', "@SITE"),
        ("customers", "<SORDER_LOCKED>-1<", "<SORDER_LOCKED>maybe<", "SORDER_LOCKED"),
        ("sales_orders", "05/11/2026", "2026-11-05", "DATE_CREATED"),
        ("sales_orders", 'INVOICE_STAGE_ID="70"', 'INVOICE_STAGE_ID="x"', "INVOICE@INVOICE_STAGE_ID"),
        ("sales_orders", 'NET_VALUE="20.00"', 'NET_VALUE="20,00"', "ITEMS_TOTAL@NET_VALUE"),
        ("sales_orders", 'TYPE_ID="S"', 'TYPE_ID="Q"', "ORDER_TYPE@TYPE_ID"),
        ("order_lines", "<ORDER_QTY>2<", "<ORDER_QTY><", "ORDER_QTY"),
        ("price_lists", "9999", "many", "QtyEnd"),
    ],
)
def test_a_broken_field_sets_its_record_aside_and_is_named(entity: str, before: str, after: str, field: str) -> None:
    document = plain(entity)
    assert before in document
    found = decoded(entity, answer(document.replace(before, after)))
    assert [q.field for q in found.quarantined] == [field]
    assert found.quarantined[0].key_readable


def test_a_record_without_a_key_is_named_by_its_place() -> None:
    document = plain("stock_items").replace("<STOCK_CODE> 07/1 é</STOCK_CODE>", "<STOCK_CODE/>")
    (quarantined,) = decoded("stock_items", answer(document)).quarantined
    assert (quarantined.key, quarantined.key_readable, quarantined.field) == ("1:0", False, "STOCK_CODE")


def test_the_later_answer_counts_and_two_contents_in_one_round_do_not() -> None:
    first, second = plain("stock_items"), plain("stock_items").replace(">Maker<", ">Another<")
    later = decoded("stock_items", answer(second), answer(first), rounds=[1, 0])
    assert [i.manufacturer for i in later.tables["stock_items"]] == ["Another"]
    same = decoded("stock_items", answer(first), answer(first))
    assert (len(same.tables["stock_items"]), same.quarantined) == (1, [])
    both = decoded("stock_items", answer(first), answer(second))
    assert (both.tables["stock_items"], [q.reason for q in both.quarantined]) == (
        [],
        ["one identity with two contents"],
    )


@pytest.mark.parametrize(
    ("entity", "clean"),
    [
        ("customers", partial(scrub.companies, key=b"key")),
        ("sales_orders", scrub.order_statuses),
        ("order_lines", scrub.order_exports),
    ],
)
def test_personal_data_goes_and_the_records_stay(entity: str, clean: scrub.Scrub) -> None:
    document = plain(entity).replace("</SALES_ORDER>", "<NEW_NOTE>Ring Ada</NEW_NOTE></SALES_ORDER>")
    root = etree.fromstring(document)
    gone = clean(root)
    kept = etree.tostring(root, encoding="unicode")
    for text in ("Example", "hunter2", "u@example", "Agent", "4111", "AUTH_CODE", "SECURITY", "Ada", "ZZ11ZZ"):
        assert text not in kept
    assert dict(gone) == ({"NEW_NOTE": 1} if entity == "order_lines" else {})
    bare = decoded(entity, kept.encode())
    assert bare.tables == decoded(entity, answer(plain(entity))).tables
