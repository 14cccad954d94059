"""Planting: differences with their exact truth, and decoys. One function per code; to add one, write it and mark it.

    @plants("STK-08", usual=5)
    def allocation_differs(field: Field, n: int) -> None: ...

`n` is how many are wanted. A function takes unused subjects from the field (items, orders), changes what happened or
what a side shows, and says what a perfect product reports, night by night.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from khaos_assets.sandbox.worlds.model import World
from khaos_assets.sandbox.worlds.plant import decoys, feed_records, items, mappings, orders, parents, stock
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError, PlantError
from khaos_assets.sandbox.worlds.plant.registry import PLANTS, Plant
from khaos_assets.sandbox.worlds.positions import Positions

__all__ = ["PLANTS", "NotEnoughError", "PlantError", "plant_all"]

_FAMILIES = (feed_records, items, mappings, orders, parents, stock, decoys)
"""Modules that plant: importing them fills PLANTS."""
_FROM_FAULTS = {"FEED-01", "FEED-02", "FEED-03"}
_USUAL_SKUS, _USUAL_ORDERS = 2000, 3000
_DECOYS = "decoys"


def plant_all(world: World, figures: list[Positions], wanted: Mapping[str, int]) -> None:
    """Plant every code as often as `wanted` says (0 = not at all), else as is usual for the size of the world.

    `figures` are the undisturbed world's, per night.

    Raises PlantError for a code that is not planted, NotEnoughError where the world has too few subjects for what was
    asked. What is merely usual is planted as far as the subjects go.
    """
    for code, count in wanted.items():
        if code in _FROM_FAULTS:
            raise PlantError(f"--plant {code}: it comes from fault switches (faults.toml), not from the world")
        if code not in PLANTS:
            known = ", ".join(sorted(c for c in PLANTS if c != _DECOYS))
            raise PlantError(f"--plant {code}: not a code that is planted (known: {known}; {_DECOYS} for the decoys)")
        if count < 0:
            raise PlantError(f"--plant {code}={count}: give 0 or more")
    field = Field(world, figures, frozenset(wanted))
    items.name_case_pairs(field)
    for code, plant in sorted(PLANTS.items(), key=lambda x: (x[1].order, x[0])):
        if plant.nights > len(world.nights):
            if wanted.get(code):
                raise PlantError(f"--plant {code}={wanted[code]}: it needs {plant.nights} nights, this world has one")
            continue
        count = wanted.get(code, usual(world, plant))
        if count:
            field.begin(code)
            try:
                plant.function(field, count)
            except NotEnoughError as e:
                if code in wanted:
                    raise NotEnoughError(f"--plant {code}={count}: {e}") from e


def usual(world: World, plant: Plant) -> int:
    """The usual number in a world of 2,000 items and 3,000 orders, growing and shrinking with the root of its size."""
    size = min(len(world.items) / _USUAL_SKUS, len(world.orders) / _USUAL_ORDERS)
    return max(1, round(plant.usual * math.sqrt(size)))
