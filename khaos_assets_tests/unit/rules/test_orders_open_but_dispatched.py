"""ORD-05: WAIR has dispatched what Khaos still shows open."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from khaos_assets_tests.planted_night import (
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
from khaos_assets_tests.unit.rules.conftest import Tonight

MUG = [("MUG-1", 2, "12.00")]


def test_an_order_dispatched_in_full_and_open_in_khaos_is_open_but_dispatched(tonight: Tonight) -> None:
    found = tonight(order("SO1", "WEB1", MUG), dispatch("D1", "WEB1", {"MUG-1": 2}), stocked("MUG-1", 8))
    row = found.one("ORD-05")
    assert (row["systems"], row["record_key"], row["scope"], row["field"]) == ("wair>khaos", "WEB1", "", "full")
    assert (row["state"], row["severity"], row["owner"]) == ("open", "critical", "operations")
    assert (row["units"], row["amount_gbp"], row["currency"]) == (Decimal(2), Decimal("20.00"), "GBP")
    assert (row["expected_value"], row["actual_value"], row["counterpart_key"]) == ("2", "0", "SO1")


def test_a_part_dispatched_is_valued_at_its_share_of_the_line(tonight: Tonight) -> None:
    lines = [line("MUG-1", 3, "3.33"), line("CUP-1", 1, "6.00")]
    found = tonight(order("SO1", "WEB1", lines), dispatch("D1", "WEB1", {"MUG-1": 2}))
    row = found.one("ORD-05")
    # line net of three: R(9.99 / 1.2) = 8.33; two of them: 5.5533…
    assert (row["field"], row["units"], row["amount_gbp"]) == ("part", Decimal(2), Decimal("5.55"))


def test_units_beyond_the_order_belong_to_another_code(tonight: Tonight) -> None:
    found = tonight(order("SO1", "WEB1", MUG), dispatch("D1", "WEB1", {"MUG-1": 5}))
    assert found.one("ORD-05")["units"] == 2
    assert found.one("ORD-15")["units"] == 3


def test_units_that_khaos_shows_as_sent_are_not_counted_again(tonight: Tonight) -> None:
    found = tonight(
        order("SO1", "WEB1", [("MUG-1", 5, "12.00")], invoices=[invoice({"MUG-1": 2})]),
        dispatch("D1", "WEB1", {"MUG-1": 3}),
        dispatch("D2", "WEB1", {"MUG-1": 1}),
    )
    row = found.one("ORD-05")
    assert (row["units"], row["amount_gbp"], row["expected_value"], row["actual_value"]) == (
        2,
        Decimal("20.00"),
        "4",
        "2",
    )


def test_the_same_part_on_both_sides_is_lawful(tonight: Tonight) -> None:
    found = tonight(
        order("SO1", "WEB1", [("MUG-1", 5, "12.00")], invoices=[invoice({"MUG-1": 2})]),
        dispatch("D1", "WEB1", {"MUG-1": 2}),
    )
    assert found.summary() == []
    assert found.compared("ORD-05") == 1


def test_several_parcels_and_invoices_all_matched_are_lawful(tonight: Tonight) -> None:
    lines = [("MUG-1", 3, "12.00"), ("CUP-1", 2, "6.00")]
    sent = [invoice({"MUG-1": 2}, code="I1"), invoice({"MUG-1": 1, "CUP-1": 2}, code="I2")]
    found = tonight(
        order("SO1", "WEB1", lines, invoices=sent, complete=True),
        dispatch("D1", "WEB1", [("MUG-1", 1), ("MUG-1", 1)]),
        dispatch("D2", "WEB1", {"CUP-1": 2, "MUG-1": 1}),
    )
    assert found.summary() == []


def test_a_voided_dispatch_says_nothing_was_sent(tonight: Tonight) -> None:
    assert tonight(order("SO1", "WEB1", MUG), dispatch("D1", "WEB1", {})).summary() == []


def test_only_open_sales_orders_count(tonight: Tonight) -> None:
    closed: list[dict[str, Any]] = [{"complete": True}, {"cancelled": True}, {"order_type": "C"}]
    found = tonight(
        [order(f"SO{n}", f"WEB{n}", MUG, **fields) for n, fields in enumerate(closed)],
        [dispatch(f"D{n}", f"WEB{n}", {"MUG-1": 2}) for n in range(3)],
    )
    assert found.of("ORD-05") == []


def test_it_is_expected_until_the_dispatch_grace_has_passed(tonight: Tonight) -> None:
    ages = {"0 us": minutes_ago(60), "1 us": minutes_ago(60, 1)}
    found = tonight([[order(r, r, MUG), dispatch(r, r, {"MUG-1": 2}, at=at)] for r, at in ages.items()])
    rows = {r["record_key"]: (r["state"], r["units"], r["observed_at"]) for r in found.of("ORD-05")}
    assert rows == {"0 us": ("open", 2, ages["0 us"]), "1 us": ("expected", 2, ages["1 us"])}


def test_only_what_is_late_counts_once_something_is_late(tonight: Tonight) -> None:
    lines = [("MUG-1", 2, "12.00"), ("CUP-1", 1, "6.00")]
    found = tonight(
        order("SO1", "WEB1", lines),
        dispatch("D1", "WEB1", {"MUG-1": 1}),
        dispatch("D2", "WEB1", {"MUG-1": 1, "CUP-1": 1}, at=minutes_ago(10)),
    )
    row = found.one("ORD-05")
    assert (row["state"], row["units"], row["amount_gbp"]) == ("open", 1, Decimal("10.00"))


def test_a_line_without_a_price_takes_its_share_of_the_order(tonight: Tonight) -> None:
    lines = [line("MUG-1", 2), line("CUP-1", 1)]
    found = tonight(order("SO1", "WEB1", lines, items_net="10.00"), dispatch("D1", "WEB1", {"MUG-1": 2}))
    assert found.one("ORD-05")["amount_gbp"] == Decimal("6.67")


def test_without_any_price_the_amount_is_empty_and_not_zero(tonight: Tonight) -> None:
    found = tonight(order("SO1", "WEB1", [line("MUG-1", 2)]), dispatch("D1", "WEB1", {"MUG-1": 2}))
    row = found.one("ORD-05")
    assert (row["amount_gbp"], row["currency"]) == (None, None)


def test_a_free_line_is_worth_nothing(tonight: Tonight) -> None:
    found = tonight(order("SO1", "WEB1", [("MUG-1", 2, "0.00")]), dispatch("D1", "WEB1", {"MUG-1": 2}))
    assert found.one("ORD-05")["amount_gbp"] == 0


def test_a_foreign_order_is_valued_at_the_rate_of_the_month_of_its_creation(tonight: Tonight) -> None:
    rates = {"2026-10": {"EUR": "0.80"}, "2026-11": {"EUR": "0.90"}}
    found = tonight(
        order("SO1", "WEB1", MUG, currency="EUR", created_on=date(2026, 10, 31)),
        dispatch("D1", "WEB1", {"MUG-1": 2}),
        settings={"exchange_rates": rates},
    )
    assert found.one("ORD-05")["amount_gbp"] == Decimal("16.00")


def test_without_a_rate_the_amount_is_empty(tonight: Tonight) -> None:
    found = tonight(order("SO1", "WEB1", MUG, currency="EUR"), dispatch("D1", "WEB1", {"MUG-1": 2}))
    assert found.one("ORD-05")["amount_gbp"] is None


def test_the_line_arithmetic_of_khaos_values_a_discounted_line(tonight: Tonight) -> None:
    lines = [line("MUG-1", 1, "114.51", discount=20)]
    found = tonight(order("SO1", "WEB1", lines), dispatch("D1", "WEB1", {"MUG-1": 1}))
    assert found.one("ORD-05")["amount_gbp"] == Decimal("76.35")


def test_postage_and_pack_headings_and_free_lines_are_outside_every_comparison_of_units(tonight: Tonight) -> None:
    lines = [("SET-1", 1, "20.00"), ("POST", 1, "4.00"), (None, 1, "1.00"), ("MUG-1", 2, "0.00")]
    found = tonight(
        pack("SET-1", {"MUG-1": 2}),
        stock_item("MUG-1"),
        level("MUG-1", 10),
        order("SO1", "WEB1", lines, invoices=[invoice({"MUG-1": 2, "POST": 1, "SET-1": 1})], complete=True),
        dispatch("D1", "WEB1", {"MUG-1": 2}),
        settings={"non_stock_codes": ["POST"]},
    )
    assert found.summary() == []


def test_an_item_without_stock_control_is_still_sent_and_dispatched(tonight: Tonight) -> None:
    found = tonight(
        stock_item("GIFT-1", stock_controlled=False),
        order("SO1", "WEB1", [("GIFT-1", 1, "12.00")]),
        dispatch("D1", "WEB1", {"GIFT-1": 1}),
    )
    assert found.one("ORD-05")["units"] == 1


def test_the_channel_prefix_is_no_part_of_what_an_order_is_called(tonight: Tonight) -> None:
    found = tonight(
        order("SO1", "SC-100", MUG),
        dispatch("D1", "SC-100", {"MUG-1": 2}),
        settings={"order_reference_prefixes": {"scayle": "SC-"}},
        asked={},
    )
    assert found.one("ORD-05")["record_key"] == "100"


def test_a_sku_that_means_another_stock_code_counts_as_that_code(tonight: Tonight) -> None:
    found = tonight(
        stock_item("MUG-1"),
        level("MUG-1", 10),
        wair_item("mug-1"),
        order("SO1", "WEB1", MUG),
        dispatch("D1", "WEB1", {"mug-1": 2}),
    )
    assert found.one("ORD-05")["units"] == 2
    assert found.of("ORD-15") == []


def test_an_order_of_a_test_customer_that_wair_dispatched_is_the_leak_and_nothing_else(tonight: Tonight) -> None:
    found = tonight(
        customer("T1", company_class="Test"),
        order("SO1", "WEB1", MUG, company="T1"),
        dispatch("D1", "WEB1", {"MUG-1": 2}),
    )
    assert found.open() == [("ORD-14", "WEB1")]
    row = found.one("ORD-05")
    assert (row["state"], found.explained_by(row)) == ("suppressed", "ORD-14")
