"""STK-02 to 06 on channels and PIM-09: what a channel offers beside what Khaos lets it sell.

Most tests look at one night. What a test plants stands above it, under SKUs of its own.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from khaos_assets.snapshots.certificate import Verdict
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
from khaos_assets_tests.planted_orocommerce import oro_stock
from khaos_assets_tests.planted_scayle import scayle_order, scayle_stock, scayle_variant, unit
from khaos_assets_tests.shared_night import SharedNight
from khaos_assets_tests.unit.rules.channel_stock import SETTINGS, WAREHOUSES, allocated, on_sale, told, traded
from khaos_assets_tests.unit.rules.conftest import Tonight

BOTH_SHOPS = SETTINGS | {
    "orocommerce": {},
    "mapping": {"warehouses": WAREHOUSES, "units": {"each": 1, "case": 12}},
    "buffer": {"per_code": {"FIGURE-SAME": 0}},
}
NIGHT = SharedNight(site("Shop"), settings=BOTH_SHOPS)
found = NIGHT.once()


# STK-02

SHOWN = {"WRONG-RIGHT": 6, "WRONG-PHYSICAL": 10, "WRONG-AVAILABLE": 8, "WRONG-ORDERED": 13, "WRONG-OTHER": 9}


@NIGHT.has(
    [on_sale(sku, 8, units, on_order=5) for sku, units in SHOWN.items()],
    [allocated(2, *SHOWN), scayle_order("W-WRONG", [unit("WRONG-PHYSICAL", "12.00")])],
)
def test_each_wrong_figure_is_known_by_its_units(found: Results) -> None:
    """8 available, 2 allocated, 5 on order, 2 held back: 6 are sellable."""
    rows = found.about("WRONG-").of("STK-02")
    figures = {r["record_key"]: (r["field"], r["units"], r["amount_gbp"]) for r in rows}
    assert figures == {
        "WRONG-PHYSICAL": ("physical", 4, Decimal("40.00")),
        "WRONG-AVAILABLE": ("available", 2, Decimal("20.00")),
        "WRONG-ORDERED": ("available_plus_on_order", 7, Decimal("70.00")),
    }
    assert {(r["systems"], r["scope"], r["expected_value"], r["state"]) for r in rows} == {
        ("khaos>scayle", "HUB", "6", "open")
    }


@NIGHT.has(on_sale("WHOLE-1", 8, 8))
def test_a_wrong_figure_explains_that_too_much_is_offered(found: Results) -> None:
    rows = found.about("WHOLE-1")
    assert rows.open() == [("STK-02", "WHOLE-1")]
    assert rows.explained_by(rows.one("STK-04")) == "STK-02"


@NIGHT.has(on_sale("FIRST-1", 8, 8, on_order=0))
def test_the_first_figure_that_fits_is_named(found: Results) -> None:
    assert found.about("FIRST-1").one("STK-02")["field"] == "physical"


@NIGHT.has(
    on_sale("FIGURE-SAME", 8, 8),
    on_sale("FIGURE-UNREAD", 8, 13, on_order=None),
    [on_sale("FIGURE-BACK", 8, 10, back_order=1), allocated(2, "FIGURE-BACK")],
)
def test_a_figure_that_equals_the_right_one_or_cannot_be_read_is_no_wrong_figure(found: Results) -> None:
    rows = found.about("FIGURE-")
    assert (rows.of("STK-02"), told(rows, "STK-04")) == ([], {"FIGURE-UNREAD": "open", "FIGURE-BACK": "open"})


@NIGHT.has([on_sale(f"GRACE-{us}", 8, 8, changed=minutes_ago(30, us)) for us in (0, 1)])
def test_a_figure_changed_within_the_stock_grace_is_expected(found: Results) -> None:
    rows = found.about("GRACE-")
    assert told(rows, "STK-02") == {"GRACE-0": "open", "GRACE-1": "expected"}
    assert told(rows, "STK-04") == {"GRACE-0": "suppressed", "GRACE-1": "expected"}


@NIGHT.has(
    [on_sale("PART-1", 12, 10), pack("PACK-1", {"PART-1": 2}), level("PACK-1", 7)],
    [scayle_variant("PACK-1"), scayle_stock("PACK-1", 7)],
)
def test_a_pack_has_no_figure_of_its_own(found: Results) -> None:
    assert found.about("PART-1", "PACK-1").open() == [("STK-04", "PACK-1")]


# STK-03

BUILT = {"BUILD-OWN": 2, "BUILD-SUM": 13, "BUILD-SUM-LESS": 11, "BUILD-OTHER": 12}


@NIGHT.has([on_sale(sku, 4, units, build_potential=9) for sku, units in BUILT.items()])
def test_a_build_is_counted_once(found: Results) -> None:
    """4 of its own, 2 held back, 9 could be built."""
    rows = found.about("BUILD-")
    doubled = {r["record_key"]: (r["field"], r["scope"], r["units"], r["amount_gbp"]) for r in rows.of("STK-03")}
    assert doubled == dict.fromkeys(("BUILD-SUM", "BUILD-SUM-LESS"), ("build", "HUB", 9, Decimal("22.50")))
    assert told(rows, "STK-04") == {"BUILD-SUM": "suppressed", "BUILD-SUM-LESS": "suppressed", "BUILD-OTHER": "open"}


@NIGHT.has(on_sale("ADDS-UP-1", 4, 13, build_potential=9, on_order=9))
def test_a_build_that_was_added_is_no_wrong_figure_though_one_fits(found: Results) -> None:
    rows = found.about("ADDS-UP-1")
    assert rows.open() == [("STK-03", "ADDS-UP-1")]
    assert rows.of("STK-02") == []
    assert found.about("WHOLE-1").compared("STK-03") == 0, "only builds and parents can be counted twice"


@NIGHT.has(on_sale("KIT-1", 1, 9, build_potential=9))
def test_less_than_the_buffer_left_is_counted_from_nothing(found: Results) -> None:
    assert told(found.about("KIT-1"), "STK-03") == {"KIT-1": "open"}


@NIGHT.has(on_sale("KIT-2", 4, 4, build_potential=0))
def test_without_parts_nothing_was_added(found: Results) -> None:
    rows = found.about("KIT-2")
    assert rows.open() == [("STK-02", "KIT-2")]
    assert rows.of("STK-03") == []


@NIGHT.has(
    [style_parent("TEE"), style_child("TEE-M", "TEE"), level("TEE-M", 9), scayle_variant("TEE-M")],
    [scayle_stock("TEE-M", 7), scayle_variant("TEE"), scayle_stock("TEE", 5)],
    [style_parent("TEE EMPTY"), scayle_variant("TEE EMPTY"), scayle_stock("TEE EMPTY", 0)],
)
def test_a_style_parent_has_no_stock_beside_its_sizes(found: Results) -> None:
    row = found.about("TEE").one("STK-03")
    assert (row["record_key"], row["field"], row["units"], row["amount_gbp"]) == ("TEE", "scs", 5, Decimal("12.50"))


@NIGHT.has(style_parent("CAP"), scayle_variant("CAP"), scayle_stock("CAP", -1))
def test_a_style_parent_below_zero_is_counted_twice_and_nothing_else(found: Results) -> None:
    rows = found.about("CAP")
    assert [(r["code"], r["units"]) for r in rows.rows] == [("STK-03", 1)]
    assert rows.compared("STK-06") == 0


SETS = {"SET-FIT": (2, 3), "SET-LESS": (2, 2), "SET-MORE": (2, 4), "SET-ROUND": (4, 2)}


@NIGHT.has(
    [on_sale("SET PART-1", 12, 10), on_sale("SET PART-2", 8, 6)],
    [
        [pack(sku, {"SET PART-1": 1, "SET PART-2": cups}), scayle_variant(sku), scayle_stock(sku, shown)]
        for sku, (cups, shown) in SETS.items()
    ],
)
def test_a_pack_within_its_parts_is_counted_once(found: Results) -> None:
    """Of 12 mugs 10 are sellable, of 8 cups 6: three sets of two cups, two of three."""
    rows = found.about("SET-", "SET PART")
    assert rows.open() == [("STK-04", "SET-MORE"), ("STK-04", "SET-ROUND")]
    assert rows.of("STK-03") == []


# STK-04


def test_more_than_is_sellable_is_a_risk_beyond_the_tolerance(tonight: Tonight) -> None:
    items = [on_sale(f"MUG-{n}", 12, 10 + n, on_order=50) for n in (0, 1, 2, 3)]
    rows = tonight(items, settings=SETTINGS | {"tolerances": {"stock_units": 1}}).of("STK-04")
    assert [(r["record_key"], r["units"], r["amount_gbp"]) for r in rows if r["state"] == "open"] == [
        ("MUG-3", 3, Decimal("30.00"))
    ]
    assert [r["record_key"] for r in rows] == ["MUG-2", "MUG-3"]  # MUG-2 has the figure without the buffer


@NIGHT.has([on_sale(f"LATELY-{us}", 12, 17, changed=minutes_ago(30, us)) for us in (0, 1)])
def test_what_changed_within_the_stock_grace_may_be_too_much(found: Results) -> None:
    assert told(found.about("LATELY-"), "STK-04") == {"LATELY-0": "open", "LATELY-1": "expected"}


@NIGHT.has(
    on_sale("WITHOUT-NONE", 2, 0, without_stock=True),
    on_sale("WITHOUT-SOME", 3, 1, without_stock=True),
    on_sale("WITHOUT-ENDED", 2, 0),
)
def test_what_sells_without_stock_must_have_some(found: Results) -> None:
    row = found.about("WITHOUT-").one("STK-04")
    assert (row["record_key"], row["reason"], row["units"], row["amount_gbp"]) == (
        "WITHOUT-NONE", "sells_without_stock", 0, Decimal("0.00"),
    )  # fmt: skip


@NIGHT.has(
    [on_sale("ADDED-1", 12, 6), scayle_stock("ADDED-1", 7, merchant="B"), level("ADDED-1", 5, site_name="Shop")],
    [scayle_stock("ADDED-1", 3, warehouse="WEST"), scayle_stock("ADDED-1", 99, warehouse="UNMAPPED")],
)
def test_rows_of_one_warehouse_are_added_and_warehouses_are_not(found: Results) -> None:
    row = found.about("ADDED-1").one("STK-04")
    assert (row["scope"], row["actual_value"], row["units"]) == ("HUB", "13", 3)


def test_several_sites_of_one_warehouse_hold_the_buffer_back_once(tonight: Tonight) -> None:
    both = SETTINGS | {"mapping": {"warehouses": {"scayle": {"HUB": ["Main", "Shop"]}}}}
    goods = [on_sale("MUG-1", 12, 15), level("MUG-1", 5, site_name="Shop")]
    halves = [on_sale("CUP-1", 12, 18), level("CUP-1", None, site_name="Shop")]
    assert tonight(site("Shop"), goods, halves, settings=both).summary() == []


def test_the_buffer_is_of_one_source(tonight: Tonight) -> None:
    goods = [
        on_sale("SAFE", 12, 8, safe_level=4),
        on_sale("BARE", 12, 12),
        on_sale("ENDING", 12, 12, safe_level=4, run_to_zero=True),
    ]
    assert tonight(goods, settings=SETTINGS | {"buffer": {"source": "safe_level"}}).summary() == []


@NIGHT.has(traded("CASE-2", 26, 2, "case"), traded("CASE-3", 26, 3, "case"))
def test_cases_of_twelve_are_units_and_orocommerce_has_no_grace(found: Results) -> None:
    row = found.about("CASE-").one("STK-04")
    assert (row["systems"], row["record_key"], row["scope"], row["units"]) == ("khaos>orocommerce", "CASE-3", "", 12)
    assert (row["state"], row["observed_at"]) == ("open", None)


@NIGHT.has(
    [traded(sku, 12, 30) for sku in ("COUNTED-ALL", "COUNTED-PART")],
    SetAside(
        "orocommerce.inventory_levels",
        "7",
        raw=f'{{"product_id": "{oro_stock("COUNTED-PART", 0).product_id}"}}',
    ),
)
def test_a_sum_of_which_a_part_was_set_aside_is_unknown(found: Results) -> None:
    assert told(found.about("COUNTED-"), "STK-04") == {"COUNTED-ALL": "open"}


def test_an_incomplete_list_of_stock_is_not_tested(tonight: Tonight) -> None:
    blind = {"scayle.stocks": {"verdict": Verdict.INCOMPLETE}}
    rows = tonight(on_sale("MUG-1", 12, 17), settings=SETTINGS, certificates=blind)
    pair = "khaos>scayle"
    assert {(c, pair) for c in ("STK-02", "STK-03", "STK-04", "STK-05")} <= set(rows.not_tested())
    assert [r for r in rows.rows if r["code"].startswith("STK")] == []


# STK-05

WITHHELD = {
    "HELD-HALF": (22, 10),
    "HELD-MORE": (22, 9),
    "HELD-UNITS": (7, 0),
    "HELD-SIX": (8, 0),
    "HELD-NONE": (22, 20),
}
"""SKU: (available, shown); two units are held back."""


@NIGHT.has([on_sale(sku, available, shown) for sku, (available, shown) in WITHHELD.items()])
def test_stock_is_withheld_beyond_the_share_and_the_units(found: Results) -> None:
    rows = found.about("HELD-").of("STK-05")
    assert [(r["record_key"], r["scope"], r["units"], r["amount_gbp"], r["state"]) for r in rows] == [
        ("HELD-MORE", "HUB", 11, Decimal("110.00"), "open"),
        ("HELD-SIX", "HUB", 6, Decimal("60.00"), "open"),
    ]


@NIGHT.has(
    on_sale("LIMIT-ENDING", 22, 1, run_to_zero=True),
    on_sale("LIMIT-SAME", 22, 5, max_display_qty=5),
    on_sale("LIMIT-OVER", 22, 6, max_display_qty=5),
    on_sale("LIMIT-UNDER", 22, 4, max_display_qty=5),
    on_sale("LIMIT-NONE", 22, 0, max_display_qty=0),
)
def test_what_runs_to_zero_or_shows_its_limit_is_not_withheld(found: Results) -> None:
    assert sorted(told(found.about("LIMIT-"), "STK-05")) == ["LIMIT-NONE", "LIMIT-OVER", "LIMIT-UNDER"]


UNDERWAY = {"WAY-ALL": 12, "WAY-SHORT": 11, "WAY-THERE": 12, "WAY-GONE": 12}


@NIGHT.has(
    [on_sale(sku, 22, 8) for sku in UNDERWAY],
    [
        scayle_order(
            f"W-{sku}",
            [unit(sku, "12.00")] * n,
            status="cancellation_completed" if sku == "WAY-GONE" else "payment_reserved",
        )
        for sku, n in UNDERWAY.items()
    ],
    order("SO WAY", "SC-W-WAY-THERE", [("WAY-THERE", 12, "12.00")], complete=True),
)
def test_orders_on_their_way_to_khaos_explain_what_is_missing(found: Results) -> None:
    assert sorted(told(found.about("WAY-"), "STK-05")) == ["WAY-GONE", "WAY-SHORT", "WAY-THERE"]


@NIGHT.has(
    [on_sale(f"RESERVED-{us}", 22, 1, changed=minutes_ago(48 * 60, us)) for us in (0, 1)], traded("RESERVED-O", 22, 1)
)
def test_scayle_may_reserve_for_two_days_and_orocommerce_may_not(found: Results) -> None:
    states = told(found.about("RESERVED-"), "STK-05")
    assert states == {"RESERVED-0": "open", "RESERVED-1": "expected", "RESERVED-O": "open"}


# STK-06


@NIGHT.has(on_sale("BELOW-1", 22, -3), on_sale("BELOW-2", 2, 0))
def test_a_channel_offers_no_negative_quantity(found: Results) -> None:
    rows = found.about("BELOW-")
    row = rows.one("STK-06")
    assert (row["systems"], row["scope"], row["field"]) == ("scayle", "HUB", "quantity")
    assert (row["units"], row["amount_gbp"]) == (-3, Decimal("7.50"))
    assert rows.explained_by(rows.one("STK-05")) == "STK-06"


@NIGHT.has(on_sale("OWED-1", -2, 5))
def test_a_negative_in_khaos_hides_no_channel_that_oversells(found: Results) -> None:
    rows = found.about("OWED-1")
    assert rows.open() == [("STK-04", "OWED-1"), ("STK-06", "OWED-1")]
    assert rows.one("STK-06")["systems"] == "khaos"


@NIGHT.has(on_sale("OWED-3", -3, -3))
def test_a_negative_that_both_show_is_no_wrong_figure(found: Results) -> None:
    rows = found.about("OWED-3")
    assert {(r["code"], r["systems"]) for r in rows.rows} >= {("STK-06", "scayle"), ("STK-06", "khaos")}
    assert rows.of("STK-02") == []


@NIGHT.has(on_sale("OWED-2", 2, -3, without_stock=True))
def test_a_negative_that_sells_without_stock_is_told_once(found: Results) -> None:
    rows = found.about("OWED-2")
    assert rows.explained_by(rows.one("STK-04")) == "STK-06"


# PIM-09

GONE: dict[str, Any] = {"discontinued": True}


@NIGHT.has(
    [on_sale("END-SOLD", 12, 10, **GONE), scayle_stock("END-SOLD", 4, warehouse="UNMAPPED")],
    on_sale("END-PROMISED", 0, 0, without_stock=True, **GONE),
    on_sale("END-EMPTY", 0, 0, **GONE),
    on_sale("END-KEPT", 12, 10),
    on_sale("END-NEAR", 10, 10, run_to_zero=True, **GONE),
    on_sale("END-OVER", 0, 3, run_to_zero=True, **GONE),
)
def test_what_khaos_discontinued_is_not_offered(found: Results) -> None:
    rows = found.about("END-")
    assert {r["record_key"]: (r["units"], r["amount_gbp"]) for r in rows.of("PIM-09")} == {
        "END-SOLD": (14, Decimal("140.00")),
        "END-PROMISED": (0, Decimal("0.00")),
        "END-OVER": (3, Decimal("30.00")),
    }
    assert {r["state"] for r in rows.of("PIM-09")} == {"open"}
    assert {rows.explained_by(r) for r in rows.of("STK-04")} == {"PIM-09"}


@NIGHT.has(
    [
        [stock_item(sku, **GONE), level(sku, 12), scayle_variant(sku, state=state), scayle_stock(sku, 10)]
        for state in ("live", "problem", "draft")
        for sku in (f"IS {state}",)
    ]
)
def test_only_what_is_live_is_offered(found: Results) -> None:
    assert told(found.about("IS "), "PIM-09") == {"IS live": "open"}


LEFT: dict[str, tuple[int | None, ...]] = {
    "LEFT-UNTOLD": (None, 0), "LEFT-SOME": (None, 2), "LEFT-NONE": (0, 0), "LEFT-NO-ROW": (),
}  # fmt: skip
"""What is left at Main and in the shop."""


@NIGHT.has(
    [[stock_item(s, run_to_zero=True, **GONE), scayle_variant(s), scayle_stock(s, 3)] for s in LEFT],
    [level(s, n, site_name=p) for s, units in LEFT.items() for p, n in zip(("Main", "Shop"), units, strict=False)],
)
def test_a_figure_that_is_not_told_is_not_none_left(found: Results) -> None:
    """Unknown at one site: what the other has is left; where it has none, nothing is concluded."""
    rows = found.about("LEFT-")
    assert told(rows, "PIM-09") == {"LEFT-NO-ROW": "open", "LEFT-NONE": "open"}
    compared = sorted(r["record_key"] for r in rows.population if r["code"] == "PIM-09")
    assert compared == ["LEFT-NO-ROW", "LEFT-NONE", "LEFT-SOME"]


@NIGHT.has(on_sale("LAST-WRONG", 12, 12, **GONE), on_sale("LAST-LESS", 22, 1, **GONE))
def test_it_explains_the_channels_other_stock_differences(found: Results) -> None:
    rows = found.about("LAST-")
    assert rows.open() == [("PIM-09", "LAST-LESS"), ("PIM-09", "LAST-WRONG")]
    assert {(r["code"], rows.explained_by(r)) for r in rows.rows if r["state"] == "suppressed"} == {
        ("STK-02", "PIM-09"), ("STK-04", "PIM-09"), ("STK-05", "PIM-09"),
    }  # fmt: skip
