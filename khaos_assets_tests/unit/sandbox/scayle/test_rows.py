"""The rows of an entity: in order, found by their names, with their own digits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from khaos_assets.sandbox.scayle.calls import Identifier
from khaos_assets.sandbox.scayle.rows import ORDERS, PRICES, PRODUCTS, Table
from khaos_assets.sandbox.scayle.variants import Variants, inside, with_part, with_variants

COUNTRIES = ("GB", "DE")
CHANGES = st.lists(
    st.tuples(st.sampled_from(["put", "drop"]), st.integers(1, 6), st.sampled_from(COUNTRIES), st.sampled_from("abc"))
)


@given(CHANGES)
def test_a_table_is_what_a_plain_dictionary_would_be(changes: list[tuple[str, int, str, str]]) -> None:
    table = Table(ORDERS)
    expected: dict[int, tuple[str, str]] = {}
    for change, at, country, letter in changes:
        reference = f"{letter}{at}"
        if change == "put":
            own = {"shopKey": "main", "countryCode": country.lower()}
            table.put({"id": at, "referenceKey": reference, "shopCountry": own})
            expected[at] = (country, reference)
        else:
            assert (table.drop(at) is not None) == (at in expected)
            expected.pop(at, None)
    for country in COUNTRIES:
        shown = [row.id for row in table.group(("main", country))]
        assert shown == sorted(n for n, (own, _) in expected.items() if own == country)
    for letter in "abc":
        for at in range(1, 7):
            row = table.get(Identifier(reference=f"{letter}{at}"))
            assert (row is not None) == (expected.get(at, ("", ""))[1] == f"{letter}{at}")


def test_numbers_keep_their_digits_and_hidden_fields_stay_here(tmp_path: Path) -> None:
    file = tmp_path / "prices.ndjson"
    file.write_text('{"variantId": 7, "key": "1-1", "tax": 19.50, "_note": "x", "price": 100}\n\n', encoding="utf-8")
    [row] = Table.load(PRICES, file).group(("7",))
    assert row.line == b'{"key":"1-1","tax":19.50,"price":100}'
    table = Table.load(PRICES, file)
    table.put(row.record() | {"variantId": 7, "price": 90}, row.id)
    assert b'"tax":19.50' in table.group(("7",))[0].line


def product(variants: Any) -> bytes:
    return PRODUCTS.row({"id": 1, "referenceKey": "P", "variants": variants}).line


def test_a_broken_variant_is_shown_but_has_no_name() -> None:
    table = Table(PRODUCTS)
    table.put({"id": 1, "variants": [{"id": "x"}, {"id": 2, "referenceKey": "B"}, {"referenceKey": "C"}]})
    table.put({"id": 2, "variants": "none"})
    table.put({"id": 3})
    variants = Variants(table)
    assert variants.id_of(Identifier(reference="B")) == 2
    assert [variants.id_of(Identifier(reference="C")), variants.id_of(Identifier(9))] == [None, None]
    assert [n for n, _ in inside(table.group()[0].line)] == [None, 2, None]
    assert inside(table.group()[1].line) == inside(table.group()[2].line) == []


def test_parts_are_put_into_lines_without_reading_them_anew() -> None:
    text = with_part(b'{"id":2,"weight":1.50}', "stocks", [b'{"quantity":1}'])
    assert text == b'{"id":2,"weight":1.50,"stocks":[{"quantity":1}]}'
    assert with_variants(product([{"id": 2}]), [text]) == b'{"id":1,"referenceKey":"P","variants":[%s]}' % text
