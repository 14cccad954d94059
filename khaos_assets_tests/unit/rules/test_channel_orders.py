"""ORD-01 to 04, 09 to 12: orders of a channel, cancellations, amendments and refunds beside Khaos and WAIR.

Most tests look at one night. What a test plants stands above it; its references begin with the same word.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from khaos_assets.systems.scayle import records as scayle
from khaos_assets.systems.wire import Record
from khaos_assets_tests.planted_channels import ShopsNight
from khaos_assets_tests.planted_night import (
    AS_OF,
    Results,
    SetAside,
    customer,
    dispatch,
    invoice,
    minutes_ago,
    order,
    pack,
)
from khaos_assets_tests.planted_orocommerce import oro_line, oro_order, oro_product
from khaos_assets_tests.planted_scayle import fee, scayle_variant, unit
from khaos_assets_tests.unit.rules.channel_orders import LINES, MONEY, SENT, TWO, cancelled, found, in_khaos, shop
from khaos_assets_tests.unit.rules.conftest import Tonight

NIGHT = ShopsNight(scayle_variant("MUG-1"), oro_product("MUG-1"))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return NIGHT.evaluate(tmp_path_factory.mktemp("orders"))


def rows(found: Results, code: str, word: str) -> dict[str, tuple[Any, ...]]:
    """Reference → (field, amount, state) of orders whose reference begins with a word."""
    wanted = [r for r in found.of(code) if r["record_key"].removeprefix("SC-").startswith(word)]
    return {r["record_key"]: (r["field"], str(r["amount_gbp"]), r["state"]) for r in wanted}


def states(found: Results, code: str, word: str) -> dict[str, str]:
    return {k: v[2] for k, v in rows(found, code, word).items()}


def compared(found: Results, code: str, word: str) -> list[str]:
    return [r["record_key"] for r in found.population if r["code"] == code and word in r["record_key"]]


def both(reference: str, *, units: Any = TWO, lines: Any = LINES, **fields: Any) -> list[Any]:
    """An order in the shop and in Khaos."""
    return [shop(reference, units), there(reference, lines, **fields)]


def there(reference: str, lines: Any = LINES, **fields: Any) -> list[Record]:
    return in_khaos(f"K {reference}", f"SC-{reference}", lines, **fields)


def note(reference: str, **fields: Any) -> list[Record]:
    return order(f"N {reference}", f"SC-{reference}", LINES, order_type="C", **fields)


# Orders that Khaos does not have


@NIGHT.has(
    shop("missing", fees=[fee("6.00")]),
    # Khaos has it under another channel's prefix
    [shop("missing there"), in_khaos("K missing there", "OR-missing there")],
    [shop("missing noted"), note("missing noted")],
    # Khaos has it or had it
    [both("known"), both("known once", cancelled=True)],
    [replace(shop("known to nobody"), confirmed_at=None), cancelled(reference="known as cancelled")],
    [shop(f"young {us}", at=minutes_ago(60, us)) for us in (0, 1)],
    [shop(f"window {days}", at=AS_OF - timedelta(days=days)) for days in (92, 93)],
)
def test_a_confirmed_order_that_khaos_does_not_know_is_missing(seen: Results) -> None:
    assert rows(seen, "ORD-01", "missing") == {
        "missing": ("", "25.00", "open"),  # with delivery, without VAT
        "missing there": ("", "20.00", "open"),
        "missing noted": ("", "20.00", "open"),
    }
    assert {r["systems"] for r in seen.of("ORD-01")} == {"scayle>khaos"}
    assert states(seen, "ORD-01", "known") == {}


def test_an_order_may_arrive_within_the_order_grace(seen: Results) -> None:
    assert states(seen, "ORD-01", "young") == {"young 0": "open", "young 1": "expected"}


def test_orders_older_than_the_import_window_are_not_looked_for(seen: Results) -> None:
    assert states(seen, "ORD-01", "window") == {"window 92": "open"}


@pytest.mark.parametrize(("start", "state"), [("2026-10-21", "open"), ("2026-10-22", None)])
def test_orders_before_the_channel_began_were_never_to_be_there(
    tonight: Tonight, start: str, state: str | None
) -> None:
    channels = {"channels": {"scayle": {"start": start}}}
    of_that_day = [shop(at=AS_OF - timedelta(days=30)), there("alone", created_on=date(2026, 10, 21))]
    told = found(tonight, of_that_day, settings=channels)
    assert told.state("ORD-01") == told.state("ORD-04") == state


NEW = [unit("NEW-1", "6.00")]


@NIGHT.has(
    shop("blocked", [unit("NEW-2", "6.00"), unit("NEW-1", "6.00"), *TWO]),
    shop("blocked near", [unit("mug-1", "12.00")]),
    [shop(f"blocked {us}", [unit("NEW-1", "6.00")], at=minutes_ago(60, us)) for us in (0, 1)],
    # a non-stock code and a cancelled line block nothing
    shop("free post", [*TWO, unit("POST", "3.00")]),
    shop("free line", [*TWO, unit("NEW-1", "6.00", status="cancelled")]),
    # nor does an order that need not be in Khaos, or is
    replace(shop("free unconfirmed", NEW), confirmed_at=None),
    shop("free cancelled", NEW, status="cancellation_completed"),
    shop("free old", NEW, at=AS_OF - timedelta(days=93)),
    both("free known", units=NEW),
    # what the shop has, or a customer was called who was set aside, is no stock code
    [scayle_variant("NEW-1"), SetAside("khaos.customers", "NEW-1")],
)
def test_a_sku_that_khaos_does_not_know_blocks_the_order(seen: Results) -> None:
    assert rows(seen, "ORD-02", "blocked") == {
        "blocked": ("NEW-1+NEW-2", "30.00", "open"),
        "blocked near": ("mug-1", "10.00", "open"),
        "blocked 0": ("NEW-1", "5.00", "open"),
        "blocked 1": ("NEW-1", "5.00", "expected"),
    }
    assert states(seen, "ORD-01", "blocked") == states(seen, "ORD-02", "free") == {}
    assert states(seen, "ORD-01", "free") == {"free line": "open", "free post": "open"}


@NIGHT.has(
    shop("euros", currency="EUR", country="DE"),
    [shop("euros there", currency="EUR", country="DE"), there("euros there", currency="EUR")],
)
def test_euros_are_pounds_at_the_rate_of_the_month(seen: Results, tonight: Tonight) -> None:
    assert rows(seen, "ORD-01", "euros") == {"euros": ("", "16.00", "open")}
    assert rows(seen, "ORD-03", "euros") == {}
    assert found(tonight, shop(currency="EUR", country="DE")).one("ORD-01")["amount_gbp"] is None


# Orders that Khaos has twice, or alone


@NIGHT.has(
    [shop("twice"), there("twice"), note("twice")],
    in_khaos("later", "SC-twice", created_on=date(2026, 11, 2), items_net="5.00", delivery_net="1.00"),
    in_khaos("gone", "SC-twice", cancelled=True),
    [both("twice not"), note("twice not")],
    [
        both("again"),
        in_khaos("K again too", "SC-again", created_on=date(2026, 11, 2), items_net="5.00", delivery_net=None),
    ],
)
def test_all_but_the_earliest_of_several_orders_are_extra(seen: Results) -> None:
    (row,) = [r for r in seen.of("ORD-03") if "twice" in r["record_key"]]
    assert (row["counterpart_key"], row["amount_gbp"]) == ("later", Decimal("6.00"))
    assert seen.about("again").one("ORD-03")["amount_gbp"] == Decimal("5.00")
    assert compared(seen, "ORD-03", "off there too") == [], "it is cancelled"


@NIGHT.has(
    there("alone"),
    there("alone unread", company="UNREAD", delivery_net=None),
    # not those that are cancelled, of another form, credit notes, of a test account or set aside
    [there("alone cancelled", cancelled=True), in_khaos("K alone", "alone by phone"), note("alone note")],
    [customer("TEST", company_class="Test"), there("alone test", company="TEST")],
    [there("alone aside"), SetAside("scayle.orders", "alone aside")],
    # nor where the channel has it when it is asked by name
    [[there(f"alone {r}") for r in ("asked", "gone")], SetAside("scayle.variants", "alone gone")],
    [scayle.OrderAsked(full_reference=f"alone {r}", found=r == "asked") for r in ("asked", "gone")],
)
def test_an_order_in_the_channels_form_that_it_does_not_have_is_khaos_alone(seen: Results) -> None:
    told = ("SC-alone", "SC-alone unread", "SC-alone gone")
    assert rows(seen, "ORD-04", "alone") == dict.fromkeys(told, ("", "20.00", "open"))
    assert states(seen, "ORD-04", "known") == {}


# Cancelled


@NIGHT.has(
    [[cancelled(reference=r) for r in ("off", "off there too", "off but complete")], there("off")],
    [there("off there too", cancelled=True), there("off but complete", complete=True)],
    [[cancelled(reference=f"off {us}", changed=minutes_ago(60, us)), there(f"off {us}")] for us in (0, 1)],
)
def test_a_cancellation_that_can_still_be_applied(seen: Results) -> None:
    assert rows(seen, "ORD-09", "off") == {
        "off": ("", "20.00", "open"),
        "off 0": ("", "20.00", "open"),
        "off 1": ("", "20.00", "expected"),
    }
    assert compared(seen, "ORD-09", "known as cancelled") == [], "Khaos never had it"


LATE: dict[str, Any] = {"picking": invoice({}, stage=12), "sent": invoice({"MUG-1": 1}, stage=5), "dispatched": None}
CREDITED: dict[str, Any] = {"plain": None, "credited": MONEY, "credited and not": {"cancelled": True}}


def late(reference: str, why: str) -> list[Any]:
    parcels = [] if LATE[why] else [dispatch(reference, f"SC-{reference}", {"MUG-1": 1})]
    return [cancelled(reference=reference), there(reference, invoices=[LATE[why]] if LATE[why] else []), parcels]


@NIGHT.has(
    [late(f"late {why} {how}", why) for why in LATE for how in CREDITED],
    [cancelled(reference="settled"), there("settled", cancelled=True, invoices=[LATE["sent"]])],
    [note(f"late {why} {how}", **fields) for why in LATE for how, fields in CREDITED.items() if fields],
)
@pytest.mark.parametrize("why", LATE)
def test_a_cancellation_that_came_too_late_is_for_the_warehouse(seen: Results, why: str) -> None:
    assert states(seen, "ORD-09", "late") == {}
    told = rows(seen, "ORD-10", f"late {why}")
    assert set(told) == {f"late {why} plain", f"late {why} credited and not"}
    assert set(told.values()) == {("", "20.00", "open")}
    assert compared(seen, "ORD-10", "settled") == []


@NIGHT.has(late("pattern", "sent"), order("RF", "RF-pattern", LINES, order_type="C", **MONEY))
def test_a_credit_note_may_name_its_order_by_a_pattern(seen: Results, tonight: Tonight) -> None:
    assert states(seen, "ORD-10", "pattern") == {"pattern": "open"}
    pattern = {"credit_notes": {"reference_pattern": "RF-{reference}"}}
    by_name = order("CN1", "RF-W1", LINES, order_type="C", **MONEY)
    assert found(tonight, late("W1", "sent"), by_name, settings=pattern).of("ORD-10") == []


@NIGHT.has(cancelled(reference="whole"), there("whole"), dispatch("D whole", "SC-whole", {"MUG-1": 2}))
def test_a_cancellation_explains_the_orders_other_differences(seen: Results) -> None:
    assert states(seen, "ORD-10", "whole") == {"whole": "open"}
    (row,) = [r for r in seen.of("ORD-05") if r["record_key"].endswith("whole")]
    assert (row["state"], seen.explained_by(row)) == ("suppressed", "ORD-10")


# Amended

KIT = [("KIT-1", 1, "20.00"), ("MUG-1", 2, "0.00")]


@NIGHT.has(
    both("amend more", lines=[("MUG-1", 5, "12.00")]),
    both("amend picked", lines=[("MUG-1", 3, "12.00")], invoices=[invoice({}, stage=12)]),
    # a swap at equal value
    both("amend swap", units=TWO[:1], lines=[("CUP-1", 1, "12.00")]),
    both("amend kit", units=[unit("KIT-1", "20.00")], lines=[*KIT, ("MUG-1", 1, "12.00")]),
    # as many as a kit has, of an order without one and of what is not in it
    both("amend as a kit", lines=[("MUG-1", 6, "12.00")]),
    both("amend beside a kit", units=[unit("KIT-1", "20.00")], lines=[*KIT, ("CUP-1", 2, "0.00")]),
    [
        [shop(f"amend {us}", changed=minutes_ago(60, us)), there(f"amend {us}", [("MUG-1", 1, "12.00")])]
        for us in (0, 1)
    ],
)
def test_units_that_differ_are_an_amendment_worth_their_net_value(seen: Results) -> None:
    told = rows(seen, "ORD-11", "amend")
    assert told["amend more"] == ("MUG-1", "30.00", "open")
    assert told["amend swap"] == ("CUP-1+MUG-1", "0.00", "open")
    kits = ("amend as a kit", "amend beside a kit", "amend kit")
    assert [r for r in told if r.endswith("kit") and told[r][2] == "open"] == list(kits)
    assert seen.about("amend picked").one("ORD-11")["reason"] == "picking or later in Khaos"
    assert (told["amend 0"][2], told["amend 1"][2]) == ("open", "expected")
    assert next(r for r in seen.of("ORD-11") if r["record_key"] == "amend more")["units"] == 3


@NIGHT.has(
    [pack("KIT-1", {"MUG-1": 2}), scayle_variant("KIT-1"), both("same kit", units=[unit("KIT-1", "20.00")], lines=KIT)],
    both(
        "same units",
        units=[*TWO, unit("MUG-1", "12.00"), unit("MUG-1", "12.00", status="cancelled")],
        lines=[("MUG-1", 3, "12.00")],
    ),
    [cancelled(reference="same cancelled"), there("same cancelled", [("MUG-1", 5, "12.00")])],
    oro_order("same unknown", [oro_line("MUG-1", 2, "120.00", unit="pallet")]),
    order("K same unknown", "OR-same unknown", [("MUG-1", 24, "12.00")]),
    both("same goods", lines=[*LINES, ("POST", 1, "3.00"), (None, 1, "2.00")]),
    both("same post", units=[*TWO, unit("POST", "3.00")]),
    # another SKU of the shop, which means another item
    scayle_variant("cup-1"),
)
def test_spread_lines_pack_contents_free_form_and_non_stock_lines_are_no_amendment(seen: Results) -> None:
    assert states(seen, "ORD-11", "same") == {}
    assert compared(seen, "ORD-11", "same cancelled") == []


@NIGHT.has(
    [oro_order(r, [oro_line("MUG-1", 2, "120.00", unit="case")]) for r in ("cases", "cases as units")],
    order("K cases", "OR-cases", [("MUG-1", 24, "12.00")]),
    order("K cases as units", "OR-cases as units", [("MUG-1", 2, "12.00")]),
)
def test_cases_of_twelve_are_units_in_khaos(seen: Results) -> None:
    (row,) = [r for r in seen.of("ORD-11") if "cases" in r["record_key"]]
    assert (row["record_key"], row["systems"], row["units"]) == ("cases as units", "orocommerce>khaos", -22)


# Refunded


def returned(reference: str, us: int = 0) -> scayle.Order:
    back = unit("MUG-1", "12.00", status="returned", returned_at=minutes_ago(24 * 60, us))
    return shop(reference, [back, TWO[1]], billing="billing_partially_refunded")


@NIGHT.has(
    [[returned(r), there(r, invoices=[SENT], complete=True)] for r in ("back", "back credited", "back 0")],
    order("N", "SC-back credited", [("MUG-1", 1, "12.00")], order_type="C", items_gross="12.00", items_net="10.00"),
    # within the refund grace; cancelled in Khaos, where there is nothing to credit
    [returned("back 1", 1), there("back 1", invoices=[SENT], complete=True)],
    [returned("back cancelled"), there("back cancelled", cancelled=True)],
    returned("back unknown"),
    order("N of nothing", "", LINES, order_type="C", **MONEY),
    # it names no item
    [shop("back in part", billing="billing_partially_refunded"), there("back in part", invoices=[SENT])],
    [shop("back in full", billing="billing_refunded"), there("back in full", invoices=[SENT])],
)
def test_a_refund_wants_a_credit_note(seen: Results) -> None:
    assert {r: v[1:] for r, v in rows(seen, "ORD-12", "back").items()} == {
        "back": ("12.00", "open"),
        "back 0": ("12.00", "open"),
        "back 1": ("12.00", "expected"),
        "back in part": ("None", "open"),
        "back in full": ("24.00", "open"),
        "back unknown": ("12.00", "suppressed"),
    }
    assert {r["systems"] for r in seen.of("ORD-12")} == {"scayle>khaos"}
