"""Walking a list that is paged by offset, so that a row which stood there all the time cannot be missed unnoticed.

Pages overlap by one row. Each page is a contiguous stretch of a list in strict key order, at the moment it was cut; two
neighbouring stretches that share a row leave no key between them unseen, whenever each was cut and in whichever order
they arrived. So pages are asked side by side, and where two neighbours do not touch (rows were withdrawn in front of
the offset, a page was short) the gap is asked again, further back if need be, until they do.

The end is believed only after a look behind it: the offset after the last row must give no row and no promise of more.

What is not proven here: that the list shows every row at all. For that the caller walks it again through another
selector and compares (`systems/wair/passes.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from khaos_assets.systems.read import ReadFailed

Key = tuple[Any, ...]
"""Where a row stands in the order of the list: text, or tuples of text."""


@dataclass(frozen=True)
class Page:
    """One answer. `first`, `last`: order keys of its first and last readable row; marks tell unreadable rows apart."""

    offset: int
    limit: int
    """The limit that was in force, as answered (a clamped one is smaller than asked)."""
    more: bool
    rows: int
    first: Key | None = None
    last: Key | None = None
    first_mark: Any = None
    last_mark: Any = None
    content: Any = None
    """Whatever the caller keeps of the page."""

    def touches(self, behind: Page) -> bool:
        """Whether `behind` begins at or before this page's last row."""
        if self.first_mark is not None and self.last_mark is not None and behind.first_mark == self.last_mark:
            return True
        return self.last is not None and behind.first is not None and behind.first <= self.last

    def adds_nothing_to(self, before: Page) -> bool:
        """Whether all its rows stand at or before the last row of `before`."""
        return self.last is not None and before.last is not None and self.last <= before.last


Ask = Callable[[int, int], Awaitable[Page]]
"""Asks for (offset, limit). The answer's own offset and order were checked by the caller."""


FRUITLESS = 50
"""Pages read again in a row without anything new, after which the list counts as impossible to follow."""


REPEATS = 5
"""Pages in a row that end at the last row known and promise more, after which the list counts as endless."""


@dataclass
class Walked:
    """A whole walk. `pages` in the order of the list, each touching the next; the last is followed by nothing."""

    pages: list[Page] = field(default_factory=list)
    rereads: int = 0
    false_ends: int = 0
    """How often the flag said "no more" where more rows stood."""


