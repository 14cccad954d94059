"""Each switch of Pimberly that changes rows does what its line in the documentation says, and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from khaos_assets_tests.integration.sandbox.pimberly.conftest import KEYS, PRODUCTS, SECOND, Caller, calling, product
from khaos_assets_tests.sandbox_fixtures import write_world


def rows(pimberly: Caller) -> dict[str, dict[str, Any]]:
    return {str(r["primaryId"]): r for r in pimberly.walk()}


def changed(pimberly: Caller) -> set[str]:
    """The keys whose rows are not as the world has them."""
    real = {str(p["primaryId"]): p for p in PRODUCTS}
    return {k for k, row in rows(pimberly).items() if real.get(k) != row}


def test_a_product_can_leave_the_channel_between_two_nights(world: Path) -> None:
    with calling(world, {"switch": "leaves_channel", "keys": ["Mug"], "nights": [SECOND]}) as pimberly:
        assert pimberly.keys() == KEYS
        pimberly.sandbox.advance()
        assert pimberly.keys() == KEYS[:-1]
        assert pimberly.http.get("/products/Mug").status_code == 404


def test_an_attribute_can_be_cleared_between_two_nights(world: Path) -> None:
    fault = {"switch": "cleared_attribute", "attribute": "Web Description", "nights": [SECOND]}
    with calling(world, fault) as pimberly:
        assert changed(pimberly) == set()
        pimberly.sandbox.advance()
        assert changed(pimberly) == {"SHIRT"}
        assert "Web Description" not in pimberly.product("SHIRT")


def test_without_a_name_the_first_attribute_of_the_tenant_is_cleared(world: Path) -> None:
    with calling(world, {"switch": "cleared_attribute", "keys": ["Mug"]}) as pimberly:
        lost = set(PRODUCTS[6]) - set(rows(pimberly)["Mug"])
        assert (lost, changed(pimberly)) == ({"Web Description"}, {"Mug"})


def test_lists_with_one_value_can_be_bare_and_bare_values_lists(world: Path) -> None:
    with calling(world, {"switch": "scalar_or_array"}) as pimberly:
        assert changed(pimberly) == {"SHIRT/S"}
        assert (rows(pimberly)["SHIRT/S"]["Parents"], rows(pimberly)["123"]["Related"]) == ("SHIRT", ["SHIRT", "MUG 1"])
        assert pimberly.http.get("/products/SHIRT%2FS/parents").json() == {"data": [{"primaryId": "SHIRT"}]}
    with calling(world, {"switch": "scalar_or_array", "mode": "array", "attributes": ["Related"]}) as pimberly:
        assert changed(pimberly) == {"0123"}
        assert rows(pimberly)["0123"]["Related"] == ["SHIRT"]


def test_numbers_can_be_text(world: Path) -> None:
    with calling(world, {"switch": "number_as_text"}) as pimberly:
        found = rows(pimberly)
        assert (found["SHIRT"]["RRP (ex vat)"], found["Mug"]["RRP (ex vat)"]) == ("12.5", "10")
        assert (found["123"]["primaryId"], found["MUG 1+2%"]["live"]) == (123, True)


def test_keys_of_digits_can_be_numbers_but_leading_zeros_stay(tmp_path: Path) -> None:
    keys = ["77", "0077", "7A", "٧"]
    world = write_world(tmp_path, {"pimberly/products": [product(n, k) for n, k in enumerate(keys, 1)]})
    with calling(world, {"switch": "numeric_primary_id"}) as pimberly:
        assert [r["primaryId"] for r in pimberly.walk()] == [77, "0077", "7A", "٧"]
        assert pimberly.product("77")["primaryId"] == 77


def test_awkward_keys_stand_beside_the_one_they_are_made_of_and_can_be_asked_for(world: Path) -> None:
    with calling(world, {"switch": "awkward_primary_id", "keys": ["Mug"]}) as pimberly:
        made = set(pimberly.keys()) - set(KEYS)
        assert made == {"Mug/1", "Mug 1", "Mug+1", "Mug%1", "mUG"}
        for key in made:
            assert pimberly.product(quote(key, safe=""))["primaryId"] == key
    with calling(world, {"switch": "awkward_primary_id", "kinds": ["slash"]}) as pimberly:
        assert set(pimberly.keys()) - set(KEYS) == {"SHIRT/1"}


def test_rows_can_lack_their_change_time_and_no_filter_finds_them(world: Path) -> None:
    with calling(world, {"switch": "no_date_updated", "rows": 2}) as pimberly:
        assert changed(pimberly) == {"SHIRT", "SHIRT/S"}
        assert pimberly.filtered(dateUpdated={"$gte": "1970-01-01T00:00:00.000Z"}) == KEYS[2:]


def test_many_rows_can_have_one_change_time(world: Path) -> None:
    at = "2026-11-18T03:04:05.006Z"
    with calling(world, {"switch": "one_date_updated", "at": at}) as pimberly:
        assert {r["dateUpdated"] for r in pimberly.walk()} == {at}
        assert pimberly.filtered(dateUpdated={"$gte": at}) == KEYS


def test_a_product_can_name_relatives_that_are_nowhere(world: Path) -> None:
    with calling(world, {"switch": "missing_parent"}, {"switch": "missing_child", "value": "GONE"}) as pimberly:
        assert changed(pimberly) == {"SHIRT", "SHIRT/S"}
        assert rows(pimberly)["SHIRT/S"]["Parents"] == ["NOBODY"]
        assert rows(pimberly)["SHIRT"]["Items"] == ["SHIRT/S", "SHIRT/M", "GONE"]
        assert pimberly.http.get("/products/SHIRT%2FS/parents").json() == {"data": [{"primaryId": "NOBODY"}]}
        assert pimberly.http.get("/products/NOBODY").status_code == 404


def test_a_product_can_have_two_parents_which_both_know_it(tmp_path: Path) -> None:
    other = product(8, "SALE", Items=["Mug"])
    world = write_world(tmp_path, {"pimberly/products": [*PRODUCTS, other]})
    with calling(world, {"switch": "two_parents"}) as pimberly:
        found = rows(pimberly)
        assert found["SHIRT/S"]["Parents"] == ["SHIRT", "SALE"]
        assert found["SALE"]["Items"] == ["Mug", "SHIRT/S"]
        assert changed(pimberly) == {"SHIRT/S", "SALE"}


def test_a_second_parent_can_be_nowhere(world: Path) -> None:
    with calling(world, {"switch": "two_parents"}) as pimberly:
        assert rows(pimberly)["SHIRT/S"]["Parents"] == ["SHIRT", "NOBODY"]


def test_a_parent_can_be_below_its_own_item(world: Path) -> None:
    with calling(world, {"switch": "parent_loop"}) as pimberly:
        found = rows(pimberly)
        assert (found["SHIRT"]["Parents"], found["SHIRT/S"]["Items"]) == (["SHIRT/S"], ["SHIRT"])
        assert changed(pimberly) == {"SHIRT", "SHIRT/S"}


@pytest.mark.parametrize("switch", ["leaves_channel", "two_parents", "parent_loop", "awkward_primary_id"])
def test_row_switches_bear_an_empty_tenant(tmp_path: Path, switch: str) -> None:
    with calling(write_world(tmp_path), {"switch": switch}) as pimberly:
        assert pimberly.walk() == []
