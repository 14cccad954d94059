"""STK-02 to 06 on channels and PIM-09: what a channel offers beside what Khaos lets it sell."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from khaos_assets.snapshots.certificate import Verdict
from khaos_assets.systems.wire import Record
from khaos_assets_tests.planted_night import (
    Results,
    SetAside,
    level,
    minutes_ago,
    order,
    pack,
    site,
    stock_item,
    style_child,
    style_parent,
)
from khaos_assets_tests.planted_orocommerce import oro_product, oro_stock
from khaos_assets_tests.planted_records import LONG_AGO, Number
from khaos_assets_tests.planted_scayle import scayle_order, scayle_stock, scayle_variant, unit
from khaos_assets_tests.unit.rules.conftest import Tonight

SETTINGS: dict[str, Any] = {
    "wair": {"enabled": False},
    "scayle": {},
    "order_reference_prefixes": {"scayle": "SC-"},
    "mapping": {"warehouses": {"scayle": {"HUB": ["Main"], "WEST": ["Shop"]}, "orocommerce": {"": ["Main"]}}},
    "markets": {"scayle/hl/GB": {"company_class": "Web", "tax_codes": {"20": "1"}}},
}
WITH_ORO = SETTINGS | {"orocommerce": {}}
"""Every item costs 2.50 and sells at 10.00, both net; two units of each are held back."""


def on_sale(
    sku: str, available: Number, shown: int, *, changed: datetime = LONG_AGO, without_stock: bool = False, **fields: Any
) -> list[Record]:
    """An item with its level at Main and what SCAYLE offers of it from there. Further fields are the item's."""
    of_level = {k: fields.pop(k) for k in ("on_order", "build_potential", "back_order") if k in fields}
    offered = scayle_stock(sku, shown, changed=changed, without_stock=without_stock)
    return [stock_item(sku, **fields), level(sku, available, **of_level), *scayle_variant(sku), offered]


def found(tonight: Tonight, *things: Any, settings: Any = None, **options: Any) -> Results:
    return tonight(*things, settings=SETTINGS | (settings or {}), **options)


def told(results: Results, code: str) -> dict[str, str]:
    """SKU → state."""
    return {r["record_key"]: r["state"] for r in results.of(code)}


def allocated(units: Number, *skus: str) -> list[Record]:
    """An open order of Khaos alone that has these assigned."""
    return order("SO1", None, [(sku, units, "12.00") for sku in skus])


# STK-02


def test_each_wrong_figure_is_known_by_its_units(tonight: Tonight) -> None:
    """8 available, 2 allocated, 5 on order, 2 held back: 6 are sellable."""
    shown = {"RIGHT": 6, "PHYSICAL": 10, "AVAILABLE": 8, "ORDERED": 13, "OTHER": 9}
    items = [on_sale(sku, 8, units, on_order=5) for sku, units in shown.items()]
    rows = found(tonight, items, allocated(2, *shown)).of("STK-02")
    figures = {r["record_key"]: (r["field"], r["units"], r["amount_gbp"]) for r in rows}
    assert figures == {
        "PHYSICAL": ("physical", 4, Decimal("40.00")),
        "AVAILABLE": ("available", 2, Decimal("20.00")),
        "ORDERED": ("available_plus_on_order", 7, Decimal("70.00")),
    }
    assert {(r["systems"], r["scope"], r["expected_value"], r["state"]) for r in rows} == {
        ("khaos>scayle", "HUB", "6", "open")
    }


def test_a_wrong_figure_explains_that_too_much_is_offered(tonight: Tonight) -> None:
    rows = found(tonight, on_sale("MUG-1", 8, 8))
    assert rows.open() == [("STK-02", "MUG-1")]
    assert rows.explained_by(rows.one("STK-04")) == "STK-02"


def test_the_first_figure_that_fits_is_named(tonight: Tonight) -> None:
    assert found(tonight, on_sale("MUG-1", 8, 8, on_order=0)).one("STK-02")["field"] == "physical"


