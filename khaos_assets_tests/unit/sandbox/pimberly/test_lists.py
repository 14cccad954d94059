"""Walks without a network: whatever the limit, and whatever happens meanwhile, every lasting product is met once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.journal import Journal
from khaos_assets.sandbox.pimberly.answers import Refused
from khaos_assets.sandbox.pimberly.faces import FEED
from khaos_assets.sandbox.pimberly.holdings import Holdings
from khaos_assets.sandbox.pimberly.lists import Lists
from khaos_assets.sandbox.pimberly.rows import Row, instant, read, sortable
from khaos_assets.sandbox.world import WorldState
from khaos_assets_tests.sandbox_fixtures import write_world

instants = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda d: d.replace(microsecond=d.microsecond // 1000 * 1000, tzinfo=UTC)
)


@given(instants, instants)
def test_sortable_text_has_the_order_of_time(one: datetime, other: datetime) -> None:
    assert (sortable(instant(one)) < sortable(instant(other))) == (one < other)
    assert sortable(instant(one)) == sortable(one.isoformat())


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("2026-11-20T02:00:0.000Z", "2026-11-20T02:00:00.000000"),
        ("2026-11-20T2:0:0Z", "2026-11-20T02:00:00.000000"),
        ("2026-11-20T02:00:00.5+01:00", "2026-11-20T01:00:00.500000"),
        ("2026-11-20", "2026-11-20T00:00:00.000000"),
        ("2026-11-31T00:00:00.00Z", ""),
        ("soon", ""),
    ],
)
def test_sloppy_times_are_understood(text: str, read_as: str) -> None:
    assert sortable(text) == read_as


def test_a_line_stays_as_it_is_unless_it_holds_what_is_for_the_simulator_only() -> None:
    plain = b'{"id": "1", "primaryId": 7, "Weight": 1.50}'
    assert (read(plain).line, read(plain).key) == (plain, "7")
    assert read(b'{"id":"1","primaryId":"7","_note":"x"}').line == b'{"id":"1","primaryId":"7"}'
    assert read(b'{"id":1,"primaryId":null}').key == "None"
    assert read(b'{"primaryId":"A"}').id != read(b'{"primaryId":"B"}').id


@pytest.fixture(scope="module")
def tenant() -> Any:
    with TemporaryDirectory() as folder:
        holdings = Holdings(WorldState(write_world(Path(folder))), Faults(), Journal())
        yield holdings, Lists(holdings)


def row(number: int) -> Row:
    return Row.of({"id": f"{number:024x}", "primaryId": f"P{number}"})


numbers = st.integers(0, 60)


@given(
    st.sets(numbers),
    st.integers(1, 7),
    st.lists(st.tuples(st.booleans(), numbers), max_size=12),
)
def test_rows_that_last_through_a_walk_are_met_once_whatever_comes_and_goes(
    tenant: tuple[Holdings, Lists], start: set[int], limit: int, changes: list[tuple[bool, int]]
) -> None:
    holdings, lists = tenant
    for old in holdings.rows.in_order():
        holdings.rows.remove(old.id)
    for number in start:
        holdings.rows.put(row(number))
    waiting, touched = list(changes), {n for _, n in changes}
    met: list[str] = []
    asked = {"limit": str(limit)}
    while True:
        try:
            page = json.loads(bytes(lists.answer(asked, FEED, "http://x", {"page": lists.page_number(asked)}).body))
        except Refused as e:
            assert e.status == 404
            break
        met += [r["primaryId"] for r in page["data"]]
        asked = {"limit": str(limit), "sinceId": page["maxId"]}
        if waiting:
            comes, number = waiting.pop()
            if comes:
                holdings.rows.put(row(number))
            else:
                holdings.rows.remove(row(number).id)
    assert len(met) == len(set(met))
    assert {f"P{n}" for n in start - touched} <= set(met) <= {f"P{n}" for n in start | touched}
