"""A merchant grown from a real order history: its codes, prices, customers, orders and credit notes stay what they are.

Decided: Khaos holds the commoner spelling of a pair that differs by case, WAIR the other (SKU-02, planted by reality).
Negative quantities outside credit notes are stock adjustments, not orders. Lines without a customer go to the house
account. Accounts that buy by the dozen are trade (net prices), the others retail (gross); goods abroad carry no VAT.
Orders older than eight days were sent; of the later ones some wait, some were sent in part. Styles, packs, builds and a
few unsold items, which no history holds, are invented beside, with codes of their own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar

from khaos_assets.sandbox.worlds import catalogue_items as goods
from khaos_assets.sandbox.worlds.clock import WorldNight, london_date, london_time, nights_until
from khaos_assets.sandbox.worlds.customers import HOUSE_ACCOUNT, add_customer, special_accounts
from khaos_assets.sandbox.worlds.fulfilment import khaos_invoice, ship
from khaos_assets.sandbox.worlds.merchant import merchant_world
from khaos_assets.sandbox.worlds.model import Customer, Item, Kind, Line, Order, World
from khaos_assets.sandbox.worlds.near import nearest
from khaos_assets.sandbox.worlds.order_history import HistoryLine, last_day
from khaos_assets.sandbox.worlds.orders import new_order, special_orders

NON_STOCK = frozenset(
    ["post", "dot", "m", "d", "c2", "c3", "s", "b", "amazonfee", "cruk", "pads", "adjust", "adjust2"]
) | {"bank charges"}
RECENT = timedelta(days=8)
_DOZENS = Decimal(20)
T = TypeVar("T", str, Decimal)


def history_world(name: str, seed: int, lines: Sequence[HistoryLine], last_night: date | None, nights: int) -> World:
    """The consistent world of a history. The last night is the day after its last invoice unless given."""
    night = last_night or last_day(lines) + timedelta(days=1)
    oldest = london_date(min(x.at for x in lines))
    all_nights = nights_until(night, nights)
    world = merchant_world(name, seed, all_nights, WorldNight(oldest, min(x.at for x in lines)))
    items = _items(world, Random(f"{seed}/items"), lines)
    customers = _customers(world, lines)
    _orders(world, Random(f"{seed}/orders"), lines, items, customers)
    _invented(world, Random(f"{seed}/invented"))
    special_orders(world, Random(f"{seed}/special"), 4)
    return world


def is_non_stock(code: str) -> bool:
    return code.casefold() in NON_STOCK or code.casefold().startswith("gift_")


def _items(world: World, rng: Random, lines: Sequence[HistoryLine]) -> dict[str, Item]:
    """Items by code as written, both spellings of a pair leading to the one item."""
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    prices: defaultdict[str, Counter[Decimal]] = defaultdict(Counter)
    descriptions: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        key = line.code.casefold()
        spellings[key][line.code] += 1
        if line.price > 0 and line.quantity > 0:
            prices[key][line.price] += 1
        if line.description.strip():
            descriptions[key][line.description.strip()] += 1
    catalogue = goods.Catalogue(world, rng)
    found: dict[str, Item] = {}
    for key in sorted(spellings):
        ranked = sorted(spellings[key], key=lambda s, key=key: (-spellings[key][s], s))
        kind = Kind.NON_STOCK if is_non_stock(key) else Kind.SIMPLE
        item = catalogue.item(kind, ranked[0], _commonest(descriptions[key]) or "", "Gifts")
        catalogue.taken.add(nearest(item.code))
        item.sell_price = _commonest(prices[key]) or Decimal("0.00")
        item.sell_is_net, item.web_price, item.vat_percent = False, None, Decimal(20)
        item.by_the_metre = False
        item.buy_price = (item.sell_price * Decimal(rng.randint(30, 55)) / 100).quantize(Decimal("0.01"))
        if kind is Kind.NON_STOCK:
            item.web, item.other_ref, item.barcode = False, "", ""
        elif len(ranked) > 1 and item.wair is not None:
            item.wair = replace(item.wair, sku=ranked[1])
            world.case_pairs.append(item)
        found.update(dict.fromkeys(ranked, item))
    return found


def _commonest(counts: Counter[T]) -> T | None:
    """The commonest value, the smallest of several; None where there is none."""
    return min(counts, key=lambda v: (-counts[v], v)) if counts else None


def _customers(world: World, lines: Sequence[HistoryLine]) -> dict[str, Customer]:
    units: defaultdict[str, list[Decimal]] = defaultdict(list)
    countries: dict[str, str] = {}
    for line in lines:
        if line.customer:
            units[line.customer].append(abs(line.quantity))
            countries.setdefault(line.customer, line.country)
    found: dict[str, Customer] = {}
    for code in sorted(units):
        is_trade = sum(units[code], Decimal(0)) / len(units[code]) >= _DOZENS
        customer = add_customer(world, code, f"Account {code}", "Trade" if is_trade else "Retail", countries[code])
        customer.currency = "GBP"
        found[code] = customer
    special_accounts(world)
    found[""] = next(c for c in world.customers if c.code == HOUSE_ACCOUNT)
    return found


def _orders(
    world: World, rng: Random, lines: Sequence[HistoryLine], items: dict[str, Item], customers: dict[str, Customer]
) -> None:
    invoices: dict[str, list[HistoryLine]] = {}
    for line in lines:
        invoices.setdefault(line.invoice, []).append(line)
    bought: dict[tuple[str, Item], list[Order]] = defaultdict(list)
    for number, rows in sorted(invoices.items(), key=lambda x: (min(r.at for r in x[1]), x[0])):
        is_credit = number[:1] in "Cc"
        kept = rows if is_credit else [r for r in rows if r.quantity > 0]
        at = min(r.at for r in rows)
        if not kept or at > world.nights[-1].as_of:
            continue
        customer = customers[next((r.customer for r in kept if r.customer), "")]
        order = new_order(world, rng, customer, at, reference=number)
        order.code, order.is_credit = (f"CN{number[1:]}" if is_credit else f"S{number}"), is_credit
        order.delivery_gross = order.delivery_net = Decimal("0.00")
        order.lines = [_line(world, order, items[r.code], r) for r in kept]
        if is_credit:
            _link(order, bought)
            stocked = {x.item: x.quantity for x in order.lines if x.item is not None and x.item.stocked}
            khaos_invoice(world, order, at, stocked)
            continue
        for item in order.ordered():
            bought[(customer.code, item)].append(order)
        _settle(world, rng, order)


def _line(world: World, order: Order, item: Item, row: HistoryLine) -> Line:
    abroad = order.customer.country not in ("United Kingdom", "Channel Islands", "Unspecified", "")
    is_net = abroad or world.arithmetic[order.customer.company_class] == "net"
    return Line(item, abs(row.quantity), row.price, is_net, 2 if abroad else 1, description=row.description)


def _link(note: Order, bought: dict[tuple[str, Item], list[Order]]) -> None:
    """A credit note takes the reference of the last order of that customer with one of its items, if there is one."""
    for line in note.lines:
        earlier = bought.get((note.customer.code, line.item)) if line.item else None
        if earlier:
            note.reference = earlier[-1].reference
            return


def _settle(world: World, rng: Random, order: Order) -> None:
    fate, next_day = rng.random(), london_date(order.created) + timedelta(days=1)
    at = london_time(next_day, rng.randint(9, 16), rng.randint(0, 59), rng.randint(0, 59))
    units = order.ordered()
    order.waiting_stage = rng.choice((12, 12, 14, 18, 0))
    items = list(units)
    recent = order.created > world.nights[0].as_of - RECENT
    if not units:
        khaos_invoice(world, order, at, {})
    elif recent and fate < 0.25:
        return
    elif recent and fate < 0.35 and len(items) > 1:
        ship(world, order, at, {items[0]: units[items[0]]})
    elif fate > 0.97 and len(items) > 1:
        ship(world, order, at, {items[0]: units[items[0]]})
        ship(world, order, at + timedelta(minutes=40), {i: units[i] for i in items[1:]})
    else:
        ship(world, order, at, units)


def _invented(world: World, rng: Random) -> None:
    """What an order history cannot show: styles, packs, builds, services, and goods that nobody has bought yet."""
    catalogue = goods.Catalogue(world, rng)
    for _ in range(10):
        goods.style(catalogue, rng.randint(8, 14))
    for _ in range(60):
        description, department = catalogue.described()
        catalogue.item(Kind.SIMPLE, catalogue.code("NEW"), description, department)
    parts = [i for i in world.items if i.kind is Kind.SIMPLE and i.code.startswith("NEW")]
    for _ in range(8):
        goods.build(catalogue)
        goods.pack(catalogue, rng.sample(parts or world.items[:3], min(2, len(parts))))
