"""Fault switches that change rows: what each type shows while they are on. The world itself stays as it is.

Such a switch takes `keys` (ids) or `rows` (how many, from the first), `entity` where it can be about several types, and
`nights`. A function here gets the rows in order of id and returns what is shown instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.orocommerce.conditions import wire_time
from khaos_assets.sandbox.orocommerce.happenings import Happenings, shift
from khaos_assets.sandbox.orocommerce.resources import SYSTEM
from khaos_assets.sandbox.orocommerce.tables import Row, Table, line, plain_number, row

Parameters = Mapping[str, Any]
ORDER, SUBTOTALS, STOCK = "orders", "ordersubtotals", "inventorylevels"
NEW_IN_71 = (STOCK, ORDER, "customers")
DEFAULT_ENTITY = "products"
_SUBTOTAL_ID = re.compile(r"(\d+-[a-z_]+-)(\d+)")


@dataclass(frozen=True)
class Around:
    """What a change of rows may look at beside them."""

    table: Callable[[str], Table]
    as_of: datetime


Change = Callable[[Table, Parameters, Around], Table]
Edit = Callable[[Row, Parameters, Around], Row]


def _chosen(table: Table, parameters: Parameters, default: int | None) -> set[str]:
    """The ids that a switch means; `default` None = all rows."""
    if (keys := parameters.get("keys")) is not None:
        return {str(k) for k in keys}
    return {str(k) for k in table.keys[: parameters.get("rows", default)]}


def _rewriting(edit: Edit, default: int | None = 1) -> Change:
    def change(table: Table, parameters: Parameters, around: Around) -> Table:
        chosen = _chosen(table, parameters, default)
        shown: list[tuple[str, bytes]] = []
        for id_, text in table.items():
            if id_ in chosen:
                new = edit(row(text), parameters, around)
                shown.append((str(new["id"]), line(new)))
            else:
                shown.append((id_, text))
        return table.with_rows(shown)

    return change


def _with(of: Row, **attributes: Any) -> Row:
    return of | {"attributes": of.get("attributes", {}) | attributes}


def _hidden(table: Table, parameters: Parameters, _: Around) -> Table:
    chosen = _chosen(table, parameters, 1)
    shown = table.with_rows(item for item in table.items() if item[0] not in chosen)
    shown.withheld = table.withheld | chosen
    return shown


def _same_second(of: Row, parameters: Parameters, around: Around) -> Row:
    return _with(of, updatedAt=parameters.get("at", wire_time(around.as_of - timedelta(hours=1))))


def _padded(of: Row, parameters: Parameters, _: Around) -> Row:
    return _respelled(of, lambda quantity: f"{quantity:.{parameters.get('places', 10)}f}")


def _unpadded(of: Row, _: Parameters, __: Around) -> Row:
    return _respelled(of, plain_number)


def _respelled(of: Row, spelled: Callable[[Decimal], str]) -> Row:
    """A quantity that is planted to be no number stays as it is."""
    try:
        return _with(of, quantity=spelled(Decimal(str(of["attributes"]["quantity"]))))
    except (KeyError, InvalidOperation):
        return of


def _fields_71(of: Row, parameters: Parameters, _: Around) -> Row:
    kept = {n: v for n, v in of.get("attributes", {}).items() if n != "externalId"}
    present = parameters.get("present", True)
    return of | {"attributes": {"externalId": None, **of.get("attributes", {})} if present else kept}


def _empty_as_object(of: Row, _: Parameters, __: Around) -> Row:
    return of | {"attributes": {n: {} if v == [] else v for n, v in of.get("attributes", {}).items()}}


def _total(of: Row, more: Decimal) -> Row:
    return _with(of, totalValue=f"{Decimal(str(of['attributes']['totalValue'])) + more:.4f}")


def _total_disagrees(of: Row, parameters: Parameters, _: Around) -> Row:
    return _total(of, Decimal(str(parameters.get("by", "1"))))


def _tax_on_top(of: Row, _: Parameters, around: Around) -> Row:
    subtotals = around.table(SUBTOTALS)
    places = subtotals.places(("relationships", "order")).get(of["id"], ())
    rows = [row(subtotals.lines[at])["attributes"] for at in places]
    return _total(of, sum((Decimal(r["amount"]) for r in rows if r["orderSubtotalType"] == "tax"), Decimal()))


def _renumbered(table: Table, parameters: Parameters, _: Around) -> Table:
    """As if another subtotal stood before the chosen orders' own: every position grows."""
    by, chosen = parameters.get("by", 1), parameters.get("keys")

    def moved(id_: str) -> str:
        found = _SUBTOTAL_ID.fullmatch(id_)
        return id_ if found is None else f"{found[1]}{int(found[2]) + by}"

    def one(id_: str, text: bytes) -> tuple[str, bytes]:
        if chosen is not None and id_.partition("-")[0] not in chosen:
            return id_, text
        new = row(text)
        if table.type == SUBTOTALS:
            return moved(id_), line(new | {"id": moved(id_)})
        links = new.get("relationships", {}).get("orderSubtotals", {}).get("data") or []
        for link in links:
            link["id"] = moved(link["id"])
        return id_, line(new)

    return table.with_rows(one(*item) for item in table.items())


