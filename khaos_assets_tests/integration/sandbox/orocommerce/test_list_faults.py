"""Switches that spoil lists: counts, links, page sizes, and rows that come and go while a list is walked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from khaos_assets_tests.integration.sandbox.orocommerce.conftest import FIRST, Caller, calling, turn

EVERY_PRODUCT = [str(n) for n in range(1, 13)]
PRICES = {"filter[priceList]": "2", "page[size]": 2}


def test_a_configured_maximum_cuts_everything_quietly_and_refuses_what_is_larger(shop: Caller) -> None:
    turn(shop, {"switch": "max_page_size", "limit": 5})
    assert shop.ids("/products") == EVERY_PRODUCT[:5]
    assert shop.count("/products") == "12"
    refused = shop.http.get("/products", params={"page[size]": 6})
    assert (refused.status_code, refused.json()["errors"][0]["source"]) == (400, {"parameter": "page[size]"})
    assert shop.walk("/products", **{"page[size]": 5}) == EVERY_PRODUCT


def test_the_count_can_be_wrong_or_missing(shop: Caller) -> None:
    turn(shop, {"switch": "wrong_count", "by": -2, "count": 1}, {"switch": "no_count", "entity": "orders"})
    assert [shop.count("/products") for _ in range(2)] == ["10", "12"]
    assert shop.count("/orders") is None


def test_a_next_link_can_lead_to_the_same_page(shop: Caller) -> None:
    turn(shop, {"switch": "next_repeats", "count": 1})
    assert shop.walk("/products", **{"page[size]": 5}) == EVERY_PRODUCT[:5] + EVERY_PRODUCT


def test_a_next_link_can_be_missing_too_early(shop: Caller) -> None:
    turn(shop, {"switch": "next_missing", "after": 1, "count": 1})
    assert shop.walk("/products", **{"page[size]": 5}) == EVERY_PRODUCT[:10]
    assert shop.walk("/products", **{"page[size]": 5}) == EVERY_PRODUCT


def test_assumed_filters_can_be_missing(shop: Caller) -> None:
    turn(shop, {"switch": "assumed_filters_off"})
    refused = shop.http.get("/products", params={"filter[updatedAt][gte]": "2026-11-18"})
    assert (refused.status_code, refused.json()["errors"][0]["title"]) == (400, "filter constraint")
    assert shop.http.get("/inventorylevels", params={"filter[product.sku]": "SKU-1"}).status_code == 400
    assert shop.http.get("/orders", params={"filter[updatedAt][gte]": "2026-11-18"}).status_code == 200


def test_new_rows_lie_above_the_highest_id_so_a_keyset_walk_loses_nothing(shop: Caller) -> None:
    turn(shop, {"switch": "page_shift", "insert": 2})
    assert shop.keyset("/products") == [*EVERY_PRODUCT, "13", "14"]
    assert shop.count("/products", **{"filter[id][lte]": "12"}) == "12"
    assert shop.row("/products/13")["attributes"]["sku"] == "SKU-12-NEW-1"


def test_a_new_row_can_break_the_assumption_and_have_a_low_id(shop: Caller) -> None:
    turn(shop, {"switch": "page_shift", "insert": 1, "low": True, "entity": "orders"})
    assert shop.keyset("/orders", size=2) == ["1", "2", "3", "4"]
    assert shop.count("/orders", **{"filter[id][lte]": "4"}) == "5"


def test_rows_of_one_second_can_stand_elsewhere_on_each_page(shop: Caller) -> None:
    asked = {"sort": "updatedAt", "page[size]": 3}
    turn(shop, {"switch": "same_second"})
    assert sorted(shop.walk("/products", **asked), key=int) == EVERY_PRODUCT
    turn(shop, {"switch": "same_second"}, {"switch": "unstable_ties"})
    seen = shop.walk("/products", **asked)
    assert (len(seen), len(set(seen)) < 12) == (12, True)
    assert sorted(shop.walk("/products", **{**asked, "sort": "updatedAt,id"}), key=int) == EVERY_PRODUCT


def test_a_row_deleted_between_pages_shows_in_the_count_and_is_gone_for_good(shop: Caller) -> None:
    turn(shop, {"switch": "page_shift", "withdraw": ["2"]})
    assert shop.count("/products") == "12"
    assert shop.keyset("/products") == EVERY_PRODUCT
    assert shop.count("/products") == "11"
    assert shop.http.get("/products/2").status_code == 404
    assert shop.keyset("/products") == [i for i in EVERY_PRODUCT if i != "2"]


def test_a_deletion_makes_a_walk_by_page_number_lose_a_row_that_was_there_throughout(shop: Caller) -> None:
    turn(shop, {"switch": "page_shift", "withdraw": 1})
    lost = set(EVERY_PRODUCT) - set(shop.walk("/products", **{"page[size]": 5}))
    assert lost == {"6"}


@pytest.mark.parametrize(
    ("what", "seen"),
    [
        ({"withdraw": 1}, ["1", "3"]),
        ({"insert": 1}, ["1", "3", "3", "5"]),
        ({"withdraw": 1, "append": 1}, ["1", "3", "f"]),
    ],
)
def test_prices_have_no_keyset_so_what_comes_and_goes_shifts_their_pages(
    shop: Caller, what: dict[str, Any], seen: list[str]
) -> None:
    like = "00000005-0000-4000-8000-000000000000-2"
    turn(shop, {"switch": "page_shift", "entity": "productprices", "like": like, **what})
    marks = [i[7] if i[0] == "0" else i[0] for i in shop.walk("/productprices", **PRICES)]
    assert marks == seen


def test_rows_can_change_between_pages(shop: Caller) -> None:
    turn(shop, {"switch": "page_shift", "entity": "inventorylevels", "touch": ["7"], "set": {"quantity": "99"}})
    assert shop.row("/inventorylevels/7")["attributes"]["quantity"] == "7"
    shop.keyset("/inventorylevels")
    assert shop.row("/inventorylevels/7")["attributes"]["quantity"] == "99"
    turn(shop, {"switch": "page_shift", "entity": "orders", "touch": 1})
    before = shop.rows("/orders")[0]["attributes"]["updatedAt"]
    assert shop.rows("/orders")[0]["attributes"]["updatedAt"] > before


def test_it_can_happen_several_times(shop: Caller) -> None:
    turn(shop, {"switch": "page_shift", "withdraw": 1, "after_page": 2, "times": 2})
    counts: list[str | None] = []
    for _ in range(5):
        shop.get("/products")
        counts.append(shop.count("/products"))
    assert counts == ["12", "11", "11", "10", "10"]


def test_many_rows_can_share_one_second(shop: Caller) -> None:
    turn(shop, {"switch": "same_second", "keys": ["3", "4", "5"], "at": "2026-11-18T12:00:00Z"})
    assert shop.ids("/products", {"filter[updatedAt]": "2026-11-18T12:00:00Z"}) == ["3", "4", "5"]
    assert shop.ids("/products", {"filter[updatedAt][gt]": "2026-11-18T12:00:00Z"}) == []
    turn(shop, {"switch": "same_second", "entity": "orders"})
    assert {o["attributes"]["updatedAt"] for o in shop.rows("/orders")} == {"2026-11-19T01:00:00Z"}


def test_what_happens_between_pages_happens_again_the_next_night(world: Path) -> None:
    with calling(world, {"switch": "page_shift", "withdraw": 1}) as shop:
        for _ in range(2):
            assert shop.count("/products") == "12"
            shop.get("/products")
            assert shop.count("/products") == "11"
            if shop.sandbox.night == FIRST:
                shop.sandbox.advance()


def test_rows_can_be_hidden_from_the_role_and_from_its_count(shop: Caller) -> None:
    turn(shop, {"switch": "hidden_rows", "entity": "orders", "keys": ["2"]})
    assert shop.ids("/orders") == ["1", "3", "4"]
    assert shop.count("/orders") == "3"
    assert [shop.http.get(f"/orders/{n}").status_code for n in (1, 2, 99)] == [200, 403, 404]
    assert shop.patch("orders", "2").status_code == 403
