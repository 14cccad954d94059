"""Each switch that changes rows or the paging does what its line in docs/sandbox.md says, and nothing beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from khaos_assets_tests.integration.sandbox.wair.conftest import FIRST, SECOND, STOCK_KEYS, Caller, calling

EVERYTHING = {"updatedFrom": "1970-01-01T00:00:00.000Z"}


def stock(wair: Caller, **asked: Any) -> dict[str, dict[str, Any]]:
    rows = wair.walk("/Stock", "stock", **asked)
    return {f"{r['locationId']}/{r['skuId']}": r for r in rows}


def dispatches(wair: Caller) -> dict[str, dict[str, Any]]:
    return {d["dispatchId"]: d for d in wair.walk("/Dispatches", "dispatches")}


def test_a_lost_row_is_missing_in_key_order_and_there_in_the_order_of_change(world: Path) -> None:
    with calling(world, {"switch": "lost_row", "keys": ["L1/S2"]}) as wair:
        wair.sign_in()
        assert set(stock(wair, **EVERYTHING)) - set(stock(wair)) == {"L1/S2"}
        assert len(wair.walk("/Items", "items")) == 5


def test_a_lost_row_can_be_missing_everywhere(world: Path) -> None:
    with calling(world, {"switch": "lost_row", "entity": "items", "rows": 2, "selector": "all"}) as wair:
        wair.sign_in()
        for asked in ({}, EVERYTHING):
            assert [i["skuId"] for i in wair.walk("/Items", "items", **asked)] == ["S2", "S3", "S4"]
        assert wair.stock_keys() == STOCK_KEYS


def test_empty_stock_is_a_correct_envelope_without_rows(world: Path) -> None:
    with calling(world, {"switch": "empty_stock"}) as wair:
        wair.sign_in()
        assert wair.get("/Stock") == {"stock": [], "offset": 0, "limit": 500, "moreRecordsAvailable": False}


def test_a_late_commit_appears_on_the_next_night_with_its_old_change_time(world: Path) -> None:
    with calling(world, {"switch": "late_commit", "keys": ["L1/S2"]}) as wair:
        wair.sign_in()
        assert "L1/S2" not in stock(wair)
        wair.sandbox.advance()
        assert stock(wair)["L1/S2"]["updatedAt"] == "2026-11-18T10:57:00.000Z"


def test_quantities_can_disagree_be_negative_or_be_text(world: Path) -> None:
    faults: list[dict[str, Any]] = [
        {"switch": "available_mismatch", "keys": ["L1/S3"], "by": 2},
        {"switch": "negative_stock", "keys": ["L1/S4"], "on_hand": -3},
        {"switch": "decimal_as_text", "keys": ["L2/S0"]},
    ]
    with calling(world, *faults) as wair:
        wair.sign_in()
        rows = stock(wair)
        assert (rows["L1/S3"]["onHand"], rows["L1/S3"]["available"]) == (3, 4)
        assert (rows["L1/S4"]["onHand"], rows["L1/S4"]["available"]) == (-3, -4)
        assert (rows["L2/S0"]["onHand"], rows["L2/S0"]["allocated"]) == ("5.00000", "1.00000")
        assert rows["L2/S1"]["onHand"] == 6


def test_units_can_drop_to_zero_from_one_night_to_the_next(world: Path) -> None:
    with calling(world, {"switch": "zero_stock", "rows": 9, "nights": [SECOND]}) as wair:
        wair.sign_in()
        before = sum(r["onHand"] for r in stock(wair).values())
        wair.sandbox.advance()
        assert (before, sum(r["onHand"] for r in stock(wair).values())) == (45, 9)


def test_a_feed_can_stand_still(world: Path) -> None:
    with calling(world, {"switch": "stale_feed", "hours": 24, "nights": [FIRST]}) as wair:
        wair.sign_in()
        assert max(r["updatedAt"] for r in stock(wair).values()) == "2026-11-18T02:00:00.000Z"
        assert len(wair.walk("/Dispatches", "dispatches", updatedFrom="2026-11-14T00:00:00Z")) == 1


def test_text_decimals_reach_the_lines_of_dispatches(world: Path) -> None:
    with calling(world, {"switch": "decimal_as_text"}) as wair:
        wair.sign_in()
        assert dispatches(wair)["D1"]["lines"][0]["quantity"] == "2.00000"
        assert wair.walk("/Transfers", "transfers")[0]["quantityShipped"] == "3.00000"


def test_tracking_is_null_first_and_there_later_with_a_later_change_time(world: Path) -> None:
    with calling(world, {"switch": "tracking_late", "keys": ["D1"], "until": SECOND}) as wair:
        wair.sign_in()
        before = dispatches(wair)["D1"]
        assert before["trackingNumber"] is None
        wair.sandbox.advance()
        after = dispatches(wair)["D1"]
        assert (after["trackingNumber"], after["updatedAt"]) == ("T1", "2026-11-20T01:30:00.000Z")


def test_tracking_can_be_replaced_and_a_dispatch_voided_later(world: Path) -> None:
    faults = [
        {"switch": "tracking_changed", "keys": ["D1"], "since": SECOND},
        {"switch": "void_dispatch", "keys": ["D2"], "since": SECOND},
    ]
    with calling(world, *faults) as wair:
        wair.sign_in()
        assert dispatches(wair)["D1"]["trackingNumber"] == "T1"
        wair.sandbox.advance()
        shown = dispatches(wair)
        assert shown["D1"]["trackingNumber"] == "CHANGED-1"
        assert shown["D2"]["lines"] == []
        assert shown["D2"]["updatedAt"] == "2026-11-20T01:30:00.000Z"


def test_the_same_goods_can_stand_under_two_dispatch_ids(world: Path) -> None:
    with calling(world, {"switch": "duplicate_dispatch", "keys": ["D2"]}) as wair:
        wair.sign_in()
        shown = dispatches(wair)
        assert list(shown) == ["D1", "D2", "D2-2", "D3", "D4"]
        assert shown["D2-2"]["lines"] == shown["D2"]["lines"]


def test_references_can_match_nothing(world: Path) -> None:
    faults: list[dict[str, Any]] = [
        {"switch": "unknown_carrier", "keys": ["D1"]},
        {"switch": "unknown_order", "keys": ["D2"]},
        {"switch": "unknown_sku", "entity": "dispatches", "keys": ["D3"]},
        {"switch": "unknown_location", "keys": ["L1/S0"]},
    ]
    with calling(world, *faults) as wair:
        wair.sign_in()
        shown = dispatches(wair)
        assert shown["D1"]["carrierService"] == "UNKNOWN-CARRIER"
        assert shown["D2"]["orderReference"] == "UNKNOWN-ORDER"
        assert [line["skuId"] for line in shown["D3"]["lines"]] == ["UNKNOWN-SKU", "S2"]
        assert set(stock(wair)) == {"/".join(k) for k in STOCK_KEYS} | {"UNKNOWN-LOCATION/S0"}


def test_times_can_lose_their_zone(world: Path) -> None:
    with calling(world, {"switch": "naive_times", "entity": "dispatches"}) as wair:
        wair.sign_in()
        assert dispatches(wair)["D1"]["dispatchedAt"] == "2026-11-11T12:00:00.000"
        assert stock(wair)["L1/S0"]["updatedAt"].endswith("Z")


def test_a_walk_can_be_told_too_early_that_it_is_at_its_end(world: Path) -> None:
    with calling(world, {"switch": "false_end", "entity": "stock", "after_rows": 6}) as wair:
        wair.sign_in()
        assert wair.stock_keys(limit=3) == STOCK_KEYS[:6]
        assert len(wair.get("/Stock", offset=6, limit=9)["stock"]) == 4


def test_a_walk_can_have_no_end(world: Path) -> None:
    with calling(world, {"switch": "endless"}) as wair:
        wair.sign_in()
        for offset in (9, 10, 99):
            assert wair.get("/Stock", offset=offset)["moreRecordsAvailable"] is True
        assert wair.get("/Stock", offset=99)["stock"] == []
    with calling(world, {"switch": "endless", "repeat": True}) as wair:
        wair.sign_in()
        assert [r["skuId"] for r in wair.get("/Stock", offset=99, limit=2)["stock"]] == ["S3", "S4"]


def test_short_pages_have_more_to_come(world: Path) -> None:
    with calling(world, {"switch": "short_page", "rows": 2}) as wair:
        wair.sign_in()
        page = wair.get("/Stock", limit=5)
        assert (len(page["stock"]), page["limit"], page["moreRecordsAvailable"]) == (2, 5, True)
        assert wair.stock_keys(limit=5) == STOCK_KEYS


def test_a_smaller_largest_limit_is_shown_in_the_answer(world: Path) -> None:
    with calling(world, {"switch": "clamp", "limit": 4}) as wair:
        wair.sign_in()
        page = wair.get("/Stock", limit=5000)
        assert (len(page["stock"]), page["limit"], page["moreRecordsAvailable"]) == (4, 4, True)


@pytest.mark.parametrize(
    ("what", "seen"),
    [
        ({"withdraw": ["L1/S1"]}, [*STOCK_KEYS[:3], *STOCK_KEYS[4:]]),
        ({"insert": 1}, [*STOCK_KEYS[:3], *STOCK_KEYS[2:]]),
        ({"withdraw": 1, "append": 1}, [*STOCK_KEYS[:3], *STOCK_KEYS[4:], ("~00000L1", "S1")]),
    ],
)
def test_rows_that_come_and_go_between_pages_shift_what_stands_behind_the_offset(
    world: Path, what: dict[str, Any], seen: list[tuple[str, str]]
) -> None:
    with calling(world, {"switch": "page_shift", **what}) as wair:
        wair.sign_in()
        for _ in range(2):  # each walk is disturbed again
            assert wair.stock_keys(limit=3) == seen


def test_a_touched_row_moves_to_the_end_of_the_order_of_change(world: Path) -> None:
    with calling(world, {"switch": "page_shift", "touch": ["L2/S4"], "selector": "changed"}) as wair:
        wair.sign_in()
        seen = wair.stock_keys(limit=3, **EVERYTHING)
        assert seen[0] == seen[-1] == ("L2", "S4")
        assert len(set(seen)) == 9  # the fourth row in that order was skipped
        assert wair.stock_keys() == STOCK_KEYS


def test_a_list_can_come_to_rest_after_some_walks(world: Path) -> None:
    with calling(world, {"switch": "page_shift", "withdraw": ["L1/S1"], "walks": 1}) as wair:
        wair.sign_in()
        rest = [k for k in STOCK_KEYS if k != ("L1", "S1")]
        assert wair.stock_keys(limit=3) == [*STOCK_KEYS[:3], *STOCK_KEYS[4:]]
        assert wair.stock_keys(limit=3) == rest
        assert wair.stock_keys(limit=3, **EVERYTHING) != rest
        assert sorted(wair.stock_keys(limit=3, **EVERYTHING)) == rest


def test_a_capability_check_does_not_begin_a_walk(world: Path) -> None:
    with calling(world, {"switch": "page_shift", "withdraw": 1}) as wair:
        wair.sign_in()
        for _ in range(3):
            assert wair.get("/Stock", limit=1)["stock"][0]["skuId"] == "S0"


def test_switches_can_be_for_one_night_and_be_replaced_while_running(world: Path) -> None:
    with calling(world, {"switch": "empty_stock", "nights": [FIRST]}) as wair:
        wair.sign_in()
        assert stock(wair) == {}
        wair.sandbox.advance()
        assert len(stock(wair)) == 10
        wair.sandbox.set_faults([{"system": "wair", "switch": "lost_row"}])
        assert len(stock(wair)) == 9


def test_the_change_filter_sees_what_a_switch_changed(world: Path) -> None:
    with calling(world, {"switch": "void_dispatch", "keys": ["D1"]}) as wair:
        wair.sign_in()
        text = json.dumps(wair.walk("/Dispatches", "dispatches", updatedFrom="2026-11-19T00:00:00Z"))
        assert '"dispatchId": "D1"' in text
