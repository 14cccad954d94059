"""Each switch of Plytix that changes rows, counts or what stands on a page does what its line says, and no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from khaos_assets_tests.integration.sandbox.plytix.conftest import (
    RECORDS,
    SHIRT,
    SHIRT_S,
    key,
    product,
    signed_in,
)
from khaos_assets_tests.integration.sandbox.plytix.test_reads import IN_ORDER, where
from khaos_assets_tests.sandbox_fixtures import write_world

COMPLETED = where("status", "eq", "Completed")


def test_the_counts_can_be_read_the_other_way(world: Path) -> None:
    with signed_in(world, {"switch": "total_count_filtered"}, {"switch": "count_is_rows"}) as plytix:
        said = plytix.search(COMPLETED, size=4)["pagination"]
        assert (said["count"], said["total_count"]) == (4, 6)


def test_an_ordered_list_can_be_refused_for_its_length_whatever_the_page(world: Path) -> None:
    with signed_in(world, {"switch": "ordered_limit", "rows": 7}) as plytix:
        for page in (1, 2):
            asked = {"pagination": {"page": page, "order": "sku"}}
            assert plytix.http.post("/products/search", json=asked).status_code == 428
        assert len(plytix.skus(COMPLETED)) == 6
        assert len(plytix.skus(order="")) == 8


def test_more_than_ten_thousand_ordered_products_are_refused(tmp_path: Path) -> None:
    lines = [json.dumps({"id": key(n), "sku": f"S{n:05}"}) for n in range(10_001)]
    with signed_in(write_world(tmp_path, {"plytix/products": lines})) as plytix:
        answer = plytix.http.post("/products/search", json={"pagination": {"order": "sku"}})
        assert answer.status_code == 428
        assert set(answer.json()["error"]) == {"msg", "errors"}
        assert len(plytix.skus(order="")) == 100
        assert len(plytix.skus(where("created", "!exists"), order="")) == 100


def test_ties_can_come_in_another_order_at_each_request(world: Path) -> None:
    with signed_in(world, {"switch": "ties_shuffled"}) as plytix:
        seen = {tuple(plytix.skus(order="modified")) for _ in range(5)}
        assert len(seen) > 1
        assert all(sorted(s) == sorted(IN_ORDER) for s in seen)
        assert {tuple(plytix.skus(order="sku")) for _ in range(5)} == {tuple(IN_ORDER)}


def test_an_unordered_list_can_be_shuffled_the_same_way_in_the_same_run(world: Path) -> None:
    runs: list[list[list[str]]] = []
    for _ in range(2):
        with signed_in(world, {"switch": "unordered_shuffled", "seed": 7}) as plytix:
            runs.append([plytix.skus(order="") for _ in range(4)])
            assert plytix.skus(order="sku") == IN_ORDER
    assert runs[0] == runs[1]
    assert len({tuple(r) for r in runs[0]}) > 1


def test_a_product_deleted_from_a_passed_page_pulls_another_past_the_reader(world: Path) -> None:
    with signed_in(world, {"switch": "deleted_between_pages", "page": 2, "count": 1}) as plytix:
        assert plytix.walk(size=3) == [n for n in IN_ORDER if n != "S103"]
        assert plytix.walk(size=3) == IN_ORDER[1:]
        assert plytix.search()["pagination"]["total_count"] == 7
        assert plytix.journal() == []


def test_a_product_made_in_front_shows_the_last_row_twice(world: Path) -> None:
    with signed_in(world, {"switch": "created_between_pages", "page": 2, "count": 1}) as plytix:
        first = plytix.walk(size=3)
        assert first == [*IN_ORDER[:3], *IN_ORDER[2:]]  # one is made at a time
        assert plytix.walk(size=3)[1:] == IN_ORDER


def test_a_product_made_behind_is_met_in_the_same_walk(world: Path) -> None:
    fault = {"switch": "created_between_pages", "page": 2, "count": 1, "where": "back", "set": {"status": "Draft"}}
    with signed_in(world, fault) as plytix:
        found = plytix.walk(size=3)
        assert found[:-1] == IN_ORDER
        assert found[-1] in plytix.skus(where("status", "eq", "Draft"))


def test_an_edit_between_pages_moves_a_row_in_the_order_of_change(world: Path) -> None:
    fault = {"switch": "edited_between_pages", "count": 1, "attributes": {"colour": "Pink"}}
    with signed_in(world, fault) as plytix:
        found = plytix.walk(size=3, order="modified")
        assert len(found) == 8
        assert found.count("SHIRT") == 2  # first of the ties, then last of all
        assert plytix.product(SHIRT)["attributes"]["colour"] == "Pink"
        assert plytix.product(SHIRT)["modified"] == "2026-11-19T02:00:00.000000+00:00"


def test_named_products_can_be_changed_at_every_later_page_until_the_next_night(world: Path) -> None:
    with signed_in(world, {"switch": "deleted_between_pages", "at": -1, "nights": ["2026-11-19"]}) as plytix:
        assert plytix.walk(size=3) == IN_ORDER[:6]
        plytix.sandbox.advance()
        assert plytix.walk(size=3) == IN_ORDER
    with signed_in(world, {"switch": "deleted_between_pages", "skus": ["s103"], "page": 1}) as plytix:
        assert plytix.walk(size=3) == IN_ORDER[:-1]


def test_many_rows_can_have_one_change_time(world: Path) -> None:
    with signed_in(world, {"switch": "one_modified", "rows": 5}) as plytix:
        changed = where("modified", "gte", "2026-11-19T01:00:00+00:00")
        assert plytix.skus(changed) == IN_ORDER[:5]
        assert {r["modified"] for r in plytix.search(changed, attributes=["modified"])["data"]} == {
            "2026-11-19T01:00:00.000000+00:00"
        }


@pytest.mark.parametrize("shown", ["omitted", "null"])
def test_an_attribute_can_be_cleared_and_shown_in_two_ways(world: Path, shown: str) -> None:
    fault = {"switch": "cleared_attribute", "skus": ["SHIRT"], "attribute": "colour", "as": shown}
    with signed_in(world, fault) as plytix:
        asked = ["attributes.colour", "attributes.washable"]
        (row,) = (r for r in plytix.search(attributes=asked)["data"] if r["sku"] == "SHIRT")
        wanted: dict[str, Any] = {"washable": True} | ({"colour": None} if shown == "null" else {})
        assert row["attributes"] == plytix.product(SHIRT)["attributes"] == wanted
        assert plytix.product(SHIRT, everything=True)["attributes"]["colour"] is None
        assert plytix.product(SHIRT_S)["attributes"]["colour"] == "Blue"


def test_numbers_can_arrive_as_text(world: Path) -> None:
    with signed_in(world, {"switch": "number_as_text", "attributes": ["weight_kg"]}) as plytix:
        rows = plytix.search(attributes=["attributes.weight_kg", "attributes.washable"])["data"]
        attributes = {r["sku"]: r["attributes"] for r in rows}
        assert (attributes["S101"], attributes["SHIRT"]) == ({"weight_kg": "3"}, {"washable": True})


def test_times_can_lack_their_offset(world: Path) -> None:
    with signed_in(world, {"switch": "naive_times"}) as plytix:
        assert plytix.product(20)["created"] == "2026-10-21T08:00:00.123000"
        rows = plytix.search(attributes=["created", "modified"])["data"]
        assert not any("+" in r["created"] + r["modified"] for r in rows)
        assert len(plytix.skus(where("created", "gte", "2026-10-01"))) == 8


def test_archived_products_can_be_hidden_from_searches(world: Path) -> None:
    with signed_in(world, {"switch": "archived_hidden"}) as plytix:
        assert plytix.skus() == IN_ORDER[:-1]
        assert plytix.product(24)["status"] == "Archived"


def test_a_variant_can_name_a_parent_that_is_nowhere(world: Path) -> None:
    with signed_in(world, {"switch": "dangling_parent"}) as plytix:
        parents = {r["sku"]: r.get("_parent_id") for r in plytix.search()["data"]}
        assert parents["SHIRT-01"] not in {None, key(SHIRT)}
        assert parents["SHIRT-02"] == key(SHIRT)
        assert plytix.http.get(f"/products/{parents['SHIRT-01']}").status_code == 404
        assert [v["sku"] for v in plytix.http.get(f"/products/{key(SHIRT)}/variants").json()["data"]] == ["SHIRT-02"]


def test_a_list_is_made_anew_when_a_switch_goes_on_or_off(tmp_path: Path) -> None:
    rows = [*RECORDS["plytix/products"], product(30, "S200", status="Archived")]
    with signed_in(write_world(tmp_path, {"plytix/products": rows})) as plytix:

        def archived() -> int:
            return len(plytix.skus(where("status", "eq", "Archived")))

        def set_faults(*names: str) -> None:
            clock = {"system": "plytix", "switch": "rate_clock", "speed": 100_000}
            plytix.sandbox.set_faults([clock, *({"system": "plytix", "switch": n} for n in names)])

        assert archived() == 2
        set_faults("archived_hidden")
        assert archived() == 0
        set_faults()
        assert archived() == 2
