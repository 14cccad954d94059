"""What orders do to stock, and lines that stand on one side only."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from khaos_assets_tests.planted_night import (
    dispatch,
    invoice,
    order,
    site,
    stock_item,
    stocked,
    transfer,
)
from khaos_assets_tests.unit.rules.conftest import Tonight

MUG = [("MUG-1", 2, "12.00")]
YESTERDAY = date(2026, 11, 19)
DONE = order("SO1", "WEB1", MUG, invoices=[invoice({"MUG-1": 2})], complete=True)

# What orders do to stock

SENT_ONLY = [stocked("MUG-1", 8, 10), DONE]


def test_the_order_is_what_a_person_works_on_where_it_is_the_whole_stock_difference(tonight: Tonight) -> None:
    found = tonight(SENT_ONLY)
    assert found.open() == [("ORD-17", "WEB1")]
    assert found.explained_by(found.one("STK-01")) == "ORD-17"


def test_a_larger_stock_difference_stands_as_a_whole(tonight: Tonight) -> None:
    found = tonight(stocked("MUG-1", 8, 11), DONE)
    assert found.open() == [("ORD-17", "WEB1"), ("STK-01", "MUG-1")]
    assert found.one("STK-01")["units"] == -3


def test_several_orders_explain_their_sum(tonight: Tonight) -> None:
    found = tonight(
        stocked("MUG-1", 12, 8),
        order("SO1", "WEB1", MUG, invoices=[invoice({"MUG-1": 2})], complete=True),
        order("SO2", "WEB2", [("MUG-1", 3, "12.00")], invoices=[invoice({"MUG-1": 3})], complete=True),
        dispatch("D2", "WEB2", {"MUG-1": 5}),
        dispatch("D3", "X1", {"MUG-1": 4}),
    )
    # −2 (sent only) + 2 (dispatched beyond the order) + 4 (no order)
    assert found.open() == [("ORD-15", "WEB2"), ("ORD-16", "D3"), ("ORD-17", "WEB1")]
    assert found.explained_by(found.one("STK-01")) == "ORD-15"


@pytest.mark.parametrize("on_hand", [8, 6])
def test_a_parcel_named_twice_moved_stock_once_or_twice(tonight: Tonight, on_hand: int) -> None:
    twins = [dispatch(k, "WEB1", {"MUG-1": 2}, tracking="T") for k in ("D1", "D2")]
    found = tonight(stocked("MUG-1", 8, on_hand), order("SO1", "WEB1", MUG), twins)
    assert found.open() == [("ORD-05", "WEB1"), ("ORD-16", "D2")]


def test_orders_and_transfers_together_explain_the_units(tonight: Tonight) -> None:
    found = tonight(stocked("MUG-1", 8, 7), DONE, transfer("T1", "MUG-1", 3))
    assert found.state("STK-01") == "suppressed"


def test_an_explanation_at_another_site_explains_nothing(tonight: Tonight) -> None:
    found = tonight(
        stocked("MUG-1", 12, 10),
        site("Shop"),
        dispatch("D1", "X1", {"MUG-1": 2}, location="L2"),
        settings={"mapping": {"locations": {"L1": "Main", "L2": "Shop"}}},
    )
    assert found.open() == [("ORD-16", "D1"), ("STK-01", "MUG-1")]


# Lines that stand on one side only


def test_a_sku_that_was_sent_and_never_dispatched_differs(tonight: Tonight) -> None:
    lines = [("MUG-1", 2, "12.00"), ("CUP-1", 3, "6.00")]
    found = tonight(
        order("SO1", "WEB1", lines, invoices=[invoice({"MUG-1": 2, "CUP-1": 3})], complete=True),
        dispatch("D1", "WEB1", {"MUG-1": 2}),
    )
    row = found.one("ORD-15")
    assert (row["field"], row["units"], row["amount_gbp"]) == ("CUP-1", 3, Decimal("15.00"))


def test_a_sku_that_was_sent_instead_of_the_ordered_one_is_valued_at_cost(tonight: Tonight) -> None:
    found = tonight(
        stock_item("CUP-1"),
        order("SO1", "WEB1", MUG, invoices=[invoice({"CUP-1": 2})], complete=True),
        dispatch("D1", "WEB1", {"CUP-1": 1}),
    )
    row = found.one("ORD-15")
    assert (row["field"], row["units"], row["amount_gbp"]) == ("CUP-1", 1, Decimal("2.50"))


def test_an_account_that_was_not_read_is_not_called_a_test_account(tonight: Tonight) -> None:
    found = tonight(
        order("SO1", "WEB1", MUG, company="C9", invoices=[invoice({"MUG-1": 2})], complete=True),
        dispatch("D1", "WEB1", {"MUG-1": 2}),
    )
    assert found.summary() == []
