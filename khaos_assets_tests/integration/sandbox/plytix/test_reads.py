"""The simulated Plytix shows what its world holds, in the shapes and with the traps of the contract."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from khaos_assets_tests.integration.sandbox.plytix.conftest import (
    BUNDLE,
    FAMILY,
    PRODUCTS,
    SHIRT,
    SHIRT_M,
    Caller,
    calling,
    key,
    product,
    signed_in,
)
from khaos_assets_tests.sandbox_fixtures import write_world

IN_ORDER = ["S100", "S101", "S102", "S103", "SHIRT", "SHIRT-01", "SHIRT-02", "s103"]


def where(field: str, operator: str, value: Any = None) -> list[list[dict[str, Any]]]:
    return [[{"field": field, "operator": operator, "value": value}]]


def test_singles_parents_and_variants_come_in_one_list_in_the_asked_order(plytix: Caller) -> None:
    assert plytix.walk() == IN_ORDER
    assert plytix.walk(order="-sku") == IN_ORDER[::-1]
    assert plytix.walk(order=None) == [p["sku"] for p in PRODUCTS]


def test_only_asked_columns_come_back_and_empty_custom_attributes_are_left_out(plytix: Caller) -> None:
    asked = ["status", "attributes.weight_kg", "attributes.size", "product_level", "product_type"]
    rows = {r["sku"]: r for r in plytix.search(attributes=asked)["data"]}
    assert rows["S102"] == {
        "id": key(22),
        "sku": "S102",
        "num_variations": 0,
        "status": "Completed",
        "product_level": 0,
        "product_type": "SINGLE",
        "attributes": {},
    }
    assert rows["SHIRT-01"] | {"id": "", "status": ""} == {
        "id": "",
        "sku": "SHIRT-01",
        "num_variations": 0,
        "_parent_id": key(SHIRT),
        "status": "",
        "product_level": 2,
        "product_type": "VARIANT",
        "attributes": {"size": "S"},
    }
    assert rows["SHIRT"]["product_level"] == 1


def test_without_columns_a_row_holds_its_keys(plytix: Caller) -> None:
    assert plytix.search()["data"][0] == {"id": key(20), "sku": "S100", "num_variations": 0, "attributes": {}}


def test_a_bundle_is_a_column(plytix: Caller) -> None:
    rows = {r["sku"]: r for r in plytix.search(attributes=["relationships.Bundle"])["data"]}
    (bundle,) = rows["S103"]["relationships"]
    assert [(p["product_id"], p["quantity"]) for p in bundle["related_products"]] == [(key(20), 2), (key(21), 1)]
    assert rows["S100"]["relationships"] == []
    assert plytix.search(attributes=["relationships.Other"])["data"][3]["relationships"] == []


def test_numbers_keep_their_own_digits(tmp_path: Path) -> None:
    line = f'{{"id":"{key(1)}","sku":"A","attributes":{{"weight_kg":1.50}}}}'
    with signed_in(write_world(tmp_path, {"plytix/products": [line]})) as plytix:
        answers = [
            plytix.http.post("/products/search", json={"attributes": ["attributes.weight_kg"]}),
            plytix.http.get(f"/products/{key(1)}"),
        ]
        assert all(b'"weight_kg":1.50' in a.content for a in answers)


def test_fifty_columns_are_allowed_and_id_and_sku_are_free(plytix: Caller) -> None:
    fifty = ["id", "sku", *(f"attributes.a{n}" for n in range(50))]
    assert plytix.skus(attributes=fifty) == IN_ORDER
    answer = plytix.http.post("/products/search", json={"attributes": [*fifty, "status"]})
    assert answer.status_code == 422
    assert answer.json()["error"]["errors"][0]["field"] == "attributes"


def test_counts_are_said_with_every_page_and_the_total_ignores_the_filter(plytix: Caller) -> None:
    page = plytix.search(where("status", "eq", "Completed"), page=2, size=4)
    assert page["pagination"] == {"count": 6, "order": "sku", "page": 2, "page_size": 4, "total_count": 8}
    assert len(page["data"]) == 2


def test_past_the_end_there_is_an_empty_page(plytix: Caller) -> None:
    page = plytix.search(page=9)
    assert (page["data"], page["pagination"]["count"], page["pagination"]["total_count"]) == ([], 0, 8)


@pytest.mark.parametrize("order", [None, ""])
def test_no_order_may_be_said_in_several_ways(plytix: Caller, order: Any) -> None:
    assert plytix.search(order=order)["pagination"]["order"] == ""
    assert plytix.http.post("/products/search", json={"pagination": {}}).json()["pagination"]["page_size"] == 25
    assert len(plytix.http.post("/products/search").json()["data"]) == 8


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (where("sku", "eq", "S103"), ["S103", "s103"]),
        (where("sku", "!eq", "S103"), ["S100", "S101", "S102", "SHIRT", "SHIRT-01", "SHIRT-02"]),
        (where("sku", "like", "shirt-"), ["SHIRT-01", "SHIRT-02"]),
        (where("gtin", "exists"), []),
        (where("label", "!exists"), []),
        (where("status", "in", ["Draft", "Archived"]), ["S100", "s103"]),
        (where("status", "!in", ["Completed"]), ["S100", "s103"]),
        (where("_is_variation", "eq", True), ["SHIRT-01", "SHIRT-02"]),
        (where("_has_variations", "eq", True), ["SHIRT"]),
        (where("attributes.colour", "eq", "blue"), ["SHIRT", "SHIRT-01"]),
        (where("attributes.size", "in", ["S"]), ["SHIRT-01"]),
        (where("attributes.size", "in", ["s"]), []),
        (where("attributes.weight_kg", "gte", 2), ["S100", "S101"]),
        (where("attributes.weight_kg", "lt", "2"), ["S103", "s103"]),
        (where("attributes.washable", "eq", True), ["SHIRT"]),
        (where("attributes.tags", "in", ["sale"]), ["S100"]),
        (where("attributes.launched", "last_days", 9), ["S101"]),
        (where("attributes.launched", "last_days", 8), []),
        (where("attributes.launched", "bte", ["2026-11-01", "2026-11-10"]), ["S101"]),
        (where("attributes.colour", "text_search", "av n"), ["SHIRT-02"]),
        (where("categories", "!exists"), IN_ORDER),
        (where("static_lists", "in", ["x"]), []),
    ],
)
def test_filters_find_what_they_say(plytix: Caller, filters: Any, found: list[str]) -> None:
    assert plytix.skus(filters) == found


def test_inner_conditions_are_and_outer_ones_or(plytix: Caller) -> None:
    draft, archived = where("status", "eq", "Draft")[0], where("status", "eq", "Archived")[0]
    assert plytix.skus([draft + archived]) == []
    assert plytix.skus([draft, archived]) == ["S100", "s103"]


def test_half_open_windows_of_creation_split_the_catalogue_without_gap_or_overlap(plytix: Caller) -> None:
    found: list[str] = []
    for first, last in [("2026-10-01", "2026-10-13"), ("2026-10-13", "2026-10-24"), ("2026-10-24", "2026-11-01")]:
        window = where("created", "gte", first)[0] + where("created", "lt", last)[0]
        found += plytix.walk(filters=[window])
    assert sorted(found) == sorted(IN_ORDER)
    assert plytix.skus(where("created", "!exists")) == []


def test_creation_can_be_compared_by_the_day_and_by_the_instant(plytix: Caller) -> None:
    assert plytix.skus(where("created", "eq", "2026-10-22")) == ["S101"]
    assert plytix.skus(where("created", "gt", "2026-10-25T08:00:00.123+00:00")) == []
    assert plytix.skus(where("created", "gte", "2026-10-25T08:00:00.123+00:00")) == ["s103"]
    assert plytix.skus(where("created", "lte", "2026-10-11T09:00:00.123+01:00")) == ["SHIRT"]


def test_bundles_can_be_found_by_what_they_hold(plytix: Caller) -> None:
    def bundles(operator: str = "exists", **component: Any) -> list[str]:
        wanted = {"relationship_id": BUNDLE, "operator": operator, "product_ids": [component] if component else []}
        return plytix.skus(relationship_filters=[[wanted]])

    assert bundles() == bundles(id=key(20)) == bundles(id=key(20), qty_operator="gt", value=1) == ["S103"]
    assert bundles(id=key(20), qty_operator="eq", value=1) == bundles(id=key(22)) == []
    assert len(bundles("!exists")) == 7


@pytest.mark.parametrize(
    "body",
    [
        {"filters": where("colour", "eq", "x")},
        {"filters": where("attributes.unheard_of", "eq", "x")},
        {"filters": where("sku", "in", ["x"])},
        {"filters": where("status", "exists")},
        {"filters": where("created", "gte", "last week")},
        {"filters": where("_is_variation", "eq", "true")},
        {"filters": where("sku", "eq", ["a", "b"])},
        {"filters": where("attributes.size", "in", [])},
        {"filters": where("sku", "eq", None)},
        {"filters": [{"field": "sku", "operator": "eq", "value": "x"}]},
        {"relationship_filters": [[{"relationship_id": "a", "operator": "eq"}]]},
        {"relationship_filters": [[{"relationship_id": n, "operator": "exists"} for n in "ab"]]},
        {"pagination": {"page_size": 101}},
        {"pagination": {"page_size": 0}},
        {"pagination": {"page": 0}},
        {"pagination": {"order": "unheard_of"}},
        {"pagination": {"order": 7}},
        {"attributes": "sku"},
    ],
)
def test_a_search_that_makes_no_sense_is_unprocessable(plytix: Caller, body: Any) -> None:
    answer = plytix.http.post("/products/search", json=body)
    assert answer.status_code == 422
    assert set(answer.json()["error"]["errors"][0]) == {"field", "msg"}


def test_a_body_that_is_no_json_is_malformed(plytix: Caller) -> None:
    assert plytix.http.post("/products/search", content=b"{").status_code == 400
    assert plytix.http.post("/products/search", content=b"[]").status_code == 400


def test_one_product_shows_empty_attributes_only_when_asked_to(plytix: Caller) -> None:
    assert plytix.product(SHIRT_M)["attributes"] == {"colour": "Navy", "size": "M"}
    every = plytix.product(SHIRT_M, everything=True)["attributes"]
    assert every == {"colour": "Navy", "size": "M", "washable": None} | dict.fromkeys(["weight_kg", "tags", "launched"])


def test_a_product_without_a_family_could_have_every_attribute(plytix: Caller) -> None:
    every = plytix.product(22, everything=True)["attributes"]
    assert every == dict.fromkeys(["colour", "launched", "size", "tags", "washable", "weight_kg"])


def test_variants_come_whole_and_unpaged(plytix: Caller) -> None:
    rows = plytix.http.get(f"/products/{key(SHIRT)}/variants").json()["data"]
    assert [(r["sku"], r["_parent_id"], r["product_type"]) for r in rows] == [
        ("SHIRT-01", key(SHIRT), "VARIANT"),
        ("SHIRT-02", key(SHIRT), "VARIANT"),
    ]
    assert plytix.http.get(f"/products/{key(20)}/variants").json() == {"data": []}


@pytest.mark.parametrize("path", ["/products/{}", "/products/{}/variants", "/product_families/{}"])
def test_what_does_not_exist_is_missed_by_its_id(plytix: Caller, path: str) -> None:
    answer = plytix.http.get(path.format(key(999)))
    assert answer.status_code == 404
    (error,) = answer.json()["error"]["errors"]
    assert error["field"] == "id"
    assert "does not exist" in error["msg"]


def test_families_can_be_searched_and_tell_their_attributes(plytix: Caller) -> None:
    found = plytix.http.post("/product_families/search", json={"filters": where("name", "like", "clo")}).json()
    (family,) = found["data"]
    assert (family["name"], family["total_products"], found["pagination"]["total_count"]) == ("Clothes", 7, 2)
    assert "attributes" not in family
    assert plytix.http.get(f"/product_families/{FAMILY}").json() == {"data": [family]}
    attributes = plytix.http.get(f"/product_families/{FAMILY}/attributes").json()["data"]
    assert (attributes[0]["label"], attributes[0]["attribute_level"]) == ("colour", "parent_level")


def test_families_are_found_by_their_change_and_by_their_size(plytix: Caller) -> None:
    def families(field: str, operator: str, value: Any) -> list[str]:
        asked = {"filters": where(field, operator, value), "pagination": {"order": "name"}}
        return [f["name"] for f in plytix.http.post("/product_families/search", json=asked).json()["data"]]

    assert families("modified", "gte", "2026-11-10") == families("modified", "exists", None) == ["Shoes"]
    assert families("modified", "gt", "2026-11-11") == []
    assert families("total_products", "gte", 0) == ["Clothes", "Shoes"]


def test_attributes_of_the_account_tell_their_type(plytix: Caller) -> None:
    answer = plytix.http.post("/attributes/product/search", json={"pagination": {"page_size": 1000, "order": "-label"}})
    types = {r["label"]: r["type_class"] for r in answer.json()["data"]}
    assert types == {
        "weight_kg": "IntAttribute",
        "washable": "BooleanAttribute",
        "tags": "MultiSelectAttribute",
        "size": "DropdownAttribute",
        "launched": "DateAttribute",
        "colour": "TextAttribute",
    }
    assert list(types) == sorted(types, reverse=True)
    first = answer.json()["data"][0]
    assert plytix.http.get(f"/attributes/product/{first['id']}").json()["data"] == [first]
    assert plytix.http.get(f"/attributes/product/{key(999)}").status_code == 404


def test_values_of_several_kinds_make_a_text_that_can_be_compared_in_any_way(tmp_path: Path) -> None:
    values = [1.5, "2", "heavy"]
    rows = [product(n, f"S{n}", attributes={"weight": v}) for n, v in enumerate(values, 1)]
    with signed_in(write_world(tmp_path, {"plytix/products": rows})) as plytix:
        (told,) = plytix.http.post("/attributes/product/search", json={}).json()["data"]
        assert (told["type_class"], told["filter_type"]) == ("TextAttribute", "TextAttribute")
        assert plytix.skus(where("attributes.weight", "gt", 1)) == ["S1", "S2"]
        assert plytix.skus(where("attributes.weight", "eq", "HEAVY")) == ["S3"]


def test_what_can_be_filtered_is_told(plytix: Caller) -> None:
    (offer,) = plytix.http.get("/filters/product").json()["data"]
    sizes = next(a for a in offer["attributes"] if a["key"] == "attributes.size")
    assert sizes["options"] == ["S", "M", "L"]
    assert "in" in sizes["operators"]
    assert next(p for p in offer["properties"] if p["key"] == "_is_variation")["operators"] == ["eq"]


def test_a_trailing_slash_leads_elsewhere(plytix: Caller) -> None:
    answer = plytix.http.get(f"/products/{key(20)}/")
    assert answer.status_code == 308
    assert answer.headers["Location"].endswith(f"/products/{key(20)}")


def test_without_a_token_nothing_is_told(plytix: Caller) -> None:
    url = f"{plytix.sandbox.base_url('plytix')}/api/v1/products/{key(20)}"
    bare = httpx.get(url, trust_env=False)
    assert (bare.status_code, bare.json()["error"]["msg"]) == (401, "Missing Authorization Header")
    for placeholder in ("Bearer ACCESS_TOKEN", "Basic abc", "Bearer"):
        assert httpx.get(url, headers={"Authorization": placeholder}, trust_env=False).status_code == 401


def test_a_wrong_password_gets_401_with_the_status_as_a_number_inside(plytix: Caller) -> None:
    answer = plytix.token(api_password="wrong")
    assert answer.status_code == 401
    assert answer.json()["error"]["errors"] == [{"field": "http_status_code", "msg": 401}]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("PUT", "/products/x", 405), ("GET", "/parcels", 404), ("POST", "/jobs/products", 403), ("GET", "/../x", 404)],
)
def test_what_the_vendor_does_not_offer_is_not_there(plytix: Caller, method: str, path: str, status: int) -> None:
    assert plytix.http.request(method, path).status_code == status


def test_a_world_without_plytix_is_an_empty_account(tmp_path: Path) -> None:
    with calling(write_world(tmp_path)) as plytix:
        plytix.sign_in()
        assert plytix.search()["data"] == []
        assert plytix.http.post("/product_families/search", json={}).json()["pagination"]["total_count"] == 0


def test_gzip_is_used_when_asked_for(plytix: Caller) -> None:
    asked = {"attributes": ["label", "status", "created", "modified"]}
    plain = plytix.http.post("/products/search", json=asked, headers={"Accept-Encoding": "identity"})
    zipped = plytix.http.post("/products/search", json=asked, headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert plain.content == zipped.content
