"""Cursors lead through a list once, whatever its length and the limit."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.scayle import lists
from khaos_assets.sandbox.scayle.calls import Call, Refused
from khaos_assets.sandbox.scayle.rows import Row


def page(rows: list[Row], **query: str) -> dict[str, object]:
    call = Call("GET", "GET /products", "productRead", "/products", (), query, b"", {"path": "/products"})
    return json.loads(lists.page(call, rows, Faults(), lists.as_it_stands))


@given(st.integers(0, 230), st.integers(1, 120))
def test_a_walk_gives_every_row_once_in_pages_of_the_limit(number: int, limit: int) -> None:
    rows = [Row(n, None, (), b"%d" % n) for n in range(number)]
    found: list[object] = []
    cursor: dict[str, str] = {}
    while True:
        shown = page(rows, limit=str(limit), **cursor)
        entities, end = shown["entities"], shown["cursor"]
        assert isinstance(entities, list)
        assert isinstance(end, dict)
        found += entities
        if end["next"] is None:
            break
        assert len(entities) == min(limit, lists.LARGEST_LIMIT)
        cursor = {"cursor": end["next"]}
    assert found == list(range(number))


@given(st.text(min_size=1, max_size=20))
def test_a_cursor_that_was_never_given_out_is_refused(cursor: str) -> None:
    with pytest.raises(Refused):
        page([], cursor=cursor)
