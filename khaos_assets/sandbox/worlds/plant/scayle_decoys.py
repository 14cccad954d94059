"""Legal differences of SCAYLE alone: money, confirmations, returns. Numbers are those of the catalogue's list."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from khaos_assets.sandbox.worlds.amounts import line_money, method_of, to_penny
from khaos_assets.sandbox.worlds.channel_orders import ChannelLine
from khaos_assets.sandbox.worlds.model import Order
from khaos_assets.sandbox.worlds.orders import credit_note
from khaos_assets.sandbox.worlds.plant.channel_choices import at_home_on, buyer, goods_for, new_on_channel, shipped_on
from khaos_assets.sandbox.worlds.plant.channel_decoys import make_all
from khaos_assets.sandbox.worlds.plant.channel_fulfilment import channel_of
from khaos_assets.sandbox.worlds.plant.field import Field
from khaos_assets.sandbox.worlds.plant.registry import plants


@plants("decoys", usual=3, order=9, needs=["scayle"])
def decoys_of_scayle(field: Field, n: int) -> None:
    """The same, of what only SCAYLE has."""
    make_all(field, "scayle", n, (rounded_otherwise, voucher_on_one_item, never_confirmed, back_since_today))
    make_all(field, "scayle", n, (all_came_back,))


def _rounds_otherwise(field: Field, order: Order) -> bool:
    """An order of single units whose VAT is another one when it is rounded once."""
    found = order.channel
    if found is None or not at_home_on("scayle")(field, order) or any(x.units != 1 for x in found.lines):
        return False
    return _rounded_once(found.lines) != found.items_vat()


def _rounded_once(lines: list[ChannelLine]) -> Decimal:
    gross = sum((x.gross for x in lines), Decimal(0))
    return gross - to_penny(Fraction(gross) * 5 / 6)


def rounded_otherwise(field: Field, channel: str, i: int) -> None:
    """1: the older calculator adds up first and rounds once."""
    del i
    order = field.order(_rounds_otherwise, alone=True)
    found = channel_of(order)
    found.vat = _rounded_once(found.lines)
    note = "1: rounded once, Khaos rounds each line"
    for code in ("FIN-01", "FIN-04"):
        field.truth.decoy(field.visible(order.created), code, f"{channel}>khaos", order.key, note=note)


def _fit_for_a_voucher(field: Field, order: Order) -> bool:
    """An order of two lines or more with a single unit that costs more than twelve pounds."""
    found = order.channel
    dear = found is not None and any(x.units == 1 and x.gross > 12 for x in found.lines)
    return dear and len(order.lines) > 1 and at_home_on("scayle")(field, order)


def voucher_on_one_item(field: Field, channel: str, i: int) -> None:
    """8: an absolute voucher of five pounds lies on one item there and is spread over the lines in Khaos."""
    del i
    order = field.order(_fit_for_a_voucher, alone=True)
    found, method = channel_of(order), method_of(field.world, order)
    _spread(order, Decimal("5.00"))
    right = [line_money(x, method) for x in order.lines]
    item = next(x for x in found.lines if x.units == 1 and x.gross > 12)
    net = sum((x.net for x in found.lines), Decimal(0)) - sum((m.net for m in right), Decimal(0))
    vat = sum((x.vat for x in found.lines), Decimal(0)) - sum((m.vat for m in right), Decimal(0))
    item.net, item.vat, item.voucher = item.net - net, item.vat - vat, (net, vat)
    note = "8: a voucher on one item, spread in Khaos"
    for code in ("FIN-03", "FIN-10"):
        field.truth.decoy(field.visible(order.created), code, f"{channel}>khaos", order.key, note=note)


def _spread(order: Order, off: Decimal) -> None:
    """As discounts in percent that come to the same amount, the odd pennies on the last line."""
    sums = [line.quantity * line.price for line in order.lines]
    left = off
    for line, amount in zip(order.lines, sums, strict=True):
        share = to_penny(off * amount / sum(sums)) if line is not order.lines[-1] else left
        left -= share
        line.discount = (share * 100 / amount).quantize(Decimal("0.0001"))


def never_confirmed(field: Field, channel: str, i: int) -> None:
    """Its payment is still pending: it is not confirmed, and so not to be taken in."""
    found, _ = new_on_channel(field, channel, buyer(field, channel, i), goods_for(field, channel, 1), hours=50 + i)
    found.confirmed = None
    field.truth.decoy(field.always(), "ORD-01", f"{channel}>khaos", found.key, note="not confirmed")


def back_since_today(field: Field, channel: str, i: int) -> None:
    """2: goods came back ten hours ago; the credit note follows next day."""
    night = i % len(field.nights)
    order, as_of = field.order(shipped_on(channel), alone=True), field.nights[night]
    channel_of(order).lines[0].returned_at = as_of - timedelta(hours=10)
    note = credit_note(field.world, order, as_of + timedelta(hours=9), returned=False)
    note.prefix = order.prefix
    field.truth.decoy([night], "ORD-12", f"{channel}>khaos", order.key, note="2: came back ten hours ago")


def _wholly_credited(field: Field, order: Order) -> bool:
    """An order of one line with delivery, sent long ago."""
    paid = order.delivery_gross > 0
    return paid and len(order.lines) == 1 and shipped_on("scayle")(field, order)


def all_came_back(field: Field, channel: str, i: int) -> None:
    """Everything was refunded, and Khaos credited the delivery as well."""
    del i
    order = field.order(_wholly_credited, alone=True)
    at = order.invoices[0].at + timedelta(hours=30)
    channel_of(order).lines[0].returned_at = at
    note = credit_note(field.world, order, at + timedelta(hours=1), returned=False)
    note.prefix = order.prefix
    note.delivery_gross, note.delivery_net = order.delivery_gross, order.delivery_net
    field.truth.decoy(field.always(), "FIN-09", f"{channel}>khaos", order.key, note="delivery was credited as well")
