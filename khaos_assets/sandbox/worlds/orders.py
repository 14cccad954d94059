"""The orders of a seeded merchant over the last weeks: retail, trade, telephone, parts, parcels, returns."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from khaos_assets.sandbox.worlds.amounts import price, to_penny
from khaos_assets.sandbox.worlds.clock import london_date, london_time
from khaos_assets.sandbox.worlds.fulfilment import khaos_invoice, ship, ship_in_boxes
from khaos_assets.sandbox.worlds.markets import euro_price
from khaos_assets.sandbox.worlds.model import Customer, Item, Kind, Line, Order, World

DAYS = 45


def make_orders(world: World, rng: Random, count: int) -> None:
    """`count` orders and credit notes, created over 45 days up to the evening before the last night."""
    goods = sellable_items(world)
    customers = [c for c in world.customers if c.company_class in ("Retail", "Trade")]
    last = world.nights[-1].date - timedelta(days=1)
    days = sorted(last - timedelta(days=int(DAYS * rng.random() ** 1.3)) for _ in range(count))
    for day in days:
        if len(world.orders) >= count:
            break
        customer = rng.choice(customers)
        order = new_order(world, rng, customer, order_time(rng, day))
        add_lines(world, rng, order, rng.choices(goods, k=rng.choice((1, 1, 1, 2, 2, 3, 4))))
        settle(world, rng, order, count)


def sellable_items(world: World) -> list[Item]:
    """What may stand on an order: in WAIR where WAIR carries it, and still sold."""
    kinds = (Kind.SIMPLE, Kind.BUILD, Kind.STYLE_CHILD)
    live = [i for i in world.items if i.kind in kinds and i.wair and i.wair.active and not i.discontinued]
    return live + [i for i in world.items if i.kind is Kind.PACK]


def order_time(rng: Random, day: date) -> datetime:
    return london_time(day, rng.randint(7, 21), rng.randint(0, 59), rng.randint(0, 59))


def new_order(world: World, rng: Random, customer: Customer, created: datetime, reference: str | None = None) -> Order:
    """An order without lines; its site, location and courier are drawn. `reference` "" for the telephone."""
    site = rng.choices(world.mapped_sites(), weights=(70, 18, 12)[: len(world.mapped_sites())])[0]
    carrier = rng.choices(list(world.couriers), weights=(30, 15, 30, 17, 5, 3))[0]
    number = world.number("order", 200001)
    order = Order(
        code=f"SO{number}",
        reference=f"W{number - 100000:07d}" if reference is None else reference,
        customer=customer,
        created=created,
        site=site,
        location=rng.choice(world.places(site)),
        currency=customer.currency,
        courier=world.couriers[carrier],
        carrier=carrier,
        lines=[],
    )
    order.site_on_lines = rng.random() < 0.05
    order.delivery_gross = Decimal(rng.choice(("0.00", "3.95", "5.95", "7.50")))
    rate = Fraction(6, 5) if customer.currency == "GBP" else Fraction(1)
    order.delivery_net = to_penny(Fraction(order.delivery_gross) / rate)
    world.orders.append(order)
    return order


def add_lines(world: World, rng: Random, order: Order, items: list[Item]) -> None:
    """Lines of these items, each once; now and then postage, a free-form line, a discount; a pack brings children."""
    is_trade = order.customer.company_class == "Trade"
    for item in dict.fromkeys(items):
        if any(x.item is item for x in order.lines):
            continue
        quantity = Decimal(rng.choice((2, 4, 6, 12)) if is_trade else rng.choice((1, 1, 1, 2, 3)))
        if item.by_the_metre:
            quantity *= Decimal("1.25")
        line = priced_line(world, order, item, quantity)
        line.discount = Decimal(rng.choice(("0", "0", "0", "0", "0", "5", "10", "12.5")))
        order.lines.append(line)
        if item.kind is Kind.PACK:
            if any(c in (x.item for x in order.lines) for c, _, _ in item.links):
                order.lines.remove(line)
                continue
            number = len(order.lines)
            line.pack_sort = f"{number:03d}.001"
            for child, _, units in item.links:
                order.lines.append(
                    Line(
                        child,
                        quantity * units,
                        Decimal(0),
                        line.price_is_net,
                        line.tax_code,
                        pack_sort=f"{number:03d}.002",
                    )
                )
    if rng.random() < 0.06:
        postage = next(i for i in world.items if i.kind is Kind.NON_STOCK)
        order.lines.append(priced_line(world, order, postage, Decimal(1)))
    if rng.random() < 0.03:
        order.lines.append(
            Line(None, Decimal(1), Decimal("1.50"), is_net(world, order), description="Gift message card")
        )


def is_net(world: World, order: Order) -> bool:
    return world.arithmetic[order.customer.company_class] == "net"


def priced_line(world: World, order: Order, item: Item, quantity: Decimal) -> Line:
    """A line at list price in the customer's currency and method; goods abroad and zero-rated goods carry no VAT."""
    net = price(item)
    if order.currency != "GBP":
        return Line(item, quantity, euro_price(item), True, 2, description=item.description)
    if item.vat_percent == 0:
        return Line(item, quantity, to_penny(net), True, 2, description=item.description)
    if is_net(world, order):
        return Line(item, quantity, to_penny(net), True, 1, description=item.description)
    return Line(item, quantity, to_penny(net * Fraction(6, 5)), False, 1, description=item.description)


