"""FIN-01 to 06 and 10: the money of an order, line by line, on the channel and in Khaos.

Decided: what differs on the channel's side only (a total, a VAT, an undiscounted price) is changed there, what was
keyed in otherwise (a price, a discount, a tax code, a currency) in Khaos; then its own arithmetic makes the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache

from khaos_assets.sandbox.worlds.amounts import line_money, method_of, order_net, order_totals, rate_to_gbp, to_penny
from khaos_assets.sandbox.worlds.model import CHANNELS, Line, Order
from khaos_assets.sandbox.worlds.plant.channel_choices import Wanted, abroad_on, at_home_on, said
from khaos_assets.sandbox.worlds.plant.channel_fulfilment import channel_of
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError
from khaos_assets.sandbox.worlds.plant.registry import plants_in

STANDARD = Fraction(1, 5)


@dataclass(frozen=True)
class Difference:
    """Khaos − channel, in the order's currency."""

    code: str
    field: str
    value: Fraction | Decimal


def report(field: Field, order: Order, found_as: Difference, note: str) -> None:
    """It stands from the night on that the order is there."""
    found = channel_of(order)
    field.truth.exception(
        field.visible(order.created),
        found_as.code,
        f"{found.channel}>khaos",
        order.key,
        field=found_as.field,
        amount=to_penny(Fraction(found_as.value) * rate_to_gbp(field.world, found)),
        note=note,
    )


@plants_in("FIN-01", CHANNELS, usual=3)
def tax_differs(field: Field, channel: str, n: int) -> None:
    """In turn the VAT of the items, of the delivery: more than any way of rounding explains."""
    for i in range(n):
        order = field.order(at_home_on(channel), alone=True)
        found = channel_of(order)
        off = Decimal(31 + i * 7).scaleb(-2) * (-1 if i % 4 > 1 else 1)
        if i % 2:
            found.delivery_vat += abs(off)
            off = abs(off)
        else:
            found.vat = found.items_vat() + off
        net, gross = order_totals(field.world, order)
        name, left = "items_vat", gross - net - found.items_vat()
        if i % 2:
            name, left = "delivery_vat", order.delivery_gross - order.delivery_net - found.delivery_vat
        report(field, order, Difference("FIN-01", name, left), f"{channel} computed {off} more")


@plants_in("FIN-02", CHANNELS, usual=3)
def shipping_differs(field: Field, channel: str, n: int) -> None:
    """The channel charged another delivery, with its VAT."""
    for i in range(n):
        order = field.order(at_home_on(channel), alone=True)
        found = channel_of(order)
        off = Decimal(5 * (i % 4 + 1)) / 2 if i % 3 != 1 or found.delivery_net < 3 else Decimal("-2.50")
        found.delivery_net += off
        found.delivery_vat += off * 20 / 100
        report(field, order, Difference("FIN-02", "delivery_net", -off), f"{channel} charged {off} more without VAT")


