"""What lay where in the beginning, so that every order finds its stock and something is left; what is out of stock."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random

from khaos_assets.sandbox.worlds.clock import london_time
from khaos_assets.sandbox.worlds.model import Item, World
from khaos_assets.sandbox.worlds.orders import add_lines, new_order
from khaos_assets.sandbox.worlds.positions import ZERO, Positions, positions


def open_stock(world: World, rng: Random) -> None:
    """Opening stock = what the orders took or will take, plus what is to be left. A fifth of the items is sold out."""
    main = world.places(world.sites[0])[0]
    for item in world.items:
        if not item.stocked or item.discontinued or rng.random() < 0.2:
            continue
        for place in world.locations:
            if place == main or rng.random() < 0.45:
                item.opening[place] = Decimal(rng.randint(1, 60))
    for order in world.orders:
        if order.is_credit or order.unassigned:
            continue
        for item, units in order.ordered().items():
            item.opening[order.location] = item.opening.get(order.location, ZERO) + units


def back_orders(world: World, rng: Random, count: int) -> None:
    """Orders that found no stock: their units are back orders, and physical stock cannot be derived for the item."""
    nobody = [i for i in idle_items(world) if i.wair and i.wair.active and not i.opening and not i.discontinued]
    customers = [c for c in world.customers if c.company_class == "Retail"]
    for item in nobody[:count]:
        day = world.nights[0].date - timedelta(days=3)
        order = new_order(world, rng, rng.choice(customers), london_time(day, 11, 20))
        add_lines(world, rng, order, [item])
        order.lines = order.lines[:1]
        order.unassigned, order.waiting_stage = True, 18


def idle_items(world: World) -> list[Item]:
    """Stocked items on no order."""
    ordered = {line.item for order in world.orders for line in order.lines}
    return [i for i in world.items if i.stocked and i not in ordered]


def hide_sold_out(world: World, nights: list[Positions]) -> None:
    """WAIR does not display what cannot be sold on any night: as it should be."""
    for item in world.items:
        body = item.wair.body_map if item.wair else None
        if body is not None and all(p.sellable(item) <= 0 for p in nights):
            body["displayed"], body["reason"] = False, "sold_out"


def all_positions(world: World) -> list[Positions]:
    return [positions(world, n.as_of) for n in world.nights]


def ensure_stock(item: Item, place: str, units: int, nights: list[Positions]) -> None:
    """Let at least `units` be left at a place on every night, on both sides alike."""
    least = min(p.on_hand(item, place) - p.allocated(item, place) for p in nights)
    if least < units:
        item.opening[place] = item.opening.get(place, ZERO) + units - least
