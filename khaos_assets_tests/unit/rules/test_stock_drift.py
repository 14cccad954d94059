"""STK-01: Khaos's physical stock against what WAIR has on hand.

Most tests look at one night. What a test plants stands above it, under SKUs of its own.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from khaos_assets.snapshots.certificate import Verdict
from khaos_assets_tests.planted_night import (
    Record,
    Results,
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
from khaos_assets_tests.shared_night import SharedNight
from khaos_assets_tests.unit.rules.conftest import Tonight

NIGHT = SharedNight(
    [site("Shop"), site("Attic")],
    settings={
        "non_stock_codes": ["POST"],
        "mapping": {"locations": {"L1": "Main", "L2": "Shop", "L3": "Shop", "Shop": "Shop", "Attic": "Attic"}},
    },
)
found = NIGHT.once()


def in_shop(sku: str, available: int, **on_hand: int) -> list[Record]:
    """An item of the site Shop, and what WAIR has at its locations."""
    held = [wair_stock(sku, units, location=place) for place, units in on_hand.items()]
    return [stock_item(sku), level(sku, available, site_name="Shop"), wair_item(sku), *held]


DIFFERENCES = [("10", "7", "3", "7.50"), ("7", "10", "-3", "7.50"), ("110", "10", "100", "250.00")]


@NIGHT.has([stocked(f"DRIFT {khaos} {wair}", khaos, wair) for khaos, wair, _, _ in DIFFERENCES])
@pytest.mark.parametrize(("khaos", "wair", "units", "amount"), DIFFERENCES)
def test_the_difference_is_khaos_less_wair_valued_at_cost(
    found: Results, khaos: str, wair: str, units: str, amount: str
) -> None:
    sku = f"DRIFT {khaos} {wair}"
    told = found.about(sku)
    row = told.one("STK-01")
    assert (row["systems"], row["record_key"], row["scope"], row["field"]) == ("wair>khaos", sku, "Main", "physical")
    assert (row["units"], row["amount_gbp"]) == (Decimal(units), Decimal(amount))
    assert (row["expected_value"], row["actual_value"], row["state"]) == (wair, khaos, "open")
    assert told.open() == [("STK-01", sku)]
    assert row["expected_snapshot"] != row["actual_snapshot"]


SEVERITIES = {
    "8.33": "low",
    "8.34": "medium",
    "83.33": "medium",
    "83.34": "high",
    "833.33": "high",
    "833.34": "critical",
}


@NIGHT.has([stocked(f"PRICED {price}", 10, 7, buy_price=price) for price in SEVERITIES])
def test_severity_goes_by_value(found: Results) -> None:
    severities = {r["record_key"]: r["severity"] for r in found.about("PRICED").of("STK-01")}
    assert severities == {f"PRICED {price}": severity for price, severity in SEVERITIES.items()}


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


@NIGHT.has([stocked(f"cost: {case}", 10, 7, **fields) for case, (fields, _) in COSTS.items()])
def test_cost_is_the_buy_price_made_net_and_rounded_once(found: Results) -> None:
    amounts = {r["record_key"]: r["amount_gbp"] for r in found.about("cost: ").of("STK-01")}
    assert amounts == {f"cost: {case}": None if a is None else Decimal(a) for case, (_, a) in COSTS.items()}


@NIGHT.has(
    stocked("SHELF-1", 8, 10, at=minutes_ago(9000)),
    order("SO SHELF-1", "WEB1", [("SHELF-1", 5, "12.00")], invoices=[invoice({"SHELF-1": 3})]),
    order("SO SHELF-2", None, [("SHELF-1", 9, "12.00")], cancelled=True),
    order("SO SHELF-3", "CN1", [("SHELF-1", 9, "12.00")], order_type="C"),
    dispatch("D1", "WEB1", {"SHELF-1": 3}),
)
def test_allocated_units_are_still_on_the_shelf(found: Results) -> None:
    told = found.about("SHELF-1")
    assert told.of("STK-01") == []
    assert told.compared("STK-01") == 1


@NIGHT.has(stocked("PHONE-1", 8, 10), order("SO PHONE", None, [("PHONE-1", 2, "12.00")]))
def test_telephone_orders_without_a_reference_are_allocated_too(found: Results) -> None:
    told = found.about("PHONE-1")
    assert told.of("STK-01") == []
    assert told.compared("STK-01") == 1


@NIGHT.has(
    [stocked("PLACE-1", 8), level("PLACE-1", 3, site_name="Shop"), wair_stock("PLACE-1", 5, location="L2")],
    order("SO PLACE", None, [line("PLACE-1", 2, "12.00", site_name="Shop")]),
)
def test_a_line_at_another_site_is_allocated_there(found: Results) -> None:
    told = found.about("PLACE-1")
    assert told.of("STK-01") == []
    assert told.compared("STK-01") == 2


@NIGHT.has(in_shop("SHARED-1", 8, L2=8), wair_stock("SHARED-1", 4, location="L3", at=minutes_ago(45)))
def test_two_wair_locations_of_one_site_are_one_figure(found: Results) -> None:
    row = found.about("SHARED-1").one("STK-01")
    assert (row["units"], row["scope"], row["expected_value"]) == (Decimal(-4), "Shop", "12")
    assert row["observed_at"] == minutes_ago(45)


@NIGHT.has(
    [stock_item("NAMED-1"), level("NAMED-1", 5, site_name="Attic"), wair_item("NAMED-1")],
    wair_stock("NAMED-1", 3, location="Attic"),
)
def test_a_location_may_be_called_as_its_site(found: Results) -> None:
    assert found.about("NAMED-1").one("STK-01")["units"] == 2


@NIGHT.has([stocked(f"FRESH-{us}", 10, 7, at=minutes_ago(30, us)) for us in (0, 1)])
def test_a_change_in_wair_inside_the_stock_grace_is_expected(found: Results) -> None:
    states = {r["record_key"]: r["state"] for r in found.about("FRESH").of("STK-01")}
    assert states == {"FRESH-0": "open", "FRESH-1": "expected"}


def test_the_tolerance_is_allowed_and_not_a_unit_more(tonight: Tonight) -> None:
    found = tonight(
        stocked("MUG-1", 10, 8), stocked("CUP-1", 10, "7.99999"), settings={"tolerances": {"stock_units": 2}}
    )
    assert found.open() == [("STK-01", "CUP-1")]


# In transit


@NIGHT.has(
    [stocked("TRANSIT-1", 10, 7), transfer("T1", "TRANSIT-1", 5, received=2, origin="L1", goal="L9")],
    [stocked("TRANSIT-2", 10, 7), transfer("T2", "TRANSIT-2", 5, received=2, origin="L9", goal="L1")],
)
def test_a_transfer_in_transit_explains_the_whole_difference_at_either_end(found: Results) -> None:
    rows = {r["record_key"]: (r["state"], r["reason"]) for r in found.about("TRANSIT-1", "TRANSIT-2").of("STK-01")}
    assert rows == {"TRANSIT-1": ("expected", "in transit: T1"), "TRANSIT-2": ("expected", "in transit: T2")}


PART = {"PART-OF": (6, 3, 0), "PART-WAY": (13, 3, 0), "PART-DONE": (7, 3, 3), "PART-REST": (7, 3, 1)}


@NIGHT.has(
    [stocked(sku, 10, wair) for sku, (wair, _, _) in PART.items()],
    [transfer(sku, sku, shipped, received=got) for sku, (_, shipped, got) in PART.items()],
)
def test_a_transfer_that_explains_only_a_part_explains_nothing(found: Results) -> None:
    states = {r["record_key"]: r["state"] for r in found.about("PART-").of("STK-01")}
    assert states == dict.fromkeys(PART, "open")


SEVERAL = {"ALL-1": 5, "ALL-2": 8, "ALL-3": 6}


@NIGHT.has(
    [stocked(sku, 10, units) for sku, units in SEVERAL.items()],
    [transfer(f"{s} in", s, 2, origin="L9", goal="L1") for s in SEVERAL],
    [transfer(f"{s} away", s, 3) for s in SEVERAL],
)
def test_several_transfers_explain_together_or_one_of_them_alone(found: Results) -> None:
    by_key = {r["record_key"]: (r["state"], r["reason"]) for r in found.about("ALL-").of("STK-01")}
    assert by_key == {
        "ALL-1": ("expected", "in transit: ALL-1 away+ALL-1 in"),
        "ALL-2": ("expected", "in transit: ALL-2 in"),
        "ALL-3": ("open", "differs"),
    }


@NIGHT.has(
    [stocked("TRANSIT-3", 10, 7), level("TRANSIT-3", 10, site_name="Shop"), wair_stock("TRANSIT-3", 7, location="L2")],
    transfer("T5", "TRANSIT-3", 3),
    # Nothing is on its way where more came than was sent
    [stocked("TRANSIT-4", 10, 12), transfer("T6", "TRANSIT-4", 3, received=5)],
    # A SKU of another spelling moves what it means
    [stock_item("TRANSIT-5"), level("TRANSIT-5", 10), wair_item("transit-5"), wair_stock("transit-5", 7)],
    transfer("T7", "transit-5", 3),
)
def test_a_transfer_explains_nothing_at_another_site_nor_once_all_of_it_came(found: Results) -> None:
    told = found.about("TRANSIT-3", "TRANSIT-4", "transit-5").of("STK-01")
    assert {(r["record_key"], r["scope"]): r["state"] for r in told} == {
        ("TRANSIT-3", "Main"): "expected",
        ("TRANSIT-3", "Shop"): "open",
        ("TRANSIT-4", "Main"): "open",
        ("transit-5", "Main"): "suppressed",
    }
    assert found.about("transit-5").one("STK-01")["reason"] == "in transit: T7"


@NIGHT.has(in_shop("WITHIN-1", 10, L2=7), transfer("T3", "WITHIN-1", 3, origin="L2", goal="L3"))
def test_a_transfer_between_two_locations_of_one_site_counts_once(found: Results) -> None:
    assert found.about("WITHIN-1").state("STK-01") == "expected"


@NIGHT.has(
    stocked("BOOKED-1", 8, 8, at=minutes_ago(45)),
    order("SO BOOKED", "WEB2", [("BOOKED-1", 2, "12.00")]),
    dispatch("D2", "WEB2", {"BOOKED-1": 2}, at=minutes_ago(45)),
)
def test_dispatches_inside_their_grace_explain_what_khaos_has_not_booked(found: Results) -> None:
    told = found.about("BOOKED-1", "WEB2", "D2")
    row = told.one("STK-01")
    assert (row["state"], row["units"], told.explained_by(row)) == ("expected", 2, "ORD-05")
    assert told.open() == []


# Back orders

BACK_ORDERS: dict[str, dict[int | None, tuple[int, str]]] = {
    "unknown": {2: (5, "not compared"), 0: (8, "agrees")},
    "no": {2: (6, "agrees"), None: (8, "not compared")},
    "yes": {2: (8, "agrees"), None: (8, "not compared")},
}
"""What the installation's setting says → units on back order → what WAIR has, and what comes of it."""


