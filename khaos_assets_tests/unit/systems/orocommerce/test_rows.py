"""JSON:API rows: what may be kept of a page, and rows as records."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from khaos_assets.config import Settings
from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.orocommerce.orders import askable
from khaos_assets.systems.orocommerce.reads import ORDERS, SUBTOTALS
from khaos_assets.systems.orocommerce.records import CustomerUser, Order, PriceList, ShippingTracking
from khaos_assets.systems.orocommerce.resources import Resource, numeric
from khaos_assets.systems.orocommerce.shapes import Shape

USERS = Resource("/customerusers", Shape("customerusers", CustomerUser))
TIMES = {"createdAt": "2026-11-10T00:00:00Z", "updatedAt": "2026-11-11T00:00:00Z"}


def user(**attributes: Any) -> dict[str, Any]:
    return {
        "type": "customerusers",
        "id": "7",
        "attributes": {"confirmed": True, "enabled": True, "isGuest": False, **TIMES, **attributes},
        "relationships": {"customer": {"data": {"type": "customers", "id": "3"}}},
    }


def body(*rows: Any, **more: Any) -> bytes:
    return json.dumps({"data": list(rows), **more}).encode()


def test_a_page_with_only_what_was_asked_for_is_kept_as_it_came() -> None:
    came = body(user(), links={"self": "x"})
    page = USERS.page(came)
    assert (page.body, page.narrowed, page.keys, page.ids) == (came, False, ["7"], [7])


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"id": 7},
        {"attributes": ["Sam"]},
        {"attributes": {"email": "sam@example.com"}},
        {"type": "people"},
        {"relationships": {"manager": {"data": {"type": "users", "id": "1"}}}},
    ],
    ids=str,
)  # fmt: skip
def test_what_comes_unasked_is_taken_out_before_the_page_is_kept(broken: dict[str, Any]) -> None:
    """However malformed the row is that holds it."""
    rows = [user(), user(email="sam@example.com", firstName="Sam") | broken]
    page = USERS.page(body(*rows, included=[{"type": "addresses", "id": "1", "attributes": {"street": "Sam's"}}]))
    assert page.narrowed
    assert b"Sam" not in page.body and b"example.com" not in page.body and b"manager" not in page.body
    assert len(page.rows) == 2 and page.keys[0] == "7"
    assert json.loads(page.rows[0]) == user()


def test_a_row_that_is_no_object_at_all_is_kept_as_nothing() -> None:
    page = USERS.page(body(user(), "Sam", None))
    assert (page.keys, b"Sam" in page.body, len(page.rows)) == (["7", None, None], False, 3)


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b'{"errors":[]}', b'{"data":{}}', b'{"data":[', b"<html>", b"\xff"]
)
def test_what_is_no_list_is_no_page(text: bytes) -> None:
    with pytest.raises(NOT_JSON):
        USERS.page(text)


@pytest.mark.parametrize(
    ("key", "number"),
    [("7", 7), ("0", 0), (None, None), ("", None), ("-1", None), ("1.0", None), ("٣", None), ("9" * 30, None)],
)
def test_an_id_is_a_number_or_nothing(key: str | None, number: int | None) -> None:
    assert numeric(key) == number


def test_the_fields_that_are_asked_for_are_those_of_the_record() -> None:
    assert SUBTOTALS.params == {
        "fields[orders]": "updatedAt,orderSubtotals",
        "fields[ordersubtotals]": "orderSubtotalType,amount,signedAmount,currency,visible",
        "include": "orderSubtotals",
    }
    asked = str(ORDERS.params["fields[orders]"]).split(",")
    assert {"identifier", "totalValue", "internalStatus", "customer"} <= set(asked)
    assert not {"customerNotes", "billingAddress", "customerUser", "poNumber"} & set(asked)


def order(**attributes: Any) -> dict[str, Any]:
    return {
        "type": "orders",
        "id": "1",
        "attributes": {
            "identifier": "B2B-1", "currency": "GBP", "subtotalValue": "1.0000", "totalValue": "2.0000", **TIMES,
            **attributes,
        },
        "relationships": {"internalStatus": {"data": None}},
    }  # fmt: skip


def decoded(shape: Shape, *rows: Any) -> tuple[list[Any], list[tuple[int, str]]]:
    table, broken = shape.decode([json.dumps(r).encode() for r in rows])
    return table.to_pylist(), [(b.row, b.field) for b in broken]


ORDER = Shape("orders", Order)


@pytest.mark.parametrize("text", ["0.30000000000000004", "5", "1.5", "-2.25", "0.1"])
def test_floats_of_the_shop_keep_every_digit(text: str) -> None:
    row = json.dumps(order()).replace('"totalValue"', f'"discount": {text}, "totalValue"')
    table, broken = ORDER.decode([row.encode()])
    assert (table["discount"].to_pylist(), broken) == ([Decimal(text)], [])


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (order(totalValue=None), "totalValue"),
        (order(totalValue="1,5"), "totalValue"),
        (order(totalValue="1e3"), "totalValue"),
        (order(discount="NaN"), "discount"),
        (order(identifier=5), "identifier"),
        (order(updatedAt="2026-11-11T00:00:00"), "updatedAt"),
        (order(updatedAt="2026-02-30T00:00:00Z"), "updatedAt"),
        (order() | {"id": 1}, "id"),
        (order() | {"type": "customers"}, "type"),
        (order() | {"attributes": None}, "attributes"),
        ({k: v for k, v in order().items() if k != "attributes"}, "attributes"),
        (order() | {"relationships": {"internalStatus": {"data": {"type": "x", "id": "lost"}}}}, "internalStatus"),
        (order() | {"relationships": {"customer": {"data": []}}}, "customer"),
        (order() | {"relationships": {"customer": {}}}, "customer"),
        ("text", "(record)"),
    ],
)
def test_a_broken_row_is_named_by_its_field_and_the_others_go_on(row: Any, field: str) -> None:
    good, broken = decoded(ORDER, order(), row, order())
    assert (len(good), broken) == (2, [(1, field)])


def test_no_relationships_at_all_are_no_rows_at_their_ends() -> None:
    bare = order()
    del bare["relationships"]
    ((row,), broken) = decoded(ORDER, bare)
    assert (row["customer_id"], row["internal_status"], broken) == (None, None, [])


@pytest.mark.parametrize("empty", [[], {}])
def test_an_empty_list_may_be_written_as_an_object(empty: Any) -> None:
    """PHP does so. A list of strings and a list of rows; and yet no row is no list."""
    price_list = {
        "type": "pricelists", "id": "1", "relationships": {},
        "attributes": {"name": "{}", "active": True, "actual": True, "priceListCurrencies": empty, **TIMES},
    }  # fmt: skip
    tracking = {
        "type": "ordershippingtrackings", "id": "1", "attributes": {"method": "DPD", "number": "{}"},
        "relationships": {"orders": {"data": empty}},
    }  # fmt: skip
    ((found,), broken) = decoded(Shape("pricelists", PriceList), price_list)
    assert (found["price_list_currencies"], found["name"], broken) == ([], "{}", [])
    ((parcel,), broken) = decoded(Shape("ordershippingtrackings", ShippingTracking), tracking)
    assert (parcel["order_ids"], parcel["number"], broken) == ([], "{}", [])
    _, broken = decoded(ORDER, order() | {"relationships": {"customer": {"data": empty}}})
    assert broken == [(0, "customer")]


def test_nothing_is_lost_on_the_way_through_a_narrowed_row() -> None:
    """Taking fields out leaves the spelling of the others alone."""
    text = json.dumps(order()).replace('"totalValue": "2.0000"', '"totalValue": 2.50, "customerNotes": "for Sam"')
    page = ORDERS.page(b'{"data":[' + text.encode() + b"]}")
    assert page.narrowed and b"2.50" in page.rows[0] and b"Sam" not in page.rows[0]
    assert msgspec.json.decode(page.rows[0])["attributes"]["identifier"] == "B2B-1"


@pytest.mark.parametrize(
    ("prefixes", "expected"),
    [
        ({"orocommerce": "OR-", "scayle": "SC-"}, {"7", "SC-1"}),
        ({"scayle": "SC-"}, {"OR-7", "8", "OR-SC-1"}),
        ({"orocommerce": "OR-"}, {"7", "SC-1"}),
        ({}, {"OR-7", "8", "SC-9", "OR-SC-1"}),
    ],
)
def test_only_references_of_this_channels_form_are_asked_for(prefixes: dict[str, str], expected: set[str]) -> None:
    raw = {"merchant": {"name": "T"}, "orocommerce": {}, "order_reference_prefixes": prefixes}
    named = ["OR-7", "8", "SC-9", "OR-a,b", " ", "OR-", "OR-SC-1"]
    assert askable(named, Settings.of_merchant(raw)) - {"OR-"} == expected
