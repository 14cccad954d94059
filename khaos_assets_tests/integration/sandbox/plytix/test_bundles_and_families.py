"""Corrections of bundles and families in Plytix."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from khaos_assets_tests.integration.sandbox.plytix.conftest import (
    BUNDLE,
    FAMILY,
    FAST_CLOCK,
    OTHER_FAMILY,
    SHIRT,
    SHIRT_S,
    Caller,
    calling,
    key,
    signed_in,
)
from khaos_assets_tests.sandbox_fixtures import write_world

SET = f"/products/{key(23)}/relationships/{BUNDLE}"


@pytest.fixture
def plytix(world: Path) -> Iterator[Caller]:
    """An account of its own for each test: these change it."""
    with signed_in(world) as caller:
        yield caller


def bundle(plytix: Caller, number: int = 23) -> dict[int, int | None]:
    """The numbers of the components, each with its quantity."""
    kinds = plytix.product(number)["relationships"]
    return {int(p["product_id"], 16): p["quantity"] for k in kinds for p in k["related_products"]}


def components(**quantities: Any) -> dict[str, Any]:
    named = [{"product_id": key(int(k[1:])), "quantity": q} for k, q in quantities.items()]
    return {"product_relationships": named}


def until(holds: Callable[[], bool]) -> None:
    """Asks again until it holds; the fast clock makes a second of the sandbox short."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if holds():
            return
        time.sleep(0.005)
    raise AssertionError("this never came true")


def test_components_are_added_and_quantities_set(plytix: Caller) -> None:
    answer = plytix.http.post(SET, json=components(p21=3, p22=1))
    assert answer.status_code == 201
    (shown,) = answer.json()["data"]
    assert (shown["relationship_id"], shown["relationship_label"]) == (BUNDLE, "Bundle")
    assert "last_modified" in shown["related_products"][0]
    assert bundle(plytix) == {20: 2, 21: 3, 22: 1}
    assert plytix.http.post(SET, json=components(p21=3)).status_code == 200
    assert [e["operation"] for e in plytix.journal()] == ["POST /products/{id}/relationships/{rid}"]
    plytix.sandbox.advance()
    assert bundle(plytix) == {20: 2, 21: 3, 22: 1}


def test_a_product_without_bundles_gets_one(plytix: Caller) -> None:
    plytix.http.post(f"/products/{key(22)}/relationships/{BUNDLE}", json=components(p21=3))
    assert bundle(plytix, 22) == {21: 3}
    rows = plytix.search(attributes=["relationships.Bundle"])["data"]
    assert [r["sku"] for r in rows if r["relationships"]] == ["S102", "S103"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (components(p999=1), 409),
        (components(p20=0), 422),
        (components(p20=1.5), 422),
        (components(p20=True), 422),
        ({"product_relationships": ["x"]}, 422),
        ({}, 422),
    ],
)
def test_a_bundle_that_makes_no_sense_changes_nothing(plytix: Caller, body: Any, status: int) -> None:
    assert plytix.http.post(SET, json=body).status_code == status
    assert plytix.journal() == []


def test_a_bundle_has_at_most_three_hundred_components(tmp_path: Path) -> None:
    rows = [{"id": key(n), "sku": f"S{n}"} for n in range(302)]
    records = {"plytix/products": rows, "plytix/relationships": [{"id": BUNDLE, "label": "Bundle"}]}
    with signed_in(write_world(tmp_path, records)) as plytix:
        url = f"/products/{key(0)}/relationships/{BUNDLE}"
        many = components(**{f"p{n}": 1 for n in range(1, 302)})["product_relationships"]
        assert plytix.http.post(url, json={"product_relationships": many}).status_code == 422
        assert plytix.http.post(url, json={"product_relationships": many[:299]}).status_code == 201
        assert plytix.http.post(url, json={"product_relationships": many[299:]}).status_code == 422
        assert plytix.http.post(url, json={"product_relationships": many[299:300]}).status_code == 201


def test_one_quantity_is_set(plytix: Caller) -> None:
    url = f"{SET}/product/{key(20)}"
    answer = plytix.http.patch(url, json={"quantity": 5})
    assert answer.status_code == 200
    (shown,) = answer.json()["data"]
    assert (shown["product_id"], shown["quantity"], shown["last_modified"] > "2026-11-19") == (key(20), 5, True)
    assert bundle(plytix) == {20: 5, 21: 1}
    assert plytix.http.patch(url, json={"quantity": 0}).status_code == 422
    assert plytix.http.patch(url, json={}).status_code == 422
    assert plytix.http.patch(f"{SET}/product/{key(22)}", json={"quantity": 1}).status_code == 404
    assert plytix.http.post(f"/products/{key(23)}/relationships/{key(7)}", json=components(p20=1)).status_code == 404


