"""STK-02, STK-04, STK-05 and STK-06 on channels: quantities that are not what is sellable.

Decided: OroCommerce has no change time, so there a difference is as old as the night on which it was first seen; what
has a stock grace stands from the first night on.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from khaos_assets.sandbox.worlds.model import CHANNELS, Item
from khaos_assets.sandbox.worlds.plant.channel_figures import (
    ZERO,
    Place,
    held_back_on,
    packs_on,
    right_figure,
    show,
    stock_up,
    unlike,
    wrong_figures,
)
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError, Span
from khaos_assets.sandbox.worlds.plant.listed import steady_on
from khaos_assets.sandbox.worlds.plant.registry import plants_in
from khaos_assets.sandbox.worlds.plant.stock import at_cost, at_price

_FIGURES = ("physical", "available", "available_plus_on_order")


@plants_in("STK-02", CHANNELS, usual=3, order=3)
def figure_mistaken(field: Field, channel: str, n: int) -> None:
    """In turn: physical (promised units are in it), available (nothing held back), available and what is on order."""
    for i in range(n):
        warehouse = field.warehouse(channel, i)
        item = _promised(field, channel, warehouse) if i % 3 < 2 else field.item(held_back_on(channel))
        stock_up(field, item, channel, warehouse, 6)
        if i % 3 == 2:
            item.on_order = Decimal(9 + i)
        figures, right = wrong_figures(field, item, channel, warehouse), right_figure(field, item, channel, warehouse)
        units = figures[_FIGURES[i % 3]]
        span = field.span(i) if channel == "scayle" or i % 5 != 2 else field.always()
        show(field, item.listings[channel], warehouse, units, span)
        name = next(k for k, v in figures.items() if v == units)
        place, off = Place(channel, warehouse, item), units - right
        amount, note = at_price(item, off), f"shows {units}, sellable are {right}"
        place.report(field, span, "STK-02", name=name, units=off, amount=amount, note=note)
        place.explained(field, span, "STK-04", by="STK-02")


def _promised(field: Field, channel: str, warehouse: str) -> Item:
    """An item with open units there; where there is none left, any."""
    sites: Iterable[str] = field.sites_of(channel, warehouse)
    for _ in range(40):
        item = field.item(held_back_on(channel))
        if any(min(field.open_units(item, s)) > 0 for s in sites):
            return item
        field.put_back(item)
    return field.item(held_back_on(channel))


def _report(field: Field, place: Place, span: Span, code: str, off: Decimal) -> None:
    """`off`: shown − sellable."""
    units = abs(off) if code == "STK-05" else off
    note = f"{off:+} against what is sellable"
    place.report(field, span, code, name="sellable", units=units, amount=at_price(place.item, off), note=note)


@plants_in("STK-04", CHANNELS, usual=4)
def oversold(field: Field, channel: str, n: int) -> None:
    """More than is sellable; every fourth a pack beyond what its parts allow, or (SCAYLE) sold without stock."""
    for i in range(n):
        if i % 4 == 3 and channel == "scayle":
            _without_stock(field)
            continue
        warehouse = field.warehouse(channel, i)
        item = _pack_or_item(field, channel, i)
        right = right_figure(field, item, channel, warehouse)
        wrong = wrong_figures(field, item, channel, warehouse)
        units = unlike(right.to_integral_value() + 2 + i % 5, list(wrong.values()))
        span = field.span(i)
        show(field, item.listings[channel], warehouse, units, span)
        _report(field, Place(channel, warehouse, item), span, "STK-04", units - right)


def _pack_or_item(field: Field, channel: str, i: int) -> Item:
    if i % 4 == 1:
        try:
            pack = field.item(packs_on(channel))
        except NotEnoughError:
            pass
        else:
            field.use(*(c for c, _, _ in pack.links))
            return pack
    return field.item(steady_on(channel))


def _without_stock(field: Field) -> None:
    """There is none, and SCAYLE sells it all the same, in every warehouse."""
    item = field.item(_sold_out)
    item.listings["scayle"].sells_without_stock = True
    for number, warehouse in enumerate(field.world.warehouses["scayle"]):
        field.truth.exception(
            field.always(),
            "STK-04",
            "khaos>scayle",
            item.code,
            scope=warehouse,
            field="sellable",
            units=ZERO,
            amount=at_price(item, ZERO),
            note="sells without stock, and there is none",
            again=number > 0,
        )


def _sold_out(field: Field, item: Item) -> bool:
    """An item live on SCAYLE that is sold out and that no night moves."""
    return steady_on("scayle")(field, item) and all(
        right_figure(field, item, "scayle", w) == 0 for w in field.world.warehouses["scayle"]
    )


@plants_in("STK-05", CHANNELS, usual=3)
def withheld(field: Field, channel: str, n: int) -> None:
    """Less than half of what is sellable, for longer than a reservation lasts; one in five is mended in the end."""
    count = len(field.nights)
    for i in range(n):
        warehouse = field.warehouse(channel, i)
        item = field.item(held_back_on(channel))
        stock_up(field, item, channel, warehouse, 20)
        right = right_figure(field, item, channel, warehouse)
        units = (right / 2).to_integral_value() - 2 - i % 3
        span = Span(0, count - 1, count) if i % 5 == 4 and count > 1 else field.always()
        listing = item.listings[channel]
        show(field, listing, warehouse, units, span)
        since = field.nights[0] - timedelta(days=3, hours=i)
        field.world.on_night(0, lambda x=listing, w=warehouse, at=since: x.touch(w, at))
        _report(field, Place(channel, warehouse, item), span, "STK-05", units - right)


@plants_in("STK-06", CHANNELS, usual=2, order=3)
def less_than_nothing(field: Field, channel: str, n: int) -> None:
    """A negative quantity."""
    for i in range(n):
        warehouse, item = field.warehouse(channel, i), field.item(steady_on(channel))
        below = Decimal(1 + i % 4)
        span = field.span(i)
        show(field, item.listings[channel], warehouse, -below, span)
        field.truth.exception(
            span,
            "STK-06",
            channel,
            item.code,
            scope=warehouse,
            field="quantity",
            amount=at_cost(item, below),
            note=f"shows {-below}",
        )
        Place(channel, warehouse, item).explained(field, span, "STK-05", by="STK-06")
