"""ORD-07, 08, 09, 10, 13, 18: what became of an order, on the channel, in Khaos and in WAIR.

Decided: an invoice that is issued is not stuck (ORD-13). What is cancelled on the channel and was dispatched by WAIR
alone is ORD-10, and its ORD-05 and stock difference are explained.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from khaos_assets.sandbox.worlds.amounts import order_net, to_penny
from khaos_assets.sandbox.worlds.channel_orders import ChannelOrder, Parcel
from khaos_assets.sandbox.worlds.fulfilment import wair_dispatch
from khaos_assets.sandbox.worlds.model import CHANNELS, Order
from khaos_assets.sandbox.worlds.plant.channel_choices import shipped_on, waiting
from khaos_assets.sandbox.worlds.plant.choices import waiting_order
from khaos_assets.sandbox.worlds.plant.field import Field, Span
from khaos_assets.sandbox.worlds.plant.orders import explained
from khaos_assets.sandbox.worlds.plant.registry import plants, plants_in

TERMS_HOLD = 21


def channel_of(order: Order) -> ChannelOrder:
    """The channel's side of an order that came from one."""
    assert order.channel is not None
    return order.channel


@plants_in("ORD-07", CHANNELS, usual=4)
def not_on_channel(field: Field, channel: str, n: int) -> None:
    """Sent in full; the channel was never told, or has no number. One in five is told late."""
    for i in range(n):
        order = field.order(shipped_on(channel))
        found = channel_of(order)
        span = Span(0, field.span(i).end, len(field.nights))
        parcel = found.parcels[0]
        if i % 2 == 0:
            _tell_late(field, found, parcel, span)
            name = "status+tracking"
        else:
            number, parcel.tracking = parcel.tracking, None
            field.during(span, lambda _: None, lambda _, p=parcel, t=number: _number(p, t))
            name = "tracking"
        field.truth.exception(
            span, "ORD-07", f"khaos>{channel}", order.key, field=name, note=f"{order.code} was sent in full"
        )


def _tell_late(field: Field, found: ChannelOrder, parcel: Parcel, span: Span) -> None:
    if span.end is None:
        found.parcels.clear()
    else:
        parcel.at = field.moment(span.end)


def _number(parcel: Parcel, tracking: str | None) -> None:
    parcel.tracking = tracking


@plants_in("ORD-08", CHANNELS, usual=3)
def tracking_differs(field: Field, channel: str, n: int) -> None:
    """In turn: another number on the channel; the same number under another carrier; mended by the last night."""
    for i in range(n):
        order = field.order(shipped_on(channel))
        parcel = channel_of(order).parcels[0]
        right, carrier = parcel.tracking or "", parcel.carrier
        span = Span(0, len(field.nights) - 1 if i % 3 == 2 and len(field.nights) > 1 else None, len(field.nights))
        if i % 3 == 1:
            parcel.carrier = next(c for c in field.world.couriers if c not in (carrier, *field.world.untracked))
        else:
            parcel.tracking = f"X{right[1:]}9"
            field.during(span, lambda _: None, lambda _, p=parcel, t=right: _number(p, t))
        field.truth.exception(
            span,
            "ORD-08",
            f"khaos>{channel}",
            order.key,
            scope=right,
            field="carrier" if i % 3 == 1 else "tracking",
            note=f"{channel} shows {parcel.carrier} {parcel.tracking}",
        )


def _khaos_tracking(field: Field, channel: str, n: int) -> None:
    for i in range(n):
        order = field.order(shipped_on(channel))
        right = order.dispatches[0].tracking or ""
        order.invoices[0].tracking = f"K{right[1:]}7"
        pairs = ["wair>khaos"]
        if i % 2:
            channel_of(order).parcels[0].tracking = order.invoices[0].tracking
            pairs.append(f"khaos>{channel}")
        for pair in pairs:
            field.truth.exception(
                field.always(),
                "ORD-08",
                pair,
                order.key,
                scope=right,
                field="tracking",
                note=f"WAIR shows {right}, Khaos {order.invoices[0].tracking}",
            )


@plants("ORD-08", usual=2, needs=["wair", "scayle"])
def tracking_in_khaos_differs(field: Field, n: int) -> None:
    """Khaos has another number than WAIR; every second time the channel was given Khaos's."""
    _khaos_tracking(field, "scayle", n)


@plants("ORD-08", usual=2, needs=["wair", "orocommerce"])
def tracking_in_khaos_differs_b2b(field: Field, n: int) -> None:
    """The same on OroCommerce."""
    _khaos_tracking(field, "orocommerce", n)


