"""A world is read as it was written, and goes on from night to night with the writes on top."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from khaos_assets.sandbox.world import WorldError, WorldState
from khaos_assets_tests.sandbox_fixtures import write_world

TWO = {"2026-11-19": {"wair/stock": [{"skuId": "A", "onHand": 1}]}, "2026-11-20": {"wair/stock": [{"skuId": "B"}]}}


def test_a_world_begins_with_its_first_night(tmp_path: Path) -> None:
    world = WorldState(write_world(tmp_path, nights=TWO))
    assert world.night.isoformat() == "2026-11-19"
    assert world.as_of == datetime(2026, 11, 19, 2, tzinfo=UTC)
    assert world.records("wair", "stock") == [{"skuId": "A", "onHand": 1}]


def test_decimals_keep_their_digits_and_text_stays_text(tmp_path: Path) -> None:
    lines = ['{"a": 1.10, "b": "1.10", "c": 3, "d": 0.1000000000000000000001}']
    [record] = WorldState(write_world(tmp_path, {"khaos/x": lines})).records("khaos", "x")
    assert str(record["a"]) == "1.10"
    assert (record["b"], record["c"]) == ("1.10", 3)
    assert record["d"] == Decimal("0.1000000000000000000001")


def test_an_entity_without_a_file_has_no_records(tmp_path: Path) -> None:
    assert WorldState(write_world(tmp_path)).records("khaos", "sites") == []


def test_records_are_one_list_until_the_next_night(tmp_path: Path) -> None:
    world = WorldState(write_world(tmp_path, nights=TWO))
    world.records("wair", "stock").append({"skuId": "C"})
    assert len(world.records("wair", "stock")) == 2
    world.advance()
    assert world.records("wair", "stock") == [{"skuId": "B"}]


def test_writes_are_made_again_on_top_of_each_later_night(tmp_path: Path) -> None:
    world = WorldState(write_world(tmp_path, nights=TWO))
    order: list[str] = []
    world.on_advance(lambda: order.append("indexes dropped"))

    def change() -> None:
        order.append("written")
        world.records("wair", "stock")[0]["onHand"] = 9

    world.write(change)
    world.advance()
    assert world.records("wair", "stock") == [{"skuId": "B", "onHand": 9}]
    assert order == ["written", "indexes dropped", "written"]


def test_after_the_last_night_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="no night after 2026-11-20"):
        WorldState(write_world(tmp_path)).advance()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "nights is missing"),
        ("[world", "not readable as TOML"),
        ("[[nights]]\ndate = 2026-11-20\n", "as_of"),
        ("[[nights]]\ndate = 2026-11-20\nas_of = 2026-11-20T02:00:00\n", "has no zone"),
        ("[[nights]]\ndate = 2026-11-21\nas_of = 2026-11-21T02:00:00Z\n", "nights/2026-11-21/ is not there"),
        (2 * "[[nights]]\ndate = 2026-11-20\nas_of = 2026-11-20T02:00:00Z\n", "in order of date, each once"),
    ],
)
def test_a_world_that_is_not_one_says_what_is_wrong(tmp_path: Path, text: str, told: str) -> None:
    write_world(tmp_path)
    (tmp_path / "world.toml").write_text(text)
    with pytest.raises(WorldError) as refused:
        WorldState(tmp_path)
    assert str(tmp_path) in str(refused.value)
    assert told in str(refused.value)


def test_a_folder_without_a_world_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="make-world"):
        WorldState(tmp_path)


@pytest.mark.parametrize("line", ['{"a": ', "[1]", '{"a": 1} {"a": 2}'])
def test_a_broken_line_is_named_with_its_file_and_number(tmp_path: Path, line: str) -> None:
    records: dict[str, Any] = {"khaos/sites": ['{"a": 1}', line]}
    world = WorldState(write_world(tmp_path, records))
    with pytest.raises(WorldError, match=r"sites\.ndjson: line 2"):
        world.records("khaos", "sites")
