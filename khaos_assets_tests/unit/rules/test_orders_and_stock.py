"""What orders do to stock, and lines that stand on one side only.

All tests look at one night. What a test plants stands above it; its references and SKUs bear the same word.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from khaos_assets.systems.wire import Record
from khaos_assets_tests.planted_night import Results, dispatch, invoice, order, site, stock_item, stocked, transfer
from khaos_assets_tests.planted_records import Number
from khaos_assets_tests.shared_night import SharedNight

NIGHT = SharedNight(site("Shop"), settings={"mapping": {"locations": {"L1": "Main", "L2": "Shop"}}})
found = NIGHT.once()


def done(
    reference: str, units: Mapping[str, int], sent: Mapping[str, Number] | None = None, **fields: Any
) -> list[Record]:
    """An order that Khaos sent in full, at 12.00 a unit."""
    lines = [(sku, quantity, "12.00") for sku, quantity in units.items()]
    return order(f"SO {reference}", reference, lines, invoices=[invoice(sent or units)], complete=True, **fields)


# What orders do to stock


@NIGHT.has(stocked("WHOLE", 8, 10), done("WHOLE", {"WHOLE": 2}))
def test_the_order_is_what_a_person_works_on_where_it_is_the_whole_stock_difference(found: Results) -> None:
    told = found.about("WHOLE")
    assert told.open() == [("ORD-17", "WHOLE")]
    assert told.explained_by(told.one("STK-01")) == "ORD-17"


@NIGHT.has(stocked("LARGER", 8, 11), done("LARGER", {"LARGER": 2}))
def test_a_larger_stock_difference_stands_as_a_whole(found: Results) -> None:
    told = found.about("LARGER")
    assert told.open() == [("ORD-17", "LARGER"), ("STK-01", "LARGER")]
    assert told.one("STK-01")["units"] == -3


@NIGHT.has(
    [stocked("SUM", 12, 8), done("SUM 1", {"SUM": 2}), done("SUM 2", {"SUM": 3})],
    [dispatch("SUM D2", "SUM 2", {"SUM": 5}), dispatch("SUM D3", "X1", {"SUM": 4})],
)
def test_several_orders_explain_their_sum(found: Results) -> None:
    told = found.about("SUM")
    # −2 (sent only) + 2 (dispatched beyond the order) + 4 (no order)
    assert told.open() == [("ORD-15", "SUM 2"), ("ORD-16", "SUM D3"), ("ORD-17", "SUM 1")]
    assert told.explained_by(told.one("STK-01")) == "ORD-15"


@NIGHT.has(
    [
        [
            stocked(f"TWIN-{on_hand}", 8, on_hand),
            order(f"SO {on_hand}", f"TWIN-{on_hand}", [(f"TWIN-{on_hand}", 2, "12.00")]),
            [dispatch(f"TWIN-{on_hand} {k}", f"TWIN-{on_hand}", {f"TWIN-{on_hand}": 2}, tracking="T") for k in "AB"],
        ]
        for on_hand in (8, 6)
    ]
)
@pytest.mark.parametrize("sku", ["TWIN-8", "TWIN-6"])
def test_a_parcel_named_twice_moved_stock_once_or_twice(found: Results, sku: str) -> None:
    assert found.about(sku).open() == [("ORD-05", sku), ("ORD-16", f"{sku} B")]


@NIGHT.has(stocked("AND", 8, 7), done("AND", {"AND": 2}), transfer("T1", "AND", 3))
def test_orders_and_transfers_together_explain_the_units(found: Results) -> None:
    assert found.about("AND").state("STK-01") == "suppressed"


@NIGHT.has(stocked("ELSEWHERE", 12, 10), dispatch("ELSEWHERE D", "X2", {"ELSEWHERE": 2}, location="L2"))
def test_an_explanation_at_another_site_explains_nothing(found: Results) -> None:
    assert found.about("ELSEWHERE").open() == [("ORD-16", "ELSEWHERE D"), ("STK-01", "ELSEWHERE")]


# Lines that stand on one side only


@NIGHT.has(
    order(
        "SO NEVER",
        "NEVER",
        [("MUG-1", 2, "12.00"), ("CUP-1", 3, "6.00")],
        invoices=[invoice({"MUG-1": 2, "CUP-1": 3})],
        complete=True,
    ),
    dispatch("NEVER D", "NEVER", {"MUG-1": 2}),
)
def test_a_sku_that_was_sent_and_never_dispatched_differs(found: Results) -> None:
    row = found.about("NEVER").one("ORD-15")
    assert (row["field"], row["units"], row["amount_gbp"]) == ("CUP-1", 3, Decimal("15.00"))


@NIGHT.has(
    stock_item("OTHER"), done("INSTEAD", {"MUG-1": 2}, {"OTHER": 2}), dispatch("INSTEAD D", "INSTEAD", {"OTHER": 1})
)
def test_a_sku_that_was_sent_instead_of_the_ordered_one_is_valued_at_cost(found: Results) -> None:
    row = found.about("INSTEAD").one("ORD-15")
    assert (row["field"], row["units"], row["amount_gbp"]) == ("OTHER", 1, Decimal("2.50"))


@NIGHT.has(done("UNREAD", {"MUG-1": 2}, company="C9"), dispatch("UNREAD D", "UNREAD", {"MUG-1": 2}))
def test_an_account_that_was_not_read_is_not_called_a_test_account(found: Results) -> None:
    told = found.about("UNREAD")
    assert told.summary() == []
    assert told.compared("ORD-14") == 1
