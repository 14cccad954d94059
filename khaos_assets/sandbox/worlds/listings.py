"""How the channels and PIMs of an undisturbed world know the goods: which ones, under which keys, in which state."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from khaos_assets.sandbox.worlds.listing import Listing
from khaos_assets.sandbox.worlds.model import CHANNELS, PIMS, Item, Kind, World
from khaos_assets.sandbox.worlds.positions import PACKED

WAREHOUSES = {
    "scayle": {"GB-HUB": ["Main Warehouse", "Manchester"], "EU-HUB": ["Bristol"]},
    "orocommerce": {"": ["Main Warehouse", "Manchester", "Bristol"]},
}
CARRIES = {
    "scayle": (Kind.SIMPLE, Kind.BUILD, Kind.STYLE_CHILD, Kind.PACK),
    "orocommerce": (Kind.SIMPLE, Kind.BUILD, Kind.STYLE_CHILD, Kind.PACK, Kind.STYLE_PARENT),
    "plytix": (Kind.SIMPLE, Kind.BUILD, Kind.STYLE_CHILD, Kind.PACK, Kind.STYLE_PARENT),
    "pimberly": (Kind.SIMPLE, Kind.BUILD, Kind.STYLE_CHILD, Kind.PACK, Kind.STYLE_PARENT),
}
LIVE = {"scayle": "live", "orocommerce": "enabled", "plytix": "Completed", "pimberly": "Live"}
DRAFT = {"scayle": "draft", "orocommerce": "disabled", "plytix": "Draft", "pimberly": "Enrichment"}
WITHDRAWN = {"scayle": "blocked", "orocommerce": "disabled", "plytix": "Archived", "pimberly": "Withdrawn"}


def make_listings(world: World) -> None:
    """Every web item that is still sold is live wherever its kind is carried; half of what is discontinued or not for
    the web is still known, withdrawn or as a draft, and all of it that a PIM needs for a bundle. Warehouses are those
    of the channels that this world has."""
    world.warehouses = {s: dict(WAREHOUSES[s]) for s in CHANNELS if s in world.systems}
    packed = {c for i in world.items for c, kind, _ in i.links if kind == PACKED}
    for system in (*CHANNELS, *PIMS):
        if system in world.systems:
            rng = Random(f"{world.seed}/listings/{system}")
            world.listings[system] = []
            for item in world.items:
                is_sold = (item.web and not item.discontinued) or (system in PIMS and item in packed)
                if item.kind in CARRIES[system] and (is_sold or rng.random() < 0.5):
                    list_item(world, system, item)
    name_the_nameless(world)


def name_the_nameless(world: World) -> None:
    """Goods without a description go by their code, where a PIM has to describe them."""
    for item in world.items:
        if not item.description and not set(PIMS).isdisjoint(item.listings):
            item.description = item.code


def list_item(world: World, system: str, item: Item) -> Listing:
    """Make it known there as it should be: under its stock code (or the other spelling that reality has of it), below
    its style in a PIM. Its parent comes first."""
    states = WITHDRAWN if item.discontinued else LIVE if item.web else DRAFT
    listing = Listing(
        system=system,
        sku=item.wair.sku if item in world.case_pairs and item.wair is not None else item.code,
        number=world.number(system, 1001),
        kind=item.kind,
        state=states[system],
        updated_at=item.updated_at + timedelta(minutes=11),
        created_at=item.updated_at - timedelta(days=90),
        item=item,
        is_live=states is LIVE,
    )
    parent = item.parent.listings.get(system) if item.parent is not None and system in PIMS else None
    listing.parents = (parent,) if parent is not None else ()
    if system == "scayle":
        listing.group = _product(world, item)
    item.listings[system] = listing
    world.listings[system].append(listing)
    return listing


def list_everywhere(world: World, item: Item) -> None:
    """A new item becomes known wherever its kind is carried."""
    item.listings = {}
    for system in world.listings:
        if item.kind in CARRIES[system]:
            list_item(world, system, item)


def unlist(world: World, item: Item, *systems: str) -> None:
    """These systems never heard of it (all of them where none is named)."""
    for system in systems or tuple(item.listings):
        listing = item.listings.pop(system, None)
        if listing is not None:
            world.listings[system].remove(listing)


def _product(world: World, item: Item) -> int:
    """The colours of a style are one SCAYLE product each; anything else is a product of its own."""
    if item.parent is None:
        return world.number("scayle/product", 501)
    colour = f"scayle/{item.parent.stock_id}/{item.colour}"
    if colour not in world.counters:
        world.counters[colour] = world.number("scayle/product", 501)
    return world.counters[colour]


def listings_of(world: World, system: str, night: int) -> list[Listing]:
    """What a system knows on a night, by its key. What Khaos itself has only later is not known earlier."""
    rows = (x for x in world.listings[system] if x.is_there(night) and (x.item is None or x.item.first_night <= night))
    return sorted(rows, key=lambda x: x.number)
