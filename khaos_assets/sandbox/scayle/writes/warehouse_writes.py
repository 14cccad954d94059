"""Warehouses and reservations: documented writes that the product does not use."""

from __future__ import annotations

from typing import Any

from khaos_assets.sandbox.scayle import lists
from khaos_assets.sandbox.scayle.bodies import invalid, optional, required
from khaos_assets.sandbox.scayle.calls import Call, Identifier, Refused
from khaos_assets.sandbox.scayle.holdings import Change, Holdings
from khaos_assets.sandbox.scayle.rows import STOCKS, WAREHOUSES, Record, Row, line
from khaos_assets.sandbox.scayle.write import Done, Write


class WarehouseWrites:
    """Warehouses can be added and removed, not changed."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings

    def create(self, write: Write) -> Done:
        """POST /warehouses"""
        body, table = write.call.record(), self.holdings.table(WAREHOUSES)
        key = required(body, "referenceKey", str)
        if table.get(Identifier(reference=key)) is not None:
            raise Refused(409, "WAREHOUSE_EXISTS", f"there is a warehouse {key!r}")
        after = {"merchants": [], "shopCountries": []} | body | {"id": write.number(table.free_id)}
        return Done(201, table.put(after).line, [{"key": key, "before": None, "after": after}])

    def delete(self, write: Write) -> Done:
        """DELETE /warehouses/{w}"""
        table, identifier = self.holdings.table(WAREHOUSES), write.call.identifier(0)
        row = table.get(identifier)
        if row is None:
            raise Refused(404, "WAREHOUSE_NOT_FOUND", f"there is no warehouse {identifier}")
        table.drop(row.id)
        return Done(changes=[{"key": str(row.reference), "before": row.record(), "after": None}])


class Reservations:
    """A reservation takes one unit out of the sellable stock until it is deleted."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings

    def all(self, _: Call) -> bytes:
        """GET /reservations: the whole list, without a cursor."""
        return lists.whole(line(kept) for kept, _ in self.holdings.reservations.values())

    def create(self, write: Write) -> Done:
        """POST /reservations: a bare array; a row that finds no stock has its `error` in a successful answer."""
        rows: Any = write.call.json()
        if not isinstance(rows, list) or not rows or not all(isinstance(r, dict) for r in rows):
            raise invalid("body", "a list of reservations is expected")
        for row in rows:
            _check(row)
        changes: list[Change] = []
        answers = [self._reserve(write, row, changes) for row in rows]
        return Done(200, lists.whole(line(a) for a in answers), changes)

    def delete(self, write: Write) -> Done:
        """DELETE /reservations/{r}"""
        identifier = write.call.identifier(0)
        kept = self.holdings.reservations
        found = next((n for n, (r, _) in kept.items() if identifier in _names(r)), None)
        if found is None:
            raise Refused(404, "RESERVATION_NOT_FOUND", f"there is no reservation {identifier}")
        reservation, stock = kept.pop(found)
        row = next((r for r in self.holdings.table(STOCKS).group(stock.group) if r.id == stock.id), None)
        if row is not None:
            self._move(row, 1)
        return Done(changes=[{"key": str(found), "before": reservation, "after": None}])

    def _reserve(self, write: Write, asked: Record, changes: list[Change]) -> Record:
        key = asked.get("referenceKey")
        row = self._stock(asked)
        if row is None:
            error = {"errorKey": "VARIANT_NOT_FOUND", "message": "there is no such stock, or none is left"}
            return {"referenceKey": key, "error": error}
        number = write.number(self.holdings.free_reservation_id)
        self._move(row, -1)
        reservation = asked | {"id": number}
        self.holdings.reservations[number] = (reservation, row)
        changes.append({"key": str(number), "before": None, "after": reservation})
        return {"referenceKey": key, "id": number}

    def _stock(self, asked: Record) -> Row | None:
        variant = asked["variant"]
        at = self.holdings.variants.id_of(Identifier(variant.get("id"), variant.get("referenceKey")))
        warehouse, merchant = asked.get("warehouseReferenceKey"), variant.get("merchantReferenceKey")
        for row in self.holdings.table(STOCKS).group((str(at),)):
            stock = row.record()
            named = merchant is None or stock.get("merchantReferenceKey") == merchant
            if row.reference == warehouse and named and stock["quantity"] > 0:
                return row
        return None

    def _move(self, row: Row, by: int) -> None:
        stock = row.record()
        variant = {"variantId": int(row.group[0])}
        self.holdings.table(STOCKS).put(stock | {"quantity": stock["quantity"] + by} | variant, row.id)


def _check(asked: Record) -> None:
    """All rows are read before the first is reserved."""
    optional(asked, "referenceKey", str)
    optional(asked, "warehouseReferenceKey", str)
    variant = required(asked, "variant", dict)
    for name, kind in (("id", int), ("referenceKey", str), ("merchantReferenceKey", str)):
        optional(variant, name, kind)


def _names(reservation: Record) -> tuple[Identifier, ...]:
    return (Identifier(reservation["id"]), Identifier(reference=reservation.get("referenceKey")))
