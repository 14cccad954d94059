"""Each switch that spoils a call, a token or a body does what its line in docs/sandbox.md says."""

from __future__ import annotations

import gzip
import time
import zlib
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from khaos_assets_tests.integration.sandbox.wair.conftest import STOCK_KEYS, calling

STOCK_PATH = "/api/v1/Stock"


@pytest.mark.parametrize("status", [401, 429, 500, 502, 503, 504])
def test_a_status_is_given_as_often_as_switched_on_and_then_the_call_succeeds(world: Path, status: int) -> None:
    with calling(world, {"switch": f"http_{status}", "count": 2}) as wair:
        wair.sign_in()  # a switch without a path leaves sign-in alone
        assert [wair.http.get("/Stock").status_code for _ in range(3)] == [status, status, 200]


def test_retry_after_is_seconds_or_a_date(world: Path) -> None:
    faults: list[dict[str, Any]] = [
        {"switch": "http_503", "count": 1, "retry_after": 7},
        {"switch": "http_429", "count": 1},
        {"switch": "retry_after_date", "count": 1, "seconds": 30},
    ]
    with calling(world, *faults) as wair:
        wair.sign_in()
        busy, gone = wair.http.get("/Stock"), wair.http.get("/Stock")
        assert [(a.status_code, a.headers["Retry-After"]) for a in (busy, gone)] == [(429, "1"), (503, "7")]
        dated = wair.http.get("/Stock")
        wait = parsedate_to_datetime(dated.headers["Retry-After"]) - parsedate_to_datetime(dated.headers["Date"])
        assert 28 <= wait.total_seconds() <= 31


def test_a_switch_can_wait_and_be_for_one_path_and_for_sign_in_by_name(world: Path) -> None:
    faults: list[dict[str, Any]] = [
        {"switch": "http_500", "path": "/api/v1/Items", "after": 1, "count": 1},
        {"switch": "http_503", "path": "/api/v1/Token", "count": 1},
    ]
    with calling(world, *faults) as wair:
        assert wair.token().status_code == 503
        wair.sign_in()
        assert wair.http.get("/Stock").status_code == 200
        assert [wair.http.get("/Items").status_code for _ in range(3)] == [200, 500, 200]


def test_a_token_can_die_in_the_middle_of_a_walk(world: Path) -> None:
    with calling(world, {"switch": "token_expires_mid_walk", "calls": 2, "count": 1}) as wair:
        wair.sign_in()
        assert [wair.http.get("/Stock").status_code for _ in range(3)] == [200, 200, 401]
        wair.sign_in()
        assert [wair.http.get("/Stock").status_code for _ in range(4)] == [200] * 4


def test_a_token_can_live_for_a_very_short_time(world: Path) -> None:
    with calling(world, {"switch": "token_short_life", "seconds": 0, "count": 1}) as wair:
        assert wair.token().json()["expiresIn"] == 0
    with calling(world, {"switch": "token_short_life"}) as wair:
        assert wair.token().json()["expiresIn"] == 5
    with calling(world, {"switch": "token_short_life", "seconds": 0}) as wair:
        wair.sign_in()
        assert wair.http.get("/Stock").status_code == 401


def test_a_redirect_leads_to_another_origin(world: Path) -> None:
    with calling(world, {"switch": "redirect", "count": 1}) as wair:
        wair.sign_in()
        answer = wair.http.get("/Stock")
        assert answer.status_code == 302
        assert not answer.headers["Location"].startswith(wair.sandbox.root("wair"))


def test_a_slow_call_is_late_and_a_hanging_one_never_answers(world: Path) -> None:
    faults: list[dict[str, Any]] = [
        {"switch": "slow", "seconds": 0.2, "count": 1},
        {"switch": "hang", "after": 1, "count": 1},
    ]
    with calling(world, *faults) as wair:
        wair.sign_in()
        began = time.monotonic()
        assert wair.http.get("/Stock").status_code == 200
        assert time.monotonic() - began >= 0.2
        with pytest.raises(httpx.ReadTimeout):
            wair.http.get("/Stock", timeout=httpx.Timeout(10, read=0.2))
        assert wair.http.get("/Stock").status_code == 200


def test_a_connection_can_be_lost_before_an_answer(world: Path) -> None:
    with calling(world, {"switch": "reset", "count": 1, "path": STOCK_PATH}) as wair:
        wair.sign_in()
        with pytest.raises(httpx.TransportError):
            wair.http.get("/Stock")
        assert wair.http.get("/Stock").status_code == 200


