"""ORD-06, 14, 15, 16, 17: dispatches that are incomplete, leaked, unequal, unknown or missing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from khaos_assets.config import Night
from khaos_assets.snapshots.certificate import Verdict
from khaos_assets.systems.read import Proof
from khaos_assets_tests.planted_night import (
    PlantedNight,
    SetAside,
    customer,
    dispatch,
    invoice,
    line,
    minutes_ago,
    order,
    site,
    stock_item,
    wair_item,
)
from khaos_assets_tests.unit.rules.conftest import Tonight

MUG = [("MUG-1", 2, "12.00")]
YESTERDAY = date(2026, 11, 19)
DONE = order("SO1", "WEB1", MUG, invoices=[invoice({"MUG-1": 2})], complete=True)

# ORD-06


INCOMPLETE = {"D1": ("DPD-12", None, "tracking"), "D2": ("", "T2", "carrier"), "D3": ("", None, "carrier+tracking")}


def test_a_parcel_without_number_or_carrier_is_incomplete(tonight: Tonight) -> None:
    found = tonight(
        order("SO1", "WEB1", [("MUG-1", 3, "12.00")], invoices=[invoice({"MUG-1": 3})], complete=True),
        [dispatch(k, "WEB1", {"MUG-1": 1}, carrier=c, tracking=t) for k, (c, t, _) in INCOMPLETE.items()],
    )
    rows = {r["record_key"]: (r["systems"], r["field"], r["state"], r["amount_gbp"]) for r in found.of("ORD-06")}
    assert rows == {k: ("wair>khaos", name, "open", None) for k, (_, _, name) in INCOMPLETE.items()}


def test_a_number_may_come_within_the_tracking_grace(tonight: Tonight) -> None:
    late = [dispatch(f"{us} us", "WEB1", {"MUG-1": 1}, tracking=None, at=minutes_ago(120, us)) for us in (0, 1)]
    rows = {r["record_key"]: (r["state"], r["reason"]) for r in tonight(DONE, late).rows}
    assert rows == {"0 us": ("open", "past the tracking grace"), "1 us": ("expected", "inside the tracking grace")}


def test_untracked_services_and_voided_parcels_need_no_number(tonight: Tonight) -> None:
    found = tonight(
        DONE,
        dispatch("D1", "WEB1", {"MUG-1": 2}, carrier="COLLECT", tracking=None),
        dispatch("D2", "WEB1", {}, tracking=None),
        settings={"wair": {"untracked_services": ["COLLECT"]}, "mapping": {"couriers": {"COLLECT": "None"}}},
    )
    assert found.summary() == []
    assert found.compared("ORD-06") == 1


# ORD-14


def test_a_dispatch_for_a_test_account_has_leaked(tonight: Tonight) -> None:
    found = tonight(
        customer("T1", company_class="Internal"),
        order("SO1", "WEB1", MUG, company="T1", invoices=[invoice({"MUG-1": 2})], complete=True),
        dispatch("D1", "WEB1", {"MUG-1": 2}),
    )
    row = found.one("ORD-14")
    assert (row["systems"], row["record_key"], row["units"], row["amount_gbp"]) == (
        "khaos>wair",
        "WEB1",
        2,
        Decimal("20.00"),
    )
    assert found.open() == [("ORD-14", "WEB1")]


@pytest.mark.parametrize("company_class", ["Web", "test", None])
def test_other_classes_are_commercial_and_spelled_exactly(tonight: Tonight, company_class: str | None) -> None:
    found = tonight(
        customer("T1", company_class=company_class),
        order("SO1", "WEB1", MUG, company="T1", invoices=[invoice({"MUG-1": 2})], complete=True),
        dispatch("D1", "WEB1", {"MUG-1": 2}),
    )
    assert found.summary() == []


def test_a_test_order_that_nobody_dispatched_is_lawful(tonight: Tonight) -> None:
    found = tonight(customer("T1", company_class="Test"), order("SO1", "WEB1", MUG, company="T1"))
    assert found.summary() == []


@pytest.mark.parametrize("code", ["ORD-15", "ORD-05"])
def test_the_leak_explains_the_orders_other_differences(tonight: Tonight, code: str) -> None:
    complete = code == "ORD-15"
    found = tonight(
        customer("T1", company_class="Test"),
        order(
            "SO1", "WEB1", MUG, company="T1", invoices=[invoice({"MUG-1": 2})] if complete else [], complete=complete
        ),
        dispatch("D1", "WEB1", {"MUG-1": 1}),
    )
    assert found.open() == [("ORD-14", "WEB1")]
    assert found.explained_by(found.one(code)) == "ORD-14"


# ORD-15


def test_more_sent_than_dispatched_is_valued_at_the_line(tonight: Tonight) -> None:
    found = tonight(DONE, dispatch("D1", "WEB1", {"MUG-1": 1}))
    row = found.one("ORD-15")
    assert (row["systems"], row["record_key"], row["field"], row["state"]) == ("wair>khaos", "WEB1", "MUG-1", "open")
    assert (row["units"], row["amount_gbp"]) == (1, Decimal("10.00"))
    assert row["reason"] == "sent more than dispatched"


def test_the_skus_that_differ_are_one_exception_sorted_and_joined(tonight: Tonight) -> None:
    lines = [("MUG-1", 2, "12.00"), ("CUP-1", 3, "6.00")]
    sent = [invoice({"MUG-1": 2, "CUP-1": 3})]
    found = tonight(
        order("SO1", "WEB1", lines, invoices=sent, complete=True),
        dispatch("D1", "WEB1", {"MUG-1": 1, "CUP-1": 5}),
    )
    row = found.one("ORD-15")
    assert (row["field"], row["units"], row["amount_gbp"]) == ("CUP-1+MUG-1", 3, Decimal("20.00"))


@pytest.mark.parametrize(("item", "amount"), [([stock_item("JUG-1")], "2.50"), ([], None)])
def test_a_sku_that_is_not_on_the_order_is_valued_at_cost(
    tonight: Tonight, item: list[object], amount: str | None
) -> None:
    found = tonight(DONE, item, dispatch("D1", "WEB1", {"MUG-1": 2, "JUG-1": 1}))
    row = found.one("ORD-15")
    assert (row["field"], row["units"]) == ("JUG-1", 1)
    assert row["amount_gbp"] == (None if amount is None else Decimal(amount))


AGES = {
    "at the grace": (minutes_ago(60), date(2026, 11, 1), "open"),
    "inside it": (minutes_ago(60, 1), date(2026, 11, 1), "expected"),
    "shipped yesterday": (minutes_ago(9000), YESTERDAY, "open"),
    "shipped today": (minutes_ago(9000), date(2026, 11, 20), "expected"),
    "no ship date": (minutes_ago(9000), None, "open"),
}


def test_its_age_is_that_of_the_later_of_dispatch_and_ship_date(tonight: Tonight) -> None:
    found = tonight(
        [
            [
                order(ref, ref, MUG, invoices=[invoice({"MUG-1": 2}, shipped_on=shipped)], complete=True),
                dispatch(ref, ref, {"MUG-1": 1}, at=at),
            ]
            for ref, (at, shipped, _) in AGES.items()
        ]
    )
    assert {r["record_key"]: r["state"] for r in found.of("ORD-15")} == {r: a[2] for r, a in AGES.items()}


def test_an_order_of_which_a_parcel_was_set_aside_is_not_compared(tonight: Tonight) -> None:
    raw = '{"dispatchId": "D2", "orderReference" : "SC-1", "lines": null}'
    found = tonight(
        order("SO1", "SC-1", MUG, invoices=[invoice({"MUG-1": 2})], complete=True),
        dispatch("D1", "SC-1", {"MUG-1": 1}),
        SetAside("wair.dispatches", "D2", raw=raw),
        settings={"order_reference_prefixes": {"scayle": "SC-"}},
    )
    assert found.open() == [("FEED-04", "wair/dispatches/D2")]


def test_an_order_of_which_a_line_was_set_aside_is_not_compared(tonight: Tonight) -> None:
    found = tonight(
        order("SO1", "WEB1", [], invoices=[invoice({"MUG-1": 2})]),
        dispatch("D1", "WEB1", {"MUG-1": 2}),
        SetAside("khaos.order_lines", "SO1/1", raw="<STOCK_CODE>MUG-1</STOCK_CODE>"),
    )
    assert found.open() == [("FEED-04", "khaos/order_lines/SO1/1")]


# ORD-16


def test_a_dispatch_of_an_order_that_khaos_does_not_know_is_valued_at_cost(tonight: Tonight) -> None:
    found = tonight(stock_item("MUG-1"), dispatch("D1", "X1", {"MUG-1": 3}))
    row = found.one("ORD-16")
    assert (row["systems"], row["record_key"], row["counterpart_key"]) == ("khaos>wair", "D1", "X1")
    assert (row["units"], row["amount_gbp"], row["reason"], row["state"]) == (3, Decimal("7.50"), "no order", "open")
    assert found.open() == [("ORD-16", "D1")]


def test_a_sku_without_known_cost_leaves_the_amount_empty(tonight: Tonight) -> None:
    found = tonight(stock_item("MUG-1"), dispatch("D1", "X1", {"MUG-1": 3, "CUP-1": 1}))
    assert found.one("ORD-16")["amount_gbp"] is None


def test_a_near_match_is_valued_as_the_item_it_means(tonight: Tonight) -> None:
    found = tonight(stock_item("MUG-1"), wair_item("mug-1"), dispatch("D1", "X1", {"mug-1": 2}))
    assert found.one("ORD-16")["amount_gbp"] == Decimal("5.00")


@pytest.mark.parametrize("fields", [{"cancelled": True}, {"order_type": "C"}])
def test_a_cancelled_order_and_a_credit_note_of_the_reference_are_known(
    tonight: Tonight, fields: dict[str, bool]
) -> None:
    assert tonight(order("SO1", "WEB1", MUG, **fields), dispatch("D1", "WEB1", {"MUG-1": 2})).of("ORD-16") == []


@pytest.mark.parametrize("asked", [{}, {"X1": True}])
def test_an_absence_is_believed_only_when_asked_by_name(tonight: Tonight, asked: dict[str, bool]) -> None:
    assert tonight(dispatch("D1", "X1", {"MUG-1": 3}), asked=asked).of("ORD-16") == []


def test_a_voided_parcel_needs_no_order(tonight: Tonight) -> None:
    assert tonight(dispatch("D1", "X1", {})).summary() == []


@pytest.mark.parametrize("later", ["D1", "D2"])
def test_the_later_of_two_records_of_one_parcel_counts_nowhere(tonight: Tonight, later: str) -> None:
    at = {"D1": minutes_ago(900), "D2": minutes_ago(900), later: minutes_ago(800)}
    twins = [dispatch(k, "WEB1", {"MUG-1": 2}, tracking="T", at=t) for k, t in at.items()]
    found = tonight(stock_item("MUG-1"), DONE, twins)
    row = found.one("ORD-16")
    assert (row["record_key"], row["reason"], row["units"], row["amount_gbp"]) == (later, "twice", 2, Decimal("5.00"))
    assert found.open() == [("ORD-16", later)]


@pytest.mark.parametrize(
    "other",
    [
        dispatch("D2", "WEB1", {"MUG-1": 1}, tracking="U"),
        dispatch("D2", "WEB1", {"MUG-1": 1, "CUP-1": 1}, tracking="T"),
        dispatch("D2", "WEB2", {"MUG-1": 1}, tracking="T"),
    ],
)
def test_another_number_other_lines_or_another_order_is_another_parcel(tonight: Tonight, other: object) -> None:
    found = tonight(order("SO2", "WEB2", MUG), DONE, dispatch("D1", "WEB1", {"MUG-1": 1}, tracking="T"), other)
    assert found.of("ORD-16") == []


@pytest.mark.parametrize("number", [None, ""])
def test_parcels_without_a_number_are_never_twins(tonight: Tonight, number: str | None) -> None:
    twins = [replace(dispatch(k, "WEB1", {"MUG-1": 1}), tracking_number=number) for k in ("D1", "D2")]
    assert tonight(DONE, twins).of("ORD-16") == []


# ORD-17


def test_units_sent_that_wair_never_dispatched_are_missing(tonight: Tonight) -> None:
    found = tonight(DONE)
    row = found.one("ORD-17")
    assert (row["systems"], row["record_key"], row["units"], row["amount_gbp"]) == (
        "khaos>wair",
        "WEB1",
        2,
        Decimal("20.00"),
    )
    assert found.open() == [("ORD-17", "WEB1")]


def test_only_voided_parcels_are_no_dispatch(tonight: Tonight) -> None:
    assert tonight(DONE, dispatch("D1", "WEB1", {})).open() == [("ORD-17", "WEB1")]


@pytest.mark.parametrize(
    ("shipped", "night", "state"),
    [
        (YESTERDAY, "2026-11-20T01:00:00+00:00", "open"),
        (YESTERDAY, "2026-11-20T00:59:59.999999+00:00", "expected"),
        (date(2026, 7, 1), "2026-07-02T00:00:00+00:00", "open"),
        (date(2026, 7, 1), "2026-07-01T23:59:59.999999+00:00", "expected"),
        (date(2026, 10, 25), "2026-10-26T01:00:00+00:00", "open"),
        (date(2026, 10, 24), "2026-10-25T00:00:00+00:00", "open"),
        (None, "2026-11-20T02:00:00+00:00", "open"),
    ],
)
def test_the_grace_runs_from_the_end_of_the_ship_date_in_london(
    nights: Tonight, shipped: date | None, night: str, state: str
) -> None:
    sent = order("SO1", "WEB1", MUG, invoices=[invoice({"MUG-1": 2}, shipped_on=shipped)], complete=True)
    at = datetime.fromisoformat(night)
    assert nights(PlantedNight([sent], night=Night.of(at.astimezone(UTC).date(), at))).state("ORD-17") == state


def test_telephone_orders_other_sites_and_postage_are_not_wairs(tonight: Tonight) -> None:
    gone = [invoice({"MUG-1": 2})]
    found = tonight(
        site("Attic"),
        order("SO1", None, MUG, invoices=gone),
        order("SO2", "", MUG, invoices=gone),
        order("SO3", "WEB3", [line("MUG-1", 2, "12.00", site_name="Attic")], invoices=gone),
        order("SO4", "WEB4", [("POST", 1, "3.00")], invoices=[invoice({"POST": 1})]),
        order("SO5", "WEB5", MUG, invoices=gone, cancelled=True),
        settings={"non_stock_codes": ["POST"]},
    )
    assert found.of("ORD-17") == []


def test_an_order_whose_parcel_was_set_aside_is_not_called_missing(tonight: Tonight) -> None:
    raw = '{"dispatchId":"D1","orderReference":"WEB1","dispatchedAt":"yesterday"}'
    assert tonight(DONE, SetAside("wair.dispatches", "D1", raw=raw)).open() == [("FEED-04", "wair/dispatches/D1")]


@pytest.mark.parametrize("override", [{"verdict": Verdict.INCOMPLETE}, {"proof": Proof.OVERLAP_ONLY}])
def test_nothing_is_missing_from_dispatches_that_may_lack_some(tonight: Tonight, override: dict[str, object]) -> None:
    found = tonight(DONE, certificates={"wair.dispatches": override})
    assert found.of("ORD-17") == []
    assert ("ORD-17", "khaos>wair") in found.not_tested()
