"""Walking by offset while rows come and go: what stood there all the time is never missed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khaos_assets.systems.paging import OffsetWalk, Page, Walked
from khaos_assets.systems.read import ReadFailed


@dataclass
class List:
    """A list in strict order of its numbers. `events[n]` happens before request n is answered: +k comes, -k goes."""

    rows: list[int]
    events: dict[int, list[int]] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)
    """Page sizes by request, where the server gives fewer rows than asked."""
    asked: list[tuple[int, int]] = field(default_factory=list)
    ever_gone: set[int] = field(default_factory=set)
    endless: bool = False
    false_end_at: int | None = None

    async def page(self, offset: int, limit: int) -> Page:
        await asyncio.sleep(0)
        number = len(self.asked)
        self.asked.append((offset, limit))
        for event in self.events.get(number, []):
            present = set(self.rows)
            if event < 0:
                present.discard(-event)
                self.ever_gone.add(-event)
            else:
                present.add(event)
            self.rows = sorted(present)
        size = min(limit, self.sizes[number % len(self.sizes)]) if self.sizes else limit
        rows = self.rows[offset : offset + size]
        more = self.endless or offset + len(rows) < len(self.rows)
        if self.false_end_at is not None and offset + len(rows) >= self.false_end_at:
            more = False
        keys = [(f"{n:06d}",) for n in rows]
        first, last = (keys[0], keys[-1]) if keys else (None, None)
        return Page(offset, limit, more, len(rows), first, last, first, last, content=rows)


def walk(shown: List, *, limit: int = 5, concurrency: int = 3) -> Walked:
    return asyncio.run(OffsetWalk(shown.page, limit=limit, concurrency=concurrency).run())


def seen(walked: Walked) -> set[int]:
    return {n for page in walked.pages for n in page.content}


@given(
    rows=st.sets(st.integers(1, 120), max_size=60),
    events=st.dictionaries(st.integers(1, 40), st.lists(st.integers(-120, 120).filter(bool), max_size=6), max_size=12),
    limit=st.integers(2, 9),
    concurrency=st.integers(1, 6),
)
@settings(max_examples=400, deadline=None)
def test_a_row_that_stood_there_all_the_time_is_never_missed(
    rows: set[int], events: dict[int, list[int]], limit: int, concurrency: int
) -> None:
    """Whatever is inserted or withdrawn between any two requests, in whatever order pages are asked."""
    shown = List(sorted(rows), events)
    try:
        walked = walk(shown, limit=limit, concurrency=concurrency)
    except ReadFailed as e:
        assert e.reason.fault in {"list_vanished", "list_unsteady", "endless"}
        return
    # a row that came back after it had gone did not stand there all the time
    throughout = {n for n in rows if n in shown.rows and n not in shown.ever_gone}
    assert throughout <= seen(walked)
    for before, after in zip(walked.pages, walked.pages[1:], strict=False):
        assert before.last is not None and after.last is not None and before.last < after.last


@given(
    count=st.integers(0, 80),
    sizes=st.lists(st.integers(2, 9), max_size=7),
    limit=st.integers(2, 9),
    concurrency=st.integers(1, 6),
)
@settings(max_examples=200, deadline=None)
def test_an_undisturbed_list_is_walked_whole_whatever_its_pages(
    count: int, sizes: list[int], limit: int, concurrency: int
) -> None:
    """Short pages, clamped pages, a last page that is exactly full: no more and no fewer rows."""
    shown = List(list(range(1, count + 1)), sizes=sizes)
    walked = walk(shown, limit=limit, concurrency=concurrency)
    assert seen(walked) == set(range(1, count + 1))
    assert sizes or walked.rereads == 0, "full pages overlap by a row: none needs to be read again"


def test_the_end_is_believed_only_after_a_look_behind_it() -> None:
    shown = List(list(range(1, 13)))
    walk(shown, limit=5)
    assert (12, 5) in shown.asked


def test_a_list_that_says_it_ended_and_goes_on_is_followed() -> None:
    """The flag lies from row 7 on; the rows behind it are read all the same."""
    walked = walk(List(list(range(1, 31)), false_end_at=7), limit=5, concurrency=1)
    assert seen(walked) == set(range(1, 31))
    assert walked.false_ends > 0


def test_a_list_that_never_says_it_ends_fails() -> None:
    with pytest.raises(ReadFailed) as failed:
        walk(List(list(range(1, 13)), endless=True))
    assert failed.value.reason.fault == "endless"


def test_an_empty_list_that_promises_more_fails() -> None:
    with pytest.raises(ReadFailed) as failed:
        walk(List([], endless=True))
    assert failed.value.reason.fault == "endless"


def test_an_empty_list_has_no_pages() -> None:
    assert walk(List([])).pages == []


def test_a_row_skipped_by_a_withdrawal_is_read_again() -> None:
    """Two rows go in front of the offset: the next page begins two rows further on than it should."""
    shown = List(list(range(1, 21)), events={1: [-1, -2]})
    walked = walk(shown, limit=5, concurrency=1)
    assert set(range(3, 21)) <= seen(walked)
    assert walked.rereads > 0


def test_pages_that_never_meet_end_the_read() -> None:
    """A list of which the front is withdrawn faster than it is read cannot be followed."""
    rows = list(range(1, 400))
    flicker = {n: [(-k if n % 2 else k) for k in range(1, 200)] for n in range(1, 200)}
    try:
        walked = walk(List(rows, events=flicker), limit=5, concurrency=1)
    except ReadFailed as e:
        assert e.reason.fault in {"list_unsteady", "list_vanished", "endless"}
    else:
        assert set(range(200, 400)) <= seen(walked)
