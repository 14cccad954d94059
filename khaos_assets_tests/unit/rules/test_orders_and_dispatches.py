"""ORD-06, 14, 15, 16, 17: dispatches that are incomplete, leaked, unequal, unknown or missing.

Most tests look at one night. What a test plants stands above it; its references and parcels bear the same word.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from khaos_assets.config import Night
from khaos_assets.snapshots.certificate import Verdict
from khaos_assets.systems.read import Proof
from khaos_assets.systems.wire import Record
from khaos_assets_tests.planted_night import (
    PlantedNight,
    Results,
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
from khaos_assets_tests.planted_records import Number
from khaos_assets_tests.shared_night import SharedNight
from khaos_assets_tests.unit.rules.conftest import Tonight

MUG = [("MUG-1", 2, "12.00")]
GONE = [invoice({"MUG-1": 2})]
YESTERDAY = date(2026, 11, 19)

NIGHT = SharedNight(
    stock_item("MUG-1"),
    settings={
        "non_stock_codes": ["POST"],
        "wair": {"untracked_services": ["COLLECT"]},
        "mapping": {"couriers": {"COLLECT": "None"}},
        "order_reference_prefixes": {"scayle": "SC-"},
    },
)
found = NIGHT.once()


def done(reference: str, lines: Any = MUG, sent: Mapping[str, Number] | None = None, **fields: Any) -> list[Record]:
    """An order that Khaos sent in full."""
    of_it: dict[str, Any] = {"invoices": [invoice(sent or {"MUG-1": 2})], "complete": True}
    return order(f"SO {reference}", reference, lines, **of_it | fields)


# ORD-06


INCOMPLETE = {
    "none D1": ("DPD-12", None, "tracking"),
    "none D2": ("", "T2", "carrier"),
    "none D3": ("", None, "carrier+tracking"),
}


@NIGHT.has(
    done("none", [("MUG-1", 3, "12.00")], {"MUG-1": 3}),
    [dispatch(k, "none", {"MUG-1": 1}, carrier=c, tracking=t) for k, (c, t, _) in INCOMPLETE.items()],
)
def test_a_parcel_without_number_or_carrier_is_incomplete(found: Results) -> None:
    told = found.about("none").of("ORD-06")
    rows = {r["record_key"]: (r["systems"], r["field"], r["state"], r["amount_gbp"]) for r in told}
    assert rows == {k: ("wair>khaos", name, "open", None) for k, (_, _, name) in INCOMPLETE.items()}


@NIGHT.has(
    done("late"),
    [dispatch(f"late {us} us", "late", {"MUG-1": 1}, tracking=None, at=minutes_ago(120, us)) for us in (0, 1)],
)
def test_a_number_may_come_within_the_tracking_grace(found: Results) -> None:
    rows = {r["record_key"]: (r["state"], r["reason"]) for r in found.about("late").rows}
    assert rows == {
        "late 0 us": ("open", "past the tracking grace"),
        "late 1 us": ("expected", "inside the tracking grace"),
    }


@NIGHT.has(
    done("free"),
    dispatch("free D1", "free", {"MUG-1": 2}, carrier="COLLECT", tracking=None),
    dispatch("free D2", "free", {}, tracking=None),
)
def test_untracked_services_and_voided_parcels_need_no_number(found: Results) -> None:
    told = found.about("free")
    assert told.summary() == []
    assert told.compared("ORD-06") == 1


# ORD-14


@NIGHT.has(
    customer("T1", company_class="Internal"),
    done("escaped", company="T1"),
    dispatch("D escaped", "escaped", {"MUG-1": 2}),
    done("both leaked", [*MUG, ("CUP-1", 1, "6.00")], {"MUG-1": 2, "CUP-1": 1}, company="T1"),
    dispatch("D both", "both leaked", {"MUG-1": 2, "CUP-1": 1}),
)
def test_a_dispatch_for_a_test_account_has_leaked(found: Results) -> None:
    told = found.about("escaped")
    row = told.one("ORD-14")
    assert (row["systems"], row["record_key"], row["units"], row["amount_gbp"]) == (
        "khaos>wair",
        "escaped",
        2,
        Decimal("20.00"),
    )
    assert told.open() == [("ORD-14", "escaped")]
    both = found.about("both leaked").one("ORD-14")
    assert (both["units"], both["amount_gbp"]) == (3, Decimal("25.00"))


@NIGHT.has(
    [
        [
            customer(f"OF {company_class}", company_class=company_class),
            done(f"trade {company_class}", company=f"OF {company_class}"),
            dispatch(f"D trade {company_class}", f"trade {company_class}", {"MUG-1": 2}),
        ]
        for company_class in ("Web", "test", None)
    ]
)
def test_other_classes_are_commercial_and_spelled_exactly(found: Results) -> None:
    told = found.about("trade")
    assert told.summary() == []
    assert told.compared("ORD-14") == 3


@NIGHT.has(customer("T2", company_class="Test"), order("SO unsent", "unsent", MUG, company="T2"))
def test_a_test_order_that_nobody_dispatched_is_lawful(found: Results) -> None:
    assert found.about("unsent").summary() == []


@NIGHT.has(
    customer("T3", company_class="Test"),
    [done("leak in part", company="T3"), order("SO leak ahead", "leak ahead", MUG, company="T3")],
    [dispatch(f"D {r}", r, {"MUG-1": 1}) for r in ("leak in part", "leak ahead")],
)
@pytest.mark.parametrize(("reference", "code"), [("leak in part", "ORD-15"), ("leak ahead", "ORD-05")])
def test_the_leak_explains_the_orders_other_differences(found: Results, reference: str, code: str) -> None:
    told = found.about(reference)
    assert told.open() == [("ORD-14", reference)]
    assert told.explained_by(told.one(code)) == "ORD-14"


# ORD-15


@NIGHT.has(done("less"), dispatch("D less", "less", {"MUG-1": 1}))
def test_more_sent_than_dispatched_is_valued_at_the_line(found: Results) -> None:
    row = found.about("less").one("ORD-15")
    assert (row["systems"], row["record_key"], row["field"], row["state"]) == ("wair>khaos", "less", "MUG-1", "open")
    assert (row["units"], row["amount_gbp"]) == (1, Decimal("10.00"))
    assert row["reason"] == "sent more than dispatched"


@NIGHT.has(done("oversent", sent={"MUG-1": 3}), dispatch("D oversent", "oversent", {"MUG-1": 2}))
def test_more_sent_than_was_ordered_differs_though_all_that_was_ordered_left(found: Results) -> None:
    row = found.about("oversent").one("ORD-15")
    assert (row["field"], row["units"], row["reason"]) == ("MUG-1", 1, "sent more than dispatched")


@NIGHT.has(
    done("several", [("MUG-1", 2, "12.00"), ("CUP-1", 3, "6.00")], {"MUG-1": 2, "CUP-1": 3}),
    dispatch("D several", "several", {"MUG-1": 1, "CUP-1": 5}),
)
def test_the_skus_that_differ_are_one_exception_sorted_and_joined(found: Results) -> None:
    row = found.about("several").one("ORD-15")
    assert (row["field"], row["units"], row["amount_gbp"]) == ("CUP-1+MUG-1", 3, Decimal("20.00"))


@NIGHT.has(
    stock_item("JUG-1"),
    [[done(f"more {s}"), dispatch(f"D more {s}", f"more {s}", {"MUG-1": 2, s: 1})] for s in ("JUG-1", "CAN-1")],
)
@pytest.mark.parametrize(("sku", "amount"), [("JUG-1", "2.50"), ("CAN-1", None)])
def test_a_sku_that_is_not_on_the_order_is_valued_at_cost(found: Results, sku: str, amount: str | None) -> None:
    row = found.about(f"more {sku}").one("ORD-15")
    assert (row["field"], row["units"]) == (sku, 1)
    assert row["amount_gbp"] == (None if amount is None else Decimal(amount))


AGES = {
    "at the grace": (minutes_ago(60), date(2026, 11, 1), "open"),
    "inside it": (minutes_ago(60, 1), date(2026, 11, 1), "expected"),
    "shipped yesterday": (minutes_ago(9000), YESTERDAY, "open"),
    "shipped today": (minutes_ago(9000), date(2026, 11, 20), "expected"),
    "no ship date": (minutes_ago(9000), None, "open"),
}


@NIGHT.has(
    [
        [
            done(f"age: {age}", invoices=[invoice({"MUG-1": 2}, shipped_on=shipped)]),
            dispatch(f"D age: {age}", f"age: {age}", {"MUG-1": 1}, at=at),
        ]
        for age, (at, shipped, _) in AGES.items()
    ]
)
def test_its_age_is_that_of_the_later_of_dispatch_and_ship_date(found: Results) -> None:
    states = {r["record_key"]: r["state"] for r in found.about("age: ").of("ORD-15")}
    assert states == {f"age: {age}": state for age, (_, _, state) in AGES.items()}


@NIGHT.has(
    done("SC-parts"),
    dispatch("D parts 1", "SC-parts", {"MUG-1": 1}),
    SetAside("wair.dispatches", "D parts 2", raw='{"dispatchId": "D2", "orderReference" : "SC-parts", "lines": null}'),
)
def test_an_order_of_which_a_parcel_was_set_aside_is_not_compared(found: Results) -> None:
    assert found.about("parts").open() == [("FEED-04", "wair/dispatches/D parts 2")]


@NIGHT.has(
    order("SO lines", "lines", [], invoices=GONE),
    dispatch("D lines", "lines", {"MUG-1": 2}),
    SetAside("khaos.order_lines", "SO lines/1", raw="<STOCK_CODE>MUG-1</STOCK_CODE>"),
)
def test_an_order_of_which_a_line_was_set_aside_is_not_compared(found: Results) -> None:
    assert found.about("lines").open() == [("FEED-04", "khaos/order_lines/SO lines/1")]


# ORD-16


@NIGHT.has(dispatch("nobody 1", "nobody's", {"MUG-1": 3}))
def test_a_dispatch_of_an_order_that_khaos_does_not_know_is_valued_at_cost(found: Results) -> None:
    told = found.about("nobody")
    row = told.one("ORD-16")
    assert (row["systems"], row["record_key"], row["counterpart_key"]) == ("khaos>wair", "nobody 1", "nobody's")
    assert (row["units"], row["amount_gbp"], row["reason"], row["state"]) == (3, Decimal("7.50"), "no order", "open")
    assert told.open() == [("ORD-16", "nobody 1")]


@NIGHT.has(dispatch("uncosted 1", "X2", {"MUG-1": 3, "CUP-1": 1}))
def test_a_sku_without_known_cost_leaves_the_amount_empty(found: Results) -> None:
    assert found.about("uncosted").one("ORD-16")["amount_gbp"] is None


@NIGHT.has(stock_item("NEAR-1"), wair_item("near-1"), dispatch("spelled 1", "X3", {"near-1": 2}))
def test_a_near_match_is_valued_as_the_item_it_means(found: Results) -> None:
    assert found.about("spelled").one("ORD-16")["amount_gbp"] == Decimal("5.00")


@NIGHT.has(
    [order("SO off", "known off", MUG, cancelled=True), dispatch("known 1", "known off", {"MUG-1": 2})],
    [order("SO note", "known note", MUG, order_type="C"), dispatch("known 2", "known note", {"MUG-1": 2})],
)
def test_a_cancelled_order_and_a_credit_note_of_the_reference_are_known(found: Results) -> None:
    assert found.about("known").of("ORD-16") == []


@pytest.mark.parametrize("asked", [{}, {"X1": True}])
def test_an_absence_is_believed_only_when_asked_by_name(tonight: Tonight, asked: dict[str, bool]) -> None:
    assert tonight(dispatch("D1", "X1", {"MUG-1": 3}), asked=asked).of("ORD-16") == []


@NIGHT.has(dispatch("emptied 1", "emptied", {}))
def test_a_voided_parcel_needs_no_order(found: Results) -> None:
    assert found.about("emptied").summary() == []


TWINS = {"first": ("D2", {"D1": 900, "D2": 800}), "last": ("D1", {"D1": 800, "D2": 900})}
"""Which of two parcels came later, and minutes ago."""


@NIGHT.has(
    [
        [
            done(f"twin {n}"),
            [
                dispatch(f"twin {n} {k}", f"twin {n}", {"MUG-1": 2}, tracking="T", at=minutes_ago(m))
                for k, m in ages.items()
            ],
        ]
        for n, (_, ages) in TWINS.items()
    ]
)
@pytest.mark.parametrize("name", TWINS)
def test_the_later_of_two_records_of_one_parcel_counts_nowhere(found: Results, name: str) -> None:
    later = f"twin {name} {TWINS[name][0]}"
    told = found.about(f"twin {name}")
    row = told.one("ORD-16")
    assert (row["record_key"], row["reason"], row["units"], row["amount_gbp"]) == (later, "twice", 2, Decimal("5.00"))
    assert told.open() == [("ORD-16", later)]


@NIGHT.has(
    [[done(f"like {n}"), dispatch(f"like {n} D1", f"like {n}", {"MUG-1": 1}, tracking="T")] for n in (1, 2, 3)],
    dispatch("like 1 D2", "like 1", {"MUG-1": 1}, tracking="U"),
    dispatch("like 2 D2", "like 2", {"MUG-1": 1, "CUP-1": 1}, tracking="T"),
    [order("SO like 4", "like 4", MUG), dispatch("like 3 D2", "like 4", {"MUG-1": 1}, tracking="T")],
)
def test_another_number_other_lines_or_another_order_is_another_parcel(found: Results) -> None:
    assert found.about("like").of("ORD-16") == []


@NIGHT.has(
    [
        [
            done(f"bare {n}"),
            [replace(dispatch(f"bare {n} {k}", f"bare {n}", {"MUG-1": 1}), tracking_number=t) for k in (1, 2)],
        ]
        for n, t in enumerate((None, ""))
    ]
)
def test_parcels_without_a_number_are_never_twins(found: Results) -> None:
    told = found.about("bare")
    assert told.of("ORD-16") == []
    assert told.compared("ORD-16") == 4


# ORD-17


@NIGHT.has(done("missing"))
def test_units_sent_that_wair_never_dispatched_are_missing(found: Results) -> None:
    told = found.about("missing")
    row = told.one("ORD-17")
    assert (row["systems"], row["record_key"], row["units"], row["amount_gbp"]) == (
        "khaos>wair",
        "missing",
        2,
        Decimal("20.00"),
    )
    assert told.open() == [("ORD-17", "missing")]


@NIGHT.has(done("only voided"), dispatch("D only voided", "only voided", {}))
def test_only_voided_parcels_are_no_dispatch(found: Results) -> None:
    assert found.about("only voided").open() == [("ORD-17", "only voided")]


SHIPPED = {
    "2026-11-20T01:00:00+00:00": {YESTERDAY: "open"},
    "2026-11-20T00:59:59.999999+00:00": {YESTERDAY: "expected"},
    "2026-07-02T00:00:00+00:00": {date(2026, 7, 1): "open"},
    "2026-07-01T23:59:59.999999+00:00": {date(2026, 7, 1): "expected"},
    "2026-10-26T01:00:00+00:00": {date(2026, 10, 25): "open"},
    "2026-10-25T00:00:00+00:00": {date(2026, 10, 24): "open", None: "open"},
}
"""The night's instant → the day that Khaos says it was shipped."""


