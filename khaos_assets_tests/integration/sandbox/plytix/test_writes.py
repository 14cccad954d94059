"""Corrections of products in Plytix: merged, journalled, still there on the next night."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from khaos_assets_tests.integration.sandbox.plytix.conftest import (
    FAMILY,
    FAST_CLOCK,
    OTHER_FAMILY,
    SHIRT,
    SHIRT_M,
    SHIRT_S,
    Caller,
    calling,
    key,
    product,
    signed_in,
)
from khaos_assets_tests.sandbox_fixtures import write_world

FIRST_MODIFIED = "2026-11-18T10:00:00.000000+00:00"


@pytest.fixture
def plytix(world: Path) -> Iterator[Caller]:
    """An account of its own for each test: these change it."""
    with signed_in(world) as caller:
        yield caller


def patch(plytix: Caller, number: int, **body: Any) -> httpx.Response:
    return plytix.http.patch(f"/products/{key(number)}", json=body)


def variants(plytix: Caller, number: int = SHIRT) -> list[str]:
    return [v["sku"] for v in plytix.http.get(f"/products/{key(number)}/variants").json()["data"]]


def test_a_patch_merges_and_answers_the_whole_product(plytix: Caller) -> None:
    before = plytix.product(21)
    answer = patch(plytix, 21, label="Mug", attributes={"weight_kg": 2.5, "launched": None, "colour": "Red"})
    assert answer.status_code == 200
    (after,) = answer.json()["data"]
    assert after == plytix.product(21)
    assert after["attributes"] == {"weight_kg": 2.5, "colour": "Red"}
    assert (after["label"], after["status"], before["label"]) == ("Mug", "Completed", "Product S101")
    assert after["modified"] == "2026-11-19T02:00:00.001000+00:00"
    assert after["modified_user_audit"] == {"type": "API"}
    assert plytix.product(21, everything=True)["attributes"]["launched"] is None
    (entry,) = plytix.journal()
    assert entry["operation"] == "PATCH /products/{id}"
    assert entry["what"]["changed"] == [{"key": key(21), "before": before, "after": after}]


def test_a_number_is_stored_with_the_digits_it_came_with(plytix: Caller) -> None:
    raw = b'{"attributes":{"weight_kg":0.50}}'
    assert b'"weight_kg":0.50' in plytix.http.patch(f"/products/{key(20)}", content=raw).content


def test_equal_values_change_nothing_and_do_not_move_the_change_time(plytix: Caller) -> None:
    for body in ({"status": "Completed"}, {"attributes": {"weight_kg": 3}}, {"unheard_of": 1}, {}):
        assert patch(plytix, 21, **body).status_code == 200
    assert plytix.product(21)["modified"] == FIRST_MODIFIED
    assert plytix.journal() == []


@pytest.mark.parametrize(
    ("last", "then"), [("02:00:00.001000", "02:00:00.002000"), ("09:00:00.999000", "09:00:01.000000")]
)
def test_a_write_is_always_later_than_the_last_change(tmp_path: Path, last: str, then: str) -> None:
    rows = [product(1, "A", modified=f"2026-11-20T{last}+00:00")]
    with signed_in(write_world(tmp_path, {"plytix/products": rows})) as plytix:
        patch(plytix, 1, label="Mug")
        assert plytix.product(1)["modified"] == f"2026-11-20T{then}+00:00"


def test_a_product_can_be_archived_and_stays_in_the_search(plytix: Caller) -> None:
    patch(plytix, 21, status="Archived")
    assert "S101" in plytix.skus()


def test_a_write_is_seen_by_searches_at_once_and_by_the_next_night(plytix: Caller) -> None:
    draft = [[{"field": "status", "operator": "eq", "value": "Draft"}]]
    assert plytix.skus(draft) == ["S100"]
    patch(plytix, 21, status="Draft", attributes={"colour": "Green"})
    assert plytix.skus(draft) == ["S100", "S101"]
    plytix.sandbox.advance()
    assert plytix.skus(draft) == ["S100", "S101"]
    assert plytix.product(21)["attributes"]["colour"] == "Green"


@pytest.mark.parametrize(
    "body",
    [
        {"status": "Live"},
        {"label": 7},
        {"gtin": "5012345678901"},
        {"gtin": "ABC"},
        {"attributes": {"unheard_of": "x"}},
        {"attributes": {"size": "XXL"}},
        {"attributes": {"size": 3}},
        {"attributes": {"size": True}},
        {"attributes": "x"},
    ],
)
def test_a_patch_that_makes_no_sense_changes_nothing(plytix: Caller, body: dict[str, Any]) -> None:
    assert patch(plytix, SHIRT_S, **body).status_code == 422
    assert plytix.journal() == []


def test_a_valid_gtin_is_taken(plytix: Caller) -> None:
    assert patch(plytix, 21, gtin="5012345678900").json()["data"][0]["gtin"] == "5012345678900"


def test_a_product_that_is_not_there_cannot_be_changed(plytix: Caller) -> None:
    assert patch(plytix, 999).status_code == 404
    assert plytix.http.delete(f"/products/{key(999)}").status_code == 404
    assert plytix.http.patch(f"/products/{key(21)}", content=b"{").status_code == 400


def test_a_parent_level_value_goes_on_to_variants_that_did_not_replace_it(plytix: Caller) -> None:
    patch(plytix, SHIRT, attributes={"colour": "Green", "weight_kg": 9})
    assert plytix.product(SHIRT_S)["attributes"] == {"colour": "Green", "size": "S"}
    assert plytix.product(SHIRT_M)["attributes"] == {"colour": "Navy", "size": "M"}
    assert plytix.product(SHIRT_S)["modified"] > FIRST_MODIFIED
    assert plytix.product(SHIRT_M)["modified"] == FIRST_MODIFIED
    assert [c["key"] for c in plytix.journal()[0]["what"]["changed"]] == [key(SHIRT), key(SHIRT_S)]


def test_variants_may_keep_their_change_time_when_the_parent_is_edited(world: Path) -> None:
    with signed_in(world, {"switch": "variants_keep_modified"}) as plytix:
        patch(plytix, SHIRT, attributes={"colour": "Green"})
        assert plytix.product(SHIRT_S)["attributes"]["colour"] == "Green"
        assert plytix.product(SHIRT_S)["modified"] == FIRST_MODIFIED


def test_a_parent_level_value_set_on_a_variant_is_marked_and_a_resync_takes_it_back(plytix: Caller) -> None:
    patch(plytix, SHIRT_S, attributes={"colour": "Black", "size": "L"})
    assert plytix.product(SHIRT_S)["overwritten_attributes"] == ["colour"]
    url = f"/products/{key(SHIRT)}/variants/resync"
    body = {"attribute_labels": ["colour"], "variant_ids": [key(SHIRT_S)]}
    assert plytix.http.post(url, json=body | {"attribute_labels": ["size"]}).status_code == 400
    assert plytix.http.post(url, json=body).status_code == 200
    assert plytix.product(SHIRT_S)["attributes"] == {"colour": "Blue", "size": "L"}
    assert plytix.product(SHIRT_S)["overwritten_attributes"] == []
    patch(plytix, SHIRT_M, attributes={"washable": False})
    assert plytix.product(SHIRT_M)["overwritten_attributes"] == ["colour", "washable"]


def test_a_new_product_needs_only_a_sku_and_stays_on_later_nights(plytix: Caller) -> None:
    answer = plytix.http.post("/products", json={"sku": "NEW", "attributes": {"colour": "Red"}, "unheard_of": 1})
    assert answer.status_code == 201
    (made,) = answer.json()["data"]
    assert answer.headers["Location"] == f"/api/v1/products/{made['id']}"
    assert (made["status"], made["attributes"], "unheard_of" in made) == ("Draft", {"colour": "Red"}, False)
    assert made["created"] == made["modified"]
    assert "NEW" in plytix.skus()
    plytix.sandbox.advance()
    assert "NEW" in plytix.skus()
    assert plytix.http.post("/products", json={"sku": "NEW"}).status_code == 409
    assert plytix.http.post("/products", json={"sku": "new"}).status_code == 201
    assert plytix.http.post("/products", json={"label": "x"}).status_code == 422


def test_a_deleted_parent_takes_its_variants_with_it_on_later_nights_too(plytix: Caller) -> None:
    assert plytix.http.delete(f"/products/{key(SHIRT)}").status_code == 204
    for _ in range(2):
        assert plytix.skus() == ["S100", "S101", "S102", "S103", "s103"]
        assert plytix.http.get(f"/products/{key(SHIRT_S)}").status_code == 404
        if plytix.sandbox.night == "2026-11-19":
            plytix.sandbox.advance()
    assert len(plytix.journal()[0]["what"]["changed"]) == 3


def test_variants_can_be_left_behind_by_a_deleted_parent(world: Path) -> None:
    with signed_in(world, {"switch": "delete_keeps_variants"}) as plytix:
        plytix.http.delete(f"/products/{key(SHIRT)}")
        assert plytix.product(SHIRT_S)["_parent_id"] == key(SHIRT)


def test_a_deleted_variant_is_counted_at_its_parent(plytix: Caller) -> None:
    plytix.http.delete(f"/products/{key(SHIRT_S)}")
    assert (variants(plytix), plytix.product(SHIRT)["num_variations"]) == (["SHIRT-02"], 1)


def test_a_new_variant_has_family_and_parent_values_of_its_parent(plytix: Caller) -> None:
    url = f"/products/{key(SHIRT)}/variants"
    answer = plytix.http.post(url, json={"variant": {"sku": "SHIRT-03", "attributes": {"size": "L"}}})
    assert answer.status_code == 201
    (made,) = answer.json()["data"]
    assert made["attributes"] == {"colour": "Blue", "washable": True, "size": "L"}
    assert (made["product_family_id"], made["_parent_id"], made["product_type"]) == (FAMILY, key(SHIRT), "VARIANT")
    assert plytix.product(SHIRT)["num_variations"] == 3
    plytix.sandbox.advance()
    assert variants(plytix) == ["SHIRT-01", "SHIRT-02", "SHIRT-03"]
    assert plytix.http.post(url, json={"variant": {"sku": "S100"}}).status_code == 409
    assert plytix.http.post(url, json={"sku": "X"}).status_code == 422
    assert plytix.http.post(f"/products/{key(999)}/variants", json={"variant": {"sku": "X"}}).status_code == 404


def test_a_variant_is_linked_and_unlinked(plytix: Caller) -> None:
    answer = plytix.http.post(f"/products/{key(SHIRT)}/variant/{key(22)}")
    assert (answer.status_code, answer.json()["data"][0]["num_variations"]) == (200, 3)
    assert plytix.product(22)["product_family_id"] == FAMILY
    answer = plytix.http.delete(f"/products/{key(SHIRT)}/variant/{key(22)}")
    assert (answer.status_code, answer.json()["data"][0]["num_variations"]) == (200, 2)
    assert "_parent_id" not in plytix.product(22)
    assert plytix.http.delete(f"/products/{key(SHIRT)}/variant/{key(22)}").status_code == 404
    for number in (20, 21):
        plytix.http.post(f"/products/{key(20)}/variant/{key(21)}")
        assert plytix.product(20)["product_type"] == "PARENT"
        assert plytix.http.post(f"/products/{key(SHIRT)}/variant/{key(number)}").status_code == 422


def test_a_variant_of_another_family_is_not_linked(plytix: Caller) -> None:
    plytix.http.post(f"/products/{key(20)}/family", json={"product_family_id": OTHER_FAMILY})
    assert plytix.http.post(f"/products/{key(SHIRT)}/variant/{key(20)}").status_code == 422


def test_an_unlink_can_answer_without_a_body(world: Path) -> None:
    with signed_in(world, {"switch": "unlink_204"}) as plytix:
        assert plytix.http.delete(f"/products/{key(SHIRT)}/variant/{key(SHIRT_S)}").status_code == 204
        assert variants(plytix) == ["SHIRT-02"]


def test_an_accepted_patch_may_not_be_applied(world: Path) -> None:
    with signed_in(world, {"switch": "patch_not_applied", "sku": "S101", "count": 1}) as plytix:
        assert patch(plytix, 20, label="Mug").json()["data"][0]["label"] == "Mug"
        assert patch(plytix, 21, label="Mug").json()["data"][0]["label"] == "Mug"
        assert (plytix.product(20)["label"], plytix.product(21)["label"]) == ("Mug", "Product S101")
        patch(plytix, 21, label="Mug")
        assert plytix.product(21)["label"] == "Mug"


def test_a_connection_can_be_lost_after_the_work_is_done(world: Path) -> None:
    with signed_in(world, {"switch": "reset_after_commit", "count": 1}) as plytix:
        with pytest.raises(httpx.TransportError):
            patch(plytix, 21, label="Mug")
        assert plytix.product(21)["label"] == "Mug"
        assert len(plytix.journal()) == 1


def test_what_was_written_outlives_a_restart(world: Path, tmp_path: Path) -> None:
    with signed_in(world, memory_dir=tmp_path) as plytix:
        patch(plytix, 21, label="Mug")
        patch(plytix, 21, status="Live")
        plytix.http.post("/products", json={"sku": "NEW"})
    with signed_in(world, memory_dir=tmp_path) as plytix:
        assert plytix.product(21)["label"] == "Mug"
        assert "NEW" in plytix.skus()


def test_a_reader_who_may_not_is_told_so_and_nothing_is_done(world: Path) -> None:
    with calling(world, FAST_CLOCK, {"switch": "http_403", "method": "PATCH"}) as plytix:
        plytix.sign_in()
        assert patch(plytix, 21, label="Mug").status_code == 403
        assert plytix.product(21)["label"] == "Product S101"
