"""Walking by pages while products come and go: what stood there all the time is met, or the walk says it cannot."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from khaos_assets.systems.plytix.listing import Listed, Listing
from khaos_assets.systems.plytix.search import Search, SearchPage
from khaos_assets.systems.read import ReadFailed

SEARCH = Search("/products/search", attributes=("status",))


class Moving:
    """A list in the order of its keys; before some pages records go, come or change."""

    def __init__(self, size: int, seed: int, unrest: float, hidden: frozenset[int] = frozenset()) -> None:
        self.rows = {f"{n:04d}": f"m{0}" for n in range(0, size * 2, 2)}
        self.always = set(self.rows)
        self.pages = 0
        self.progressed = 0
        self._random = Random(seed)
        self._unrest = unrest
        self._hidden = hidden
        self._clock = 0

    def progress(self, rows: int) -> None:
        self.progressed += rows

    async def page(self, search: Search, part: str, number: int, size: int) -> SearchPage:
        del search
        await asyncio.sleep(0)
        self.pages += 1
        if self._random.random() < self._unrest:
            self._happen()
        ids = sorted(self.rows)[(number - 1) * size : number * size]
        if part == "full" and number in self._hidden:
            ids = []
        return SearchPage(number, size, tuple(ids), tuple(self.rows[i] for i in ids), len(self.rows), landed=self.pages)

    def _happen(self) -> None:
        self._clock += 1
        what = self._random.choice(["goes", "comes", "changes"])
        if what == "comes":
            self.rows[f"{self._random.randrange(2 * len(self.rows) + 2):04d}x{self._clock}"] = f"m{self._clock}"
        elif self.rows:
            key = self._random.choice(sorted(self.rows))
            if what == "goes":
                del self.rows[key]
                self.always.discard(key)
            else:
                self.rows[key] = f"m{self._clock}"


def walk(moving: Any, size: int = 5, workers: int = 3) -> Listed:
    listing = Listing(moving, SEARCH, thin=("modified",), size=size, concurrency=workers)
    return asyncio.run(listing.run())


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 60), st.integers(0, 10_000), st.sampled_from([0.0, 0.05, 0.3, 1.0]), st.sampled_from([6, 8]))
def test_what_stood_there_throughout_is_met(rows: int, seed: int, unrest: float, size: int) -> None:
    moving = Moving(rows, seed, unrest)
    try:
        listed = walk(moving, size)
    except ReadFailed as e:
        assert e.reason.fault == "list_unsteady"
        assert unrest > 0
        return
    assert moving.always <= listed.ids


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 60), st.sampled_from([6, 7, 10]), st.integers(1, 6))
def test_a_list_that_stands_still_leaves_nothing_to_settle(rows: int, size: int, workers: int) -> None:
    moving = Moving(rows, 0, 0.0)
    listed = walk(moving, size, workers)
    assert (listed.ids, listed.unsettled) == (moving.always, set())
    # Where edges of both sizes meet, or both walks end with a full page, one more look is taken.
    assert listed.rereads <= rows // (size * (size - 1)) + 1
    assert listed.totals == (rows, rows)
    assert moving.progressed == rows


def test_what_changed_between_the_walks_is_to_be_settled() -> None:
    moving = Moving(20, 0, 0.0)
    first = moving.page

    async def page(search: Search, part: str, number: int, size: int) -> SearchPage:
        if part == "thin":
            moving.rows["0004"] = "m9"
            moving.rows.pop("0006", None)
        return await first(search, part, number, size)

    moving.page = page  # pyright: ignore[reportAttributeAccessIssue]
    assert walk(moving).unsettled == {"0004", "0006"}


def test_an_empty_page_in_front_of_others_is_no_end() -> None:
    try:
        walk(Moving(40, 0, 0.0, hidden=frozenset({3})))
    except ReadFailed as e:
        assert e.reason.fault == "empty_page_before_end"
    else:
        raise AssertionError("page 3 is empty and page 4 is not")
