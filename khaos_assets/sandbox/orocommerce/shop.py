"""What one shop holds: the rows of the current night with what was written on top, and how both change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.journal import Journal
from khaos_assets.sandbox.orocommerce.conditions import wire_time
from khaos_assets.sandbox.orocommerce.resources import RESOURCES, SYSTEM
from khaos_assets.sandbox.orocommerce.tables import Row, Table
from khaos_assets.sandbox.world import WorldState

Change = dict[str, Any]
"""One changed row for the journal: `type`, `key`, `before` (None: it is new), `after` (None: it is gone)."""


class Shop:
    """State of one installation. Changes go through `write`, so that they stand on later nights too."""

    def __init__(self, world: WorldState, faults: Faults, journal: Journal) -> None:
        self.world = world
        self.faults = faults
        self.journal = journal
        self._tables: dict[str, Table] = {}
        self._writes = 0
        world.on_advance(self._next_night)
        self._next_night()

    def _next_night(self) -> None:
        """Read and put in order before anybody asks: the first page should cost a client no more than the others."""
        files = sorted((self.world.folder / SYSTEM).glob("*.ndjson"))
        self._tables = {f.stem: Table.load(f.stem, f) for f in files}

    def knows(self, type_: str) -> bool:
        """Whether there is such a type."""
        return type_ in RESOURCES or type_ in self._tables

    def table(self, type_: str) -> Table:
        """The rows of a type as they are."""
        if type_ not in self._tables:
            self._tables[type_] = Table(type_)
        return self._tables[type_]

    def write(self, change: Callable[[str], list[Change]]) -> list[Change]:
        """Make a change now and on top of each later night; returns what it changed now.

        `change` gets the instant of the write (as rows have it). Writes come one second after another from the
        night's as-of on: a world gives the same answers on any day.
        """
        self._writes += 1
        at = wire_time(self.world.as_of + timedelta(seconds=self._writes))
        done: list[list[Change]] = []
        self.world.write(lambda: done.append(change(at)))
        return done[0]

    def note(self, operation: str, changes: list[Change]) -> None:
        """One line of the journal for one request, if it changed anything."""
        if changes:
            self.journal.write(SYSTEM, operation, {"changed": changes})

    def put(self, type_: str, new: Row, at: str, *, moves: bool = True) -> list[Change]:
        """Insert or replace a row; its `updatedAt`, if it has one, moves on where anything else differs (unless
        `moves` is false)."""
        before = self.table(type_).get(str(new["id"]))
        if before == new:
            return []
        attributes = new.get("attributes", {})
        if moves and before is not None and "updatedAt" in attributes:
            new = new | {"attributes": attributes | {"updatedAt": _later(at, str(attributes["updatedAt"]))}}
        self.table(type_).put(new)
        return [{"type": type_, "key": str(new["id"]), "before": before, "after": new}]

    def drop(self, type_: str, id_: str) -> list[Change]:
        """Take a row away."""
        before = self.table(type_).get(id_)
        self.table(type_).drop(id_)
        return [] if before is None else [{"type": type_, "key": id_, "before": before, "after": None}]


def _later(at: str, last: str) -> str:
    """The instant of a write, but always after the row's last change: a change that looks old is never read."""
    if last < at:
        return at
    try:
        return wire_time(datetime.fromisoformat(last).astimezone(UTC) + timedelta(seconds=1))
    except ValueError:
        return at
