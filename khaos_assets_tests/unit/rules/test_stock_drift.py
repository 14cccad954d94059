"""STK-01: Khaos's physical stock against what WAIR has on hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from khaos_assets.snapshots.certificate import Verdict
from khaos_assets_tests.planted_night import (
    SetAside,
    dispatch,
    invoice,
    level,
    line,
    minutes_ago,
    order,
    pack,
    site,
    stock_item,
    stocked,
    style_child,
    style_parent,
    transfer,
    wair_item,
    wair_stock,
)
from khaos_assets_tests.unit.rules.conftest import Tonight

TWO_SITES = {"mapping": {"locations": {"L1": "Main", "L2": "Shop"}}}


@pytest.mark.parametrize(
    ("khaos", "wair", "units", "amount"),
    [("10", "7", "3", "7.50"), ("7", "10", "-3", "7.50"), ("110", "10", "100", "250.00")],
)
def test_the_difference_is_khaos_less_wair_valued_at_cost(
    tonight: Tonight, khaos: str, wair: str, units: str, amount: str
) -> None:
    found = tonight(stocked("MUG-1", khaos, wair))
    row = found.one("STK-01")
    assert (row["systems"], row["record_key"], row["scope"], row["field"]) == (
        "wair>khaos",
        "MUG-1",
        "Main",
        "physical",
    )
    assert (row["units"], row["amount_gbp"]) == (Decimal(units), Decimal(amount))
    assert (row["expected_value"], row["actual_value"], row["state"]) == (wair, khaos, "open")
    assert found.open() == [("STK-01", "MUG-1")]


SEVERITIES = {
    "8.33": "low",
    "8.34": "medium",
    "83.33": "medium",
    "83.34": "high",
    "833.33": "high",
    "833.34": "critical",
}


def test_severity_goes_by_value(tonight: Tonight) -> None:
    found = tonight([stocked(price, 10, 7, buy_price=price) for price in SEVERITIES])
    assert {r["record_key"]: r["severity"] for r in found.of("STK-01")} == SEVERITIES


COSTS: dict[str, tuple[dict[str, object], str | None]] = {
    "gross": ({"buy_price": "3.00", "buy_price_is_net": False}, "7.50"),
    "zero-rated": ({"buy_price": "3.00", "buy_price_is_net": False, "vat_percent": "0"}, "9.00"),
    "home rate": ({"buy_price": "3.00", "buy_price_is_net": False, "vat_percent": None}, "7.50"),
    "half a penny": ({"buy_price": "0.0050"}, "0.02"),
    "four places": ({"buy_price": "0.1234"}, "0.37"),
    "free": ({"buy_price": "0"}, "0.00"),
    "no price": ({"buy_price": None}, None),
    "no basis": ({"buy_price_is_net": None}, None),
}


def test_cost_is_the_buy_price_made_net_and_rounded_once(tonight: Tonight) -> None:
    found = tonight([stocked(code, 10, 7, **fields) for code, (fields, _) in COSTS.items()])
    amounts = {r["record_key"]: r["amount_gbp"] for r in found.of("STK-01")}
    assert amounts == {code: None if a is None else Decimal(a) for code, (_, a) in COSTS.items()}


def test_allocated_units_are_still_on_the_shelf(tonight: Tonight) -> None:
    found = tonight(
        stocked("MUG-1", 8, 10, at=minutes_ago(9000)),
        order("SO1", "WEB1", [("MUG-1", 5, "12.00")], invoices=[invoice({"MUG-1": 3})]),
        order("SO2", None, [("MUG-1", 9, "12.00")], cancelled=True),
        order("SO3", "CN1", [("MUG-1", 9, "12.00")], order_type="C"),
        dispatch("D1", "WEB1", {"MUG-1": 3}),
    )
    assert found.of("STK-01") == []
    assert found.compared("STK-01") == 1


def test_telephone_orders_without_a_reference_are_allocated_too(tonight: Tonight) -> None:
    found = tonight(stocked("MUG-1", 8, 10), order("SO1", None, [("MUG-1", 2, "12.00")]))
    assert found.of("STK-01") == []


def test_a_line_at_another_site_is_allocated_there(tonight: Tonight) -> None:
    found = tonight(
        stocked("MUG-1", 8),
        site("Shop"),
        level("MUG-1", 3, site_name="Shop"),
        wair_stock("MUG-1", 5, location="L2"),
        order("SO1", None, [line("MUG-1", 2, "12.00", site_name="Shop")]),
        settings=TWO_SITES,
    )
    assert found.of("STK-01") == []
    assert found.compared("STK-01") == 2


def test_two_wair_locations_of_one_site_are_one_figure(tonight: Tonight) -> None:
    found = tonight(
        stocked("MUG-1", 8),
        wair_stock("MUG-1", 4, location="L2", at=minutes_ago(45)),
        settings={"mapping": {"locations": {"L1": "Main", "L2": "Main"}}},
    )
    row = found.one("STK-01")
    assert (row["units"], row["scope"], row["expected_value"]) == (Decimal(-4), "Main", "12")
    assert row["observed_at"] == minutes_ago(45)


def test_a_change_in_wair_inside_the_stock_grace_is_expected(tonight: Tonight) -> None:
    found = tonight([stocked(f"{us} us", 10, 7, at=minutes_ago(30, us)) for us in (0, 1)])
    assert {r["record_key"]: r["state"] for r in found.of("STK-01")} == {"0 us": "open", "1 us": "expected"}


def test_the_tolerance_is_allowed_and_not_a_unit_more(tonight: Tonight) -> None:
    found = tonight(
        stocked("MUG-1", 10, 8), stocked("CUP-1", 10, "7.99999"), settings={"tolerances": {"stock_units": 2}}
    )
    assert found.open() == [("STK-01", "CUP-1")]


def test_a_transfer_in_transit_explains_the_whole_difference_at_either_end(tonight: Tonight) -> None:
    found = tonight(
        [stocked("OUT-1", 10, 7), transfer("T1", "OUT-1", 5, received=2, origin="L1", goal="L9")],
        [stocked("IN-1", 10, 7), transfer("T2", "IN-1", 5, received=2, origin="L9", goal="L1")],
    )
    rows = {r["record_key"]: (r["state"], r["reason"]) for r in found.of("STK-01")}
    assert rows == {"OUT-1": ("expected", "in transit: T1"), "IN-1": ("expected", "in transit: T2")}


def test_a_transfer_that_explains_only_a_part_explains_nothing(tonight: Tonight) -> None:
    cases = {"PART-1": (6, 3, 0), "WAY-1": (13, 3, 0), "DONE-1": (7, 3, 3), "REST-1": (7, 3, 1)}
    found = tonight(
        [stocked(sku, 10, wair) for sku, (wair, _, _) in cases.items()],
        [transfer(sku, sku, shipped, received=got) for sku, (_, shipped, got) in cases.items()],
    )
    assert {r["record_key"]: r["state"] for r in found.of("STK-01")} == dict.fromkeys(cases, "open")


def test_several_transfers_explain_together_or_one_of_them_alone(tonight: Tonight) -> None:
    moving = [(transfer("T1", s, 3), transfer("T2", s, 2, origin="L9", goal="L1")) for s in ("A-1", "B-1", "C-1")]
    found = tonight(stocked("A-1", 10, 5), stocked("B-1", 10, 8), stocked("C-1", 10, 6), *moving)
    by_key = {r["record_key"]: (r["state"], r["reason"]) for r in found.of("STK-01")}
    assert by_key == {
        "A-1": ("expected", "in transit: T1+T2"),
        "B-1": ("expected", "in transit: T2"),
        "C-1": ("open", "differs"),
    }


def test_a_transfer_between_two_locations_of_one_site_counts_once(tonight: Tonight) -> None:
    found = tonight(
        stocked("MUG-1", 10, 7),
        transfer("T1", "MUG-1", 3, origin="L1", goal="L2"),
        settings={"mapping": {"locations": {"L1": "Main", "L2": "Main"}}},
    )
    assert found.state("STK-01") == "expected"


def test_dispatches_inside_their_grace_explain_what_khaos_has_not_booked(tonight: Tonight) -> None:
    found = tonight(
        stocked("MUG-1", 8, 8, at=minutes_ago(45)),
        order("SO1", "WEB1", [("MUG-1", 2, "12.00")]),
        dispatch("D1", "WEB1", {"MUG-1": 2}, at=minutes_ago(45)),
    )
    row = found.one("STK-01")
    assert (row["state"], row["units"], found.explained_by(row)) == ("expected", 2, "ORD-05")
    assert found.open() == []


@pytest.mark.parametrize(
    ("setting", "back_order", "wair", "outcome"),
    [
        ("unknown", 2, 5, "not compared"),
        ("unknown", 0, 8, "agrees"),
        ("no", 2, 6, "agrees"),
        ("yes", 2, 8, "agrees"),
        ("no", None, 8, "not compared"),
        ("yes", None, 8, "not compared"),
    ],
)
def test_back_orders_leave_physical_unproven_until_the_installation_says(
    tonight: Tonight, setting: str, back_order: int | None, wair: int, outcome: str
) -> None:
    found = tonight(
        stock_item("MUG-1"),
        level("MUG-1", 5, back_order=back_order),
        wair_item("MUG-1"),
        wair_stock("MUG-1", wair, available=5),
        order("SO1", None, [("MUG-1", 3, "12.00")]),
        settings={"khaos": {"back_order_lowers_level": setting}},
    )
    assert found.compared("STK-01") == (0 if outcome == "not compared" else 1)
    assert found.of("STK-01") == []


def test_back_orders_at_several_sites_have_no_site(tonight: Tonight) -> None:
    found = tonight(
        stock_item("MUG-1"),
        site("Shop"),
        level("MUG-1", 5, back_order=2),
        level("MUG-1", 5, back_order=2, site_name="Shop"),
        wair_item("MUG-1"),
        wair_stock("MUG-1", 5),
        settings={"khaos": {"back_order_lowers_level": "no"}},
    )
    assert found.compared("STK-01") == 0


def test_an_item_without_a_level_is_not_compared(tonight: Tonight) -> None:
    found = tonight(stock_item("MUG-1"), level("MUG-1", None), wair_item("MUG-1"), wair_stock("MUG-1", 5))
    assert found.compared("STK-01") == 0


def test_parents_and_items_without_stock_control_and_postage_are_not_compared(tonight: Tonight) -> None:
    codes = ("SET-1", "TEE", "GIFT-1", "POST")
    found = tonight(
        pack("SET-1", {"MUG-1": 2}),
        style_parent("TEE"),
        stock_item("GIFT-1", stock_controlled=False),
        stock_item("POST"),
        [level(c, 3) for c in codes],
        [wair_item(c) for c in codes],
        [wair_stock(c, 0) for c in codes],
        wair_stock("GIFT-1", -3, location="L2"),
        settings={"non_stock_codes": ["POST"], "mapping": {"locations": {"L1": "Main", "L2": "Main"}}},
    )
    assert found.of("STK-01") == found.of("STK-06") == []
    assert found.compared("STK-01") == 0


def test_a_build_and_a_style_child_are_stocked_by_themselves(tonight: Tonight) -> None:
    found = tonight(
        stock_item("KIT-1"),
        level("KIT-1", 4, build_potential=9),
        style_parent("TEE", buy_price="1.50"),
        style_child("TEE-S", "TEE"),
        level("TEE-S", 4),
        [wair_item(c) for c in ("KIT-1", "TEE-S")],
        [wair_stock(c, 2) for c in ("KIT-1", "TEE-S")],
    )
    amounts = {r["record_key"]: r["amount_gbp"] for r in found.of("STK-01")}
    assert amounts == {"KIT-1": Decimal("5.00"), "TEE-S": Decimal("3.00")}


def test_a_figure_of_which_a_part_was_set_aside_is_not_compared(tonight: Tonight) -> None:
    found = tonight(
        stocked("MUG-1", 8, 3),
        stocked("CUP-1", 8, 3),
        SetAside("wair.stock", "L2/MUG-1"),
        settings={"mapping": {"locations": {"L1": "Main", "L2": "Main"}}},
    )
    assert found.open() == [("FEED-04", "wair/stock/L2/MUG-1"), ("STK-01", "CUP-1")]


def test_an_order_line_that_was_set_aside_leaves_its_item_uncompared(tonight: Tonight) -> None:
    raw = "<ORDER_ITEM><STOCK_CODE><![CDATA[MUG-1]]></STOCK_CODE><ORDER_QTY>two</ORDER_QTY></ORDER_ITEM>"
    found = tonight(stocked("MUG-1", 8, 10), order("SO1", None, []), SetAside("khaos.order_lines", "SO1/1", raw=raw))
    assert found.open() == [("FEED-04", "khaos/order_lines/SO1/1")]


def test_lines_whose_order_was_set_aside_leave_their_items_uncompared(tonight: Tonight) -> None:
    lines = order("SO1", "WEB1", [("MUG-1", 2, "12.00")])[1:]
    found = tonight(stocked("MUG-1", 8, 10), lines, SetAside("khaos.sales_orders", "SO1"))
    assert found.of("STK-01") == []
    assert found.compared("STK-01") == 0


@pytest.mark.parametrize(
    "read", ["wair.stock", "khaos.sales_orders", "khaos.order_lines", "wair.transfers", "wair.dispatches"]
)
def test_no_sum_is_concluded_from_an_incomplete_read(tonight: Tonight, read: str) -> None:
    found = tonight(stocked("MUG-1", 10, 7), certificates={read: {"verdict": Verdict.INCOMPLETE}})
    assert found.of("STK-01") == []
    assert "FEED-01: lost_rows" in found.not_tested()["STK-01", "wair>khaos"]
    assert found.open() == [("FEED-01", read.replace(".", "/"))]


def test_a_read_that_was_never_taken_leaves_the_code_untested(tonight: Tonight) -> None:
    found = tonight(stocked("MUG-1", 10, 7), certificates={"khaos.stock_levels": None})
    assert "not_taken" in found.not_tested()["STK-01", "wair>khaos"]
    assert found.open() == [("FEED-01", "khaos/stock_levels")]


def test_single_levels_are_still_compared_where_other_levels_were_lost(tonight: Tonight) -> None:
    found = tonight(stocked("MUG-1", 10, 7), certificates={"khaos.stock_levels": {"verdict": Verdict.INCOMPLETE}})
    assert ("STK-01", "MUG-1") in found.open()
