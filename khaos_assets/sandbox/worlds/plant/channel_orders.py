"""ORD-01 to 04: orders that one side has, or one side has twice.

Decided: a channel order that is not in Khaos has moved no stock. An extra order of ORD-03 takes stock as others do;
where it was sent, by a service without tracking, both sides sent it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from khaos_assets.sandbox.worlds.amounts import khaos_net, order_net, to_penny
from khaos_assets.sandbox.worlds.channel_intake import give_prefix
from khaos_assets.sandbox.worlds.channel_orders import ChannelOrder
from khaos_assets.sandbox.worlds.fulfilment import khaos_invoice, wair_dispatch
from khaos_assets.sandbox.worlds.markets import PREFIXES
from khaos_assets.sandbox.worlds.model import CHANNELS, Order
from khaos_assets.sandbox.worlds.orders import new_order, priced_line
from khaos_assets.sandbox.worlds.plant.channel_choices import (
    buyer,
    goods_for,
    import_later,
    new_on_channel,
    waiting,
)
from khaos_assets.sandbox.worlds.plant.field import Field
from khaos_assets.sandbox.worlds.plant.registry import plants_in


@plants_in("ORD-01", CHANNELS, usual=4)
def order_not_in_khaos(field: Field, channel: str, n: int) -> None:
    """In turn: never taken in, never taken in, new on the last night, never, taken in late."""
    for i in range(n):
        span = field.span(i)
        items = goods_for(field, channel, 1 + i % 2)
        hours = 30 + 41 * (i % 5) if span.first == 0 else 7
        found, order = new_on_channel(field, channel, buyer(field, channel, i), items, at_night=span.first, hours=hours)
        if span.end is not None:
            import_later(field, found, order, field.moment(span.end))
        field.truth.exception(
            span,
            "ORD-01",
            f"{channel}>khaos",
            found.key,
            amount=to_penny(order_net(field.world, found)),
            note="taken in late" if span.end is not None else "never taken in",
        )


@plants_in("ORD-02", CHANNELS, usual=3, order=6)
def order_blocked(field: Field, channel: str, n: int) -> None:
    """A line names a SKU that Khaos does not know; every third one a SKU that the channel sells (SKU-01)."""
    for i in range(n):
        items = goods_for(field, channel, 1 + i % 2)
        found, _ = new_on_channel(field, channel, buyer(field, channel, i), items, hours=28 + 50 * (i % 4))
        _rename_line(field, found, i)
        skus = sorted({x.sku for x in found.lines if x.sku})
        field.truth.exception(
            field.always(),
            "ORD-02",
            f"{channel}>khaos",
            found.key,
            field="+".join(skus),
            amount=to_penny(order_net(field.world, found)),
            note=f"Khaos does not know {', '.join(skus)}",
        )
        field.truth.decoy(field.always(), "ORD-01", f"{channel}>khaos", found.key, note="ORD-02 explains it")


def _rename_line(field: Field, found: ChannelOrder, i: int) -> None:
    foreign = [x for x in field.world.listings[found.channel] if x.item is None and x.first_night == 0]
    line = found.lines[0]
    if i % 3 == 2 and foreign:
        line.sku = foreign[i % len(foreign)].sku
    else:
        line.sku = f"NEWLINE-{field.world.number('unknown sku', 7001)}"
    line.item, line.description = None, line.item.description if line.item is not None else ""


@plants_in("ORD-03", CHANNELS, usual=3, order=2)
def order_twice(field: Field, channel: str, n: int) -> None:
    """Keyed in a second time (one in four a third time): waiting, or sent as well."""
    for i in range(n):
        order = waiting(field, channel)
        times = 2 if i % 4 == 3 else 1
        extras = [_copy(field, order, k) for k in range(times)]
        for item, units in order.ordered().items():
            field.stock_up(item, order.location, times * int(units) + 4)
        if i % 3 == 2:
            _send(field, extras[0])
        total = sum((khaos_net(field.world, x) for x in extras), Fraction(0))
        field.truth.exception(
            field.always(),
            "ORD-03",
            f"{channel}>khaos",
            order.key,
            amount=to_penny(total),
            note=f"{order.code} again as {', '.join(x.code for x in extras)}",
        )


def _copy(field: Field, order: Order, k: int) -> Order:
    """A second order with the same reference, later by some hours."""
    world = field.world
    again = new_order(world, field.rng, order.customer, order.created + timedelta(hours=3 + k), order.reference)
    again.prefix, again.site, again.location = order.prefix, order.site, order.location
    again.courier, again.carrier, again.site_on_lines = order.courier, order.carrier, order.site_on_lines
    again.delivery_gross, again.delivery_net = order.delivery_gross, order.delivery_net
    again.lines = [replace(x) for x in order.lines]
    field.use(again)
    return again


def _send(field: Field, order: Order) -> None:
    """Both sides sent it, by letter post."""
    carrier = field.world.untracked[0]
    order.carrier, order.courier = carrier, field.world.couriers[carrier]
    at = field.moment(0) - timedelta(hours=6)
    wair_dispatch(field.world, order, at, order.ordered())
    khaos_invoice(field.world, order, at + timedelta(minutes=20), order.ordered())


@plants_in("ORD-04", CHANNELS, usual=3)
def order_only_in_khaos(field: Field, channel: str, n: int) -> None:
    """It looks like the channel's and the channel has never had it: keyed in by hand. Every third one was sent."""
    world = field.world
    for i in range(n):
        span = field.last() if i % 5 == 2 else field.always()
        items = goods_for(field, channel, 1)
        order = _by_hand(field, channel, i, span.first)
        order.lines = [priced_line(world, order, item, Decimal(1 + i % 2)) for item in items]
        for item in items:
            field.stock_up(item, order.location, 8)
        if i % 3 == 1 and span.first == 0:
            _send(field, order)
        field.truth.exception(
            span,
            "ORD-04",
            f"{channel}>khaos",
            order.reference,
            amount=to_penny(khaos_net(world, order)),
            note=f"{order.code}: the channel has no such order",
        )


def _by_hand(field: Field, channel: str, i: int, night: int) -> Order:
    created = field.nights[night] - timedelta(hours=8 if night else 90 + i)
    order = new_order(field.world, field.rng, buyer(field, channel, i), created)
    give_prefix(order, channel, f"9{field.world.number('by hand', 100001)}")
    assert order.reference.startswith(PREFIXES[channel])
    field.use(order)
    return order
