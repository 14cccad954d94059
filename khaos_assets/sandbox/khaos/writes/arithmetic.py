"""How Khaos computes an order line: the workbook's two methods, and the guide's short rule (contract khaos, 3.8).

All money is Decimal; rounding is half away from zero, to two decimals, per line.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

PENNY = Decimal("0.01")
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Amount:
    """Net and VAT of a line or an order, in the order's currency."""

    net: Decimal
    vat: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.net + other.net, self.vat + other.vat)


NOTHING = Amount(Decimal(0), Decimal(0))


def pennies(value: Decimal) -> Decimal:
    """R of the contract: ROUND_HALF_UP of the decimal module rounds half away from zero."""
    return value.quantize(PENNY, ROUND_HALF_UP)


def gross_line(quantity: Decimal, unit_gross: Decimal, discount_percent: Decimal, vat_percent: Decimal) -> Amount:
    """The gross method: net is taken out of the gross price, rounded twice."""
    divisor = 1 + vat_percent / HUNDRED
    price = quantity * unit_gross
    discount = pennies(price * discount_percent / HUNDRED)
    net = pennies(pennies(pennies(price) / divisor) - discount / divisor)
    return Amount(net, pennies(price - discount - net))


def net_line(quantity: Decimal, unit_net: Decimal, discount_percent: Decimal, vat_percent: Decimal) -> Amount:
    """The net method: VAT is put on top."""
    price = quantity * unit_net
    net = pennies(price - pennies(price * discount_percent / HUNDRED))
    return Amount(net, pennies(net * vat_percent / HUNDRED))


def short_line(quantity: Decimal, unit_net: Decimal, discount_percent: Decimal, vat_percent: Decimal) -> Amount:
    """The guide's short rule: the unit price is rounded, and VAT taken on it (switch `unit_rounding`)."""
    unit = pennies(unit_net * (1 - discount_percent / HUNDRED))
    return Amount(unit * quantity, pennies(unit * vat_percent / HUNDRED * quantity))
