"""CUS-01 to 04: accounts of Khaos, and the organisations of OroCommerce that should be on them.

Decided: an account is planted once; orders of an organisation whose account is lost keep their Khaos account. What
changed in a profile did so days before the first night.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

from khaos_assets.sandbox.worlds.amounts import order_net, to_penny
from khaos_assets.sandbox.worlds.channel_orders import ChannelOrder
from khaos_assets.sandbox.worlds.clock import london_date
from khaos_assets.sandbox.worlds.model import Customer
from khaos_assets.sandbox.worlds.organisations import add_organisation, add_user
from khaos_assets.sandbox.worlds.plant.channel_choices import matched_on
from khaos_assets.sandbox.worlds.plant.channel_fulfilment import channel_of
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError
from khaos_assets.sandbox.worlds.plant.list_prices import month_of
from khaos_assets.sandbox.worlds.plant.registry import plants
from khaos_assets.sandbox.worlds.positions import is_open

PAIR = "khaos>orocommerce"


def take(field: Field, wanted: Callable[[Customer], bool], why: str) -> Customer:
    """An unused account; from now on it is used."""
    people = [c for c in field.world.customers if field.is_unused(c) and wanted(c)]
    if not people:
        raise NotEnoughError(f"the world has no further account for it ({why})")
    found = field.rng.choice(people)
    field.use(found)
    return found


@plants("CUS-01", usual=3, order=1, needs=["scayle"])
def duplicate_retail_account(field: Field, n: int) -> None:
    """In turn: one e-mail and postcode on two accounts; one web identity on two; three linked by the middle one."""
    for i in range(n):
        group = [take(field, _is_retail, "a retail account") for _ in range(3 if i % 3 == 2 else 2)]
        first, second = group[:2]
        if i % 3 == 1:
            second.other_ref = first.other_ref
            reason = "one web identity"
        else:
            second.email, second.postcode = first.email.upper(), first.postcode.lower()
            reason = "one e-mail and postcode"
        if len(group) > 2:
            group[2].other_ref, reason = second.other_ref, "one e-mail and postcode, one web identity"
        _report_01(field, group, reason)


def _is_retail(customer: Customer) -> bool:
    return customer.company_class == "Retail" and bool(customer.other_ref) and customer.currency == "GBP"


@plants("CUS-01", usual=2, order=1, needs=["orocommerce"])
def duplicate_trade_account(field: Field, n: int) -> None:
    """One VAT number on two accounts."""
    for _ in range(n):
        group = [take(field, is_trade, "a trade account") for _ in range(2)]
        group[1].vat_number = group[0].vat_number
        _report_01(field, group, "one VAT number")


def is_trade(customer: Customer) -> bool:
    return customer.company_class == "Trade" and customer.organisation is not None


def _report_01(field: Field, group: list[Customer], reason: str) -> None:
    codes = sorted(c.code for c in group)
    note = f"{reason}: {' + '.join(codes)}"
    field.truth.exception(field.always(), "CUS-01", "khaos", codes[0], note=note)


@plants("CUS-02", usual=3, order=1, needs=["orocommerce"])
def account_not_matched(field: Field, n: int) -> None:
    """In turn: an organisation with orders whose Khaos account lost its id; one that signed up this month."""
    for i in range(n):
        if i % 2 == 0:
            _lost(field)
        else:
            _signed_up(field, i)


def _lost(field: Field) -> None:
    orders = _orders_by_account(field)
    customer = take(field, lambda c: is_trade(c) and _is_fit(field, orders.get(c, [])), "one with orders of the month")
    organisation = customer.organisation
    assert organisation is not None
    customer.other_ref, organisation.account = "", None
    for order in orders[customer]:
        if order.order is not None:
            field.use(order.order)
    for night, as_of in enumerate(field.nights):
        month = month_of(field, night)
        placed = [o for o in orders[customer] if o.created <= as_of and _month(o) == month]
        if placed:
            net = sum((order_net(field.world, o) for o in placed if not o.is_cancelled(as_of)), Fraction(0))
            _report_02(field, night, organisation.number, net, f"account {customer.code} lost its id")


def _orders_by_account(field: Field) -> dict[Customer, list[ChannelOrder]]:
    found: dict[Customer, list[ChannelOrder]] = {}
    for order in field.world.channel_orders:
        if order.channel == "orocommerce" and order.customer is not None:
            found.setdefault(order.customer, []).append(order)
    return found


def _is_fit(field: Field, orders: list[ChannelOrder]) -> bool:
    """It ordered this month, and none of its orders is used."""
    unused = all(o.order is not None and field.is_unused(o.order) for o in orders)
    return unused and any(_month(o) == month_of(field, 0) and o.created <= field.nights[0] for o in orders)


def _month(order: ChannelOrder) -> str:
    return london_date(order.created).strftime("%Y-%m")


def _signed_up(field: Field, i: int) -> None:
    """Created in the month of the first night; nothing ordered yet."""
    day = field.nights[0] - timedelta(days=1, hours=11, minutes=i)
    organisation = add_organisation(field.world, f"Newcomer {i} Ltd", day)
    add_user(field.world, organisation)
    for night in field.always():
        if london_date(day).strftime("%Y-%m") == month_of(field, night):
            _report_02(field, night, organisation.number, Fraction(0), "signed up this month")


def _report_02(field: Field, night: int, number: int, net: Fraction, note: str) -> None:
    amount, again = to_penny(net), night > 0
    field.truth.exception([night], "CUS-02", PAIR, str(number), amount=amount, note=note, again=again)


@plants("CUS-03", usual=3, order=3, needs=["orocommerce"])
def order_on_the_wrong_account(field: Field, n: int) -> None:
    """Booked on another trade account."""
    for _ in range(n):
        order = field.order(matched_on("orocommerce"), alone=True)
        right = order.customer
        others = (c for c in field.world.customers if is_trade(c) and not c.on_stop and field.is_unused(c))
        wrong = next((c for c in others if c is not right and c.currency == right.currency), None)
        if wrong is None:
            raise NotEnoughError("another trade account")
        order.customer = wrong
        field.use(wrong)
        field.truth.exception(
            field.visible(order.created),
            "CUS-03",
            "orocommerce>khaos",
            order.key,
            field="account",
            amount=to_penny(order_net(field.world, channel_of(order))),
            note=f"{order.code} is on {order.customer.code}, not on {right.code}",
        )


@plants("CUS-04", usual=4, order=1, needs=["orocommerce"])
def profile_out_of_date(field: Field, n: int) -> None:
    """In turn: name, terms, price list, hold."""
    busy = {o.customer for o in field.world.orders if any(is_open(o, max(t, o.created)) for t in field.nights)}
    for i in range(n):
        name = ("name", "terms", "price_list", "hold")[i % 4]
        customer = take(field, lambda c, q=name == "hold": is_trade(c) and not (q and c in busy), "a trade account")
        organisation = customer.organisation
        assert organisation is not None
        if name == "name":
            organisation.name = f"{organisation.name} (old name)"
        elif name == "terms":
            customer.terms = "14 days"
        elif name == "price_list":
            customer.price_list = {"Trade": "Trade Gold"}.get(customer.price_list, "Trade")
        else:
            customer.on_stop = True
            for user in organisation.users:
                user.enabled = True
        field.truth.exception(
            field.always(), "CUS-04", PAIR, str(organisation.number), field=name, note=f"account {customer.code}"
        )