@plants_in("ORD-09", CHANNELS, usual=4, order=2)
def cancellation_not_applied(field: Field, channel: str, n: int) -> None:
    """Cancelled there, open and not being picked in Khaos. One in five is cancelled in Khaos by the last night."""
    for i in range(n):
        order = waiting(field, channel)
        found, span = channel_of(order), field.span(i)
        order.waiting_stage = (0, 17)[i % 2]
        found.cancelled_at = field.moment(span.first)
        if span.end is not None:
            order.cancelled_at = field.moment(span.end)
            field.display(*order.ordered())
        field.truth.exception(
            span,
            "ORD-09",
            f"{channel}>khaos",
            order.key,
            amount=to_penny(order_net(field.world, found)),
            note=f"{order.code} is open",
        )


@plants_in("ORD-10", CHANNELS, usual=3, order=2)
def cancelled_while_picked(field: Field, channel: str, n: int) -> None:
    """Cancelled there. In turn: being picked in Khaos; sent; dispatched by WAIR alone (where there is one)."""
    for i in range(n):
        is_sent = i % 3 == 1
        order = field.order(shipped_on(channel)) if is_sent else waiting(field, channel)
        found = channel_of(order)
        span = field.last() if i % 5 == 2 else field.always()
        at = found.cancelled_at = field.moment(span.first)
        if not is_sent:
            order.stages = (12, 14)
        if i % 3 == 2 and "wair" in field.world.systems:
            _dispatched_alone(field, order, span, at)
        amount = to_penny(order_net(field.world, found))
        note = f"{order.code} was sent" if is_sent else f"{order.code} is being picked"
        field.truth.exception(span, "ORD-10", f"{channel}>khaos", order.key, amount=amount, note=note)


def _dispatched_alone(field: Field, order: Order, span: Span, at: datetime) -> None:
    order.stages, order.waiting_stage = (), 0
    units = order.ordered()
    wair_dispatch(field.world, order, at + timedelta(minutes=30), units)
    field.truth.decoy(span, "ORD-05", "wair>khaos", order.key, note="ORD-10 explains it")
    explained(field, order, list(units), list(span), "ORD-10")


@plants_in("ORD-13", CHANNELS, usual=3, nights=2, order=3)
def stuck_on_channel(field: Field, channel: str, n: int) -> None:
    """At the same stage night after night, or on hold; told from the second night on."""
    for i in range(n):
        _stuck(field, waiting(field, channel), i, f"khaos>{channel}")


@plants("ORD-13", usual=2, nights=2, order=3, needs=["scayle"])
def stuck(field: Field, n: int) -> None:
    """The same of orders that came from no channel."""
    for i in range(n):
        _stuck(field, field.order(_waiting_by_telephone), i, "khaos")


def _waiting_by_telephone(field: Field, order: Order) -> bool:
    """An open order that came from no channel, at least three days old."""
    old = order.created < field.nights[0] - timedelta(days=3)
    return waiting_order(field, order) and order.channel is None and not order.prefix and old


def _stuck(field: Field, order: Order, i: int, systems: str) -> None:
    is_held = i % 2 == 1
    order.stages = (TERMS_HOLD if is_held else (12, 18)[i // 2 % 2],)
    field.truth.exception(
        range(1, len(field.nights)),
        "ORD-13",
        systems,
        order.key,
        field="stage+terms_hold" if is_held else "stage",
        amount=to_penny(order_net(field.world, order)),
        note=f"{order.code} at stage {order.stages[0]}",
    )


@plants_in("ORD-18", CHANNELS, usual=3, order=2, needs=["wair"])
def shipped_yet_nothing_sent(field: Field, channel: str, n: int) -> None:
    """The channel says shipped, by a parcel or by itself; nobody sent anything."""
    for i in range(n):
        order = waiting(field, channel)
        found = channel_of(order)
        span = field.last() if i % 5 == 2 else field.always()
        at = field.moment(span.first)
        if i % 2:
            everything = {x.item: x.units for x in found.lines if x.item is not None}
            found.parcels.append(Parcel(at, order.carrier, None, everything))
        else:
            found.shipped_from = at
        field.truth.exception(
            span,
            "ORD-18",
            f"khaos>{channel}",
            order.key,
            amount=to_penny(order_net(field.world, found)),
            note=f"{order.code}: nothing was sent",
        )
