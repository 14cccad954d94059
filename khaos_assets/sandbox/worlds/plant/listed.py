"""Which items are fit for a difference on a channel or in a PIM, and listings of SKUs that Khaos does not know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache

from khaos_assets.sandbox.worlds.listing import Listing
from khaos_assets.sandbox.worlds.listings import LIVE, WITHDRAWN
from khaos_assets.sandbox.worlds.model import Item, Kind
from khaos_assets.sandbox.worlds.plant.choices import live_item, steady_item
from khaos_assets.sandbox.worlds.plant.field import Field
from khaos_assets.sandbox.worlds.positions import PACKED

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


@cache
def listed_in(pim: str) -> Wanted:
    """A stocked item that is live there, whatever its orders."""

    def wanted(field: Field, item: Item) -> bool:
        return live_item(field, item) and is_live(item, pim)

    return said(wanted, f"a stocked item that is live in {pim}")


@cache
def variants_in(pim: str) -> Wanted:
    """A child of a style, both live there."""

    def wanted(field: Field, item: Item) -> bool:
        return item.kind is Kind.STYLE_CHILD and listed_in(pim)(field, item) and is_style(item.parent, pim)

    return said(wanted, f"a style child that is live in {pim}")


@cache
def simple_in(pim: str) -> Wanted:
    """A simple item in no pack."""

    def wanted(field: Field, item: Item) -> bool:
        return item.kind is Kind.SIMPLE and listed_in(pim)(field, item) and not field.is_linked(item)

    return said(wanted, f"a simple item in no pack that is live in {pim}")


@cache
def bundles_in(pim: str) -> Wanted:
    """A pack of several components, all of them there."""

    def wanted(field: Field, item: Item) -> bool:
        del field
        parts = [c for c, kind, _ in item.links if kind == PACKED]
        return (
            item.kind is Kind.PACK and is_live(item, pim) and len(parts) > 1 and all(pim in c.listings for c in parts)
        )

    return said(wanted, f"a pack that is live in {pim}")


def is_style(item: Item | None, pim: str) -> bool:
    return item is not None and item.kind is Kind.STYLE_PARENT and is_live(item, pim)


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
