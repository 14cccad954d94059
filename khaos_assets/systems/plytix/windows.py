"""Cutting a search that has too many matches into windows that have few enough (contract plytix, section 4).

By the day of creation, which does not change on edits, halving the time until no window is refused; a day that is still
too full by status, and then by what kind of product it is. Products without a time of creation have a window of their
own. Whether the windows leave anything out is shown by counting, not assumed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from khaos_assets.systems.plytix.search import Condition, Search

EARLIEST = date(2010, 1, 1)
"""Before Plytix. The first window is open towards the past all the same."""
DAY = timedelta(days=1)
KINDS = ("_is_variation", "_has_variations")


@dataclass(frozen=True)
class Window:
    """A part of a search. `since` inclusive, `before` exclusive, None = open; `kinds` left to split by."""

    search: Search
    latest: date
    """The day after the night: beyond it only the open end of the last window reaches."""
    statuses: tuple[str, ...]
    dated: bool = False
    since: date | None = None
    before: date | None = None
    kinds: tuple[str, ...] = KINDS
    by_status: bool = True

    @property
    def narrowed(self) -> Search:
        """The search with the window's conditions."""
        bounds: list[Condition] = []
        if self.since is not None:
            bounds.append({"field": "created", "operator": "gte", "value": self.since.isoformat()})
        if self.before is not None:
            bounds.append({"field": "created", "operator": "lt", "value": self.before.isoformat()})
        return self.search.where(*bounds)

    def split(self) -> Sequence[Window]:
        """Smaller windows that together are this one; none where it cannot be cut further."""
        if not self.dated:
            undated = self.search.where({"field": "created", "operator": "!exists"})
            return [
                replace(self, search=undated, dated=True, since=None, before=None, latest=EARLIEST),
                *replace(self, dated=True)._halves(),
            ]
        return self._halves() or self._by_status() or self._by_kind()

    def _halves(self) -> list[Window]:
        low, high = self.since or EARLIEST, self.before or self.latest
        if high - low <= DAY:
            return []
        middle = low + (high - low) // 2
        return [replace(self, before=middle), replace(self, since=middle)]

    def _by_status(self) -> list[Window]:
        if not self.by_status:
            return []
        values: list[Condition] = [{"field": "status", "operator": "eq", "value": s} for s in self.statuses]
        values.append({"field": "status", "operator": "!in", "value": list(self.statuses)})
        return [replace(self, search=self.search.where(v), by_status=False) for v in values]

    def _by_kind(self) -> list[Window]:
        if not self.kinds:
            return []
        kind, *left = self.kinds
        return [
            replace(
                self,
                search=self.search.where({"field": kind, "operator": "eq", "value": value}),
                kinds=tuple(left),
            )
            for value in (True, False)
        ]
