"""Legal differences on channels that are made here; those that the consistent world holds anyway: `channel_named`.

Numbers are those of the catalogue's list.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from khaos_assets.sandbox.worlds.channel_intake import give_prefix
from khaos_assets.sandbox.worlds.channel_orders import Parcel
from khaos_assets.sandbox.worlds.fulfilment import khaos_invoice, wair_dispatch
from khaos_assets.sandbox.worlds.model import CHANNELS, Order
from khaos_assets.sandbox.worlds.orders import new_order, priced_line
from khaos_assets.sandbox.worlds.organisations import TERMS
from khaos_assets.sandbox.worlds.plant.accounts import PAIR as SHOP_PAIR
from khaos_assets.sandbox.worlds.plant.accounts import is_trade, take
from khaos_assets.sandbox.worlds.plant.channel_choices import (
    buyer,
    goods_for,
    import_later,
    matched_on,
    new_on_channel,
    waiting,
)
from khaos_assets.sandbox.worlds.plant.channel_fulfilment import channel_of
from khaos_assets.sandbox.worlds.plant.channel_named import name_what_is_there
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError
from khaos_assets.sandbox.worlds.plant.registry import plants, plants_in

Maker = Callable[[Field, str, int], None]


@plants_in("decoys", CHANNELS, usual=3, order=9)
def decoys_of_orders(field: Field, channel: str, n: int) -> None:
    """`n` of each kind, as far as there are subjects."""
    make_all(field, channel, n, (placed_just_now, cancelled_just_now, cancelled_before_import, shipped_just_now))
    make_all(field, channel, n, (sent_today, cancelled_by_hand, waits_for_its_date, before_the_window))
    name_what_is_there(field, channel, n)


@plants("decoys", usual=3, order=9, needs=["orocommerce"])
def decoys_of_orocommerce(field: Field, n: int) -> None:
    """The same, of what only OroCommerce has."""
    make_all(field, "orocommerce", n, (on_a_branch, branches_of_one_another, profile_changed_today))


def make_all(field: Field, channel: str, n: int, makers: tuple[Maker, ...]) -> None:
    for make in makers:
        for i in range(n):
            try:
                make(field, channel, i)
            except NotEnoughError:
                break


def placed_just_now(field: Field, channel: str, i: int) -> None:
    """2: placed 40 minutes before the night, taken in next morning."""
    night = i % len(field.nights)
    found, order = new_on_channel(field, channel, buyer(field, channel, i), goods_for(field, channel, 1))
    found.created = field.nights[night] - timedelta(minutes=40)
    if found.confirmed is not None:
        found.confirmed = found.created + timedelta(minutes=2)
    import_later(field, found, order, field.nights[night] + timedelta(hours=7))
    field.truth.decoy([night], "ORD-01", f"{channel}>khaos", found.key, note="2: placed 40 minutes ago")


def cancelled_just_now(field: Field, channel: str, i: int) -> None:
    """2: cancelled half an hour before the night, in Khaos next morning."""
    night = i % len(field.nights)
    order = waiting(field, channel)
    order.waiting_stage = 0
    channel_of(order).cancelled_at = field.nights[night] - timedelta(minutes=30)
    order.cancelled_at = field.nights[night] + timedelta(hours=7)
    field.display(*order.ordered())
    field.truth.decoy([night], "ORD-09", f"{channel}>khaos", order.key, note="2: cancelled half an hour ago")


def cancelled_before_import(field: Field, channel: str, i: int) -> None:
    """27: cancelled there before Khaos ever took it in."""
    found, _ = new_on_channel(field, channel, buyer(field, channel, i), goods_for(field, channel, 1), hours=60 + i)
    found.cancelled_at = found.created + timedelta(minutes=25)
    note = "27: cancelled and never taken in"
    field.truth.decoy(field.always(), "ORD-01", f"{channel}>khaos", found.key, note=note)


def shipped_just_now(field: Field, channel: str, i: int) -> None:
    """2: the channel was told of a parcel half an hour before anybody booked it."""
    night = i % len(field.nights)
    order, as_of = waiting(field, channel), field.nights[night]
    found, units = channel_of(order), order.ordered()
    everything = {x.item: x.units for x in found.lines if x.item is not None}
    dispatch = wair_dispatch(field.world, order, as_of + timedelta(minutes=5), units)
    invoice = khaos_invoice(field.world, order, as_of + timedelta(minutes=50), units, dispatch.tracking)
    found.parcels = [Parcel(as_of - timedelta(minutes=30), order.carrier, invoice.tracking, everything)]
    field.truth.decoy([night], "ORD-18", f"khaos>{channel}", order.key, note="2: shipped half an hour ago")


def sent_today(field: Field, channel: str, i: int) -> None:
    """2: sent in Khaos with the night's own date; the channel is told next morning."""
    night = i % len(field.nights)
    order, as_of = waiting(field, channel), field.nights[night]
    units = order.ordered()
    dispatch = wair_dispatch(field.world, order, as_of - timedelta(minutes=80), units)
    khaos_invoice(field.world, order, as_of - timedelta(minutes=30), units, dispatch.tracking)
    for parcel in channel_of(order).parcels:
        parcel.at = as_of + timedelta(hours=6)
    field.truth.decoy([night], "ORD-07", f"khaos>{channel}", order.key, note="2: sent today")


