"""What one WAIR holds: the tables of the current night, the objects that were only ever pushed, and how both change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.journal import Journal
from khaos_assets.sandbox.wair.tables import FEED, VENDOR, Key, Record, Shape, Table, instant, sortable
from khaos_assets.sandbox.world import WorldState

Change = dict[str, Any]
"""One changed record for the journal: `key`, `before` (None: it is new), `after` (None: it is gone)."""


class Holdings:
    """State of one installation. Changes go through `write`, so that they stand on later nights too."""

    def __init__(self, world: WorldState, faults: Faults, journal: Journal) -> None:
        self.world = world
        self.faults = faults
        self.journal = journal
        self.references: dict[str, bytes] = {}
        """Client references seen, with the content they came with; outlive the night."""
        self.batch_open = False
        self.loads: dict[str, set[Key]] = {}
        """Full loads whose last part has not come: resource → keys named so far."""
        self.pushed: dict[str, dict[Key, Record]] = {}
        """Objects that no feed shows (locations, sizes, sales …) by resource and key."""
        self._tables: dict[Shape, Table] = {}
        self._writes = 0
        world.on_advance(self._next_night)
        self._next_night()

    def _next_night(self) -> None:
        """Read and put in order before anybody asks: the first page should cost a client no more than the others."""
        self._tables = {shape: self._load(shape) for shape in (*FEED, *VENDOR)}
        self.pushed.clear()

    def _load(self, shape: Shape) -> Table:
        table = Table.load(shape, self.world.file("wair", shape.entity))
        if shape in FEED:
            table.by_change()
        return table

    def table(self, shape: Shape) -> Table:
        """The rows of an entity in the current night."""
        return self._tables[shape]

    def write(self, change: Callable[[str], list[Change]]) -> list[Change]:
        """Make a change now and on top of each later night; returns what it changed now.

        `change` gets the instant of the write (as bodies have it) and returns what it changed. Writes come one
        millisecond after another from the night's as-of on: a world gives the same answers on any day.
        """
        self._writes += 1
        at = instant(self.world.as_of + timedelta(milliseconds=self._writes))
        done: list[list[Change]] = []
        self.world.write(lambda: done.append(change(at)))
        return done[0]

    def note(self, operation: str, changes: list[Change], **what: Any) -> None:
        """One line of the journal for one request, if it changed anything."""
        if changes:
            self.journal.write("wair", operation, {**what, "changed": changes})

    def put(self, shape: Shape, record: Record, at: str) -> list[Change]:
        """Upsert one row of a feed; nothing happens where only the change time would differ."""
        table = self.table(shape)
        key = tuple(str(record[k]) for k in shape.key)
        before = table.get(key)
        if before is not None and before | {"updatedAt": None} == record | {"updatedAt": None}:
            return []
        after = record | {"updatedAt": _later(at, str(before.get("updatedAt", "")) if before else "")}
        table.put(after)
        return [{"key": "/".join(key), "before": before, "after": after}]

    def keep(self, resource: str, key: Key, record: Record) -> list[Change]:
        """Upsert one object that no feed shows."""
        known = self.pushed.setdefault(resource, {})
        before = known.get(key)
        known[key] = record
        return [] if before == record else [{"key": "/".join(key), "before": before, "after": record}]


def _later(at: str, last: str) -> str:
    """The instant of a write, but always after the row's last change: a change that looks old is never read."""
    known = sortable(last)
    if known < sortable(at):
        return at
    return instant(datetime.fromisoformat(known).replace(tzinfo=UTC) + timedelta(milliseconds=1))
