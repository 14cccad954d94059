"""Products as lines: their order in time, planted defects, and the indexes that are kept up."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaos_assets.sandbox.plytix.columns import cut
from khaos_assets.sandbox.plytix.products import Product, Products, instant, read, sortable

instants = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda d: d.replace(microsecond=d.microsecond // 1000 * 1000, tzinfo=UTC)
)


@given(instants, instants)
def test_sortable_text_has_the_order_of_time(one: datetime, other: datetime) -> None:
    assert (sortable(instant(one)) < sortable(instant(other))) == (one < other)


@given(instants)
def test_an_instant_is_printed_with_six_digits_and_an_offset_and_understood_in_other_spellings(at: datetime) -> None:
    text = instant(at)
    assert (len(text), text[-9:]) == (32, "000+00:00")
    assert sortable(text) == sortable(at.isoformat()) == sortable(text[:-6]) == sortable(f"{text[:-6]}Z")


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00.000000+00:00"])
def test_what_is_no_instant_sorts_first(text: str) -> None:
    assert sortable(text) == "" or len(text) == 32


def test_a_line_stays_as_it_is_unless_it_holds_what_is_never_shown() -> None:
    plain = b'{"id": "1", "sku": "A", "attributes": {"weight": 1.50}}'
    assert read(plain).line == plain
    emptied = read(b'{"id":"1","sku":"A","_parent_id":null,"label":null,"attributes":{"a":null,"b":1.50}}')
    assert emptied.line == b'{"id":"1","sku":"A","label":null,"attributes":{"b":1.50}}'


def test_a_planted_defect_keeps_its_place() -> None:
    lines = [b'{"sku":"A"}', b'{"sku":"B"}', b'{"id":7,"sku":null}', b'{"id":"8","sku":"C","num_variations":"2"}']
    rows = Products(read(line) for line in lines).rows()
    assert [p.sku for p in rows] == ["A", "B", "None", "C"]
    assert json.loads(rows[3].line)["num_variations"] == "2"


keys = st.sampled_from("abcdef")
changes = st.lists(st.tuples(st.booleans(), keys, keys, st.sampled_from(["", "a", "b"])), max_size=30)


@given(changes, st.integers(0, 29))
def test_indexes_say_what_the_rows_say_whenever_they_are_made(steps: list[Any], first_asked: int) -> None:
    products = Products(())
    for n, (puts, key, sku, parent) in enumerate(steps):
        if n == first_asked:
            products.with_sku("a")
            products.variants("a")
        if puts:
            products.put(Product.of({"id": key, "sku": sku, "_parent_id": parent or None}))
        else:
            products.remove(key)
    rows = products.rows()
    for parent in "ab":
        assert {p.id for p in products.variants(parent)} == {p.id for p in rows if p.parent == parent}
    for sku in "abcdef":
        found = products.with_sku(sku)
        assert (found is not None) == any(p.sku == sku for p in rows)
        assert found is None or found.sku == sku


values = st.sampled_from(["", "x", 'é"\n', 0, -7, True, [], ["a", "b"], {"id": "1"}])
labels = st.sampled_from(["colour", "größe", 'with "quotes"', "id", "sku", "parent", "a0"])


@given(st.lists(st.dictionaries(labels, values), max_size=4), st.lists(labels, unique=True), st.booleans())
def test_columns_are_cut_as_one_would_by_hand(attributes: list[dict[str, Any]], asked: list[str], status: bool) -> None:
    rows = [Product.of({"id": f"{n}", "sku": f"S{n}", "attributes": a}) for n, a in enumerate(attributes)]
    columns = [*(["status"] if status else []), *(f"attributes.{label}" for label in asked)]
    # A label that needs escaping cannot be asked for.
    wanted = [label for label in asked if '"' not in label]
    assert json.loads(cut(columns)(rows)) == [
        {"id": f"{n}", "sku": f"S{n}", "num_variations": 0}
        | ({"status": None} if status else {})
        | {"attributes": {k: a[k] for k in wanted if k in a}}
        for n, a in enumerate(attributes)
    ]
