"""Reads as the contract's section 3 describes them, by an ordinary JSON:API client."""

from __future__ import annotations

import pytest

from khaos_assets_tests.integration.sandbox.orocommerce.conftest import JSON_API, ORDERS, Caller, product

EVERY_PRODUCT = [str(n) for n in range(1, 13)]


def test_a_list_has_ten_rows_unless_asked_otherwise_by_id_as_a_number(calm: Caller) -> None:
    page = calm.get("/products")
    assert [r["id"] for r in page["data"]] == EVERY_PRODUCT[:10]
    assert page["data"][0] == product(1)


def test_links_are_absolute_keep_the_query_and_lead_through_all_rows_once(calm: Caller) -> None:
    assert calm.walk("/products", **{"page[size]": 5, "include": "names"}) == EVERY_PRODUCT
    url = f"{calm.sandbox.base_url('orocommerce')}/products"
    first, second, third = (calm.get("/products", **{"page[size]": 5, "page[number]": n})["links"] for n in (1, 2, 3))
    assert first == {"next": f"{url}?page%5Bnumber%5D=2&page%5Bsize%5D=5"}
    assert second["prev"] == second["first"] == f"{url}?page%5Bsize%5D=5"
    assert sorted(third) == ["first", "prev"]


def test_brackets_may_be_raw_or_encoded(calm: Caller) -> None:
    raw, encoded = (
        calm.http.get(f"/products?{query}")
        for query in ("page[size]=2&filter[id][gt]=3", "page%5Bsize%5D=2&filter%5Bid%5D%5Bgt%5D=3")
    )
    assert [r["id"] for r in raw.json()["data"]] == ["4", "5"]
    assert encoded.json() == raw.json()


def test_all_rows_come_at_once_while_no_maximum_is_configured(calm: Caller) -> None:
    page = calm.get("/products", **{"page[size]": -1})
    assert len(page["data"]) == 12
    assert "links" not in page


def test_a_keyset_walk_sees_every_row_and_the_count_up_to_the_highest_id_agrees(calm: Caller) -> None:
    assert calm.keyset("/products") == EVERY_PRODUCT
    highest = calm.ids("/products", {"sort": "-id", "page[size]": 1})
    assert highest == ["12"]
    assert calm.count("/products", **{"filter[id][lte]": "12"}) == "12"
    assert calm.count("/products", **{"filter[id][lte]": "7"}) == "7"


def test_the_count_is_given_in_a_header_and_only_when_asked_for(calm: Caller) -> None:
    answer = calm.http.get("/orders", headers={"X-Include": "totalCount; noHateoas"})
    assert answer.headers["X-Include-Total-Count"] == "4"
    assert set(answer.json()) == {"data"}
    assert "X-Include-Total-Count" not in calm.http.get("/orders").headers


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({"sort": "-updatedAt", "page[size]": 2}, ["1", "2"]),
        ({"sort": "updatedAt,id", "page[size]": 2}, ["12", "11"]),
        ({"sort": "status,-id", "page[size]": 2}, None),
        ({"sort": "createdAt,-id", "page[size]": 2}, ["12", "11"]),
        ({"sort": "-id", "filter[id][gt]": 3, "filter[id][lte]": 6}, ["6", "5", "4"]),
        ({"sort": "-id", "filter[id][gte]": 11}, ["12", "11"]),
        ({"sort": "-id", "filter[id][lt]": 3}, ["2", "1"]),
        ({"filter[id]": "3,12,99"}, ["3", "12"]),
        ({"filter[id][neq]": "3", "page[size]": 3}, ["1", "2", "4"]),
        ({"filter[sku]": "SKU-7,SKU-2,NONE"}, ["2", "7"]),
        ({"filter[sku]": "sku-7"}, []),
        ({"filter[sku][contains]": "-1"}, ["1", "10", "11", "12"]),
        ({"filter[sku][starts_with]": "SKU-1", "filter[id][gt]": 10}, ["11", "12"]),
        ({"filter[sku][exists]": "no"}, []),
        ({"filter[updatedAt][gte]": "2026-11-18T10:58:00Z"}, ["1", "2"]),
        ({"filter[updatedAt][gt]": "2026-11-18T10:58:00Z"}, ["1"]),
        ({"filter[updatedAt][lt]": "2026-11-18T10:50"}, ["11", "12"]),
        ({"filter[updatedAt][lte]": "2026-11-18T10:50"}, ["10", "11", "12"]),
        ({"filter[updatedAt]": "2026-11-18T10:58:00Z"}, ["2"]),
        ({"filter[updatedAt]": "2026-11-18T10", "page[size]": -1}, EVERY_PRODUCT),
        ({"filter[updatedAt][gt]": "2026-11-18"}, []),
        ({"filter[updatedAt][gte]": "2026-11-18T11:58:00 01:00"}, ["1", "2"]),
    ],
)
def test_lists_are_filtered_and_sorted(calm: Caller, asked: dict[str, str], ids: list[str] | None) -> None:
    answer = calm.http.get("/products", params=asked)
    if ids is None:
        assert (answer.status_code, answer.json()["errors"][0]["title"]) == (400, "sort constraint")
    else:
        assert [r["id"] for r in answer.json()["data"]] == ids


