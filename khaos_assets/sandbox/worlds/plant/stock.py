"""STK-01, 02, 06, 07, 08: figures that differ though no order explains it.

Decided: a difference that arises on a later night is STK-07 when Khaos still shows the figure last agreed and STK-01
when Khaos's own figure moved, so STK-01 planted late moves Khaos, STK-07 moves WAIR. A drift never equals the open
units (that would be STK-02). Where a site has two locations, the scope joins them and the figures are their sums.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from khaos_assets.sandbox.worlds.amounts import cost, price, to_penny
from khaos_assets.sandbox.worlds.fulfilment import new_dispatch
from khaos_assets.sandbox.worlds.model import Item
from khaos_assets.sandbox.worlds.plant.choices import live_item, steady_item
from khaos_assets.sandbox.worlds.plant.field import Field
from khaos_assets.sandbox.worlds.plant.registry import plants


def at_cost(item: Item, units: Decimal | int) -> Decimal:
    return to_penny(abs(Fraction(units)) * (cost(item) or Fraction(0)))


def at_price(item: Item, units: Decimal | int) -> Decimal:
    return to_penny(abs(Fraction(units)) * price(item))


def unlike_open_units(field: Field, item: Item, site: str, units: int) -> int:
    """A number of units near `units` that no night's open units equal."""
    while Decimal(units) in field.open_units(item, site):
        units += 1
    return units


@plants("STK-01", usual=8)
def stock_drift(field: Field, n: int) -> None:
    """Khaos's figure is off by a few units, up or down."""
    for i in range(n):
        item, site = field.item(steady_item), field.site(i)
        extra = 2 if i % 8 == 6 and "ORD-16" not in field.wished else 0
        units = unlike_open_units(field, item, site, 1 + i * 3 % 7 + extra)
        off = Decimal(units - extra if i % 2 == 0 else -units)
        field.stock_up(item, field.place(site), 12)
        span = field.span(i)
        if extra:
            _partly_explained(field, item, site)

        def drift(_: datetime, item: Item = item, site: str = site, off: Decimal = off) -> None:
            item.khaos_off[site] = off

        def agree(_: datetime, item: Item = item, site: str = site) -> None:
            item.khaos_off.pop(site, None)

        field.during(span, drift, agree)
        field.truth.exception(
            span,
            "STK-01",
            "wair>khaos",
            item.code,
            scope=site,
            field="physical",
            units=off + extra,
            amount=at_cost(item, off + extra),
            note=f"Khaos {'above' if off > 0 else 'below'} WAIR",
        )


def _partly_explained(field: Field, item: Item, site: str) -> None:
    """WAIR also dispatched two of it for a reference nobody knows (ORD-16): the whole difference still stands."""
    place, at = field.place(site), field.moment(0)
    number = field.world.number("unknown_order", 990001)
    dispatch = new_dispatch(field.world, f"X{number}", at, {item: Decimal(2)}, location=place, carrier="RM-T48")
    field.world.orphan_dispatches.append(dispatch)
    field.truth.exception(
        field.always(),
        "ORD-16",
        "khaos>wair",
        dispatch.dispatch_id,
        amount=at_cost(item, 2),
        note=f"nobody knows order {dispatch.reference}; it explains a part of the stock difference",
    )


@plants("STK-02", usual=4, order=3)
def wrong_figure(field: Field, n: int) -> None:
    """WAIR shows as on hand what is only free to sell: the open units are missing from it."""
    for i in range(n):
        item = field.item(_with_open_units)
        site = next(s for s in field.world.mapped_sites() if min(field.open_units(item, s)) > 0)
        place = field.place(site)
        field.stock_up(item, place, 5 + int(max(field.open_units(item, site))))
        for night, units in enumerate(field.open_units(item, site)):

            def ignore_open_units(item: Item = item, place: str = place, units: Decimal = units) -> None:
                item.wair_off[place] = -units

            field.world.on_night(night, ignore_open_units)
            field.truth.exception(
                [night],
                "STK-02",
                "khaos>wair",
                item.code,
                scope=field.scope(site),
                field="available",
                units=-units,
                amount=at_cost(item, units),
                note="WAIR on hand equals Khaos available",
                again=night > 0,
            )
        field.truth.decoy(
            field.always(), "STK-01", "wair>khaos", item.code, scope=site, note=f"STK-02 explains it ({i})"
        )


def _with_open_units(field: Field, item: Item) -> bool:
    """A live item with open units at a site on every night."""
    return live_item(field, item) and any(min(field.open_units(item, s)) > 0 for s in field.world.mapped_sites())


