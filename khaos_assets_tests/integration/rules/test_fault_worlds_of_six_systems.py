"""Six systems over three nights: their feeds stand still, and on the second night none but Khaos can be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from khaos_assets import warehouse
from khaos_assets.config import Settings, Store
from khaos_assets.config.settings import Feed
from khaos_assets.sandbox.worlds import make_world
from khaos_assets.sandbox.worlds.model import SYSTEMS
from khaos_assets_tests.worlds import Reading, hasty, read_world

FIRST, BROKEN, LAST = "2026-11-18", "2026-11-19", "2026-11-20"
OTHERS = SYSTEMS[1:]
MOVING = {
    "khaos": "stock_items",
    "wair": "stock",
    "scayle": "stocks",
    "orocommerce": "products",
    "plytix": "products",
    "pimberly": "products",
}
"""A feed of each whose records say when they changed."""
Row = tuple[str, str, str, str, str]
"""Code, systems, record key, scope, field."""
Nights = dict[str, dict[Row, tuple[str, datetime]]]
"""Night → row → its state and when it was first seen."""


def stale(settings: Settings) -> Settings:
    """Whatever moves should have moved within the hour of the night."""
    feeds = {f"{system}.{entity}": Feed(moving=True) for system, entity in MOVING.items()}
    tolerances = settings.tolerances.model_copy(update={"feed_age_hours": 0})
    return hasty(settings).model_copy(update={"feeds": feeds, "tolerances": tolerances})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("broken")


@pytest.fixture(scope="module")
def reading(folder: Path) -> Reading:
    make_world(folder / "world", seed=8, skus=60, orders=60, nights=3, systems=SYSTEMS)
    away = [{"system": s, "switch": "redirect", "nights": [BROKEN]} for s in OTHERS]
    return read_world(folder / "world", folder / "read", stale, faults=away)


@pytest.fixture(scope="module")
def nights(reading: Reading, folder: Path) -> Nights:
    found: Nights = {night: {} for night in reading.exports}
    asked = "SELECT night, code, systems, record_key, scope, field, state, first_seen FROM exception"
    with warehouse.open_warehouse(Store(folder / "read"), read_only=True) as db:
        for night, *row, state, first_seen in db.execute(asked).fetchall():
            found[str(night)][tuple(row)] = (state, first_seen)
    return found


def opened(rows: dict[Row, tuple[str, datetime]], system: str) -> Iterator[Row]:
    return (row for row, (state, _) in rows.items() if state == "open" and system in row[1].split(">"))


@pytest.mark.parametrize("system", OTHERS)
def test_each_read_that_broke_off_is_feed_01(reading: Reading, nights: Nights, system: str) -> None:
    broken = {k.split(" ")[1] for k, v in reading.verdicts.items() if k.startswith(BROKEN) and v == "INCOMPLETE"}
    told = {row[2] for row in nights[BROKEN] if row[0] == "FEED-01"}
    of_system = {name for name in broken if name.startswith(f"{system}/")}
    assert of_system and of_system <= told
    assert not any(name.startswith("khaos/") for name in told)


@pytest.mark.parametrize("system", OTHERS)
def test_no_case_opens_from_a_side_that_could_not_be_read(reading: Reading, nights: Nights, system: str) -> None:
    """ORD-03 alone is told of a channel by Khaos."""
    assert {row[0] for row in opened(nights[FIRST], system)} - {"FEED-03", "ORD-03"}
    assert {row[0] for row in opened(nights[BROKEN], system)} <= {"FEED-01", "ORD-03"}
    assert ("SKU-03", f"khaos>{system}") in reading.untested[BROKEN]
    assert ("SKU-03", f"khaos>{system}") not in reading.untested[FIRST]


@pytest.mark.parametrize("system", OTHERS)
def test_no_case_closes_from_a_side_that_could_not_be_read(nights: Nights, system: str) -> None:
    """What stood before and stands after is one case with one age."""
    before, after = nights[FIRST], nights[LAST]
    still = [row for row in opened(after, system) if row in before and not row[0].startswith("FEED")]
    assert still
    assert [row for row in still if after[row][1] != before[row][1]] == []


@pytest.mark.parametrize("system", MOVING)
def test_a_feed_that_stands_still_is_feed_03(nights: Nights, system: str) -> None:
    for night in (FIRST, LAST):
        assert ("FEED-03", system, f"{system}/{MOVING[system]}", "", "") in set(opened(nights[night], system))
