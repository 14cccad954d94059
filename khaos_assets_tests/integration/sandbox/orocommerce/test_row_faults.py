"""Switches that change what rows say."""

from __future__ import annotations

from pathlib import Path

from khaos_assets_tests.integration.sandbox.orocommerce.conftest import FIRST, Caller, Row, calling, turn
from khaos_assets_tests.sandbox_fixtures import write_world


def quantities(shop: Caller) -> list[str]:
    return [r["attributes"]["quantity"] for r in shop.rows("/inventorylevels")]


def total(shop: Caller, id_: str) -> str:
    return shop.row(f"/orders/{id_}")["attributes"]["totalValue"]


def subtotals(shop: Caller, order: str) -> list[str]:
    return [r["id"] for r in shop.get("/ordersubtotals", **{"filter[order]": order})["data"]]


def test_quantities_can_be_padded_with_zeros_and_not(shop: Caller) -> None:
    turn(shop, {"switch": "quantity_padded"})
    assert quantities(shop)[9] == "10.0000000000"
    turn(shop, {"switch": "quantity_padded", "places": 3}, {"switch": "quantity_unpadded", "keys": ["10"]})
    assert quantities(shop)[8:10] == ["9.000", "10"]


def test_fields_of_71_can_be_present_or_absent(shop: Caller) -> None:
    turn(shop, {"switch": "fields_71"})
    assert shop.row("/orders/1")["attributes"]["externalId"] is None
    turn(shop, {"switch": "fields_71", "present": False})
    assert "externalId" not in shop.row("/customers/1")["attributes"]
    assert "externalId" not in shop.row("/orders/1")["attributes"]


def test_empty_arrays_can_come_as_objects(shop: Caller) -> None:
    turn(shop, {"switch": "empty_as_object"})
    row = shop.row("/products/1")
    assert row["attributes"]["variantFields"] == {}
    assert row["relationships"]["unitPrecisions"]["data"] != {}
    assert shop.get("/ordersubtotals", **{"filter[order]": "1"})["data"][0]["attributes"]["data"] == {}
    assert shop.get("/customerusers") == {"data": []}


def test_a_stored_total_can_disagree_with_the_subtotals(shop: Caller) -> None:
    turn(shop, {"switch": "total_disagrees", "keys": ["2"], "by": "0.05"})
    assert [total(shop, i) for i in ("1", "2")] == ["24.0000", "24.0500"]


def test_tax_can_be_added_on_top_of_the_total(shop: Caller) -> None:
    turn(shop, {"switch": "tax_on_top", "keys": ["1"]})
    assert [total(shop, i) for i in ("1", "2")] == ["28.0000", "24.0000"]


def test_subtotals_can_be_renumbered_wherever_they_are_named(shop: Caller) -> None:
    turn(shop, {"switch": "subtotals_renumbered", "keys": ["1"]})
    assert subtotals(shop, "1") == ["1-subtotal-1", "1-tax-2", "1-tax-3"]
    assert subtotals(shop, "2") == ["2-subtotal-0", "2-tax-1", "2-tax-2"]
    page = shop.get("/orders/1", include="orderSubtotals")
    assert [r["id"] for r in page["data"]["relationships"]["orderSubtotals"]["data"]] == subtotals(shop, "1")
    assert [r["id"] for r in page["included"]] == subtotals(shop, "1")


def test_an_order_can_be_closed_to_changes(shop: Caller) -> None:
    turn(shop, {"switch": "closed_order", "keys": ["1"]})
    assert shop.patch("orders", "1", {"poNumber": "X"}).status_code == 403
    assert shop.row("/orders/1")["relationships"]["internalStatus"]["data"]["id"] == "closed"


def test_planted_defects_are_shown_as_they_are(tmp_path: Path) -> None:
    product: Row = {"type": "products", "attributes": {"sku": "A"}}
    broken: list[Row] = [
        {**product, "id": 1, "relationships": {"names": {"data": [{"type": "productnames", "id": "1"}]}}},
        {**product, "id": "2", "relationships": {"names": 5, "taxCode": {"data": {"type": "taxes", "id": "1"}}}},
        {**product, "id": "3", "relationships": None},
        {"type": "products", "id": "4"},
    ]
    stock = {"type": "inventorylevels", "id": "1", "attributes": {"quantity": "1,5"}}
    taxes = [{"type": "taxes", "id": "1", "attributes": {}}]
    files = {"orocommerce/products": broken, "orocommerce/inventorylevels": [stock], "orocommerce/taxes": taxes}
    with calling(write_world(tmp_path, files), {"switch": "quantity_padded"}) as shop:
        page = shop.get("/products", include="names,taxCode")
        assert (page["data"], page["included"]) == (broken, taxes)
        assert shop.get("/products", **{"fields[products]": "sku"})["data"][2] == broken[2]
        assert shop.rows("/inventorylevels") == [stock]
        assert shop.ids("/products", {"filter[sku]": "A", "sort": "-updatedAt,id"}) == [1, "2", "3"]


def test_a_switch_can_be_for_one_night(world: Path) -> None:
    with calling(world, {"switch": "hidden_rows", "rows": 5, "nights": [FIRST]}) as shop:
        assert shop.count("/products") == "7"
        shop.sandbox.advance()
        assert shop.count("/products") == "12"
