"""STK-03 and PIM-09 on channels: parents counted beside their children, and goods that are on sale but discontinued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from khaos_assets.sandbox.worlds.model import CHANNELS, Kind
from khaos_assets.sandbox.worlds.plant.channel_figures import (
    ZERO,
    Place,
    builds_on,
    potential,
    show,
    stock_up,
    styles_on,
    wrong_figures,
)
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError
from khaos_assets.sandbox.worlds.plant.listed import new_listing, steady_alone_on, withdraw
from khaos_assets.sandbox.worlds.plant.registry import plants_in
from khaos_assets.sandbox.worlds.plant.stock import at_cost, at_price
from khaos_assets.sandbox.worlds.shown import quantity


@plants_in("STK-03", CHANNELS, usual=3, order=2)
def counted_with_its_parts(field: Field, channel: str, n: int) -> None:
    """In turn: a build with what could still be built of its parts, a style parent beside its children."""
    for i in range(n):
        warehouse = field.warehouse(channel, i)
        first, second = (_build, _style) if i % 2 == 0 else (_style, _build)
        try:
            first(field, channel, warehouse, i)
        except NotEnoughError:
            second(field, channel, warehouse, i)


def _build(field: Field, channel: str, warehouse: str, i: int) -> None:
    """Its own level and what could be built, before or after the buffer."""
    item = field.item(builds_on(channel))
    stock_up(field, item, channel, warehouse, 6 + i)
    wrong = wrong_figures(field, item, channel, warehouse)
    built = potential(field, item, channel, warehouse)
    units = wrong["built_less_buffer" if i % 4 == 2 else "built"]
    _report(field, Place(channel, warehouse, item), "build", Figures(units, built), i)


def _style(field: Field, channel: str, warehouse: str, i: int) -> None:
    item = field.item(styles_on(channel))
    if channel not in item.listings:
        item.listings[channel] = new_listing(field, channel, item.code, kind=Kind.STYLE_PARENT)
        item.listings[channel].item = item
    units = Decimal(3 + i)
    _report(field, Place(channel, warehouse, item), "scs", Figures(units, units), i)


@dataclass(frozen=True)
class Figures:
    """What is shown, and how many of it are counted twice."""

    units: Decimal
    twice: Decimal


def _report(field: Field, place: Place, name: str, shown: Figures, i: int) -> None:
    span, amount = field.span(i), at_cost(place.item, shown.twice)
    show(field, place.item.listings[place.channel], place.warehouse, shown.units, span)
    place.report(field, span, "STK-03", name=name, units=shown.twice, amount=amount, note=f"shows {shown.units}")
    place.explained(field, span, "STK-04", by="STK-03")


@plants_in("PIM-09", CHANNELS, usual=3, order=3)
def sold_though_discontinued(field: Field, channel: str, n: int) -> None:
    """Discontinued in Khaos, live on one channel with stock; one in five is taken off by the last night."""
    for i in range(n):
        item = field.item(steady_alone_on(channel))
        field.stock_up(item, field.place(field.site(i)), 5)
        item.discontinued, item.run_to_zero = True, False
        for system, other in item.listings.items():
            if system != channel:
                withdraw(other, field.nights[0] - timedelta(days=5))
        listing, span = item.listings[channel], field.span(i if i % 5 != 2 else 0)
        if span.end is not None:
            field.world.on_night(span.end, lambda x=listing, at=field.moment(span.end): withdraw(x, at))
        on_sale = sum((quantity(field.figures[0], listing, w) for w in field.world.warehouses[channel]), ZERO)
        field.truth.exception(
            span,
            "PIM-09",
            f"khaos>{channel}",
            item.code,
            field="sellable",
            amount=at_price(item, on_sale),
            note=f"discontinued, and {on_sale} on sale",
        )