def test_a_figure_that_equals_the_right_one_or_cannot_be_read_is_no_wrong_figure(tonight: Tonight) -> None:
    same = on_sale("SAME", 8, 8)
    unread = [on_sale("UNREAD", 8, 13, on_order=None), on_sale("BACK", 8, 10, back_order=1)]
    rows = found(tonight, same, unread, allocated(2, "BACK"), settings={"buffer": {"per_code": {"SAME": 0}}})
    assert (rows.of("STK-02"), told(rows, "STK-04")) == ([], {"UNREAD": "open", "BACK": "open"})


def test_a_figure_changed_within_the_stock_grace_is_expected(tonight: Tonight) -> None:
    items = [on_sale(f"MUG-{us}", 8, 8, changed=minutes_ago(30, us)) for us in (0, 1)]
    rows = found(tonight, items)
    assert told(rows, "STK-02") == {"MUG-0": "open", "MUG-1": "expected"}
    assert told(rows, "STK-04") == {"MUG-0": "suppressed", "MUG-1": "expected"}


def test_a_pack_has_no_figure_of_its_own(tonight: Tonight) -> None:
    goods = [on_sale("MUG-1", 12, 10), pack("SET-1", {"MUG-1": 2}), level("SET-1", 7)]
    assert found(tonight, goods, scayle_variant("SET-1"), scayle_stock("SET-1", 7)).open() == [("STK-04", "SET-1")]


# STK-03


def test_a_build_is_counted_once(tonight: Tonight) -> None:
    """4 of its own, 2 held back, 9 could be built."""
    shown = {"OWN": 2, "SUM": 13, "SUM-LESS": 11, "OTHER": 12}
    rows = found(tonight, [on_sale(sku, 4, units, build_potential=9) for sku, units in shown.items()])
    doubled = {r["record_key"]: (r["field"], r["scope"], r["units"], r["amount_gbp"]) for r in rows.of("STK-03")}
    assert doubled == dict.fromkeys(("SUM", "SUM-LESS"), ("build", "HUB", 9, Decimal("22.50")))
    assert told(rows, "STK-04") == {"SUM": "suppressed", "SUM-LESS": "suppressed", "OTHER": "open"}


def test_less_than_the_buffer_left_is_counted_from_nothing(tonight: Tonight) -> None:
    assert told(found(tonight, on_sale("KIT-1", 1, 9, build_potential=9)), "STK-03") == {"KIT-1": "open"}


def test_without_parts_nothing_was_added(tonight: Tonight) -> None:
    rows = found(tonight, on_sale("KIT-1", 4, 4, build_potential=0))
    assert rows.open() == [("STK-02", "KIT-1")]
    assert rows.of("STK-03") == []


def test_a_style_parent_has_no_stock_beside_its_sizes(tonight: Tonight) -> None:
    tee = [style_parent("TEE"), style_child("TEE-M", "TEE"), level("TEE-M", 9), scayle_variant("TEE-M")]
    shown = [scayle_stock("TEE-M", 7), scayle_variant("TEE"), scayle_stock("TEE", 5)]
    empty = [style_parent("CAP"), scayle_variant("CAP"), scayle_stock("CAP", 0)]
    row = found(tonight, tee, shown, empty).one("STK-03")
    assert (row["record_key"], row["field"], row["units"], row["amount_gbp"]) == ("TEE", "scs", 5, Decimal("12.50"))


def test_a_pack_within_its_parts_is_counted_once(tonight: Tonight) -> None:
    """Of 12 mugs 10 are sellable, of 8 cups 6: three sets of two cups, two of three."""
    parts = [on_sale("MUG-1", 12, 10), on_sale("CUP-1", 8, 6)]
    sets = {"FIT": (2, 3), "LESS": (2, 2), "MORE": (2, 4), "ROUND": (4, 2)}
    kits = [
        [pack(sku, {"MUG-1": 1, "CUP-1": cups}), scayle_variant(sku), scayle_stock(sku, shown)]
        for sku, (cups, shown) in sets.items()
    ]
    rows = found(tonight, parts, kits)
    assert rows.open() == [("STK-04", "MORE"), ("STK-04", "ROUND")]
    assert rows.of("STK-03") == []


