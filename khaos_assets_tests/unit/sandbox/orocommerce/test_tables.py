"""Rows keep their order and their columns, whatever is written; lists are what filtering one by one would give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaos_assets.sandbox.orocommerce.documents import included, shown_lines
from khaos_assets.sandbox.orocommerce.lists import Lists
from khaos_assets.sandbox.orocommerce.queries import parse
from khaos_assets.sandbox.orocommerce.resources import RESOURCES, Resource
from khaos_assets.sandbox.orocommerce.tables import Table, row
from khaos_assets.sandbox.world import WorldError

PRODUCT, SKU = ("relationships", "product"), ("attributes", "sku")
ids = st.integers(1, 30)
seconds = st.sampled_from([f"2026-11-18T10:00:0{n}Z" for n in range(3)])


def level(id_: int, product: int) -> dict[str, Any]:
    link = {"data": {"type": "products", "id": str(product)}}
    return {"type": "inventorylevels", "id": str(id_), "attributes": {}, "relationships": {"product": link}}


def product(id_: int, sku: str | None, changed: str) -> dict[str, Any]:
    return {"type": "products", "id": str(id_), "attributes": {"sku": sku, "updatedAt": changed}, "relationships": {}}


def table(type_: str, rows: list[dict[str, Any]]) -> Table:
    return Table(type_, [(r["id"], json.dumps(r).encode()) for r in rows])


@given(st.lists(st.tuples(st.sampled_from(["put", "drop", "look"]), ids, st.integers(1, 3))))
def test_rows_stay_in_order_and_columns_true_whatever_is_written(steps: list[tuple[str, int, int]]) -> None:
    levels = table("inventorylevels", [level(5, 1), level(20, 2)])
    known = {5: 1, 20: 2}
    for step, id_, owner in steps:
        if step == "put":
            levels.put(level(id_, owner))
            known[id_] = owner
        elif step == "drop":
            levels.drop(str(id_))
            known.pop(id_, None)
        assert levels.keys == sorted(known)
        assert levels.column(PRODUCT) == [str(known[i]) for i in sorted(known)]
        found = {v: [levels.keys[at] for at in places] for v, places in levels.places(PRODUCT).items()}
        assert found == {str(o): ids for o in (1, 2, 3) if (ids := [i for i in sorted(known) if known[i] == o])}
    assert all(row(levels.lines[at])["id"] == str(key) for at, key in enumerate(levels.keys))


@given(
    st.dictionaries(ids, st.tuples(st.sampled_from(["A", "B", "AB", None]), seconds)),
    st.tuples(st.sampled_from(["gt", "gte", "lt", "lte"]), ids),
    st.sampled_from(["id", "-id", "updatedAt,id", "-updatedAt,id", "sku,-id", "-sku,id"]),
    st.sampled_from(
        ["", "&filter[sku]=A,B", "&filter[sku][contains]=A", "&filter[updatedAt][gt]=2026-11-18T10:00:00Z"]
    ),
    st.integers(1, 7),
)
def test_the_pages_of_a_list_are_what_filtering_row_by_row_gives(
    rows: dict[int, tuple[str | None, str]], bound: tuple[str, int], order: str, filtered: str, size: int
) -> None:
    products = table("products", [product(i, *r) for i, r in rows.items()])
    asked = f"sort={order}&page[size]={size}&filter[id][{bound[0]}]={bound[1]}{filtered}"
    places = Lists(lambda _: products).places(products, parse(RESOURCES["products"], asked.encode()))

    def wanted(id_: int) -> bool:
        sku, changed = rows[id_]
        side = {"gt": id_ > bound[1], "gte": id_ >= bound[1], "lt": id_ < bound[1], "lte": id_ <= bound[1]}
        other = {
            "": True,
            "&filter[sku]=A,B": sku in ("A", "B"),
            "&filter[sku][contains]=A": sku is not None and "A" in sku,
        }
        return side[bound[0]] and other.get(filtered, changed > "2026-11-18T10:00:00Z")

    expected = [i for i in sorted(rows) if wanted(i)]
    for part in reversed(order.split(",")):
        name = part.lstrip("-")
        value = {"id": lambda i: i, "sku": lambda i: rows[i][0] or "", "updatedAt": lambda i: rows[i][1]}[name]
        expected.sort(key=value, reverse=part.startswith("-"))
    pages = [places[at : at + size] for at in range(0, len(places), size)]
    assert [products.keys[at] for page in pages for at in page] == expected


def test_rows_that_are_equal_in_the_order_asked_for_are_not_in_order_of_id() -> None:
    products = table("products", [product(n, "A", "") for n in range(1, 31)])
    lists, query = Lists(lambda _: products), parse(RESOURCES["products"], b"sort=sku")
    first, again, other = (list(lists.places(products, query, salt)) for salt in (0, 0, 1))
    assert first == again != other
    assert first != sorted(first) == sorted(other) == list(range(30))


def test_a_listing_is_prepared_anew_when_a_row_changes() -> None:
    products = table("products", [product(1, "A", ""), product(2, "B", "")])
    lists, query = Lists(lambda _: products), parse(RESOURCES["products"], b"filter[sku]=A")
    assert list(lists.places(products, query)) == [0]
    products.put(product(2, "A", ""))
    assert list(lists.places(products, query)) == [0, 1]


def test_what_is_for_the_simulator_only_stays_there(tmp_path: Path) -> None:
    file = tmp_path / "products.ndjson"
    file.write_text('{"type":"products","id":"1","_note":1,"attributes":{"sku":"A","_b":2},"extra":{"kept":1.50}}\n\n')
    text = Table.load("products", file).line("1")
    assert text == b'{"type":"products","id":"1","attributes":{"sku":"A"},"extra":{"kept":1.50}}'


def test_a_line_goes_out_as_it_stands(tmp_path: Path) -> None:
    line = b'{ "id" : "7", "type":"orders", "attributes":{"discount":1.10} }'
    (tmp_path / "orders.ndjson").write_bytes(line)
    assert Table.load("orders", tmp_path / "orders.ndjson").line("7") == line


def test_a_subtotal_belongs_to_the_order_its_id_begins_with(tmp_path: Path) -> None:
    rows = [
        {"type": "ordersubtotals", "id": i, "relationships": {"order": {}}} for i in ("2-tax-10", "2-tax-9", "12-tax-0")
    ]
    (tmp_path / "ordersubtotals.ndjson").write_text("\n".join(map(json.dumps, rows)))
    subtotals = Table.load("ordersubtotals", tmp_path / "ordersubtotals.ndjson")
    assert subtotals.keys == ["2-tax-9", "2-tax-10", "12-tax-0"]
    assert subtotals.column(("relationships", "order")) == ["2", "2", "12"]
    assert subtotals.line("12-tax-0") == b'{"type":"ordersubtotals","id":"12-tax-0"}'


def test_a_row_whose_id_is_no_text_keeps_its_place(tmp_path: Path) -> None:
    (tmp_path / "orders.ndjson").write_text('{"type":"orders","id":2}\n{"type":"orders","id":"1"}\n')
    orders = Table.load("orders", tmp_path / "orders.ndjson")
    assert [row(text)["id"] for text in orders.lines] == ["1", 2]


def test_a_line_that_is_no_object_is_named(tmp_path: Path) -> None:
    (tmp_path / "orders.ndjson").write_text('{"type":"orders","id":"1"}\n{"type":\n')
    with pytest.raises(WorldError, match=r"orders\.ndjson: line 2"):
        Table.load("orders", tmp_path / "orders.ndjson")


def test_a_link_to_another_page_keeps_what_was_asked_in_order() -> None:
    query = parse(Resource("orders"), b"sort=-id&page%5Bsize%5D=2&page[number]=3&filter[id]=1%2C2")
    kept = "filter%5Bid%5D=1%2C2&{}page%5Bsize%5D=2&sort=-id"
    assert query.link("http://x/orders", 4) == "http://x/orders?" + kept.format("page%5Bnumber%5D=4&")
    assert query.link("http://x/orders", 1) == "http://x/orders?" + kept.format("")


def test_a_long_list_of_related_rows_is_cut_but_for_the_lines_of_an_order() -> None:
    links = {"data": [{"type": "x", "id": str(n)} for n in range(1500)]}
    whole = {"type": "orders", "id": "1", "relationships": {"lineItems": links, "others": links}}
    (text,) = shown_lines("orders", [json.dumps(whole).encode()], {})
    shown = row(text)["relationships"]
    assert {name: len(link["data"]) for name, link in shown.items()} == {"lineItems": 1500, "others": 1000}


def test_a_row_that_is_primary_is_not_included_as_well() -> None:
    parent = {
        "type": "customers",
        "id": "1",
        "relationships": {"children": {"data": [{"type": "customers", "id": "2"}]}},
    }
    child = {"type": "customers", "id": "2", "relationships": {"parent": {"data": {"type": "customers", "id": "1"}}}}
    customers = table("customers", [parent, child])
    both, paths = customers.lines, [("children", "parent"), ("parent",)]
    assert included(both, paths, lambda _: customers, {}) == []
    assert included(both[:1], paths, lambda _: customers, {}) == both[1:]
