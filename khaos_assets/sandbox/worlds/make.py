"""`make_world`: the way in. Makes the consistent world, plants, writes."""

from __future__ import annotations

import gc
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

from khaos_assets.sandbox.worlds.catalogue_items import make_items
from khaos_assets.sandbox.worlds.channel_intake import take_in
from khaos_assets.sandbox.worlds.clock import WorldNight, nights_until
from khaos_assets.sandbox.worlds.customers import make_customers, release_holds
from khaos_assets.sandbox.worlds.from_history import history_world
from khaos_assets.sandbox.worlds.listings import make_listings
from khaos_assets.sandbox.worlds.markets import add_markets
from khaos_assets.sandbox.worlds.merchant import merchant_world
from khaos_assets.sandbox.worlds.model import SYSTEMS, World
from khaos_assets.sandbox.worlds.order_history import read_history
from khaos_assets.sandbox.worlds.orders import DAYS, make_orders, special_orders
from khaos_assets.sandbox.worlds.organisations import add_organisations
from khaos_assets.sandbox.worlds.plant import plant_all
from khaos_assets.sandbox.worlds.price_lists import choose_goods
from khaos_assets.sandbox.worlds.stock import all_positions, back_orders, hide_sold_out, open_stock
from khaos_assets.sandbox.worlds.write import write_world

LAST_NIGHT = date(2026, 11, 20)
NAME = "Harbour & Lane Ltd"


class SystemsError(ValueError):
    """No world has these systems: the text says which there are."""


@dataclass(frozen=True)
class WorldSummary:
    """What was made. `planted` counts each difference once, however many nights it stands."""

    path: Path
    seed: int
    nights: list[date]
    items: int
    orders: int
    customers: int
    planted: dict[str, int] = field(default_factory=dict)
    decoys: int = 0


def make_world(
    out: Path,
    *,
    seed: int,
    skus: int = 2000,
    orders: int = 3000,
    orders_csv: Path | None = None,
    night: date | None = None,
    nights: int = 2,
    plant: Mapping[str, int] | None = None,
    systems: Sequence[str] = ("khaos", "wair"),
) -> WorldSummary:
    """Write a world directory to `out` (docs/sandbox.md); the same arguments give the same bytes.

    `systems`: khaos and at least one other (see `model.SYSTEMS`); only their pairs have a truth. `night` is the last
    night (default: 2026-11-20; for an order history the day after its last invoice). `plant` gives the number per code
    (0 = none; others as usual for the size); "decoys" is the number of each kind of decoy.
    Raises HistoryError (file, line, column, what was expected), PlantError, WorldExistsError, ValueError.
    """
    if nights < 1 or skus < 20 or orders < 0:
        raise ValueError(f"a world has at least 1 night, 20 SKUs and 0 orders; asked: {nights}, {skus}, {orders}")
    chosen = _in_order(systems)
    with _uncollected():
        if orders_csv is not None:
            world = history_world(NAME, seed, read_history(orders_csv), night, nights)
        else:
            world = _seeded(seed, skus, orders, nights_until(night or LAST_NIGHT, nights))
        world.systems = chosen
        _fill(world, plant or {})
        write_world(world, out)
    return WorldSummary(
        path=out,
        seed=seed,
        nights=[n.date for n in world.nights],
        items=len(world.items),
        orders=len(world.orders),
        customers=len(world.customers),
        planted=dict(sorted(world.truth.planted.items())),
        decoys=world.truth.decoys,
    )


@contextmanager
def _uncollected() -> Generator[None]:
    """A world is millions of objects that live to its end: to look for garbage among them takes a fifth of its time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _fill(world: World, plant: Mapping[str, int]) -> None:
    """What channels and PIMs know, stock, and what is planted."""
    seed = world.seed
    make_listings(world)
    release_holds(world)
    add_markets(world)
    choose_goods(world)
    if "orocommerce" in world.systems:
        add_organisations(world, Random(f"{seed}/organisations"))
    take_in(world)
    open_stock(world, Random(f"{seed}/stock"))
    figures = all_positions(world)
    hide_sold_out(world, figures)
    plant_all(world, figures, plant)


def _in_order(systems: Sequence[str]) -> tuple[str, ...]:
    unknown = sorted(set(systems) - set(SYSTEMS))
    if unknown or "khaos" not in systems or len(set(systems)) < 2:
        others = ", ".join(SYSTEMS[1:])
        raise SystemsError(f"a world has khaos and at least one other of {others}; asked: {', '.join(systems)}")
    return tuple(s for s in SYSTEMS if s in systems)


def _seeded(seed: int, skus: int, orders: int, nights: list[WorldNight]) -> World:
    first = WorldNight(nights[0].date - timedelta(days=DAYS + 5), nights[0].as_of - timedelta(days=DAYS + 5))
    world = merchant_world(NAME, seed, nights, first)
    make_items(world, Random(f"{seed}/items"), skus)
    make_customers(world, Random(f"{seed}/customers"), orders // 4)
    make_orders(world, Random(f"{seed}/orders"), orders)
    special_orders(world, Random(f"{seed}/special"), max(1, orders // 600))
    back_orders(world, Random(f"{seed}/back"), max(1, skus // 400))
    return world
