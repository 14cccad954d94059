"""Every fault of the Pimberly contract's section 8, one at a time, against a real simulator.

What must hold: a certificate with a better proof than overlap_only never misses a product that stood there all the
time; a fault that passes ends COMPLETE; any other ends INCOMPLETE with a reason that a person understands.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from khaos_assets.snapshots import Certificate, Verdict
from khaos_assets.systems.pimberly.settings import Pimberly
from khaos_assets.systems.read import Proof
from khaos_assets_tests.integration.systems.pimberly.conftest import COUNT, NIGHT, Catalogue, key, product, records, sku

LIST = {"path": "/api/v2.2/products"}
ALL = {key(n) for n in range(COUNT)}


def fault_words(certificate: Certificate) -> list[str]:
    return [r.fault for r in certificate.reasons]


def remarks(certificate: Certificate) -> list[str]:
    return [r.fault for r in certificate.remarks]


def kept(pimberly: Catalogue, night: str = NIGHT) -> set[str]:
    return {row["id"] for row in pimberly.rows("products", night=night)}


@pytest.mark.parametrize(
    "fault",
    [
        {"switch": "http_429", "count": 2, "retry_after": 1, **LIST},
        {"switch": "http_429", "count": 2, "retry_after": False, **LIST},
        {"switch": "retry_after_date", "count": 1, "seconds": 0, **LIST},
        {"switch": "http_500", "count": 2, **LIST},
        {"switch": "http_502", "count": 2, "page": 2, **LIST},
        {"switch": "http_503", "count": 3, "page": 3, **LIST},
        {"switch": "http_504", "count": 1, **LIST},
        {"switch": "cut_body", "mode": "cut", "count": 1, **LIST},
        {"switch": "cut_body", "mode": "html", "count": 1, **LIST},
        {"switch": "cut_body", "mode": "reset", "count": 1, **LIST},
        {"switch": "reset", "count": 2, **LIST},
        {"switch": "slow", "seconds": 0.1, "count": 1, **LIST},
        {"switch": "hang", "count": 1, **LIST},
        {"switch": "false_end", "after_rows": 20, "count": 1},
        {"switch": "false_end", "after_rows": 40, "count": 1},
        {"switch": "empty_page_at_end"},
        {"switch": "next_absent"},
        {"switch": "next_with_filters"},
        {"switch": "max_id", "mode": "missing", "count": 1},
        {"switch": "max_id", "mode": "repeated", "page": 2, "count": 1},
        {"switch": "max_id", "mode": "back", "page": 2, "count": 1},
        {"switch": "limit_cut", "limit": 7},
        {"switch": "limit_cut", "limit": 1},
        {"switch": "scalar_or_array"},
        {"switch": "scalar_or_array", "mode": "array", "attributes": ["Title"]},
        {"switch": "number_as_text"},
        {"switch": "one_date_updated"},
        {"switch": "no_date_updated"},
        {"switch": "parent_loop"},
        {"switch": "two_parents"},
    ],
    ids=lambda f: "-".join(str(v) for k, v in f.items() if k in {"switch", "mode", "limit", "after_rows"}),
)
def test_what_passes_or_is_only_unusual_ends_complete(pimberly: Catalogue, fault: dict[str, Any]) -> None:
    """Throttling, lost connections, a false end, odd cursors and cut pages cost requests, never a product."""
    pimberly.faults(fault)
    products = pimberly.take("products", **pimberly.patience(fault))["products"]
    assert (products.verdict, products.proof, products.reasons) == (Verdict.COMPLETE, Proof.KEYSET, [])
    assert kept(pimberly) == ALL


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ({"switch": "http_400", **LIST}, "list_refused"),
        ({"switch": "http_403", **LIST}, "refused"),
        ({"switch": "http_424", **LIST}, "refused"),
        ({"switch": "http_401", **LIST}, "key_refused"),
        ({"switch": "key_withdrawn"}, "key_refused"),
        ({"switch": "key_withdrawn", "after": 5}, "key_refused"),
        ({"switch": "other_view"}, "other_view"),
        ({"switch": "first_call_404"}, "empty_first_page"),
        ({"switch": "http_404", **LIST}, "empty_first_page"),
        ({"switch": "http_429", "retry_after": 1, **LIST}, "throttled"),
        ({"switch": "http_429", "retry_after": 600, **LIST}, "throttled"),
        ({"switch": "http_503", "page": 2, **LIST}, "server_failed"),
        ({"switch": "cut_body", "page": 2, **LIST}, "body_broken"),
        ({"switch": "redirect", **LIST}, "redirected"),
        ({"switch": "reset", **LIST}, "connection_failed"),
        ({"switch": "max_id", "mode": "missing"}, "cursor_missing"),
        ({"switch": "max_id", "mode": "repeated", "page": 2}, "cursor_wrong"),
        ({"switch": "max_id", "mode": "back", "page": 2}, "cursor_wrong"),
    ],
    ids=lambda f: f if isinstance(f, str) else f["switch"],
)
def test_what_does_not_pass_ends_incomplete_and_says_why(pimberly: Catalogue, fault: dict[str, Any], word: str) -> None:
    """No products are taken from a read that broke off; a 404 at the first call is never an empty catalogue."""
    pimberly.faults(fault)
    products = pimberly.take("products")["products"]
    assert (products.verdict, fault_words(products)) == (Verdict.INCOMPLETE, [word])
    assert (products.proof, products.rows) == (Proof.OVERLAP_ONLY, 0)


@pytest.mark.parametrize("after_rows", [1, 25, 30, 50, 59])
@pytest.mark.parametrize("count", [2, 4, None])
def test_a_false_end_is_never_taken_for_the_end(pimberly: Catalogue, after_rows: int, count: int | None) -> None:
    """However often the list says that nothing follows: all products are there, or the read says that it failed."""
    pimberly.faults({"switch": "false_end", "after_rows": after_rows, **({"count": count} if count else {})})
    products = pimberly.take("products")["products"]
    assert products.verdict is Verdict.INCOMPLETE or kept(pimberly) == ALL


@pytest.mark.parametrize("at", [0, 9, 10, 24, 59])
@pytest.mark.parametrize("rows", [1, 12])
def test_products_that_go_while_pages_are_read_hide_no_other(opened: Any, at: int, rows: int) -> None:
    """A cursor keeps its place whatever goes in front of it or at it."""
    with opened({"switch": "deleted_between_pages", "at": at, "rows": rows, "count": 1, "page": 2}) as pimberly:
        products = pimberly.take("products")["products"]
        gone = {key(n) for n in range(at, min(COUNT, at + rows))}
        assert (products.verdict, products.proof) == (Verdict.COMPLETE, Proof.KEYSET)
        assert kept(pimberly) >= ALL - gone


def test_products_that_go_at_every_page_hide_no_other(opened: Any) -> None:
    with opened({"switch": "deleted_between_pages", "at": 3, "rows": 1, "count": 15}) as pimberly:
        products = pimberly.take("products")["products"]
        assert products.verdict is Verdict.COMPLETE
        assert {key(n) for n in (0, 1, 2, *range(18, COUNT))} <= kept(pimberly)


def test_a_product_made_meanwhile_is_met_at_the_end(opened: Any) -> None:
    with opened({"switch": "created_between_pages", "rows": 1, "count": 2}) as pimberly:
        products = pimberly.take("products")["products"]
        assert (products.verdict, products.proof) == (Verdict.COMPLETE, Proof.KEYSET)
        assert kept(pimberly) > ALL


def test_an_edit_meanwhile_is_taken_as_it_comes(opened: Any) -> None:
    fault = {"switch": "edited_between_pages", "keys": ["SKU/003"], "count": 1, "set": {"Title": "New words"}}
    with opened(fault) as pimberly:
        products = pimberly.take("products")["products"]
        (row,) = (r for r in pimberly.rows("products") if r["id"] == key(3))
        assert products.verdict is Verdict.COMPLETE
        assert {a["name"]: a["value"] for a in row["attributes"]}["Title"] == "New words"


def test_awkward_primary_ids_stay_apart_and_can_be_asked_for(opened: Any) -> None:
    """Slashes, blanks, signs and another case make another product, in the list and by name."""
    with opened({"switch": "awkward_primary_id", "rows": 5}) as pimberly:
        products = pimberly.take()
        skus = [row["primary_id"] for row in pimberly.rows("products")]
    assert {c.verdict for c in products.values()} == {Verdict.COMPLETE}
    assert len(set(skus)) == len(skus) > COUNT
    assert {"SKU/003", "SKU/003/1", "sku/003"} <= {*skus}


def test_a_number_for_a_primary_id_is_its_text(pimberly: Catalogue) -> None:
    """4711 and "4711" are one SKU; leading zeros stay."""
    pimberly.faults({"switch": "numeric_primary_id"})
    pimberly.take("products", "items")
    skus = {row["primary_id"] for row in pimberly.rows("products")}
    assert {"4711", "0042"} <= skus
    assert {"product": "SKU/005", "item": "4711"} in pimberly.rows("items")


def test_a_cleared_attribute_is_absent(pimberly: Catalogue) -> None:
    pimberly.faults({"switch": "cleared_attribute", "keys": ["SKU/004"], "attribute": "Weight (kg)"})
    pimberly.take("products")
    names = {row["id"]: {a["name"] for a in row["attributes"]} for row in pimberly.rows("products")}
    assert "Weight (kg)" not in names[key(4)]
    assert "Weight (kg)" in names[key(9)]


@pytest.mark.parametrize("switch", ["missing_child", "missing_parent"])
def test_a_link_to_nowhere_is_told_and_hides_nothing(pimberly: Catalogue, switch: str) -> None:
    """Whom a product names and nobody lists is asked for by name; it is no fault of the list."""
    pimberly.faults({"switch": switch, "rows": 5})
    certificates = pimberly.take()
    products = certificates["products"]
    assert (products.verdict, products.proof, remarks(products)) == (Verdict.COMPLETE, Proof.KEYSET, ["links_unlisted"])
    assert "NOBODY" in products.remarks[0].detail
    assert {c.verdict for c in certificates.values()} == {Verdict.COMPLETE}


def test_a_product_of_last_night_that_is_gone_is_asked_for_by_name(opened: Any) -> None:
    """Deleted is told apart from what is only out of this view, and goes on being told."""
    shorter = [product(n) for n in range(COUNT) if n != 4]
    nights = {"2026-11-19": records(), NIGHT: records(shorter), "2026-11-21": records(shorter)}
    with opened(nights=nights) as pimberly:
        pimberly.take("products", night="2026-11-19")
        pimberly.sandbox.advance()
        products = pimberly.take("products")["products"]
        asked = pimberly.rows("products", "products_asked")
        pimberly.sandbox.advance()
        pimberly.take("products", night="2026-11-21")
        later = pimberly.rows("products", "products_asked", "2026-11-21")
    assert (products.verdict, products.proof, products.rows) == (Verdict.COMPLETE, Proof.KEYSET, COUNT - 1)
    assert asked == later
    assert asked == [{"id": key(4), "primary_id": "SKU/004", "found": False, "missing_since": date(2026, 11, 20)}]


def test_what_leaves_the_view_and_is_there_all_the_same_is_not_deleted(opened: Any) -> None:
    """A list that shows fewer products than can be asked for proves no absence that night."""
    nights = {"2026-11-19": records(), NIGHT: records()}
    with opened(
        {"switch": "leaves_channel", "keys": ["SKU/009"], "nights": [NIGHT], **LIST}, nights=nights
    ) as pimberly:
        pimberly.take("products", night="2026-11-19")
        pimberly.sandbox.advance()
        products = pimberly.take("products")["products"]
        asked = pimberly.rows("products", "products_asked")
    assert products.verdict is Verdict.COMPLETE
    assert [a["found"] for a in asked] in ([True], [False])
    assert (products.proof is Proof.OVERLAP_ONLY) == asked[0]["found"]


def test_a_list_cut_short_is_found_out_by_last_night(opened: Any) -> None:
    """Products behind the last listed id that can be asked for: the end was none, whatever the list says."""
    nights = {"2026-11-19": records(), NIGHT: records()}
    with opened({"switch": "false_end", "after_rows": 30, "nights": [NIGHT]}, nights=nights) as pimberly:
        assert pimberly.take("products", night="2026-11-19")["products"].verdict is Verdict.COMPLETE
        pimberly.sandbox.advance()
        products = pimberly.take("products")["products"]
    assert (products.verdict, fault_words(products)) == (Verdict.INCOMPLETE, ["false_end"])


def test_the_second_night_begins_at_ids_of_the_first(opened: Any) -> None:
    """Stretches side by side give the same products as one after the other."""
    nights = {"2026-11-19": records(), NIGHT: records([product(n) for n in range(5, COUNT + 9)])}
    with opened(nights=nights) as pimberly:
        pimberly.take("products", night="2026-11-19")
        pimberly.sandbox.advance()
        products = pimberly.take("products")["products"]
        assert (products.verdict, products.proof) == (Verdict.COMPLETE, Proof.KEYSET)
        assert kept(pimberly) == {key(n) for n in range(5, COUNT + 9)}


def test_workers_and_page_sizes_change_nothing(pimberly: Catalogue) -> None:
    """The same products give the same snapshot and the same bytes, however they were asked for."""
    seen: set[tuple[str, bytes]] = set()
    for workers, size, identifiers in ((1, 10, 1000), (16, 7, 9), (4, 1000, 3)):
        transport = pimberly.settings.of(Pimberly).transport.model_copy(update={"concurrency": workers})
        settings: dict[str, Any] = {"transport": transport, "page_size": size, "identifiers_page_size": identifiers}
        products = pimberly.take("products", **settings)["products"]
        assert products.verdict is Verdict.COMPLETE
        parquet = pimberly.store.snapshot("pimberly", "products", date(2026, 11, 20)) / "products.parquet"
        seen.add((products.snapshot, parquet.read_bytes()))
    assert len(seen) == 1


def test_a_key_of_a_channel_is_read_as_such(pimberly: Catalogue) -> None:
    """`_id` and `Primary ID` are the same keys under other names."""
    pimberly.faults({"switch": "other_view"})
    products = pimberly.take("products", view="channel")["products"]
    assert (products.verdict, products.proof) == (Verdict.COMPLETE, Proof.KEYSET)
    assert {row["primary_id"] for row in pimberly.rows("products")} == {str(sku(n)) for n in range(COUNT)}


@pytest.mark.parametrize("part", ["parents", "items"])
@pytest.mark.parametrize("status", [429, 503])
def test_neighbours_are_asked_for_until_they_come(pimberly: Catalogue, part: str, status: int) -> None:
    pimberly.faults({"switch": f"http_{status}", "count": 3, "retry_after": 1, "after": 45})
    certificates = pimberly.take("products", part)
    assert (certificates[part].verdict, certificates[part].rows) == (Verdict.COMPLETE, 24)


def test_no_item_at_all_is_a_lost_view_when_the_list_is_gone(pimberly: Catalogue) -> None:
    """ "None" and "no right to ask" are both 404: it counts only while the list is still there."""
    pimberly.take("products")
    pimberly.faults({"switch": "http_404"})
    items = pimberly.take("items")["items"]
    assert (items.verdict, fault_words(items)) == (Verdict.INCOMPLETE, ["list_vanished"])
