"""From wire rows to records: what breaks the contract is set aside with its key, and nothing of a person stays."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaos_assets.systems.read import Quarantined
from khaos_assets.systems.scayle import scrub
from khaos_assets.systems.scayle.decode.rows import with_field
from khaos_assets_tests.unit.systems.scayle.wire_night import decoded
from khaos_assets_tests.unit.systems.scayle.wire_rows import order, prices, products, stocks


def aside(entity: str, rows: list[Any]) -> list[tuple[str, bool, str]]:
    found: list[Quarantined] = decoded(entity, rows).quarantined
    return [(q.key, q.key_readable, q.field) for q in found]


def rows_of(entity: str, rows: list[Any]) -> list[dict[str, Any]]:
    return decoded(entity, rows).tables[entity].to_pylist()  # pyright: ignore


STOCK = stocks()[0]
BROKEN_STOCK = [
    ({"quantity": "5"}, ("5010/GB-HUB/main", True, "quantity")),
    ({"quantity": 1.5}, ("5010/GB-HUB/main", True, "quantity")),
    ({"quantity": None}, ("5010/GB-HUB/main", True, "quantity")),
    ({"changedAt": "2026-11-19T10:00:00"}, ("5010/GB-HUB/main", True, "changedAt")),
    ({"changedAt": "2026-02-30T10:00:00+00:00"}, ("5010/GB-HUB/main", True, "changedAt")),
    ({"sellableWithoutStock": "no"}, ("5010/GB-HUB/main", True, "sellableWithoutStock")),
    ({"merchantReferenceKey": 7}, ("1:0", False, "merchantReferenceKey")),
    ({"warehouseReferenceKey": None}, ("1:0", False, "warehouseReferenceKey")),
]


@pytest.mark.parametrize(("change", "expected"), BROKEN_STOCK)
def test_a_stock_that_breaks_the_contract_is_set_aside_by_its_key(change: dict[str, Any], expected: Any) -> None:
    assert aside("stocks", [STOCK | change]) == [expected]


def test_a_broken_record_does_not_spoil_its_neighbours() -> None:
    found = decoded("stocks", [*stocks()[:3], stocks()[3] | {"quantity": "x"}, *stocks()[4:9]])
    assert (len(found.tables["stocks"]), [q.key for q in found.quarantined]) == (8, ["5011/EU-HUB/main"])


def test_negative_stock_and_a_missing_merchant_are_as_agreed() -> None:
    unnamed = {k: v for k, v in STOCK.items() if k != "merchantReferenceKey"}
    (row,) = rows_of("stocks", [unnamed | {"quantity": -3}])
    assert (row["quantity"], row["merchant_reference_key"]) == (-3, None)


def test_one_stock_with_two_quantities_is_neither() -> None:
    found = decoded("stocks", [STOCK, STOCK, STOCK | {"quantity": 99}, stocks()[1]])
    assert [(q.key, q.reason) for q in found.quarantined] == [("5010/GB-HUB/main", "one identity with two contents")]
    assert len(found.tables["stocks"]) == 1
    assert decoded("stocks", [STOCK, STOCK]).quarantined == []


def test_a_row_of_a_list_shown_twice_counts_as_it_was_shown_last() -> None:
    first, second = products()[0], products()[0] | {"state": "blocked"}
    found = decoded("products", [first, products()[1], second])
    assert (found.quarantined, [p["state"] for p in rows_of("products", [first, second])]) == ([], ["blocked"])
    assert len(found.tables["products"]) == 2


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"price": "11.90"}, ("5010/1-5010", True, "price")),
        ({"price": 11.9}, ("5010/1-5010", True, "price")),
        ({"tax": 19.00001}, ("5010/1-5010", True, "tax")),
        ({"tax": "nineteen"}, ("5010/1-5010", True, "tax")),
        ({"key": None}, ("1:0", False, "key")),
    ],
)
def test_a_price_is_whole_minor_units_and_its_tax_a_percentage(change: dict[str, Any], expected: Any) -> None:
    assert aside("prices", [prices()[0] | change]) == [expected]


def test_a_tax_keeps_its_digits() -> None:
    texts = [b"19", b"19.0", b"7.7", b"0"]
    found = rows_of("prices", [prices()[0] | {"key": str(n), "tax": msgspec.Raw(t)} for n, t in enumerate(texts)])
    assert [str(p["tax"]) for p in found] == ["19.0000", "19.0000", "7.7000", "0.0000"]


def test_variants_know_their_product_and_a_broken_one_is_set_aside_alone() -> None:
    made = products()[:2]
    made[0]["variants"][1]["ean"] = 5011
    found = decoded("variants", made)
    assert [(v["id"], v["product_id"]) for v in found.tables["variants"].to_pylist()] == [(5010, 501), (5020, 502)]  # pyright: ignore
    assert [(q.key, q.field) for q in found.quarantined] == [("5011", "ean")]


@pytest.mark.parametrize("wrong", [{"id": None}, {"id": "501"}, {"variants": {}}, {"variants": "none"}])
def test_a_product_that_cannot_be_read_takes_unknown_variants_with_it(wrong: dict[str, Any]) -> None:
    """Their keys are unknown, so no absence can be concluded from this read."""
    found = decoded("variants", [products()[0] | wrong, products()[1]])
    assert [(q.key, q.key_readable) for q in found.quarantined] == [("1:0", False)]
    assert len(found.tables["variants"]) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"items": {"0": {}}}, "items"),
        ({"cost": None}, "cost"),
        ({"cost": 1390}, "cost"),
        ({"cost": {"withTax": 13.9}}, "cost.withTax"),
        ({"shopCountry": "DE"}, "shopCountry"),
        ({"createdAt": "2026-11-19 10:00:00"}, "createdAt"),
        ({"updatedAt": None}, "updatedAt"),
        ({"currencyCode": 978}, "currencyCode"),
    ],
)
def test_an_order_that_breaks_the_contract_is_set_aside_by_its_id(change: dict[str, Any], field: str) -> None:
    assert aside("orders", [order(9001) | change, order(9002)]) == [("9001", True, field)]


def test_what_is_set_aside_names_nobody() -> None:
    broken = order(9001) | {"items": "Jane Doe", "cost": {"withTax": None, "note": "Doe"}}
    (found,) = decoded("orders", [broken]).quarantined
    assert "Doe" not in found.raw and "Jane" not in found.raw


NAMES = st.text("ABCDEFGHIJ", min_size=6, max_size=9)


@given(NAMES, st.sampled_from(["address", "customer", "loyaltyCard", "note", "publicKey", "voucher", "newField"]))
def test_no_field_that_is_not_listed_is_kept(name: str, field: str) -> None:
    body = msgspec.json.encode(order(1) | {field: {"deep": [{"name": name}]}, "membershipDiscount": {"holder": name}})
    assert name.encode() not in scrub.order_detail(body)
    page = msgspec.json.encode({"entities": [msgspec.Raw(body), 7], "cursor": {"next": "Mg"}})
    assert name.encode() not in scrub.order_list(page)


def test_amounts_keep_their_digits_when_an_order_is_landed() -> None:
    kept = scrub.order_detail(b'{"id":1,"items":[{"price":{"withTax":100,"tax":{"vat":{"rate":0.1900}}}}]}')
    assert kept == b'{"id":1,"items":[{"price":{"withTax":100,"tax":{"vat":{"rate":0.1900}}}}]}'


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'{"a":1}', {"x": 7, "a": 1}),
        (b'{ "a":1}', {"x": 7, "a": 1}),
        (b"{}", {"x": 7}),
        (b" {\n}", {"x": 7}),
        (b"[1]", [1]),
        (b"null", None),
    ],
)
def test_a_field_is_put_in_front_of_objects_only(raw: bytes, expected: Any) -> None:
    assert msgspec.json.decode(with_field(raw, "x", 7)) == expected
