"""Walking one ordered search by pages, so that a row which stood there all the time cannot be missed unnoticed.

Plytix pages cannot overlap: page n of size s begins where page n-1 ended, and a row withdrawn in front of that place
pulls another one through the gap. So the search is walked twice, with full rows by pages of one size and with thin rows
by pages one row shorter, whose edges lie elsewhere. Each page is a contiguous stretch of a list in strict order, at the
moment it was cut; in the order of their offsets, each must share a record with those before it, and then no record
between them is unseen. This needs no knowledge of how Plytix collates a SKU.

What both walks show is believed; what one of them shows, or shows newer, is for the caller to ask by its id.
What is not proven here: that the search shows every record at all (the caller counts).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from khaos_assets.systems.plytix.asking import Searcher
from khaos_assets.systems.plytix.search import UNREADABLE, Search, SearchPage
from khaos_assets.systems.read import ReadFailed

BRIDGES = 6
"""Page sizes tried to join two pages that share no record."""


@dataclass
class Listed:
    """One search, walked. `pages`: landed numbers of its full pages, in their order."""

    pages: list[int] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    """Readable ids that any page showed."""
    unsettled: set[str] = field(default_factory=set)
    """Of these, the ones that the walks show differently."""
    unreadable: int = 0
    """Rows of the full pages whose id cannot be read."""
    rereads: int = 0
    totals: tuple[int, int] = (0, 0)
    """`total_count` of the first and the last page."""


class Listing:
    """One walk of a search. `thin`: the attributes of the confirming walk; None = only one walk is made.

    Raises TooManyMatches, ReadFailed and TransportError.
    """

    def __init__(
        self, searcher: Searcher, search: Search, *, thin: tuple[str, ...] | None, size: int, concurrency: int
    ):
        self._searcher = searcher
        self._search = search
        self._thin = None if thin is None else search.asking(*thin)
        self._size = size
        self._concurrency = concurrency
        self._listed = Listed()

    async def run(self) -> Listed:
        """Walk it to its end, once or twice."""
        full = await self._walk(self._search, "full", self._size)
        thin: list[SearchPage] = []
        if self._thin is not None:
            thin = await self._walk(self._thin, "thin", self._size - 1)
            thin += await self._joined([*full, *thin])
            thin += await self._behind(full, thin)
        self._compare(full, thin)
        self._listed.pages = [p.landed for p in full if p.ids]
        self._listed.unreadable = len({k for p in full for k in p.ids if k.startswith(UNREADABLE)})
        self._listed.totals = (full[0].total, (thin or full)[-1].total)
        return self._listed

    async def _walk(self, search: Search, part: str, size: int) -> list[SearchPage]:
        """All pages up to the first empty one. Side by side, twice as many with each answer."""
        first = await self._ask(search, part, 1, size)
        pages = {1: first}
        if first.ids:
            await self._side_by_side(search, part, size, pages)
        last = max((n for n, page in pages.items() if page.ids), default=0)
        for number in range(1, last + 1):
            # a page without rows in front of one with rows is no end
            if not pages[number].ids:
                self._listed.rereads += 1
                pages[number] = await self._ask(search, part, number, size)
                if not pages[number].ids:
                    told = f"page {number} of {size} has no records, and page {last} has"
                    raise ReadFailed("empty_page_before_end", told)
        while pages[max(pages)].ids:
            pages[max(pages) + 1] = await self._ask(search, part, max(pages) + 1, size)
        return [page for _, page in sorted(pages.items()) if page.ids or page.number == last + 1]

    async def _side_by_side(self, search: Search, part: str, size: int, pages: dict[int, SearchPage]) -> None:
        following, width, ended = 2, 1, False
        # Requests are dear: none is made behind the end that Plytix foretells. Whether it is one is looked at after.
        foretold = pages[1].foretold
        asking: set[asyncio.Task[SearchPage]] = set()
        try:
            while asking or (not ended and following <= foretold):
                while not ended and following <= foretold and len(asking) < width:
                    asking.add(asyncio.create_task(self._ask(search, part, following, size)))
                    following += 1
                done, asking = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
                for page in (task.result() for task in done):
                    pages[page.number] = page
                    ended = ended or not page.ids
                width = min(2 * width, self._concurrency)
        finally:
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)

    async def _ask(self, search: Search, part: str, number: int, size: int) -> SearchPage:
        page = await self._searcher.page(search, part, number, size)
        if part == "full":
            self._searcher.progress(len(page.ids))
        return page

    async def _joined(self, pages: list[SearchPage]) -> list[SearchPage]:
        """Pages asked so that, in the order of offsets, each shares a record with those before it."""
        bridges: list[SearchPage] = []
        covered: set[str] = set()
        for page in sorted((p for p in pages if p.ids), key=lambda p: (p.offset, p.size)):
            if covered and covered.isdisjoint(page.ids):
                bridges.append(await self._bridge(page, covered))
                covered.update(bridges[-1].ids)
            covered.update(page.ids)
        return bridges

    async def _bridge(self, page: SearchPage, covered: set[str]) -> SearchPage:
        """A page across the edge before `page` that shares records with both sides."""
        for size in range(self._size - 2, max(2, self._size - 2 - BRIDGES), -1):
            number = (page.offset - 1) // size + 1
            if number * size <= page.offset:
                continue
            self._listed.rereads += 1
            found = await self._thin_page(number, size)
            if not covered.isdisjoint(found.ids) and not set(page.ids).isdisjoint(found.ids):
                return found
        told = f"the list moves so much that its pages cannot be joined at record {page.offset}"
        raise ReadFailed("list_unsteady", told)

    async def _behind(self, full: list[SearchPage], thin: list[SearchPage]) -> list[SearchPage]:
        """Another look at the end, where every last page was full: a row may have moved in front of the empty one."""
        lasts = [max((p for p in walk if p.ids), key=lambda p: p.offset, default=None) for walk in (full, thin)]
        if any(last is None or len(last.ids) < last.size for last in lasts):
            return []
        rows = max(last.offset + len(last.ids) for last in lasts if last is not None)
        size = self._size - 2
        number = -(-rows // size)
        return [await self._thin_page(number, size), await self._thin_page(number + 1, size)]

    async def _thin_page(self, number: int, size: int) -> SearchPage:
        assert self._thin is not None
        return await self._ask(self._thin, "bridge", number, size)

    def _compare(self, full: list[SearchPage], thin: list[SearchPage]) -> None:
        shown, confirmed = _newest(full), _newest(thin)
        self._listed.ids = shown.keys() | confirmed.keys()
        if self._thin is not None:
            self._listed.unsettled = {
                key
                for key in self._listed.ids
                if key not in shown or key not in confirmed or (confirmed[key] or "") > (shown[key] or "")
            }


def _newest(pages: list[SearchPage]) -> dict[str, str | None]:
    """Readable ids and the newest change time that any of the pages shows."""
    found: dict[str, str | None] = {}
    for page in pages:
        for key, modified in zip(page.ids, page.modified, strict=True):
            if not key.startswith(UNREADABLE) and (found.get(key) or "") <= (modified or ""):
                found[key] = modified
    return found
