"""What one key sees: its products in the current night, and how they change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from khaos_assets.sandbox.changes import Change, Changes, later
from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.journal import Journal
from khaos_assets.sandbox.lines import read_lines
from khaos_assets.sandbox.pimberly.rows import Record, Row, Rows, instant, read
from khaos_assets.sandbox.pimberly.views import seen_through
from khaos_assets.sandbox.world import WorldState


class Holdings(Changes):
    """State of one view. Changes go through `write`, so that they stand on later nights too."""

    def __init__(self, world: WorldState, faults: Faults, journal: Journal) -> None:
        super().__init__(world, journal, "pimberly")
        self.faults = faults
        self.rows = Rows(())
        """What is really there."""
        self._shown: tuple[Any, Rows] = (None, self.rows)
        self._waiting: list[tuple[int, Callable[[], None]]] = []
        world.on_advance(self._next_night)
        self._next_night()

    def _next_night(self) -> None:
        """Read and put in order before anybody asks: the first page should cost a client no more than the others."""
        self.rows = Rows(read_lines(self.world.file("pimberly", "products"), read))
        self.rows.in_order()

    @property
    def shown(self) -> Rows:
        """The products as calls show them."""
        return self.seen()[1]

    def seen(self) -> tuple[Any, Rows]:
        """What is there, seen through the row switches that are on; and what stands for just this state."""
        views = seen_through(self.faults)
        token = (self.world.night, self.rows.version, repr([(name, p) for name, p, _ in views]))
        if not views:
            return token, self.rows
        if self._shown[0] != token:
            rows = self.rows.in_order()
            for _, parameters, view in views:
                rows = view(rows, parameters)
            self._shown = (token, Rows(rows))
        return self._shown

    def after(self, calls: int, apply: Callable[[], None]) -> None:
        """Do something before the answer to the call that comes so many calls from now; 0: at once."""
        if calls:
            self._waiting.append((calls, apply))
        else:
            apply()

    def called(self) -> None:
        """Another call has come: do what was waiting for it."""
        due = [apply for calls, apply in self._waiting if calls <= 1]
        self._waiting = [(calls - 1, apply) for calls, apply in self._waiting if calls > 1]
        for apply in due:
            apply()

    def put(self, record: Record, at: datetime) -> list[Change]:
        """Replace one product; nothing happens where only its change time would differ."""
        old = self.rows.get(str(record["id"]))
        before = old.record() if old else None
        if before is not None and before | {"dateUpdated": None} == record | {"dateUpdated": None}:
            return []
        after = record | {"dateUpdated": instant(later(at, old.updated if old else ""))}
        self.rows.put(Row.of(after))
        return [{"key": str(after["primaryId"]), "before": before, "after": after}]