@plants("STK-06", usual=6, order=3)
def impossible_quantity(field: Field, n: int) -> None:
    """In turn: WAIR has less than nothing on hand; Khaos has promised more than there is."""
    for i in range(n):
        if i % 2 == 0:
            _negative_on_hand(field, i // 2)
        else:
            _oversold(field, i // 2)


def _negative_on_hand(field: Field, i: int) -> None:
    item = field.item(steady_item)
    place = field.place(field.single_site(i))
    below = Decimal(1 + i % 4)
    span = field.span(i)

    site = field.world.locations[place]

    def sink(at: datetime) -> None:
        off = -field.figures[0].on_hand(item, place) - below
        item.wair_off[place], item.touched[place] = off, at
        if i % 2:
            # Khaos is below zero as well, and agrees: still one exception, WAIR's.
            item.khaos_off[site] = off

    def mend(at: datetime) -> None:
        item.wair_off.pop(place, None)
        item.khaos_off.pop(site, None)
        item.touched[place] = at

    field.during(span, sink, mend)
    field.truth.exception(
        span,
        "STK-06",
        "wair",
        item.code,
        scope=place,
        field="on_hand",
        amount=at_cost(item, below),
        note=f"{-below} on hand",
    )
    for code, systems in (("STK-01", "wair>khaos"), ("STK-06", "khaos")):
        field.truth.decoy(span, code, systems, item.code, scope=site, note="STK-06 in WAIR explains it")


def _oversold(field: Field, i: int) -> None:
    item = field.item(steady_with_open_units)
    short = min(1 + i % 3, int(max(min(field.open_units(item, s)) for s in field.world.mapped_sites())))
    site = oversell(field, item, short)
    field.truth.exception(
        field.always(),
        "STK-06",
        "khaos",
        item.code,
        scope=site,
        field="available",
        amount=at_cost(item, short),
        note=f"{-short} free to sell, WAIR agrees",
    )


def oversell(field: Field, item: Item, short: int) -> str:
    """Let both sides have `short` fewer than promised at the site with most open units, and agree on it. The site."""
    site = max(field.world.mapped_sites(), key=lambda s: min(field.open_units(item, s)))
    figures = field.figures[0]
    surplus = figures.level(item, site) + short
    # Take what is free, and `short` units more, away from both sides: it was never there.
    for place in field.world.places(site):
        taken = min(surplus, figures.on_hand(item, place))
        item.opening[place] = item.opening.get(place, Decimal(0)) - taken
        surplus -= taken
    return site


def steady_with_open_units(field: Field, item: Item) -> bool:
    """An item with open units that no night moves."""
    return steady_item(field, item) and any(min(field.open_units(item, s)) >= 1 for s in field.world.mapped_sites())


@plants("STK-07", usual=5, nights=2)
def update_late(field: Field, n: int) -> None:
    """Agreed the night before; WAIR counted anew since, hours ago; Khaos still shows the old figure."""
    night = field.last().first
    for i in range(n):
        item, site = field.item(steady_item), field.site(i)
        units = unlike_open_units(field, item, site, 2 + i % 5)
        counted = Decimal(-units if i % 2 == 0 else units)
        place = field.place(site)
        field.stock_up(item, place, 10)

        def count_anew(item: Item = item, place: str = place, counted: Decimal = counted) -> None:
            item.wair_off[place] = counted
            item.touched[place] = field.moment(night)

        field.world.on_night(night, count_anew)
        field.truth.exception(
            [night],
            "STK-07",
            "wair>khaos",
            item.code,
            scope=site,
            field="physical",
            units=-counted,
            amount=at_cost(item, counted),
            note="Khaos shows the figure of the night before",
        )
        field.truth.decoy([night], "STK-01", "wair>khaos", item.code, scope=site, note="STK-07 explains it")


@plants("STK-08", usual=6)
def allocation_differs(field: Field, n: int) -> None:
    """On hand agrees. In turn: WAIR holds more back than Khaos; its own three figures disagree; both at once."""
    for i in range(n):
        item, site = field.item(steady_item), field.site(i)
        place = field.place(site)
        field.stock_up(item, place, 15)
        held = Decimal(1 + i % 4)
        extra = (held, Decimal(0), held + 1)[i % 3]
        """By how much WAIR's available is lower than Khaos's."""
        span = field.span(i)

        def differ(
            at: datetime, item: Item = item, place: str = place, held: Decimal = held, extra: Decimal = extra
        ) -> None:
            item.allocated_off[place] = held
            item.available_off[place] = held - extra
            item.touched[place] = at

        def agree(at: datetime, item: Item = item, place: str = place) -> None:
            item.allocated_off.pop(place, None)
            item.available_off.pop(place, None)
            item.touched[place] = at

        field.during(span, differ, agree)
        units = -extra if extra else held
        field.truth.exception(
            span,
            "STK-08",
            "khaos>wair",
            item.code,
            scope=field.scope(site),
            field="allocated",
            units=units,
            amount=at_price(item, units),
            note=("more held back than in Khaos", "wair_inconsistent", "both")[i % 3],
        )
