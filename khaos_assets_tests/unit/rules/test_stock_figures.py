"""STK-02, STK-03, STK-06, STK-07, STK-08: wrong, double, impossible, late and unequal figures.

All tests look at one night or at the last of three. What a test plants stands above it, under SKUs of its own.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from khaos_assets_tests.planted_night import (
    Record,
    Results,
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
from khaos_assets_tests.shared_night import SharedNight

NIGHT = SharedNight(
    [site("Shop"), stocked("MUG-1", 9), stocked("CUP-1", 9, buy_price="1.00")],
    settings={
        "mapping": {"locations": {"L1": "Main", "L2": "Shop", "L3": "Shop", "Shop": "Shop"}},
        "non_stock_codes": ["OUT-1", "OUT-SET"],
        "khaos": {"back_orderable": ["PROMISED-1"], "back_order_lowers_level": "no"},
    },
)
found = NIGHT.once()


def two_open(sku: str) -> list[Record]:
    """An order that has two units allocated."""
    return order(f"SO {sku}", None, [(sku, 2, "12.00")])


def known(sku: str, available: int) -> list[Record]:
    return [stock_item(sku), level(sku, available), wair_item(sku)]


# STK-02


@NIGHT.has(stocked("WRONG-1", 8), two_open("WRONG-1"))
def test_wair_that_holds_the_available_figure_ignores_what_is_allocated(found: Results) -> None:
    told = found.about("WRONG-1")
    row = told.one("STK-02")
    assert (row["systems"], row["scope"], row["field"]) == ("khaos>wair", "L1", "available")
    assert (row["units"], row["amount_gbp"]) == (Decimal(-2), Decimal("5.00"))
    assert (row["expected_value"], row["actual_value"]) == ("10", "8")
    assert told.open() == [("STK-02", "WRONG-1")]
    assert told.explained_by(told.one("STK-01")) == "STK-02"


@NIGHT.has(stocked("SAME-1", 8))
def test_nothing_allocated_is_no_wrong_figure(found: Results) -> None:
    assert found.about("SAME-1").summary() == []


@NIGHT.has(stocked("DRIFT-1", 8, 9), two_open("DRIFT-1"))
def test_another_figure_than_the_available_one_is_a_drift(found: Results) -> None:
    assert found.about("DRIFT-1").open() == [("STK-01", "DRIFT-1")]


@NIGHT.has(
    [stock_item("JOINED-1"), level("JOINED-1", 8, site_name="Shop"), wair_item("JOINED-1")],
    [wair_stock("JOINED-1", 5, location="L2"), wair_stock("JOINED-1", 3, location="L3")],
    order("SO JOINED", None, [line("JOINED-1", 2, "12.00", site_name="Shop")]),
)
def test_the_scope_of_several_locations_is_their_ids_joined(found: Results) -> None:
    assert found.about("JOINED-1").one("STK-02")["scope"] == "L2+L3+Shop"


@NIGHT.has([[stocked(f"AGE-{us}", 8, at=minutes_ago(30, us)), two_open(f"AGE-{us}")] for us in (0, 1)])
@pytest.mark.parametrize(("microseconds", "state"), [(0, "open"), (1, "expected")])
def test_a_wrong_figure_inside_the_stock_grace_is_expected(found: Results, microseconds: int, state: str) -> None:
    told = found.about(f"AGE-{microseconds}")
    assert {told.state("STK-02"), told.state("STK-01")} == {state, "suppressed" if state == "open" else "expected"}


@NIGHT.has(stocked("MOVING-1", 8), two_open("MOVING-1"), transfer("T1", "MOVING-1", 2))
def test_a_transfer_that_explains_the_units_makes_the_wrong_figure_expected(found: Results) -> None:
    told = found.about("MOVING-1")
    assert (told.state("STK-02"), told.one("STK-02")["reason"]) == ("expected", "in transit: T1")


# STK-03

PARENTS: dict[str, tuple[Record, int, str, str | None]] = {
    "SET-1": (pack("SET-1", {"MUG-1": 2, "CUP-1": 1}), 3, "pack", "18.00"),
    "SET-2": (pack("SET-2", {"MUG-1": 2, "CUP-1": 1}, buy_price="4.00"), -3, "pack", "12.00"),
    "SET-3": (pack("SET-3", {"MUG-1": 2, "GONE-1": 1}), 3, "pack", None),
    "STYLE-1": (style_parent("STYLE-1", buy_price="1.50"), 3, "scs", "4.50"),
    "STYLE-2": (style_parent("STYLE-2", buy_price=None), 3, "scs", None),
}


@NIGHT.has([[p, wair_item(sku), wair_stock(sku, on_hand)] for sku, (p, on_hand, _, _) in PARENTS.items()])
@pytest.mark.parametrize("sku", PARENTS)
def test_stock_on_a_parent_is_counted_twice(found: Results, sku: str) -> None:
    _, _, name, amount = PARENTS[sku]
    told = found.about(sku)
    row = told.one("STK-03")
    assert (row["systems"], row["record_key"], row["scope"], row["field"]) == ("khaos>wair", sku, "L1", name)
    assert (row["units"], row["amount_gbp"]) == (Decimal(3), None if amount is None else Decimal(amount))
    assert told.open() == [("STK-03", sku)]


@NIGHT.has(
    [pack("LAWFUL-SET", {"MUG-1": 2}), style_parent("LAWFUL-TEE"), style_child("LAWFUL-TEE-S", "LAWFUL-TEE")],
    [level("LAWFUL-TEE-S", 4), stock_item("LAWFUL-KIT"), level("LAWFUL-KIT", 4, build_potential=9)],
    [wair_item(f"LAWFUL-{c}") for c in ("SET", "TEE", "TEE-S", "KIT")],
    [[wair_stock(f"LAWFUL-{c}", 0), level(f"LAWFUL-{c}", 3, site_name="Shop")] for c in ("SET", "TEE")],
    [wair_stock(f"LAWFUL-{c}", 4) for c in ("TEE-S", "KIT")],
)
def test_parents_without_stock_and_build_parents_with_their_own_are_lawful(found: Results) -> None:
    told = found.about("LAWFUL")
    assert told.summary() == []
    assert told.compared("STK-03") == 2


@NIGHT.has(pack("BELOW-SET", {"MUG-1": 2}), wair_item("BELOW-SET"), wair_stock("BELOW-SET", -1))
def test_a_pack_parent_below_zero_is_one_fault(found: Results) -> None:
    told = found.about("BELOW-SET")
    assert told.open() == [("STK-03", "BELOW-SET")]
    assert told.explained_by(told.one("STK-06")) == "STK-03"


# STK-06


@NIGHT.has(stocked("LESS-1", -1, -2))
def test_less_than_nothing_on_hand_in_wair_hides_the_comparisons_with_it(found: Results) -> None:
    told = found.about("LESS-1")
    wair, khaos = told.one("STK-06", "wair"), told.one("STK-06", "khaos")
    assert (wair["scope"], wair["field"], wair["units"], wair["amount_gbp"]) == ("L1", "on_hand", -2, Decimal("5.00"))
    assert (khaos["scope"], khaos["field"], khaos["units"], khaos["amount_gbp"]) == (
        "Main",
        "available",
        -1,
        Decimal("2.50"),
    )
    assert told.open() == [("STK-06", "LESS-1")]
    assert (wair["state"], khaos["state"], told.state("STK-01")) == ("open", "suppressed", "suppressed")


@NIGHT.has(stocked("SOLD-1", -1, 3), two_open("SOLD-1"))
def test_a_negative_in_khaos_hides_its_allocation_only(found: Results) -> None:
    assert found.about("SOLD-1").open() == [("STK-01", "SOLD-1"), ("STK-06", "SOLD-1")]


@NIGHT.has(known("SOLD-2", -1), wair_stock("SOLD-2", 1, allocated=1), two_open("SOLD-2"))
def test_khaos_free_to_sell_below_zero_explains_that_the_allocation_differs(found: Results) -> None:
    told = found.about("SOLD-2")
    assert told.open() == [("STK-06", "SOLD-2")]
    assert told.explained_by(told.one("STK-08")) == "STK-06"


@NIGHT.has(
    [stocked("NONE-1", 0), stocked("PROMISED-1", -3, 0), stocked("OUT-1", -1, -2)],
    [pack("OUT-SET", {"MUG-1": 2}), wair_item("OUT-SET"), wair_stock("OUT-SET", 3)],
    [style_parent("HEAD-1"), stock_item("HEAD-2", stock_controlled=False), [level(f"HEAD-{n}", -1) for n in (1, 2)]],
)
def test_nothing_on_hand_and_back_orderable_items_are_possible(found: Results) -> None:
    """And of a non-stock code or what is not stocked by itself nothing is said."""
    assert found.about("NONE-1", "PROMISED-1").of("STK-06") == []
    assert found.about("OUT-", "HEAD-").summary() == []


@NIGHT.has(
    [wair_item("NEW-1"), wair_stock("NEW-1", -2)],
    [stock_item("NEAR-1"), wair_item("near-1"), wair_stock("near-1", -2)],
)
def test_a_negative_of_an_unknown_sku_has_no_amount(found: Results) -> None:
    assert found.about("near-1").one("STK-06")["amount_gbp"] == Decimal("5.00")
    told = found.about("NEW-1")
    row = told.one("STK-06")
    assert (row["amount_gbp"], row["state"], told.explained_by(row)) == (None, "suppressed", "SKU-01")


# STK-07

NIGHTS = SharedNight(site("Shop"), nights=3, settings={"mapping": {"locations": {"L1": "Main", "L2": "Shop"}}})
later = NIGHTS.once()
FIVE_HOURS_AGO = minutes_ago(300)


def since(sku: str, wair: int, at: datetime, khaos: int = 10, agreed: int = 10) -> list[list[Record]]:
    """Three nights: what WAIR had, twice, beside ten in Khaos; and what both have now."""
    return [stocked(sku, 10, agreed), stocked(sku, 10, agreed), stocked(sku, khaos, wair, at=at)]


@NIGHTS.over(*since("LATE-1", 7, FIVE_HOURS_AGO))
def test_khaos_that_still_shows_the_figure_last_agreed_is_late(later: Results) -> None:
    told = later.about("LATE-1")
    row = told.one("STK-07")
    assert (row["systems"], row["scope"], row["units"], row["amount_gbp"]) == ("wair>khaos", "Main", 3, Decimal("7.50"))
    assert told.open() == [("STK-07", "LATE-1")]
    assert told.explained_by(told.one("STK-01")) == "STK-07"


@NIGHTS.over(*since("TARGET-0", 7, minutes_ago(60)))
@NIGHTS.over(*since("TARGET-1", 7, minutes_ago(60, 1)))
@pytest.mark.parametrize(("microseconds", "code"), [(0, "STK-07"), (1, "STK-01")])
def test_it_is_a_drift_until_the_latency_target_has_passed(later: Results, microseconds: int, code: str) -> None:
    assert later.about(f"TARGET-{microseconds}").open() == [(code, f"TARGET-{microseconds}")]


@NIGHTS.over(*since("MOVED-1", 7, FIVE_HOURS_AGO, khaos=9))
def test_a_figure_that_moved_in_khaos_is_a_drift(later: Results) -> None:
    assert later.about("MOVED-1").open() == [("STK-01", "MOVED-1")]


@NIGHTS.over(*since("STILL-0", 7, minutes_ago(60 * 24)))
@NIGHTS.over(*since("STILL-1", 7, minutes_ago(60 * 24 + 1)))
def test_a_figure_that_wair_has_not_touched_since_is_a_drift(later: Results) -> None:
    """Since the instant as of which they agreed."""
    assert later.about("STILL").open() == [("STK-01", "STILL-0"), ("STK-01", "STILL-1")]


@NIGHTS.over(*since("TOUCHED-1", 10, FIVE_HOURS_AGO))
@NIGHTS.over(*[stocked("TOUCHED-2", 10)] * 2, stocked("TOUCHED-2", 10, at=FIVE_HOURS_AGO)[:-1])
@NIGHTS.has(wair_stock("TOUCHED-2", 10, allocated=1, at=FIVE_HOURS_AGO))
def test_a_figure_that_was_touched_and_stayed_is_not_late(later: Results) -> None:
    told = later.about("TOUCHED")
    assert told.summary() == [("STK-08", "TOUCHED-2", "L1", "open")]
    assert told.compared("STK-07") == 2


IN_SHOP = [level("PLACES-1", 10, site_name="Shop"), wair_stock("PLACES-1", 10, location="L2")]


@NIGHTS.over(*([night, IN_SHOP] for night in since("PLACES-1", 7, FIVE_HOURS_AGO)))
def test_each_site_has_the_figure_that_was_agreed_there(later: Results) -> None:
    rows = [(r["code"], r["scope"], r["state"]) for r in later.about("PLACES-1").rows]
    assert rows == [("STK-01", "Main", "suppressed"), ("STK-07", "Main", "open")]


@NIGHTS.over(*since("BACK-1", 7, FIVE_HOURS_AGO)[:2], [wair_item("BACK-1"), stock_item("BACK-1")])
@NIGHTS.has(level("BACK-1", 10, back_order=2), wair_stock("BACK-1", 7, at=FIVE_HOURS_AGO))
def test_a_figure_that_cannot_be_told_tonight_is_not_compared(later: Results) -> None:
    assert later.about("BACK-1").compared("STK-07") == 0


@NIGHTS.over(*since("NEVER-1", 7, FIVE_HOURS_AGO, agreed=9))
def test_figures_that_never_agreed_cannot_be_late(later: Results) -> None:
    told = later.about("NEVER-1")
    assert told.open() == [("STK-01", "NEVER-1")]
    assert told.compared("STK-07") == 0


@NIGHTS.over(*since("MOVING-1", 7, FIVE_HOURS_AGO))
@NIGHTS.has(transfer("T1", "MOVING-1", 3))
def test_a_transfer_that_explains_the_units_makes_the_late_figure_expected(later: Results) -> None:
    told = later.about("MOVING-1")
    assert (told.state("STK-07"), told.state("STK-01")) == ("expected", "expected")


def test_on_the_first_night_it_is_not_tested(found: Results) -> None:
    assert "no complete snapshot of an earlier night" in found.not_tested()["STK-07", "wair>khaos"]


@NIGHTS.over(stocked("BEFORE-1", 10), *[stocked("BEFORE-1", k, 7, at=minutes_ago(60 * 30)) for k in (12, 10)])
def test_the_figure_last_agreed_is_remembered_over_nights_that_differ(later: Results) -> None:
    told = later.about("BEFORE-1")
    assert told.open() == [("STK-07", "BEFORE-1")]
    assert "2026-11-18" in told.one("STK-07")["reason"]


SENT = order("SO1", "WEB1", [("SENT-1", 2, "12.00")])


@NIGHTS.over(
    [stocked("SENT-1", 8, 10), SENT],
    [stocked("SENT-1", 8, 10), SENT],
    [stocked("SENT-1", 8, 8, at=FIVE_HOURS_AGO), SENT],
)
@NIGHTS.has(dispatch("D1", "WEB1", {"SENT-1": 2}, at=FIVE_HOURS_AGO))
def test_a_late_dispatch_explains_a_late_figure(later: Results) -> None:
    told = later.about("SENT-1", "WEB1")
    assert told.open() == [("ORD-05", "WEB1")]
    assert {told.explained_by(r) for r in told.rows if r["code"].startswith("STK")} == {"ORD-05"}


# STK-08


@NIGHT.has(known("FREE-1", 8), wair_stock("FREE-1", 10), two_open("FREE-1"))
def test_free_to_sell_that_differs_while_on_hand_agrees_is_valued_at_price(found: Results) -> None:
    told = found.about("FREE-1")
    row = told.one("STK-08")
    assert (row["systems"], row["scope"], row["field"], row["reason"]) == ("khaos>wair", "L1", "allocated", "differs")
    assert (row["units"], row["amount_gbp"], row["expected_value"], row["actual_value"]) == (
        2,
        Decimal("20.00"),
        "8",
        "10",
    )
    assert told.open() == [("STK-08", "FREE-1")]


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


@NIGHT.has(
    [style_parent("TEE"), style_parent("CAP", sell_price_web="3.00")],
    [[stock_item(f"price: {c}", **fields), level(f"price: {c}", 8)] for c, (fields, _) in PRICES.items()],
    [[wair_item(f"price: {c}"), wair_stock(f"price: {c}", 8, available=10)] for c in PRICES],
)
def test_price_is_the_web_price_else_the_sell_price_or_the_parents_made_net(found: Results) -> None:
    amounts = {r["record_key"]: r["amount_gbp"] for r in found.about("price: ").of("STK-08")}
    assert amounts == {f"price: {code}": None if a is None else Decimal(a) for code, (_, a) in PRICES.items()}


@NIGHT.has(known("SUM-1", 8), wair_stock("SUM-1", 9, allocated=2, available=8))
def test_wair_figures_that_do_not_add_up_are_inconsistent_by_themselves(found: Results) -> None:
    told = found.about("SUM-1")
    row = told.one("STK-08")
    assert (row["reason"], row["units"], row["amount_gbp"]) == ("wair_inconsistent", 1, Decimal("10.00"))
    assert (row["state"], told.open()) == ("open", [("STK-01", "SUM-1"), ("STK-08", "SUM-1")])


@NIGHT.has(known("SUM-3", 8), wair_stock("SUM-3", 8, allocated=2, available=8))
def test_they_count_by_themselves_where_khaos_agrees(found: Results) -> None:
    row = found.about("SUM-3").one("STK-08")
    assert (row["reason"], row["units"], row["amount_gbp"]) == ("wair_inconsistent", 2, Decimal("20.00"))


@NIGHT.has(known("SUM-2", 8), wair_stock("SUM-2", 8, allocated=2, available=5))
def test_the_difference_to_khaos_is_what_counts_where_both_are_wrong(found: Results) -> None:
    row = found.about("SUM-2").one("STK-08")
    assert (row["reason"], row["units"], row["expected_value"]) == ("wair_inconsistent", -3, "8")


@NIGHT.has(
    [[known(f"FRESH-{us}", 8), wair_stock(f"FRESH-{us}", 8, available=10, at=minutes_ago(30, us))] for us in (0, 1)]
)
def test_an_allocation_that_changed_inside_the_stock_grace_is_expected(found: Results) -> None:
    states = {r["record_key"]: r["state"] for r in found.about("FRESH").of("STK-08")}
    assert states == {"FRESH-0": "open", "FRESH-1": "expected"}


@NIGHT.has(
    [stock_item("EQUAL-1"), level("EQUAL-1", "8.50"), wair_item("EQUAL-1")],
    wair_stock("EQUAL-1", "10.00000", allocated="1.5"),
    order("SO EQUAL", None, [line("EQUAL-1", "1.5", "12.00")]),
)
def test_equal_numbers_written_differently_are_equal(found: Results) -> None:
    told = found.about("EQUAL-1")
    assert told.summary() == []
    assert told.compared("STK-08") == 1


@NIGHT.has(
    [stocked("PLACES-1", 10, -1), level("PLACES-1", 5, site_name="Shop"), wair_stock("PLACES-1", 4, location="L2")],
)
def test_every_stock_code_of_a_site_waits_for_its_own_site(found: Results) -> None:
    states = {(r["code"], r["scope"]): r["state"] for r in found.about("PLACES-1").rows}
    assert states == {("STK-06", "L1"): "open", ("STK-01", "Main"): "suppressed", ("STK-01", "Shop"): "open"}


@NIGHT.has(
    [stock_item("BACK-1"), level("BACK-1", 5, back_order=4), wair_item("BACK-1"), wair_stock("BACK-1", 5)],
    two_open("BACK-1"),
    # None is open at all
    [stock_item("BACK-2"), level("BACK-2", 5, back_order=2), wair_item("BACK-2"), wair_stock("BACK-2", 3, available=5)],
)
def test_more_back_orders_than_open_units_are_no_allocation(found: Results) -> None:
    assert found.about("BACK-1").open() == [("STK-01", "BACK-1")]
    assert found.about("BACK-2").of("STK-01") == []
    assert found.about("BACK-2").compared("STK-01") == 1