@pytest.mark.parametrize("body", [[{"product_id": key(20)}], [key(20)], components(p20=1)])
def test_components_are_taken_away_whichever_way_they_are_named(plytix: Caller, body: Any) -> None:
    for _ in range(2):
        assert plytix.http.post(f"{SET}/unlink", json=body).status_code == 204
    assert bundle(plytix) == {21: 1}
    assert len(plytix.journal()) == 1
    plytix.http.post(f"{SET}/unlink", json=[key(21)])
    assert plytix.product(23)["relationships"] == []


def test_another_family_costs_a_product_the_values_it_has_no_place_for(plytix: Caller) -> None:
    url = f"/products/{key(SHIRT)}/family"
    answer = plytix.http.post(url, json={"product_family_id": OTHER_FAMILY})
    assert (answer.status_code, answer.json()["data"][0]["attributes"]) == (200, {})
    assert plytix.product(SHIRT_S)["product_family_id"] == OTHER_FAMILY
    assert plytix.http.post(url, json={"product_family_id": key(9)}).status_code == 404
    of_variant = plytix.http.post(f"/products/{key(SHIRT_S)}/family", json={"product_family_id": FAMILY})
    assert of_variant.status_code == 422
    assert plytix.http.post(url, json={"product_family_id": None}).json()["data"][0]["product_family_id"] is None


def test_a_family_can_change_late(world: Path) -> None:
    with calling(world, FAST_CLOCK | {"speed": 1000}, {"switch": "family_late", "seconds": 100}) as plytix:
        plytix.sign_in()
        plytix.http.post(f"/products/{key(20)}/family", json={"product_family_id": OTHER_FAMILY})
        assert plytix.journal() == []
        assert plytix.product(20)["product_family_id"] == FAMILY
        until(lambda: plytix.product(20)["product_family_id"] == OTHER_FAMILY)
        assert len(plytix.journal()) == 1


def attributes(plytix: Caller, family: str = FAMILY) -> dict[str, str]:
    rows = plytix.http.get(f"/product_families/{family}/attributes").json()["data"]
    return {r["label"]: r["attribute_level"] for r in rows}


def test_attributes_of_a_family_change_a_little_after_the_answer(world: Path) -> None:
    with signed_in(world) as plytix:
        plytix.sandbox.set_faults([{"system": "plytix", "switch": "rate_limits", "per_10s": 0, "per_hour": 0}])
        body = {"attributes": [{"label": "colour", "attribute_level": "variant_level"}]}
        assert plytix.http.post(f"/product_families/{FAMILY}/attributes/edit", json=body).status_code == 202
        assert attributes(plytix)["colour"] == "parent_level"
        plytix.sandbox.set_faults([{"system": "plytix", **FAST_CLOCK}])
        until(lambda: attributes(plytix)["colour"] == "variant_level")


def test_attributes_are_added_to_a_family_and_taken_from_it_with_their_values(plytix: Caller) -> None:
    every = plytix.http.post("/attributes/product/search", json={"pagination": {"page_size": 100}}).json()["data"]
    colour = next(a["id"] for a in every if a["label"] == "colour")
    link = plytix.http.post(f"/product_families/{OTHER_FAMILY}/attributes/link", json={"attributes": [{"id": colour}]})
    assert link.status_code == 202
    until(lambda: attributes(plytix, OTHER_FAMILY) == {"colour": "no_level"})
    family = plytix.http.get(f"/product_families/{OTHER_FAMILY}").json()["data"][0]
    assert family["total_attributes"] == 1
    plytix.http.post(f"/product_families/{FAMILY}/attributes/unlink", json=[colour])
    until(lambda: "colour" not in attributes(plytix))
    assert plytix.product(SHIRT)["attributes"] == {"washable": True}
    plytix.sandbox.advance()
    assert plytix.product(SHIRT)["attributes"] == {"washable": True}
    assert "colour" not in attributes(plytix)


@pytest.mark.parametrize("body", [{}, {"attributes": ["x"]}, {"attributes": [{"label": "size", "attribute_level": 1}]}])
def test_attributes_that_are_not_there_cannot_be_linked(plytix: Caller, body: Any) -> None:
    assert plytix.http.post(f"/product_families/{FAMILY}/attributes/link", json=body).status_code == 422
    missing = {"attributes": [{"label": "size"}]}
    assert plytix.http.post(f"/product_families/{key(9)}/attributes/link", json=missing).status_code == 404
