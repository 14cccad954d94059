"""The catalogue's money, computed exactly: cost, price, line net, order net. Rounded once, at the end, half up.

Independent of the product: fractions here, SQL there. Amounts are GBP.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from khaos_assets.sandbox.worlds.clock import london_date
from khaos_assets.sandbox.worlds.model import Order

if TYPE_CHECKING:
    from khaos_assets.sandbox.worlds.channel_orders import ChannelOrder
    from khaos_assets.sandbox.worlds.model import Item, Line, World

PENNY = Decimal("0.01")
TAX_PERCENT = {1: 20, 2: 0, 4: 5}


def to_penny(value: Fraction | Decimal) -> Decimal:
    """Two places, half away from zero."""
    if isinstance(value, Decimal):
        return value.quantize(PENNY, ROUND_HALF_UP)
    return Decimal(_half_up(value.numerator * 100, value.denominator)).scaleb(-2)


@dataclass(frozen=True, slots=True)
class LineMoney:
    """A line after discount, in the order's currency, two places."""

    net: Decimal
    vat: Decimal


def line_money(line: Line, method: str) -> LineMoney:
    """Contract khaos 3.8: the workbook's arithmetic, in the method of the customer's class.

    Whole numbers: price in 1/10,000, quantity in 1/100,000, their product in billionths; discount, net, VAT in pence.
    """
    percent = TAX_PERCENT[line.tax_code]
    factor = 100 + percent
    unit = int(line.price * 10**4)
    if method == "gross" and line.price_is_net:
        unit = _half_up(unit * factor, 10**4) * 100
    elif method == "net" and not line.price_is_net:
        unit = _half_up(unit, factor) * 100
    extended = int(line.quantity * 10**5) * unit
    discount = _half_up(extended * int(line.discount * 10**4), 10**13) if line.discount else 0
    if method == "net":
        net = _half_up(extended - discount * 10**7, 10**7)
        vat = _half_up(net * percent, 100)
    else:
        before = _half_up(_half_up(extended, 10**7) * 100, factor)
        net = _half_up(before * factor - discount * 100, factor)
        vat = _half_up(extended - (discount + net) * 10**7, 10**7)
    return LineMoney(Decimal(net).scaleb(-2), Decimal(vat).scaleb(-2))


def _half_up(number: int, by: int) -> int:
    """number ÷ by, half away from zero."""
    whole = (2 * abs(number) + by) // (2 * by)
    return whole if number >= 0 else -whole


def cost(item: Item) -> Fraction | None:
    """Khaos BUY_PRICE made net; None where there is none."""
    if item.buy_price is None:
        return None
    return _net(item.buy_price, item.buy_is_net, item.vat_percent)


def pack_cost(item: Item) -> Fraction:
    """A parent's own cost, else the sum of its components'."""
    own = cost(item)
    if own is not None:
        return own
    return sum(((cost(c) or Fraction(0)) * Fraction(q) for c, kind, q in item.links if kind == 3), Fraction(0))


def price(item: Item) -> Fraction:
    """SELL_PRICE_WEB, else SELL_PRICE, made net; a style child without its own takes its parent's."""
    own = item.web_price if item.web_price is not None else item.sell_price
    if own is None and item.parent is not None:
        return price(item.parent)
    return _net(own or Decimal(0), item.sell_is_net, item.vat_percent)


def _net(value: Decimal, is_net: bool, vat_percent: Decimal) -> Fraction:
    if is_net:
        return Fraction(value)
    number, by = value.as_integer_ratio()
    percent, of = vat_percent.as_integer_ratio()
    return Fraction(number * 100 * of, by * (100 * of + percent))


def rate_to_gbp(world: World, order: Order | ChannelOrder) -> Fraction:
    """GBP for one unit of the order's currency, in the London month in which it was created."""
    if order.currency == "GBP":
        return Fraction(1)
    return Fraction(world.rates[london_date(order.created).strftime("%Y-%m")][order.currency])


def method_of(world: World, order: Order) -> str:
    return world.arithmetic[order.customer.company_class]


def line_net(world: World, order: Order, units: Mapping[Item, Decimal]) -> Fraction:
    """Line net of so many units per item of the order, in GBP, not rounded. An item not on the order: at cost."""
    method, total = method_of(world, order), Fraction(0)
    rate = rate_to_gbp(world, order)
    for item, wanted in units.items():
        lines = [x for x in order.lines if x.item is item]
        if not lines:
            total += Fraction(wanted) * (cost(item) or Fraction(0))
            continue
        quantity = sum((x.quantity for x in lines), Decimal(0))
        net = sum((line_money(x, method).net for x in lines), Decimal(0))
        total += Fraction(net) / Fraction(quantity) * Fraction(wanted) * rate
    return total


def order_totals(world: World, order: Order) -> tuple[Decimal, Decimal]:
    """Items net and gross, in the order's currency."""
    method = method_of(world, order)
    money = [line_money(x, method) for x in order.lines]
    net = sum((m.net for m in money), Decimal("0.00"))
    return net, net + sum((m.vat for m in money), Decimal("0.00"))


def order_net(world: World, order: Order | ChannelOrder) -> Fraction:
    """Items and delivery without VAT, in GBP, not rounded: the channel's figures where the order came from one."""
    if isinstance(order, Order):
        return khaos_net(world, order) if order.channel is None else order_net(world, order.channel)
    return Fraction(order.net()) * rate_to_gbp(world, order)


def khaos_net(world: World, order: Order) -> Fraction:
    """The same as Khaos has it, whatever the channel says."""
    return Fraction(order_totals(world, order)[0] + order.delivery_net) * rate_to_gbp(world, order)