@plants_in("FIN-03", CHANNELS, usual=3)
def discount_differs(field: Field, channel: str, n: int) -> None:
    """In turn: Khaos gave a discount that the channel did not; the channel shows another price before discount."""
    for i in range(n):
        order = field.order(at_home_on(channel), alone=True)
        found, method = channel_of(order), method_of(field.world, order)
        if i % 2 == 0:
            line = max(order.lines, key=lambda x: x.price * x.quantity)
            line.discount = Decimal((10, 15, 25)[i // 2 % 3])
            gross_or_net = to_penny(Fraction(line.quantity * line.price) * Fraction(line.discount) / 100)
            off = Fraction(gross_or_net) / (1 + STANDARD if method == "gross" else 1)
            note = f"{line.discount} % in Khaos, none on {channel}"
        else:
            more = Decimal(2 + i)
            found.lines[0].full_net += more
            found.lines[0].full_vat += more * 20 / 100
            off, note = -Fraction(more), f"{channel} says that {more} were taken off"
        report(field, order, Difference("FIN-03", "discount", off), note)


@plants_in("FIN-04", CHANNELS, usual=3)
def total_differs(field: Field, channel: str, n: int) -> None:
    """The channel's stored total is not that of its parts."""
    for i in range(n):
        order = field.order(at_home_on(channel), alone=True)
        off = Decimal(150 + 35 * i).scaleb(-2) * (-1 if i % 2 else 1)
        found = channel_of(order)
        found.total_off = off
        left = order_totals(field.world, order)[1] + order.delivery_gross - found.gross()
        report(field, order, Difference("FIN-04", "gross", left), f"the total of {channel} is {off} off its parts")


@plants_in("FIN-05", CHANNELS, usual=3)
def vat_treatment_wrong(field: Field, channel: str, n: int) -> None:
    """In turn: a standard item at zero at home; a sale abroad at the standard rate; delivery without VAT."""
    for i in range(n):
        if i % 3 == 1:
            try:
                _sold_abroad_with_vat(field, field.order(abroad_on(channel), alone=True))
                continue
            except NotEnoughError:
                pass
        if i % 3 == 2 and _delivered_without_vat(field, channel):
            continue
        order = field.order(at_home_on(channel), alone=True)
        line = order.lines[0]
        _recode(field, order, line, 2, "zero-rated in Khaos, standard is mapped")


def _sold_abroad_with_vat(field: Field, order: Order) -> None:
    _recode(field, order, order.lines[0], 1, "standard in Khaos, an export is mapped to zero")


def _recode(field: Field, order: Order, line: Line, code: int, note: str) -> None:
    """Gross kept where the class is priced gross, else net kept."""
    method = method_of(field.world, order)
    right_code, line.tax_code = line.tax_code, code
    money = line_money(line, method)
    share = STANDARD if right_code == 1 else Fraction(0)
    kept = Fraction(money.net + money.vat if method == "gross" else money.net)
    right = kept - Fraction(to_penny(kept / (1 + share))) if method == "gross" else Fraction(to_penny(kept * share))
    assert line.item is not None
    report(field, order, Difference("FIN-05", line.item.code, Fraction(money.vat) - right), note)


def _delivered_without_vat(field: Field, channel: str) -> bool:
    for _ in range(20):
        order = field.order(at_home_on(channel), alone=True)
        if order.delivery_gross:
            break
    else:
        return False
    if method_of(field.world, order) == "gross":
        off = order.delivery_net - order.delivery_gross
        order.delivery_net = order.delivery_gross
    else:
        off = -to_penny(order.delivery_net * 20 / 100)
        order.delivery_gross = order.delivery_net
    report(field, order, Difference("FIN-05", "delivery", off), "delivery without VAT in Khaos")
    return True


@plants_in("FIN-06", CHANNELS, usual=3)
def company_or_currency_wrong(field: Field, channel: str, n: int) -> None:
    """In turn: the order in euros that was paid in pounds; an account of another class."""
    for i in range(n):
        order = field.order(at_home_on(channel) if i % 2 == 0 else _of_unused_buyer(channel), alone=True)
        if i % 2 == 0:
            order.currency = "EUR"
            name, note = "currency", "in Khaos in euros"
        else:
            _another_class(field, order)
            name, note = "company_class", f"account {order.customer.code} is of class {order.customer.company_class}"
        found = channel_of(order)
        amount = to_penny(order_net(field.world, found))
        field.truth.exception(
            field.visible(order.created),
            "FIN-06",
            f"{channel}>khaos",
            order.key,
            field=name,
            amount=amount,
            note=note,
        )


@cache
def _of_unused_buyer(channel: str) -> Wanted:
    """The same of an account on which nothing is planted."""

    def wanted(field: Field, order: Order) -> bool:
        return field.is_unused(order.customer) and at_home_on(channel)(field, order)

    return said(wanted, f"an order of {channel} at the standard rate, by an unused account")


def _another_class(field: Field, order: Order) -> None:
    """Its buyer has a second account of another class, on OroCommerce configured as a branch."""
    world, was = field.world, order.customer
    field.use(was)
    method = world.arithmetic[was.company_class]
    other = {"gross": "Staff", "net": "Wholesale"}[method]
    world.arithmetic[other] = method
    number = world.number("other class", 1)
    order.customer = replace(
        was,
        code=f"X{number:05d}",
        company_id=f"X{number}",
        company_class=other,
        other_ref="",
        vat_number="",
        email=f"x{number}@example.com",
        organisation=None,
    )
    world.customers.append(order.customer)
    if was.organisation is not None:
        world.branches.append([was.code, order.customer.code])


@plants_in("FIN-10", CHANNELS, usual=4)
def line_price_differs(field: Field, channel: str, n: int) -> None:
    """Khaos has another price on one line, or on two."""
    for i in range(n):
        order = field.order(at_home_on(channel), alone=True)
        method, total, names = method_of(field.world, order), Fraction(0), list[str]()
        for line, shown in list(zip(order.lines, channel_of(order).lines, strict=True))[: 1 + i % 2]:
            assert line.item is not None and line.item is shown.item
            line.price += Decimal(60 + 15 * i).scaleb(-2) * (-1 if i % 3 == 2 and line.price > 15 else 1)
            total += Fraction(line_money(line, method).net - shown.net)
            names.append(line.item.code)
        report(field, order, Difference("FIN-10", "+".join(sorted(names)), total), "another price in Khaos")