@pytest.mark.parametrize("setting", BACK_ORDERS)
def test_back_orders_leave_physical_unproven_until_the_installation_says(tonight: Tonight, setting: str) -> None:
    items: list[Any] = []
    for units, (wair, _) in BACK_ORDERS[setting].items():
        sku = f"{units} BACK"
        items += [stock_item(sku), level(sku, 5, back_order=units), wair_item(sku), wair_stock(sku, wair, available=5)]
        items += order(f"SO {sku}", None, [(sku, 3, "12.00")])
    # At several sites nobody knows of which
    items += [
        site("Shop"),
        stock_item("SITES"),
        wair_item("SITES"),
        wair_stock("SITES", 5),
        wair_stock("SITES", 5, location="L2"),
    ]
    items += [level("SITES", 5, back_order=2, site_name=s) for s in ("Main", "Shop")]
    found = tonight(
        items,
        settings={
            "khaos": {"back_order_lowers_level": setting},
            "mapping": {"locations": {"L1": "Main", "L2": "Shop"}},
        },
    )
    assert found.of("STK-01") == []
    for units, (_, outcome) in BACK_ORDERS[setting].items():
        assert found.about(f"{units} BACK").compared("STK-01") == (0 if outcome == "not compared" else 1)
    compared = {r["scope"] for r in found.about("SITES").population if r["code"] == "STK-01"}
    assert compared == ({"Main", "Shop"} if setting == "yes" else set())


