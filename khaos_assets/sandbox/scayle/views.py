"""What is shown of the rows while switches are on: edited records, rows missing from or added to a list.

The world itself stays as it is. A switch takes `keys` (ids or reference keys, as text) or `rows` (how many, from the
first; 1 unless said).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from khaos_assets.sandbox.scayle.calls import Call, Identifier, Refused
from khaos_assets.sandbox.scayle.edits import EDITS
from khaos_assets.sandbox.scayle.holdings import Holdings
from khaos_assets.sandbox.scayle.lists import Place
from khaos_assets.sandbox.scayle.rows import ORDERS, PRODUCTS, Group, Row, Shape
from khaos_assets.sandbox.scayle.walks import SHIFTED, Shift
from khaos_assets.sandbox.walk import Walk

LIST_VIEWS = ("lost_row", "other_shop_order")
VIEW_SWITCHES = frozenset({*EDITS, *LIST_VIEWS, "page_shift"})
KEPT = 16

Parameters = dict[str, Any]


class Views:
    """The rows as they are shown now. What was prepared is kept until the rows or the switches it rests on change."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings
        self.faults = holdings.faults
        self._walks: dict[tuple[Shape, Group], Walk] = {}
        self._prepared: dict[Any, Any] = {}

    def listing(self, shape: Shape, group: Group, call: Call, place: Place) -> Sequence[Row]:
        """The rows of a list for one call, not yet edited. Notes that the walk went on by a page."""
        rows = self.holdings.table(shape).group(group)
        if not self.faults.switches:
            return rows
        walk = self._walks.setdefault((shape, group), Walk())
        walk.asked(place.offset, place.limit)
        for shift in self._shifts(shape, group):
            rows = shift.rows
        for name in LIST_VIEWS:
            for parameters in self.faults.every("scayle", name, path=call.path):
                if parameters.get("entity", ORDERS.entity) == shape.entity:
                    rows = self._changed(name, shape, group, rows, parameters)
        walk.answered()
        return rows

    def found(self, shape: Shape, identifier: Identifier) -> Row:
        """One row as it is shown. Raises Refused (404)."""
        row = self.holdings.table(shape).get(identifier)
        if self.faults.switches:
            for walked, group in list(self._walks):
                if walked is shape:
                    for shift in self._shifts(shape, group):
                        row = shift.look(identifier, row)
        if row is None:
            raise Refused(404, f"{shape.entity[:-1].upper()}_NOT_FOUND", f"{shape.entity} has no {identifier}")
        return self.edited(shape, row)

    def edited(self, shape: Shape, row: Row) -> Row:
        """A row with what the switches do to its record."""
        if not self.faults.switches:
            return row
        for name, (concerned, edit) in EDITS.items():
            if concerned is shape:
                for parameters in self.faults.every("scayle", name):
                    if self._is_chosen(shape, row, parameters, edit.usual):
                        row = row._replace(line=edit(row, parameters, self.holdings))
        return row

    def _is_chosen(self, shape: Shape, row: Row, parameters: Parameters, usual: int | None) -> bool:
        if (keys := parameters.get("keys")) is not None:
            return bool(_names(shape, row, self.holdings) & set(map(str, keys)))
        number = parameters.get("rows", usual)
        return number is None or row.id in self._first(shape, number)

    def _first(self, shape: Shape, number: int) -> frozenset[int]:
        """The ids of the first rows of an entity."""
        table = self.holdings.table(shape)

        def ids() -> frozenset[int]:
            every = sorted(row.id for group in table.groups() for row in table.group(group)[:number])
            return frozenset(every[:number])

        return self._prepare(("first", shape, table.version, number), ids)

    def _shifts(self, shape: Shape, group: Group) -> list[Shift]:
        """The shift of a list that has come about by now: the last one of those switched on."""
        walk, table = self._walks[shape, group], self.holdings.table(shape)
        found: list[Shift] = []
        for parameters in self.faults.every("scayle", "page_shift"):
            concerned = parameters.get("entity", ORDERS.entity) == shape.entity and shape in SHIFTED
            if concerned and walk.shifted(parameters):
                token = ("shift", shape, group, table.version, repr(parameters))
                found.append(self._prepare(token, lambda p=parameters: Shift(shape, group, p, self.holdings)))
        return found[-1:]

    def _changed(
        self, name: str, shape: Shape, group: Group, rows: Sequence[Row], parameters: Parameters
    ) -> Sequence[Row]:
        table = self.holdings.table(shape)

        def change() -> Sequence[Row]:
            if name == "lost_row":
                lost = {row.id for row in _chosen(shape, rows, parameters, self.holdings)}
                return [row for row in rows if row.id not in lost]
            foreign = sorted((r for g in table.groups() if g != group for r in table.group(g)), key=lambda r: r.id)
            return sorted([*rows, *_chosen(shape, foreign, parameters, self.holdings)], key=lambda r: r.id)

        return self._prepare((name, shape, group, table.version, id(rows), len(rows), repr(parameters)), change)

    def _prepare(self, token: Any, make: Any) -> Any:
        token = (self.holdings.world.night, token)
        if token not in self._prepared:
            while len(self._prepared) >= KEPT:
                del self._prepared[next(iter(self._prepared))]
            self._prepared[token] = make()
        return self._prepared[token]


def _chosen(shape: Shape, rows: Sequence[Row], parameters: Parameters, holdings: Holdings) -> Sequence[Row]:
    if (keys := parameters.get("keys")) is not None:
        wanted = set(map(str, keys))
        return [row for row in rows if _names(shape, row, holdings) & wanted]
    return rows[: parameters.get("rows", 1)]


def _names(shape: Shape, row: Row, holdings: Holdings) -> set[str]:
    """What a row may be called by: of stock it is its variant."""
    if shape.numbered or shape is PRODUCTS:
        return {str(row.id), row.reference or ""}
    return {row.group[0], holdings.variants.reference_of(int(row.group[0])) or ""}