# STK-04


def test_more_than_is_sellable_is_a_risk_beyond_the_tolerance(tonight: Tonight) -> None:
    items = [on_sale(f"MUG-{n}", 12, 10 + n, on_order=50) for n in (0, 1, 2, 3)]
    rows = found(tonight, items, settings={"tolerances": {"stock_units": 1}}, certificates={}).of("STK-04")
    assert [(r["record_key"], r["units"], r["amount_gbp"]) for r in rows if r["state"] == "open"] == [
        ("MUG-3", 3, Decimal("30.00"))
    ]
    assert [r["record_key"] for r in rows] == ["MUG-2", "MUG-3"]  # MUG-2 has the figure without the buffer


def test_what_changed_within_the_stock_grace_may_be_too_much(tonight: Tonight) -> None:
    items = [on_sale(f"MUG-{us}", 12, 17, changed=minutes_ago(30, us)) for us in (0, 1)]
    assert told(found(tonight, items), "STK-04") == {"MUG-0": "open", "MUG-1": "expected"}


def test_what_sells_without_stock_must_have_some(tonight: Tonight) -> None:
    goods = [
        on_sale("NONE", 2, 0, without_stock=True),
        on_sale("SOME", 3, 1, without_stock=True),
        on_sale("ENDED", 2, 0),
    ]
    row = found(tonight, goods).one("STK-04")
    assert (row["record_key"], row["reason"], row["units"], row["amount_gbp"]) == (
        "NONE", "sells_without_stock", 0, Decimal("0.00"),
    )  # fmt: skip


def test_rows_of_one_warehouse_are_added_and_warehouses_are_not(tonight: Tonight) -> None:
    goods = [on_sale("MUG-1", 12, 6), scayle_stock("MUG-1", 7, merchant="B"), level("MUG-1", 5, site_name="Shop")]
    elsewhere = [scayle_stock("MUG-1", 3, warehouse="WEST"), scayle_stock("MUG-1", 99, warehouse="UNMAPPED")]
    row = found(tonight, site("Shop"), goods, elsewhere).one("STK-04")
    assert (row["scope"], row["actual_value"], row["units"]) == ("HUB", "13", 3)


def test_several_sites_of_one_warehouse_hold_the_buffer_back_once(tonight: Tonight) -> None:
    both = {"mapping": {"warehouses": {"scayle": {"HUB": ["Main", "Shop"]}}}}
    goods = [on_sale("MUG-1", 12, 15), level("MUG-1", 5, site_name="Shop")]
    halves = [on_sale("CUP-1", 12, 18), level("CUP-1", None, site_name="Shop")]
    assert found(tonight, site("Shop"), goods, halves, settings=both).summary() == []


def test_the_buffer_is_of_one_source(tonight: Tonight) -> None:
    goods = [
        on_sale("SAFE", 12, 8, safe_level=4),
        on_sale("BARE", 12, 12),
        on_sale("ENDING", 12, 12, safe_level=4, run_to_zero=True),
    ]
    assert found(tonight, goods, settings={"buffer": {"source": "safe_level"}}).summary() == []


def test_cases_of_twelve_are_units_and_orocommerce_has_no_grace(tonight: Tonight) -> None:
    cup = [stock_item("CUP-1"), level("CUP-1", 26), oro_product("CUP-1"), oro_stock("CUP-1", 2, unit="case")]
    mug = [stock_item("MUG-1"), level("MUG-1", 26), oro_product("MUG-1"), oro_stock("MUG-1", 3, unit="case")]
    units = {"mapping": SETTINGS["mapping"] | {"units": {"each": 1, "case": 12}}}
    row = found(tonight, cup, mug, settings=WITH_ORO | units).one("STK-04")
    assert (row["systems"], row["record_key"], row["scope"], row["units"]) == ("khaos>orocommerce", "MUG-1", "", 12)
    assert (row["state"], row["observed_at"]) == ("open", None)


