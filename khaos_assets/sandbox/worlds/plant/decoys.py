"""Legal differences that must never be reported as open: those of the catalogue's list that two systems can have.

Some are made here, some are found in the consistent world and only named. Numbers are those of the catalogue's list.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from khaos_assets.sandbox.worlds.fulfilment import khaos_invoice, wair_dispatch
from khaos_assets.sandbox.worlds.listings import unlist
from khaos_assets.sandbox.worlds.model import Item, Kind, Line, Order, Transfer
from khaos_assets.sandbox.worlds.orders import new_order, priced_line
from khaos_assets.sandbox.worlds.plant.choices import (
    idle_simple_item,
    shipped_order,
    steady_item,
    waiting_order,
)
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError
from khaos_assets.sandbox.worlds.plant.items import foreign_item
from khaos_assets.sandbox.worlds.plant.named import name_what_is_there
from khaos_assets.sandbox.worlds.plant.registry import plants
from khaos_assets.sandbox.worlds.plant.stock import oversell, steady_with_open_units, unlike_open_units


@plants("decoys", usual=3, order=9)
def decoys(field: Field, n: int) -> None:
    """Make `n` of each kind, as far as there are subjects, and name what is there anyway."""
    makers: tuple[Callable[[Field, int], None], ...] = (
        in_transit,
        inside_dispatch_grace,
        sent_today,
        inside_stock_grace,
        inside_tracking_grace,
        untracked,
        withdrawn,
        repeated_lines,
        voided_beside_sent,
        nothing_to_dispatch,
        back_orderable,
        new_in_khaos,
    )
    for make in makers:
        for i in range(n):
            try:
                make(field, i)
            except NotEnoughError:
                break
    name_what_is_there(field, n)


def in_transit(field: Field, i: int) -> None:
    """18: on its way between two locations. Khaos still has it where it was, or already where it goes."""
    world, item = field.world, field.item(steady_item)
    sites = world.mapped_sites()
    # From the default site to another, from that one on, then between the two locations of one site.
    source = sites[i % len(sites)] if i % 3 < 2 else sites[0]
    target = sites[(i + 1) % len(sites)] if i % 3 < 2 else sites[0]
    units = unlike_open_units(field, item, source, 4 + i)
    origin, goal = field.place(source), world.places(target)[-1]
    field.stock_up(item, origin, max(12, units))
    item.wair_off[origin] = Decimal(-units)
    if i % 3 == 1:
        item.khaos_off[source], item.khaos_off[target] = Decimal(-units), Decimal(units)
    shipped_at = field.moment(0) - timedelta(hours=20)
    number = world.number("transfer", 500001)
    world.transfers.append(
        Transfer(
            f"TRF-{number}",
            item,
            origin,
            goal,
            Decimal(units + 2),
            Decimal(2),
            shipped_at,
            shipped_at + timedelta(hours=3),
        )
    )
    site = target if i % 3 == 1 else source
    field.truth.decoy(
        field.always(), "STK-01", "wair>khaos", item.code, scope=site, note=f"18: {units} in transit {origin} to {goal}"
    )


def inside_dispatch_grace(field: Field, i: int) -> None:
    """2: dispatched 20 minutes before the night's as-of, booked in Khaos next morning."""
    night = i % len(field.nights)
    order, as_of = field.order(waiting_order), field.nights[night]
    units = order.ordered()
    dispatch = wair_dispatch(field.world, order, as_of - timedelta(minutes=20), units)
    khaos_invoice(field.world, order, as_of + timedelta(hours=7), units, dispatch.tracking)
    field.truth.decoy([night], "ORD-05", "wair>khaos", order.key, note="dispatched 20 minutes ago")
    _stock_decoys(field, night, order, "dispatched 20 minutes ago")


def sent_today(field: Field, i: int) -> None:
    """2: sent in Khaos with the night's own date: its dispatch grace ends an hour after that day does."""
    night = i % len(field.nights)
    order, as_of = field.order(waiting_order), field.nights[night]
    units = order.ordered()
    dispatch = wair_dispatch(field.world, order, as_of + timedelta(hours=8), units)
    khaos_invoice(field.world, order, as_of - timedelta(minutes=25), units, dispatch.tracking)
    field.truth.decoy([night], "ORD-17", "khaos>wair", order.key, note="sent today")
    _stock_decoys(field, night, order, "sent today")


def _stock_decoys(field: Field, night: int, order: Order, note: str) -> None:
    for item in order.ordered():
        field.truth.decoy([night], "STK-01", "wair>khaos", item.code, scope=order.site, note=note)


def inside_stock_grace(field: Field, i: int) -> None:
    """2: WAIR's figure changed ten minutes ago; Khaos has it the next night."""
    night = len(field.nights) - 1 - i % len(field.nights)
    item, site = field.item(steady_item), field.site(i)
    place = field.place(site)
    units = unlike_open_units(field, item, site, 3 + i)
    field.stock_up(item, place, max(10, units))
    changed = field.nights[night] - timedelta(minutes=10)

    def count() -> None:
        item.wair_off[place], item.touched[place] = Decimal(-units), changed

    def follow() -> None:
        item.khaos_off[site] = Decimal(-units)

    field.world.on_night(night, count)
    field.world.on_night(night + 1, follow)
    for code in ("STK-01", "STK-07"):
        field.truth.decoy([night], code, "wair>khaos", item.code, scope=site, note="WAIR changed ten minutes ago")


