"""Planting: differences with their exact truth, and decoys. One function per code; to add one, write it and mark it.

    @plants("STK-08", usual=5, needs=["wair"])
    def allocation_differs(field: Field, n: int) -> None: ...

`n` is how many are wanted. A function takes unused subjects from the field (items, orders), changes what happened or
what a side shows, and says what a perfect product reports, night by night.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from khaos_assets.sandbox.worlds.model import World
from khaos_assets.sandbox.worlds.plant import (
    accounts,
    amendments,
    backlogs,
    channel_decoys,
    channel_fulfilment,
    channel_money,
    channel_orders,
    channel_parents,
    channel_stock,
    decoys,
    feed_listings,
    feed_records,
    items,
    list_prices,
    listed_decoys,
    listed_items,
    listed_mappings,
    mappings,
    near_items,
    orders,
    parents,
    product_data,
    refunds,
    scayle_decoys,
    stock,
    structure,
    syncs,
)
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError, PlantError
from khaos_assets.sandbox.worlds.plant.registry import PLANTS, Plant, plantable
from khaos_assets.sandbox.worlds.positions import Positions

__all__ = ["PLANTS", "NotEnoughError", "PlantError", "plant_all", "plantable"]

_FAMILIES = (
    accounts,
    amendments,
    backlogs,
    channel_decoys,
    channel_fulfilment,
    channel_money,
    channel_orders,
    channel_parents,
    channel_stock,
    feed_listings,
    feed_records,
    items,
    list_prices,
    listed_decoys,
    listed_items,
    listed_mappings,
    mappings,
    near_items,
    orders,
    product_data,
    refunds,
    scayle_decoys,
    parents,
    stock,
    structure,
    syncs,
    decoys,
)
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
    _refuse(world, wanted)
    field = Field(world, figures, frozenset(wanted))
    near_items.name_case_pairs(field)
    ways = [(p, c, p.name if n else "") for c in PLANTS for n, p in enumerate(plantable(c, world.systems))]
    shares = {code: _shares(world, code, wanted) for code in PLANTS}
    for plant, code, name in sorted(ways, key=lambda x: (x[0].order, x[1])):
        if plant.nights > len(world.nights):
            if wanted.get(code):
                raise PlantError(f"--plant {code}={wanted[code]}: it needs {plant.nights} nights, this world has one")
            continue
        count = shares[code][plant]
        if count:
            field.begin(f"{code}/{name}" if name else code)
            try:
                plant.function(field, count)
            except NotEnoughError as e:
                if code in wanted:
                    raise NotEnoughError(f"--plant {code}={wanted[code]}: {e}") from e
    try:
        syncs.make_runs(field)
    except NotEnoughError as e:
        raise NotEnoughError(f"--plant FEED-06={wanted['FEED-06']}: {e}") from e
    try:
        backlogs.allow_backlogs(field)
    except NotEnoughError as e:
        raise NotEnoughError(f"--plant FEED-05={wanted['FEED-05']}: {e}") from e


def _refuse(world: World, wanted: Mapping[str, int]) -> None:
    known = {c for c in PLANTS if plantable(c, world.systems)}
    for code, count in wanted.items():
        if code in _FROM_FAULTS:
            raise PlantError(f"--plant {code}: it comes from fault switches (faults.toml), not from the world")
        if code not in PLANTS or (count > 0 and code not in known):
            codes = ", ".join(sorted(known - {_DECOYS}))
            why = "not a code that is planted" if code not in PLANTS else f"not with {', '.join(world.systems)}"
            raise PlantError(f"--plant {code}: {why} (known: {codes}; {_DECOYS} for the decoys)")
        if count < 0:
            raise PlantError(f"--plant {code}={count}: give 0 or more")


def _shares(world: World, code: str, wanted: Mapping[str, int]) -> dict[Plant, int]:
    """How many each way plants: what is asked is dealt out in turn (each kind of decoy is asked of each way)."""
    ways = plantable(code, world.systems)
    if code not in wanted:
        return {p: usual(world, p) for p in ways}
    if code == _DECOYS:
        return dict.fromkeys(ways, wanted[code])
    return {p: len(range(n, wanted[code], len(ways))) for n, p in enumerate(ways)}


def usual(world: World, plant: Plant) -> int:
    """The usual number in a world of 2,000 items and 3,000 orders, growing and shrinking with the root of its size."""
    size = min(len(world.items) / _USUAL_SKUS, len(world.orders) / _USUAL_ORDERS)
    return max(1, round(plant.usual * math.sqrt(size)))