def test_a_connection_can_be_lost_after_a_push_was_applied(world: Path) -> None:
    with calling(world, {"switch": "reset_after_commit", "count": 1}) as wair:
        wair.sign_in()
        push = [{"locationId": "L1", "skuId": "S3", "quantity": 9}]
        with pytest.raises(httpx.TransportError):
            wair.http.post("/Stock", json=push)
        assert wair.walk("/Stock", "stock")[3]["onHand"] == 9
        assert wair.http.post("/Stock", json=push).status_code == 200
        assert len(wair.sandbox.journal("wair")) == 1


def test_a_body_can_be_cut_off_or_be_a_page_for_people(world: Path) -> None:
    faults: list[dict[str, Any]] = [
        {"switch": "bad_json", "count": 1},
        {"switch": "bad_json", "mode": "html", "count": 1},
    ]
    with calling(world, *faults) as wair:
        wair.sign_in()
        cut, html = wair.http.get("/Stock"), wair.http.get("/Stock")
        assert cut.status_code == html.status_code == 200
        assert cut.text.startswith('{"stock":[')
        assert not cut.text.endswith("}")
        assert html.text.startswith("<html>")
        assert wair.stock_keys() == STOCK_KEYS


@pytest.mark.parametrize("switch", ["truncated_gzip", "trailing_gzip", "multi_member_gzip"])
def test_gzip_can_be_broken_in_three_ways(world: Path, switch: str) -> None:
    with calling(world, {"switch": switch, "count": 1}) as wair:
        wair.sign_in()
        with wair.http.stream("GET", "/Stock", headers={"Accept-Encoding": "gzip"}) as answer:
            raw = b"".join(answer.iter_raw())
        whole = wair.http.get("/Stock").content
        reader = zlib.decompressobj(31)
        first = reader.decompress(raw)
        match switch:
            case "truncated_gzip":
                assert not reader.eof
            case "trailing_gzip":
                assert (first, reader.unused_data) == (whole, b"\0\0 more")
            case _:
                assert first + gzip.decompress(reader.unused_data) == whole


def test_the_extension_can_be_missing_as_on_a_plain_installation(world: Path) -> None:
    with calling(world, {"switch": "feed_extension_off"}, {"switch": "write_extension_off"}) as wair:
        wair.sign_in()
        paths = ("/Stock", "/Items", "/Transfers", "/Dispatches", "/Recommendations/transfers")
        assert [wair.http.get(p, params={"limit": 1}).status_code for p in paths] == [405, 405, 405, 404, 200]
        assert [wair.http.post(p, json={}).status_code for p in ("/Dispatches/tracking", "/Items/bodyMap")] == [404] * 2
        assert wair.http.post("/Stock", json=[]).status_code == 200


def test_a_refused_push_can_have_been_applied_in_part(world: Path) -> None:
    with calling(world, {"switch": "partial_400", "count": 1, "rows": 1}) as wair:
        wair.sign_in()
        push = [{"locationId": "L1", "skuId": f"S{n}", "quantity": 50} for n in range(3)]
        assert wair.http.post("/Stock", json=push).status_code == 400
        assert [r["onHand"] for r in wair.walk("/Stock", "stock")[:3]] == [50, 1, 2]


def test_an_unfinished_full_load_can_drop_what_it_had_not_named_yet(world: Path) -> None:
    with calling(world, {"switch": "full_load_truncates"}) as wair:
        wair.sign_in()
        wair.http.post("/Batch/start")
        asked = {"fullLoad": "true", "moreRecordsAvailable": "true"}
        wair.http.post("/Stock", params=asked, json=[{"locationId": "L1", "skuId": "S0", "quantity": 7}])
        wair.http.post("/Batch/stop")
        assert wair.stock_keys() == [("L1", "S0")]


def test_client_references_can_be_forgotten(world: Path) -> None:
    row = {"dispatchId": "D1", "carrierService": "DPD-NEXT", "trackingNumber": "A", "clientReference": "c1"}
    with calling(world, {"switch": "forget_client_ref"}) as wair:
        wair.sign_in()
        results = []
        for number in ("A", "B", "A"):
            answer = wair.http.post("/Dispatches/tracking", json={"dispatches": [row | {"trackingNumber": number}]})
            results.append(answer.json()["results"][0]["result"])
        assert results == ["APPLIED"] * 3
