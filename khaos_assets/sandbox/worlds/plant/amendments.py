"""ORD-11: the lines that a channel has and those that Khaos has.

The channel's side is what was amended; its totals follow, so money differs as well and is explained.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from khaos_assets.sandbox.worlds.amounts import line_money, method_of, rate_to_gbp, to_penny
from khaos_assets.sandbox.worlds.channel_lines import fill
from khaos_assets.sandbox.worlds.channel_orders import ChannelOrder
from khaos_assets.sandbox.worlds.model import CHANNELS, Item, Line, Order
from khaos_assets.sandbox.worlds.orders import priced_line
from khaos_assets.sandbox.worlds.plant.channel_choices import goods_for, waiting
from khaos_assets.sandbox.worlds.plant.channel_fulfilment import channel_of
from khaos_assets.sandbox.worlds.plant.field import Field
from khaos_assets.sandbox.worlds.plant.registry import plants_in

Amend = Callable[[Field, str, Order], list[Line]]


@plants_in("ORD-11", CHANNELS, usual=4, order=3)
def amendment_differs(field: Field, channel: str, n: int) -> None:
    """In turn: one unit more there; one line more there; another SKU at equal value; a line that only Khaos has."""
    amends: tuple[Amend, ...] = (_one_more, _line_more, _swapped, _line_less)
    for i in range(n):
        amend = amends[i % len(amends)]
        order = waiting(field, channel, several=amend is _line_less)
        found = channel_of(order)
        lines = amend(field, channel, order)
        fill(found, lines, method_of(field.world, order))
        off = _off(order.lines, lines)
        field.truth.exception(
            field.always(),
            "ORD-11",
            f"{channel}>khaos",
            order.key,
            field="+".join(sorted(x.code for x in off)),
            amount=to_penny(abs(_value(field, order, found, off))),
            note=(amend.__doc__ or "").strip(),
        )
        for code in ("FIN-04", "FIN-01"):
            field.truth.decoy(field.always(), code, f"{channel}>khaos", order.key, note="ORD-11 explains it")


def _one_more(field: Field, channel: str, order: Order) -> list[Line]:
    """one unit more on the channel"""
    del field, channel
    first, *rest = order.lines
    return [replace(first, quantity=first.quantity + 1), *rest]


def _line_more(field: Field, channel: str, order: Order) -> list[Line]:
    """one line more on the channel"""
    (item,) = goods_for(field, channel, 1)
    return [*order.lines, priced_line(field.world, order, item, Decimal(1))]


def _swapped(field: Field, channel: str, order: Order) -> list[Line]:
    """another SKU at equal value"""
    (item,) = goods_for(field, channel, 1)
    first, *rest = order.lines
    return [replace(first, item=item, description=item.description), *rest]


def _line_less(field: Field, channel: str, order: Order) -> list[Line]:
    """a line that only Khaos has"""
    del field, channel
    gone = next(x for x in order.lines if x.item is not None and x.item.stocked)
    return [x for x in order.lines if x is not gone]


def _off(khaos: list[Line], channel: list[Line]) -> dict[Item, Decimal]:
    """Khaos − channel units, where they differ."""
    units: dict[Item, Decimal] = {}
    for lines, sign in ((khaos, 1), (channel, -1)):
        for line in lines:
            if line.item is not None and line.item.stocked:
                units[line.item] = units.get(line.item, Decimal(0)) + sign * line.quantity
    return {item: q for item, q in units.items() if q}


def _value(field: Field, order: Order, found: ChannelOrder, off: dict[Item, Decimal]) -> Fraction:
    """At the channel's line net a unit, else at Khaos's; in GBP."""
    total, method = Fraction(0), method_of(field.world, order)
    for item, units in off.items():
        shown = [x for x in found.lines if x.item is item]
        net = sum((Fraction(x.net) for x in shown), Fraction(0))
        quantity = sum((Fraction(x.units) for x in shown), Fraction(0))
        if not shown:
            mine = [x for x in order.lines if x.item is item]
            net = sum((Fraction(line_money(x, method).net) for x in mine), Fraction(0))
            quantity = sum((Fraction(x.quantity) for x in mine), Fraction(0))
        total += Fraction(units) * net / quantity
    return total * rate_to_gbp(field.world, found)
