"""Every fault of the Plytix contract's section 8, one at a time, against a real simulator.

What must hold: a certificate with a better proof than overlap_only never misses a product that stood there all the
time; a fault that passes ends COMPLETE; any other ends INCOMPLETE with a reason that a person understands.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import stamina

from khaos_assets.snapshots import Certificate, Verdict
from khaos_assets.systems.plytix.settings import Plytix
from khaos_assets.systems.read import Proof
from khaos_assets_tests.integration.systems.plytix.conftest import COUNT, NIGHT, Catalogue, key, product, records

SEARCH = {"path": "/api/v1/products/search"}
TOKEN = {"path": "/auth/api/get-token"}
ALL = {key(n) for n in range(COUNT)}


def fault_words(certificate: Certificate) -> list[str]:
    return [r.fault for r in certificate.reasons]


def kept(plytix: Catalogue) -> set[str]:
    return {row["id"] for row in plytix.rows("products")}


@pytest.mark.parametrize(
    "fault",
    [
        {"switch": "http_429", "count": 2, "retry_after": 1, **SEARCH},
        {"switch": "http_429", "count": 1, "retry_after": False, **SEARCH},
        {"switch": "retry_after_date", "count": 1, "seconds": 0, **SEARCH},
        {"switch": "http_500", "count": 2, **SEARCH},
        {"switch": "http_502", "count": 2, **SEARCH},
        {"switch": "http_503", "count": 1, "retry_after": 0, "page": 3, **SEARCH},
        {"switch": "http_504", "count": 1, "page": 4, **SEARCH},
        {"switch": "http_429", "count": 1, "retry_after": 0, **TOKEN},
        {"switch": "http_502", "count": 2, **TOKEN},
        {"switch": "http_503", "count": 2, "retry_after": 0, **TOKEN},
        {"switch": "http_401", "count": 1, **SEARCH},
        {"switch": "token_expires_at_request", "calls": 5, "count": 1},
        {"switch": "token_expires_between", "page": 3, "count": 1},
        {"switch": "cut_body", "mode": "cut", "count": 1, **SEARCH},
        {"switch": "cut_body", "mode": "html", "count": 1, **SEARCH},
        {"switch": "cut_body", "mode": "reset", "count": 1, **SEARCH},
        {"switch": "reset", "count": 2, **SEARCH},
        {"switch": "slow", "seconds": 0.1, "page": 2, "count": 1, **SEARCH},
        {"switch": "hang", "page": 3, "count": 1, **SEARCH},
        {"switch": "count_is_rows"},
        {"switch": "total_count_filtered"},
        {"switch": "ties_shuffled"},
        {"switch": "unordered_shuffled"},
        {"switch": "one_modified"},
        {"switch": "number_as_text"},
        {"switch": "dangling_parent"},
        {"switch": "ordered_limit", "rows": 17},
        {"switch": "ordered_limit", "rows": 3},
    ],
    ids=lambda f: "-".join(str(v) for k, v in f.items() if k in {"switch", "mode", "rows", "path"}),
)
def test_what_passes_or_is_only_unusual_ends_complete(plytix: Catalogue, fault: dict[str, Any]) -> None:
    """Throttling, lost connections, worn-out tokens, unclear counts and many matches cost requests, never a product."""
    plytix.faults(fault)
    products = plytix.take("products", **plytix.patience(fault))["products"]
    assert (products.verdict, products.proof, products.reasons) == (Verdict.COMPLETE, Proof.TWO_PASS, [])
    assert kept(plytix) == ALL


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ({"switch": "http_400", **SEARCH}, "refused"),
        ({"switch": "http_403", **SEARCH}, "refused"),
        ({"switch": "http_404", **SEARCH}, "refused"),
        ({"switch": "http_424", **SEARCH}, "refused"),
        ({"switch": "http_401", **SEARCH}, "refused"),
        ({"switch": "http_429", "retry_after": 1, **SEARCH}, "throttled"),
        ({"switch": "http_429", "retry_after": 7200, **SEARCH}, "throttled"),
        ({"switch": "http_503", "retry_after": 0, "page": 3, **SEARCH}, "server_failed"),
        ({"switch": "cut_body", "page": 3, **SEARCH}, "body_broken"),
        ({"switch": "redirect", **SEARCH}, "redirected"),
        ({"switch": "reset", **SEARCH}, "connection_failed"),
        ({"switch": "token_life", "seconds": 0}, "refused"),
        ({"switch": "bad_credentials"}, "sign_in_failed"),
        ({"switch": "http_503", **TOKEN, "retry_after": 0}, "server_failed"),
        ({"switch": "ordered_limit", "rows": 0}, "window_too_full"),
    ],
    ids=lambda f: f if isinstance(f, str) else f["switch"],
)
def test_what_does_not_pass_ends_incomplete_and_says_why(plytix: Catalogue, fault: dict[str, Any], word: str) -> None:
    """No products are taken from a read that broke off."""
    plytix.faults(fault)
    products = plytix.take("products")["products"]
    assert (products.verdict, fault_words(products)) == (Verdict.INCOMPLETE, [word])
    assert (products.proof, products.rows) == (Proof.OVERLAP_ONLY, 0)
    assert "Bearer" not in str(products)


@pytest.mark.parametrize("at", [0, 3, 15, 37])
@pytest.mark.parametrize("rows", [1, 7])
def test_a_product_that_goes_while_pages_are_read_hides_no_other(opened: Any, at: int, rows: int) -> None:
    """Rows that slide over the edge of a page are met by the pages of another size, or asked for by id."""
    with opened({"switch": "deleted_between_pages", "at": at, "rows": rows, "count": 1, "page": 4}) as plytix:
        products = plytix.take("products")["products"]
        gone = {key(n) for n in range(at, at + rows)}
        assert (products.verdict, products.proof) == (Verdict.COMPLETE, Proof.TWO_PASS)
        assert ALL - gone <= kept(plytix)


def test_products_that_go_at_every_page_hide_no_other_or_the_read_says_so(opened: Any) -> None:
    """The list shrinks with each page that is read: what stood there throughout is there, or nothing is proven."""
    with opened({"switch": "deleted_between_pages", "at": 0, "rows": 1, "count": 12}) as plytix:
        products = plytix.take("products")["products"]
        assert products.verdict is Verdict.INCOMPLETE or {key(n) for n in range(12, COUNT)} <= kept(plytix)


@pytest.mark.parametrize("where", ["front", "back"])
def test_products_made_meanwhile_are_taken_as_they_come(opened: Any, where: str) -> None:
    with opened({"switch": "created_between_pages", "where": where, "rows": 3, "count": 1, "page": 3}) as plytix:
        products = plytix.take("products")["products"]
        assert (products.verdict, products.proof) == (Verdict.COMPLETE, Proof.TWO_PASS)
        assert kept(plytix) >= ALL
        assert len(kept(plytix)) == COUNT + 3


def test_an_edit_meanwhile_is_taken_in_its_newest_version(opened: Any) -> None:
    """The confirming walk sees that a product changed; it is asked for by its id."""
    fault = {"switch": "edited_between_pages", "skus": ["SKU/003"], "count": 1, "page": 5}
    with opened(fault | {"attributes": {"short_description": "New words"}}) as plytix:
        products = plytix.take("products")["products"]
        (row,) = (r for r in plytix.rows("products") if r["id"] == key(3))
        assert products.verdict is Verdict.COMPLETE
        assert {a["name"]: a["value"] for a in row["attributes"]} == {
            "live_on_web": "true",
            "short_description": "New words",
            "weight_g": "503",
        }


@pytest.mark.parametrize("shown", ["omitted", "null"])
def test_a_cleared_attribute_is_empty_however_it_is_shown(plytix: Catalogue, shown: str) -> None:
    plytix.faults({"switch": "cleared_attribute", "skus": ["SKU/004"], "attribute": "weight_g", "as": shown})
    plytix.take("products")
    (row,) = (r for r in plytix.rows("products") if r["id"] == key(4))
    weight = [a for a in row["attributes"] if a["name"] == "weight_g"]
    assert weight == ([] if shown == "omitted" else [{"name": "weight_g", "kind": "null", "value": None}])


def test_a_time_without_its_offset_breaks_the_contract(plytix: Catalogue) -> None:
    """It may be local time, or of another version of the interface: the record is set aside, with its key."""
    plytix.faults({"switch": "naive_times"})
    products = plytix.take("products")["products"]
    assert (products.verdict, products.rows, products.quarantined) == (Verdict.COMPLETE_WITH_QUARANTINE, 0, COUNT)
    assert products.quarantined_keys == sorted(ALL)


def test_an_endpoint_that_is_to_be_retired_is_named(plytix: Catalogue) -> None:
    plytix.faults({"switch": "deprecation", **SEARCH})
    products = plytix.take("products")["products"]
    assert (products.verdict, [r.fault for r in products.remarks]) == (Verdict.COMPLETE, ["deprecated"])


def test_a_product_that_search_hides_is_missed_by_the_count(opened: Any) -> None:
    """Archived products that the search leaves out are counted: nothing is concluded, until that is configured."""
    rows = [product(n, status="Archived" if n == 9 else "Completed") for n in range(COUNT)]
    with opened({"switch": "archived_hidden"}, nights={NIGHT: records(rows)}) as plytix:
        products = plytix.take("products")["products"]
        known = plytix.take("products", search_hides=True)["products"]
    counted = products.verdict is Verdict.INCOMPLETE and fault_words(products) == ["records_missing"]
    assert counted or products.proof is Proof.OVERLAP_ONLY
    assert (known.verdict, known.proof) == (Verdict.COMPLETE, Proof.OVERLAP_ONLY)


def test_a_product_of_last_night_that_is_gone_is_asked_for_by_its_id(opened: Any) -> None:
    """Deleted and merely hidden are two things, and the read can tell them apart; it goes on saying so."""
    nights = {
        "2026-11-19": records(),
        NIGHT: records([product(n, status="Archived" if n == 9 else "Completed") for n in range(COUNT) if n != 4]),
        "2026-11-21": records([product(n) for n in range(COUNT) if n != 4]),
    }
    with opened(nights=nights) as plytix:
        assert plytix.take("products", night="2026-11-19")["products"].verdict is Verdict.COMPLETE
        plytix.sandbox.advance()
        plytix.faults({"switch": "archived_hidden"})
        products = plytix.take("products", search_hides=True)["products"]
        asked = plytix.rows("products", "products_asked")
        plytix.faults()
        plytix.sandbox.advance()
        plytix.take("products", night="2026-11-21")
        later = plytix.rows("products", "products_asked", "2026-11-21")
    assert products.verdict is Verdict.COMPLETE
    assert [r.fault for r in products.remarks] == ["hidden_products"]
    assert asked == [
        {"id": key(4), "sku": "SKU/004", "found": False, "missing_since": date(2026, 11, 20)},
        {"id": key(9), "sku": "SKU/009", "found": True, "missing_since": date(2026, 11, 20)},
    ]
    assert later == [{"id": key(4), "sku": "SKU/004", "found": False, "missing_since": date(2026, 11, 20)}]


def test_an_attribute_that_nobody_made_is_no_empty_attribute(plytix: Catalogue) -> None:
    """Plytix leaves an unknown attribute out without a word: every product would look as if it lacked it."""
    wanted = {"weight": {"attribute": "wieght_g", "unit": "g"}}
    section = Plytix.model_validate({"attributes": wanted}).attributes
    products = plytix.take("products", attributes=section)["products"]
    assert (products.verdict, fault_words(products)) == (Verdict.INCOMPLETE, ["attribute_unknown"])
    assert "wieght_g" in products.reasons[0].detail


def test_no_products_at_all_are_a_failed_read_unless_that_may_be(opened: Any) -> None:
    with opened(nights={NIGHT: records([])}) as plytix:
        plytix.settings = plytix.settings.changed(Plytix, attributes={}, live_attribute="")
        refused = plytix.take("products")["products"]
        allowed = plytix.take("products", allow_empty=["products"])["products"]
    assert fault_words(refused) == ["empty_first_page"]
    assert (allowed.verdict, allowed.rows) == (Verdict.COMPLETE, 0)


def test_the_limits_of_plytix_are_waited_for(plytix: Catalogue) -> None:
    """Both windows count every request; a refusal says how long to wait, or nothing."""
    limits = {"switch": "rate_limits", "per_10s": 10, "per_hour": 1000}
    with stamina.set_testing(False):
        for more in ([], [{"switch": "no_retry_after"}, {"switch": "rate_headers"}]):
            plytix.faults(limits, {"switch": "rate_clock", "speed": 100}, *more)
            products = plytix.take("products")["products"]
            assert (products.verdict, products.proof, products.rows) == (Verdict.COMPLETE, Proof.TWO_PASS, COUNT)


def test_workers_and_page_sizes_change_nothing(plytix: Catalogue) -> None:
    """The same products give the same snapshot and the same bytes, however they were asked for."""
    seen: set[tuple[str, bytes]] = set()
    for workers, size, limit in ((1, 10, 100), (8, 7, 100), (3, 100, 100), (4, 10, 25)):
        plytix.faults({"switch": "ordered_limit", "rows": limit})
        transport = plytix.settings.of(Plytix).transport.model_copy(update={"concurrency": workers})
        products = plytix.take("products", transport=transport, page_size=size)["products"]
        assert products.verdict is Verdict.COMPLETE
        parquet = plytix.store.snapshot("plytix", "products", date(2026, 11, 20)) / "products.parquet"
        seen.add((products.snapshot, parquet.read_bytes()))
    assert len(seen) == 1
