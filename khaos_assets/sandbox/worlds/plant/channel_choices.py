"""Which channel orders, and goods for new ones, are fit for which difference: what planters ask of the field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache

from khaos_assets.sandbox.worlds.channel_intake import channel_order, join, market_of
from khaos_assets.sandbox.worlds.channel_orders import ChannelOrder
from khaos_assets.sandbox.worlds.model import Customer, Item, Kind, Order
from khaos_assets.sandbox.worlds.orders import new_order, priced_line
from khaos_assets.sandbox.worlds.plant.choices import live_item, plain_order, shipped_order, waiting_order
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError, PlantError
from khaos_assets.sandbox.worlds.plant.listed import alone_on, is_live

Wanted = Callable[[Field, Order], bool]
LONG_AGO = timedelta(days=3)
"""Older than any grace on the first night."""


def of(channel: str, order: Order) -> bool:
    """It came from that channel, which did not cancel it."""
    found = order.channel
    return found is not None and found.channel == channel and found.cancelled_at is None


def said(wanted: Wanted, words: str) -> Wanted:
    wanted.__doc__ = words
    return wanted


@cache
def matched_on(channel: str) -> Wanted:
    """A plain order, whatever became of it."""

    def wanted(field: Field, order: Order) -> bool:
        return plain_order(field, order) and of(channel, order) and order.reference not in field.credited

    return said(wanted, f"an order of {channel}, not cancelled, not credited")


@cache
def at_home_on(channel: str) -> Wanted:
    """The same with VAT at the standard rate on every line, goods of more than twenty pounds, no discount."""

    def wanted(field: Field, order: Order) -> bool:
        found = order.channel
        return (
            matched_on(channel)(field, order)
            and found is not None
            and found.market.is_home
            and not found.fees
            and all(x.item is not None and x.item.stocked for x in order.lines)
            and all(x.tax_code == 1 and not x.discount for x in order.lines)
            and found.items_net() > Decimal(20)
        )

    return said(wanted, f"an order of {channel} at the standard rate, without discounts")


@cache
def abroad_on(channel: str) -> Wanted:
    """An order of a market abroad."""

    def wanted(field: Field, order: Order) -> bool:
        found = order.channel
        return (
            matched_on(channel)(field, order)
            and found is not None
            and not found.market.is_home
            and all(x.item is not None and x.item.stocked and x.item.vat_percent == 20 for x in order.lines)
        )

    return said(wanted, f"an order of {channel} from abroad")


@cache
def waiting_on(channel: str) -> Wanted:
    """An open order of which nothing is sent."""

    def wanted(field: Field, order: Order) -> bool:
        old = order.created < field.nights[0] - LONG_AGO
        return waiting_order(field, order) and old and matched_on(channel)(field, order)

    return said(wanted, f"an open order of {channel}, at least three days old, of which nothing is sent")


@cache
def shipped_on(channel: str) -> Wanted:
    """An order sent whole in one tracked parcel, days before the first night."""

    def wanted(field: Field, order: Order) -> bool:
        return (
            shipped_order(field, order)
            and matched_on(channel)(field, order)
            and order.carrier not in field.world.untracked
            and order.invoices[0].at < field.nights[0] - LONG_AGO
        )

    return said(wanted, f"an order of {channel}, sent in one tracked parcel at least three days ago")


def new_on_channel(
    field: Field, channel: str, customer: Customer, items: list[Item], *, at_night: int = 0, hours: int = 30
) -> tuple[ChannelOrder, Order]:
    """An order that the channel took `hours` before a night, and the Khaos order it should have become (in nobody's
    books: see `import_later`). Two of each item."""
    world = field.world
    created = field.nights[at_night] - timedelta(hours=hours)
    order = new_order(world, field.rng, customer, created)
    world.orders.pop()
    order.lines = [priced_line(world, order, item, Decimal(2)) for item in items]
    market = market_of(world, customer)
    if market is None or market.channel != channel:
        raise PlantError(f"{customer.code} does not buy on {channel}")
    found = channel_order(world, market, order)
    world.channel_orders.append(found)
    field.use(order)
    return found, order


@cache
def several_waiting_on(channel: str) -> Wanted:
    """The same with several lines."""

    def wanted(field: Field, order: Order) -> bool:
        return len(order.ordered()) > 1 and waiting_on(channel)(field, order)

    return said(wanted, f"an open order of {channel} with several lines")


def waiting(field: Field, channel: str, *, several: bool = False) -> Order:
    """An open order of the channel of which nothing is sent; where there is no further one it is placed, days ago."""
    try:
        return field.order(several_waiting_on(channel) if several else waiting_on(channel))
    except NotEnoughError:
        n = field.world.number(f"waiting on {channel}", 0)
        items = goods_for(field, channel, 2 if several else 1 + n % 2)
        found, order = new_on_channel(field, channel, buyer(field, channel, n), items, hours=80 + 13 * (n % 11))
        import_later(field, found, order, order.created)
        order.waiting_stage = 18
        return order


def import_later(field: Field, found: ChannelOrder, order: Order, at: datetime) -> None:
    """Khaos takes the order in at that instant; the goods are there for it."""
    order.created = at
    field.world.orders.append(order)
    field.world.channel_orders.remove(found)
    join(field.world, order, found)
    for line in order.lines:
        if line.item is not None:
            field.stock_up(line.item, order.location, 8)


def buyer(field: Field, channel: str, n: int) -> Customer:
    """Somebody who buys there, not on stop; of SCAYLE every fourth one lives abroad where anybody does."""
    wanted = "Retail" if channel == "scayle" else "Trade"
    people = [c for c in field.world.customers if c.company_class == wanted and _can_buy(field, c)]
    abroad = [c for c in people if c.currency != "GBP"]
    people = abroad if n % 4 == 3 and abroad else [c for c in people if c.currency == "GBP"]
    if not people:
        raise NotEnoughError(f"nobody who buys on {channel}")
    return people[n * 7 % len(people)]


def _can_buy(field: Field, customer: Customer) -> bool:
    """Nobody planted anything on it, and list prices carry the VAT that goods have in its market."""
    if customer.on_stop or not field.is_unused(customer):
        return False
    if customer.company_class == "Trade" and customer.organisation is None:
        return False
    market = market_of(field.world, customer)
    return market is not None and (market.is_home or market.currency != "GBP")


def goods_for(field: Field, channel: str, count: int) -> list[Item]:
    """Unused goods that the channel sells in whole units; those that stand on none of its orders come first."""
    found: list[Item] = []
    while len(found) < count:
        try:
            item = field.item(alone_on(channel))
        except NotEnoughError:
            item = field.item(sold_alone_on(channel))
        if item.by_the_metre:
            field.put_back(item)
        else:
            found.append(item)
    return found


@cache
def sold_alone_on(channel: str) -> Callable[[Field, Item], bool]:
    """A simple item in no pack that is live there."""

    def wanted(field: Field, item: Item) -> bool:
        simple = item.kind is Kind.SIMPLE and not field.is_linked(item)
        return simple and live_item(field, item) and is_live(item, channel)

    wanted.__doc__ = f"a simple item in no pack that is live on {channel}"
    return wanted
