"""Khaos price lists by item (contract khaos, 3.6). That they are net, and their currency, stands on accounts only."""

from __future__ import annotations

from collections.abc import Iterator

from khaos_assets.sandbox.worlds.model import Item, World
from khaos_assets.sandbox.worlds.price_lists import LISTS, Break, PriceList, goods_on_lists
from khaos_assets.sandbox.worlds.render.spelling import Record, money


def price_lists(world: World, night: int) -> Iterator[Record]:
    goods = [i for i in goods_on_lists(world) if i.first_night <= night]
    for prices in LISTS.values():
        rows = [_row(prices, item, step) for item in goods for step in prices.breaks]
        yield {"_name": prices.name, "_type": 3, "rows": rows}


def _row(prices: PriceList, item: Item, step: Break) -> Record:
    return {
        "StockCode": item.code,
        "QtyStart": str(step.start),
        "QtyEnd": str(step.end),
        "AmountValue": money(prices.amount(item, step.start)),
        "DiscountValue": "0",
        "MarkUp": "0",
        "BuyPrice": money(item.buy_price),
        "SellPrice": money(item.sell_price),
    }
