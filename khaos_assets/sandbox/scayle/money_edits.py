"""What switches do to the amounts of an order: the two calculators, an odd delivery rate, prices set outside SCAYLE.

Amounts are minor units; rates on an order are fractions. Contract scayle, 3.7, 3.8 and 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Record = dict[str, Any]
Part = tuple[Decimal, Decimal]
"""Gross in minor units, and the rate it contains."""


def net_by_line(order: Record) -> Record:
    """Calculator v1: every line is rounded, then summed."""
    return _with_net(order, sum((_whole(gross / (1 + rate)) for gross, rate in _parts(order)), Decimal()))


def net_at_once(order: Record) -> Record:
    """The deprecated calculator: everything is summed, then rounded once."""
    return _with_net(order, _whole(sum((gross / (1 + rate) for gross, rate in _parts(order)), Decimal())))


def delivery_at(order: Record, rate: Decimal) -> Record:
    """The delivery fee carries another rate: its net and the order's follow, the gross stays."""
    cost = dict(order.get("cost") or {})
    fees = [dict(fee) for fee in cost.get("appliedFees") or ()]
    for fee in fees:
        if fee.get("category") == "delivery" and "withTax" in fee.get("amount", {}):
            amount = dict(fee["amount"])
            net = _whole(_decimal(amount["withTax"]) / (1 + rate))
            moved = net - _decimal(amount.get("withoutTax", 0))
            fee["amount"] = amount | {"withoutTax": int(net)}
            fee["tax"] = {"vat": {"amount": _amount(_decimal(amount["withTax"]) - net), "rate": rate}}
            cost["appliedFees"] = fees
            order = _with_net(order | {"cost": cost}, _decimal(cost.get("withoutTax", 0)) + moved)
            cost = order["cost"]
    return order


def priced_outside(order: Record) -> Record:
    """`hasExternalPrices`: no net, no tax, no reductions, nothing to compare with."""
    items = [dict(item) for item in order.get("items") or ()]
    for item in items:
        price = item.get("price") or {}
        item["price"] = {k: v for k, v in price.items() if k in ("withTax", "overrideWithTax", "overrideWithoutTax")}
    cost = {k: v for k, v in (order.get("cost") or {}).items() if k in ("withTax", "costCapture", "appliedFees")}
    fees = [fee | {"amount": {"withTax": fee.get("amount", {}).get("withTax")}} for fee in cost.get("appliedFees", ())]
    for fee in fees:
        fee.pop("tax", None)
    return order | {"items": items, "cost": cost | {"appliedFees": fees, "hasExternalPrices": True}}


def _parts(order: Record) -> Iterator[Part]:
    """Everything the order's gross is made of; what neither line nor fee explains has the first line's rate."""
    cost = order.get("cost") or {}
    lines = [_of_item(item.get("price") or {}) for item in order.get("items") or ()]
    found = [p for p in (*lines, *(_of_fee(fee) for fee in cost.get("appliedFees") or ())) if p is not None]
    yield from found
    rest = _decimal(cost.get("withTax", 0)) - sum((gross for gross, _ in found), Decimal())
    if rest and found:
        yield rest, found[0][1]


def _of_item(price: Record) -> Part | None:
    vat = (price.get("tax") or {}).get("vat") or {}
    reduced = price.get("absoluteVoucherReducedPrice") or {}
    gross = reduced.get("withTax", price.get("withTax"))
    return None if gross is None or vat.get("rate") is None else (_decimal(gross), _decimal(vat["rate"]))


def _of_fee(fee: Record) -> Part | None:
    vat = (fee.get("tax") or {}).get("vat") or {}
    gross = (fee.get("amount") or {}).get("withTax")
    return None if gross is None or vat.get("rate") is None else (_decimal(gross), _decimal(vat["rate"]))


def _with_net(order: Record, net: Decimal) -> Record:
    cost = dict(order.get("cost") or {})
    if "withTax" not in cost:
        return order
    vat = dict((cost.get("tax") or {}).get("vat") or {}) | {"amount": _amount(_decimal(cost["withTax"]) - net)}
    return order | {"cost": cost | {"withoutTax": int(net), "tax": {"vat": vat}}}


def _whole(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1), ROUND_HALF_UP)


def _amount(tax: Decimal) -> Decimal:
    """An amount of tax is a float on the wire."""
    return tax.quantize(Decimal("0.1"))


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value))
