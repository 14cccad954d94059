"""A misbehaving installation: what a second look can mend ends COMPLETE, the rest says why it does not.

Never is a read COMPLETE by a proof better than overlap while a record that existed throughout is missing.
"""

from __future__ import annotations

from typing import Any

import pytest

from khaos_assets_tests.integration.systems.khaos import shop
from khaos_assets_tests.integration.systems.khaos.conftest import Misbehave
from khaos_assets_tests.integration.systems.khaos.reading import Taken, take

ROWS = {
    "stock_items": 134,
    "stock_levels": 268,
    "customers": 7,
    "company_info": 7,
    "sales_orders": 120,
    "order_lines": 120,
}
METHODS = {
    "stock_items": "ExportStock",
    "stock_levels": "ExportStockStatus",
    "customers": "ExportCompany",
    "sales_orders": "ExportOrderStatusEx",
    "order_lines": "ExportOrders",
}


def one(sandbox: Any, entity: str, **options: Any) -> Taken:
    needed = ["sales_orders", entity] if entity == "order_lines" else [entity]
    return take(sandbox, *needed, **options)[entity]


@pytest.mark.parametrize("entity", METHODS)
@pytest.mark.parametrize("switch", ["soap_fault", "empty_return", "non_xml_return", "truncated_xml"])
def test_an_answer_that_is_no_answer_is_asked_for_again(shop_with: Misbehave, entity: str, switch: str) -> None:
    taken = one(shop_with({"switch": switch, "method": METHODS[entity], "count": 2}), entity)
    assert (taken.verdict, len(taken.rows(entity))) == ("COMPLETE", ROWS[entity])
    assert len(taken.landed.unreadable) == 2
    assert taken.notes.rereads >= 1


@pytest.mark.parametrize("entity", METHODS)
@pytest.mark.parametrize("switch", ["soap_fault", "empty_return", "non_xml_return", "truncated_xml"])
def test_a_method_that_never_answers_makes_the_read_incomplete(shop_with: Misbehave, entity: str, switch: str) -> None:
    taken = one(shop_with({"switch": switch, "method": METHODS[entity]}), entity)
    assert taken.verdict == "INCOMPLETE"
    assert METHODS[entity] in taken.notes.faults[0].detail


@pytest.mark.parametrize("shape", ["ERemotableException", "EWebServiceError"])
def test_a_fault_of_either_shape_is_told_by_its_element(shop_with: Misbehave, shape: str) -> None:
    faults = [{"switch": "soap_fault", "method": "GetSiteList", "shape": shape, "detail": shape, "count": 1}]
    taken = one(shop_with(*faults), "sites")
    assert (taken.verdict, taken.landed.unreadable) == ("COMPLETE", ["soap_fault"])


@pytest.mark.parametrize(
    ("entity", "code"),
    [("stock_items", "ITEM-042"), ("stock_levels", "ITEM-042"), ("customers", "C0003"), ("order_lines", "SO00011")],
)
def test_a_row_the_export_leaves_out_once_is_found_by_asking_again(
    shop_with: Misbehave, entity: str, code: str
) -> None:
    fault = {"switch": "drop_rows", "method": METHODS[entity], "codes": [code], "count": 1}
    taken = one(shop_with(fault), entity)
    assert (taken.verdict, len(taken.rows(entity))) == ("COMPLETE", ROWS[entity])


@pytest.mark.parametrize(
    ("entity", "code"),
    [("stock_items", "ITEM-042"), ("stock_levels", "ITEM-042"), ("customers", "C0003"), ("order_lines", "SO00011")],
)
def test_a_row_the_export_always_leaves_out_is_missed_by_the_key_list(
    shop_with: Misbehave, entity: str, code: str
) -> None:
    taken = one(shop_with({"switch": "drop_rows", "method": METHODS[entity], "codes": [code]}), entity)
    assert taken.faults == ["not_exported"]
    assert code in taken.notes.faults[0].detail


def test_an_open_web_order_that_is_left_out_is_missed(shop_with: Misbehave) -> None:
    taken = one(
        shop_with({"switch": "drop_rows", "method": "ExportOrderStatusEx", "codes": ["SO00012"]}), "sales_orders"
    )
    assert taken.faults == ["open_order_not_exported"]


def test_an_order_left_out_that_another_system_knows_is_missed(shop_with: Misbehave) -> None:
    fault = {"switch": "drop_rows", "method": "ExportOrderStatusEx", "codes": ["SO00009"]}
    taken = one(shop_with(fault), "sales_orders", references=["W00009"])
    assert taken.faults == ["selectors_disagree"]
    assert "W00009" in taken.notes.faults[0].detail


def test_an_order_left_out_by_one_pass_is_kept_from_the_other(shop_with: Misbehave) -> None:
    fault = {"switch": "drop_rows", "method": "ExportOrderStatusEx", "codes": ["SO00010"], "count": 1}
    taken = one(shop_with(fault), "sales_orders")
    assert (taken.verdict, len(taken.rows("sales_orders"))) == ("COMPLETE", 120)


