"""ORD-01 to 04, 09 to 12: orders of a channel, cancellations, amendments and refunds beside Khaos and WAIR."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from khaos_assets.systems.scayle import records as scayle
from khaos_assets_tests.planted_night import (
    AS_OF,
    SetAside,
    customer,
    dispatch,
    invoice,
    minutes_ago,
    order,
    pack,
    stock_item,
)
from khaos_assets_tests.planted_orocommerce import oro_line, oro_order, oro_product
from khaos_assets_tests.planted_scayle import fee, scayle_variant, unit
from khaos_assets_tests.unit.rules.channel_orders import (
    CHANNELS,
    LINES,
    MONEY,
    SENT,
    TWO,
    cancelled,
    found,
    in_khaos,
    shop,
)
from khaos_assets_tests.unit.rules.conftest import Tonight

# Orders that Khaos does not have


def test_a_confirmed_order_that_khaos_does_not_know_is_missing(tonight: Tonight) -> None:
    row = found(tonight, shop(fees=[fee("6.00")])).one("ORD-01")
    assert (row["systems"], row["record_key"], row["state"]) == ("scayle>khaos", "W1", "open")
    assert row["amount_gbp"] == Decimal("25.00")  # with delivery, without VAT


def test_an_order_that_khaos_has_or_had_is_not_missing(tonight: Tonight) -> None:
    assert found(tonight, shop(), in_khaos()).of("ORD-01") == []
    assert found(tonight, shop(), in_khaos(cancelled=True)).of("ORD-01") == []


def test_another_channels_prefix_is_another_order(tonight: Tonight) -> None:
    assert found(tonight, shop(), in_khaos(reference="OR-W1")).state("ORD-01") == "open"


def test_an_order_may_arrive_within_the_order_grace(tonight: Tonight) -> None:
    late = [shop(f"W{us}", at=minutes_ago(60, us)) for us in (0, 1)]
    rows = {r["record_key"]: r["state"] for r in found(tonight, late).of("ORD-01")}
    assert rows == {"W0": "open", "W1": "expected"}


def test_an_unconfirmed_or_cancelled_order_need_not_be_there(tonight: Tonight) -> None:
    waiting = replace(shop("W1"), confirmed_at=None)
    assert found(tonight, waiting, shop("W2", status="cancellation_completed")).of("ORD-01") == []


@pytest.mark.parametrize(("days", "state"), [(92, "open"), (93, None)])
def test_orders_older_than_the_import_window_are_not_looked_for(tonight: Tonight, days: int, state: str | None) -> None:
    assert found(tonight, shop(at=AS_OF - timedelta(days=days))).state("ORD-01") == state


@pytest.mark.parametrize(("start", "state"), [("2026-10-21", "open"), ("2026-10-22", None)])
def test_orders_before_the_channel_began_were_never_to_be_there(
    tonight: Tonight, start: str, state: str | None
) -> None:
    channels = {"channels": {"scayle": {"start": start}}}
    assert found(tonight, shop(at=AS_OF - timedelta(days=30)), settings=channels).state("ORD-01") == state


def test_a_sku_that_khaos_does_not_know_blocks_the_order(tonight: Tonight) -> None:
    blocked = shop(units=[unit("NEW-2", "6.00"), unit("NEW-1", "6.00"), *TWO])
    row = found(tonight, blocked).one("ORD-02")
    assert (row["field"], row["amount_gbp"], row["state"]) == ("NEW-1+NEW-2", Decimal("30.00"), "open")
    assert found(tonight, blocked).of("ORD-01") == []


def test_a_near_match_blocks_it_too_and_a_non_stock_code_does_not(tonight: Tonight) -> None:
    assert found(tonight, shop(units=[unit("mug-1", "12.00")])).one("ORD-02")["field"] == "mug-1"
    post = found(tonight, shop(units=[*TWO, unit("POST", "3.00")]), settings={"non_stock_codes": ["POST"]})
    assert (post.of("ORD-02"), post.state("ORD-01")) == ([], "open")


def test_a_cancelled_line_blocks_nothing(tonight: Tonight) -> None:
    assert found(tonight, shop(units=[*TWO, unit("NEW-1", "6.00", status="cancelled")])).of("ORD-02") == []


def test_a_blocked_order_inside_its_grace_is_expected(tonight: Tonight) -> None:
    late = [shop(f"W{us}", units=[unit("NEW-1", "6.00")], at=minutes_ago(60, us)) for us in (0, 1)]
    assert {r["record_key"]: r["state"] for r in found(tonight, late).of("ORD-02")} == {"W0": "open", "W1": "expected"}


def test_euros_are_pounds_at_the_rate_of_the_month(tonight: Tonight) -> None:
    euros = shop(currency="EUR", country="DE")
    month = euros.created_at.strftime("%Y-%m")  # type: ignore[union-attr]
    rates = {"exchange_rates": {month: {"EUR": "0.85"}}}
    assert found(tonight, euros, settings=rates).one("ORD-01")["amount_gbp"] == Decimal("17.00")
    assert found(tonight, euros).one("ORD-01")["amount_gbp"] is None


# Orders that Khaos has twice, or alone


def test_all_but_the_earliest_of_several_orders_are_extra(tonight: Tonight) -> None:
    rows = found(
        tonight,
        shop(),
        in_khaos("SO3"),
        in_khaos("SO1", created_on=date(2026, 11, 2), items_net="5.00", delivery_net="1.00"),
        in_khaos("SO2", cancelled=True),
        order("CN1", "SC-W1", LINES, order_type="C"),
    )
    row = rows.one("ORD-03")
    assert (row["counterpart_key"], row["amount_gbp"]) == ("SO1", Decimal("6.00"))


def test_one_order_and_its_credit_note_are_no_duplicate(tonight: Tonight) -> None:
    assert found(tonight, shop(), in_khaos(), order("CN1", "SC-W1", LINES, order_type="C")).of("ORD-03") == []


def test_an_order_in_the_channels_form_that_it_does_not_have_is_khaos_alone(tonight: Tonight) -> None:
    row = found(tonight, shop("W2"), in_khaos("SO2", "SC-W2"), in_khaos()).one("ORD-04")
    assert (row["record_key"], row["amount_gbp"], row["state"]) == ("SC-W1", Decimal("20.00"), "open")


@pytest.mark.parametrize(
    "alone",
    [in_khaos(cancelled=True), in_khaos(reference="TEL-1"), order("CN1", "SC-W1", LINES, order_type="C"),
     [customer("T1", company_class="Test"), in_khaos(company="T1")], [in_khaos(), shop()]],
)  # fmt: skip
def test_cancelled_foreign_and_test_orders_are_not_missed_on_the_channel(tonight: Tonight, alone: Any) -> None:
    assert found(tonight, shop("W9"), in_khaos("SO9", "SC-W9"), alone).of("ORD-04") == []


def test_an_order_that_was_set_aside_is_no_absence(tonight: Tonight) -> None:
    rows = found(tonight, shop("W9"), in_khaos("SO9", "SC-W9"), in_khaos(), SetAside("scayle.orders", "W1"))
    assert rows.of("ORD-04") == []


# Cancelled


def test_a_cancellation_that_can_still_be_applied(tonight: Tonight) -> None:
    row = found(tonight, cancelled(), in_khaos()).one("ORD-09")
    assert (row["record_key"], row["amount_gbp"], row["state"]) == ("W1", Decimal("20.00"), "open")
    assert found(tonight, cancelled(), in_khaos(cancelled=True)).of("ORD-09") == []
    assert found(tonight, cancelled(), in_khaos(complete=True)).of("ORD-09") == []


def test_a_cancellation_may_arrive_within_the_order_grace(tonight: Tonight) -> None:
    for us, state in ((0, "open"), (1, "expected")):
        assert found(tonight, cancelled(changed=minutes_ago(60, us)), in_khaos()).state("ORD-09") == state


@pytest.mark.parametrize(
    "late",
    [
        in_khaos(invoices=[invoice({}, stage=12)]),
        in_khaos(invoices=[invoice({"MUG-1": 1}, stage=5)]),
        [in_khaos(), dispatch("D1", "SC-W1", {"MUG-1": 1})],
    ],
    ids=["picking", "sent", "dispatched"],
)
def test_a_cancellation_that_came_too_late_is_for_the_warehouse(tonight: Tonight, late: Any) -> None:
    rows = found(tonight, cancelled(), late)
    assert (rows.of("ORD-09"), rows.one("ORD-10")["amount_gbp"]) == ([], Decimal("20.00"))
    credited = found(tonight, cancelled(), late, order("CN1", "SC-W1", LINES, order_type="C", **MONEY))
    assert credited.of("ORD-10") == []
    again = found(tonight, cancelled(), late, order("CN1", "SC-W1", LINES, order_type="C", cancelled=True))
    assert again.state("ORD-10") == "open"


def test_a_credit_note_may_name_its_order_by_a_pattern(tonight: Tonight) -> None:
    note = order("CN1", "RF-W1", LINES, order_type="C", **MONEY)
    late = in_khaos(invoices=[invoice({"MUG-1": 1}, stage=5)])
    pattern = {"credit_notes": {"reference_pattern": "RF-{reference}"}}
    assert found(tonight, cancelled(), late, note).state("ORD-10") == "open"
    assert found(tonight, cancelled(), late, note, settings=pattern).of("ORD-10") == []


def test_a_cancellation_explains_the_orders_other_differences(tonight: Tonight) -> None:
    parcels = dispatch("D1", "SC-W1", {"MUG-1": 2})
    rows = found(tonight, cancelled(), in_khaos(), parcels)
    assert (rows.state("ORD-10"), rows.state("ORD-05")) == ("open", "suppressed")
    assert rows.explained_by(rows.one("ORD-05")) == "ORD-10"


# Amended


def test_units_that_differ_are_an_amendment_worth_their_net_value(tonight: Tonight) -> None:
    row = found(tonight, shop(), in_khaos(lines=[("MUG-1", 5, "12.00")])).one("ORD-11")
    assert (row["field"], row["units"], row["amount_gbp"]) == ("MUG-1", 3, Decimal("30.00"))


def test_a_swap_at_equal_value_amounts_to_nothing(tonight: Tonight) -> None:
    rows = found(tonight, stock_item("CUP-1"), shop(units=TWO[:1]), in_khaos(lines=[("CUP-1", 1, "12.00")]))
    row = rows.one("ORD-11")
    assert (row["field"], row["amount_gbp"]) == ("CUP-1+MUG-1", Decimal("0.00"))


def test_units_are_counted_however_they_are_spread_over_lines(tonight: Tonight) -> None:
    three = [*TWO, unit("MUG-1", "12.00"), unit("MUG-1", "12.00", status="cancelled")]
    assert found(tonight, shop(units=three), in_khaos(lines=[("MUG-1", 3, "12.00")])).of("ORD-11") == []


def test_pack_contents_that_khaos_added_are_no_amendment(tonight: Tonight) -> None:
    kit = [pack("KIT-1", {"MUG-1": 2}), scayle_variant("KIT-1"), shop(units=[unit("KIT-1", "20.00")])]
    lines = [("KIT-1", 1, "20.00"), ("MUG-1", 2, "0.00")]
    assert found(tonight, kit, in_khaos(lines=lines)).of("ORD-11") == []
    assert found(tonight, kit, in_khaos(lines=[*lines, ("MUG-1", 1, "12.00")])).state("ORD-11") == "open"


def test_free_form_and_non_stock_lines_are_no_amendment(tonight: Tonight) -> None:
    lines = [*LINES, ("POST", 1, "3.00"), (None, 1, "2.00")]
    assert found(tonight, shop(), in_khaos(lines=lines), settings={"non_stock_codes": ["POST"]}).of("ORD-11") == []


def test_cases_of_twelve_are_units_in_khaos(tonight: Tonight) -> None:
    settings = CHANNELS | {"orocommerce": {}, "mapping": {"units": {"each": 1, "case": 12}}}
    goods = [stock_item("MUG-1"), oro_product("MUG-1")]
    bought = oro_order("B1", [oro_line("MUG-1", 2, "120.00", unit="case")])
    rows = tonight(goods, bought, order("SO1", "OR-B1", [("MUG-1", 24, "12.00")]), settings=settings)
    assert rows.of("ORD-11") == []
    rows = tonight(goods, bought, order("SO1", "OR-B1", [("MUG-1", 2, "12.00")]), settings=settings)
    assert (rows.one("ORD-11")["systems"], rows.one("ORD-11")["units"]) == ("orocommerce>khaos", -22)


def test_an_amendment_may_arrive_within_the_order_grace(tonight: Tonight) -> None:
    for us, state in ((0, "open"), (1, "expected")):
        late = shop(changed=minutes_ago(60, us))
        assert found(tonight, late, in_khaos(lines=[("MUG-1", 1, "12.00")])).state("ORD-11") == state


# Refunded


def returned(us: int = 0, **fields: Any) -> scayle.Order:
    back = unit("MUG-1", "12.00", status="returned", returned_at=minutes_ago(24 * 60, us))
    return shop(units=[back, TWO[1]], billing="billing_partially_refunded", **fields)


def test_a_refund_wants_a_credit_note(tonight: Tonight) -> None:
    sent = in_khaos(invoices=[SENT], complete=True)
    row = found(tonight, returned(), sent).one("ORD-12")
    assert (row["systems"], row["amount_gbp"], row["state"]) == ("scayle>khaos", Decimal("12.00"), "open")
    note = order("CN1", "SC-W1", [("MUG-1", 1, "12.00")], order_type="C", items_gross="12.00", items_net="10.00")
    assert found(tonight, returned(), sent, note).of("ORD-12") == []


def test_it_may_come_within_the_refund_grace(tonight: Tonight) -> None:
    sent = in_khaos(invoices=[SENT], complete=True)
    for us, state in ((0, "open"), (1, "expected")):
        assert found(tonight, returned(us), sent).state("ORD-12") == state


def test_a_part_refund_that_names_no_item_has_no_amount(tonight: Tonight) -> None:
    row = found(tonight, shop(billing="billing_partially_refunded"), in_khaos(invoices=[SENT])).one("ORD-12")
    assert row["amount_gbp"] is None
    whole = found(tonight, shop(billing="billing_refunded"), in_khaos(invoices=[SENT])).one("ORD-12")
    assert whole["amount_gbp"] == Decimal("24.00")


def test_an_order_cancelled_in_khaos_has_nothing_to_credit(tonight: Tonight) -> None:
    assert found(tonight, returned(), in_khaos(cancelled=True)).of("ORD-12") == []
