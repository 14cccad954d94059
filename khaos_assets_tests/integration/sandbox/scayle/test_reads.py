"""Reads as an ordinary client makes them: cursors, nested parts, reference keys in paths."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx
import pytest

from khaos_assets_tests.integration.sandbox.scayle.conftest import O_DE, O_GB, SLASHED, Caller, calling, key
from khaos_assets_tests.sandbox_fixtures import write_world


def test_a_walk_follows_opaque_cursors_in_the_order_of_ids_until_next_is_null(scayle: Caller) -> None:
    assert scayle.ids(O_GB) == list(range(101, 108))
    assert scayle.ids(O_DE) == [201, 202]
    first = scayle.get(O_GB, limit=2)
    assert set(first) == {"entities", "cursor"}
    assert first["cursor"]["next"] not in (None, "2")


def test_a_limit_above_the_maximum_is_clamped_and_a_bad_one_refused(scayle: Caller) -> None:
    assert len(scayle.get(O_GB, limit=5000)["entities"]) == 7
    assert [scayle.ask(O_GB, params={"limit": bad}).status_code for bad in ("0", "-1", "x")] == [400] * 3


def test_a_cursor_is_good_for_its_own_list_only(scayle: Caller) -> None:
    cursor = scayle.get(O_GB, limit=2)["cursor"]["next"]
    assert scayle.ask(O_DE, params={"cursor": cursor}).status_code == 400
    assert scayle.ask(O_GB, params={"cursor": "2"}).status_code == 400


def test_a_list_row_of_an_order_is_thinner_than_the_order_itself(scayle: Caller) -> None:
    row = scayle.get(O_GB, limit=1)["entities"][0]
    order = scayle.get(f"{O_GB}/101")
    assert set(order) - set(row) == {"createdAt", "updatedAt"}
    assert order["cost"]["withTax"] == 1390


def test_an_order_is_found_by_id_or_key_and_under_the_path_of_another_country(scayle: Caller) -> None:
    for path in (f"{O_GB}/201", f"{O_GB}/{key('WEB-201')}", "/shops/main/countries/gb/orders/201"):
        assert scayle.get(path)["shopCountry"]["countryCode"] == "DE"
    assert scayle.get(f"{O_GB}/101/status") == {"status": "order_open"}


@pytest.mark.parametrize(
    "path",
    [
        "/shops/other/countries/GB/orders",
        "/shops/main/countries/FR/orders",
        f"{O_GB}/999",
        f"{O_GB}/key%3DWEB-999",
        "/variants/9/stocks",
        "/products/9",
        "/products/2/variants/1010",
        "/nothing",
        "/shops/main/",
    ],
)
def test_what_is_not_there_is_404_in_the_shape_the_vendor_sdks_can_read(scayle: Caller, path: str) -> None:
    answer = scayle.ask(path)
    assert answer.status_code == 404
    [error] = answer.json()["errors"]
    assert set(error) == {"errorKey", "message", "context"}
    assert error["context"] == {}


def test_an_identifier_is_a_number_or_a_key(scayle: Caller) -> None:
    assert scayle.ask("/variants/SKU-1-1/stocks").status_code == 400


def test_a_blank_is_a_plus_and_a_slash_is_encoded_inside_one_segment(scayle: Caller) -> None:
    assert key(SLASHED) == "key%3DSKU+1%2FA"
    assert scayle.get(f"/variants/{key(SLASHED)}/stocks") == scayle.get("/variants/1010/stocks")
    assert scayle.get("/variants/key%3DSKU%201%2FA/stocks") == scayle.get("/variants/1010/stocks")
    assert scayle.ask("/variants/key%3DSKU+1/A/stocks").status_code == 404


def test_stocks_and_prices_are_whole_lists_without_a_cursor(scayle: Caller) -> None:
    stocks = scayle.get("/variants/1010/stocks")
    assert set(stocks) == {"entities"}
    assert [(s["warehouseReferenceKey"], s["quantity"]) for s in stocks["entities"]] == [("WH-1", 7), ("WH-2", 2)]
    assert "variantId" not in stocks["entities"][0]
    assert scayle.get("/variants/1021/stocks") == {"entities": []}
    assert '"tax":20.0,' in scayle.ask("/variants/1010/prices").text


def test_products_show_their_variants_and_what_with_asks_for(scayle: Caller) -> None:
    assert scayle.ids("/products", limit=2) == [1, 2, 3]
    plain = scayle.get("/products/1")
    assert [set(v) & {"stocks", "prices"} for v in plain["variants"]] == [set(), set()]
    full = scayle.get("/products", **{"with": "variants.stocks,variants.prices"})["entities"][0]
    assert [len(v["stocks"]) for v in full["variants"]] == [2, 1]
    assert full["variants"][0]["prices"] == scayle.get("/variants/1010/prices")["entities"]
    assert scayle.get("/products/key%3DP-1/variants", limit=1)["entities"] == plain["variants"][:1]
    assert scayle.get(f"/products/1/variants/{key(SLASHED)}") == plain["variants"][0]


def test_products_can_be_filtered(scayle: Caller) -> None:
    assert scayle.ids("/products", **{"filters[state]": "live"}) == [1, 2]
    assert scayle.ids("/products", **{"filters[id]": "1,3"}) == [1, 3]


def test_what_all_else_refers_to(scayle: Caller) -> None:
    assert [c["countryCode"] for c in scayle.walk("/shops/main/countries", limit=1)] == ["GB", "DE"]
    assert [s["shopKey"] for s in scayle.walk("/shops")] == ["main"]
    assert [w["referenceKey"] for w in scayle.walk("/warehouses", limit=1)] == ["WH-1", "WH-2"]
    assert [w["id"] for w in scayle.walk("/merchants/key%3Ddefault/warehouses")] == [1]
    assert scayle.get("/merchants/5")["name"] == "Own"
    assert [len(scayle.walk(f"/{path}")) for path in ("carriers", "companies", "merchants")] == [1, 1, 1]


def test_invoices_are_listed_and_one_is_a_document(scayle: Caller) -> None:
    assert scayle.ids(f"{O_GB}/101/invoices") == [900]
    assert scayle.ids(f"{O_GB}/102/invoices") == []
    document = scayle.ask(f"{O_GB}/101/invoices/900")
    assert (document.headers["Content-Type"], document.content[:5]) == ("application/pdf", b"%PDF-")
    assert scayle.ask(f"{O_GB}/102/invoices/900").status_code == 404


def test_customers_belong_to_a_shop_country(scayle: Caller) -> None:
    assert scayle.ids("/shops/main/countries/GB/customers") == [77]
    assert scayle.ids("/shops/main/countries/DE/customers") == []
    assert scayle.get("/shops/main/countries/GB/customers/key%3DC-77") == {"id": 77, "referenceKey": "C-77"}


def test_a_call_without_the_token_is_refused(scayle: Caller) -> None:
    for headers in ({}, {"X-Access-Token": "wrong"}):
        assert httpx.get(f"{scayle.base}/shops", headers=headers, trust_env=False).status_code == 401


def test_every_answer_says_what_is_left_of_its_scope(scayle: Caller) -> None:
    scopes = {
        "/shops": "globalRead",
        O_GB: "ordersRead",
        "/variants/1010/stocks": "stocksRead",
        "/products": "productRead",
    }
    for path, scope in scopes.items():
        headers = scayle.ask(path).headers
        assert headers["X-RateLimit-Scope"] == scope
        assert int(headers["X-RateLimit-Remaining"]) < int(headers["X-RateLimit-Limit"])
        assert 0 < int(headers["X-RateLimit-Reset"]) <= 60


def test_gzip_is_given_when_asked_for(scayle: Caller) -> None:
    with scayle.http.stream("GET", f"{scayle.base}{O_GB}", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        packed = b"".join(answer.iter_raw())
    assert gzip.decompress(packed) == scayle.ask(O_GB, headers={"Accept-Encoding": "identity"}).content


def test_a_world_without_files_is_an_empty_installation(tmp_path: Path) -> None:
    with calling(write_world(tmp_path)) as scayle:
        assert scayle.get("/shops") == {"entities": [], "cursor": {"next": None}}
        assert scayle.ids("/products") == []
        assert scayle.ask(O_GB).status_code == 404
