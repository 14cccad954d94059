"""The catalogue's money on channel orders: what open orders carry of an item, and the legal ways to round VAT."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from khaos_assets.sandbox.worlds.amounts import rate_to_gbp, to_penny
from khaos_assets.sandbox.worlds.channel_orders import ChannelLine
from khaos_assets.sandbox.worlds.model import Item, World
from khaos_assets.sandbox.worlds.positions import is_open


def channel_line_net(world: World, channel: str, item: Item, as_of: datetime) -> Fraction:
    """Line net of an item on those of the channel's orders that are open in Khaos, in GBP, not rounded."""
    total = Fraction(0)
    for order in world.channel_orders:
        if order.channel != channel or order.order is None:
            continue
        nets = [x.net for x in order.live_lines() if x.item is item]
        if nets and is_open(order.order, as_of):
            total += Fraction(sum(nets, Decimal(0))) * rate_to_gbp(world, order)
    return total


def legal_vat(lines: Sequence[ChannelLine]) -> tuple[Decimal, Decimal]:
    """The VAT of lines by the two legal ways of rounding: each line, and the sum per rate."""
    rates: dict[Decimal, Decimal] = {}
    for line in lines:
        rates[line.vat_percent] = rates.get(line.vat_percent, Decimal(0)) + line.net
    each = sum((to_penny(x.net * x.vat_percent / 100) for x in lines), Decimal("0.00"))
    return each, sum((to_penny(net * rate / 100) for rate, net in rates.items()), Decimal("0.00"))
