"""A whole planted world through simulators, snapshots, warehouse and rules: all planted is found, nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from khaos_assets.sandbox.worlds import make_world
from khaos_assets_tests.worlds import Reading, polite, read_world, shuffled


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("worlds") / "world"
    make_world(folder, seed=20, skus=300, orders=400)
    return folder


@pytest.fixture(scope="module")
def reading(world: Path) -> Reading:
    return read_world(world, world.parent / "first")


def test_every_planted_difference_is_found_to_the_penny_and_no_decoy_is_reported(reading: Reading) -> None:
    assert reading.score["missed"] == []
    assert reading.score["false"] == []
    assert reading.score["decoys_reported"] == 0
    assert sum(c["planted"] for c in reading.score["per_code"].values()) >= 50


def test_the_same_world_gives_the_same_bytes_whatever_the_order_of_rows_pages_and_workers(
    world: Path, reading: Reading
) -> None:
    again = read_world(shuffled(world, world.parent / "shuffled", seed=7), world.parent / "again", polite)
    assert again.exports == reading.exports
    assert again.verdicts == reading.verdicts
