"""FIN-07 and FIN-08: prices of lists and markets that are not the owner's.

Decided: the market of a scope is its key in merchant.toml, in a PIM the home country; a price abroad counts at the rate
of the night's month. What differs since today only is in its lag, so what is planted stands from the first night on.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from khaos_assets.sandbox.worlds.amounts import price, to_penny
from khaos_assets.sandbox.worlds.clock import london_date
from khaos_assets.sandbox.worlds.markets import HOME, euro_price, markets_of, pound_price
from khaos_assets.sandbox.worlds.model import PIMS, Item
from khaos_assets.sandbox.worlds.organisations import PRICE_LISTS
from khaos_assets.sandbox.worlds.plant.field import Field
from khaos_assets.sandbox.worlds.plant.listed import steady_alone_on
from khaos_assets.sandbox.worlds.plant.registry import plants, plants_in
from khaos_assets.sandbox.worlds.price_lists import LISTS, goods_on_lists
from khaos_assets.sandbox.worlds.product_data import ATTRIBUTES
from khaos_assets.sandbox.worlds.render.oro_prices import tiers
from khaos_assets.sandbox.worlds.units import BASE, UNITS

HOME_SCOPE = f"{HOME}/GBP"
Tier = tuple[int, str, int]
"""Price list, unit, quantity from which."""


def month_of(field: Field, night: int) -> str:
    """The London month of the day before the night."""
    return london_date(field.nights[night] - timedelta(days=1)).strftime("%Y-%m")


@plants("FIN-07", usual=5, order=7, needs=["orocommerce"])
def customer_price_differs(field: Field, n: int) -> None:
    """In turn what was sold in the month, and what was not; by the piece and, where there are any, by the case."""
    listed = set(goods_on_lists(field.world))
    for i in range(n):
        item = field.item(_sold if i % 2 == 0 else _listed)
        while item not in listed:
            item = field.item(_sold if i % 2 == 0 else _listed)
        number, name = list(PRICE_LISTS.items())[i % len(PRICE_LISTS)]
        rows = list(tiers(LISTS[name], item))
        unit, start, right = _best(field, item, number, rows) if i % 2 == 0 else rows[i // 2 % len(rows)]
        off = Decimal(35 + 20 * i).scaleb(-2) * (-1 if i % 3 == 2 and right > 5 else 1)
        field.world.shop_prices[(number, item, unit, start)] = right + off
        ends = [s for u, s, _ in rows if u == unit and s > start]
        for night in field.always():
            units = _units(field, night, item, (number, unit, start), min(ends, default=None))
            field.truth.exception(
                [night],
                "FIN-07",
                "khaos>orocommerce",
                item.code,
                scope=f"{number}/{unit}/{start}/GBP",
                field="price",
                amount=to_penny(Fraction(off) * Fraction(units)),
                note=f"{off} off list {name}",
                again=night > 0,
            )


def _listed(field: Field, item: Item) -> bool:
    """A priced item that is live on OroCommerce."""
    return steady_alone_on("orocommerce")(field, item) and not field.is_sold_on(item, "orocommerce")


def _sold(field: Field, item: Item) -> bool:
    """One that trade customers bought."""
    return steady_alone_on("orocommerce")(field, item) and field.is_sold_on(item, "orocommerce")


def _best(field: Field, item: Item, number: int, rows: list[tuple[str, int, Decimal]]) -> tuple[str, int, Decimal]:
    """The tier at which most was sold by the last night."""
    last = len(field.nights) - 1

    def units(row: tuple[str, int, Decimal]) -> Decimal:
        ends = [s for u, s, _ in rows if u == row[0] and s > row[1]]
        return _units(field, last, item, (number, row[0], row[1]), min(ends, default=None))

    return max(rows, key=lambda r: (units(r), r[0] == BASE, -r[1]))


def _units(field: Field, night: int, item: Item, tier: Tier, end: int | None) -> Decimal:
    """In the tier's unit, on not cancelled orders of the month by customers of the list, from its start to `end`."""
    number, unit, start = tier
    month, as_of, total = month_of(field, night), field.nights[night], Decimal(0)
    for order in field.world.channel_orders:
        buyer = order.organisation
        if order.channel != "orocommerce" or buyer is None or buyer.group != number:
            continue
        if order.created > as_of or order.is_cancelled(as_of) or london_date(order.created).strftime("%Y-%m") != month:
            continue
        for line in order.lines:
            quantity = line.units / UNITS[line.unit]
            if line.item is item and line.unit == unit and start <= quantity and (end is None or quantity < end):
                total += quantity
    return total


@plants("FIN-08", usual=4, needs=["scayle"])
def base_price_differs(field: Field, n: int) -> None:
    """At home and, in turn, in the markets that have a price list."""
    listed = set(goods_on_lists(field.world))
    markets = [m for m in markets_of(field.world, "scayle") if m.country == HOME or m.price_list]
    for i in range(n):
        item, market = field.item(steady_alone_on("scayle")), markets[i % len(markets)]
        if market.price_list and item not in listed:
            market = markets[0]
        right = pound_price(item) if market.currency == "GBP" else euro_price(item)
        off = _off(i, right)
        listing = item.listings["scayle"]
        listing.prices = {**listing.prices, market.key: right + off}
        net = Fraction(off) / (1 + Fraction(item.vat_percent) / 100) if market.is_home else Fraction(off)
        _report(field, f"khaos>{market.channel}", item, f"{market.key}/{market.currency}", (net, market.currency))


@plants_in("FIN-08", PIMS, usual=3)
def price_in_pim_differs(field: Field, pim: str, n: int) -> None:
    """A recommended price that is not Khaos's, on the basis that the PIM keeps it on."""
    for i in range(n):
        item = field.item(steady_alone_on(pim))
        is_gross = ATTRIBUTES[pim]["price"].basis == "gross"
        right = pound_price(item) if is_gross else to_penny(price(item))
        off = _off(i, right)
        item.listings[pim].prices = {"": right + off}
        net = Fraction(off) / (1 + Fraction(item.vat_percent) / 100) if is_gross else Fraction(off)
        _report(field, f"khaos>{pim}", item, HOME_SCOPE, (net, "GBP"))


def _off(i: int, right: Decimal) -> Decimal:
    return Decimal(50 + 25 * i).scaleb(-2) * (-1 if i % 3 == 1 and right > 10 else 1)


def _report(field: Field, pair: str, item: Item, scope: str, each: tuple[Fraction, str]) -> None:
    """`each`: the difference of one unit without VAT, and its currency."""
    net, currency = each
    for night in field.always():
        rate = Fraction(1) if currency == "GBP" else Fraction(field.world.rates[month_of(field, night)][currency])
        value = net * rate * Fraction(field.figures[night].sellable(item))
        note = f"{net.numerator / net.denominator:+.2f} {currency} a unit"
        field.truth.exception(
            [night],
            "FIN-08",
            pair,
            item.code,
            scope=scope,
            field="price",
            amount=to_penny(value),
            note=note,
            again=night > 0,
        )