# What is not compared


@NIGHT.has([stock_item("UNTOLD-1"), level("UNTOLD-1", None), wair_item("UNTOLD-1"), wair_stock("UNTOLD-1", 5)])
def test_an_item_without_a_level_is_not_compared(found: Results) -> None:
    assert found.about("UNTOLD-1").compared("STK-01") == 0


OUTSIDE = ("OUT-SET", "OUT-TEE", "OUT-GIFT", "POST")


@NIGHT.has(
    [pack("OUT-SET", {"MUG-1": 2}), style_parent("OUT-TEE"), stock_item("POST")],
    stock_item("OUT-GIFT", stock_controlled=False),
    [[level(c, 3), wair_item(c), wair_stock(c, 0)] for c in OUTSIDE],
    wair_stock("OUT-GIFT", -3, location="L2"),
)
def test_parents_and_items_without_stock_control_and_postage_are_not_compared(found: Results) -> None:
    told = found.about(*OUTSIDE)
    assert told.of("STK-01") == told.of("STK-06") == []
    assert told.compared("STK-01") == 0


@NIGHT.has(
    [stock_item("OWN-KIT"), level("OWN-KIT", 4, build_potential=9)],
    [style_parent("OWN-TEE", buy_price="1.50"), style_child("OWN-TEE-S", "OWN-TEE"), level("OWN-TEE-S", 4)],
    [[wair_item(c), wair_stock(c, 2)] for c in ("OWN-KIT", "OWN-TEE-S")],
)
def test_a_build_and_a_style_child_are_stocked_by_themselves(found: Results) -> None:
    amounts = {r["record_key"]: r["amount_gbp"] for r in found.about("OWN-").of("STK-01")}
    assert amounts == {"OWN-KIT": Decimal("5.00"), "OWN-TEE-S": Decimal("3.00")}


