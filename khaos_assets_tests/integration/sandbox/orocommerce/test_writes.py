"""The documented writes change the world and stand in the journal; what has no write is ignored or refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from khaos_assets_tests.integration.sandbox.orocommerce.conftest import (
    JSON_API,
    SECOND,
    Caller,
    Row,
    calling,
    ref,
    refs,
    turn,
)


@pytest.fixture
def oro(world: Path) -> Iterator[Caller]:
    """A shop of its own for each test: these change it."""
    with calling(world) as caller:
        yield caller


def link(oro: Caller, id_: str, name: str) -> str | None:
    data = oro.row(f"/orders/{id_}")["relationships"][name]["data"]
    return None if data is None else data["id"]


def set_link(oro: Caller, id_: str, name: str, type_: str, target: str) -> httpx.Response:
    return oro.send("PATCH", f"/orders/{id_}/relationships/{name}", {"data": {"type": type_, "id": target}})


def post_tracking(oro: Caller, *orders: str, **attributes: Any) -> httpx.Response:
    data = {
        "type": "ordershippingtrackings",
        "attributes": attributes,
        "relationships": {"orders": refs("orders", *orders)},
    }
    return oro.send("POST", "/ordershippingtrackings", {"data": data})


def price_body(product: str, price_list: str = "1", **attributes: Any) -> Row:
    links = {
        "priceList": ref("pricelists", price_list),
        "product": ref("products", product),
        "unit": ref("productunits", "each"),
    }
    shown = {"quantity": 1, "value": "9.5", "currency": "GBP", **attributes}
    return {"data": {"type": "productprices", "attributes": shown, "relationships": links}}


def title(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["title"]


@pytest.mark.parametrize(("sent", "stored"), [(17, "17"), ("17.50", "17.5"), (0, "0"), ("-3", "-3")])
def test_a_stock_quantity_is_set_absolutely_by_number_or_text(oro: Caller, sent: Any, stored: str) -> None:
    answer = oro.patch("inventorylevels", "3", {"quantity": sent})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, JSON_API)
    assert answer.json()["data"]["attributes"]["quantity"] == stored
    assert oro.row("/inventorylevels/3")["attributes"]["quantity"] == stored
    (entry,) = oro.journal()
    assert entry["operation"] == "PATCH /inventorylevels"
    changed = entry["what"]["changed"][0]
    assert changed["key"] == "3"
    assert [changed[w]["attributes"]["quantity"] for w in ("before", "after")] == ["3", stored]


def test_what_changes_nothing_is_not_journalled(oro: Caller) -> None:
    assert oro.patch("inventorylevels", "3", {"quantity": "3"}).status_code == 200
    assert oro.patch("inventorylevels", "3", {}, product=ref("products", "9")).status_code == 200
    assert oro.row("/inventorylevels/3")["relationships"]["product"]["data"]["id"] == "3"
    assert oro.journal() == []


def test_stock_can_be_neither_made_nor_dropped(shop: Caller) -> None:
    refused = shop.send("POST", "/inventorylevels", {"data": {"type": "inventorylevels"}})
    assert (refused.status_code, refused.headers["Allow"]) == (405, "OPTIONS, GET, PATCH")
    assert shop.http.delete("/inventorylevels/1").status_code == 405


@pytest.mark.parametrize(
    ("data", "status", "error"),
    [
        ({"id": "3", "attributes": {"quantity": "many"}}, 400, "type constraint"),
        ({"id": "3", "attributes": {"quantity": None}}, 400, "not blank constraint"),
        ({"id": "3", "attributes": {"colour": "red"}}, 400, "extra fields constraint"),
        ({"id": "3", "relationships": {"product": 5}}, 400, "request data constraint"),
        ({"id": "4"}, 409, "conflict constraint"),
        ({"id": "3", "type": "products"}, 409, "conflict constraint"),
        ({}, 400, "request data constraint"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_and_changes_nothing(
    shop: Caller, data: Row, status: int, error: str
) -> None:
    answer = shop.send("PATCH", "/inventorylevels/3", {"data": {"type": "inventorylevels", **data}})
    assert title(answer) == (status, error)
    assert answer.json()["errors"][0]["source"]["pointer"].startswith("/data")
    assert shop.journal() == []


@pytest.mark.parametrize("body", [b"", b'{"data": {"type": test}}', b"[]", b"{}"])
def test_an_empty_or_broken_body_is_400(shop: Caller, body: bytes) -> None:
    answer = shop.http.patch("/inventorylevels/3", content=body, headers={"Content-Type": JSON_API})
    assert answer.status_code == 400


def test_a_row_that_is_not_there_cannot_be_changed(shop: Caller) -> None:
    assert shop.patch("inventorylevels", "99", {"quantity": 1}).status_code == 404


def test_the_shipping_status_is_set_by_its_relationship_and_moves_the_change_time(oro: Caller) -> None:
    before = oro.row("/orders/1")["attributes"]["updatedAt"]
    answer = set_link(oro, "1", "shippingStatus", "ordershippingstatuses", "shipped")
    assert (answer.status_code, answer.content) == (204, b"")
    assert link(oro, "1", "shippingStatus") == "shipped"
    assert oro.row("/orders/1")["attributes"]["updatedAt"] > before
    assert oro.journal()[0]["operation"] == "PATCH /orders/relationships/shippingStatus"
    wrong = set_link(oro, "1", "shippingStatus", "orders", "2")
    assert wrong.status_code == 400


def test_the_internal_status_has_no_write(shop: Caller) -> None:
    cancelled = ref("orderinternalstatuses", "cancelled")
    assert shop.patch("orders", "1", internalStatus=cancelled).status_code == 200
    assert link(shop, "1", "internalStatus") == "open"
    route = set_link(shop, "1", "internalStatus", "orderinternalstatuses", "cancelled")
    assert (route.status_code, route.headers["Allow"]) == (405, "OPTIONS, GET")
    assert shop.journal() == []


def test_the_external_status_is_written_only_where_it_is_managed(oro: Caller) -> None:
    wanted = ref("orderstatuses", "processing")
    oro.patch("orders", "1", status=wanted)
    assert link(oro, "1", "status") is None
    turn(oro, {"switch": "status_management"})
    oro.patch("orders", "1", status=wanted)
    assert link(oro, "1", "status") == "processing"


def test_totals_are_ignored_and_other_fields_of_an_order_are_not(oro: Caller) -> None:
    answer = oro.patch(
        "orders", "1", {"totalValue": "1", "currency": "EUR", "external": True, "customerNotes": "Hello"}
    )
    shown = answer.json()["data"]["attributes"]
    assert (shown["totalValue"], shown["currency"], shown["external"], shown["customerNotes"]) == (
        *("24.0000", "GBP", False),
        "Hello",
    )


def test_a_closed_order_cannot_be_changed_at_all(shop: Caller) -> None:
    answers = [
        shop.patch("orders", "4", {"poNumber": "X"}),
        set_link(shop, "4", "shippingStatus", "ordershippingstatuses", "shipped"),
        post_tracking(shop, "4", method="dpd", number="T9"),
    ]
    assert [a.status_code for a in answers] == [403, 403, 403]
    assert shop.journal() == []


def test_a_parcel_is_added_to_its_orders_and_a_repeat_makes_a_double(oro: Caller) -> None:
    before = oro.row("/orders/2")["attributes"]["updatedAt"]
    first = post_tracking(oro, "2", "3", method="dpd", number="T9")
    assert first.status_code == 201
    second = post_tracking(oro, "2", "3", method="dpd", number="T9")
    ids = [a.json()["data"]["id"] for a in (first, second)]
    assert oro.ids("/ordershippingtrackings", {"filter[orders]": "2"}) == ids
    order = oro.row("/orders/2")
    assert [t["id"] for t in order["relationships"]["shippingTrackings"]["data"]] == ids
    assert order["relationships"]["shippingStatus"]["data"]["id"] == "not_shipped"
    assert order["attributes"]["updatedAt"] == before
    assert [e["operation"] for e in oro.journal()] == ["POST /ordershippingtrackings"] * 2


def test_a_parcel_can_move_the_change_time_of_its_order(oro: Caller) -> None:
    turn(oro, {"switch": "child_moves_order"})
    before = oro.row("/orders/2")["attributes"]["updatedAt"]
    post_tracking(oro, "2", method="dpd", number="T9")
    assert oro.row("/orders/2")["attributes"]["updatedAt"] > before


def test_a_parcel_needs_its_number_and_an_order_that_is_there(shop: Caller) -> None:
    assert title(post_tracking(shop, "2", method="dpd")) == (400, "not blank constraint")
    assert title(post_tracking(shop, method="dpd", number="T")) == (400, "not blank constraint")
    assert title(post_tracking(shop, "99", method="dpd", number="T")) == (400, "form constraint")


def test_a_price_is_made_changed_and_dropped(oro: Caller) -> None:
    made = oro.send("POST", "/productprices", price_body("7"))
    assert made.status_code == 201, made.text
    shown = made.json()["data"]
    assert (shown["attributes"]["value"], shown["attributes"]["quantity"], shown["id"][-2:]) == ("9.5000", 1, "-1")
    changed = oro.patch("productprices", shown["id"], {"value": 8.25}, priceList=ref("pricelists", "2"))
    assert changed.json()["data"]["attributes"]["value"] == "8.2500"
    assert changed.json()["data"]["relationships"]["priceList"]["data"]["id"] == "1"
    assert shown["id"] in oro.ids("/productprices", {"filter[priceList]": "1"})
    assert oro.http.delete(f"/productprices/{shown['id']}").status_code == 204
    assert oro.http.get(f"/productprices/{shown['id']}").status_code == 404
    assert shown["id"] not in oro.ids("/productprices", {"filter[priceList]": "1"})
    assert [e["operation"].split()[0] for e in oro.journal()] == ["POST", "PATCH", "DELETE"]


@pytest.mark.parametrize(
    ("attributes", "error"),
    [
        ({}, "unique entity constraint"),
        ({"quantity": "1.0"}, "unique entity constraint"),
        ({"value": "x"}, "type constraint"),
        ({"value": ""}, "not blank constraint"),
        ({"currency": "EUR"}, "product price currency constraint"),
        ({"colour": "red"}, "extra fields constraint"),
    ],
)
def test_one_price_per_list_product_unit_quantity_and_currency(
    shop: Caller, attributes: dict[str, Any], error: str
) -> None:
    assert title(shop.send("POST", "/productprices", price_body("2", **attributes))) == (400, error)
    assert shop.journal() == []


def test_a_price_cannot_be_changed_into_another(oro: Caller) -> None:
    made = oro.send("POST", "/productprices", price_body("2", quantity=10)).json()["data"]
    assert title(oro.patch("productprices", made["id"], {"quantity": 1})) == (400, "unique entity constraint")
    assert oro.patch("productprices", made["id"], {"quantity": 20}).status_code == 200


def test_a_product_and_a_customer_are_changed_field_by_field(oro: Caller) -> None:
    answer = oro.patch("products", "1", {"status": "disabled"})
    assert answer.json()["data"]["attributes"]["sku"] == "SKU-1"
    assert oro.row("/products/1")["attributes"]["status"] == "disabled"
    oro.patch("customers", "2", {"name": "Other"})
    shown = oro.row("/customers/2")["attributes"]
    assert (shown["name"], shown["updatedAt"]) == ("Other", "2026-11-19T02:00:02Z")
    assert oro.ids("/customers", {"filter[updatedAt][gte]": "2026-11-19"}) == ["2"]


def test_a_checkout_can_take_stock_between_our_read_and_our_write(oro: Caller) -> None:
    turn(oro, {"switch": "stock_moved", "key": "3", "by": 2, "count": 1})
    oro.patch("inventorylevels", "4", {"quantity": 9})
    oro.patch("inventorylevels", "3", {"quantity": 9})
    changed = oro.journal()[1]["what"]["changed"][0]
    assert [changed[w]["attributes"]["quantity"] for w in ("before", "after")] == ["1", "9"]


def test_a_checkout_can_take_stock_right_after_our_write(oro: Caller) -> None:
    turn(oro, {"switch": "stock_moved", "when": "after"})
    answer = oro.patch("inventorylevels", "3", {"quantity": 9})
    assert answer.json()["data"]["attributes"]["quantity"] == "8"
    assert len(oro.journal()) == 1


def test_an_answer_can_be_lost_after_the_write(oro: Caller) -> None:
    turn(oro, {"switch": "reset_after_commit", "count": 1})
    with pytest.raises(httpx.TransportError):
        oro.patch("inventorylevels", "3", {"quantity": 9})
    assert oro.row("/inventorylevels/3")["attributes"]["quantity"] == "9"
    assert len(oro.journal()) == 1


def test_writes_stand_on_top_of_the_next_night(oro: Caller) -> None:
    made = oro.send("POST", "/productprices", price_body("7")).json()["data"]["id"]
    tracking = post_tracking(oro, "2", method="dpd", number="T9").json()["data"]["id"]
    oro.patch("inventorylevels", "3", {"quantity": 9})
    set_link(oro, "1", "shippingStatus", "ordershippingstatuses", "shipped")
    assert oro.sandbox.advance() == SECOND
    assert oro.row("/inventorylevels/3")["attributes"]["quantity"] == "9"
    assert oro.row("/inventorylevels/4")["attributes"]["quantity"] == "4"
    assert link(oro, "1", "shippingStatus") == "shipped"
    assert oro.ids("/ordershippingtrackings", {"filter[orders]": "2"}) == [tracking]
    assert oro.row(f"/productprices/{made}")["attributes"]["value"] == "9.5000"
    assert len(oro.journal()) == 4


def test_what_a_switch_shows_is_not_what_a_write_stores(oro: Caller) -> None:
    turn(oro, {"switch": "total_disagrees", "keys": ["1"], "by": "5"})
    oro.patch("orders", "1", {"customerNotes": "Hello"})
    turn(oro)
    shown = oro.row("/orders/1")["attributes"]
    assert (shown["totalValue"], shown["customerNotes"]) == ("24.0000", "Hello")


def test_what_was_written_is_remembered_over_a_restart_where_that_is_asked_for(world: Path, tmp_path: Path) -> None:
    for first in (True, False):
        with calling(world, {"switch": "no_permission", "entity": "orders"}, memory_dir=tmp_path) as oro:
            if first:
                oro.patch("inventorylevels", "3", {"quantity": 9})
                tracking = post_tracking(oro, "2", method="dpd", number="T9").json()["data"]["id"]
                assert oro.patch("products", "99").status_code == 404
            else:
                assert post_tracking(oro, "2", method="dpd", number="T9").json()["data"]["id"] == str(int(tracking) + 1)
            assert oro.row("/inventorylevels/3")["attributes"]["quantity"] == "9"
    with calling(world) as oro:
        assert oro.row("/inventorylevels/3")["attributes"]["quantity"] == "3"