@pytest.mark.parametrize("night", SHIPPED)
def test_the_grace_runs_from_the_end_of_the_ship_date_in_london(nights: Tonight, night: str) -> None:
    sent = [done(f"{day}", invoices=[invoice({"MUG-1": 2}, shipped_on=day)]) for day in SHIPPED[night]]
    at = datetime.fromisoformat(night)
    found = nights(PlantedNight(sent, night=Night.of(at.astimezone(UTC).date(), at)))
    states = {r["record_key"]: r["state"] for r in found.of("ORD-17")}
    assert states == {f"{day}": state for day, state in SHIPPED[night].items()}


@NIGHT.has(
    site("Attic"),
    [order(f"SO phone {n}", reference, MUG, invoices=GONE) for n, reference in enumerate((None, ""))],
    order("SO attic", "not attic", [line("MUG-1", 2, "12.00", site_name="Attic")], invoices=GONE),
    order("SO post", "not post", [("POST", 1, "3.00")], invoices=[invoice({"POST": 1})]),
    order("SO cancelled", "not cancelled", MUG, invoices=GONE, cancelled=True),
)
def test_telephone_orders_other_sites_and_postage_are_not_wairs(found: Results) -> None:
    assert found.about("not ", "SO phone").of("ORD-17") == []
    assert "" not in {r["record_key"] for r in found.of("ORD-17")}


@NIGHT.has(
    done("lost"),
    SetAside("wair.dispatches", "D lost", raw='{"dispatchId":"D1","orderReference":"lost","dispatchedAt":"yesterday"}'),
)
def test_an_order_whose_parcel_was_set_aside_is_not_called_missing(found: Results) -> None:
    assert found.about("lost").open() == [("FEED-04", "wair/dispatches/D lost")]


@pytest.mark.parametrize("override", [{"verdict": Verdict.INCOMPLETE}, {"proof": Proof.OVERLAP_ONLY}])
def test_nothing_is_missing_from_dispatches_that_may_lack_some(tonight: Tonight, override: dict[str, object]) -> None:
    found = tonight(done("W1"), certificates={"wair.dispatches": override})
    assert found.of("ORD-17") == []
    assert ("ORD-17", "khaos>wair") in found.not_tested()
