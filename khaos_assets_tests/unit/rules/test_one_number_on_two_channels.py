"""Two channels may give one number to two orders: the prefix in Khaos and WAIR tells them apart, and names them."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from khaos_assets_tests.planted_night import Results, dispatch, invoice, order, stock_item
from khaos_assets_tests.planted_orocommerce import oro_line, oro_order, oro_product
from khaos_assets_tests.planted_scayle import scayle_order, scayle_variant, unit
from khaos_assets_tests.unit.rules.conftest import Tonight

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


def in_khaos(code: str, reference: str, **fields: Any) -> Any:
    return order(code, reference, LINES, **MONEY | fields)


def opened(results: Results, *codes: str) -> list[tuple[str, str, str]]:
    """Open rows: code, order, the Khaos order beside it."""
    return sorted(
        (r["code"], r["record_key"], r["counterpart_key"])
        for r in results.rows
        if r["code"] in codes and r["state"] == "open"
    )


def test_a_parcel_of_one_is_no_parcel_of_the_other(tonight: Tonight) -> None:
    """W1 of the web shop was sent and dispatched; W1 of the trade shop waits, and nobody dispatched it."""
    sent = in_khaos("SO1", "SC-W1", invoices=[invoice(WHOLE)], complete=True)
    found = tonight(GOODS, sent, in_khaos("SO2", "OR-W1"), dispatch("D1", "SC-W1", WHOLE), settings=SETTINGS)
    assert opened(found, "ORD-05", "ORD-15", "ORD-17") == []


def test_the_same_fault_of_both_is_told_of_each(tonight: Tonight) -> None:
    parcels = [dispatch("D1", "SC-W1", WHOLE), dispatch("D2", "OR-W1", {"MUG-1": 1})]
    found = tonight(GOODS, in_khaos("SO1", "SC-W1"), in_khaos("SO2", "OR-W1"), parcels, settings=SETTINGS)
    assert opened(found, "ORD-05") == [("ORD-05", "OR-W1", "SO2"), ("ORD-05", "SC-W1", "SO1")]
    assert sorted(r["units"] for r in found.of("ORD-05")) == [1, 2]


def test_what_was_sent_of_one_is_not_missing_because_the_other_was_dispatched(tonight: Tonight) -> None:
    sent = in_khaos("SO1", "SC-W1", invoices=[invoice(WHOLE)], complete=True)
    found = tonight(GOODS, sent, in_khaos("SO2", "OR-W1"), dispatch("D2", "OR-W1", WHOLE), settings=SETTINGS)
    assert opened(found, "ORD-05", "ORD-15", "ORD-17") == [("ORD-05", "OR-W1", "SO2"), ("ORD-17", "SC-W1", "SO1")]


def test_a_number_of_one_is_not_expected_of_the_other(tonight: Tonight) -> None:
    both = [
        in_khaos(code, reference, invoices=[replace(invoice(WHOLE), consignment_ref=number)], complete=True)
        for code, reference, number in (("SO1", "SC-W1", "T1"), ("SO2", "OR-W1", "T2"))
    ]
    parcels = [dispatch("D1", "SC-W1", WHOLE, tracking="T1"), dispatch("D2", "OR-W1", WHOLE, tracking="T2")]
    assert tonight(GOODS, both, parcels, settings=SETTINGS).of("ORD-08") == []


def test_a_cancellation_of_one_explains_nothing_of_the_other(tonight: Tonight) -> None:
    """The web shop's W1 is cancelled and open in Khaos; the trade shop's W1 was dispatched and never booked."""
    cancelled = scayle_order("W1", [unit("MUG-1", "12.00")] * 2, status="cancellation_completed")
    alive = oro_order("W1", [oro_line("MUG-1", 2, "10.00")])
    orders = [in_khaos("SO1", "SC-W1"), in_khaos("SO2", "OR-W1")]
    found = tonight(GOODS, cancelled, alive, orders, dispatch("D1", "OR-W1", WHOLE), settings=SETTINGS)
    assert ("ORD-05", "OR-W1", "SO2") in opened(found, "ORD-05")
    assert found.state("ORD-09") == "open"
