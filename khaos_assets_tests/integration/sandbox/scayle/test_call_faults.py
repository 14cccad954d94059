"""Each switch that spoils a call does what its line in docs/sandbox/scayle.md says."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from khaos_assets.sandbox.scayle.rates import LIMITS
from khaos_assets_tests.integration.sandbox.scayle.conftest import O_GB, Caller, calling, switched

STOCK = {"warehouseReferenceKey": "WH-1", "quantity": 9}


@pytest.mark.parametrize("status", [424, 500, 502, 503])
def test_a_status_is_given_as_often_as_switched_on_and_then_the_call_succeeds(scayle: Caller, status: int) -> None:
    with switched(scayle, {"switch": f"http_{status}", "entity": "orders", "after": 1, "count": 2}):
        assert scayle.ask("/shops").status_code == 200
        answers = [scayle.ask(O_GB) for _ in range(4)]
        assert [a.status_code for a in answers] == [200, status, status, 200]
        assert all(a.headers["X-RateLimit-Scope"] == "ordersRead" for a in answers)


def test_one_scope_is_limited_while_others_work(scayle: Caller) -> None:
    with switched(scayle, {"switch": "rate_limited", "scope": "stocksRead", "reset": 7, "count": 1}):
        refused = scayle.ask("/variants/1010/stocks")
        assert (refused.status_code, refused.json()["errors"][0]["errorKey"]) == (429, "RATE_LIMIT_EXCEED")
        assert (refused.headers["X-RateLimit-Remaining"], refused.headers["X-RateLimit-Reset"]) == ("0", "7")
        assert "Retry-After" not in refused.headers
        assert [scayle.ask(p).status_code for p in ("/variants/1010/prices", "/variants/1010/stocks")] == [200, 200]


def test_rate_headers_can_be_missing(scayle: Caller) -> None:
    with switched(scayle, {"switch": "no_rate_headers"}):
        assert not [h for h in scayle.ask("/shops").headers if h.startswith("x-ratelimit")]


def test_each_scope_has_its_own_budget_and_its_minute_can_pass_faster(world: Path) -> None:
    slow: dict[str, Any] = {"switch": "rate_clock", "scope": "productRead", "limit": 2}
    with calling(world, slow) as scayle:
        answers = [scayle.ask("/products") for _ in range(3)]
        assert [a.status_code for a in answers] == [200, 200, 429]
        assert [a.headers["X-RateLimit-Remaining"] for a in answers] == ["1", "0", "0"]
        assert answers[0].headers["X-RateLimit-Limit"] == "2"
        shops = scayle.ask("/shops")
        assert (shops.status_code, shops.headers["X-RateLimit-Limit"]) == (200, str(LIMITS["globalRead"]))
        with switched(scayle, slow | {"speed": 600}):
            time.sleep(0.11)
            assert scayle.ask("/products").status_code == 200


def test_a_grant_can_be_missing_for_one_group_of_resources(scayle: Caller) -> None:
    paths = (O_GB, "/variants/1010/stocks", "/variants/1010/prices")
    with switched(scayle, {"switch": "forbidden_scope"}):
        assert [scayle.ask(p).status_code for p in paths] == [403, 200, 200]
    with switched(scayle, {"switch": "forbidden_scope", "scope": ["stocksRead", "pricesRead"]}):
        assert [scayle.ask(p).status_code for p in paths] == [200, 403, 403]


@pytest.mark.parametrize(
    ("mode", "shape"),
    [("no_context", "absent"), ("null_context", None), ("array_context", []), ("empty", "no error"), ("html", "html")],
)
def test_an_error_can_have_a_shape_that_vendor_parsers_break_on(scayle: Caller, mode: str, shape: Any) -> None:
    with switched(scayle, {"switch": "malformed_error", "mode": mode, "count": 1}):
        bad, good = (scayle.ask("/products/9") for _ in range(2))
    assert (bad.status_code, good.json()["errors"][0]["context"]) == (404, {})
    if mode == "html":
        assert bad.headers["Content-Type"].startswith("text/html")
        return
    errors = bad.json()["errors"]
    assert (errors[0].get("context", "absent") if errors else "no error") == shape


def test_an_answer_can_come_late_or_never(scayle: Caller) -> None:
    late: list[dict[str, Any]] = [{"switch": "slow", "seconds": 0.2, "count": 1}, {"switch": "hang", "entity": "shops"}]
    with switched(scayle, *late):
        began = time.monotonic()
        assert scayle.ask("/products").status_code == 200
        assert time.monotonic() - began >= 0.2
        with pytest.raises(httpx.ReadTimeout):
            scayle.ask("/shops", timeout=httpx.Timeout(10, read=0.2))


def test_a_connection_is_lost_before_or_after_the_work_was_done(world: Path) -> None:
    lost: list[dict[str, Any]] = [{"switch": "reset", "count": 1}, {"switch": "reset_after_commit", "count": 1}]
    with calling(world, *lost) as scayle:
        for quantity in (7, 9):
            with pytest.raises(httpx.TransportError):
                scayle.ask("/variants/1010/stocks", "POST", json=STOCK)
            assert scayle.stock()["quantity"] == quantity


def test_a_redirect_leads_to_another_origin(scayle: Caller) -> None:
    with switched(scayle, {"switch": "redirect", "count": 1}):
        answer = scayle.ask("/shops")
    assert answer.status_code == 302
    assert not answer.headers["Location"].startswith(scayle.sandbox.root("scayle"))


def test_a_body_can_be_cut_in_half(scayle: Caller) -> None:
    with switched(scayle, {"switch": "cut_body", "count": 1}):
        answer = scayle.ask(O_GB)
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_an_unknown_switch_is_refused(world: Path) -> None:
    with pytest.raises(Exception, match="scayle has no switch"), calling(world, {"switch": "no_such"}):
        pass
