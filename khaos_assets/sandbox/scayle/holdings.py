"""What one SCAYLE holds: the tables of the current night, and how they change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.journal import Journal
from khaos_assets.sandbox.scayle.calls import Identifier, Refused
from khaos_assets.sandbox.scayle.rows import ORDERS, PRODUCTS, SHAPES, Record, Row, Shape, Table
from khaos_assets.sandbox.scayle.variants import Variants
from khaos_assets.sandbox.world import WorldState

FIRST_PACKAGE = 900_000_001
"""Parcels made here are numbered from this on; those of a world are lower."""

Change = dict[str, Any]
"""One changed record for the journal: `key`, `before` (None: it is new), `after` (None: it is gone)."""


class Holdings:
    """State of one tenant. Changes go through `write`, so that they stand on later nights too."""

    def __init__(self, world: WorldState, faults: Faults, journal: Journal) -> None:
        self.world = world
        self.faults = faults
        self.journal = journal
        self.variants: Variants
        self.released: set[int] = set()
        """Stock rows whose hidden reservations have ended."""
        self.return_keys: dict[str, tuple[int, int]] = {}
        """Return key → order and item, of the shipments made."""
        self.reservations: dict[int, tuple[Record, Row]] = {}
        """Number → the reservation, and the stock it took a unit of."""
        self._knows_items = False
        self._packages = count(FIRST_PACKAGE)
        self._reserved = count(1)
        self._tables: dict[Shape, Table] = {}
        self._writes = 0
        world.on_advance(self._next_night)
        self._next_night()

    def _next_night(self) -> None:
        """Read and put in order before anybody asks: the first page should cost a client no more than the others."""
        self._tables = {shape: Table.load(shape, self.world.file("scayle", shape.entity)) for shape in SHAPES}
        self.variants = Variants(self._tables[PRODUCTS])
        self.released.clear()
        self.return_keys.clear()
        self._knows_items = False
        self.reservations.clear()

    def table(self, shape: Shape) -> Table:
        """The rows of an entity in the current night."""
        return self._tables[shape]

    def order(self, identifier: Identifier) -> Row:
        """One order, whichever shop country it belongs to. Raises Refused (404)."""
        return self._found(ORDERS, identifier, "ORDER_NOT_FOUND")

    def variant(self, identifier: Identifier) -> int:
        """A variant's id. Raises Refused (404)."""
        found = self.variants.id_of(identifier)
        if found is None:
            raise Refused(404, "VARIANT_NOT_FOUND", f"there is no variant {identifier}")
        return found

    def product(self, identifier: Identifier) -> Row:
        """One product. Raises Refused (404)."""
        return self._found(PRODUCTS, identifier, "PRODUCT_NOT_FOUND")

    def _found(self, shape: Shape, identifier: Identifier, key: str) -> Row:
        row = self.table(shape).get(identifier)
        if row is None:
            raise Refused(404, key, f"{shape.entity} has no {identifier}")
        return row

    def free_package_id(self) -> int:
        """A number that no parcel has."""
        return next(self._packages)

    def free_reservation_id(self) -> int:
        """A number that no reservation has."""
        return next(self._reserved)

    def item_of(self, return_key: str) -> tuple[int, int] | None:
        """Order and item by the return key that came with the shipment; of what was sent before, by the item's key."""
        if return_key not in self.return_keys and not self._knows_items:
            self._knows_items = True
            for group in self.table(ORDERS).groups():
                for row in self.table(ORDERS).group(group):
                    for item in row.record().get("items") or ():
                        self.return_keys.setdefault(str(item.get("key")), (row.id, item.get("id")))
        return self.return_keys.get(return_key)

    def write(self, change: Callable[[datetime], list[Change]]) -> list[Change]:
        """Make a change now and on top of each later night; returns what it changed now.

        `change` gets the instant of the write (aware UTC) and returns what it changed. Writes come one millisecond
        after another from the night's as-of on: a world gives the same answers on any day.
        """
        self._writes += 1
        at = self.world.as_of + timedelta(milliseconds=self._writes)
        done: list[list[Change]] = []
        self.world.write(lambda: done.append(change(at)))
        return done[0]

    def note(self, operation: str, changes: list[Change], what: Mapping[str, Any] | None = None) -> None:
        """One line of the journal for one request, if it changed anything."""
        if changes:
            self.journal.write("scayle", operation, {**(what or {}), "changed": changes})
