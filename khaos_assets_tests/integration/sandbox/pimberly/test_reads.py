"""The simulated Pimberly shows what its world holds, in the shapes and with the traps of the contract."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from khaos_assets_tests.integration.sandbox.pimberly.conftest import FULL, KEYS, Caller, calling, key
from khaos_assets_tests.sandbox_fixtures import write_world


def test_the_list_goes_out_by_internal_id_whatever_the_order_of_the_file(pimberly: Caller) -> None:
    for limit in (1, 3, 7, 100):
        assert pimberly.keys(limit) == KEYS


def test_every_page_says_where_to_go_on_and_the_list_ends_with_404(pimberly: Caller) -> None:
    last = pimberly.page(sinceId=key(6))
    assert ([r["primaryId"] for r in last["data"]], last["maxId"]) == (["Mug"], key(7))
    beyond = pimberly.http.get("/products", params={"sinceId": key(7)})
    assert beyond.status_code == 404
    assert beyond.json()["error"]["status"] == 404


def test_the_usual_limit_is_100_and_one_above_1000_is_cut_without_a_word(tmp_path: Path) -> None:
    rows = [{"id": key(n), "primaryId": f"P{n}"} for n in range(1100)]
    with calling(write_world(tmp_path, {"pimberly/products": rows})) as pimberly:
        assert len(pimberly.page()["data"]) == 100
        assert len(pimberly.page(limit=5000)["data"]) == 1000


def test_a_cursor_in_a_header_is_ignored(pimberly: Caller) -> None:
    answer = pimberly.http.get("/products", headers={"sinceId": key(7)})
    assert len(answer.json()["data"]) == 7


@pytest.mark.parametrize("asked", [{}, {"attributes": "*"}, {"extendResponse": 1}])
def test_rows_are_thin_unless_both_parameters_are_given(pimberly: Caller, asked: dict[str, Any]) -> None:
    first = pimberly.http.get("/products", params=asked).json()["data"][0]
    assert first == {"id": key(1), "primaryId": "SHIRT"}


def test_named_attributes_come_alone_and_empty_ones_not_at_all(pimberly: Caller) -> None:
    rows = pimberly.page(attributes="Related,RRP (ex vat)")["data"]
    assert rows[0] == {"id": key(1), "primaryId": "SHIRT", "RRP (ex vat)": 12.5}
    assert rows[3] == {"id": key(4), "primaryId": 123, "Related": ["SHIRT", "MUG 1"], "RRP (ex vat)": "9.99"}


def test_numbers_keep_their_own_digits(tmp_path: Path) -> None:
    line = f'{{"id":"{key(1)}","primaryId":"A","Weight (kg)":1.50}}'
    with calling(write_world(tmp_path, {"pimberly/products": [line]})) as pimberly:
        for path in ("/products", "/products/A", "/products/A/attributes"):
            assert b'"Weight (kg)":1.50' in pimberly.http.get(path, params=FULL).content
        assert b'"Weight (kg)":1.50' in pimberly.http.get(f"{pimberly.core_url}/products", params=FULL).content


def test_the_next_address_does_not_carry_the_filter(pimberly: Caller) -> None:
    asked = '{"lifecycleStage":"Released"}'
    page = pimberly.page(limit=2, filters=asked)
    assert page["next"].startswith(f"{pimberly.base_url}/products?sinceId={key(2)}")
    assert "filters" not in page["next"]
    assert "next" not in pimberly.page(sinceId=key(6), limit=2)
    followed = httpx.get(page["next"], headers={"Authorization": pimberly.key}, trust_env=False).json()
    assert [r["primaryId"] for r in followed["data"]] == ["SHIRT/M", 123]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"dateUpdated": {"$gte": "2026-11-06T10:00:00.000Z"}}, KEYS[5:]),
        ({"dateUpdated": {"$gt": "2026-11-06T10:00:00.000Z"}}, KEYS[6:]),
        ({"dateUpdated": {"$gte": "2026-11-06T00:00:0.000Z", "$lt": "2026-11-07"}}, KEYS[5:6]),
        ({"dateUpdated": {"$lt": "2026-11-02T10:00:00.000Z"}}, KEYS[:1]),
        ({"dateUpdated": "2026-11-02T10:00:00Z"}, KEYS[1:2]),
        ({"dateCreated": {"$lte": "2026-10-01T09:00:00+01:00"}}, KEYS),
        ({"Product__Type": "SKU"}, KEYS[1:3]),
        ({"Product__Type": {"$in": ["Product", "Set"]}}, KEYS[:1]),
        ({"Related": "SHIRT"}, KEYS[3:5]),
        ({"live": True}, KEYS[5:6]),
        ({"primaryId": "123"}, KEYS[3:4]),
        ({"primaryId": 123}, KEYS[3:4]),
        ({"RRP__(ex__vat)": {"$gt": 10}}, KEYS[:1]),
        ({"RRP__(ex__vat)": {"$gte": "9"}}, KEYS[3:4]),
        ({"RRP__(ex__vat)": 12.5}, KEYS[:1]),
        ({"RRP__(ex__vat)": {"$lt": 10}}, []),
        ({"RRP__(ex__vat)": {"$lte": 10}}, KEYS[1:3] + KEYS[4:]),
        ({"live": "True"}, []),
        ({"Product__Type": "Product", "Parents": "SHIRT"}, []),
    ],
)
def test_filters_find_what_they_say(pimberly: Caller, filters: dict[str, Any], found: list[str]) -> None:
    assert pimberly.filtered(**filters) == found


@pytest.mark.parametrize(
    "asked",
    [
        {"filters": "{"},
        {"filters": "[]"},
        {"filters": '{"dateUpdated":{"$gte":"yesterday"}}'},
        {"filters": '{"a":{"$near":1}}'},
        {"filters": '{"$or":[]}'},
        {"filters": '{"a":{"$in":1}}'},
        {"sinceId": "page2"},
        {"limit": "0"},
        {"limit": "ten"},
    ],
)
def test_a_query_that_makes_no_sense_is_refused(pimberly: Caller, asked: dict[str, str]) -> None:
    answer = pimberly.http.get("/products", params=asked)
    assert answer.status_code == 400
    assert answer.json()["error"]["status"] == 400


def test_a_slash_in_a_key_is_one_segment_of_the_path(pimberly: Caller) -> None:
    assert pimberly.product("SHIRT%2FS")["primaryId"] == "SHIRT/S"
    assert pimberly.http.get("/products/SHIRT/S").status_code == 404
    assert pimberly.product("MUG%201+2%25")["primaryId"] == "MUG 1+2%"


def test_a_single_product_is_flat_and_can_be_asked_for_by_either_id(pimberly: Caller) -> None:
    one = pimberly.product("0123")
    assert (one["id"], one["Web Description"]) == (key(5), "Product 0123")
    assert pimberly.product(key(5)) == one
    assert pimberly.http.get("/products/0123/attributes").json() == one
    assert pimberly.http.get("/products/0123").json() == {"id": key(5), "primaryId": "0123"}
    assert pimberly.product("123")["primaryId"] == 123


def test_parents_and_items_are_wrapped_and_bare_unless_asked(pimberly: Caller) -> None:
    def kin(path: str, **asked: Any) -> Any:
        return pimberly.http.get(f"/products/{path}", params=asked).json()["data"]

    assert kin("SHIRT/items") == [{"primaryId": "SHIRT/S"}, {"primaryId": "SHIRT/M"}]
    full = kin("SHIRT%2FM/parents", **FULL)
    assert (full[0]["Web Description"], full[1]) == ("Product SHIRT", {"primaryId": "SALE"})


@pytest.mark.parametrize(
    "path", ["/products/none", "/products/Mug/parents", "/products/Mug/items", "/products/SHIRT/children", "/parcels"]
)
def test_what_is_not_there_is_the_same_404(pimberly: Caller, path: str) -> None:
    answer = pimberly.http.get(path)
    assert (answer.status_code, answer.json()["error"]["status"]) == (404, 404)


def test_core_calls_the_internal_id_otherwise_and_knows_classes(pimberly: Caller) -> None:
    row = pimberly.http.get(f"{pimberly.core_url}/products", params=FULL).json()["data"][1]
    assert (row["_id"], row["primaryId"]) == (key(2), "SHIRT/S")
    assert not {"id", "lifecycleStage"} & set(row)
    classes = pimberly.http.get(f"{pimberly.core_url}/products/SHIRT%2FS/classes")
    assert classes.json() == {"data": [{"path": "Clothes/Shirts"}]}
    assert pimberly.http.get(f"{pimberly.core_url}/products/Mug/classes").status_code == 404


def test_the_key_stands_raw_in_the_header_or_in_the_address(pimberly: Caller) -> None:
    url = f"{pimberly.base_url}/products"
    for headers in ({}, {"Authorization": f"Bearer {pimberly.key}"}, {"Authorization": "wrong"}):
        answer = httpx.get(url, headers=headers, trust_env=False)
        assert (answer.status_code, answer.json()["error"]["status"]) == (401, 401)
    assert httpx.get(url, params={"access_token": pimberly.key}, trust_env=False).status_code == 200


def test_a_world_without_pimberly_is_an_empty_view_which_answers_404(tmp_path: Path) -> None:
    with calling(write_world(tmp_path)) as pimberly:
        assert pimberly.http.get("/products").status_code == 404


def test_gzip_is_used_when_asked_for(pimberly: Caller) -> None:
    plain = pimberly.http.get("/products", params=FULL, headers={"Accept-Encoding": "identity"})
    zipped = pimberly.http.get("/products", params=FULL, headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert plain.content == zipped.content
