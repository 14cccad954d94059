"""Khaos stock: key list, master, status per site, potential (contract khaos, 3.1 to 3.4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from khaos_assets.sandbox.worlds.clock import local
from khaos_assets.sandbox.worlds.model import PIMS, Item, Kind, World
from khaos_assets.sandbox.worlds.positions import ZERO, Positions
from khaos_assets.sandbox.worlds.product_data import facts
from khaos_assets.sandbox.worlds.render.spelling import Record, flag, money, spoil
from khaos_assets.sandbox.worlds.truth import plain

_ITEM_TYPES = {Kind.STYLE_PARENT: 1, Kind.STYLE_CHILD: 2}


def items_of(world: World, night: int) -> list[Item]:
    """The items Khaos has on a night, by code."""
    return sorted((i for i in world.items if i.first_night <= night), key=lambda i: i.code)


def sites(world: World) -> Iterator[Record]:
    for number, name in enumerate(world.sites, 1):
        yield {"SiteID": number, "SiteName": name, "_current": number == 1}


Levels = dict[Item, tuple[Decimal, ...]]
"""LEVEL of each item at each site, in the order of the sites."""


def levels(world: World, night: int, figures: Positions) -> Levels:
    return {i: tuple(figures.level(i, site) for site in world.sites) for i in items_of(world, night) if i.stocked}


def stock_list(world: World, night: int, figures: Positions, before: Levels) -> Iterator[Record]:
    """The key list. An item whose level is another one than the night `before` moved since, if only an hour ago."""
    moved: dict[Item, datetime] = {}
    for (item, _), at in figures.moved.items():
        moved[item] = max(at, moved.get(item, at))
    for item, shown in levels(world, night, figures).items() if before else ():
        if before.get(item) != shown:
            moved[item] = max(figures.as_of - timedelta(hours=1), moved.get(item, figures.as_of - timedelta(hours=1)))
    for item in items_of(world, night):
        record: Record = {
            "StockCode": item.code,
            "OtherRef": item.other_ref,
            "StockDesc": item.description,
            "ParentCode": item.parent.code if item.parent else "",
            "ParentOtherRef": item.parent.other_ref if item.parent else "",
            "LastUpdated": local(item.updated_at),
            "_item_type": _ITEM_TYPES.get(item.kind, 0),
        }
        if item in moved:
            record["_movement_date"] = local(moved[item])
        yield record


def stock_items(world: World, night: int) -> Iterator[Record]:
    """The `STOCK_ITEM` element. A style child takes its parent's IS_NET, and its price where it has none."""
    is_described = not set(PIMS).isdisjoint(world.systems)
    for item in items_of(world, night):
        record: Record = {
            "STOCK_ID": item.stock_id,
            "STOCK_CODE": item.code,
            "ASSOCIATED_REF": item.other_ref,
            "STOCK_DESC": item.description,
            "LONG_DESC": "",
            "WEB_TEASER": "",
            "BUY_PRICE": _price(item, item.buy_price, item.buy_is_net),
            "SELL_PRICE": _price(item, item.sell_price, item.sell_is_net),
            "SELL_PRICE_WEB": money(item.web_price),
            "VAT_RATE": money(item.vat_percent),
            "STOCK_TTYPE": "Goods",
            "STOCK_TYPE": item.department,
            "STOCK_MID_TYPE": "",
            "STOCK_SUB_TYPE": "",
            "MANUFACTURER": "",
            "LEAD_TIME": "",
            "WEIGHT": item.weight_kg,
            **(_more(item) if is_described else {}),
            **({"MAX_DISPLAY_QTY": plain(item.max_display)} if item.max_display is not None else {}),
            "STOCK_CONTROLLED": flag(item.stocked),
            "DISCONTINUED": flag(item.discontinued),
            "WEB": flag(item.web),
            "RUN_TO_ZERO": flag(item.run_to_zero),
            "DROP_SHIP": "0",
            "DELETED": flag(item.discontinued or not item.web),
            "MIN_LEVEL": "",
            "SAFE_LEVEL": "",
            "AVAILABILITY": "",
            "LAUNCH_DATE": "",
            "BARCODES": {"BARCODE": [{"@DESC": "EAN", "#text": item.barcode}]} if item.barcode else "",
            "USER_DEFINED": "",
            "LINKED_ITEMS": {"LINK_ITEM": [_link(*x) for x in item.links]} if item.links else "",
        }
        if item.parent is not None:
            record["_parent_code"] = item.parent.code
            record["_style_values"] = [
                {"level": 1, "heading": "Colour", "value": item.colour},
                {"level": 2, "heading": "Size", "value": item.size},
            ]
        if item.nested:
            record["_nested"] = True
        yield spoil(record, item.broken.get("stock_items"))


def _more(item: Item) -> Record:
    """What newer versions have: centimetres, and the country the goods come from."""
    known = facts(item)
    return {
        "LONG_DESC": known["long_description"],
        "HEIGHT": plain(known["height"]),
        "WIDTH": plain(known["width"]),
        "DEPTH": plain(known["depth"]),
        "COUNTRY_OF_MANUFACTURE": known["country_of_origin"] or "",
    }


def _price(item: Item, value: Decimal | None, is_net: bool) -> Any:
    return money(value) if item.parent is not None else {"@IS_NET": flag(is_net), "#text": money(value)}


def _link(item: Item, kind: int, value: Decimal) -> Record:
    return {"STOCK_CODE": item.code, "LINK_TYPE": str(kind), "LINK_VALUE": plain(value), "AUTO_ADD": flag(kind == 3)}


def stock_levels(world: World, night: int, figures: Positions) -> Iterator[Record]:
    """One element per item and site; items that are not stocked show 0 and status 5."""
    for item in items_of(world, night):
        for site in world.sites:
            level = figures.level(item, site) if item.stocked else ZERO
            record: Record = {
                "@CODE": item.code,
                "@ID": item.stock_id,
                "@DESC": item.description,
                "@OTHER_REF": item.other_ref,
                "LEVEL": plain(level),
                "STATUS": _status(item, level),
                "BUY_PRICE": money(item.buy_price),
                "SELL_PRICE": money(item.sell_price),
                "WEBSELL_PRICE": money(item.web_price),
                "SAFE_LEVEL": "",
                "MIN_LEVEL": "",
                "LEAD_TIME": "",
                "_site": site,
            }
            if item.build_potential is not None:
                record["BUILD_POTENTIAL_CHILDREN"] = str(item.build_potential)
            yield spoil(record, item.broken.get(f"stock_levels/{site}"))


def _status(item: Item, level: Decimal) -> str:
    if not item.stocked:
        return "5"
    if item.discontinued:
        return "4"
    return "0" if level > 0 else "3"


def stock_potential(world: World, night: int, figures: Positions) -> Iterator[Record]:
    back: dict[Item, Decimal] = {}
    for order in world.orders:
        if order.unassigned and order.created <= figures.as_of:
            for item, units in order.ordered().items():
                back[item] = back.get(item, ZERO) + units
    for item in items_of(world, night):
        free = sum((figures.level(item, s) for s in world.sites), ZERO) if item.stocked else ZERO
        waiting = back.get(item, ZERO)
        yield {
            "StockCode": item.code,
            "Available": plain(free),
            "OnOrder": plain(item.on_order),
            "BackOrder": plain(waiting),
            "Potential": plain(free + item.on_order - waiting),
        }
