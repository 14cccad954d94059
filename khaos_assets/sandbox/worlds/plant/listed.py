"""Which items are fit for a difference on a channel or in a PIM, and listings of SKUs that Khaos does not know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache

from khaos_assets.sandbox.worlds.listings import LIVE, WITHDRAWN
from khaos_assets.sandbox.worlds.model import Item, Kind, Listing
from khaos_assets.sandbox.worlds.plant.choices import live_item, steady_item
from khaos_assets.sandbox.worlds.plant.field import Field

Wanted = Callable[[Field, Item], bool]


def is_live(item: Item, system: str) -> bool:
    listing = item.listings.get(system)
    return listing is not None and listing.state == LIVE[system] and item.web


@cache
def live_on(system: str) -> Wanted:
    """A stocked item that is live there and stands on no order of that channel."""

    def wanted(field: Field, item: Item) -> bool:
        return live_item(field, item) and is_live(item, system) and not field.is_sold_on(item, system)

    return said(wanted, f"a stocked item that is live in {system} and stands on no order there")


@cache
def alone_on(system: str) -> Wanted:
    """The same, a simple one in no pack and linked to nothing."""

    def wanted(field: Field, item: Item) -> bool:
        return live_on(system)(field, item) and item.kind is Kind.SIMPLE and not field.is_linked(item)

    return said(wanted, f"a simple item in no pack that is live in {system} and stands on no order there")


@cache
def steady_on(system: str) -> Wanted:
    """A stocked item that is live there and that no night moves."""

    def wanted(field: Field, item: Item) -> bool:
        return steady_item(field, item) and is_live(item, system)

    return said(wanted, f"a stocked item that is live in {system} and that no night moves")


@cache
def steady_alone_on(system: str) -> Wanted:
    """The same, a simple one in no pack and linked to nothing."""

    def wanted(field: Field, item: Item) -> bool:
        return steady_on(system)(field, item) and item.kind is Kind.SIMPLE and not field.is_linked(item)

    return said(wanted, f"a simple item in no pack that is live in {system} and that no night moves")


def said(wanted: Wanted, words: str) -> Wanted:
    wanted.__doc__ = words
    return wanted


def new_listing(field: Field, system: str, sku: str, *, kind: Kind = Kind.SIMPLE, state: str | None = None) -> Listing:
    """A SKU that Khaos does not know."""
    world = field.world
    number = world.number(system, 1001)
    listing = Listing(
        system=system,
        sku=sku,
        number=number,
        kind=kind,
        state=state or LIVE[system],
        updated_at=field.nights[0] - timedelta(days=12, minutes=number % 500),
        created_at=field.nights[0] - timedelta(days=40),
        group=world.number("scayle/product", 501) if system == "scayle" else 0,
    )
    return _add(field, listing)


def second_listing(field: Field, listing: Listing, sku: str) -> Listing:
    """Another record of the same goods."""
    number = field.world.number(listing.system, 1001)
    group = field.world.number("scayle/product", 501) if listing.group else 0
    return _add(field, replace(listing, sku=sku, number=number, group=group))


def _add(field: Field, listing: Listing) -> Listing:
    field.world.listings[listing.system].append(listing)
    field.codes.add(listing.sku)
    return listing


def withdraw(listing: Listing, at: datetime) -> None:
    """It is no longer sold, ready or live there."""
    listing.state, listing.is_live, listing.updated_at = WITHDRAWN[listing.system], False, at
    listing.units = dict.fromkeys(listing.units, Decimal(0))