def test_a_sum_of_which_a_part_was_set_aside_is_unknown(tonight: Tonight) -> None:
    goods = [stock_item("MUG-1"), level("MUG-1", 12), oro_product("MUG-1"), oro_stock("MUG-1", 30)]
    lost = SetAside("orocommerce.inventory_levels", "7", raw=f'{{"product_id": "{oro_stock("MUG-1", 0).product_id}"}}')
    units = {"mapping": SETTINGS["mapping"] | {"units": {"each": 1}}}
    assert found(tonight, goods, settings=WITH_ORO | units).state("STK-04") == "open"
    assert found(tonight, goods, lost, settings=WITH_ORO | units).of("STK-04") == []


def test_an_incomplete_list_of_stock_is_not_tested(tonight: Tonight) -> None:
    blind = {"scayle.stocks": {"verdict": Verdict.INCOMPLETE}}
    rows = found(tonight, on_sale("MUG-1", 12, 17), certificates=blind)
    pair = "khaos>scayle"
    assert {(c, pair) for c in ("STK-02", "STK-03", "STK-04", "STK-05")} <= set(rows.not_tested())
    assert [r for r in rows.rows if r["code"].startswith("STK")] == []


# STK-05


def test_stock_is_withheld_beyond_the_share_and_the_units(tonight: Tonight) -> None:
    """SKU: (available, shown); two units are held back."""
    shown = {"HALF": (22, 10), "MORE": (22, 9), "UNITS": (7, 0), "SIX": (8, 0), "NONE": (22, 20)}
    rows = found(tonight, [on_sale(sku, a, s) for sku, (a, s) in shown.items()])
    assert [(r["record_key"], r["scope"], r["units"], r["amount_gbp"], r["state"]) for r in rows.of("STK-05")] == [
        ("MORE", "HUB", 11, Decimal("110.00"), "open"),
        ("SIX", "HUB", 6, Decimal("60.00"), "open"),
    ]


def test_what_runs_to_zero_or_shows_its_limit_is_not_withheld(tonight: Tonight) -> None:
    goods = [
        on_sale("ENDING", 22, 1, run_to_zero=True),
        on_sale("LIMIT", 22, 5, max_display_qty=5),
        on_sale("OVER", 22, 6, max_display_qty=5),
        on_sale("UNDER", 22, 4, max_display_qty=5),
        on_sale("UNLIMITED", 22, 0, max_display_qty=0),
    ]
    assert sorted(told(found(tonight, goods), "STK-05")) == ["OVER", "UNDER", "UNLIMITED"]


def test_orders_on_their_way_to_khaos_explain_what_is_missing(tonight: Tonight) -> None:
    goods = [on_sale(sku, 22, 8) for sku in ("WAY", "SHORT", "THERE", "GONE")]
    sold = {"WAY": 12, "SHORT": 11, "THERE": 12, "GONE": 12}
    orders = [
        scayle_order(
            f"W-{sku}",
            [unit(sku, "12.00")] * n,
            status="cancellation_completed" if sku == "GONE" else "payment_reserved",
        )
        for sku, n in sold.items()
    ]
    there = order("SO1", "SC-W-THERE", [("THERE", 12, "12.00")], complete=True)
    assert sorted(told(found(tonight, goods, orders, there), "STK-05")) == ["GONE", "SHORT", "THERE"]


def test_scayle_may_reserve_for_two_days_and_orocommerce_may_not(tonight: Tonight) -> None:
    goods = [on_sale(f"MUG-{us}", 22, 1, changed=minutes_ago(48 * 60, us)) for us in (0, 1)]
    assert told(found(tonight, goods), "STK-05") == {"MUG-0": "open", "MUG-1": "expected"}
    oro = [stock_item("CUP-1"), level("CUP-1", 22), oro_product("CUP-1"), oro_stock("CUP-1", 1)]
    units = {"mapping": SETTINGS["mapping"] | {"units": {"each": 1}}}
    assert found(tonight, oro, settings=WITH_ORO | units).state("STK-05") == "open"


# STK-06


