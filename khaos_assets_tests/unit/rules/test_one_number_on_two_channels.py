"""Two channels may give one number to two orders: the prefix in Khaos and WAIR tells them apart, and names them.

All tests look at one night. What a test plants stands above it; both of its orders bear its word as their number.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from khaos_assets_tests.planted_night import Results, dispatch, invoice, order, stock_item
from khaos_assets_tests.planted_orocommerce import oro_line, oro_order, oro_product
from khaos_assets_tests.planted_scayle import scayle_order, scayle_variant, unit
from khaos_assets_tests.shared_night import SharedNight

SETTINGS: dict[str, Any] = {
    "scayle": {},
    "orocommerce": {},
    "order_reference_prefixes": {"scayle": "SC-", "orocommerce": "OR-"},
    "markets": {"scayle/hl/GB": {"company_class": "Web", "tax_codes": {"20": "1"}}},
    "mapping": {"couriers": {"DPD-12": "DPD", "dpd": "DPD", "evri": "Evri"}},
}
GOODS = [stock_item("MUG-1"), scayle_variant("MUG-1"), oro_product("MUG-1")]
MONEY: dict[str, Any] = {"items_net": "20.00", "items_gross": "24.00", "delivery_net": 0, "delivery_gross": 0}
LINES = [("MUG-1", 2, "12.00")]
WHOLE = {"MUG-1": 2}
NIGHT = SharedNight(GOODS, settings=SETTINGS)
found = NIGHT.once()


def in_khaos(reference: str, **fields: Any) -> Any:
    return order(f"SO {reference}", reference, LINES, **MONEY | fields)


def sent(reference: str, **fields: Any) -> Any:
    return in_khaos(reference, invoices=[replace(invoice(WHOLE), **fields)], complete=True)


def gone(reference: str, lines: Any = WHOLE, **fields: Any) -> Any:
    return dispatch(f"D {reference}", reference, lines, **fields)


def opened(results: Results, *codes: str) -> list[tuple[str, str, str]]:
    """Open rows: code, order, the Khaos order beside it."""
    return sorted(
        (r["code"], r["record_key"], r["counterpart_key"])
        for r in results.rows
        if r["code"] in codes and r["state"] == "open"
    )


@NIGHT.has(sent("SC-parcel"), gone("SC-parcel"), in_khaos("OR-parcel"))
def test_a_parcel_of_one_is_no_parcel_of_the_other(found: Results) -> None:
    """That of the web shop was sent and dispatched; that of the trade shop waits, and nobody dispatched it."""
    assert opened(found.about("parcel"), "ORD-05", "ORD-15", "ORD-17") == []


@NIGHT.has(in_khaos("SC-both"), in_khaos("OR-both"), gone("SC-both"), gone("OR-both", {"MUG-1": 1}))
def test_the_same_fault_of_both_is_told_of_each(found: Results) -> None:
    told = found.about("both")
    assert opened(told, "ORD-05") == [("ORD-05", "OR-both", "SO OR-both"), ("ORD-05", "SC-both", "SO SC-both")]
    assert sorted(r["units"] for r in told.of("ORD-05")) == [1, 2]


@NIGHT.has(sent("SC-missing"), in_khaos("OR-missing"), gone("OR-missing"))
def test_what_was_sent_of_one_is_not_missing_because_the_other_was_dispatched(found: Results) -> None:
    assert opened(found.about("missing"), "ORD-05", "ORD-15", "ORD-17") == [
        ("ORD-05", "OR-missing", "SO OR-missing"),
        ("ORD-17", "SC-missing", "SO SC-missing"),
    ]


@NIGHT.has(
    sent("SC-number", consignment_ref="T1"),
    sent("OR-number", consignment_ref="T2"),
    gone("SC-number", tracking="T1"),
    gone("OR-number", tracking="T2"),
)
def test_a_number_of_one_is_not_expected_of_the_other(found: Results) -> None:
    assert found.about("number").of("ORD-08") == []


@NIGHT.has(
    scayle_order("alive", [unit("MUG-1", "12.00")] * 2, status="cancellation_completed"),
    oro_order("alive", [oro_line("MUG-1", 2, "10.00")]),
    in_khaos("SC-alive"),
    in_khaos("OR-alive"),
    gone("OR-alive"),
)
def test_a_cancellation_of_one_explains_nothing_of_the_other(found: Results) -> None:
    """That of the web shop is cancelled and open in Khaos; that of the trade shop was dispatched and never booked."""
    told = found.about("alive")
    assert ("ORD-05", "OR-alive", "SO OR-alive") in opened(told, "ORD-05")
    assert told.state("ORD-09") == "open"
