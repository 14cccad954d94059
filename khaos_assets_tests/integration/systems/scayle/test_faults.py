"""Every fault of the SCAYLE contract's section 8 that a read can meet, one at a time, against a real simulator.

What must hold: a certificate with a better proof than overlap_only never misses a record that stood there all the time;
a fault that passes ends COMPLETE; any other ends INCOMPLETE with a reason that a person understands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from khaos_assets.snapshots import Certificate, Verdict
from khaos_assets.systems.read import Proof
from khaos_assets.systems.scayle.settings import Scayle
from khaos_assets_tests.integration.systems.scayle.conftest import Shop, settings
from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox, write_world
from khaos_assets_tests.unit.systems.scayle.wire_rows import orders, prices, products, records, stocks

READS = {
    "products": ("products",),
    "variants": ("products", "variants"),
    "stocks": ("products", "variants", "stocks"),
    "prices": ("products", "variants", "prices"),
    "orders": ("shops", "orders"),
}
TRUTH = {
    "products": {p["id"] for p in products()},
    "variants": {v["id"] for p in products() for v in p["variants"]},
    "stocks": {(s["variantId"], s["warehouseReferenceKey"]) for s in stocks()},
    "prices": {(p["variantId"], p["key"]) for p in prices()},
    "orders": {o["id"] for o in orders()},
}
KEYS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "stocks": lambda r: (r["variant_id"], r["warehouse_reference_key"]),
    "prices": lambda r: (r["variant_id"], r["key"]),
}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(write_world(tmp_path_factory.mktemp("world"), records())) as running:
        yield running


@pytest.fixture
def scayle(sandbox: Sandbox, tmp_path: Path) -> Iterator[Shop]:
    yield Shop(sandbox, tmp_path, settings(page_size=4))
    sandbox.set_faults([])


def switch_on(scayle: Shop, *faults: dict[str, Any]) -> None:
    """These switches; the minutes of the rate limits pass in a moment."""
    every = ({"switch": "rate_clock", "speed": 600}, *faults)
    scayle.sandbox.set_faults([{"system": "scayle", **f} for f in every])


def taken(scayle: Shop, read: str, *faults: dict[str, Any], **changed: Any) -> Certificate:
    """The certificate of a read under these faults; its claim is held against what stood there."""
    switch_on(scayle, *faults)
    certificate = scayle.take(*READS[read], **changed)[read]
    kept = {KEYS.get(read, lambda r: r["id"])(r) for r in scayle.rows(read)}
    withdrawn = {int(k) for f in faults for k in (f["withdraw"] if isinstance(f.get("withdraw"), list) else ())}
    missing = TRUTH[read] - withdrawn - kept
    claims = certificate.complete and certificate.proof is not Proof.OVERLAP_ONLY
    assert not (claims and missing), f"{certificate.proof} without {sorted(missing)[:5]}"
    return certificate


def words(certificate: Certificate) -> list[str]:
    return [r.fault for r in certificate.reasons]


ONCE = [
    {"switch": "http_424", "count": 2},
    {"switch": "http_500", "count": 2},
    {"switch": "http_502", "count": 2},
    {"switch": "http_503", "count": 2},
    {"switch": "rate_limited", "reset": 0, "count": 2},
    {"switch": "hang", "count": 1},
    {"switch": "reset", "count": 1},
    {"switch": "cut_body", "count": 1},
    {"switch": "cut_body", "mode": "html", "count": 1},
    {"switch": "cut_body", "mode": "reset", "count": 1},
]


@pytest.mark.parametrize("read", ["variants", "stocks", "orders"])
def test_a_call_that_fails_now_and_then_costs_no_record(scayle: Shop, read: str) -> None:
    """All of them in one read: each is asked again, and nothing of it is left but the requests."""
    entity = {"variants": "products", "stocks": "stocks", "orders": "orders"}[read]
    once = [{**fault, "entity": entity, "after": n} for n, fault in enumerate(ONCE)]
    impatient = scayle.settings.of(Scayle).transport.model_copy(update={"page_deadline_seconds": 1})
    found = taken(scayle, read, *once, transport=impatient)
    assert (found.verdict, words(found), found.rows) == (Verdict.COMPLETE, [], len(TRUTH[read]))


@pytest.mark.parametrize(
    ("read", "fault"),
    [
        ("products", {"switch": "cursor_expired", "after": 1, "count": 1}),
        ("products", {"switch": "cursor_loop", "after": 1, "count": 1}),
        ("products", {"switch": "cursor_missing", "after": 1, "count": 2}),
        ("products", {"switch": "cursor_missing", "mode": "empty", "count": 1}),
        ("products", {"switch": "false_end", "after_rows": 6, "count": 1}),
        ("products", {"switch": "page_shift", "entity": "products", "insert": 3, "walks": 1}),
        ("products", {"switch": "page_shift", "entity": "products", "append": 5, "after_page": 2, "walks": 1}),
        ("products", {"switch": "page_shift", "entity": "products", "withdraw": ["502"], "append": 1, "walks": 1}),
        ("orders", {"switch": "cursor_expired", "after": 1, "count": 1}),
        ("orders", {"switch": "false_end", "after_rows": 4, "count": 1}),
        ("orders", {"switch": "page_shift", "insert": 1, "walks": 2}),
        ("orders", {"switch": "page_shift", "append": 3, "walks": 2}),
        ("orders", {"switch": "thin_list"}),
        ("orders", {"switch": "other_shop_order"}),
        ("orders", {"switch": "alpha3_country"}),
        ("orders", {"switch": "lower_case_country"}),
        ("orders", {"switch": "unknown_status", "rows": 3}),
        ("orders", {"switch": "external_prices", "rows": 3}),
        ("orders", {"switch": "odd_delivery_rate"}),
        ("orders", {"switch": "calculator_v1"}),
        ("orders", {"switch": "force_closed"}),
        ("orders", {"switch": "no_rate_headers"}),
        ("stocks", {"switch": "stock_blocker", "rows": 5}),
        *(
            ("products", {"switch": "malformed_error", "mode": m})
            for m in ("no_context", "null_context", "empty", "html")
        ),
    ],
    ids=lambda x: x["switch"] if isinstance(x, dict) else x,
)
def test_what_passes_or_is_only_unusual_ends_complete(scayle: Shop, read: str, fault: dict[str, Any]) -> None:
    """Lists that move, cursors that break once, odd spellings and codes: nothing of it loses a record."""
    found = taken(scayle, read, fault)
    expected = Proof.OVERLAP_ONLY if read == "orders" else Proof.TWO_PASS
    assert (found.verdict, found.proof, words(found)) == (Verdict.COMPLETE, expected, [])
    assert found.rows >= len(TRUTH[read]) - len(fault.get("withdraw", ()))


@pytest.mark.parametrize(
    ("read", "fault", "word"),
    [
        ("products", {"switch": "http_500", "entity": "products"}, "server_failed"),
        ("stocks", {"switch": "http_424", "entity": "stocks"}, "server_failed"),
        ("stocks", {"switch": "rate_limited", "scope": "stocksRead", "reset": 0}, "throttled"),
        ("orders", {"switch": "reset", "entity": "orders"}, "connection_failed"),
        ("prices", {"switch": "cut_body", "entity": "prices"}, "body_broken"),
        ("products", {"switch": "redirect", "entity": "products"}, "redirected"),
        ("products", {"switch": "forbidden_scope", "scope": "productRead"}, "forbidden"),
        ("orders", {"switch": "forbidden_scope", "scope": "ordersRead"}, "forbidden"),
        ("stocks", {"switch": "forbidden_scope", "scope": "stocksRead"}, "forbidden"),
        ("products", {"switch": "http_404", "path": "/api/admin/v1/products"}, "list_not_available"),
        ("stocks", {"switch": "http_404", "entity": "stocks"}, "not_answered"),
        ("orders", {"switch": "http_404", "path": "/api/admin/v1/shops/hl/countries/GB/orders/9003"}, "not_answered"),
        ("products", {"switch": "cursor_expired", "entity": "products"}, "cursor_refused"),
        ("products", {"switch": "cursor_loop", "entity": "products"}, "cursor_loop"),
        ("products", {"switch": "cursor_missing", "entity": "products"}, "cursor_missing"),
        ("products", {"switch": "false_end", "after_rows": 6}, "passes_disagree"),
        ("products", {"switch": "false_end", "after_rows": 12}, "list_incomplete"),
        ("orders", {"switch": "false_end", "after_rows": 12}, "list_incomplete"),
        ("products", {"switch": "page_shift", "entity": "products", "withdraw": 1}, "passes_disagree"),
        ("orders", {"switch": "page_shift", "withdraw": 1}, "passes_disagree"),
        ("products", {"switch": "lost_row", "entity": "products"}, "list_incomplete"),
        ("products", {"switch": "lost_row", "entity": "products", "keys": ["516"]}, "list_incomplete"),
        ("orders", {"switch": "lost_row", "keys": ["9007"]}, "list_incomplete"),
    ],
    ids=lambda x: x["switch"] if isinstance(x, dict) else x,
)
def test_what_does_not_pass_fails_closed_and_says_why(
    scayle: Shop, read: str, fault: dict[str, Any], word: str
) -> None:
    found = taken(scayle, read, fault)
    assert (found.verdict, found.proof) == (Verdict.INCOMPLETE, Proof.OVERLAP_ONLY)
    assert word in words(found)
    assert all(len(r.detail) > 20 for r in found.reasons)


def test_what_rests_on_a_failed_read_says_so_and_the_rest_goes_on(scayle: Shop) -> None:
    switch_on(scayle, {"switch": "forbidden_scope", "scope": "productRead"})
    found = scayle.take()
    assert {name: words(c) for name, c in found.items()} == {
        "products": ["forbidden"], "variants": ["forbidden"], "stocks": ["needed_read_failed"],
        "prices": ["needed_read_failed"], "orders": [], "shops": [], "warehouses": [],
    }  # fmt: skip


def test_a_gap_too_many_leaves_absences_unproven(scayle: Shop) -> None:
    """Where the gaps between the ids cannot all be asked for, a hidden product could stand in one."""
    switch_on(scayle, {"switch": "lost_row", "entity": "products", "keys": ["505"]})
    found = scayle.take("products", "variants", "stocks", gap_reads=0)
    assert {n: (c.verdict, c.proof, [r.fault for r in c.remarks]) for n, c in found.items()} == dict.fromkeys(
        ("products", "variants", "stocks"), (Verdict.COMPLETE, Proof.OVERLAP_ONLY, ["gaps_not_asked"])
    )


def test_a_small_allowance_is_waited_for(scayle: Shop) -> None:
    """Ten calls a minute, and a minute that passes in a moment: no call is refused, and none is lost."""
    scayle.sandbox.set_faults(
        [{"system": "scayle", "switch": "rate_clock", "scope": "pricesRead", "limit": 10, "speed": 600}]
    )
    found = scayle.take(*READS["prices"])["prices"]
    assert (found.verdict, found.rows) == (Verdict.COMPLETE, len(TRUTH["prices"]))
    assert found.requests <= len(TRUTH["prices"]) + 2