def test_a_channel_offers_no_negative_quantity(tonight: Tonight) -> None:
    rows = found(tonight, on_sale("MUG-1", 22, -3), on_sale("CUP-1", 2, 0))
    row = rows.one("STK-06")
    assert (row["systems"], row["scope"], row["field"]) == ("scayle", "HUB", "quantity")
    assert (row["units"], row["amount_gbp"]) == (-3, Decimal("7.50"))
    assert rows.explained_by(rows.one("STK-05")) == "STK-06"


def test_a_negative_in_khaos_hides_no_channel_that_oversells(tonight: Tonight) -> None:
    rows = found(tonight, on_sale("MUG-1", -2, 5))
    assert rows.open() == [("STK-04", "MUG-1"), ("STK-06", "MUG-1")]
    assert rows.one("STK-06")["systems"] == "khaos"


def test_a_negative_that_sells_without_stock_is_told_once(tonight: Tonight) -> None:
    rows = found(tonight, on_sale("MUG-1", 2, -3, without_stock=True))
    assert rows.explained_by(rows.one("STK-04")) == "STK-06"


# PIM-09


def test_what_khaos_discontinued_is_not_offered(tonight: Tonight) -> None:
    gone: dict[str, Any] = {"discontinued": True}
    goods = [
        [on_sale("SOLD", 12, 10, **gone), scayle_stock("SOLD", 4, warehouse="UNMAPPED")],
        on_sale("PROMISED", 0, 0, without_stock=True, **gone),
        on_sale("EMPTY", 0, 0, **gone),
        on_sale("KEPT", 12, 10),
        on_sale("ENDING", 10, 10, run_to_zero=True, **gone),
        on_sale("ENDED", 0, 3, run_to_zero=True, **gone),
    ]
    rows = found(tonight, goods)
    assert {r["record_key"]: (r["units"], r["amount_gbp"]) for r in rows.of("PIM-09")} == {
        "SOLD": (14, Decimal("140.00")),
        "PROMISED": (0, Decimal("0.00")),
        "ENDED": (3, Decimal("30.00")),
    }
    assert {r["state"] for r in rows.of("PIM-09")} == {"open"}
    assert {rows.explained_by(r) for r in rows.of("STK-04")} == {"PIM-09"}


@pytest.mark.parametrize(("state", "offered"), [("live", True), ("problem", False), ("draft", False)])
def test_only_what_is_live_is_offered(tonight: Tonight, state: str, offered: bool) -> None:
    item = [stock_item("MUG-1", discontinued=True), level("MUG-1", 12)]
    rows = found(tonight, item, scayle_variant("MUG-1", state=state), scayle_stock("MUG-1", 10))
    assert bool(rows.of("PIM-09")) == offered


def test_a_figure_that_is_not_told_is_not_none_left(tonight: Tonight) -> None:
    """Unknown at one site: what the other has is left; where it has none, nothing is concluded."""
    ending: dict[str, Any] = {"discontinued": True, "run_to_zero": True}
    levels = {"UNTOLD": (None, 0), "SOME LEFT": (None, 2), "NONE": (0, 0), "NO ROW": ()}
    goods = [[stock_item(s, **ending), *scayle_variant(s), scayle_stock(s, 3)] for s in levels]
    left = [level(s, n, site_name=p) for s, told_of in levels.items() for p, n in zip(("Main", "Shop"), told_of)]  # noqa: B905
    rows = found(tonight, site("Shop", site_id=2), goods, left)
    assert told(rows, "PIM-09") == {"NO ROW": "open", "NONE": "open"}
    assert sorted(r["record_key"] for r in rows.population if r["code"] == "PIM-09") == ["NO ROW", "NONE", "SOME LEFT"]


def test_it_explains_the_channels_other_stock_differences(tonight: Tonight) -> None:
    goods = [on_sale("WRONG", 12, 12, discontinued=True), on_sale("LESS", 22, 1, discontinued=True)]
    rows = found(tonight, goods)
    assert rows.open() == [("PIM-09", "LESS"), ("PIM-09", "WRONG")]
    assert {(r["code"], rows.explained_by(r)) for r in rows.rows if r["state"] == "suppressed"} == {
        ("STK-02", "PIM-09"), ("STK-04", "PIM-09"), ("STK-05", "PIM-09"),
    }  # fmt: skip
