"""JSON to columns: exact decimals, instants with a zone, and one bad record costs one record."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khaos_assets.systems.arrow import from_arrow, next_greater, to_arrow
from khaos_assets.systems.json_columns import ColumnDecoder
from khaos_assets.systems.wair.records import BodyMap, Dispatch, DispatchLine, Item, Stock

STOCK = ColumnDecoder(Stock, "stock")
ROW = {
    "locationId": "LON",
    "skuId": "A",
    "onHand": 1,
    "allocated": 0,
    "available": 1,
    "updatedAt": "2026-11-20T01:02:03.004Z",
}


def decode(**fields: str) -> Any:
    """One stock row whose named fields have this JSON text: its record, or the field and reason."""
    row = {name: json.dumps(value) for name, value in ROW.items()} | fields
    text = ", ".join(f'"{name}": {value}' for name, value in row.items() if value)
    table, broken = STOCK.decode(f'{{"stock": [{{{text}}}]}}'.encode())
    if broken:
        assert table.num_rows == 0
        return broken[0].field, broken[0].reason
    (record,) = table.to_pylist()
    return record


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("-3", "-3"),
        ("1.005", "1.005"),
        ("0.00001", "0.00001"),
        ('"1.00000"', "1"),
        ('"-0.5"', "-0.5"),
        ("12345678901234567890123.12345", "12345678901234567890123.12345"),
        ("0.1", "0.1"),
        ('"1.000000000"', "1"),
    ],
)
def test_units_are_read_from_their_text(text: str, value: str) -> None:
    """1.005 is one and five thousandths, not the nearest binary fraction."""
    assert decode(onHand=text)["on_hand"] == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["0.000001", "1.0000010", "1e3", "1E-2", '"1,5"', '""', '" 1"', '"+1"', '".5"', '"5."', '"NaN"', '"Infinity"',
     "null", "true", "[]", "{}", '"\\u0031"', "123456789012345678901234"],
)  # fmt: skip
def test_what_is_no_number_of_five_decimals_is_set_aside(text: str) -> None:
    field, reason = decode(onHand=text)
    assert field == "onHand"
    assert "at most 5 decimals" in reason


@pytest.mark.parametrize(
    "text",
    ['"2026-11-20T01:02:03.004"', '"2026-02-30T00:00:00.000Z"', '"2026-11-20"', '"20/11/2026 01:02"', '""',
     '"2026-11-20T25:00:00Z"', "1795136523", "null"],
)  # fmt: skip
def test_a_time_without_zone_or_day_is_no_instant(text: str) -> None:
    assert decode(updatedAt=text)[0] == "updatedAt"


def test_an_instant_keeps_its_milliseconds() -> None:
    assert decode()["updated_at"] == datetime(2026, 11, 20, 1, 2, 3, 4000, tzinfo=UTC)
    assert decode(updatedAt='"2026-11-20T02:02:03.004+01:00"')["updated_at"] == decode()["updated_at"]


def test_an_absent_field_and_a_wrong_type_are_named() -> None:
    assert decode(allocated="") == ("allocated", "Object missing required field allocated")
    assert decode(skuId="7") == ("skuId", "Expected str, got int")


def test_an_unknown_field_is_merely_new() -> None:
    assert decode(colourway='{"a": [1]}')["sku_id"] == "A"


@given(bad=st.sets(st.integers(0, 40)), size=st.integers(0, 41))
@settings(max_examples=60, deadline=None)
def test_bad_records_never_take_good_ones_with_them(bad: set[int], size: int) -> None:
    rows = [ROW | {"skuId": f"S{n:02d}"} | ({"onHand": "x"} if n in bad else {}) for n in range(size)]
    table, broken = STOCK.decode(json.dumps({"stock": rows}).encode())
    assert [b.row for b in broken] == sorted(n for n in bad if n < size)
    assert table["sku_id"].to_pylist() == [f"S{n:02d}" for n in range(size) if n not in bad]


@given(
    st.lists(
        st.tuples(
            st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=5),
            st.booleans(),
        ),
        min_size=1,
        max_size=20,
    )
)
@settings(max_examples=100, deadline=None)
def test_any_number_survives_as_it_was_written(numbers: list[tuple[Decimal, bool]]) -> None:
    rows = ",".join(
        json.dumps(ROW)[:-1].replace('"onHand": 1', '"onHand": ' + (f'"{n:f}"' if text else f"{n:f}")) + "}"
        for n, text in numbers
    )
    table, broken = STOCK.decode(f'{{"stock":[{rows}]}}'.encode())
    assert broken == []
    assert table["on_hand"].to_pylist() == [n for n, _ in numbers]


def test_nested_records_and_lists_stay_in_order() -> None:
    body = {
        "dispatches": [
            {"dispatchId": f"D{n}", "orderReference": "W1", "locationId": "L", "carrierService": "",
             "trackingNumber": None, "dispatchedAt": ROW["updatedAt"], "updatedAt": ROW["updatedAt"],
             "lines": [{"skuId": f"S{k}", "quantity": k + 0.5} for k in range(n)]}
            for n in (2, 0, 1)
        ]
    }  # fmt: skip
    table, broken = ColumnDecoder(Dispatch, "dispatches").decode(json.dumps(body).encode())
    assert broken == []
    assert table["lines"].to_pylist() == [
        [{"sku_id": "S0", "quantity": Decimal("0.50000")}, {"sku_id": "S1", "quantity": Decimal("1.50000")}],
        [],
        [{"sku_id": "S0", "quantity": Decimal("0.50000")}],
    ]


def test_a_body_map_that_is_null_and_one_that_is_there_are_two_things() -> None:
    item = {"skuId": "A", "styleId": "S", "active": True, "updatedAt": ROW["updatedAt"]}
    body = {"items": [item | {"bodyMap": None}, item | {"bodyMap": {"displayed": False}}, item | {"bodyMap": {}}]}
    table, broken = ColumnDecoder(Item, "items").decode(json.dumps(body).encode())
    assert table["body_map"].to_pylist() == [None, {"code": None, "size": None, "displayed": False, "reason": None}]
    assert [(b.row, b.field) for b in broken] == [(2, "bodyMap.displayed")]


def test_what_is_no_json_is_an_error_of_the_page() -> None:
    for body in (b'{"stock": [', b"<html>", b'{"stock": {}}', b"{}"):
        with pytest.raises(msgspec.DecodeError):
            STOCK.decode(body)


def test_text_that_is_not_utf_8_costs_its_record_only() -> None:
    good, bad = json.dumps(ROW).encode(), json.dumps(ROW | {"skuId": "X"}).encode().replace(b'"X"', b'"\xff"')
    table, broken = STOCK.decode(b'{"stock": [' + good + b"," + bad + b"]}")
    assert (table.num_rows, [b.row for b in broken]) == (1, [1])


def test_records_survive_arrow_and_back() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    items = [
        Item(sku_id="A", style_id="S", body_map=BodyMap(displayed=True, code="B"), active=True, updated_at=at),
        Item(sku_id="B", style_id="S", active=False, updated_at=at),
    ]
    lines = [DispatchLine(sku_id="A", quantity=Decimal("1.5"))]
    dispatch = Dispatch(
        dispatch_id="D", order_reference="W", location_id="L", carrier_service="", tracking_number=None,
        dispatched_at=at, lines=lines, updated_at=at,
    )  # fmt: skip
    assert from_arrow(to_arrow(items, Item), Item) == items
    assert from_arrow(to_arrow([dispatch], Dispatch), Dispatch) == [dispatch]


@given(st.lists(st.tuples(st.text("ab\u00e9Z", max_size=2), st.text("ab", max_size=2)), max_size=12))
@settings(deadline=None)
def test_neighbours_compare_as_tuples_of_text_do(keys: list[tuple[str, str]]) -> None:
    stock = [
        Stock(location_id=a, sku_id=b, on_hand=Decimal(0), allocated=Decimal(0), available=Decimal(0),
              updated_at=datetime(2026, 1, 1, tzinfo=UTC))
        for a, b in keys
    ]  # fmt: skip
    greater, equal = next_greater(to_arrow(stock, Stock), ("location_id", "sku_id"))
    pairs = list(pairwise(keys))
    assert greater.to_pylist() == [b > a for a, b in pairs]
    assert equal.to_pylist() == [a == b for a, b in pairs]
