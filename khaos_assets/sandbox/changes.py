"""How accepted writes change a world: now and on top of each later night, each at its own instant, with a journal."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from khaos_assets.sandbox.journal import Journal
from khaos_assets.sandbox.world import WorldState

Change = dict[str, Any]
"""One changed record for the journal: `key`, `before` (None: it is new), `after` (None: it is gone)."""

MOMENT = timedelta(milliseconds=1)


class Changes:
    """The writes of one system."""

    def __init__(self, world: WorldState, journal: Journal, system: str) -> None:
        self.world = world
        self.journal = journal
        self.system = system
        self._writes = 0

    def write(self, change: Callable[[datetime], list[Change]]) -> list[Change]:
        """Make a change now and on top of each later night; returns what it changed now.

        `change` gets the instant of the write. Writes come one millisecond after another from the night's as-of on: a
        world gives the same answers on any day.
        """
        self._writes += 1
        at = self.world.as_of + self._writes * MOMENT
        done: list[list[Change]] = []
        self.world.write(lambda: done.append(change(at)))
        return done[0]

    def note(self, operation: str, changes: list[Change], **what: Any) -> None:
        """One line of the journal for one request, if it changed anything."""
        if changes:
            self.journal.write(self.system, operation, {**what, "changed": changes})


def later(at: datetime, last: str) -> datetime:
    """The instant of a write, but always after the record's last change (naive ISO text in UTC; "": none): a change
    that looks old is never read."""
    if not last:
        return at
    return max(at, datetime.fromisoformat(last).replace(tzinfo=UTC) + MOMENT)


def hash_of(content: bytes) -> str:
    """24 hex digits, the same for the same content: ids that a world gives again on any day."""
    return hashlib.blake2b(content, digest_size=12).hexdigest()
