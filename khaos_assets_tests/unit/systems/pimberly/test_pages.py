"""A page of the product list: keys under either name, cursors that rise, and one view at a time."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khaos_assets.systems.pimberly.client import product_path
from khaos_assets.systems.pimberly.pages import PageReader, PageWrong
from khaos_assets.systems.read import ReadFailed
from khaos_assets.systems.transport import BodyBroken

FEED = PageReader("feed", ("Parents", "Items"))


def page(*rows: Any, max_id: str | None = None) -> bytes:
    last = next((r.get("id") or r.get("_id") for r in reversed(rows) if isinstance(r, dict)), None)
    return json.dumps({"data": list(rows), "maxId": max_id or last}).encode()


def test_a_primary_id_is_text_and_keeps_its_leading_zeros() -> None:
    body = page({"id": "a", "primaryId": 123}, {"id": "b", "primaryId": "0123"}, {"id": "c"})
    found = FEED.read(body, None)
    assert (found.ids, found.primary_ids, found.max_id) == (("a", "b", "c"), ("123", "0123", None), "c")


def test_both_names_of_the_internal_id_are_read() -> None:
    assert FEED.read(page({"_id": "a", "id": "something else", "primaryId": "x"}, max_id="a"), None).ids == ("a",)


@pytest.mark.parametrize(
    ("body", "since", "fault"),
    [
        (page({"id": "b"}, {"id": "a"}), None, "ids_not_rising"),
        (page({"id": "a"}, {"id": "a"}), None, "ids_not_rising"),
        (page({"id": "a"}), "a", "ids_not_rising"),
        (b'{"data": [{"id": "b"}]}', "a", "cursor_missing"),
        (page({"id": "b"}, max_id="a"), "a", "cursor_wrong"),
        (page({"id": "b"}, max_id="c"), "a", "cursor_wrong"),
        (page({"id": 7}, max_id="a"), "a", "cursor_wrong"),
    ],
)
def test_a_page_that_breaks_the_rules_of_the_cursor_is_asked_again(body: bytes, since: str | None, fault: str) -> None:
    with pytest.raises(PageWrong) as error:
        FEED.read(body, since)
    assert error.value.fault == fault


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"maxId": "a"}', page({"id": "a"})[:-3]])
def test_what_is_not_the_whole_json_of_a_list_is_broken(body: bytes) -> None:
    with pytest.raises(BodyBroken):
        FEED.read(body, None)


def test_a_row_that_cannot_be_read_does_not_stop_the_walk() -> None:
    """It will be set aside; the cursor goes on behind it."""
    found = FEED.read(page({"id": "a", "primaryId": "x"}, {"id": 7, "primaryId": "y"}, max_id="b"), None)
    assert (found.rows, found.ids, found.max_id) == (2, ("a",), "b")


def test_an_end_has_no_rows_and_needs_no_cursor() -> None:
    assert FEED.read(b'{"data": []}', "a").rows == 0


@pytest.mark.parametrize(
    ("view", "name"), [("feed", "Primary ID"), ("channel", "primaryId")], ids=["a channel for a feed", "the other way"]
)
def test_the_view_of_another_kind_of_key_is_refused(view: str, name: str) -> None:
    """What a channel leaves out is not deleted: it must not be taken for a feed."""
    with pytest.raises(ReadFailed) as error:
        PageReader(view).read(page({"id": "a", name: "x"}), None)
    assert error.value.reason.fault == "other_view"


def test_products_that_rows_name_are_gathered_however_they_are_written() -> None:
    reader = PageReader("feed", ("Parents", "Items"))
    reader.read(
        page({"id": "a", "primaryId": "x", "Parents": "p/1"}, {"id": "b", "Items": ["c", 7], "Other": "o"}), None
    )
    assert reader.named == {"p/1", "c", "7"}


def test_a_primary_id_is_one_segment_of_the_path() -> None:
    assert product_path("A B+C%/7", "/items") == "/products/A%20B%2BC%25%2F7/items"