def settle(world: World, rng: Random, order: Order, most: int) -> None:
    """What became of the order: sent next day in one or two parcels, sent in part, waiting, cancelled, returned."""
    fate, next_day = rng.random(), london_date(order.created) + timedelta(days=1)
    at = london_time(next_day, rng.randint(9, 16), rng.randint(0, 59), rng.randint(0, 59))
    units = order.ordered()
    order.waiting_stage = rng.choice((12, 12, 14, 18, 0))
    if fate < 0.03:
        order.cancelled_at = at
    elif fate < 0.11:
        pass
    elif fate < 0.17 and (parts := _parts(units)):
        first, rest = parts
        ship(world, order, at, first)
        if fate > 0.14:
            ship(world, order, at + timedelta(days=3), rest)
    elif fate < 0.195 and len(units) > 1:
        ship_in_boxes(world, order, at, [{item: quantity} for item, quantity in units.items()])
    elif fate < 0.22 and len(units) > 1:
        for item, quantity in units.items():
            ship(world, order, at, {item: quantity})
    else:
        ship(world, order, at, units)
        if fate > 0.96 and order.created < world.nights[0].as_of - timedelta(days=7) and len(world.orders) < most:
            credit_note(world, order, at + timedelta(days=5), returned=fate < 0.99)


def _parts(units: dict[Item, Decimal]) -> tuple[dict[Item, Decimal], dict[Item, Decimal]] | None:
    """The units in two parts, or nothing where they cannot be parted."""
    items = list(units)
    if len(items) > 1:
        return {items[0]: units[items[0]]}, {i: units[i] for i in items[1:]}
    if items and units[items[0]] >= 2 and units[items[0]] == units[items[0]].to_integral_value():
        return {items[0]: Decimal(1)}, {items[0]: units[items[0]] - 1}
    return None


def credit_note(world: World, order: Order, at: datetime, *, returned: bool) -> Order:
    """A credit note for the first line of an order, under its reference; open until the goods are `returned`."""
    line = order.lines[0]
    note = Order(
        code=f"CN{order.code[2:]}",
        reference=order.reference,
        customer=order.customer,
        created=at,
        site=order.site,
        location=order.location,
        currency=order.currency,
        courier=order.courier,
        carrier=order.carrier,
        lines=[
            Line(
                line.item, line.quantity, line.price, line.price_is_net, line.tax_code, line.discount, line.description
            )
        ],
        is_credit=True,
    )
    world.orders.append(note)
    if line.item is not None and returned:
        # A credit note's invoice counts its units as sent: goods that came back, not goods that left.
        khaos_invoice(world, note, at, {line.item: line.quantity})
    return note


def special_orders(world: World, rng: Random, scale: int) -> None:
    """Orders that look odd and are right: by telephone, of test and internal accounts, in the hour that comes twice."""
    goods = [i for i in sellable_items(world) if i.stocked]
    if not goods:
        return
    recent = world.nights[0].date
    retail = [c for c in world.customers if c.company_class in ("Retail", "Trade")]
    for n in range(2 * scale):
        order = new_order(
            world, rng, rng.choice(retail), order_time(rng, recent - timedelta(days=2 + n % 6)), reference=""
        )
        add_lines(world, rng, order, [rng.choice(goods)])
        order.waiting_stage = (12, 17, 18)[n % 3]
    for n in range(5 * scale):
        account = rng.choice([c for c in world.customers if c.company_class in world.non_commercial])
        order = new_order(world, rng, account, order_time(rng, recent - timedelta(days=3 + n % 9)))
        add_lines(world, rng, order, [rng.choice(goods)])
        order.waiting_stage = 12
    for n in range(3 * scale):
        order = new_order(world, rng, rng.choice(retail), order_time(rng, recent - timedelta(days=4 + n % 9)))
        add_lines(world, rng, order, [rng.choice(goods)])
        order.cancelled_at = order.created + timedelta(hours=20)
    for hour in (0, 1) if ambiguous_day(world) else ():
        day = ambiguous_day(world) or recent
        created = datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC)
        order = new_order(world, rng, rng.choice(retail), created)
        add_lines(world, rng, order, [rng.choice(goods)])
        ship(world, order, london_time(day, 11 + hour, 5), order.ordered())


def ambiguous_day(world: World) -> date | None:
    """The last Sunday of October that lies inside the order history, if any."""
    oldest = min((london_date(o.created) for o in world.orders), default=world.nights[0].date)
    for year in range(world.nights[-1].date.year, oldest.year - 1, -1):
        day = date(year, 10, 31)
        day -= timedelta(days=(day.weekday() + 1) % 7)
        if oldest <= day < world.nights[0].date:
            return day
    return None
