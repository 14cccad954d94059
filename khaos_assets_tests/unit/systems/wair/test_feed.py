"""One page of a WAIR list: what is checked before anything is believed (contract wair, section 4)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khaos_assets.systems.transport import BodyBroken, TransientError
from khaos_assets.systems.wair.feed import FeedPage, PageWrong
from khaos_assets.systems.wair.reads import DISPATCHES, STOCK

T1, T2, T3 = (f"2026-11-20T0{n}:00:00.000Z" for n in (1, 2, 3))


def row(where: Any, sku: Any, updated: Any = T1) -> dict[str, Any]:
    return {"locationId": where, "skuId": sku, "updatedAt": updated, "onHand": 1, "allocated": 0, "available": 1}


def page(rows: list[Any], *, by_change: bool = False, asked: int = 0, **envelope: Any) -> FeedPage:
    answer = {"stock": rows, "offset": 0, "limit": 10, "moreRecordsAvailable": True} | envelope
    body = json.dumps({k: v for k, v in answer.items() if v is not ...}).encode()
    return STOCK.page(body, operation="GET /Stock", offset=asked, by_change=by_change)


def test_keys_and_change_times_are_kept_as_text() -> None:
    read = page([row("LON", "A", T2), row("LON", "B", T1)], moreRecordsAvailable=False)
    assert read.rows.to_pydict() == {"location_id": ["LON", "LON"], "sku_id": ["A", "B"], "updated": [T2, T1]}
    assert (read.more, read.first, read.last, read.key(0)) == (False, ("LON", "A"), ("LON", "B"), ("LON", "A"))


def test_the_order_by_change_time_breaks_ties_by_key() -> None:
    read = page([row("YRK", "A", T1), row("LON", "A", T2), row("LON", "B", T2)], by_change=True)
    assert (read.first, read.last) == ((T1[:-1], "YRK", "A"), (T2[:-1], "LON", "B"))


@pytest.mark.parametrize(
    ("rows", "by_change", "envelope", "fault"),
    [
        ([row("LON", "A")], False, {"offset": 10}, "wrong_offset"),
        ([row("LON", "A"), row("LON", "B")], False, {"limit": 1}, "too_many_rows"),
        ([row("LON", "B"), row("LON", "A")], False, {}, "keys_not_ascending"),
        ([row("LON", "A"), row("LON", "A")], False, {}, "keys_not_ascending"),
        ([row("YRK", "A"), row("LON", "B")], False, {}, "keys_not_ascending"),
        ([row("LON", "A", T2), row("LON", "B", T1)], True, {}, "keys_not_ascending"),
        ([row("LON", "B", T1), row("LON", "A", T1)], True, {}, "keys_not_ascending"),
        ([row("LON", "B"), row(None, "X"), row("LON", "A")], False, {}, "keys_not_ascending"),
    ],
)
def test_a_page_that_breaks_a_rule_is_asked_again(
    rows: list[Any], by_change: bool, envelope: dict[str, Any], fault: str
) -> None:
    with pytest.raises(PageWrong) as wrong:
        page(rows, by_change=by_change, **envelope)
    assert wrong.value.fault == fault
    assert isinstance(wrong.value, TransientError)


@pytest.mark.parametrize(
    "envelope",
    [{"stock": ...}, {"stock": None}, {"stock": {}}, {"offset": ...}, {"offset": "0"}, {"limit": None},
     {"moreRecordsAvailable": ...}, {"moreRecordsAvailable": "true"}],
)  # fmt: skip
def test_an_envelope_that_is_not_that_of_the_list_is_no_page(envelope: dict[str, Any]) -> None:
    with pytest.raises(BodyBroken):
        page([], **envelope)


@pytest.mark.parametrize("body", [b"", b"{", b"<html></html>", b'{"stock": []', b"null", b'{"stock":[]}x'])
def test_a_body_that_is_not_whole_json_is_no_page(body: bytes) -> None:
    with pytest.raises(BodyBroken):
        STOCK.page(body, operation="GET /Stock", offset=0, by_change=False)


def test_a_row_without_a_readable_key_does_not_spoil_its_page() -> None:
    """It keeps an identity of its own, so that two passes can be compared."""
    rows = [row("LON", "A"), row(None, "B"), row("LON", "C"), 7]
    read, again = page(rows), page(rows)
    assert read.rows.equals(again.rows)
    assert (read.first, read.last) == (("LON", "A"), ("LON", "C"))
    assert read.key(1)[0].startswith("\0unreadable") and read.key(1) != read.key(3)


def test_a_row_without_a_change_time_keeps_its_key() -> None:
    read = page([row("LON", "A", 5), row("LON", "B")], by_change=True)
    assert read.key(0) == ("LON", "A")
    assert read.first == read.last == (T1[:-1], "LON", "B")


def test_times_without_their_zone_do_not_break_the_order() -> None:
    """`…000` sorts before `…000Z`, though both are meant alike."""
    read = page([row("LON", "A", T1), row("LON", "B", T1[:-1]), row("LON", "C", "soon")], by_change=True)
    assert (read.first, read.last) == ((T1[:-1], "LON", "A"), (T1[:-1], "LON", "B"))


def test_an_empty_page_has_no_place() -> None:
    read = page([], moreRecordsAvailable=False)
    assert (read.rows.num_rows, read.first, read.last) == (0, None, None)


def test_fields_that_the_contract_does_not_name_are_found() -> None:
    body = json.dumps({"dispatches": [{"dispatchId": "D", "weight": 1}], "offset": 0, "limit": 1,
                       "moreRecordsAvailable": False}).encode()  # fmt: skip
    assert DISPATCHES.unknown_fields(body) == {"weight"}
