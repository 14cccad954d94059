"""What a channel should show of an item, what it could be mistaken for, and how to let it show something else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from khaos_assets.sandbox.worlds.listing import Listing
from khaos_assets.sandbox.worlds.model import Item, Kind
from khaos_assets.sandbox.worlds.plant.choices import steady_item
from khaos_assets.sandbox.worlds.plant.field import Field, Span
from khaos_assets.sandbox.worlds.plant.listed import Wanted, said, steady_on

if TYPE_CHECKING:
    from datetime import datetime

ZERO = Decimal(0)


@dataclass(frozen=True)
class Place:
    """An item in a warehouse of a channel."""

    channel: str
    warehouse: str
    item: Item

    def report(
        self, field: Field, span: Iterable[int], code: str, *, name: str, units: Decimal, amount: Decimal, note: str
    ) -> None:
        """What a perfect product says of it."""
        pair, key = f"khaos>{self.channel}", self.item.code
        field.truth.exception(
            span, code, pair, key, scope=self.warehouse, field=name, units=units, amount=amount, note=note
        )

    def explained(self, field: Field, span: Iterable[int], code: str, by: str) -> None:
        """What it must not say beside that."""
        pair, key = f"khaos>{self.channel}", self.item.code
        field.truth.decoy(span, code, pair, key, scope=self.warehouse, note=f"{by} explains it")


def right_figure(field: Field, item: Item, channel: str, warehouse: str) -> Decimal:
    """What is sellable there, of an item that no night moves."""
    return field.figures[0].sellable(item, field.sites_of(channel, warehouse))


def wrong_figures(field: Field, item: Item, channel: str, warehouse: str) -> dict[str, Decimal]:
    """What other codes would take a quantity for. A build's potential is the sum over the warehouse's sites."""
    figures, sites = field.figures[0], field.sites_of(channel, warehouse)
    available = figures.available(item, sites)
    found = {
        "physical": sum((figures.physical(item, s) for s in sites), ZERO),
        "available": available,
        "available_plus_on_order": available + item.on_order,
    }
    built = potential(field, item, channel, warehouse)
    if built:
        buffer = ZERO if item.run_to_zero else field.world.buffer
        right = figures.sellable(item, sites)
        found |= {"built": available + built, "built_less_buffer": available + built - buffer, "too": right + built}
    return found


def potential(field: Field, item: Item, channel: str, warehouse: str) -> Decimal:
    return Decimal(len(field.sites_of(channel, warehouse)) * (item.build_potential or 0))


def unlike(units: Decimal, wrong: Sequence[Decimal]) -> Decimal:
    """The next quantity that means nothing else."""
    while units in wrong:
        units += 1
    return units


def show(field: Field, listing: Listing, warehouse: str, units: Decimal, span: Span) -> None:
    """The channel shows so many during the span, as of a plausible instant; what is sellable before and after."""

    def differ(at: datetime) -> None:
        listing.units = {**listing.units, warehouse: units}
        listing.touch(warehouse, at)

    def agree(at: datetime) -> None:
        listing.units = {k: v for k, v in listing.units.items() if k != warehouse}
        listing.touch(warehouse, at)

    field.during(span, differ, agree)


def stock_up(field: Field, item: Item, channel: str, warehouse: str, units: int) -> None:
    """Let at least so many be free at the warehouse's first site."""
    field.stock_up(item, field.place(field.sites_of(channel, warehouse)[0]), units)


@cache
def held_back_on(channel: str) -> Wanted:
    """An item of which the channel holds some back: neither run down nor built."""

    def wanted(field: Field, item: Item) -> bool:
        is_whole = channel != "scayle" or not item.by_the_metre
        return steady_on(channel)(field, item) and not item.run_to_zero and item.kind is not Kind.BUILD and is_whole

    return said(wanted, f"an item live in {channel}, not run down, that no night moves")


@cache
def builds_on(channel: str) -> Wanted:
    """A build that could be built more."""

    def wanted(field: Field, item: Item) -> bool:
        return steady_on(channel)(field, item) and item.kind is Kind.BUILD and bool(item.build_potential)

    return said(wanted, f"a build live in {channel} that no night moves")


@cache
def styles_on(channel: str) -> Wanted:
    """A style parent with a cost, known there or not."""

    def wanted(field: Field, item: Item) -> bool:
        del field
        listing = item.listings.get(channel)
        is_known = listing is None or listing.state == "enabled"
        return item.kind is Kind.STYLE_PARENT and bool(item.buy_price) and item.web and is_known

    return said(wanted, "a style parent with a cost")


@cache
def packs_on(channel: str) -> Wanted:
    """A pack whose parts no night moves and no difference has touched."""

    def wanted(field: Field, item: Item) -> bool:
        parts = [c for c, _, _ in item.links]
        is_known = item.kind is Kind.PACK and channel in item.listings and bool(item.sell_price)
        return is_known and all(steady_item(field, c) and field.is_unused(c) for c in parts)

    return said(wanted, f"a pack live in {channel} whose parts no night moves")
