"""A healthy installation is read whole, by every read, and nothing personal is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from khaos_assets.systems.khaos.reads import SYSTEM
from khaos_assets_tests.integration.systems.khaos import shop
from khaos_assets_tests.integration.systems.khaos.conftest import Misbehave
from khaos_assets_tests.integration.systems.khaos.reading import take

ALL = [r.entity for r in SYSTEM.reads]


def test_every_read_of_a_healthy_shop_is_complete(shop_with: Misbehave) -> None:
    taken = take(shop_with(), *ALL)
    assert {e: t.verdict for e, t in taken.items()} == dict.fromkeys(ALL, "COMPLETE")
    assert {e: str(t.notes.proof) for e, t in taken.items()} == {
        "sites": "two_pass",
        "stock_items": "counted",
        "stock_levels": "counted",
        "customers": "counted",
        "company_info": "counted",
        "price_lists": "two_pass",
        "sales_orders": "overlap_only",
        "order_lines": "overlap_only",
    }
    assert {e: len(t.rows(e)) for e, t in taken.items()} == {
        "sites": 2, "stock_items": 134, "stock_levels": 268, "customers": 7, "company_info": 7, "price_lists": 2,
        "sales_orders": 120, "order_lines": 120,
    }  # fmt: skip


def test_no_personal_text_is_kept(shop_with: Misbehave) -> None:
    for entity, taken in take(shop_with(), *ALL).items():
        for body in taken.landed.bodies:
            assert not [p for p in shop.PRIVATE if p.encode() in body], entity


def test_a_second_decoding_of_the_same_pages_gives_the_same_records(shop_with: Misbehave) -> None:
    for entity, taken in take(shop_with(), *ALL).items():
        again = SYSTEM.read(entity).decode(taken.landed, taken.notes)
        assert again.tables == taken.decoded.tables
        taken.landed.pages.reverse()
        assert SYSTEM.read(entity).decode(taken.landed, taken.notes).tables == taken.decoded.tables


def test_an_item_is_read_exactly(shop_with: Misbehave) -> None:
    taken = take(shop_with(), "stock_items")["stock_items"]
    items = {i.stock_code: i for i in taken.rows("stock_items")}
    item = items["ITEM-001"]
    assert (item.buy_price, item.buy_price_is_net, item.sell_price_web) == (Decimal("4.125"), True, None)
    assert item.last_updated == datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
    assert (item.launch_date, item.barcodes[0].barcode) == (date(2026, 1, 31), "5000000000001")
    assert items["07 1/2 ÄÖ"].stock_desc == "About 07 1/2 ÄÖ & more"
    assert items[shop.STYLE].is_style_parent
    assert [items[c].parent_code for c in shop.CHILDREN] == [shop.STYLE, shop.STYLE]
    assert items[shop.CHILDREN[0]].style_values == []
    assert taken.notes.facts["unknown_elements"] == {"NEWER_FIELD": 134}


def test_children_nested_in_their_parent_become_items_with_their_size(shop_with: Misbehave) -> None:
    taken = take(shop_with({"switch": "nested_scs"}), "stock_items")["stock_items"]
    assert taken.verdict == "COMPLETE"
    items = {i.stock_code: i for i in taken.rows("stock_items")}
    assert len(items) == 134
    child = items[shop.CHILDREN[1]]
    assert (child.parent_code, child.stock_desc) == (shop.STYLE, "About STYLE-1-R-12 & more")
    assert [(s.level, s.heading, s.value) for s in child.style_values] == [(1, "Colour", "Red"), (2, "Size", "12")]


def test_levels_are_per_site_with_the_potential_of_the_item(shop_with: Misbehave) -> None:
    levels = take(shop_with(), "stock_levels")["stock_levels"].rows("stock_levels")
    found = {(r.stock_code, r.site_name): r for r in levels}
    assert found["ITEM-001", "Main"].level == Decimal(7)
    assert found["ITEM-001", "Shop & Co"].level == Decimal("-3.5")
    assert found["ITEM-001", "Shop & Co"].site_id == 2
    assert found["ITEM-001", "Main"].potential_back_order == Decimal("2.5")
    assert found["ITEM-001", "Main"].due_date == date(2026, 12, 1)


def test_rows_that_name_their_site_are_read_the_same(shop_with: Misbehave) -> None:
    plain = take(shop_with(), "stock_levels")["stock_levels"]
    for switch in ({"switch": "per_site_rows"}, {"switch": "per_site_rows", "all_sites": True}, {"switch": "cdata"}):
        taken = take(shop_with(switch), "stock_levels")["stock_levels"]
        assert taken.verdict == "COMPLETE", switch
        assert taken.rows("stock_levels") == plain.rows("stock_levels"), switch


def test_an_order_is_read_with_its_invoices(shop_with: Misbehave) -> None:
    orders = {o.sorder_code: o for o in take(shop_with(), "sales_orders")["sales_orders"].rows("sales_orders")}
    order = orders["SO00001"]
    assert (order.associated_ref, order.company_code, order.order_type) == ("W00001", "C0002", "S")
    assert (order.items_gross, order.items_net, order.complete) == (Decimal(24), Decimal(20), True)
    assert order.date_created == date(2026, 11, 18)
    (invoice,) = order.invoices
    assert (invoice.stage_id, invoice.consignment_ref, invoice.ship_date) == (70, "RM1", date(2026, 11, 19))
    assert [(i.stock_code, i.qty_sent) for i in invoice.items] == [("ITEM-001", Decimal(2))]
    assert (orders["SO00008"].order_type, orders["SO00009"].is_cancelled) == ("C", True)
    assert orders["SO00010"].associated_ref is None


def test_lines_belong_to_the_order_that_was_asked_for(shop_with: Misbehave) -> None:
    taken = take(shop_with(), "sales_orders", "order_lines")["order_lines"]
    lines = {x.sorder_code: x for x in taken.rows("order_lines")}
    assert len(lines) == 120
    assert (lines["SO00007"].associated_ref, lines["SO00008"].associated_ref) == ("W00007", "W00007")
    assert (lines["SO00001"].price_net, lines["SO00001"].tax_code, lines["SO00001"].site) == (Decimal(10), 1, "Main")
    singles = {p.asked["sorder_code"] for p in taken.landed.pages if "sorder_code" in p.asked}
    assert {"SO00007", "SO00008", "SO00010"} <= singles


def test_references_are_asked_for_and_say_whether_an_order_bears_them(shop_with: Misbehave) -> None:
    known = ["W00001", "W00009", "w00002", "NOBODY", "a,b", " "]
    taken = take(shop_with(), "sales_orders", references=known, order_window_days=1)["sales_orders"]
    asked = {a.associated_ref: a.found for a in taken.rows("sales_orders_asked")}
    assert asked == {"W00001": True, "W00009": True, "w00002": False, "NOBODY": False}
    assert taken.notes.facts["references_not_askable"] == ["a,b"]
    assert {"SO00001", "SO00009"} <= taken.keys("sales_orders", "sorder_code")
    assert taken.verdict == "COMPLETE"


def test_a_reference_is_also_asked_for_with_its_channels_prefix(shop_with: Misbehave) -> None:
    taken = take(shop_with(), "sales_orders", references=["00001"], prefixes={"web": "W"}, order_window_days=1)
    asked = {a.associated_ref: a.found for a in taken["sales_orders"].rows("sales_orders_asked")}
    assert asked == {"00001": False, "W00001": True}


def test_orders_of_the_last_snapshot_are_found_outside_the_window(shop_with: Misbehave) -> None:
    earlier = {"sales_orders": [f"SO{n:05d}" for n in range(1, 121)]}
    taken = take(shop_with(), "sales_orders", earlier=earlier, order_window_days=1)["sales_orders"]
    assert (taken.verdict, len(taken.rows("sales_orders"))) == ("COMPLETE", 120)


def test_an_order_that_khaos_no_longer_gives_makes_the_read_incomplete(shop_with: Misbehave) -> None:
    taken = take(shop_with(), "sales_orders", earlier={"sales_orders": ["SO99999"]})["sales_orders"]
    assert taken.faults == ["order_vanished"]


def test_every_order_comes_by_its_company_where_that_is_configured(shop_with: Misbehave) -> None:
    taken = take(shop_with(), "sales_orders", "order_lines", order_enumeration="companies", order_window_days=1)
    assert {str(t.notes.proof) for t in taken.values()} == {"two_pass", "counted"}
    assert {t.verdict for t in taken.values()} == {"COMPLETE"}
    assert len(taken["sales_orders"].rows("sales_orders")) == 120


def test_the_outcome_does_not_depend_on_chunks_or_workers(shop_with: Misbehave) -> None:
    sandbox = shop_with()
    one = take(sandbox, *ALL)
    other = take(sandbox, *ALL, stock_chunk=7, order_chunk=3, customer_chunk=1, transport={"concurrency": 6})
    for entity in ALL:
        assert one[entity].decoded.tables == other[entity].decoded.tables, entity


def test_accounts_that_share_a_contact_are_known_without_it(shop_with: Misbehave) -> None:
    customers = take(shop_with(), "customers")["customers"].rows("customers")
    assert [c.contacts for c in customers[:4]] == [["C0001"], ["C0001"], ["C0003"], ["C0004"]]
