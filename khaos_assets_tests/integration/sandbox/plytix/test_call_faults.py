"""Each switch of Plytix that spoils a call, a token or a limit does what its line in the documentation says."""

from __future__ import annotations

import time
import zlib
from pathlib import Path
from typing import Any

import httpx
import pytest

from khaos_assets_tests.integration.sandbox.plytix.conftest import FAST_CLOCK, Caller, calling, key, signed_in

TOKEN = "/auth/api/get-token"


def pages(plytix: Caller, *numbers: int) -> list[int]:
    """The statuses of these pages of a search."""
    asked = [{"pagination": {"page": n, "page_size": 2, "order": "sku"}} for n in numbers]
    return [plytix.http.post("/products/search", json=a).status_code for a in asked]


def test_twenty_calls_in_ten_seconds_are_the_limit_and_refused_ones_count_too(world: Path) -> None:
    with calling(world) as plytix:
        plytix.sign_in()
        assert [plytix.http.get(f"/products/{key(99)}").status_code for _ in range(20)] == [404] * 20
        spent = plytix.http.get(f"/products/{key(20)}")
        assert spent.status_code == 429
        assert 1 <= int(spent.headers["Retry-After"]) <= 10
        assert "msg" in spent.json()["error"]
        assert plytix.token().status_code == 200  # the token endpoint counts by itself


def test_the_hour_has_its_own_limit_and_its_wait_is_longer(world: Path) -> None:
    with calling(world, {"switch": "rate_limits", "per_hour": 2}) as plytix:
        plytix.sign_in()
        answers = [plytix.http.get(f"/products/{key(20)}") for _ in range(3)]
        assert [a.status_code for a in answers] == [200, 200, 429]
        assert 3590 <= int(answers[2].headers["Retry-After"]) <= 3600
        assert [plytix.token().status_code for _ in range(2)] == [200, 429]


def test_a_429_can_come_without_a_wait_or_with_the_other_headers(world: Path) -> None:
    limit = {"switch": "rate_limits", "per_10s": 1}
    with calling(world, limit, {"switch": "no_retry_after"}, {"switch": "rate_headers"}) as plytix:
        plytix.sign_in()
        plytix.search()
        spent = plytix.http.post("/products/search")
        assert "Retry-After" not in spent.headers
        assert (spent.headers["X-RateLimit-Limit"], spent.headers["X-RateLimit-Remaining"]) == ("1", "0")
        assert 0 <= int(spent.headers["X-RateLimit-Reset"]) - time.time() <= 12


@pytest.mark.parametrize("status", [429, 502, 503])
def test_the_token_endpoint_can_refuse(world: Path, status: int) -> None:
    with calling(world, {"switch": f"http_{status}", "path": TOKEN, "count": 1}) as plytix:
        first, second = plytix.token(), plytix.token()
        assert (first.status_code, second.status_code) == (status, 200)
        assert ("Retry-After" in first.headers) is (status == 429)


def test_credentials_can_be_refused_though_they_are_right(world: Path) -> None:
    with calling(world, {"switch": "bad_credentials", "count": 1}) as plytix:
        assert [plytix.token().status_code for _ in range(2)] == [401, 200]


def test_a_token_request_that_is_no_json_is_malformed(world: Path) -> None:
    with calling(world) as plytix:
        answer = httpx.post(plytix.sandbox.root("plytix") + TOKEN, content=b"{", trust_env=False)
        assert answer.status_code == 400
        assert httpx.get(plytix.sandbox.root("plytix") + TOKEN, trust_env=False).status_code == 405


@pytest.mark.parametrize("calls", [0, 2])
def test_a_token_can_die_after_some_calls_or_at_once(world: Path, calls: int) -> None:
    with signed_in(world, {"switch": "token_expires_at_request", "calls": calls, "count": 1}) as plytix:
        assert pages(plytix, 1, 2, 3) == ([200] * calls + [401] * 3)[:3]
        plytix.sign_in()
        assert pages(plytix, 1, 2, 3) == [200] * 3


def test_a_token_can_die_between_check_and_use(world: Path) -> None:
    with signed_in(world, {"switch": "token_expires_between", "page": 2, "count": 1}) as plytix:
        assert pages(plytix, 1, 2, 2) == [200, 401, 401]
        plytix.sign_in()
        assert pages(plytix, 2) == [200]