def test_rows_are_found_by_what_they_belong_to(calm: Caller) -> None:
    assert calm.ids("/inventorylevels", {"filter[product]": "3,1"}) == ["1", "3"]
    assert calm.ids("/inventorylevels", {"filter[product.sku]": "SKU-4,SKU-5"}) == ["4", "5"]
    assert calm.ids("/orderlineitems", {"filter[customer]": "1"}) == ["1", "2", "3", "4"]
    assert calm.ids("/orderlineitems", {"filter[updatedAt][gte]": "2026-11-18T10:07:00Z"}) == ["7", "8"]
    assert calm.ids("/ordershippingtrackings", {"filter[orders]": "1"}) == ["1"]
    assert calm.ids("/ordershippingtrackings", {"filter[orders]": "2"}) == []


def test_order_numbers_are_found_whatever_their_case(calm: Caller) -> None:
    assert calm.ids("/orders", {"filter[identifier]": "ord-3,ORD-1,ORD-99"}) == ["1", "3"]
    assert calm.ids("/orders", {"filter[poNumber][exists]": "true"}) == []


def test_related_rows_are_included_once_and_those_that_are_not_there_are_left_out(calm: Caller) -> None:
    page = calm.get("/products", include="names,unitPrecisions,taxCode,nothing", **{"page[size]": 2})
    assert [(r["type"], r["id"]) for r in page["included"]] == [
        *(("productnames", "1"), ("productnames", "2")),
        *(("productunitprecisions", "1"), ("productunitprecisions", "2")),
    ]
    assert page["included"][0]["attributes"]["string"] == "Product 1"


def test_included_rows_go_as_deep_as_the_path(calm: Caller) -> None:
    page = calm.get("/orders/1", include="lineItems.product.names,orderSubtotals")
    found = [r["type"] for r in page["included"]]
    assert found.count("orderlineitems") == found.count("products") == found.count("productnames") == 2
    assert found.count("ordersubtotals") == 3


def test_fields_narrow_a_row_and_its_included_rows(calm: Caller) -> None:
    asked = {"fields[products]": "sku,names", "fields[productnames]": "string", "page[size]": 1, "include": "names"}
    page = calm.get("/products", **asked)
    assert page["data"] == [
        {
            "type": "products",
            "id": "1",
            "attributes": {"sku": "SKU-1"},
            "relationships": {"names": {"data": [{"type": "productnames", "id": "1"}]}},
        }
    ]
    assert page["included"] == [{"type": "productnames", "id": "1", "attributes": {"string": "Product 1"}}]
    assert calm.get("/products", **{"fields[products]": "", "page[size]": 1})["data"] == [
        {"type": "products", "id": "1"}
    ]


def test_one_row_is_read_by_its_id(calm: Caller) -> None:
    assert calm.row("/orders/2") == ORDERS[1]
    assert calm.http.get("/orders/99").status_code == 404
    assert calm.http.get("/orders/x").json()["errors"][0]["status"] == "404"
    id_ = "00000003-0000-4000-8000-000000000000-2"
    assert calm.row(f"/productprices/{id_}")["attributes"]["value"] == "3.5000"


