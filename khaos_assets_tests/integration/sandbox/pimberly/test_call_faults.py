"""Each switch of Pimberly that spoils a call or a page does what its line in the documentation says."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from khaos_assets_tests.integration.sandbox.pimberly.conftest import FULL, KEYS, SECOND, Caller, calling, key


def statuses(pimberly: Caller, *cursors: int | None) -> list[int]:
    """Statuses of pages of three, each after the product with this number."""
    asked = [{"limit": 3} | ({} if c is None else {"sinceId": key(c)}) for c in cursors]
    return [pimberly.http.get("/products", params=a).status_code for a in asked]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_one_page_can_fail_and_then_come(world: Path, status: int) -> None:
    with calling(world, {"switch": f"http_{status}", "page": 2, "count": 1}) as pimberly:
        assert statuses(pimberly, None, 3, 3, 6) == [200, status, 200, 200]


def test_an_error_has_the_shape_of_the_system_and_a_wait_only_where_said(world: Path) -> None:
    faults: list[dict[str, Any]] = [
        {"switch": "http_429", "count": 1, "retry_after": False},
        {"switch": "http_429", "count": 1, "retry_after": 7},
    ]
    with calling(world, *faults) as pimberly:
        bare, timed = (pimberly.http.get("/products") for _ in range(2))
        assert (bare.json()["error"]["status"], "Retry-After" in bare.headers) == (429, False)
        assert timed.headers["Retry-After"] == "7"


def test_a_key_can_be_withdrawn_in_the_middle_of_a_walk(world: Path) -> None:
    with calling(world, {"switch": "key_withdrawn", "after": 2}) as pimberly:
        assert statuses(pimberly, None, 3, 6, None) == [200, 200, 401, 401]


def test_a_key_of_a_channel_shows_other_names_and_no_stages(world: Path) -> None:
    with calling(world, {"switch": "other_view"}) as pimberly:
        first = pimberly.page()["data"][0]
        assert (first["_id"], first["Primary ID"], first["RRP (ex vat)"]) == (key(1), "SHIRT", 12.5)
        assert not {"id", "primaryId", "lifecycleStage"} & set(first)
        assert pimberly.http.get("/products").json()["data"][3] == {"_id": key(4), "Primary ID": 123}
        assert pimberly.product("Mug")["Primary ID"] == "Mug"
        assert pimberly.http.get("/products/SHIRT/items").json()["data"][0] == {"Primary ID": "SHIRT/S"}
        named = pimberly.page(attributes="lifecycleStage,RRP (ex vat)")["data"][0]
        assert set(named) == {"_id", "Primary ID", "RRP (ex vat)"}


def test_a_page_can_be_slow_never_come_or_lose_its_connection(world: Path) -> None:
    faults: list[dict[str, Any]] = [
        {"switch": "slow", "seconds": 0.2, "page": 2, "count": 1},
        {"switch": "hang", "page": 3, "count": 1},
        {"switch": "reset", "path": "/api/v2.2/products/Mug", "count": 1},
    ]
    with calling(world, *faults) as pimberly:
        began = time.monotonic()
        assert statuses(pimberly, None, 3) == [200, 200]
        assert time.monotonic() - began >= 0.2
        with pytest.raises(httpx.ReadTimeout):
            pimberly.http.get("/products", params={"limit": 3, "sinceId": key(6)}, timeout=httpx.Timeout(10, read=0.2))
        with pytest.raises(httpx.TransportError):
            pimberly.product("Mug")
        assert pimberly.keys() == KEYS


def test_a_body_can_be_cut_on_one_page(world: Path) -> None:
    modes = [{"switch": "cut_body", "mode": m, "page": 2, "count": 1} for m in ("cut", "reset")]
    with calling(world, *modes) as pimberly:
        assert pimberly.http.get("/products", params={"limit": 3}).text.endswith("}")
        asked = {"limit": 3, "sinceId": key(3)}
        cut = pimberly.http.get("/products", params=asked)
        assert (cut.status_code, cut.text[:9], cut.text[-1] == "}") == (200, '{"data":[', False)
        with pytest.raises(httpx.TransportError):
            pimberly.http.get("/products", params=asked)
        assert pimberly.http.get("/products", params=asked).json()["maxId"] == key(6)


def test_a_list_can_end_falsely_and_give_the_rest_when_asked_again(world: Path) -> None:
    with calling(world, {"switch": "false_end", "after_rows": 4, "count": 1}) as pimberly:
        assert pimberly.keys(limit=2) == KEYS[:4]
        assert pimberly.keys(limit=2) == KEYS


def test_the_first_call_can_find_nothing(world: Path) -> None:
    with calling(world, {"switch": "first_call_404", "count": 1}) as pimberly:
        assert statuses(pimberly, None, 3, None) == [404, 200, 200]


def test_a_newer_server_may_end_with_an_empty_page(world: Path) -> None:
    with calling(world, {"switch": "empty_page_at_end"}) as pimberly:
        page = pimberly.page(sinceId=key(7))
        assert page == {"data": []}


def test_the_next_address_can_be_absent_or_carry_the_filter(world: Path) -> None:
    asked = '{"lifecycleStage":"Released"}'
    with calling(world, {"switch": "next_with_filters"}) as pimberly:
        following = pimberly.page(limit=2, filters=asked)["next"]
        found = httpx.get(following, headers={"Authorization": pimberly.key}, trust_env=False).json()
        assert (httpx.URL(following).params["filters"], found["maxId"]) == (asked, key(4))
    with calling(world, {"switch": "next_absent", "page": 1}) as pimberly:
        assert "next" not in pimberly.page(limit=2)
        assert "next" in pimberly.page(limit=2, sinceId=key(2))


@pytest.mark.parametrize(("mode", "shown"), [("missing", None), ("repeated", key(2)), ("back", key(1))])
def test_the_cursor_can_be_missing_repeat_itself_or_go_back(world: Path, mode: str, shown: str | None) -> None:
    with calling(world, {"switch": "max_id", "mode": mode, "page": 2, "count": 1}) as pimberly:
        assert pimberly.page(limit=2)["maxId"] == key(2)
        spoilt = pimberly.page(limit=2, sinceId=key(2))
        assert (spoilt.get("maxId"), len(spoilt["data"])) == (shown, 2)
        assert pimberly.page(limit=2, sinceId=key(2))["maxId"] == key(4)


def test_the_server_can_cut_the_limit_without_a_word(world: Path) -> None:
    with calling(world, {"switch": "limit_cut", "limit": 2}) as pimberly:
        assert len(pimberly.page(limit=5)["data"]) == 2
        assert pimberly.keys(limit=5) == KEYS


def test_a_product_deleted_from_a_passed_page_costs_no_other_row(world: Path) -> None:
    with calling(world, {"switch": "deleted_between_pages", "page": 2, "count": 1}) as pimberly:
        assert pimberly.keys() == KEYS
        assert pimberly.keys() == KEYS[1:]
        assert pimberly.http.get("/products/SHIRT").status_code == 404
        assert pimberly.journal() == []


def test_a_product_deleted_before_it_was_read_is_not_met(world: Path) -> None:
    with calling(world, {"switch": "deleted_between_pages", "page": 2, "keys": ["Mug", "123"]}) as pimberly:
        assert pimberly.keys() == [k for k in KEYS if k not in {"Mug", "123"}]
        pimberly.sandbox.set_faults([])
        pimberly.sandbox.advance()
        assert pimberly.keys() == KEYS


def test_a_product_made_during_the_walk_stands_at_its_end(world: Path) -> None:
    with calling(world, {"switch": "created_between_pages", "page": 3, "count": 1, "rows": 2}) as pimberly:
        assert pimberly.keys() == [*KEYS, "NEW-1", "NEW-2"]
        assert pimberly.page(sinceId=key(7))["data"][0]["dateCreated"] == "2026-11-19T02:00:00.000Z"


def test_one_product_is_made_at_a_time_unless_more_are_asked_for(world: Path) -> None:
    with calling(world, {"switch": "created_between_pages", "count": 2}) as pimberly:
        assert pimberly.keys() == [*KEYS, "NEW-1", "NEW-2"]  # before pages 2 and 3


def test_an_edit_of_a_passed_product_shows_in_the_next_walk_only(world: Path) -> None:
    fault = {"switch": "edited_between_pages", "page": 2, "count": 1, "set": {"Web Description": "New"}}
    with calling(world, fault) as pimberly:
        first, second = pimberly.walk(), pimberly.walk()
        assert (first[0]["Web Description"], second[0]["Web Description"]) == ("Product SHIRT", "New")
        assert pimberly.filtered(dateUpdated={"$gte": "2026-11-19T02:00:00.000Z"}) == ["SHIRT"]


def test_pages_are_counted_along_the_walk_even_when_rows_come_and_go(world: Path) -> None:
    faults: list[dict[str, Any]] = [
        {"switch": "deleted_between_pages", "page": 2, "rows": 2, "count": 1},
        {"switch": "http_503", "page": 3, "count": 1},
    ]
    with calling(world, *faults) as pimberly:
        assert statuses(pimberly, None, 3, 6, 6) == [200, 200, 503, 200]


def test_a_switch_can_be_for_one_night(world: Path) -> None:
    with calling(world, {"switch": "first_call_404", "nights": [SECOND]}) as pimberly:
        assert statuses(pimberly, None) == [200]
        pimberly.sandbox.advance()
        assert statuses(pimberly, None) == [404]
        assert pimberly.http.get("/products/Mug", params=FULL).status_code == 200
