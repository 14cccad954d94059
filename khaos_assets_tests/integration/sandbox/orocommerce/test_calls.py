"""Sign-in, media types, and the switches that spoil a call, as docs/sandbox/orocommerce.md says."""

from __future__ import annotations

import base64
import time
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from khaos_assets_tests.integration.sandbox.orocommerce.conftest import JSON_API, Caller, turn

WITH_CHARSET = f"{JSON_API}; charset=utf-8"
PLAIN = "application/json"


def test_a_token_is_given_for_form_fields_or_http_basic(calm: Caller) -> None:
    answer = calm.token()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json; charset=UTF-8")
    assert {k: v for k, v in answer.json().items() if k != "access_token"} == {
        "token_type": "Bearer",
        "expires_in": 3600,
    }
    named = f"{calm.known['client_id']}:{calm.known['client_secret']}"
    basic = {"Authorization": f"Basic {base64.b64encode(named.encode()).decode()}"}
    url = f"{calm.sandbox.root('orocommerce')}/oauth2-token"
    assert calm.http.post(url, data={"grant_type": "client_credentials"}, headers=basic).status_code == 200


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "somebody"}, 401, "invalid_client"),
        ({"client_id": ""}, 400, "invalid_request"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_a_client_that_is_not_known_gets_no_token(calm: Caller, form: dict[str, str], status: int, error: str) -> None:
    answer = calm.token(**form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert ("hint" in answer.json()) is (status == 400)


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic eDp5"])
def test_a_call_without_a_good_token_is_answered_by_401_without_a_body(calm: Caller, authorization: str) -> None:
    answer = calm.http.get("/orders", headers={"Authorization": authorization})
    assert (answer.status_code, answer.content) == (401, b"")
    assert "WWW-Authenticate" in answer.headers


def test_a_token_is_no_good_in_the_address_nor_at_the_storefront(calm: Caller) -> None:
    token = calm.http.headers["Authorization"].partition(" ")[2]
    bare = httpx.get(f"{calm.sandbox.base_url('orocommerce')}/orders", params={"access_token": token}, trust_env=False)
    assert bare.status_code == 401
    assert calm.http.get(f"{calm.sandbox.root('orocommerce')}/api/orders").status_code == 401


def test_a_token_in_a_json_body_works(calm: Caller) -> None:
    token = calm.http.headers["Authorization"].partition(" ")[2]
    body = {"access_token": token, "data": {"type": "orders", "id": "1"}}
    assert calm.send("PATCH", "/orders/1", body, Authorization="").status_code == 200


@pytest.mark.parametrize(
    ("headers", "status", "shape"),
    [
        ({"Accept": JSON_API}, 200, JSON_API),
        ({"Accept": JSON_API, "Content-Type": JSON_API}, 200, JSON_API),
        ({"Accept": f"{WITH_CHARSET}, {JSON_API}"}, 200, JSON_API),
        ({"Accept": "*/*", "Content-Type": JSON_API}, 200, JSON_API),
        ({"Accept": PLAIN}, 200, PLAIN),
        ({"Accept": "*/*"}, 200, PLAIN),
        ({"Accept": WITH_CHARSET}, 406, None),
        ({"Accept": PLAIN, "Content-Type": JSON_API}, 406, None),
        ({"Accept": JSON_API, "Content-Type": WITH_CHARSET}, 415, None),
    ],
)
def test_media_types_decide_the_shape(calm: Caller, headers: dict[str, str], status: int, shape: str | None) -> None:
    answer = calm.http.get("/orders/1", headers=headers)
    assert answer.status_code == status, answer.text
    assert shape is None or answer.headers["Content-Type"] == shape


def test_the_plain_shape_is_flat(calm: Caller) -> None:
    row = calm.http.get("/orders/1", headers={"Accept": PLAIN}).json()
    assert (row["id"], row["identifier"], row["internalStatus"], row["lineItems"]) == (1, "ORD-1", "open", [1, 2])
    assert len(calm.http.get("/orders", headers={"Accept": PLAIN}).json()) == 4
    assert calm.http.get("/orders/99", headers={"Accept": PLAIN}).json()[0]["status"] == "404"


def test_a_body_of_another_type_is_refused(calm: Caller) -> None:
    answer = calm.http.patch("/orders/1", json={"data": {"type": "orders", "id": "1"}})
    assert (answer.status_code, answer.json()["errors"][0]["status"]) == (415, "415")


def test_a_large_page_comes_in_gzip_where_that_is_asked_for(calm: Caller) -> None:
    asked: dict[str, Any] = {"params": {"page[size]": -1}}
    packed = calm.http.get("/products", **asked, headers={"Accept-Encoding": "gzip"})
    plain = calm.http.get("/products", **asked, headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.json() == plain.json()


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_status_is_given_at_the_request_it_is_switched_on_for(shop: Caller, status: int) -> None:
    turn(shop, {"switch": f"http_{status}", "after": 1, "count": 1})
    answers = [shop.http.get("/orders") for _ in range(3)]
    assert [a.status_code for a in answers] == [200, status, 200]
    assert (answers[1].headers["Content-Type"] == JSON_API) is (status == 500)


def test_retry_after_is_there_or_not_as_switched_on(shop: Caller) -> None:
    turn(
        shop,
        {"switch": "http_429", "count": 1},
        {"switch": "http_429", "count": 1, "retry_after": False},
        {"switch": "http_503", "count": 1, "retry_after": 7},
        {"switch": "retry_after_date", "count": 1, "seconds": 30},
    )
    first, second, third, dated = (shop.http.get("/orders") for _ in range(4))
    assert [a.headers.get("Retry-After") for a in (first, second, third)] == ["1", None, "7"]
    wait = parsedate_to_datetime(dated.headers["Retry-After"]) - parsedate_to_datetime(dated.headers["Date"])
    assert 28 <= wait.total_seconds() <= 31


def test_the_sign_in_is_hit_by_name_only(shop: Caller) -> None:
    turn(shop, {"switch": "http_503", "path": "/oauth2-token", "count": 1}, {"switch": "http_500", "count": 1})
    assert [shop.token().status_code for _ in range(2)] == [503, 200]


def test_a_token_dies_at_the_request_it_is_switched_on_for(shop: Caller) -> None:
    turn(shop, {"switch": "token_expires", "calls": 2, "count": 1})
    shop.sign_in()
    assert [shop.http.get("/orders").status_code for _ in range(3)] == [200, 200, 401]
    shop.sign_in()
    assert shop.http.get("/orders").status_code == 200


def test_a_token_can_have_a_short_life(shop: Caller) -> None:
    turn(shop, {"switch": "token_expires", "seconds": 0, "count": 1})
    assert shop.token().json()["expires_in"] == 0
    turn(shop, {"switch": "token_expires", "seconds": 0, "count": 1})
    shop.sign_in()
    assert shop.http.get("/orders").status_code == 401
    shop.sign_in()


def test_good_credentials_can_be_refused(shop: Caller) -> None:
    turn(shop, {"switch": "client_refused", "count": 1})
    assert [shop.token().status_code for _ in range(2)] == [401, 200]


def test_a_good_token_can_be_refused_once_only(shop: Caller) -> None:
    turn(shop, {"switch": "token_refused", "count": 1})
    assert [shop.http.get("/orders").status_code for _ in range(2)] == [401, 200]


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_connection_can_be_cut_half_way_through_a_body(shop: Caller, encoding: str) -> None:
    turn(shop, {"switch": "cut_body", "mode": "reset", "count": 1})
    with pytest.raises(httpx.TransportError):
        shop.http.get("/products", headers={"Accept-Encoding": encoding})
    assert shop.http.get("/products").status_code == 200


def test_a_body_can_be_half_or_a_page_for_people(shop: Caller) -> None:
    turn(shop, {"switch": "cut_body", "count": 1}, {"switch": "cut_body", "mode": "html", "count": 1})
    half, page, whole = (shop.http.get("/products") for _ in range(3))
    assert whole.text.startswith(half.text) and len(half.text) < len(whole.text)
    assert page.headers["Content-Type"].startswith("text/html")


def test_a_call_can_be_lost_or_sent_elsewhere_and_nothing_is_done(shop: Caller) -> None:
    turn(shop, {"switch": "reset"})
    with pytest.raises(httpx.TransportError):
        shop.patch("inventorylevels", "1", {"quantity": 5})
    turn(shop, {"switch": "redirect"})
    elsewhere = shop.patch("inventorylevels", "1", {"quantity": 5}).headers["Location"]
    assert not elsewhere.startswith(shop.sandbox.root("orocommerce"))
    turn(shop, {"switch": "hang"})
    with pytest.raises(httpx.ReadTimeout):
        shop.http.patch("/inventorylevels/1", timeout=httpx.Timeout(10, read=0.2))
    assert shop.journal() == []


def test_an_answer_can_be_slow(shop: Caller) -> None:
    turn(shop, {"switch": "slow", "seconds": 0.2, "entity": "orders", "count": 1})
    start = time.monotonic()
    shop.http.get("/orders")
    assert time.monotonic() - start >= 0.2


def test_a_role_can_be_without_permission_for_a_type_or_for_its_changes(shop: Caller) -> None:
    turn(shop, {"switch": "no_permission", "entity": "orders"}, {"switch": "no_permission", "method": "PATCH"})
    denied = shop.http.get("/orders")
    assert (denied.status_code, denied.json()["errors"][0]["title"]) == (403, "access denied exception")
    assert shop.http.get("/products").status_code == 200
    assert shop.patch("products", "1").status_code == 403
