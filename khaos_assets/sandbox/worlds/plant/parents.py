"""STK-03: a parent that WAIR counts beside its children. Decided: the cost of a pack without one is its components'."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from khaos_assets.sandbox.worlds.amounts import pack_cost, to_penny
from khaos_assets.sandbox.worlds.catalogue_items import put_in_wair
from khaos_assets.sandbox.worlds.model import Item, Kind
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError
from khaos_assets.sandbox.worlds.plant.registry import plants


@plants("STK-03", usual=4, order=3)
def counted_twice(field: Field, n: int) -> None:
    """In turn a pack and a style parent; one in five is negative (STK-06, suppressed)."""
    for i in range(n):
        try:
            item = field.item(_pack if i % 2 == 0 else _style_parent)
        except NotEnoughError:
            item = field.item(_style_parent if i % 2 == 0 else _pack)
        site = field.site(i)
        place = field.place(site)
        units = Decimal(3 + i) if i % 5 != 4 else Decimal(-2)
        put_in_wair(item)
        span = field.span(i)

        def count(at: datetime, item: Item = item, place: str = place, units: Decimal = units) -> None:
            item.wair_off[place] = units
            item.touched[place] = at

        def mend(at: datetime, item: Item = item, place: str = place) -> None:
            item.wair_off.pop(place, None)
            item.touched[place] = at

        field.during(span, count, mend)
        field.truth.exception(
            span,
            "STK-03",
            "khaos>wair",
            item.code,
            scope=field.scope(site),
            field="pack" if item.kind is Kind.PACK else "scs",
            units=abs(units),
            amount=to_penny(Fraction(abs(units)) * pack_cost(item)),
            note="a parent with stock of its own in WAIR",
        )


def _pack(field: Field, item: Item) -> bool:
    """A pack that WAIR does not know."""
    del field
    return item.kind is Kind.PACK and item.wair is None


def _style_parent(field: Field, item: Item) -> bool:
    """A style parent with a cost that WAIR does not know."""
    del field
    return item.kind is Kind.STYLE_PARENT and item.wair is None and bool(item.buy_price)
