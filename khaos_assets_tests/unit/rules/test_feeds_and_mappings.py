"""FEED-01 to FEED-04, MAP-01: what is wrong with the reads themselves, and with what translates them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from khaos_assets.snapshots.certificate import Verdict
from khaos_assets.systems.read import Reason
from khaos_assets_tests.planted_night import (
    AS_OF,
    PlantedNight,
    SetAside,
    dispatch,
    invoice,
    level,
    line,
    minutes_ago,
    order,
    site,
    stock_item,
    stocked,
    transfer,
    wair_item,
    wair_stock,
)
from khaos_assets_tests.unit.rules.conftest import Tonight

TWENTY = {"tolerances": {"snapshot_drop_percent": 20}}


def items(n: int) -> list[object]:
    return [[stock_item(f"C-{i}"), wair_item(f"C-{i}")] for i in range(n)]


# FEED-01


def test_an_incomplete_read_is_a_fault_with_its_reason(tonight: Tonight) -> None:
    reasons = [Reason(fault="false_end", detail="the last page said there was more")]
    found = tonight(certificates={"wair.stock": {"verdict": Verdict.INCOMPLETE, "reasons": reasons}})
    row = found.one("FEED-01")
    assert (row["systems"], row["record_key"], row["scope"], row["field"]) == ("wair", "wair/stock", "", "")
    assert (row["reason"], row["severity"], row["amount_gbp"]) == ("false_end", "critical", None)


def test_every_complete_read_is_looked_at_and_fine(tonight: Tonight) -> None:
    found = tonight()
    assert found.summary() == []
    assert found.compared("FEED-01") == 12


# FEED-02


@pytest.mark.parametrize(("left", "fires"), [(8, False), (7, True), (0, True)])
def test_rows_may_fall_by_the_configured_share_and_not_by_more(nights: Tonight, left: int, fires: bool) -> None:
    found = nights(PlantedNight(items(10)), PlantedNight(items(left), settings=TWENTY))
    rows = {r["record_key"]: (r["field"], r["state"]) for r in found.of("FEED-02")}
    assert rows == ({"khaos/stock_items": ("rows", "open"), "wair/items": ("rows", "open")} if fires else {})


def test_a_drop_to_nothing_counts_whatever_share_is_allowed(nights: Tonight) -> None:
    assert len(nights(PlantedNight(items(2)), PlantedNight()).of("FEED-02")) == 2


def priced(units: int, net: str, settings: dict[str, Any] = TWENTY) -> PlantedNight:
    return PlantedNight(order("SO1", None, [("MUG-1", units, "1.00")], items_net=net), settings=settings)


@pytest.mark.parametrize(
    ("units", "net", "settings", "fields"),
    [
        (7, "79.99", TWENTY, {"khaos/sales_orders": "units+value", "khaos/order_lines": "units"}),
        (7, "80", TWENTY, {"khaos/sales_orders": "units", "khaos/order_lines": "units"}),
        (8, "79.99", TWENTY, {"khaos/sales_orders": "value"}),
        (0, "1", {}, {"khaos/sales_orders": "units", "khaos/order_lines": "units"}),
        (1, "0", {}, {"khaos/sales_orders": "value"}),
    ],
)
def test_units_and_value_fall_though_the_rows_stand(
    nights: Tonight, units: int, net: str, settings: dict[str, Any], fields: dict[str, str]
) -> None:
    found = nights(priced(10, "100"), priced(units, net, settings))
    assert {r["record_key"]: r["field"] for r in found.of("FEED-02")} == fields


def test_a_drop_that_a_person_confirmed_is_lawful(nights: Tonight) -> None:
    drops = {"confirmed_drops": {"2026-11-20": "A. Person: the outlet closed"}}
    settings = TWENTY | {"feeds": {"khaos.stock_items": drops, "wair.items": drops}}
    assert nights(PlantedNight(items(10)), PlantedNight(items(2), settings=settings)).of("FEED-02") == []


def test_the_drop_is_since_the_last_complete_snapshot(nights: Tonight) -> None:
    lost = {r: {"verdict": Verdict.INCOMPLETE} for r in ("khaos.stock_items", "wair.items")}
    found = nights(
        PlantedNight(items(10)), PlantedNight(items(2), certificates=lost), PlantedNight(items(9), settings=TWENTY)
    )
    assert found.of("FEED-02") == []


def test_what_is_concluded_from_the_dropped_side_is_explained_by_the_drop(nights: Tonight) -> None:
    before = [stocked(f"C-{i}", 5, web=True) for i in range(10)]
    found = nights(
        PlantedNight(before),
        PlantedNight([before, []], settings=TWENTY),
        PlantedNight(
            [[x for x in group if type(x).__module__.split(".")[2] == "khaos"] for group in before], settings=TWENTY
        ),
    )
    assert found.open() == [("FEED-02", "wair/items"), ("FEED-02", "wair/stock")]
    assert len(found.of("SKU-03")) == 10
    assert {found.explained_by(r) for r in found.of("SKU-03")} == {"FEED-02"}


# FEED-03

MOVING = {"feeds": {"wair.stock": {"moving": True}}}


@pytest.mark.parametrize(("microseconds", "fires"), [(0, False), (-1, True)])
def test_a_moving_feed_must_have_moved_within_the_target(tonight: Tonight, microseconds: int, fires: bool) -> None:
    found = tonight(stocked("MUG-1", 5, at=minutes_ago(24 * 60, microseconds)), settings=MOVING)
    assert [r["record_key"] for r in found.of("FEED-03")] == (["wair/stock"] if fires else [])


@pytest.mark.parametrize(("weekday", "fires"), [(4, False), (5, True)])
def test_a_day_on_which_the_shop_is_closed_brings_no_change(tonight: Tonight, weekday: int, fires: bool) -> None:
    # The night of Friday the 20th speaks of Thursday
    settings = {"feeds": {"wair.stock": {"moving": True, "closed_weekdays": [weekday]}}}
    assert bool(tonight(stocked("MUG-1", 5), settings=settings).of("FEED-03")) is fires


def test_a_feed_that_need_not_move_and_one_without_change_times_are_not_stale(tonight: Tonight) -> None:
    settings = {"feeds": {"khaos.stock_levels": {"moving": True}}}
    found = tonight(stocked("MUG-1", 5), settings=settings)
    assert found.of("FEED-03") == []
    assert found.compared("FEED-03") == 0


def test_a_stale_side_explains_the_stock_codes_against_it(tonight: Tonight) -> None:
    found = tonight(stocked("MUG-1", 10, 7), stocked("CUP-1", 3, -1), settings=MOVING)
    assert found.open() == [("FEED-03", "wair/stock")]
    assert {r["state"] for r in found.rows if r["code"].startswith("STK")} == {"suppressed"}


def test_an_incomplete_side_explains_that_it_looks_stale(tonight: Tonight) -> None:
    found = tonight(
        stocked("MUG-1", 10, 7), settings=MOVING, certificates={"wair.stock": {"verdict": Verdict.INCOMPLETE}}
    )
    assert found.open() == [("FEED-01", "wair/stock")]
    assert found.explained_by(found.one("FEED-03")) == "FEED-01"


# FEED-04


def test_each_record_set_aside_is_named_once(tonight: Tonight) -> None:
    twice = [
        SetAside("wair.stock", "L1/MUG-1", field="onHand", reason="is not a number", raw="b"),
        SetAside("wair.stock", "L1/MUG-1", field="available", reason="is missing", raw="a"),
    ]
    found = tonight(twice, SetAside("khaos.stock_items", "A,B", field="STOCK_CODE"))
    rows = {r["record_key"]: (r["systems"], r["field"], r["state"]) for r in found.of("FEED-04")}
    assert rows == {
        "wair/stock/L1/MUG-1": ("wair", "available", "open"),
        "khaos/stock_items/A,B": ("khaos", "STOCK_CODE", "open"),
    }
    assert '"times":2' in found.one("FEED-04", "wair")["evidence"]


def test_a_record_without_a_readable_key_leaves_absences_unproven(tonight: Tonight) -> None:
    found = tonight(stock_item("MUG-1", web=True), SetAside("wair.items", "0:7", key_readable=False))
    assert found.open() == [("FEED-04", "wair/items/0:7")]
    assert ("SKU-03", "khaos>wair") in found.not_tested()


# MAP-01


def test_a_courier_without_a_mapping_is_worth_the_open_orders_that_carry_it(tonight: Tonight) -> None:
    done = order("SO3", "WEB3", [("MUG-1", 1, "1.00")], invoices=[invoice({"MUG-1": 1})], complete=True, items_net="7")
    found = tonight(
        order("SO1", "WEB1", [("MUG-1", 1, "1.00")], items_net="100.00", delivery_net="4.155"),
        order("SO2", "WEB2", [("MUG-1", 1, "1.00")], items_net="10", currency="EUR", created_on=date(2026, 10, 31)),
        done,
        [dispatch(f"D{n}", f"WEB{n}", {"MUG-1": 1}, carrier="NEW-1") for n in (1, 2, 3)],
        dispatch("D4", "WEB1", {}, carrier="NEW-1"),
        settings={"exchange_rates": {"2026-10": {"EUR": "0.8"}}},
    )
    row = found.one("MAP-01")
    assert (row["systems"], row["record_key"], row["amount_gbp"]) == ("wair>khaos", "courier/NEW-1", Decimal("112.16"))


@pytest.mark.parametrize("fields", [{"currency": "USD", "items_net": "9"}, {"items_net": None}])
def test_a_value_that_cannot_be_told_is_empty(tonight: Tonight, fields: dict[str, str | None]) -> None:
    found = tonight(
        order("SO1", "WEB1", [("MUG-1", 1, "1.00")], **fields), dispatch("D1", "WEB1", {"MUG-1": 1}, carrier="NEW-1")
    )
    assert found.one("MAP-01")["amount_gbp"] is None


def test_places_that_nothing_translates_are_named_and_worth_nothing_without_orders(tonight: Tonight) -> None:
    found = tonight(
        stock_item("MUG-1"),
        wair_item("MUG-1"),
        wair_stock("MUG-1", 4, location="L7"),
        transfer("T1", "MUG-1", 1, origin="L8", goal="L1"),
        dispatch("D1", "X1", {}, location="L9", carrier=""),
        stocked("CUP-1", 1),
    )
    keys = {r["record_key"]: r["amount_gbp"] for r in found.of("MAP-01")}
    assert keys == {f"location/{x}": Decimal(0) for x in ("L7", "L8", "L9")}


def test_a_khaos_site_without_a_location_is_worth_its_open_orders(tonight: Tonight) -> None:
    found = tonight(
        site("Attic"),
        stock_item("MUG-1"),
        level("MUG-1", 3, site_name="Attic"),
        order("SO1", "WEB1", [line("MUG-1", 1, "1.00", site_name="Attic")], items_net="8.335"),
    )
    row = found.one("MAP-01")
    assert (row["record_key"], row["amount_gbp"]) == ("site/Attic", Decimal("8.34"))


def test_known_values_are_fine(tonight: Tonight) -> None:
    found = tonight(stocked("MUG-1", 3), dispatch("D1", "X1", {}), transfer("T1", "MUG-1", 1, received=1, goal="L1"))
    assert found.of("MAP-01") == []
    assert found.compared("MAP-01") == 3


def test_the_instants_of_an_exception_are_those_of_the_records(tonight: Tonight) -> None:
    row = tonight(stocked("MUG-1", 10, 7, at=minutes_ago(90))).one("STK-01")
    assert (row["observed_at"], row["as_of"], row["first_seen"]) == (minutes_ago(90), AS_OF, AS_OF)
