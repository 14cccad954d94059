"""FEED-05 and FEED-06: what many differences together say of a sync."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from khaos_assets_tests.planted_night import (
    PlantedNight,
    Record,
    Results,
    level,
    minutes_ago,
    stock_item,
    stocked,
    wair_item,
    wair_stock,
)
from khaos_assets_tests.planted_plytix import PLYTIX, plytix_product
from khaos_assets_tests.planted_records import LONG_AGO
from khaos_assets_tests.unit.rules.conftest import Tonight

DAY = 24 * 60
WITH_PIM: dict[str, Any] = {
    "plytix": PLYTIX | {"carries_kinds": ["simple"]},
    "wair": {"enabled": False},
    "ownership": {"description": ["plytix"], "weight": ["plytix"], "cost": ["plytix"]},
}


def described(count: int, differ: Collection[int], *, at: datetime = LONG_AGO) -> list[Record]:
    """Items C-000, C-001 … whose description in the PIM differs for some."""
    found: list[Record] = []
    for n in range(count):
        text = "new" if n in differ else "as it was"
        found.append(stock_item(f"C-{n:03}", stock_desc="as it was"))
        found.append(plytix_product(f"C-{n:03}", short_description=text, cost_price="2.50", at=at))
    return found


def partial(found: Results) -> list[tuple[str, str, str]]:
    return [(r["systems"], r["record_key"], r["scope"]) for r in found.of("FEED-06")]


# FEED-06

RUN = range(30, 50)
RUNS = [
    ("a run of twenty", RUN, 100, "C-030..C-049"),
    ("nineteen are too few", range(30, 49), 100, None),
    ("two of twenty equal", [n for n in RUN if n not in (35, 40)], 100, "C-030..C-049"),
    ("three of twenty equal", [n for n in RUN if n not in (35, 40, 45)], 100, None),
    ("it begins and ends with one that differs", [*range(30, 50), 52], 100, "C-030..C-052"),
    ("at the edge of all keys", range(80, 100), 100, "C-080..C-099"),
    ("one in eighty elsewhere", [*RUN, 80], 100, "C-030..C-049"),
    ("two in eighty elsewhere", [*RUN, 70, 90], 100, None),
    ("two in a hundred elsewhere", [*RUN, 70, 90], 120, None),
    ("two in a hundred and one elsewhere", [*RUN, 70, 90], 121, "C-030..C-049"),
    ("all", range(30), 30, None),
    ("the longer one of two", [*range(20), *range(40, 62)], 1100, "C-040..C-061"),
]


@pytest.mark.parametrize(("differ", "count", "scope"), [x[1:] for x in RUNS], ids=[x[0] for x in RUNS])
def test_a_run_of_neighbours_that_differ_while_hardly_any_other_does(
    tonight: Tonight, differ: Collection[int], count: int, scope: str | None
) -> None:
    found = tonight(described(count, differ), settings=WITH_PIM)
    told = [] if scope is None else [("plytix>khaos", "khaos/stock_items", scope)]
    assert partial(found) == told
    states = [r["state"] for r in found.of("PIM-02")]
    inside = 0 if scope is None else sum(scope[:5] <= f"C-{n:03}" <= scope[-5:] for n in differ)
    assert (states.count("suppressed"), states.count("open")) == (inside, len(list(differ)) - inside)


def test_it_says_how_many_differ_and_explains_each_of_them(tonight: Tonight) -> None:
    """A description is worth nothing."""
    found = tonight(described(100, RUN), settings=WITH_PIM)
    row = found.one("FEED-06")
    assert (row["severity"], row["owner"], row["amount_gbp"]) == ("critical", "integration", None)
    assert (row["actual_value"], row["reason"]) == ("20 of 20 records differ", "stopped part of the way")
    assert '"differ_elsewhere":0' in row["evidence"]
    assert {found.explained_by(r) for r in found.of("PIM-02")} == {"FEED-06"}


def test_items_that_are_absent_are_worth_what_could_be_sold_of_them(tonight: Tonight) -> None:
    """Ten of each, two held back, 10.00 net."""
    things: list[Any] = [[stock_item(f"C-{n:03}", web=True), level(f"C-{n:03}", 10)] for n in range(100)]
    there = (f"C-{n:03}" for n in range(100) if n not in RUN)
    things += [plytix_product(sku, short_description=f"A {sku}", cost_price="2.50") for sku in there]
    found = tonight(things, settings=WITH_PIM)
    assert partial(found) == [("khaos>plytix", "plytix/products", "C-030..C-049")]
    assert found.one("FEED-06")["amount_gbp"] == Decimal("1600.00")
    assert found.open() == [("FEED-06", "plytix/products")]


def test_late_and_drifting_stock_of_neighbours_is_one_run(nights: Tonight) -> None:
    """Some figures never agreed before, the others stand where they last did: the same sync."""

    def night(moved: int) -> list[Any]:
        codes = [f"C-{n:03}" for n in range(60)]
        at = minutes_ago(300 if moved else 3 * DAY)
        return [stocked(c, 10, 10 - moved * (n in RUN) - (n in (31, 44)), at=at) for n, c in enumerate(codes)]

    found = nights(PlantedNight(night(0)), PlantedNight(night(3)))
    assert partial(found) == [("wair>khaos", "khaos/stock_levels", "C-030..C-049")]
    assert found.open() == [("FEED-06", "khaos/stock_levels")]
    assert {r["code"] for r in found.rows if r["state"] == "suppressed"} == {"STK-01", "STK-07"}
    # 18 of 3, two of 4 units; 2.50 each
    assert found.one("FEED-06")["amount_gbp"] == Decimal("155.00")


def test_items_that_never_reached_the_warehouse_are_a_run_of_its_items(tonight: Tonight) -> None:
    things: list[Any] = [[stock_item(f"C-{n:03}", web=True), level(f"C-{n:03}", 0)] for n in range(60)]
    things += [[wair_item(f"C-{n:03}"), wair_stock(f"C-{n:03}", 0)] for n in range(60) if n not in RUN]
    assert partial(tonight(things)) == [("khaos>wair", "wair/items", "C-030..C-049")]


def test_what_is_inside_its_grace_or_explained_by_something_else_is_no_partial_sync(tonight: Tonight) -> None:
    recent = tonight(described(100, RUN, at=minutes_ago(60)), settings=WITH_PIM)
    assert partial(recent) == []
    lacking = [plytix_product(f"C-{n:03}", cost_price="2.50") for n in RUN]
    rest = [x for x in described(100, ()) if x not in lacking and getattr(x, "sku", "") not in {p.sku for p in lacking}]
    explained = tonight(
        rest, lacking, settings=WITH_PIM | {"plytix": PLYTIX | {"carries_kinds": [], "mandatory": ["description"]}}
    )
    assert partial(explained) == []
    assert len(explained.of("PIM-01")) == len(RUN)


def test_the_figures_of_a_run_are_configured(tonight: Tonight) -> None:
    figures = {"partial_sync_records": 10, "partial_sync_inside_percent": 80, "partial_sync_outside_percent": 5}
    differ = [30, 31, 32, 33, 35, 36, 37, 39, 80, 82]
    found = tonight(described(100, differ), settings=WITH_PIM | {"tolerances": figures})
    assert partial(found) == [("plytix>khaos", "khaos/stock_items", "C-030..C-039")]


# FEED-05


@pytest.mark.parametrize(("waiting", "fires"), [(3, False), (4, True)])
def test_more_records_than_configured_are_a_backlog(tonight: Tonight, waiting: int, fires: bool) -> None:
    found = tonight(described(10, range(0, 2 * waiting, 2)), settings=WITH_PIM | {"tolerances": {"backlog_records": 3}})
    assert [(r["systems"], r["record_key"], r["scope"], r["reason"]) for r in found.of("FEED-05")] == (
        [("plytix>khaos", "plytix>khaos/description", "", "too many")] if fires else []
    )
    assert {r["state"] for r in found.of("PIM-02")} == {"open"}
    if fires:
        row = found.one("FEED-05")
        assert (row["amount_gbp"], row["owner"], row["actual_value"]) == (None, "operations", "4 records wait")
        assert '"codes":"PIM-02"' in row["evidence"]


@pytest.mark.parametrize(("microseconds", "fires"), [(0, False), (-1, True)])
def test_the_oldest_may_wait_as_long_as_its_class_allows(tonight: Tonight, microseconds: int, fires: bool) -> None:
    ages = {"backlog_hours": {"description": 72, "price": 1}}
    found = tonight(described(3, [1], at=minutes_ago(3 * DAY, microseconds)), settings=WITH_PIM | {"tolerances": ages})
    assert [(r["record_key"], r["reason"]) for r in found.of("FEED-05")] == (
        [("plytix>khaos/description", "too long")] if fires else []
    )


def test_an_amount_is_of_the_class_price_and_two_fields_of_a_product_are_one_record(tonight: Tonight) -> None:
    things = [
        [stock_item(f"C-{n}", stock_desc="old", weight_kg=Decimal(1)) for n in range(3)],
        [plytix_product(f"C-{n}", short_description="new", weight_g=7, cost_price=n + 3) for n in range(3)],
    ]
    found = tonight(things, settings=WITH_PIM | {"tolerances": {"backlog_records": 2}})
    assert {r["record_key"] for r in found.of("FEED-05")} == {"plytix>khaos/price", "plytix>khaos/description"}
    assert {r["actual_value"] for r in found.of("FEED-05")} == {"3 records wait"}
    assert len(found.of("PIM-02")) == 9


def test_members_of_a_partial_sync_and_what_is_in_its_grace_are_not_counted(tonight: Tonight) -> None:
    settings = WITH_PIM | {"tolerances": {"backlog_records": 5}}
    assert tonight(described(100, RUN), settings=settings).of("FEED-05") == []
    assert tonight(described(10, range(10), at=minutes_ago(60)), settings=settings).of("FEED-05") == []


def test_stock_is_counted_per_pair_and_a_stale_side_explains_its_backlog(tonight: Tonight) -> None:
    things = [stocked(f"C-{n}", 10, 7) for n in range(4)]
    settings: dict[str, Any] = {"tolerances": {"backlog_records": 3}}
    found = tonight(things, settings=settings)
    assert [(r["systems"], r["record_key"]) for r in found.of("FEED-05")] == [("wair>khaos", "wair>khaos/stock")]
    stale = tonight(things, settings=settings | {"feeds": {"wair.stock": {"moving": True}}})
    assert stale.open() == [("FEED-03", "wair/stock")]


def test_what_rests_on_codes_that_were_not_tested_was_not_tested(tonight: Tonight) -> None:
    found = tonight(certificates={"wair.transfers": None})
    assert (
        found.not_tested()["FEED-06", "wair>khaos"]
        == "STK-01, STK-07: wair/transfers is INCOMPLETE (FEED-01: not_taken)"
    )
    assert ("FEED-06", "khaos>wair") not in found.not_tested()