class OffsetWalk:
    """One walk from the first row to the end. Raises ReadFailed where the list cannot be followed."""

    def __init__(self, ask: Ask, *, limit: int, concurrency: int) -> None:
        self._ask = ask
        self._limit = limit
        self._concurrency = concurrency
        self._walked = Walked()
        self._position = 0
        """Offset at which the last row of the chain was last seen."""
        self._promised = False
        """Whether the newest page that reached the last row said that more follow."""
        self._fruitless = 0
        """Pages read again since the last one that brought something new."""

    async def run(self) -> Walked:
        """The pages. An empty list gives no pages."""
        first = await self._until_clear(0)
        if first.rows == 0:
            return self._walked
        pages = [first]
        if first.more:
            pages += await self._side_by_side(first)
        await self._join(pages)
        return self._walked

    async def _side_by_side(self, first: Page) -> list[Page]:
        """Pages behind the first, asked before it is known whether they exist, until some end is met.

        One at first, then twice as many with each answer: a short list costs no requests behind its end.
        """
        offset = stride = max(1, first.rows - 1)
        width = 1
        pages = [first]
        asking: set[asyncio.Task[Page]] = set()
        ended = False
        try:
            while not ended or asking:
                while not ended and len(asking) < width:
                    asking.add(asyncio.create_task(self._asked(offset)))
                    offset += stride
                done, asking = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
                for page in (task.result() for task in done):
                    before = max((p for p in pages if p.offset < page.offset), key=lambda p: p.offset)
                    ended = ended or not page.more or page.rows == 0 or page.adds_nothing_to(before)
                    pages.append(page)
                width = min(2 * width, self._concurrency)
        finally:
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
        return sorted((p for p in pages[1:] if p.rows), key=lambda p: p.offset)

    async def _asked(self, offset: int) -> Page:
        return await self._ask(offset, self._limit)

    async def _join(self, pages: list[Page]) -> None:
        """Chain the pages so that each touches the next, filling gaps, up to an end that was looked behind."""
        waiting = pages[::-1]
        chain = self._walked.pages
        while True:
            if waiting and (not chain or chain[-1].touches(waiting[-1])):
                self._add(waiting.pop())
            elif waiting or self._promised:
                self._add(await self._continuation(chain[-1]))
            elif await self._ended(chain[-1]):
                return

    def _add(self, page: Page) -> None:
        """Append a page; one that adds nothing only says where the last row stands and whether more is promised."""
        chain = self._walked.pages
        if chain and page.adds_nothing_to(chain[-1]):
            if page.last == chain[-1].last:
                self._stands_at(page)
            return
        if chain and not self._promised:
            self._walked.false_ends += 1
        chain.append(replace(page, last=page.last or (chain[-1].last if chain else None)))
        self._stands_at(page)
        self._fruitless = 0

    def _stands_at(self, page: Page) -> None:
        self._position = page.offset + page.rows - 1
        self._promised = page.more

    async def _continuation(self, last: Page) -> Page:
        """A page that touches `last` and goes on, or shows that nothing follows.

        Asked at the last row; where it no longer stands there, further and further back until the pages touch, then
        forward again.
        """
        offset, back, repeated = self._position, 1, 0
        while True:
            page = await self._reread(offset)
            if page.rows and last.touches(page):
                if not page.adds_nothing_to(last):
                    return page
                if not page.more:
                    self._stands_at(page)
                    return page
                if page.last == last.last:
                    repeated += 1
                if repeated > REPEATS:
                    raise ReadFailed("endless", f"offset {offset} repeats the last record and promises more")
                if page.rows > 1:
                    offset = page.offset + page.rows - 1
                elif await self._steps_into_nothing(page):
                    self._promised = False
                    return page
            elif offset > 0:
                offset, back = max(0, offset - back), back * 2
            elif page.rows:
                return page  # everything up to the last row seen was withdrawn: the list begins behind it
            else:
                raise ReadFailed("list_vanished", "the list had rows when the walk began and has none now")

    async def _steps_into_nothing(self, page: Page) -> bool:
        """After a page of one known row that promises more: True when nothing follows after all."""
        behind = await self._until_clear(page.offset + 1)
        return behind.rows == 0

    async def _ended(self, last: Page) -> bool:
        """Whether nothing follows the last row."""
        behind = await self._until_clear(self._position + 1)
        if behind.rows == 0:
            return True
        if behind.adds_nothing_to(last):
            # rows were inserted in front: the last row stands further on
            self._position = behind.offset + behind.rows - 1
            self._count_fruitless()
        else:
            self._walked.false_ends += 1
            self._promised = True
        return False

    async def _until_clear(self, offset: int) -> Page:
        """The page at `offset`; one without rows that promises more is asked for again, then the read fails."""
        page = await self._ask(offset, self._limit)
        for _ in range(2):
            if page.rows or not page.more:
                return page
            page = await self._reread(offset)
        if page.rows or not page.more:
            return page
        raise ReadFailed("endless", f"offset {offset} has no records, yet more are promised: the list never ends")

    async def _reread(self, offset: int) -> Page:
        self._walked.rereads += 1
        self._count_fruitless()
        return await self._ask(offset, self._limit)

    def _count_fruitless(self) -> None:
        self._fruitless += 1
        if self._fruitless > FRUITLESS:
            raise ReadFailed("list_unsteady", f"{FRUITLESS} pages read again did not continue the list at its last row")
