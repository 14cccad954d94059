"""Which of the orders that Khaos has came from a channel, and what that channel has of them, agreeing to the penny.

Retail orders come from SCAYLE, trade orders from OroCommerce; some came by telephone all the same, and what a channel
could not have sold (parts of a unit, goods it does not list, a tax code that is not its market's) did as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from khaos_assets.sandbox.worlds import vocabulary as words
from khaos_assets.sandbox.worlds.amounts import LineMoney, line_money, method_of
from khaos_assets.sandbox.worlds.channel_lines import fill, is_goods
from khaos_assets.sandbox.worlds.channel_orders import ChannelLine, ChannelOrder
from khaos_assets.sandbox.worlds.fulfilment import parcels_of
from khaos_assets.sandbox.worlds.markets import PREFIXES, Market, markets_of
from khaos_assets.sandbox.worlds.model import Customer, Line, Order, World

IMPORTED_AFTER = timedelta(minutes=5)
_CLASSES = {"Retail": "scayle", "Trade": "orocommerce"}
_FORCED_SHIPMENT = timedelta(days=13)
"""SCAYLE closes what nobody ships within 14 days as shipped."""
_MOST_UNITS = 60
_FIRST = {"scayle": 700001, "orocommerce": 5001}
"""Where a channel's own order ids begin."""


def take_in(world: World) -> None:
    """Give every order that came from a channel its channel order and prefix; dispatches and credit notes follow."""
    notes: dict[str, list[Order]] = {}
    for note in world.orders:
        if note.is_credit:
            notes.setdefault(note.reference, []).append(note)
    rngs = {c: Random(f"{world.seed}/orders/{c}") for c in PREFIXES}
    for order in sorted(world.orders, key=lambda o: (o.created, o.code)):
        market = market_of(world, order.customer)
        if order.is_credit or not order.reference or market is None:
            continue
        by_telephone = rngs[market.channel].random() < 0.06
        if by_telephone or not could_sell(world, market, order):
            continue
        found, returned = channel_order(world, market, order), notes.get(order.reference, [])
        if market.channel == "scayle" and not all(_return(found, n, method_of(world, order)) for n in returned):
            continue
        join(world, order, found, returned)
    _tests_with_a_prefix(world)


def market_of(world: World, customer: Customer) -> Market | None:
    """The market a customer buys in, if a channel of this world has one."""
    channel = _CLASSES.get(customer.company_class, "")
    country = words.COUNTRIES.get(customer.country, ("",))[0]
    fits = (m for m in markets_of(world, channel) if m.country in ("", country) and m.currency == customer.currency)
    return next(fits, None)


def could_sell(world: World, market: Market, order: Order) -> bool:
    if not order.ordered() or any(_tax(market, x) != str(x.tax_code) for x in order.lines):
        return False
    goods = [x for x in order.lines if is_goods(x)]
    if any(x.item is None or market.channel not in x.item.listings for x in goods):
        return False
    if market.channel == "scayle":
        last = world.nights[-1].as_of
        waits = not order.invoices and order.cancelled_at is None and order.created < last - _FORCED_SHIPMENT
        whole = all(x.quantity == x.quantity.to_integral_value() for x in goods)
        return whole and not waits and sum(x.quantity for x in goods) <= _MOST_UNITS
    return True


def _tax(market: Market, line: Line) -> str:
    """The Khaos tax code that belongs to a line there."""
    return market.tax_codes[format(line.item.vat_percent, "f") if line.item is not None else "20"]


def channel_order(world: World, market: Market, order: Order) -> ChannelOrder:
    """What the channel has of a Khaos order, which it took in a few minutes earlier."""
    number, reference = world.number(f"{market.channel} order", _FIRST[market.channel]), order.reference
    if market.channel == "scayle" and number % 12 == 0:
        reference = None
    elif market.channel == "orocommerce" and order.reference.startswith("W"):
        reference = f"B{order.reference[1:]}"
    created = order.created - IMPORTED_AFTER
    found = ChannelOrder(
        channel=market.channel,
        number=number,
        reference=reference,
        market=market,
        customer=order.customer,
        created=created,
        confirmed=created + timedelta(minutes=2) if market.channel == "scayle" else None,
        lines=[],
        delivery_net=order.delivery_net,
        delivery_vat=order.delivery_gross - order.delivery_net,
        organisation=order.customer.organisation,
    )
    fill(found, order.lines, method_of(world, order))
    if order.cancelled_at is not None:
        found.cancelled_at = order.cancelled_at - timedelta(minutes=10)
    found.parcels = [p for invoice in order.invoices for p in parcels_of(order, invoice)]
    return found


def _return(found: ChannelOrder, note: Order, method: str) -> bool:
    """Let the units that a credit note names come back; False where it credits what the order does not have."""
    at = note.created - timedelta(hours=1)
    if not found.parcels or found.parcels[0].at >= at:
        return False
    for credited in note.lines:
        line = next((x for x in found.lines if x.item is credited.item and x.returned_at is None), None)
        if line is None or credited.item is None or credited.quantity > line.units:
            return False
        money = line_money(credited, method)
        share = Fraction(credited.quantity) / Fraction(line.units)
        if abs(Fraction(money.net + money.vat) - Fraction(line.gross) * share) > (
            0 if share == 1 else Fraction(1, 100)
        ):
            return False
        if share < 1:
            line = _split(found, line, credited.quantity, money)
        line.returned_at = at
    return True


def _split(found: ChannelOrder, line: ChannelLine, units: Decimal, money: LineMoney) -> ChannelLine:
    """Part of a line as a line of its own, with this money."""
    part = replace(line, units=units, net=money.net, vat=money.vat, full_net=money.net, full_vat=money.vat)
    line.units -= units
    line.net, line.vat = line.net - part.net, line.vat - part.vat
    line.full_net, line.full_vat = line.full_net - part.full_net, line.full_vat - part.full_vat
    found.lines.append(part)
    return part


def join(world: World, order: Order, found: ChannelOrder, notes: Sequence[Order] = ()) -> None:
    """Let an order and its credit notes be known to have come from the channel."""
    order.channel, found.order = found, order
    world.channel_orders.append(found)
    for each in (order, *notes):
        give_prefix(each, found.channel, found.key)


def give_prefix(order: Order, channel: str, key: str) -> None:
    """Let Khaos and WAIR know the order by the channel's reference."""
    order.prefix = PREFIXES[channel]
    order.reference = f"{order.prefix}{key}"
    for dispatch in order.dispatches:
        dispatch.reference = order.reference


def _tests_with_a_prefix(world: World) -> None:
    """Every other order of a test account looks like a channel's; no channel has it."""
    tests = [o for o in world.orders if o.customer.company_class == "Test" and o.reference and not o.is_credit]
    channels = [c for c in PREFIXES if c in world.systems]
    for n, order in enumerate(tests):
        if channels and n % 2 == 0:
            give_prefix(order, channels[n // 2 % len(channels)], f"T{order.code[2:]}")
