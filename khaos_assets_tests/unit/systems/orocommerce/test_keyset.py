"""Walking by id in many places at once: no row that stood there all the time is missed, whatever the gaps."""

from __future__ import annotations

import asyncio
from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaos_assets.systems.orocommerce.keyset import KeysetWalk, Stretch
from khaos_assets.systems.read import ReadFailed

DENSE = list(range(1, 10_001))


class Shop:
    """Rows by id, of which a page shows at most `limit`."""

    def __init__(self, ids: list[int], limit: int = 1000) -> None:
        self.ids = ids
        self.limit = limit
        self.shown: set[int] = set()
        self.asked: list[tuple[int, int]] = []
        self.rows = 0

    async def ask(self, after: int, size: int) -> Stretch:
        self.asked.append((after, size))
        await asyncio.sleep(0)
        start = bisect_right(self.ids, after)
        page = self.ids[start : start + min(size, self.limit)]
        self.shown.update(page)
        self.rows += len(page)
        return Stretch(after, page[-1] if page else None, len(page), len(self.asked))

    def walk(self, *, expected: int | None = None, highest: int | None = None, concurrency: int = 8) -> list[Stretch]:
        top = highest if highest is not None else max(self.ids, default=0)
        walk = KeysetWalk(
            self.ask,
            highest=top,
            rows=len(self.ids) if expected is None else expected,
            page_size=lambda: self.limit,
            concurrency=concurrency,
        )
        return asyncio.run(walk.run())


def reaches(stretches: list[Stretch]) -> float:
    """How far the pages reach end to end from 0."""
    at = 0.0
    for s in stretches:
        if s.after <= at:
            at = max(at, s.reaches)
    return at


@given(
    ids=st.sets(st.integers(1, 400)).map(sorted),
    limit=st.integers(1, 40),
    expected=st.integers(0, 1000),
    workers=st.integers(1, 9),
)
def test_every_row_comes_and_the_pages_join_without_a_gap(
    ids: list[int], limit: int, expected: int, workers: int
) -> None:
    """Also where the shop's count, which only guides the cutting, is far off."""
    shop = Shop(ids, limit)
    stretches = shop.walk(expected=expected, concurrency=workers)
    assert shop.shown >= set(ids)
    assert not ids or reaches(stretches) >= ids[-1]
    assert [s.after for s in stretches] == sorted(s.after for s in stretches)


def test_ids_without_gaps_take_no_more_pages_than_one_after_the_other() -> None:
    shop = Shop(DENSE)
    shop.walk()
    assert (len(shop.asked), shop.rows) == (10, 10_000)


@pytest.mark.parametrize("step", [2, 3, 7, 1000])
def test_ids_with_gaps_take_few_more(step: int) -> None:
    shop = Shop(DENSE[::step] if step < 1000 else [n * 1000 for n in DENSE])
    shop.walk()
    pages = -(-len(shop.ids) // 1000)
    assert len(shop.asked) <= pages * 1.2 + 2


def test_rows_in_a_clump_far_from_the_others_are_cut_again_where_they_stand() -> None:
    """Cut by the average, one stretch would hold nearly all: it is cut anew by what its first page showed."""
    shop = Shop([*range(1, 1001), *range(900_001, 909_001)])
    shop.walk()
    assert shop.shown == set(shop.ids)
    assert len(shop.asked) < 40


def test_a_highest_row_that_was_deleted_meanwhile_ends_at_an_empty_page() -> None:
    shop = Shop(DENSE[:-1], 999)
    stretches = shop.walk(highest=10_000)
    assert shop.shown == set(shop.ids)
    assert reaches(stretches) >= 10_000


def test_no_more_pages_are_asked_at_once_than_allowed() -> None:
    flying = most = 0

    class Counting(Shop):
        async def ask(self, after: int, size: int) -> Stretch:
            nonlocal flying, most
            flying += 1
            most = max(most, flying)
            try:
                await asyncio.sleep(0)
                return await super().ask(after, size)
            finally:
                flying -= 1

    Counting(DENSE, 100).walk(concurrency=3)
    assert most == 3


def test_the_first_page_that_fails_ends_the_walk_with_its_own_reason() -> None:
    class Failing(Shop):
        async def ask(self, after: int, size: int) -> Stretch:
            if after >= 5000:
                raise ReadFailed("refused", "no")
            return await super().ask(after, size)

    with pytest.raises(ReadFailed, match="refused"):
        Failing(DENSE).walk()
