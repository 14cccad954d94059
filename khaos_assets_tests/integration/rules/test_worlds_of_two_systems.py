"""Khaos with a single other system, whichever it is: all planted is found and nothing else; what is not read says so.

Khaos beside WAIR stands in `test_worlds.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from khaos_assets.sandbox.worlds import make_world
from khaos_assets.sandbox.worlds.model import CHANNELS
from khaos_assets_tests.worlds import contents, read_world

SIZES = {"scayle": (90, 140), "orocommerce": (90, 140), "plytix": (90, 20), "pimberly": (90, 20)}
"""Items and orders: a PIM has no orders."""


@pytest.mark.parametrize("other", SIZES)
def test_all_that_is_planted_between_khaos_and_one_system_is_found_and_nothing_else(tmp_path: Path, other: str) -> None:
    world = tmp_path / "world"
    skus, orders = SIZES[other]
    make_world(world, seed=5, skus=skus, orders=orders, systems=("khaos", other))
    reading = read_world(world, tmp_path / "read")
    assert reading.score["missed"] == []
    assert reading.score["false"] == []
    assert reading.score["decoys_reported"] == 0
    assert len(contents(world).planted) >= 14
    for untested in reading.untested.values():
        # Nobody can be asked what was dispatched
        assert (("ORD-18", f"khaos>{other}") in untested) == (other in CHANNELS)
        assert not {s for _, systems in untested for s in systems.split(">")} - {"khaos", other}
