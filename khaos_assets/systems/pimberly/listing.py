"""Walking the product list by its cursor, several stretches of it side by side.

The cursor is the internal id of the last row seen: what follows id c are the rows with a greater id, in rising order.
So a walk may begin at any id that is known, and stretches that begin at c0 < c1 < … cover the list between them: each
goes on until it reaches the beginning of the next, the last until nothing follows.

Where nothing follows is a 404, which also means: a wrong address, a key without this view, an end that is none. It
counts as the end only for the last stretch, when asked again says the same, when a look behind it at other ids finds
nothing, and when the list still begins. A stretch that ends before the next begins is asked again, and then a fault.

What is not proven here: that the list shows every product of the tenant; it has no count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NoReturn

from khaos_assets.systems.concurrency import side_by_side
from khaos_assets.systems.pimberly.asking import Pages
from khaos_assets.systems.pimberly.pages import CursorRefused, ProductPage, View
from khaos_assets.systems.read import ReadFailed

HEX_DIGITS = frozenset("0123456789abcdef")
BEHIND = (0, 16, 32, 56)
"""Powers of two above the last id, at which a look behind the end begins."""
PEEK = View("behind", 1)
AGAIN = 2
"""How often a stretch that ends before the next one is asked to go on."""


@dataclass
class Stretch:
    """The rows behind one id, up to the id at which the next stretch begins."""

    begin: str | None
    pages: list[ProductPage] = field(default_factory=list)

    @property
    def reached(self) -> str | None:
        """The id behind which it goes on."""
        return self.pages[-1].max_id if self.pages else self.begin


@dataclass
class Walk:
    """One walk over the list, or over those of its rows that a filter lets through."""

    pages: Pages
    view: View
    progress: Callable[[int], None] = lambda rows: None  # noqa: ARG005
    rereads: int = 0
    found: list[ProductPage] = field(default_factory=list)

    async def run(self, cuts: Sequence[str], first: ProductPage | None = None) -> None:
        """Walk from the beginning, and side by side from each of `cuts` (rising ids known from elsewhere, or guessed).

        `first`: the first page, where it was asked for already. Raises FilterRefused, ReadFailed and TransportError.
        """
        stretches = [Stretch(begin) for begin in (None, *cuts)]
        if first is not None and first.rows:
            stretches[0].pages.append(first)
        try:
            await side_by_side(self._go(s, following and following.begin) for s, following in _with_next(stretches))
        except CursorRefused:
            # An id known from elsewhere is no cursor any more: one stretch, whose cursors are rows just seen.
            self.rereads += 1
            stretches = [Stretch(None)]
            await self._go_alone(stretches[0])
        stretches = [s for s in stretches if s.pages]
        if self.view.filters is None:
            await self._close_all(stretches)
        self.found = [page for s in stretches for page in s.pages]

    async def _close_all(self, stretches: list[Stretch]) -> None:
        if not stretches or stretches[0].begin is not None:
            detail = "an empty list, a wrong address and a key without rights are all 404"
            raise ReadFailed("empty_first_page", detail)
        for stretch, following in _with_next(stretches):
            await self._close(stretch, following)

    async def _go_alone(self, stretch: Stretch) -> None:
        try:
            await self._go(stretch, None)
        except CursorRefused:
            raise ReadFailed("cursor_refused", f"Pimberly refuses its own cursor {stretch.reached}") from None

    def products(self) -> dict[str, str | None]:
        """Internal id → primary id (None where it cannot be read) of all rows found."""
        return {k: p for page in self.found for k, p in zip(page.ids, page.primary_ids, strict=True)}

    def created_since(self, instant: str) -> set[str]:
        """Internal ids of rows made at or after an instant (text, UTC)."""
        return {k for page in self.found for k, made in zip(page.ids, page.created, strict=True) if made >= instant}

    async def _go(self, stretch: Stretch, goal: str | None) -> None:
        """On until the goal is reached, or nothing follows."""
        while goal is None or (stretch.reached or "") < goal:
            page = await self.pages.ask(self.view, stretch.reached)
            if not page.rows:
                return
            stretch.pages.append(page)
            self.progress(page.rows)

    async def _close(self, stretch: Stretch, following: Stretch | None) -> None:
        """Make sure that a stretch reaches the next one that has rows, or that nothing follows it."""
        if following is not None:
            for _ in range(AGAIN):
                if (stretch.reached or "") >= (following.begin or ""):
                    return
                self.rereads += 1
                await self._go(stretch, following.begin)
            if (stretch.reached or "") < (following.begin or ""):
                self._false_end(stretch.reached, following.pages[0].max_id)
            return
        while not await self._ended(stretch):
            await self._go(stretch, None)

    async def _ended(self, stretch: Stretch) -> bool:
        """Whether nothing follows, asked again, and from ids beyond the last as well; the list must still begin."""
        last = stretch.reached or ""
        beyond = [b for b in (_above(last, power) for power in BEHIND) if b is not None]
        again, start, *behind = await side_by_side(
            [self.pages.ask(self.view, last), self.pages.ask(PEEK, None), *map(self._peek, beyond)]
        )
        if again.rows:
            stretch.pages.append(again)
            return False
        if not start.rows:
            raise ReadFailed("list_vanished", "the list had rows and has none now: the key or its view is gone")
        for page in behind:
            if page.rows:
                self._false_end(last, page.max_id)
        return True

    def _false_end(self, last: str | None, follows: str) -> NoReturn:
        raise ReadFailed("false_end", f"nothing is said to follow id {last}, and {follows} does")

    async def _peek(self, cursor: str) -> ProductPage:
        try:
            return await self.pages.ask(PEEK, cursor)
        except CursorRefused:  # not one that this installation gave: nothing is learned
            return ProductPage()


def cuts(ids: Sequence[str], limit: int, workers: int) -> list[str]:
    """Ids at which up to `workers` stretches of at least a page each may begin. `ids` in rising order."""
    share = max(limit, -(-len(ids) // workers))
    return list(ids[share - 1 : max(0, len(ids) - limit) : share])


def _with_next(stretches: list[Stretch]) -> list[tuple[Stretch, Stretch | None]]:
    return [*pairwise(stretches), (stretches[-1], None)]


def _above(key: str, power: int) -> str | None:
    """An id so far above; None where ids are no hexadecimal numbers, or none is left."""
    return id_at(int(key, 16) + (1 << power), len(key)) if is_hexadecimal(key) else None


def is_hexadecimal(key: str) -> bool:
    """Whether ids can be counted with."""
    return bool(key) and set(key) <= HEX_DIGITS


def id_at(number: int, width: int) -> str | None:
    """The id of a number; None where it has more digits than ids have."""
    text = f"{number:0{width}x}"
    return text if len(text) == width else None
