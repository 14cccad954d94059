"""Khaos price lists: which goods stand on them, their quantity breaks and prices, and the market each is for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from khaos_assets.sandbox.worlds.amounts import price, to_penny
from khaos_assets.sandbox.worlds.markets import EURO_LIST, EXPORT_LIST, euro_price, pound_price

if TYPE_CHECKING:
    from khaos_assets.sandbox.worlds.model import Item, World

_MOST = 3000
OPEN_END = 9999


@dataclass(frozen=True, slots=True)
class Break:
    """From how many units, to how many, at which share of the list price."""

    start: int
    end: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices by item, without VAT."""

    name: str
    currency: str
    breaks: tuple[Break, ...]

    def amount(self, item: Item, start: int) -> Decimal:
        """The price of one unit from that break on, two places."""
        if self.name == EURO_LIST:
            return euro_price(item)
        if self.name == EXPORT_LIST:
            return pound_price(item)
        share = next(b.share for b in self.breaks if b.start == start)
        return to_penny(price(item) * share)


WEB = (Break(1, OPEN_END, Fraction(1)),)
LISTS = {
    x.name: x
    for x in (
        PriceList("Trade", "GBP", (Break(1, 11, Fraction(80, 100)), Break(12, OPEN_END, Fraction(70, 100)))),
        PriceList("Trade Gold", "GBP", (Break(1, 23, Fraction(75, 100)), Break(24, OPEN_END, Fraction(62, 100)))),
        PriceList("Web", "GBP", WEB),
        PriceList(EURO_LIST, "EUR", WEB),
        PriceList(EXPORT_LIST, "GBP", WEB),
    )
}


def choose_goods(world: World) -> None:
    """All goods stand on price lists; of a big catalogue an even choice of about 3,000, which stays the same."""
    world.list_step = max(1, len(world.items) // _MOST)


def goods_on_lists(world: World) -> list[Item]:
    """Priced goods that stand on the lists, by code."""
    goods = (i for i in world.items if i.stocked and not i.discontinued and _number(i) % world.list_step == 0)
    return sorted((i for i in goods if price(i) > 0), key=lambda i: i.code)


def _number(item: Item) -> int:
    return int("".join(c for c in item.stock_id if c.isdigit()))