@pytest.mark.parametrize(
    ("entity", "code"),
    [("stock_items", "ITEM-042"), ("stock_levels", "ITEM-042"), ("customers", "C0003"), ("sales_orders", "SO00011")],
)
def test_a_row_that_comes_twice_counts_once(shop_with: Misbehave, entity: str, code: str) -> None:
    taken = one(shop_with({"switch": "duplicate_rows", "method": METHODS[entity], "codes": [code]}), entity)
    assert (taken.verdict, len(taken.rows(entity))) == ("COMPLETE", ROWS[entity])
    assert taken.notes.facts["repeated_rows"] >= 1


def test_a_list_that_is_repeated_in_its_lines_is_told(shop_with: Misbehave) -> None:
    taken = one(shop_with({"switch": "duplicate_rows", "method": "ExportOrders", "codes": ["SO00011"]}), "order_lines")
    assert taken.verdict == "COMPLETE"
    assert len(taken.rows("order_lines")) == 120


@pytest.mark.parametrize(("entity", "method"), [("stock_items", "GetStockList"), ("customers", "GetCompanyList")])
def test_a_count_that_is_not_the_length_of_the_list_is_never_believed(
    shop_with: Misbehave, entity: str, method: str
) -> None:
    once = one(shop_with({"switch": "count_mismatch", "method": method, "count": 1}), entity)
    assert (once.verdict, len(once.rows(entity))) == ("COMPLETE", ROWS[entity])
    always = one(shop_with({"switch": "count_mismatch", "method": method}), entity)
    assert always.faults == ["count_mismatch"]


def test_levels_of_the_default_site_are_never_taken_for_another_site(shop_with: Misbehave) -> None:
    once = one(shop_with({"switch": "ignore_site", "count": 1, "after": 1}), "stock_levels")
    assert (once.verdict, len(once.rows("stock_levels"))) == ("COMPLETE", 268)
    always = one(shop_with({"switch": "ignore_site"}), "stock_levels")
    assert always.faults == ["ignore_site"]


@pytest.mark.parametrize(
    ("entity", "switch", "field", "key"),
    [
        ("stock_items", "bad_date", "LAUNCH_DATE", "ITEM-042"),
        ("stock_items", "bad_decimal", "SELL_PRICE", "ITEM-042"),
        ("stock_levels", "bad_decimal", "LEVEL", "ITEM-042/Main"),
        ("customers", "bad_date", "DATE_CREATED", "C0003"),
        ("sales_orders", "bad_date", "DATE_CREATED", "SO00011"),
        ("sales_orders", "bad_decimal", "QTY_SOLD", "SO00011"),
        ("order_lines", "bad_decimal", "ORDER_AMOUNT", "SO00011/1"),
    ],
)
def test_a_record_that_breaks_its_grammar_is_set_aside_alone(
    shop_with: Misbehave, entity: str, switch: str, field: str, key: str
) -> None:
    fault = {"switch": switch, "method": METHODS[entity], "codes": [key.partition("/")[0]]}
    taken = one(shop_with(fault), entity)
    assert taken.verdict == "COMPLETE_WITH_QUARANTINE"
    assert key in {q.key for q in taken.decoded.quarantined}
    assert {(q.field, q.key_readable) for q in taken.decoded.quarantined} == {(field, True)}
    assert len(taken.rows(entity)) == ROWS[entity] - len(taken.decoded.quarantined)
    assert not [p for p in shop.PRIVATE for q in taken.decoded.quarantined if p in q.raw]


def test_unreadable_potential_is_unknown_and_no_fault_of_the_levels(shop_with: Misbehave) -> None:
    taken = one(shop_with({"switch": "soap_fault", "method": "GetStockPotential"}), "stock_levels")
    assert (taken.verdict, len(taken.rows("stock_levels"))) == ("COMPLETE", 268)
    assert {r.potential_back_order for r in taken.rows("stock_levels")} == {None}
    assert "potential_not_readable" in taken.notes.facts
    spoilt = one(
        shop_with({"switch": "bad_decimal", "method": "GetStockPotential", "codes": ["ITEM-042"]}), "stock_levels"
    )
    assert {r.potential_available for r in spoilt.rows("stock_levels") if r.stock_code == "ITEM-042"} == {None}


@pytest.mark.parametrize("switch", ["slow", "hang"])
def test_a_server_that_is_slow_once_is_asked_again(shop_with: Misbehave, switch: str) -> None:
    fault = {"switch": switch, "method": "ExportStock", "count": 1, "seconds": 1.5, "ms": 1500}
    taken = one(shop_with(fault), "stock_items", transport={"page_deadline_seconds": 1})
    assert (taken.verdict, len(taken.rows("stock_items"))) == ("COMPLETE", 134)


def test_records_of_the_hour_that_comes_twice_are_read(own_shop: Misbehave) -> None:
    sandbox = own_shop({"switch": "clock_dst"})
    taken = one(sandbox, "stock_items")
    assert (taken.verdict, len(taken.rows("stock_items"))) == ("COMPLETE", 134)
    assert {r.last_updated.isoformat() for r in taken.rows("stock_items")} == {"2026-10-25T01:30:00+00:00"}
    orders = one(sandbox, "sales_orders")
    assert (orders.verdict, len(orders.rows("sales_orders"))) == ("COMPLETE", 120)


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_that_is_off_loses_no_order(shop_with: Misbehave, minutes: int) -> None:
    taken = one(shop_with({"switch": "clock_skew", "entity": "sales_orders", "minutes": minutes}), "sales_orders")
    assert (taken.verdict, len(taken.rows("sales_orders"))) == ("COMPLETE", 120)
