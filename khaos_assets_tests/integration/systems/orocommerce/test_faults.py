"""What a shop can do wrong: what only costs requests ends COMPLETE, everything else INCOMPLETE with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from khaos_assets.snapshots import Certificate, Verdict
from khaos_assets.systems.read import Proof
from khaos_assets_tests.integration.systems.orocommerce.conftest import ORDERS, PRODUCTS, Shop

EVERY_PRODUCT = {str(n) for n in PRODUCTS}
LIST = {"path": "/admin/api/products"}


def words(certificate: Certificate) -> list[str]:
    return [r.fault for r in certificate.reasons]


@pytest.mark.parametrize(
    "fault",
    [
        {"switch": "http_500", "after": 2, "count": 2},
        {"switch": "http_502", "after": 1, "count": 2},
        {"switch": "http_503", "after": 1, "count": 1, "retry_after": 0},
        {"switch": "http_504", "after": 3, "count": 1},
        {"switch": "http_429", "count": 2, "retry_after": 0},
        {"switch": "http_429", "count": 2, "retry_after": False},
        {"switch": "retry_after_date", "count": 1, "seconds": 0},
        {"switch": "reset", "after": 2, "count": 2},
        {"switch": "slow", "seconds": 0.05, "count": 3},
        {"switch": "cut_body", "after": 1, "count": 1},
        {"switch": "cut_body", "after": 1, "count": 1, "mode": "html"},
        {"switch": "cut_body", "after": 1, "count": 1, "mode": "reset"},
        {"switch": "token_expires", "calls": 3, "count": 3},
        {"switch": "token_refused", "count": 1},
        {"switch": "max_page_size", "limit": 7},
        {"switch": "max_page_size", "limit": 1},
        {"switch": "next_missing"},
        {"switch": "next_repeats"},
        {"switch": "same_second"},
        {"switch": "unstable_ties"},
        {"switch": "assumed_filters_off"},
        {"switch": "empty_as_object"},
        {"switch": "fields_71", "present": True},
        {"switch": "fields_71", "present": False},
        {"switch": "wrong_count", "entity": "products", "count": 1},
        {"switch": "wrong_count", "entity": "products", "after": 5, "count": 1},
        {"switch": "no_count", "entity": "products", "count": 1},
    ],
    ids=str,
)
def test_what_passes_or_is_only_unusual_ends_complete(shop: Shop, fault: dict[str, Any]) -> None:
    shop.faults(fault)
    products = shop.take("products")["products"]
    assert (products.verdict, products.proof, products.reasons) == (Verdict.COMPLETE, Proof.KEYSET, [])
    assert shop.ids("products") == EVERY_PRODUCT


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ({"switch": "http_500", **LIST}, "server_failed"),
        ({"switch": "http_429", "retry_after": 0, **LIST}, "throttled"),
        ({"switch": "http_503", "retry_after": 3600, **LIST}, "server_failed"),
        ({"switch": "http_400", **LIST}, "refused"),
        ({"switch": "redirect", **LIST}, "redirected"),
        ({"switch": "reset", **LIST}, "connection_failed"),
        ({"switch": "cut_body", **LIST}, "body_broken"),
        ({"switch": "cut_body", "mode": "html", **LIST}, "body_broken"),
        ({"switch": "token_refused", **LIST}, "refused"),
        ({"switch": "no_permission", **LIST}, "not_permitted"),
        ({"switch": "http_404", **LIST}, "not_offered"),
        ({"switch": "wrong_count", "entity": "products"}, "count_disagrees"),
        ({"switch": "wrong_count", "entity": "products", "by": -1}, "count_disagrees"),
    ],
    ids=str,
)
def test_what_does_not_pass_ends_incomplete_and_says_why(shop: Shop, fault: dict[str, Any], word: str) -> None:
    """The other reads go on; this one has a reason, and tables that stand for nothing."""
    shop.faults(fault)
    certificates = shop.take("products", "customers")
    products = certificates["products"]
    assert (products.verdict, products.proof, words(products)) == (Verdict.INCOMPLETE, Proof.OVERLAP_ONLY, [word])
    assert len(products.reasons[0].detail) > 20
    assert shop.file("products", "products.parquet").exists()
    assert certificates["customers"].verdict is Verdict.COMPLETE


def test_a_shop_that_does_not_count_is_walked_twice(shop: Shop) -> None:
    """The weaker proof stands in the certificate, and why."""
    shop.faults({"switch": "no_count"})
    certificates = shop.take("products", "price_lists", "product_prices")
    assert {(c.verdict, c.proof, *(r.fault for r in c.remarks)) for c in certificates.values()} == {
        (Verdict.COMPLETE, Proof.TWO_PASS, "not_counted")
    }
    assert shop.ids("products") == EVERY_PRODUCT


def test_a_shop_that_refuses_its_own_credentials_fails_every_read_by_name(shop: Shop) -> None:
    """One reason for all ten, and it names the variables to look at."""
    shop.faults({"switch": "client_refused"})
    certificates = shop.take()
    assert {tuple(words(c)) for c in certificates.values()} == {("sign_in_failed",)}
    assert len(certificates) == 10
    assert "OROCOMMERCE_CLIENT_SECRET" in certificates["orders"].reasons[0].detail
    assert shop.sandbox.credentials("orocommerce")["client_secret"] not in str(certificates)


def test_missing_credentials_are_named(shop: Shop) -> None:
    shop.env = {k: v for k, v in shop.sandbox.env.items() if k != "OROCOMMERCE_CLIENT_ID"}
    (reason,) = shop.take("orders")["orders"].reasons
    assert (reason.fault, "OROCOMMERCE_CLIENT_ID" in reason.detail) == ("not_configured", True)


def test_a_hanging_shop_ends_at_the_deadline(shop: Shop) -> None:
    """No page may take longer than its wall-clock deadline."""
    shop.faults({"switch": "hang", "count": 1, "after": 2})
    assert shop.take("products", transport={"page_deadline_seconds": 1})["products"].verdict is Verdict.COMPLETE


@pytest.mark.parametrize(
    ("change", "rows", "gone"),
    [
        ({"insert": 3}, 60, set()),
        ({"append": 12, "times": 3}, 60, set()),
        ({"insert": 2, "low": True}, 62, set()),
        ({"touch": 5, "times": 2}, 60, set()),
        ({"withdraw": ["1003", "1060"]}, 58, {"1003", "1060"}),
        ({"withdraw": ["1003"], "after_page": 4}, 59, {"1003"}),
    ],
    ids=["insert", "append", "insert low", "touch", "withdraw two", "withdraw one"],
)
def test_rows_that_come_go_and_change_meanwhile_lose_no_other(
    fresh_shop: Any, change: dict[str, Any], rows: int, gone: set[str]
) -> None:
    """Asked by id, a row stays where it is. New ones lie above the highest id, and belong to the next night."""
    with fresh_shop({"switch": "page_shift", "entity": "products", **change}) as shop:
        products = shop.take("products", transport={"concurrency": 1})["products"]
        assert (products.verdict, products.proof, products.reasons) == (Verdict.COMPLETE, Proof.KEYSET, [])
        assert products.rows == rows
        assert EVERY_PRODUCT - shop.ids("products") == gone


def test_a_row_deleted_after_it_was_read_is_told(fresh_shop: Any) -> None:
    """The count falls, the list is walked again, and the certificate says that something went away."""
    change = {"withdraw": ["1003"], "after_page": 4}
    with fresh_shop({"switch": "page_shift", "entity": "products", **change}) as shop:
        products = shop.take("products", transport={"concurrency": 1})["products"]
    assert [(r.fault, r.detail) for r in products.remarks] == [
        ("deleted_meanwhile", "1 row(s) went away during the read")
    ]
    assert products.rereads > 0


@pytest.mark.parametrize("change", [{"insert": 3}, {"append": 3}, {"withdraw": 4}, {"touch": 6}], ids=str)
def test_prices_that_move_between_pages_are_walked_until_two_walks_agree(
    fresh_shop: Any, change: dict[str, Any]
) -> None:
    """Offsets shift, so one walk alone proves nothing."""
    with fresh_shop({"switch": "page_shift", "entity": "productprices", "after_page": 3, **change}) as shop:
        prices = shop.take("price_lists", "product_prices", transport={"concurrency": 1})["product_prices"]
        assert (prices.verdict, prices.proof) == (Verdict.COMPLETE, Proof.TWO_PASS)
        assert prices.rereads > 0
        assert prices.rows == 180 + change.get("insert", 0) + change.get("append", 0) - change.get("withdraw", 0)


def test_prices_that_never_rest_are_not_complete(fresh_shop: Any) -> None:
    fault = {"switch": "page_shift", "entity": "productprices", "insert": 1, "after_page": 2, "times": 100}
    with fresh_shop(fault) as shop:
        prices = shop.take("price_lists", "product_prices")["product_prices"]
    assert prices.verdict is Verdict.INCOMPLETE
    assert set(words(prices)) <= {"count_disagrees", "passes_disagree"}


def test_prices_need_the_price_lists(shop: Shop) -> None:
    """Without the lists nobody knows which prices to ask for."""
    shop.faults({"switch": "http_500", "path": "/admin/api/pricelists"})
    certificates = shop.take("price_lists", "product_prices")
    assert words(certificates["product_prices"]) == ["needed_read_failed"]


def test_subtotals_keep_to_their_order_when_renumbered(shop: Shop) -> None:
    """Their ids are places; the order says which are its own."""
    shop.faults({"switch": "subtotals_renumbered"})
    subtotals = shop.take("order_subtotals")["order_subtotals"]
    assert (subtotals.verdict, subtotals.rows) == (Verdict.COMPLETE, 3 * len(ORDERS))
    assert {(r["id"], r["order_id"]) for r in shop.rows("order_subtotals")} == {
        (f"{n}-{kind}-{place}", str(n)) for n in ORDERS for place, kind in enumerate(("subtotal", "tax", "tax"), 1)
    }


@pytest.mark.parametrize("switch", ["quantity_padded", "quantity_unpadded"])
def test_how_a_quantity_is_spelled_changes_nothing(shop: Shop, switch: str) -> None:
    plain = shop.take("inventory_levels")["inventory_levels"]
    shop.faults({"switch": switch})
    spelled = shop.take("inventory_levels")["inventory_levels"]
    assert spelled.snapshot == plain.snapshot


def test_a_lower_maximum_is_found_out_once_and_kept_to(shop: Shop) -> None:
    """The refusal names the number; nobody asks for more afterwards."""
    shop.faults({"switch": "max_page_size", "limit": 20})
    orders = shop.take("orders", "products", page_size=1000)
    assert {c.verdict for c in orders.values()} == {Verdict.COMPLETE}
    assert {p.rows for c in orders.values() for p in c.pages if p.rows > 1} >= {20}
    assert sum(c.requests for c in orders.values()) <= 14


@pytest.mark.parametrize("suffix", ["", "/", "/oauth2-token"])
def test_the_token_may_come_from_another_origin(shop: Shop, suffix: str) -> None:
    """It is asked for there; the token itself goes to the shop only."""
    elsewhere = shop.sandbox.root("orocommerce").replace("127.0.0.1", "localhost")
    shop.env = shop.env | {"OROCOMMERCE_AUTH_URL": elsewhere + suffix}
    assert shop.take("customers")["customers"].verdict is Verdict.COMPLETE


def test_the_token_is_not_asked_for_in_clear_text(shop: Shop) -> None:
    """Credentials travel over TLS, or on this machine only."""
    shop.env = shop.env | {"OROCOMMERCE_AUTH_URL": "http://shop.example.com"}
    assert words(shop.take("customers")["customers"]) == ["origin_refused"]