def inside_tracking_grace(field: Field, i: int) -> None:
    """2: no tracking number yet, 90 minutes after the dispatch; Khaos booked it in the meantime."""
    night = i % len(field.nights)
    order, as_of = field.order(_untouched_waiting), field.nights[night]
    units = order.ordered()
    dispatch = wair_dispatch(field.world, order, as_of - timedelta(minutes=90), units)
    number, dispatch.tracking = dispatch.tracking, None
    khaos_invoice(field.world, order, as_of - timedelta(minutes=70), units, number)

    def fill() -> None:
        dispatch.tracking, dispatch.updated_at = number, as_of + timedelta(hours=2)

    field.world.on_night(night + 1, fill)
    field.truth.decoy([night], "ORD-06", "wair>khaos", dispatch.dispatch_id, note="dispatched 90 minutes ago")


def _untouched_waiting(field: Field, order: Order) -> bool:
    """An open order with a tracked courier."""
    return waiting_order(field, order) and order.carrier not in field.world.untracked


def untracked(field: Field, i: int) -> None:
    """A carrier service without tracking, or collection: no number, ever."""
    del i
    order = field.order(_by_untracked_service)
    field.truth.decoy(
        field.always(), "ORD-06", "wair>khaos", order.dispatches[0].dispatch_id, note="an untracked service"
    )


def _by_untracked_service(field: Field, order: Order) -> bool:
    """An order sent by an untracked service."""
    return shipped_order(field, order) and order.carrier in field.world.untracked


def withdrawn(field: Field, i: int) -> None:
    """A SKU that Khaos does not know, withdrawn in WAIR."""
    foreign = foreign_item(field, f"OLD-{field.world.number('withdrawn', 3001)}", active=False)
    field.truth.decoy(field.always(), "SKU-01", "khaos>wair", foreign.wair.sku, note=f"withdrawn in WAIR ({i})")


def repeated_lines(field: Field, i: int) -> None:
    """6: one Khaos line of several units stands on two lines of the dispatch."""
    del i
    order = field.order(_with_several_units)
    dispatch = order.dispatches[0]
    item, units = next((x, q) for x, q in dispatch.lines if q >= 2)
    rest = [(x, q) for x, q in dispatch.lines if x is not item]
    dispatch.lines = [(item, Decimal(1)), *rest, (item, units - 1)]
    field.truth.decoy(field.always(), "ORD-15", "wair>khaos", order.key, note="one SKU on two lines of the dispatch")


def _with_several_units(field: Field, order: Order) -> bool:
    """An order sent whole with a line of two or more."""
    return shipped_order(field, order) and any(q >= 2 for q in order.ordered().values())


def voided_beside_sent(field: Field, i: int) -> None:
    """A first dispatch was voided; the order is open and nothing left."""
    del i
    order = field.order(waiting_order)
    at = field.moment(0)
    wair_dispatch(field.world, order, at, order.ordered()).void_from = at + timedelta(minutes=30)
    field.truth.decoy(field.always(), "ORD-05", "wair>khaos", order.key, note="the dispatch was voided")


def nothing_to_dispatch(field: Field, i: int) -> None:
    """16 and 23: an order of postage and a free-form line alone is sent in Khaos; there is nothing to dispatch."""
    world = field.world
    postage = next((x for x in world.items if x.kind is Kind.NON_STOCK), None)
    if postage is None:
        raise NotEnoughError("a non-stock code")
    customer = next(c for c in world.customers if c.company_class == "Retail" and c.currency == "GBP")
    order = new_order(world, field.rng, customer, field.moment(0) - timedelta(days=2 + i))
    order.lines = [
        priced_line(world, order, postage, Decimal(1)),
        Line(None, Decimal(1), Decimal("2.00"), False, description="Express surcharge, by hand"),
    ]
    khaos_invoice(world, order, field.moment(0), {})
    field.use(order)
    field.truth.decoy(field.always(), "ORD-17", "khaos>wair", order.key, note="postage only")


def back_orderable(field: Field, i: int) -> None:
    """Khaos has promised more than there is of an item that is configured as back-orderable; WAIR agrees."""
    del i
    item = field.item(steady_with_open_units)
    site = oversell(field, item, 1)
    field.world.back_orderable.append(item.code)
    field.truth.decoy(field.always(), "STK-06", "khaos", item.code, scope=site, note="configured as back-orderable")


def new_in_khaos(field: Field, i: int) -> None:
    """An item that Khaos has only since the last night is not missed in WAIR before the attribute lag is over."""
    if len(field.nights) < 2:
        raise NotEnoughError("a night before")
    item = field.item(_standing_alone)
    item.wair, item.first_night = None, len(field.nights) - 1
    item.updated_at = field.moment(item.first_night)
    for system in ("wair", *item.listings):
        note = f"new in Khaos since yesterday ({i})"
        field.truth.decoy(field.last(), "SKU-03", f"khaos>{system}", item.code, note=note)
    unlist(field.world, item)


def _standing_alone(field: Field, item: Item) -> bool:
    """A simple item on no order, in no pack."""
    return idle_simple_item(field, item) and not field.is_linked(item)
