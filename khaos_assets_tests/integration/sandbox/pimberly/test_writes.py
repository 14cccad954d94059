"""The few writes that clients of Pimberly use: attribute by attribute, journalled, still there on the next night."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from khaos_assets_tests.integration.sandbox.pimberly.conftest import Caller, calling, key, product
from khaos_assets_tests.sandbox_fixtures import write_world


@pytest.fixture
def pimberly(world: Path) -> Iterator[Caller]:
    """A tenant of its own for each test: these change it."""
    with calling(world) as caller:
        yield caller


def put(pimberly: Caller, product: str, name: str, value: Any) -> httpx.Response:
    return pimberly.http.put(f"/products/{product}/attributes/{name}", content=json.dumps(value))


def put_all(pimberly: Caller, product: str, **values: Any) -> httpx.Response:
    return pimberly.http.put(f"{pimberly.core_url}/products/{product}", json=values)


def test_one_attribute_is_put_by_its_encoded_name_and_the_others_stay(pimberly: Caller) -> None:
    before = pimberly.product("SHIRT%2FS")
    answer = put(pimberly, "SHIRT%2FS", "RRP%20%28ex%20vat%29", 11.5)
    assert (answer.status_code, answer.json()) == (200, {"id": key(2), "primaryId": "SHIRT/S"})
    after = pimberly.product("SHIRT%2FS")
    assert after == before | {"RRP (ex vat)": 11.5, "dateUpdated": "2026-11-19T02:00:00.001Z"}
    (entry,) = pimberly.journal()
    assert entry["operation"] == "PUT /products/{id}/attributes/{name}"
    assert entry["what"]["changed"] == [{"key": "SHIRT/S", "before": before, "after": after}]


def test_a_number_is_stored_with_the_digits_it_came_with(pimberly: Caller) -> None:
    pimberly.http.put("/products/Mug/attributes/Weight", content=b"0.50")
    assert b'"Weight":0.50' in pimberly.http.get("/products/Mug/attributes").content


def test_the_internal_id_serves_as_well(pimberly: Caller) -> None:
    put(pimberly, key(7), "Web%20Description", "Cup")
    assert pimberly.product("Mug")["Web Description"] == "Cup"


@pytest.mark.parametrize("value", [None, ""])
def test_an_attribute_is_cleared_and_then_absent(pimberly: Caller, value: Any) -> None:
    put(pimberly, "Mug", "Web%20Description", value)
    assert "Web Description" not in pimberly.product("Mug")


def test_equal_values_change_nothing_and_do_not_move_the_change_time(pimberly: Caller) -> None:
    before = pimberly.product("Mug")
    assert put(pimberly, "Mug", "Web%20Description", "Product Mug").status_code == 200
    assert put(pimberly, "Mug", "Not%20There", None).status_code == 200
    assert pimberly.product("Mug") == before
    assert pimberly.journal() == []


def test_several_attributes_are_put_at_once_and_unnamed_ones_stay(pimberly: Caller) -> None:
    answer = put_all(pimberly, "Mug", **{"Web Description": "Cup", "RRP (ex vat)": None, "Colours": ["Red"]})
    assert (answer.status_code, answer.json()["_id"]) == (200, key(7))
    after = pimberly.product("Mug")
    assert (after["Web Description"], after["Colours"], after["lifecycleStage"]) == ("Cup", ["Red"], "Released")
    assert "RRP (ex vat)" not in after


def test_a_write_is_found_by_its_time_and_stands_on_the_next_night(pimberly: Caller) -> None:
    put(pimberly, "Mug", "Web%20Description", "Cup")
    since = {"$gte": "2026-11-19T02:00:00.000Z"}
    assert pimberly.filtered(dateUpdated=since) == ["Mug"]
    pimberly.sandbox.advance()
    assert pimberly.filtered(dateUpdated=since) == ["Mug"]
    assert pimberly.product("Mug")["Web Description"] == "Cup"


@pytest.mark.parametrize(("last", "then"), [("02:00:00.001", "02:00:00.002"), ("09:00:00.999", "09:00:01.000")])
def test_a_write_is_always_later_than_the_last_change(tmp_path: Path, last: str, then: str) -> None:
    rows = [product(1, "A", dateUpdated=f"2026-11-20T{last}Z")]
    with calling(write_world(tmp_path, {"pimberly/products": rows})) as pimberly:
        put(pimberly, "A", "Colour", "Red")
        assert pimberly.product("A")["dateUpdated"] == f"2026-11-20T{then}Z"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/products/none/attributes/A", b'"x"', 404),
        ("PUT", "/products/Mug/attributes/A", b"{", 400),
        ("PUT", "/products/Mug/attributes/primaryId", b'"x"', 400),
        ("PUT", "/products/Mug", b"{}", 405),
        ("POST", "/products", b"{}", 405),
        ("DELETE", "/products/Mug", b"", 405),
        ("POST", "/assets", b"x", 404),
    ],
)
def test_what_cannot_be_written_is_refused(pimberly: Caller, method: str, path: str, body: bytes, status: int) -> None:
    answer = pimberly.http.request(method, path, content=body)
    assert (answer.status_code, answer.json()["error"]["status"]) == (status, status)
    assert pimberly.journal() == []


def test_core_takes_objects_only_and_no_single_attribute(pimberly: Caller) -> None:
    assert pimberly.http.put(f"{pimberly.core_url}/products/Mug", content=b"[]").status_code == 400
    assert pimberly.http.put(f"{pimberly.core_url}/products/Mug/attributes/A", content=b"1").status_code == 405
    assert put_all(pimberly, "Mug", dateUpdated="x").status_code == 400


def test_a_write_needs_the_key(pimberly: Caller) -> None:
    url = f"{pimberly.base_url}/products/Mug/attributes/A"
    assert httpx.put(url, content=b"1", headers={"Authorization": "wrong"}, trust_env=False).status_code == 401


def test_an_accepted_put_may_not_be_applied(world: Path) -> None:
    with calling(world, {"switch": "put_not_applied", "count": 1}) as pimberly:
        assert put(pimberly, "Mug", "Web%20Description", "Cup").status_code == 200
        assert pimberly.product("Mug")["Web Description"] == "Product Mug"
        put(pimberly, "Mug", "Web%20Description", "Cup")
        assert pimberly.product("Mug")["Web Description"] == "Cup"


def test_an_accepted_put_may_be_applied_some_calls_later(world: Path) -> None:
    with calling(world, {"switch": "put_late", "calls": 2}) as pimberly:
        put(pimberly, "Mug", "Web%20Description", "Cup")
        assert pimberly.journal() == []
        assert pimberly.product("Mug")["Web Description"] == "Product Mug"
        assert pimberly.product("Mug")["Web Description"] == "Cup"
        assert len(pimberly.journal()) == 1


def test_a_put_on_a_product_may_replace_all_it_had(world: Path) -> None:
    with calling(world, {"switch": "put_replaces"}) as pimberly:
        put_all(pimberly, "Mug", Colours=["Red"])
        left = {"id", "primaryId", "dateCreated", "dateUpdated", "lifecycleStage", "Colours"}
        assert set(pimberly.product("Mug")) == left
        put(pimberly, "SHIRT", "Colours", ["Red"])
        assert pimberly.product("SHIRT")["Web Description"] == "Product SHIRT"


def test_an_asset_is_taken_unless_it_is_too_large(world: Path) -> None:
    with calling(world, {"switch": "assets_413", "count": 1}) as pimberly:
        sent = [
            pimberly.http.post(f"{pimberly.core_url}/assets", files={"file": ("a.txt", b"abc")}).status_code
            for _ in range(2)
        ]
        assert sent == [413, 200]
        assert [e["operation"] for e in pimberly.journal()] == ["POST /assets"]


def test_a_connection_can_be_lost_after_the_work_is_done(world: Path) -> None:
    with calling(world, {"switch": "reset_after_commit", "count": 1}) as pimberly:
        with pytest.raises(httpx.TransportError):
            put(pimberly, "Mug", "Web%20Description", "Cup")
        assert pimberly.product("Mug")["Web Description"] == "Cup"


def test_what_was_written_outlives_a_restart(world: Path, tmp_path: Path) -> None:
    with calling(world, memory_dir=tmp_path) as pimberly:
        put(pimberly, "SHIRT%2FS", "Web%20Description", "Cup")
        put(pimberly, "none", "A", 1)
    with calling(world, memory_dir=tmp_path) as pimberly:
        assert pimberly.product("SHIRT%2FS")["Web Description"] == "Cup"
