"""Walking a list in the order of a numeric id, in many places at once (contract orocommerce, section 4).

A page asked as "ids above A, the first n of them" shows every row between A and its own last row. So the ids up to the
highest one are cut into stretches that are asked side by side, and the walk is over when the pages, end to end, reach
from 0 to the highest id. Nothing that is inserted or deleted meanwhile moves a row from one stretch to another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Stretch:
    """One page: all rows above `after` up to and including `last`; `last` None = there is no row above `after`."""

    after: int
    last: int | None
    rows: int
    number: int
    """Of the landed page."""

    @property
    def reaches(self) -> float:
        return float("inf") if self.last is None else self.last


Ask = Callable[[int, int], Awaitable[Stretch]]
"""Asks for the first n rows above an id: (after, n). The answer's order and size were checked by the caller."""


class KeysetWalk:
    """One walk over the ids from 1 to `highest`, of which about `rows` are taken; at most `concurrency` pages at once.

    `page_size()` is asked before each page, since the shop may turn out to allow less.
    """

    def __init__(self, ask: Ask, *, highest: int, rows: int, page_size: Callable[[], int], concurrency: int) -> None:
        self._ask = ask
        self._highest = highest
        self._rows = rows
        self._page_size = page_size
        self._slots = asyncio.Semaphore(concurrency)
        self._stretches: list[Stretch] = []
        self._far: list[Stretch] = []
        """Those that reached beyond what they were asked for: others need not ask again what they show."""

    async def run(self) -> list[Stretch]:
        """The pages in the order of what they were asked for."""
        try:
            async with asyncio.TaskGroup() as group:
                self._cut(group, 0, self._highest, self._rows)
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return sorted(self._stretches, key=lambda s: (s.after, s.number))

    def _cut(self, group: asyncio.TaskGroup, after: int, until: int, rows: int) -> None:
        """Ask for the ids above `after` up to `until`, in which about `rows` rows are expected."""
        size = self._page_size()
        # Where nearly every id is taken, a page of n ids never has more than n rows; else a twentieth is left for
        # chance, so that hardly any stretch needs a second page.
        width = max(size, (until - after) * size * 19 // (20 * max(1, rows)))
        for start in range(after, until, width):
            group.create_task(self._cover(group, start, min(start + width, until)))

    async def _cover(self, group: asyncio.TaskGroup, after: int, until: int) -> None:
        async with self._slots:
            after = self._known_up_to(after)
            if after >= until:
                return
            stretch = await self._ask(after, min(self._page_size(), until - int(after)))
        self._stretches.append(stretch)
        if stretch.reaches > until:
            self._far.append(stretch)
        if stretch.last is not None and stretch.last < until:
            seen = stretch.last - stretch.after
            self._cut(group, stretch.last, until, (until - stretch.last) * stretch.rows // max(1, seen))

    def _known_up_to(self, after: float) -> int:
        """The highest id up to which everything above `after` is shown already."""
        while beyond := [s.reaches for s in self._far if s.after <= after < s.reaches]:
            after = max(beyond)
        return int(min(after, self._highest))
