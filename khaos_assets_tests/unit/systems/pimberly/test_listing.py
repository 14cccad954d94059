"""Walking by cursor in stretches side by side: what stood there all the time is met; a false end is none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khaos_assets.systems.pimberly.guessing import guessed_cuts
from khaos_assets.systems.pimberly.listing import Walk, cuts
from khaos_assets.systems.pimberly.pages import CursorRefused, ProductPage, View
from khaos_assets.systems.read import ReadFailed

Ends = Callable[[str | None], bool]


class Shown:
    """A list in the order of its ids; before some pages rows go or come. `ends`: behind which cursors it says 404."""

    def __init__(self, ids: list[str], seed: int = 0, unrest: float = 0.0, ends: Ends = lambda since: False) -> None:  # noqa: ARG005
        self.ids = sorted(ids)
        self.always = set(ids)
        self.asked = 0
        self.refused: set[str] = set()
        self.ends = ends
        self._random = Random(seed)
        self._unrest = unrest

    async def ask(self, view: View, since: str | None) -> ProductPage:
        await asyncio.sleep(0)
        self.asked += 1
        if since in self.refused:
            raise CursorRefused
        if self._random.random() < self._unrest:
            self._happen()
        rows = [] if self.ends(since) else [i for i in self.ids if i > (since or "")][: view.limit]
        return ProductPage(len(rows), tuple(rows), tuple(rows), max_id=rows[-1] if rows else "")

    def _happen(self) -> None:
        if self._random.random() < 0.5 and len(self.ids) > 1:
            gone = self.ids.pop(self._random.randrange(1, len(self.ids)))
            self.always.discard(gone)
        else:
            self.ids.append(f"{int(self.ids[-1], 16) + 1:08x}")


def key(n: int) -> str:
    return f"{n * 3 + 16:08x}"


def walked(shown: Shown, begin: list[str], limit: int = 4) -> set[str]:
    pages: Any = shown
    walk = Walk(pages, View("full", limit, full=True))
    asyncio.run(walk.run(begin))
    return set(walk.products())


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 60), st.integers(0, 9999), st.sampled_from([0.0, 0.1, 0.5, 1.0]), st.lists(st.integers(0, 90)))
def test_what_stood_there_throughout_is_met_wherever_stretches_begin(
    rows: int, seed: int, unrest: float, begin: list[int]
) -> None:
    """Beginnings may be ids that are gone, that never were, or that stand behind the end."""
    shown = Shown([key(n) for n in range(rows)], seed, unrest)
    try:
        found = walked(shown, sorted({f"{n * 5:08x}" for n in begin}))
    except ReadFailed as e:
        # All rows of the last stretches may go while they are walked.
        assert e.reason.fault == "false_end"
        assert unrest > 0
        return
    assert shown.always <= found


@pytest.mark.parametrize("begin", [[], [key(10), key(20), key(30)]])
def test_a_false_end_inside_the_list_is_found_out(begin: list[str]) -> None:
    """404 behind some ids and not behind those beyond them: the list goes on, so the walk fails."""
    shown = Shown([key(n) for n in range(40)], ends=lambda since: since in {key(15), key(18)})
    with pytest.raises(ReadFailed) as error:
        walked(shown, begin, limit=8)
    assert error.value.reason.fault == "false_end"


def test_an_end_that_only_comes_once_is_no_end() -> None:
    told: list[str | None] = []

    def once(since: str | None) -> bool:
        told.append(since)
        return since == key(7) and told.count(since) == 1

    assert walked(Shown([key(n) for n in range(20)], ends=once), []) == {key(n) for n in range(20)}


def test_a_beginning_that_is_no_cursor_any_more_costs_only_time() -> None:
    shown = Shown([key(n) for n in range(30)])
    shown.refused = {key(10)}
    assert walked(shown, [key(5), key(10)]) == {key(n) for n in range(30)}


def test_an_empty_list_is_a_failed_walk() -> None:
    shown = Shown([key(1)])
    shown.ids = []
    with pytest.raises(ReadFailed) as error:
        walked(shown, [])
    assert error.value.reason.fault == "empty_first_page"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 200), st.integers(1, 30), st.integers(1, 16))
def test_cuts_share_the_list_out_in_whole_pages(rows: int, limit: int, workers: int) -> None:
    ids = [key(n) for n in range(rows)]
    begin = cuts(ids, limit, workers)
    assert len(begin) < workers or not begin
    assert begin == sorted(set(begin) & set(ids))
    places = [-1, *(ids.index(b) for b in begin), rows - 1]
    assert all(later - earlier >= limit for earlier, later in pairwise(places[:-1]))


@pytest.mark.parametrize("step", [1, 1000, 1 << 40])
@pytest.mark.parametrize("cluster", [1, 50])
def test_the_first_night_is_shared_out_by_feeling_for_the_end(step: int, cluster: int) -> None:
    """Whether ids lie close or far apart, evenly or in heaps: a few requests tell about where the list ends."""
    ids = [f"{(1 << 60) + (n // cluster) * step * cluster * 7 + n % cluster:024x}" for n in range(2000)]
    shown: Any = Shown(ids)

    async def guess() -> list[str]:
        first = await shown.ask(View("identifiers", 100), None)
        return await guessed_cuts(shown, first, 16)

    begin = asyncio.run(guess())
    assert shown.asked <= 33
    assert 8 <= len(begin) < 16
    assert ids[0] < begin[0] < begin[-1] <= ids[-1]
    assert walked(shown, begin, limit=100) == set(ids)