def _closed(of: Row, _: Parameters, __: Around) -> Row:
    closed = {"data": {"type": "orderinternalstatuses", "id": "closed"}}
    return of | {"relationships": of.get("relationships", {}) | {"internalStatus": closed}}


ROW_SWITCHES: dict[str, tuple[tuple[str, ...] | None, Change]] = {
    "same_second": (None, _rewriting(_same_second, None)),
    "quantity_padded": ((STOCK,), _rewriting(_padded, None)),
    "quantity_unpadded": ((STOCK,), _rewriting(_unpadded, None)),
    "fields_71": (NEW_IN_71, _rewriting(_fields_71, None)),
    "empty_as_object": ((DEFAULT_ENTITY, "pricelists", SUBTOTALS), _rewriting(_empty_as_object, None)),
    "total_disagrees": ((ORDER,), _rewriting(_total_disagrees)),
    "tax_on_top": ((ORDER,), _rewriting(_tax_on_top, None)),
    "subtotals_renumbered": ((SUBTOTALS, ORDER), _renumbered),
    "closed_order": ((ORDER,), _rewriting(_closed)),
    "hidden_rows": (None, _hidden),
}
"""Switch → the types it concerns (None: the one named by `entity`, products unless said) and what it does."""
PAGE_SHIFT = "page_shift"
SWITCHES = frozenset({*ROW_SWITCHES, PAGE_SHIFT})


class Views:
    """The rows of every type as they are shown now. Prepared rows are kept until rows or switches change."""

    def __init__(self, table: Callable[[str], Table], as_of: Callable[[], datetime], faults: Faults) -> None:
        self.table = table
        self.as_of = as_of
        self.faults = faults
        self.happenings = Happenings()
        self._kept: dict[str, tuple[Any, Table]] = {}

    def shown(self, type_: str) -> Table:
        """The rows of a type with the switches that are on for it."""
        table = self.table(type_)
        if not self.faults.switches or not (on := self._on(type_)):
            return table
        key = (table.serial, table.version, msgspec.json.encode(on))
        if type_ in self._kept and self._kept[type_][0] == key:
            return self._kept[type_][1]
        around = Around(self.table, self.as_of())
        for name, parameters, times in on:
            if name == PAGE_SHIFT:
                table = shift(table, parameters, times, around.as_of)
            else:
                table = ROW_SWITCHES[name][1](table, parameters, around)
        self._kept[type_] = (key, table)
        return table

    def answered(self, type_: str) -> None:
        """Note that a page of a list went out: rows may change now."""
        if parameters := self.faults.active(SYSTEM, PAGE_SHIFT, entity=type_):
            self.happenings.answered(type_, parameters)

    def _on(self, type_: str) -> list[tuple[str, Parameters, int]]:
        found: list[tuple[str, Parameters, int]] = []
        for name, (types, _) in ROW_SWITCHES.items():
            if types is None or type_ in types:
                found += (
                    (name, p, 0)
                    for p in self.faults.every(SYSTEM, name, entity=type_)
                    if types is not None or "entity" in p or type_ == DEFAULT_ENTITY
                )
        if parameters := self.faults.active(SYSTEM, PAGE_SHIFT, entity=type_):
            found.append((PAGE_SHIFT, parameters, self.happenings.times(type_, parameters)))
        return found
