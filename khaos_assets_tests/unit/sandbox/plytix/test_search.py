"""Searches without a network: windows that are cut out of an order find what a look at every product would find."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.journal import Journal
from khaos_assets.sandbox.plytix.holdings import Holdings
from khaos_assets.sandbox.plytix.products import Product, sortable
from khaos_assets.sandbox.plytix.search import Search
from khaos_assets.sandbox.world import WorldState
from khaos_assets_tests.sandbox_fixtures import write_world

DAYS = [f"2026-10-{n:02}" for n in range(1, 8)]
HOURS = ["T00:00:00.000000+00:00", "T00:00:00.001000+00:00", "T23:59:59.999000+00:00"]


@pytest.fixture(scope="module")
def searches() -> Any:
    with TemporaryDirectory() as folder:
        holdings = Holdings(WorldState(write_world(Path(folder))), Faults(), Journal())
        yield holdings, Search(holdings)


def found(search: Search, filters: Any, order: str = "sku") -> list[str]:
    body = {"filters": filters, "pagination": {"page_size": 100, "order": order}}
    return [r["sku"] for r in json.loads(bytes(search.answer(body).body))["data"]]


def fill(holdings: Holdings, created: list[str | None]) -> dict[str, str]:
    """Products made at these instants; SKU → sortable instant."""
    for product in holdings.products.rows():
        holdings.products.remove(product.id)
    for n, at in enumerate(created):
        holdings.products.put(Product.of({"id": f"{n}", "sku": f"S{n:03}", "created": at}))
    return {f"S{n:03}": sortable(at or "") for n, at in enumerate(created)}


conditions = st.tuples(st.sampled_from(["eq", "gt", "gte", "lt", "lte"]), st.sampled_from(DAYS))
times = st.one_of(st.none(), st.builds(lambda d, h: d + h, st.sampled_from(DAYS), st.sampled_from(HOURS)))


def agrees(at: str, operator: str, day: str) -> bool:
    midnight = f"{day}T00:00:00.000000"
    by_hand = {
        "eq": at[:10] == day,
        "gt": at > midnight,
        "gte": at >= midnight,
        "lt": at < midnight,
        "lte": at <= midnight,
    }
    return bool(at) and by_hand[operator]


@settings(max_examples=150)
@given(st.lists(times, max_size=12), st.lists(st.lists(conditions, min_size=1, max_size=3), min_size=1, max_size=3))
def test_windows_of_creation_find_what_a_look_at_every_product_finds(
    searches: tuple[Holdings, Search], created: list[str | None], groups: list[list[tuple[str, str]]]
) -> None:
    holdings, search = searches
    made = fill(holdings, created)
    filters = [[{"field": "created", "operator": o, "value": d} for o, d in group] for group in groups]
    by_hand = [k for k, at in made.items() if any(all(agrees(at, o, d) for o, d in group) for group in groups)]
    assert found(search, filters) == by_hand


@given(st.lists(times, max_size=12))
def test_half_open_days_and_what_has_no_time_are_the_whole_catalogue(
    searches: tuple[Holdings, Search], created: list[str | None]
) -> None:
    holdings, search = searches
    made = fill(holdings, created)
    parts = [found(search, [[{"field": "created", "operator": "!exists"}]])]
    for first, last in zip(DAYS, [*DAYS[1:], "2026-10-08"], strict=True):
        bounds = [("gte", first), ("lt", last)]
        parts.append(found(search, [[{"field": "created", "operator": o, "value": v} for o, v in bounds]]))
    assert sorted(sku for part in parts for sku in part) == [*made]
