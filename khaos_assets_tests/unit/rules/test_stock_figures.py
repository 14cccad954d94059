"""STK-02, STK-03, STK-06, STK-07, STK-08: wrong, double, impossible, late and unequal figures."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from khaos_assets_tests.planted_night import (
    PlantedNight,
    Record,
    dispatch,
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

TOGETHER = {"mapping": {"locations": {"L1": "Main", "L2": "Main"}}}
OPEN_ORDER = order("SO1", None, [("MUG-1", 2, "12.00")])


# STK-02


def test_wair_that_holds_the_available_figure_ignores_what_is_allocated(tonight: Tonight) -> None:
    found = tonight(stocked("MUG-1", 8), OPEN_ORDER)
    row = found.one("STK-02")
    assert (row["systems"], row["scope"], row["field"]) == ("khaos>wair", "L1", "available")
    assert (row["units"], row["amount_gbp"]) == (Decimal(-2), Decimal("5.00"))
    assert (row["expected_value"], row["actual_value"]) == ("10", "8")
    assert found.open() == [("STK-02", "MUG-1")]
    assert found.explained_by(found.one("STK-01")) == "STK-02"


def test_nothing_allocated_is_no_wrong_figure(tonight: Tonight) -> None:
    assert tonight(stocked("MUG-1", 8)).summary() == []


def test_another_figure_than_the_available_one_is_a_drift(tonight: Tonight) -> None:
    assert tonight(stocked("MUG-1", 8, 9), OPEN_ORDER).open() == [("STK-01", "MUG-1")]


def test_the_scope_of_several_locations_is_their_ids_joined(tonight: Tonight) -> None:
    found = tonight(stocked("MUG-1", 8, 5), wair_stock("MUG-1", 3, location="L2"), OPEN_ORDER, settings=TOGETHER)
    assert found.one("STK-02")["scope"] == "L1+L2"


@pytest.mark.parametrize(("microseconds", "state"), [(0, "open"), (1, "expected")])
def test_a_wrong_figure_inside_the_stock_grace_is_expected(tonight: Tonight, microseconds: int, state: str) -> None:
    found = tonight(stocked("MUG-1", 8, at=minutes_ago(30, microseconds)), OPEN_ORDER)
    assert {found.state("STK-02"), found.state("STK-01")} == {state, "suppressed" if state == "open" else "expected"}


def test_a_transfer_that_explains_the_units_makes_the_wrong_figure_expected(tonight: Tonight) -> None:
    found = tonight(stocked("MUG-1", 8), OPEN_ORDER, transfer("T1", "MUG-1", 2))
    assert (found.state("STK-02"), found.one("STK-02")["reason"]) == ("expected", "in transit: T1")


# STK-03


@pytest.mark.parametrize(
    ("parent", "on_hand", "name", "amount"),
    [
        (pack("SET-1", {"MUG-1": 2, "CUP-1": 1}), 3, "pack", "18.00"),
        (pack("SET-1", {"MUG-1": 2, "CUP-1": 1}, buy_price="4.00"), -3, "pack", "12.00"),
        (pack("SET-1", {"MUG-1": 2, "GONE-1": 1}), 3, "pack", None),
        (style_parent("SET-1", buy_price="1.50"), 3, "scs", "4.50"),
        (style_parent("SET-1", buy_price=None), 3, "scs", None),
    ],
)
def test_stock_on_a_parent_is_counted_twice(
    tonight: Tonight, parent: Record, on_hand: int, name: str, amount: str | None
) -> None:
    found = tonight(
        parent,
        stocked("MUG-1", 9),
        stocked("CUP-1", 9, buy_price="1.00"),
        wair_item("SET-1"),
        wair_stock("SET-1", on_hand),
    )
    row = found.one("STK-03")
    assert (row["systems"], row["record_key"], row["scope"], row["field"]) == ("khaos>wair", "SET-1", "L1", name)
    assert (row["units"], row["amount_gbp"]) == (Decimal(3), None if amount is None else Decimal(amount))
    assert found.open() == [("STK-03", "SET-1")]


def test_parents_without_stock_and_build_parents_with_their_own_are_lawful(tonight: Tonight) -> None:
    found = tonight(
        pack("SET-1", {"MUG-1": 2}),
        style_parent("TEE"),
        style_child("TEE-S", "TEE"),
        [level(c, 4) for c in ("TEE-S", "MUG-1")],
        stock_item("MUG-1"),
        stock_item("KIT-1"),
        level("KIT-1", 4, build_potential=9),
        [wair_item(c) for c in ("SET-1", "TEE", "TEE-S", "KIT-1", "MUG-1")],
        [wair_stock(c, 0) for c in ("SET-1", "TEE")],
        [wair_stock(c, 4) for c in ("TEE-S", "KIT-1", "MUG-1")],
    )
    assert found.summary() == []
    assert found.compared("STK-03") == 2


def test_a_pack_parent_below_zero_is_one_fault(tonight: Tonight) -> None:
    found = tonight(pack("SET-1", {"MUG-1": 2}), stocked("MUG-1", 9), wair_item("SET-1"), wair_stock("SET-1", -1))
    assert found.open() == [("STK-03", "SET-1")]
    assert found.explained_by(found.one("STK-06")) == "STK-03"


# STK-06


def test_less_than_nothing_on_hand_in_wair_hides_the_comparisons_with_it(tonight: Tonight) -> None:
    found = tonight(stocked("MUG-1", -1, -2))
    wair, khaos = found.one("STK-06", "wair"), found.one("STK-06", "khaos")
    assert (wair["scope"], wair["field"], wair["units"], wair["amount_gbp"]) == ("L1", "on_hand", -2, Decimal("5.00"))
    assert (khaos["scope"], khaos["field"], khaos["units"], khaos["amount_gbp"]) == (
        "Main",
        "available",
        -1,
        Decimal("2.50"),
    )
    assert found.open() == [("STK-06", "MUG-1")]
    assert (wair["state"], khaos["state"], found.state("STK-01")) == ("open", "suppressed", "suppressed")


def test_a_negative_in_khaos_hides_its_allocation_only(tonight: Tonight) -> None:
    found = tonight(stocked("MUG-1", -1, 3), order("SO1", None, [("MUG-1", 2, "12.00")]))
    assert found.open() == [("STK-01", "MUG-1"), ("STK-06", "MUG-1")]


def test_khaos_free_to_sell_below_zero_explains_that_the_allocation_differs(tonight: Tonight) -> None:
    found = tonight(
        stock_item("MUG-1"),
        level("MUG-1", -1),
        wair_item("MUG-1"),
        wair_stock("MUG-1", 1, allocated=1),
        OPEN_ORDER,
    )
    assert found.open() == [("STK-06", "MUG-1")]
    assert found.explained_by(found.one("STK-08")) == "STK-06"


def test_nothing_on_hand_and_back_orderable_items_are_possible(tonight: Tonight) -> None:
    found = tonight(stocked("MUG-1", 0), stocked("CUP-1", -3, 0), settings={"khaos": {"back_orderable": ["CUP-1"]}})
    assert found.of("STK-06") == []


def test_a_negative_of_an_unknown_sku_has_no_amount(tonight: Tonight) -> None:
    found = tonight(wair_item("NEW-1"), wair_stock("NEW-1", -2))
    row = found.one("STK-06")
    assert (row["amount_gbp"], row["state"], found.explained_by(row)) == (None, "suppressed", "SKU-01")


# STK-07


def late(wair: int, at: datetime, khaos: int = 10, first: int = 10) -> list[PlantedNight]:
    return [PlantedNight([stocked("MUG-1", first)]), PlantedNight([stocked("MUG-1", khaos, wair, at=at)])]


def test_khaos_that_still_shows_the_figure_last_agreed_is_late(nights: Tonight) -> None:
    found = nights(*late(7, minutes_ago(300)))
    row = found.one("STK-07")
    assert (row["systems"], row["scope"], row["units"], row["amount_gbp"]) == ("wair>khaos", "Main", 3, Decimal("7.50"))
    assert found.open() == [("STK-07", "MUG-1")]
    assert found.explained_by(found.one("STK-01")) == "STK-07"


@pytest.mark.parametrize(("microseconds", "code"), [(0, "STK-07"), (1, "STK-01")])
def test_it_is_a_drift_until_the_latency_target_has_passed(nights: Tonight, microseconds: int, code: str) -> None:
    assert nights(*late(7, minutes_ago(60, microseconds))).open() == [(code, "MUG-1")]


def test_a_figure_that_moved_in_khaos_is_a_drift(nights: Tonight) -> None:
    assert nights(*late(7, minutes_ago(300), khaos=9)).open() == [("STK-01", "MUG-1")]


def test_a_figure_that_wair_has_not_touched_since_is_a_drift(nights: Tonight) -> None:
    assert nights(*late(7, minutes_ago(60 * 24 + 1))).open() == [("STK-01", "MUG-1")]


def test_figures_that_never_agreed_cannot_be_late(nights: Tonight) -> None:
    before = PlantedNight([stocked("MUG-1", 10, 9)])
    found = nights(before, PlantedNight([stocked("MUG-1", 10, 7, at=minutes_ago(300))]))
    assert found.open() == [("STK-01", "MUG-1")]
    assert found.compared("STK-07") == 0


def test_a_transfer_that_explains_the_units_makes_the_late_figure_expected(nights: Tonight) -> None:
    first, second = late(7, minutes_ago(300))
    second.things = [*second.things, transfer("T1", "MUG-1", 3)]
    found = nights(first, second)
    assert (found.state("STK-07"), found.state("STK-01")) == ("expected", "expected")


def test_on_the_first_night_it_is_not_tested(tonight: Tonight) -> None:
    why = tonight(stocked("MUG-1", 10, 7)).not_tested()
    assert "no complete snapshot of an earlier night" in why["STK-07", "wair>khaos"]


def test_the_figure_last_agreed_is_remembered_over_nights_that_differ(nights: Tonight) -> None:
    differ = PlantedNight([stocked("MUG-1", 12, 7, at=minutes_ago(60 * 30))])
    found = nights(
        PlantedNight([stocked("MUG-1", 10)]), differ, PlantedNight([stocked("MUG-1", 10, 7, at=minutes_ago(60 * 30))])
    )
    assert found.open() == [("STK-07", "MUG-1")]
    assert "2026-11-18" in found.one("STK-07")["reason"]


# STK-08


def test_free_to_sell_that_differs_while_on_hand_agrees_is_valued_at_price(tonight: Tonight) -> None:
    found = tonight(stock_item("MUG-1"), level("MUG-1", 8), wair_item("MUG-1"), wair_stock("MUG-1", 10), OPEN_ORDER)
    row = found.one("STK-08")
    assert (row["systems"], row["scope"], row["field"], row["reason"]) == ("khaos>wair", "L1", "allocated", "differs")
    assert (row["units"], row["amount_gbp"], row["expected_value"], row["actual_value"]) == (
        2,
        Decimal("20.00"),
        "8",
        "10",
    )
    assert found.open() == [("STK-08", "MUG-1")]


PRICES: dict[str, tuple[dict[str, object], str | None]] = {
    "net": ({"sell_price": "10.00", "sell_price_is_net": True}, "20.00"),
    "web": ({"sell_price_web": "6.00"}, "10.00"),
    "free on the web": ({"sell_price_web": "0"}, "0.00"),
    "a penny": ({"sell_price": "0.01"}, "0.02"),
    "no price": ({"sell_price": None}, None),
    "no basis": ({"sell_price_is_net": None}, None),
    "child": ({"parent_code": "TEE", "sell_price": None, "sell_price_is_net": None}, "20.00"),
    "child with a price": ({"parent_code": "TEE", "sell_price": "6.00", "sell_price_is_net": None}, "10.00"),
    "child of a web price": ({"parent_code": "CAP", "sell_price": None, "sell_price_is_net": None}, "5.00"),
}


def test_price_is_the_web_price_else_the_sell_price_or_the_parents_made_net(tonight: Tonight) -> None:
    found = tonight(
        [style_parent("TEE"), style_parent("CAP", sell_price_web="3.00")],
        [[stock_item(c, **fields), level(c, 8), wair_item(c)] for c, (fields, _) in PRICES.items()],
        [wair_stock(c, 8, available=10) for c in PRICES],
    )
    amounts = {r["record_key"]: r["amount_gbp"] for r in found.of("STK-08")}
    assert amounts == {code: None if a is None else Decimal(a) for code, (_, a) in PRICES.items()}


def test_wair_figures_that_do_not_add_up_are_inconsistent_by_themselves(tonight: Tonight) -> None:
    found = tonight(
        stock_item("MUG-1"), level("MUG-1", 8), wair_item("MUG-1"), wair_stock("MUG-1", 9, allocated=2, available=8)
    )
    row = found.one("STK-08")
    assert (row["reason"], row["units"], row["amount_gbp"]) == ("wair_inconsistent", 1, Decimal("10.00"))
    assert (row["state"], found.open()) == ("open", [("STK-01", "MUG-1"), ("STK-08", "MUG-1")])


def test_the_difference_to_khaos_is_what_counts_where_both_are_wrong(tonight: Tonight) -> None:
    found = tonight(
        stock_item("MUG-1"), level("MUG-1", 8), wair_item("MUG-1"), wair_stock("MUG-1", 8, allocated=2, available=5)
    )
    row = found.one("STK-08")
    assert (row["reason"], row["units"], row["expected_value"]) == ("wair_inconsistent", -3, "8")


def test_an_allocation_that_changed_inside_the_stock_grace_is_expected(tonight: Tonight) -> None:
    codes = {f"{us} us": us for us in (0, 1)}
    found = tonight(
        [[stock_item(c), level(c, 8), wair_item(c)] for c in codes],
        [wair_stock(c, 8, available=10, at=minutes_ago(30, us)) for c, us in codes.items()],
    )
    assert {r["record_key"]: r["state"] for r in found.of("STK-08")} == {"0 us": "open", "1 us": "expected"}


def test_equal_numbers_written_differently_are_equal(tonight: Tonight) -> None:
    found = tonight(
        stock_item("MUG-1"),
        level("MUG-1", "8.50"),
        wair_item("MUG-1"),
        wair_stock("MUG-1", "10.00000", allocated="1.5"),
        order("SO1", None, [line("MUG-1", "1.5", "12.00")]),
    )
    assert found.summary() == []


def test_every_stock_code_of_a_site_waits_for_its_own_site(tonight: Tonight) -> None:
    found = tonight(
        stocked("MUG-1", 10, -1),
        site("Shop"),
        level("MUG-1", 5, site_name="Shop"),
        wair_stock("MUG-1", 4, location="L2"),
        settings={"mapping": {"locations": {"L1": "Main", "L2": "Shop"}}},
    )
    states = {(r["code"], r["scope"]): r["state"] for r in found.rows}
    assert states == {("STK-06", "L1"): "open", ("STK-01", "Main"): "suppressed", ("STK-01", "Shop"): "open"}


def test_a_late_dispatch_explains_a_late_figure(nights: Tonight) -> None:
    ordered = order("SO1", "WEB1", [("MUG-1", 2, "12.00")])
    before = PlantedNight([stocked("MUG-1", 8, 10), ordered])
    gone = dispatch("D1", "WEB1", {"MUG-1": 2}, at=minutes_ago(300))
    found = nights(before, PlantedNight([stocked("MUG-1", 8, 8, at=minutes_ago(300)), ordered, gone]))
    assert found.open() == [("ORD-05", "WEB1")]
    assert {found.explained_by(r) for r in found.rows if r["code"].startswith("STK")} == {"ORD-05"}


def test_more_back_orders_than_open_units_are_no_allocation(tonight: Tonight) -> None:
    found = tonight(
        stock_item("MUG-1"),
        level("MUG-1", 5, back_order=4),
        wair_item("MUG-1"),
        wair_stock("MUG-1", 5),
        OPEN_ORDER,
        settings={"khaos": {"back_order_lowers_level": "no"}},
    )
    assert found.open() == [("STK-01", "MUG-1")]
