"""What an imported order is worth in Khaos, by its customer class's method (contract khaos, 3.8)."""

from __future__ import annotations

from decimal import Decimal

from khaos_assets.sandbox.khaos.installation import Installation, Record, number
from khaos_assets.sandbox.khaos.markup import at
from khaos_assets.sandbox.khaos.writes.arithmetic import (
    HUNDRED,
    NOTHING,
    PENNY,
    Amount,
    gross_line,
    net_line,
    pennies,
    short_line,
)
from khaos_assets.sandbox.khaos.writes.order_checks import vat_percent
from khaos_assets.sandbox.khaos.writes.outcomes import Reason, Refused

_DELIVERY_VAT = Decimal(20)


def computes_net(khaos: Installation, company_class: str) -> bool:
    """Gross unless the world's `company_classes` say `"_method": "net"`; the switch `calc_method` turns a class (or
    all of them) over to `method` (net)."""
    switch = khaos.switches.on("calc_method")
    if switch is not None and switch.get("class", company_class) == company_class:
        return switch.get("method", "net") == "net"
    record = khaos.find("company_classes", "Name", company_class)
    return record is not None and record.get("_method") == "net"


def line_amount(khaos: Installation, line: Record, item: Record, *, net_method: bool) -> Amount:
    """Net and VAT of one line in the order's currency. PRICE_NET wins over PRICE_GRS; neither: the item's price."""
    rate, quantity = vat_percent(line, item), number(line.get("ORDER_QTY"))
    discount, divisor = number(at(line, "KSD_DISCOUNT")), 1 + rate / HUNDRED
    if at(line, "PRICE_NET"):
        unit_net = number(at(line, "PRICE_NET"))
        unit_gross = pennies(unit_net * divisor)
    else:
        own_is_net = at(item, "SELL_PRICE/@IS_NET") != "0"
        given = at(line, "PRICE_GRS")
        price = number(given or at(item, "SELL_PRICE"))
        if not given and own_is_net:
            unit_net, unit_gross = price, pennies(price * divisor)
        else:
            unit_net, unit_gross = pennies(price / divisor), price
    if khaos.switches.on("unit_rounding") is not None:
        return short_line(quantity, unit_net, discount, rate)
    if net_method:
        return net_line(quantity, unit_net, discount, rate)
    return gross_line(quantity, unit_gross, discount, rate)


def delivery_amount(order: Record) -> Amount:
    """Delivery is taken as VATable at the standard rate; -1 = none, 0 or blank = free."""
    net, gross = at(order, "ORDER_HEADER/DELIVERY_NET"), at(order, "ORDER_HEADER/DELIVERY_GRS")
    if net and number(net) > 0:
        tax = at(order, "ORDER_HEADER/DELIVERY_TAX")
        return Amount(number(net), number(tax) if tax else pennies(number(net) * _DELIVERY_VAT / HUNDRED))
    if gross and number(gross) > 0:
        without = pennies(number(gross) / (1 + _DELIVERY_VAT / HUNDRED))
        return Amount(without, number(gross) - without)
    return NOTHING


def check_total(order: Record, total: Decimal) -> None:
    """ORDER_AMOUNT is checked against Khaos's own total; more than a penny off refuses the order (effect assumed)."""
    given = at(order, "ORDER_HEADER/ORDER_AMOUNT")
    if given and abs(number(given) - total) > PENNY:
        raise Refused(Reason.TOTAL_MISMATCH, f"ORDER_AMOUNT {given} is not {total}")
