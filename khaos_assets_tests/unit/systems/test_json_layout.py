"""Records laid out alike: read by columns exactly as record by record, and left alone where one of them differs."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaos_assets.systems import json_columns
from khaos_assets.systems.json_columns import ColumnDecoder
from khaos_assets.systems.json_layout import laid_out_alike
from khaos_assets.systems.wire import Record, Units

ALIKE = b'[{"sku":"A","units":1.50,"note":""},{"sku":"B,}","units":-3,"note":"\xc3\xa9"}]'


class Count(Record, kw_only=True, frozen=True):
    """One of each plain type, with and without null."""

    sku: str
    units: Units
    seen: bool
    shelf: int
    note: str | None
    price: Units | None
    day: date


COUNTS = ColumnDecoder(Count, "rows")


def texts(array: bytes, *names: str) -> dict[str, list[str]] | None:
    found = laid_out_alike(array, names)
    return None if found is None else {name: column.texts.to_pylist() for name, column in found.items()}


@pytest.mark.parametrize("spaces", [b"", b" ", b"  "])
def test_each_value_is_the_text_that_was_sent(spaces: bytes) -> None:
    """1.50 stays 1.50; what separates values elsewhere is text within a text."""
    array = ALIKE.replace(b'":', b'":' + spaces).replace(b',"', b"," + spaces + b'"')
    array = array.replace(b"},{", b"}," + spaces + b"{")
    assert texts(array, "sku", "units", "note") == {"sku": ["A", "B,}"], "units": ["1.50", "-3"], "note": ["", "é"]}


def test_quoted_numbers_are_told_from_bare_ones() -> None:
    """ "1" and 1 are two things to whoever asks for text."""
    found = laid_out_alike(b'[{"a":"1","b":1}]', ["a", "b"])
    assert found is not None
    assert (found["a"].quoted, found["b"].quoted) == (True, False)


@pytest.mark.parametrize(
    "second",
    [
        '{"units":1,"sku":"B"}',
        '{"sku":"B"}',
        '{"sku":"B","units":1,"more":2}',
        '{"sku":"B","units":"1"}',
        '{"sku":null,"units":1}',
        '{"sku":"B\\n","units":1}',
        '{"sku":"B", "units":1}',
        '{"sku" :"B","units":1}',
        '{"skU":"B","units":1}',
        '{"sku":["B"],"units":1}',
        '{"sku":"{","units":1}',
        "null",
        "{}",
    ],
)
def test_one_record_that_is_laid_out_otherwise_leaves_all_to_the_parser(second: str) -> None:
    """A guess about any of them would be a guess about all."""
    first = '{"sku":"A","units":1}'
    assert texts(f"[{first},{first}]".encode(), "sku") == {"sku": ["A", "A"]}
    for array in (f"[{first},{second},{first}]", f"[{second},{first},{first}]", f"[{first},{first},{second}]"):
        assert texts(array.encode(), "sku") is None


@pytest.mark.parametrize(
    "array", [b"[]", b"[{}]", b'[{"a":"\xff"}]', b'[{"a":{"b":1}}]', b'[{"a":[1,2]}]', b'[{"a":1,"a":2}]', b'[{"b":1}]']
)
def test_what_is_not_plain_is_left_to_the_parser(array: bytes) -> None:
    """Nothing there, nested, twice, not UTF-8, without the field that is asked for."""
    assert texts(array, "a") is None


def test_nulls_throughout_are_a_layout_too() -> None:
    """A list that never fills an optional field is read by columns, and the field is null."""
    rows = [
        {"sku": s, "units": 1, "seen": True, "shelf": 7, "note": None, "price": None, "day": "2026-11-20"} for s in "AB"
    ]
    table, broken = COUNTS.decode(json.dumps({"rows": rows}).encode())
    assert not broken
    assert table["note"].null_count == table["price"].null_count == 2


def test_a_whole_number_beyond_64_bits_costs_its_record_only() -> None:
    """Arrow has no room for it; the page's other records are read."""
    row = {"sku": "A", "units": 1, "seen": True, "shelf": 7, "note": "", "price": 1, "day": "2026-11-20"}
    table, (broken,) = COUNTS.decode(json.dumps({"rows": [row, row | {"shelf": 2**63}]}).encode())
    assert table.num_rows == 1
    assert (broken.row, broken.field, broken.reason) == (1, "shelf", "a whole number of more than 64 bits")


values = st.one_of(
    st.text(max_size=4),
    st.sampled_from(["2026-11-20", "2026-02-30", "1", "null", "true", '"', "},{", "1.000000"]),
    st.integers(-(10**19), 10**19),
    st.decimals(-100, 100, places=3).map(float),
    st.sampled_from([True, False, None, [], {}, 1.0, 1e-7]),
)
good = {
    "sku": st.text(max_size=3),
    "units": st.integers(0, 9),
    "seen": st.booleans(),
    "shelf": st.integers(-5, 10**12),
    "note": st.one_of(st.none(), st.text(max_size=2)),
    "price": st.one_of(st.none(), st.sampled_from([1.25, "0.5", 7])),
    "day": st.dates().map(str),
}


@given(
    rows=st.lists(st.fixed_dictionaries(good), max_size=5),
    odd=st.lists(st.tuples(st.integers(0, 4), st.sampled_from([*good, "new"]), values), max_size=2),
    compact=st.booleans(),
    ascii_only=st.booleans(),
)
def test_columns_and_records_say_the_same(
    rows: list[dict[str, Any]], odd: list[tuple[int, str, Any]], compact: bool, ascii_only: bool
) -> None:
    """Whatever is sent: the same records, the same set aside with the same reasons."""
    for row, field, value in odd:
        if row < len(rows):
            rows[row][field] = value
    separators = (",", ":") if compact else (", ", ": ")
    body = json.dumps({"total": 3, "rows": rows}, separators=separators, ensure_ascii=ascii_only).encode()
    table, broken = COUNTS.decode(body)
    with pytest.MonkeyPatch.context() as without:
        without.setattr(json_columns, "laid_out_alike", lambda _array, _names: None)
        singly, broken_singly = COUNTS.decode(body)
    assert table.equals(singly)
    assert broken == broken_singly
