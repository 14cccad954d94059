"""The lines of a Khaos order as a channel has them, agreeing to the penny."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from khaos_assets.sandbox.worlds.amounts import TAX_PERCENT, line_money, to_penny
from khaos_assets.sandbox.worlds.channel_amounts import legal_vat
from khaos_assets.sandbox.worlds.channel_orders import ChannelLine, ChannelOrder, Fee
from khaos_assets.sandbox.worlds.model import Kind, Line
from khaos_assets.sandbox.worlds.units import CASE, UNITS, units_of


def is_pack_child(line: Line) -> bool:
    """Khaos added it to a pack; no channel knows it."""
    return line.pack_sort.endswith(".002")


def is_goods(line: Line) -> bool:
    """Neither free-form, nor a fee, nor a child of a pack."""
    return line.item is not None and line.item.kind is not Kind.NON_STOCK and not is_pack_child(line)


def fill(found: ChannelOrder, lines: Sequence[Line], method: str) -> None:
    """Give a channel order the lines of a Khaos order of that method."""
    kept = [x for x in lines if not is_pack_child(x)]
    if found.channel == "scayle":
        found.lines = [_item_line(x, method) for x in kept if is_goods(x)]
        found.fees = [_fee(x, method) for x in kept if not is_goods(x)]
        return
    found.lines = [_row(x, by_case=found.number % 2 == 0) for x in kept]
    # Rows are not rounded; the VAT is their sum's, unless Khaos could not have got that.
    vat, ways = sum((line_money(x, method).vat for x in kept), Decimal("0.00")), legal_vat(found.lines)
    found.vat = ways[1] if vat in ways else vat


def _item_line(line: Line, method: str) -> ChannelLine:
    money, full = line_money(line, method), line_money(replace(line, discount=Decimal(0)), method)
    percent = Decimal(TAX_PERCENT[line.tax_code])
    return ChannelLine(line.item, line.quantity, money.net, money.vat, full.net, full.vat, percent)


def _fee(line: Line, method: str) -> Fee:
    money = line_money(line, method)
    return Fee(line.item.code if line.item is not None else "handling", money.net, money.vat)


def _row(line: Line, *, by_case: bool) -> ChannelLine:
    percent = Decimal(TAX_PERCENT[line.tax_code])
    full = line.quantity * line.price
    net = full - to_penny(Fraction(full) * Fraction(line.discount) / 100)
    row = ChannelLine(line.item, line.quantity, net, net * percent / 100, full, full * percent / 100, percent)
    row.description = line.description
    if by_case and line.item is not None and CASE in units_of(line.item) and line.quantity % UNITS[CASE] == 0:
        row.unit = CASE
    return row
