"""ORD-05: WAIR has dispatched what Khaos still shows open.

All tests look at one night. What a test plants stands above it; its references bear the same word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from khaos_assets.systems.wire import Record
from khaos_assets_tests.planted_night import (
    Results,
    customer,
    dispatch,
    invoice,
    level,
    line,
    minutes_ago,
    order,
    pack,
    stock_item,
    stocked,
    wair_item,
)
from khaos_assets_tests.planted_records import LONG_AGO, Number
from khaos_assets_tests.shared_night import SharedNight

MUG = [("MUG-1", 2, "12.00")]
NIGHT = SharedNight(
    settings={
        "non_stock_codes": ["POST"],
        "exchange_rates": {"2026-10": {"EUR": "0.80"}, "2026-11": {"EUR": "0.90"}},
        "order_reference_prefixes": {"scayle": "SC-"},
    }
)
found = NIGHT.once()


def ordered(reference: str, lines: Sequence[Any] = MUG, **fields: Any) -> list[Record]:
    return order(f"SO {reference}", reference, lines, **fields)


def gone(
    reference: str,
    lines: Mapping[str, Number] | Sequence[tuple[str, Number]],
    *,
    parcel: int = 1,
    at: datetime = LONG_AGO,
) -> Record:
    """A parcel of an order."""
    return dispatch(f"{reference} D{parcel}", reference, lines, at=at)


@NIGHT.has(ordered("full", [("FULL-1", 2, "12.00")]), gone("full", {"FULL-1": 2}), stocked("FULL-1", 8))
def test_an_order_dispatched_in_full_and_open_in_khaos_is_open_but_dispatched(found: Results) -> None:
    row = found.about("full").one("ORD-05")
    assert (row["systems"], row["record_key"], row["scope"], row["field"]) == ("wair>khaos", "full", "", "full")
    assert (row["state"], row["severity"], row["owner"]) == ("open", "critical", "operations")
    assert (row["units"], row["amount_gbp"], row["currency"]) == (Decimal(2), Decimal("20.00"), "GBP")
    assert (row["expected_value"], row["actual_value"], row["counterpart_key"]) == ("2", "0", "SO full")


@NIGHT.has(ordered("share", [line("MUG-1", 3, "3.33"), line("CUP-1", 1, "6.00")]), gone("share", {"MUG-1": 2}))
def test_a_part_dispatched_is_valued_at_its_share_of_the_line(found: Results) -> None:
    row = found.about("share").one("ORD-05")
    # line net of three: R(9.99 / 1.2) = 8.33; two of them: 5.5533…
    assert (row["field"], row["units"], row["amount_gbp"]) == ("part", Decimal(2), Decimal("5.55"))


@NIGHT.has(ordered("beyond"), gone("beyond", {"MUG-1": 5}))
def test_units_beyond_the_order_belong_to_another_code(found: Results) -> None:
    told = found.about("beyond")
    assert told.one("ORD-05")["units"] == 2
    assert told.one("ORD-15")["units"] == 3


@NIGHT.has(
    ordered("again", [("MUG-1", 5, "12.00")], invoices=[invoice({"MUG-1": 2})]),
    [gone("again", {"MUG-1": 3}), gone("again", {"MUG-1": 1}, parcel=2)],
)
def test_units_that_khaos_shows_as_sent_are_not_counted_again(found: Results) -> None:
    row = found.about("again").one("ORD-05")
    assert (row["units"], row["amount_gbp"], row["expected_value"], row["actual_value"]) == (
        2,
        Decimal("20.00"),
        "4",
        "2",
    )


@NIGHT.has(ordered("same", [("MUG-1", 5, "12.00")], invoices=[invoice({"MUG-1": 2})]), gone("same", {"MUG-1": 2}))
def test_the_same_part_on_both_sides_is_lawful(found: Results) -> None:
    told = found.about("same")
    assert told.summary() == []
    assert told.compared("ORD-05") == 1


@NIGHT.has(
    ordered(
        "matched",
        [("MUG-1", 3, "12.00"), ("CUP-1", 2, "6.00")],
        invoices=[invoice({"MUG-1": 2}, code="I1"), invoice({"MUG-1": 1, "CUP-1": 2}, code="I2")],
        complete=True,
    ),
    [gone("matched", [("MUG-1", 1), ("MUG-1", 1)]), gone("matched", {"CUP-1": 2, "MUG-1": 1}, parcel=2)],
)
def test_several_parcels_and_invoices_all_matched_are_lawful(found: Results) -> None:
    told = found.about("matched")
    assert told.summary() == []
    assert told.compared("ORD-15") == 1


@NIGHT.has(ordered("nothing"), [ordered("nothing voided"), gone("nothing voided", {})])
def test_a_voided_dispatch_says_nothing_was_sent(found: Results) -> None:
    """And an order of which WAIR has no dispatch is not compared."""
    told = found.about("nothing")
    assert told.summary() == []
    assert told.compared("ORD-05") == told.compared("ORD-15") == told.compared("ORD-14") == 0


CLOSED: dict[str, dict[str, Any]] = {
    "closed complete": {"complete": True},
    "closed cancelled": {"cancelled": True},
    "closed note": {"order_type": "C"},
}


@NIGHT.has([[ordered(r, **fields), gone(r, {"MUG-1": 2})] for r, fields in CLOSED.items()])
def test_only_open_sales_orders_count(found: Results) -> None:
    assert found.about("closed").of("ORD-05") == []


AGES = {"age 0 us": minutes_ago(60), "age 1 us": minutes_ago(60, 1)}


@NIGHT.has([[ordered(r), gone(r, {"MUG-1": 2}, at=at)] for r, at in AGES.items()])
def test_it_is_expected_until_the_dispatch_grace_has_passed(found: Results) -> None:
    rows = {r["record_key"]: (r["state"], r["units"], r["observed_at"]) for r in found.about("age ").of("ORD-05")}
    assert rows == {"age 0 us": ("open", 2, AGES["age 0 us"]), "age 1 us": ("expected", 2, AGES["age 1 us"])}


@NIGHT.has(
    ordered("once late", [("MUG-1", 2, "12.00"), ("CUP-1", 1, "6.00")]),
    [gone("once late", {"MUG-1": 1}), gone("once late", {"MUG-1": 1, "CUP-1": 1}, parcel=2, at=minutes_ago(10))],
)
def test_only_what_is_late_counts_once_something_is_late(found: Results) -> None:
    row = found.about("once late").one("ORD-05")
    assert (row["state"], row["units"], row["amount_gbp"]) == ("open", 1, Decimal("10.00"))
    assert '"sku":"CUP-1"' not in row["evidence"]


@NIGHT.has(ordered("unpriced", [line("MUG-1", 2), line("CUP-1", 1)], items_net="10.00"), gone("unpriced", {"MUG-1": 2}))
def test_a_line_without_a_price_takes_its_share_of_the_order(found: Results) -> None:
    assert found.about("unpriced").one("ORD-05")["amount_gbp"] == Decimal("6.67")


@NIGHT.has(ordered("no price", [line("MUG-1", 2)]), gone("no price", {"MUG-1": 2}))
def test_without_any_price_the_amount_is_empty_and_not_zero(found: Results) -> None:
    row = found.about("no price").one("ORD-05")
    assert (row["amount_gbp"], row["currency"]) == (None, None)


@NIGHT.has(ordered("free", [("MUG-1", 2, "0.00")]), gone("free", {"MUG-1": 2}))
def test_a_free_line_is_worth_nothing(found: Results) -> None:
    assert found.about("free").one("ORD-05")["amount_gbp"] == 0


@NIGHT.has(ordered("euros", currency="EUR", created_on=date(2026, 10, 31)), gone("euros", {"MUG-1": 2}))
def test_a_foreign_order_is_valued_at_the_rate_of_the_month_of_its_creation(found: Results) -> None:
    assert found.about("euros").one("ORD-05")["amount_gbp"] == Decimal("16.00")


@NIGHT.has(ordered("dollars", currency="USD"), gone("dollars", {"MUG-1": 2}))
def test_without_a_rate_the_amount_is_empty(found: Results) -> None:
    assert found.about("dollars").one("ORD-05")["amount_gbp"] is None


@NIGHT.has(ordered("less 20", [line("MUG-1", 1, "114.51", discount=20)]), gone("less 20", {"MUG-1": 1}))
def test_the_line_arithmetic_of_khaos_values_a_discounted_line(found: Results) -> None:
    assert found.about("less 20").one("ORD-05")["amount_gbp"] == Decimal("76.35")


@NIGHT.has(
    [pack("SET-1", {"PART-1": 2}), stock_item("PART-1"), level("PART-1", 10)],
    ordered(
        "outside",
        [("SET-1", 1, "20.00"), ("POST", 1, "4.00"), (None, 1, "1.00"), ("PART-1", 2, "0.00")],
        invoices=[invoice({"PART-1": 2, "POST": 1, "SET-1": 1})],
        complete=True,
    ),
    gone("outside", {"PART-1": 2, "POST": 1}),
)
def test_postage_and_pack_headings_and_free_lines_are_outside_every_comparison_of_units(found: Results) -> None:
    assert found.about("outside", "SET-1", "PART-1", "POST").summary() == []


@NIGHT.has(
    stock_item("GIFT-1", stock_controlled=False), ordered("gift", [("GIFT-1", 1, "12.00")]), gone("gift", {"GIFT-1": 1})
)
def test_an_item_without_stock_control_is_still_sent_and_dispatched(found: Results) -> None:
    assert found.about("gift").one("ORD-05")["units"] == 1


@NIGHT.has(ordered("SC-100"), gone("SC-100", {"MUG-1": 2}))
def test_the_channel_prefix_is_no_part_of_what_an_order_is_called(found: Results) -> None:
    assert "100" in {r["record_key"] for r in found.of("ORD-05")}
    assert found.about("SC-100").of("ORD-05") == []


@NIGHT.has(
    [stock_item("NEAR-1"), level("NEAR-1", 10), wair_item("near-1")],
    ordered("spelled", [("NEAR-1", 2, "12.00")]),
    gone("spelled", {"near-1": 2}),
)
def test_a_sku_that_means_another_stock_code_counts_as_that_code(found: Results) -> None:
    told = found.about("spelled")
    assert told.one("ORD-05")["units"] == 2
    assert told.of("ORD-15") == []


@NIGHT.has(customer("T1", company_class="Test"), ordered("leak", company="T1"), gone("leak", {"MUG-1": 2}))
def test_an_order_of_a_test_customer_that_wair_dispatched_is_the_leak_and_nothing_else(found: Results) -> None:
    told = found.about("leak")
    assert told.open() == [("ORD-14", "leak")]
    row = told.one("ORD-05")
    assert (row["state"], told.explained_by(row)) == ("suppressed", "ORD-14")