def test_subtotals_are_given_per_order_without_paging_in_their_order(calm: Caller) -> None:
    answer = calm.get("/ordersubtotals", **{"filter[order]": "2"})
    assert set(answer) == {"data"}
    assert [r["id"] for r in answer["data"]] == ["2-subtotal-0", "2-tax-1", "2-tax-2"]
    assert [r["attributes"]["currency"] for r in answer["data"]] == ["GBP", "GBP", None]
    assert "relationships" not in answer["data"][0]
    assert calm.get("/ordersubtotals", **{"filter[order]": "99"})["data"] == []


@pytest.mark.parametrize(
    "asked",
    [{}, {"filter[order]": "x"}, {"filter[order]": "1,2"}]
    + [{"filter[order]": "1", **more} for more in ({"page[size]": "5"}, {"sort": "id"}, {"filter[id]": "1-tax-1"})],
)
def test_subtotals_take_one_order_and_nothing_else(calm: Caller, asked: dict[str, str]) -> None:
    assert calm.http.get("/ordersubtotals", params=asked).status_code == 400
    assert calm.http.get("/ordersubtotals/1-tax-1").status_code == 404


def test_prices_are_given_per_price_list(calm: Caller) -> None:
    refused = calm.http.get("/productprices")
    assert refused.json()["errors"][0]["detail"] == 'The "priceList" filter is required.'
    ids = calm.walk("/productprices", **{"filter[priceList]": "2", "page[size]": 2})
    assert [i[:8] for i in ids] == ["00000001", "00000003", "00000005"]
    assert calm.count("/productprices", **{"filter[priceList]": "1"}) == "3"
    ranged = calm.http.get("/productprices", params={"filter[priceList]": "1", "filter[id][gt]": "0"})
    assert ranged.status_code == 400


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"page[number]": "0"}, "page[number]"),
        ({"page[number]": "two"}, "page[number]"),
        ({"page[size]": "-2"}, "page[size]"),
        ({"filter[colour]": "red"}, "filter[colour]"),
        ({"filter[sku][gt]": "A"}, "filter[sku][gt]"),
        ({"filter[id]": "x"}, "filter[id]"),
        ({"filter[sku]": "A,"}, "filter[sku]"),
        ({"filter[updatedAt][gte]": "yesterday"}, "filter[updatedAt][gte]"),
        ({"filter[updatedAt][gte]": "2026-13"}, "filter[updatedAt][gte]"),
        ({"filter[sku][exists]": "perhaps"}, "filter[sku][exists]"),
        ({"colour": "red"}, "colour"),
        ({"include": ""}, "include"),
        ({"include": "names,"}, "include"),
        ({"fields[]": "sku"}, "fields[]"),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused_by_name(calm: Caller, asked: dict[str, str], parameter: str) -> None:
    answer = calm.http.get("/products", params=asked)
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["status"], error["title"]) == (400, "400", "filter constraint")
    assert error["source"] == {"parameter": parameter}
    assert answer.headers["Content-Type"] == JSON_API


def test_a_relationship_can_be_read_by_itself(calm: Caller) -> None:
    assert calm.get("/orders/1/relationships/shippingStatus") == {
        "data": {"type": "ordershippingstatuses", "id": "not_shipped"}
    }
    assert calm.http.get("/orders/1/relationships/colour").status_code == 404


def test_an_installation_without_files_is_empty(calm: Caller) -> None:
    assert calm.get("/customerusers") == {"data": []}
    assert calm.count("/orderdiscounts") == "0"


def test_paths_that_lead_nowhere_and_actions_that_are_off(calm: Caller) -> None:
    assert calm.http.get("/unicorns").status_code == 404
    assert calm.http.get("/orders/1/lineItems/1").status_code == 404
    off = calm.http.delete("/products/1")
    assert (off.status_code, off.headers["Allow"]) == (405, "OPTIONS, GET, PATCH")