def test_a_token_can_live_shorter_than_the_client_believes(world: Path) -> None:
    with signed_in(world, {"switch": "token_life", "seconds": 0}) as plytix:
        assert pages(plytix, 1) == [401]


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_one_page_can_fail_and_then_come(world: Path, status: int) -> None:
    with signed_in(world, {"switch": f"http_{status}", "page": 2, "count": 1}) as plytix:
        assert pages(plytix, 1, 2, 2, 3) == [200, status, 200, 200]


def test_an_error_has_the_shape_of_the_system_and_a_wait_only_where_said(world: Path) -> None:
    faults: list[dict[str, Any]] = [
        {"switch": "http_429", "count": 1, "retry_after": False},
        {"switch": "http_503", "count": 1, "retry_after": 7},
    ]
    with signed_in(world, *faults) as plytix:
        busy, gone = (plytix.http.get(f"/products/{key(20)}") for _ in range(2))
        assert (busy.status_code, "Retry-After" in busy.headers) == (429, False)
        assert (gone.status_code, gone.headers["Retry-After"]) == (503, "7")
        assert set(gone.json()) == {"error"}


def test_a_page_can_be_slow_or_never_come(world: Path) -> None:
    faults: list[dict[str, Any]] = [
        {"switch": "slow", "seconds": 0.2, "page": 2, "count": 1},
        {"switch": "hang", "page": 3, "count": 1},
    ]
    with signed_in(world, *faults) as plytix:
        began = time.monotonic()
        assert pages(plytix, 1, 2) == [200, 200]
        assert time.monotonic() - began >= 0.2
        with pytest.raises(httpx.ReadTimeout):
            plytix.http.post("/products/search", json={"pagination": {"page": 3}}, timeout=httpx.Timeout(10, read=0.2))
        assert pages(plytix, 3) == [200]


def test_a_body_can_be_cut_be_a_page_for_people_or_end_with_its_connection(world: Path) -> None:
    modes = [{"switch": "cut_body", "mode": m, "count": 1} for m in ("cut", "html", "reset")]
    with signed_in(world, *modes) as plytix:
        cut, html = (plytix.http.post("/products/search") for _ in range(2))
        assert cut.status_code == html.status_code == 200
        assert cut.text.startswith('{"data":[')
        assert not cut.text.endswith("}")
        assert html.text.startswith("<html>")
        with pytest.raises(httpx.TransportError):
            plytix.http.post("/products/search")
        assert pages(plytix, 1) == [200]


def test_a_connection_can_be_lost_before_an_answer(world: Path) -> None:
    with signed_in(world, {"switch": "reset", "count": 1}) as plytix:
        with pytest.raises(httpx.TransportError):
            plytix.http.post("/products/search")
        assert pages(plytix, 1) == [200]


def test_a_call_can_be_sent_elsewhere(world: Path) -> None:
    with signed_in(world, {"switch": "redirect", "count": 1}) as plytix:
        answer = plytix.http.post("/products/search")
        assert answer.status_code == 302
        assert not answer.headers["Location"].startswith(plytix.sandbox.root("plytix"))


def test_an_endpoint_can_be_announced_to_go(world: Path) -> None:
    with signed_in(world, {"switch": "deprecation", "path": "/api/v1/products/search"}) as plytix:
        assert "X-Plytix-Deprecation" in plytix.http.post("/products/search").headers
        assert "X-Plytix-Deprecation" not in plytix.http.get(f"/products/{key(20)}").headers


def test_a_long_answer_is_a_whole_gzip_stream(world: Path) -> None:
    with signed_in(world) as plytix:
        with plytix.http.stream("GET", "/filters/product", headers={"Accept-Encoding": "gzip"}) as answer:
            raw = b"".join(answer.iter_raw())
        reader = zlib.decompressobj(31)
        assert reader.decompress(raw).endswith(b"}")
        assert reader.eof


def test_the_fast_clock_is_for_limits_only(world: Path) -> None:
    with calling(world, FAST_CLOCK) as plytix:
        plytix.sign_in()
        assert {pages(plytix, 1)[0] for _ in range(40)} == {200}
