"""OroCommerce price lists and prices (contract orocommerce, 3.7): the Khaos lists, by the piece and by the case."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from khaos_assets.sandbox.worlds.model import Item, World
from khaos_assets.sandbox.worlds.organisations import PRICE_LISTS
from khaos_assets.sandbox.worlds.price_lists import LISTS, PriceList, goods_on_lists
from khaos_assets.sandbox.worlds.render.oro_orders import four
from khaos_assets.sandbox.worlds.render.orocommerce import seconds, to_one
from khaos_assets.sandbox.worlds.render.spelling import Record
from khaos_assets.sandbox.worlds.units import BASE, CASE, UNITS, units_of

RETIRED = 9
"""An old list that is not active any more; its prices are out of date, as they may be."""


def price_lists(world: World) -> Iterator[Record]:
    others = [(int(key), f"List {key}") for key in world.unmapped.get("orocommerce/price_list", [])]
    for number, name in [*PRICE_LISTS.items(), (RETIRED, "Summer 2024"), *others]:
        yield {
            "type": "pricelists",
            "id": str(number),
            "attributes": {
                "name": name,
                "active": number != RETIRED,
                "actual": True,
                "priceListCurrencies": ["GBP"],
                "createdAt": seconds(world.origin),
                "updatedAt": seconds(world.origin),
            },
            "relationships": {},
        }


def product_prices(world: World, night: int) -> Iterator[Record]:
    """One row per list, product, unit and break."""
    goods = [i for i in goods_on_lists(world) if i.first_night <= night and "orocommerce" in i.listings]
    for number, name in PRICE_LISTS.items():
        for item in goods:
            for unit, start, amount in tiers(LISTS[name], item):
                yield _row(item, (number, unit, start), world.shop_prices.get((number, item, unit, start), amount))
    for item in goods[:5]:
        yield _row(item, (RETIRED, BASE, 1), Decimal("0.99"))


def tiers(prices: PriceList, item: Item) -> Iterator[tuple[str, int, Decimal]]:
    """Unit, quantity from which, price of one such unit. A case costs twelve times what one of twelve costs."""
    for step in prices.breaks:
        yield BASE, step.start, prices.amount(item, step.start)
    if CASE in units_of(item):
        step = next(b for b in prices.breaks if b.start <= UNITS[CASE] <= b.end)
        yield CASE, 1, prices.amount(item, step.start) * UNITS[CASE]


def _row(item: Item, tier: tuple[int, str, int], amount: Decimal) -> Record:
    product = str(item.listings["orocommerce"].number)
    number, unit, start = tier
    return {
        "type": "productprices",
        "id": f"{uuid5(NAMESPACE_URL, f'{product}/{number}/{unit}/{start}')}-{number}",
        "attributes": {"quantity": start, "value": four(amount), "currency": "GBP"},
        "relationships": {
            "priceList": to_one("pricelists", str(number)),
            "product": to_one("products", product),
            "unit": to_one("productunits", unit),
        },
    }