@NIGHT.has(
    [in_shop("ASIDE-1", 8, L2=3), in_shop("ASIDE-2", 8, L2=3), SetAside("wair.stock", "L3/ASIDE-1")],
    [level("ASIDE-1", 8), wair_stock("ASIDE-1", 8)],
)
def test_a_figure_of_which_a_part_was_set_aside_is_not_compared(found: Results) -> None:
    told = found.about("ASIDE-1", "ASIDE-2")
    assert told.open() == [("FEED-04", "wair/stock/L3/ASIDE-1"), ("STK-01", "ASIDE-2")]
    compared = {(r["record_key"], r["scope"]) for r in told.population if r["code"] == "STK-01"}
    assert compared == {("ASIDE-1", "Main"), ("ASIDE-2", "Shop")}


@NIGHT.has(
    stocked("ASIDE-3", 8, 10),
    order("SO ASIDE-3", None, []),
    SetAside(
        "khaos.order_lines",
        "SO ASIDE-3/1",
        raw="<ORDER_ITEM><STOCK_CODE><![CDATA[ASIDE-3]]></STOCK_CODE><ORDER_QTY>two</ORDER_QTY></ORDER_ITEM>",
    ),
)
def test_an_order_line_that_was_set_aside_leaves_its_item_uncompared(found: Results) -> None:
    assert found.about("ASIDE-3").open() == [("FEED-04", "khaos/order_lines/SO ASIDE-3/1")]


@NIGHT.has(
    stocked("ASIDE-5", 8, 10)[1:],
    SetAside("khaos.stock_items", "ASIDE-5", raw="<STOCK_ITEM><STOCK_CODE>ASIDE-5</STOCK_CODE></STOCK_ITEM>"),
)
def test_the_stock_of_an_item_that_was_set_aside_is_compared_and_its_cost_unknown(found: Results) -> None:
    row = found.about("ASIDE-5").one("STK-01")
    assert (row["units"], row["amount_gbp"], row["state"]) == (-2, None, "open")


@NIGHT.has(
    stocked("ASIDE-4", 8, 10),
    order("SO ASIDE-4", "WEB4", [("ASIDE-4", 2, "12.00")])[1:],
    SetAside("khaos.sales_orders", "SO ASIDE-4"),
)
def test_lines_whose_order_was_set_aside_leave_their_items_uncompared(found: Results) -> None:
    told = found.about("ASIDE-4")
    assert told.of("STK-01") == []
    assert told.compared("STK-01") == 0


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
