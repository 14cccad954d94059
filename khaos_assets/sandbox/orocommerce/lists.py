"""Which rows a list has, in which order: filters and sorting over the tables, prepared once and kept while nothing
changes, so that the pages of a walk cost no more than their own rows.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from zlib import crc32

from khaos_assets.sandbox.orocommerce.conditions import Condition
from khaos_assets.sandbox.orocommerce.queries import Query
from khaos_assets.sandbox.orocommerce.tables import Table

KEPT = 64
BY_ID = (("id", False),)
BY_ID_FALLING = (("id", True),)
RANGES = ("gt", "gte", "lt", "lte")
Places = Sequence[int]


class Lists:
    """The listings of one installation. `shown` gives the rows of a type as they are shown now."""

    def __init__(self, shown: Callable[[str], Table]) -> None:
        self.shown = shown
        self._kept: OrderedDict[Any, Places] = OrderedDict()

    def places(self, table: Table, query: Query, salt: int = 0) -> Places:
        """Where the rows stand that meet the query, in its order; another `salt` gives another order of rows that are
        equal in it. All pages of a keyset walk share one listing: ids are looked up in it by bisection."""
        bounds, rest = _apart(query)
        rests_on = [table, *(self.shown(c.field.through) for c in rest if c.field.through)]
        key = (tuple((t.serial, t.version) for t in rests_on), tuple(rest), query.order, salt)
        if key in self._kept:
            self._kept.move_to_end(key)
            places = self._kept[key]
        else:
            places = _sorted(table, self._meeting(table, rest), query, salt)
            self._kept[key] = places
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        for bound in bounds:
            places = _within(table, places, bound, falling=query.order == BY_ID_FALLING)
        return places

    def _meeting(self, table: Table, conditions: Sequence[Condition]) -> Places:
        found: Places = range(len(table))
        direct = [self._joined(c) if c.field.through else c for c in conditions]
        first = next((c for c in direct if _by_index(c)), None)
        if first is not None:
            found = _looked_up(table, first)
        for condition in direct:
            if condition is first:
                continue
            column, holds = table.column(condition.field.at), condition.holds()
            found = [at for at in found if holds(column[at])]
        return found

    def _joined(self, condition: Condition) -> Condition:
        """The same by the relationship itself: the rows it may lead to are looked up first."""
        over = condition.field
        target = self.shown(str(over.through))
        name = condition.name.rpartition(".")[2]
        part = "relationships" if over.kind is over.kind.LINK else "attributes"
        there = replace(condition, field=replace(over, at=(part, name), through=None))
        ids = tuple(str(target.keys[at]) for at in self._meeting(target, [there]))
        return replace(condition, field=replace(over, through=None, kind=over.kind.LINK), operator="eq", values=ids)


def _apart(query: Query) -> tuple[list[Condition], list[Condition]]:
    """Ranges of ids, where the order is by id; and all other conditions."""
    if query.order not in (BY_ID, BY_ID_FALLING):
        return [], list(query.conditions)
    bounds = [c for c in query.conditions if c.name == "id" and c.operator in RANGES]
    return bounds, [c for c in query.conditions if c not in bounds]


def _by_index(condition: Condition) -> bool:
    return condition.operator == "eq" and all(isinstance(v, str | int) for v in condition.values)


def _looked_up(table: Table, condition: Condition) -> Places:
    if condition.name == "id":
        places = (table.place(str(value)) for value in condition.values)
        return sorted({at for at in places if at is not None})
    known = table.places(condition.field.at)
    if condition.field.any_case:
        wanted = {str(v).casefold() for v in condition.values}
        return sorted({at for value, places in known.items() if str(value).casefold() in wanted for at in places})
    return sorted({at for value in condition.values for at in known.get(value, ())})


def _sorted(table: Table, places: Places, query: Query, salt: int) -> Places:
    """Nulls stand first in a rising order. There is no hidden tie-breaker: equal rows are in an order of their own."""
    if query.order == BY_ID:
        return places
    if query.order == BY_ID_FALLING:
        return places[::-1]
    if all(name != "id" for name, _ in query.order):
        places = sorted(places, key=lambda at: crc32(b"%d %s" % (salt, str(table.keys[at]).encode())))
    for name, falls in reversed(query.order):
        column = table.column(("id",) if name == "id" else ("attributes", name))
        places = sorted(places, key=lambda at: _sort_value(column[at]), reverse=falls)
    return places


def _sort_value(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else "")


def _within(table: Table, places: Places, bound: Condition, *, falling: bool) -> Places:
    """The part of a listing in order of id that lies on one side of an id."""
    keys, wanted = table.keys, bound.values[0] if table.numeric else str(bound.values[0])
    at = bisect_right(keys, wanted) if bound.operator in ("gt", "lte") else bisect_left(keys, wanted)
    cut = bisect_left(places, at) if not falling else len(places) - bisect_left(places[::-1], at)
    above = bound.operator in ("gt", "gte")
    return places[cut:] if above is not falling else places[:cut]