def cancelled_by_hand(field: Field, channel: str, i: int) -> None:
    """It looks like the channel's, nobody knows it there, and Khaos cancelled it."""
    world = field.world
    order = new_order(world, field.rng, buyer(field, channel, i), field.nights[0] - timedelta(days=5, hours=i))
    order.lines = [priced_line(world, order, goods_for(field, channel, 1)[0], Decimal(1))]
    order.cancelled_at = order.created + timedelta(hours=3)
    give_prefix(order, channel, f"8{world.number('cancelled by hand', 100001)}")
    field.use(order)
    note = "cancelled in Khaos"
    field.truth.decoy(field.always(), "ORD-04", f"{channel}>khaos", order.reference, note=note)


def waits_for_its_date(field: Field, channel: str, i: int) -> None:
    """At one stage night after night: it waits for its date."""
    del i
    order = waiting(field, channel)
    order.stages = (17,)
    field.truth.decoy(field.always(), "ORD-13", f"khaos>{channel}", order.key, note="it waits for its date")


def before_the_window(field: Field, channel: str, i: int) -> None:
    """In turn: older than the import window; placed before the channel's start date."""
    days = 100 if i % 2 == 0 else 400
    found, _ = new_on_channel(field, channel, buyer(field, channel, 0), goods_for(field, channel, 1), hours=days * 24)
    note = f"placed {days} days ago"
    field.truth.decoy(field.always(), "ORD-01", f"{channel}>khaos", found.key, note=note)


# OroCommerce


def _of_unused_buyer(field: Field, order: Order) -> bool:
    """An order of OroCommerce by an account on which nothing is planted."""
    return field.is_unused(order.customer) and matched_on("orocommerce")(field, order)


def on_a_branch(field: Field, channel: str, i: int) -> None:
    """22: booked on a configured branch of the customer."""
    del i
    order = field.order(_of_unused_buyer, alone=True)
    right = order.customer
    field.use(right)
    other = take(field, lambda c: is_trade(c) and c is not right and not c.on_stop, "a trade account")
    field.world.branches.append(sorted([right.code, other.code]))
    order.customer = other
    note = f"22: {other.code} is a branch of {right.code}"
    field.truth.decoy(field.visible(order.created), "CUS-03", f"{channel}>khaos", order.key, note=note)


def branches_of_one_another(field: Field, channel: str, i: int) -> None:
    """22: branches share a VAT number."""
    del channel, i
    one, other = (take(field, is_trade, "a trade account") for _ in range(2))
    other.vat_number = one.vat_number
    codes = sorted([one.code, other.code])
    field.world.branches.append(codes)
    field.truth.decoy(field.always(), "CUS-01", "khaos", codes[0], note=f"22: a branch of {codes[1]}")


def profile_changed_today(field: Field, channel: str, i: int) -> None:
    """The terms of an account changed ten hours before the last night."""
    del channel
    customer = take(field, is_trade, "a trade account")
    organisation, night = customer.organisation, len(field.nights) - 1
    assert organisation is not None
    terms = next(t for t in TERMS.values() if t != customer.terms)
    moment = field.nights[night] - timedelta(hours=10, minutes=i)

    def change() -> None:
        customer.terms, customer.updated_at = terms, moment

    field.world.on_night(night, change)
    field.truth.decoy([night], "CUS-04", SHOP_PAIR, str(organisation.number), note="2: changed ten hours ago")
