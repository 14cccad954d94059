"""Every fault of the WAIR contract's section 8, one at a time, against a real simulator.

What must hold: a certificate with a better proof than overlap_only never misses a record that stood there all the time;
a fault that passes ends COMPLETE; any other ends INCOMPLETE with a reason that a person understands.
"""

from __future__ import annotations

from typing import Any

import pytest

from khaos_assets.snapshots import Certificate, Verdict
from khaos_assets.systems.read import Proof
from khaos_assets.systems.wair.settings import Wair
from khaos_assets_tests.integration.systems.wair.conftest import moment, records

STOCK = {"path": "/api/v1/Stock"}


def fault_words(certificate: Certificate) -> list[str]:
    return [r.fault for r in certificate.reasons]


@pytest.mark.parametrize(
    "fault",
    [
        {"switch": "http_429", "count": 2, "retry_after": 0, **STOCK},
        {"switch": "http_500", "count": 2, **STOCK},
        {"switch": "http_503", "count": 2, "retry_after": 0, **STOCK},
        {"switch": "retry_after_date", "count": 1, "seconds": 1, **STOCK},
        {"switch": "http_401", "count": 1, **STOCK},
        {"switch": "reset", "count": 1, **STOCK},
        {"switch": "bad_json", "count": 2, **STOCK},
        {"switch": "truncated_gzip", "count": 1, **STOCK},
        {"switch": "trailing_gzip", "count": 1, **STOCK},
        {"switch": "multi_member_gzip", "count": 1, **STOCK},
        {"switch": "token_expires_mid_walk", "calls": 5},
        {"switch": "token_short_life"},
        {"switch": "short_page", "rows": 4},
        {"switch": "short_page", "rows": 3, "count": 3},
        {"switch": "clamp", "limit": 7},
        {"switch": "false_end", "after_rows": 30, "count": 1},
        {"switch": "page_shift", "insert": 3},
        {"switch": "page_shift", "insert": 3, "after_page": 3, "walks": 1},
        {"switch": "page_shift", "append": 12},
        {"switch": "page_shift", "touch": 5, "walks": 1},
        {"switch": "decimal_as_text"},
        {"switch": "negative_stock"},
        {"switch": "available_mismatch"},
    ],
    ids=lambda f: f["switch"],
)
def test_what_passes_or_is_only_unusual_ends_complete(shop: Any, fault: dict[str, Any]) -> None:
    """Throttling, lost connections, worn-out tokens, short pages and shifting rows cost requests, never a record."""
    with shop([fault]) as wair:
        stock = wair.take("items", "stock")["stock"]
        assert (stock.verdict, stock.proof, stock.reasons, stock.remarks) == (Verdict.COMPLETE, Proof.TWO_PASS, [], [
            r for r in stock.remarks if r.fault == "false_end"
        ])  # fmt: skip
        kept = {(r["location_id"], r["sku_id"]) for r in wair.rows("stock")}
    assert {(r["locationId"], r["skuId"]) for r in records()["wair/stock"]} <= kept


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ({"switch": "http_500", **STOCK}, "server_failed"),
        ({"switch": "http_429", "retry_after": 0, **STOCK}, "throttled"),
        ({"switch": "http_503", "retry_after": 3600, **STOCK}, "server_failed"),
        ({"switch": "http_401", **STOCK}, "refused"),
        ({"switch": "bad_json", **STOCK}, "body_broken"),
        ({"switch": "truncated_gzip", **STOCK}, "body_broken"),
        ({"switch": "redirect", **STOCK}, "redirected"),
        ({"switch": "reset", **STOCK}, "connection_failed"),
        ({"switch": "endless", "entity": "stock"}, "endless"),
        ({"switch": "endless", "entity": "stock", "repeat": True}, "endless"),
        ({"switch": "false_end", "after_rows": 30}, None),
        ({"switch": "lost_row", "keys": ["YRK/SKU-011"]}, "passes_disagree"),
        ({"switch": "lost_row", "rows": 3}, "passes_disagree"),
        ({"switch": "empty_stock"}, "empty_first_page"),
        ({"switch": "feed_extension_off", **STOCK}, "feed_extension_not_available"),
        ({"switch": "feed_extension_off", "status": 404, **STOCK}, "feed_extension_not_available"),
    ],
    ids=lambda f: f["switch"] if isinstance(f, dict) else str(f),
)
def test_what_does_not_pass_ends_incomplete_and_says_why(shop: Any, fault: dict[str, Any], word: str | None) -> None:
    """The other reads go on; this one has a reason, and tables that stand for nothing."""
    with shop([fault]) as wair:
        certificates = wair.take("items", "stock", "dispatches")
        stock = certificates["stock"]
        if word is None:
            assert stock.verdict is Verdict.COMPLETE and stock.rows == 80
            return
        assert stock.verdict is Verdict.INCOMPLETE
        assert stock.proof is Proof.OVERLAP_ONLY
        assert fault_words(stock) == [word]
        assert len(stock.reasons[0].detail) > 20
        assert wair.file("stock", "stock.parquet").exists()
        assert certificates["dispatches"].verdict is Verdict.COMPLETE


def test_a_hanging_server_ends_at_the_deadline(shop: Any) -> None:
    """No page may take longer than its wall-clock deadline, however it hangs."""
    with shop([{"switch": "hang", "count": 1, **STOCK}]) as wair:
        stock = wair.take("stock", "items", transport=wair.settings.of(Wair).transport.model_copy(
            update={"page_deadline_seconds": 1}
        ))["stock"]  # fmt: skip
    assert stock.verdict is Verdict.COMPLETE


def test_a_row_lost_from_every_list_is_missed_by_the_items(shop: Any) -> None:
    """No list shows it, but its item is active and stocked everywhere: absence is not proven."""
    with shop([{"switch": "lost_row", "selector": "all", "keys": ["YRK/SKU-011"]}]) as wair:
        stock = wair.take("items", "stock")["stock"]
    assert stock.proof is Proof.OVERLAP_ONLY
    assert [(r.fault, r.detail) for r in stock.remarks] == [
        ("stock_coverage", "1 active item(s) without a row at a mapped location: YRK/SKU-011")
    ]


def test_stock_without_its_items_is_not_proven(shop: Any) -> None:
    """Coverage cannot be tested when the items could not be read."""
    with shop([{"switch": "http_500", "path": "/api/v1/Items"}]) as wair:
        certificates = wair.take("items", "stock")
    assert certificates["items"].verdict is Verdict.INCOMPLETE
    assert (certificates["stock"].verdict, certificates["stock"].proof) == (Verdict.COMPLETE, Proof.OVERLAP_ONLY)
    assert [r.fault for r in certificates["stock"].remarks] == ["coverage_not_tested"]


def test_the_items_of_the_same_night_serve_a_later_read_of_stock_alone(shop: Any) -> None:
    """Taking only stock again still holds it against the items taken before."""
    with shop() as wair:
        wair.take("items")
        stock = wair.take("stock")["stock"]
    assert stock.proof is Proof.TWO_PASS


def test_a_record_deleted_between_two_pages_and_truly_gone_is_no_fault(shop: Any) -> None:
    """Transfers may go; both later passes agree that it went."""
    fault = {"switch": "page_shift", "entity": "transfers", "withdraw": ["T-003/SKU-003"], "walks": 1}
    with shop([fault], page_size=5) as wair:
        transfers = wair.take("transfers")["transfers"]
        ids = [r["transfer_id"] for r in wair.rows("transfers")]
    assert (transfers.verdict, transfers.proof) == (Verdict.COMPLETE, Proof.TWO_PASS)
    assert ids == [f"T-{n:03d}" for n in range(12) if n != 3]


def test_naive_times_set_the_records_aside(shop: Any) -> None:
    """A time without a zone is no instant: those records are quarantined by key, the rest go on."""
    with shop([{"switch": "naive_times", "entity": "stock", "keys": ["LON/SKU-001", "YRK/SKU-030"]}]) as wair:
        stock = wair.take("items", "stock")["stock"]
        aside = wair.quarantined("stock")
    assert stock.verdict is Verdict.COMPLETE_WITH_QUARANTINE
    assert (stock.rows, stock.quarantined_keys) == (78, ["LON/SKU-001", "YRK/SKU-030"])
    assert [(q["field"], q["key_readable"]) for q in aside] == [("updatedAt", True)] * 2
    assert "zone" in aside[0]["reason"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"onHand": "1.234567"}, "onHand"),
        ({"onHand": "1e3"}, "onHand"),
        ({"onHand": "1,5"}, "onHand"),
        ({"onHand": None}, "onHand"),
        ({"onHand": "NaN"}, "onHand"),
        ({"available": True}, "available"),
        ({"updatedAt": "2026-02-30T00:00:00.000Z"}, "updatedAt"),
        ({"updatedAt": 20261120}, "updatedAt"),
    ],
)
def test_a_record_that_breaks_the_contract_is_set_aside_with_field_and_reason(
    shop: Any, change: dict[str, Any], field: str
) -> None:
    """One bad record on a page boundary costs one record, never the page."""
    world = records()
    world["wair/stock"][9] |= change
    with shop(nights={"2026-11-20": world}) as wair:
        stock = wair.take("items", "stock")["stock"]
        (aside,) = wair.quarantined("stock")
    assert (stock.verdict, stock.proof, stock.rows) == (Verdict.COMPLETE_WITH_QUARANTINE, Proof.TWO_PASS, 79)
    assert (aside["key"], aside["field"]) == ("LON/SKU-009", field)
    assert "SKU-009" in aside["raw"]


def test_a_key_that_vanished_since_the_last_complete_night_is_a_defect(shop: Any) -> None:
    """Stock rows never disappear; a person may confirm that they did."""
    tomorrow = records()
    del tomorrow["wair/stock"][5]
    nights = {"2026-11-20": records(), "2026-11-21": tomorrow}
    with shop(nights=nights) as wair:
        assert wair.take("items", "stock")["stock"].verdict is Verdict.COMPLETE
        wair.sandbox.advance()
        stock = wair.take("items", "stock", night="2026-11-21")["stock"]
        assert fault_words(stock) == ["disappeared"]
        assert "LON/SKU-005" in stock.reasons[0].detail
        feeds = {"wair.stock": {"confirmed_drops": {"2026-11-21": "closed shop, A. Person"}}}
        wair.settings = type(wair.settings).model_validate(wair.settings.model_dump() | {"feeds": feeds})
        again = wair.take("items", "stock", night="2026-11-21")["stock"]
    assert (again.verdict, again.attempt) == (Verdict.COMPLETE, 2)


def test_two_contents_of_one_dispatch_are_two_dispatches_when_the_ids_differ(shop: Any) -> None:
    """The same goods under two ids are not for this stage to judge."""
    with shop([{"switch": "duplicate_dispatch", "keys": ["D-0007"]}]) as wair:
        dispatches = wair.take("dispatches")["dispatches"]
    assert (dispatches.verdict, dispatches.rows) == (Verdict.COMPLETE, 61)


def test_fields_that_are_merely_new_are_named_and_ignored(shop: Any) -> None:
    """An unknown field is no quarantine."""
    world = records()
    for row in world["wair/items"]:
        row["season"] = "AW26"
    with shop(nights={"2026-11-20": world}) as wair:
        items = wair.take("items")["items"]
    assert items.verdict is Verdict.COMPLETE
    assert [r.fault for r in items.remarks] == ["unknown_fields"]
    assert "season" in items.remarks[0].detail


def test_the_switch_of_the_installation_is_asked_first(shop: Any) -> None:
    """While the extension is off nothing is known about stock, and nothing is asked."""
    with shop() as wair:
        stock = wair.take("stock", feed_extension=False)["stock"]
    assert fault_words(stock) == ["feed_extension_not_available"]
    assert stock.pages == []


def test_a_list_that_may_be_empty_is_complete_when_it_is(shop: Any) -> None:
    """Configuration, not the answer, says whether no records is an answer."""
    world = records() | {"wair/transfers": []}
    with shop(nights={"2026-11-20": world}) as wair:
        refused = wair.take("transfers")["transfers"]
        allowed = wair.take("transfers", allow_empty=["transfers"])["transfers"]
    assert fault_words(refused) == ["empty_first_page"]
    assert (allowed.verdict, allowed.proof, allowed.rows) == (Verdict.COMPLETE, Proof.TWO_PASS, 0)


def test_wrong_credentials_fail_every_read_by_name(shop: Any) -> None:
    """A refused sign-in is one reason for all four, and names the variables to look at."""
    with shop() as wair:
        wair.sandbox.ready["env"] = wair.sandbox.env | {"WAIR_PASSWORD": "wrong"}
        certificates = wair.take()
    assert {tuple(fault_words(c)) for c in certificates.values()} == {("sign_in_failed",)}
    assert len(certificates) == 4
    assert "wrong" not in str(certificates)


def test_a_late_commit_is_found_by_the_next_pass(shop: Any) -> None:
    """A row that shows up with an old change time is in the snapshot once it shows."""
    nights = {"2026-11-20": records(), "2026-11-21": records()}
    with shop([{"switch": "late_commit", "keys": ["YRK/SKU-039"], "until": "2026-11-21"}], nights=nights) as wair:
        first = wair.take("items", "stock")["stock"]
        wair.sandbox.advance()
        second = wair.take("items", "stock", night="2026-11-21")["stock"]
    assert (first.rows, first.proof) == (79, Proof.OVERLAP_ONLY)
    assert (second.rows, second.proof) == (80, Proof.TWO_PASS)


def test_the_number_of_workers_and_the_size_of_pages_change_nothing(shop: Any) -> None:
    """The same records give the same snapshot id and the same bytes, however they were asked for."""
    seen: set[tuple[str, bytes]] = set()
    with shop() as wair:
        for workers, size in ((1, 10), (8, 7), (3, 1000)):
            transport = wair.settings.of(Wair).transport.model_copy(update={"concurrency": workers})
            stock = wair.take("items", "stock", transport=transport, page_size=size)["stock"]
            assert stock.verdict is Verdict.COMPLETE
            seen.add((stock.snapshot, wair.file("stock", "stock.parquet").read_bytes()))
    assert len(seen) == 1


def test_a_change_during_the_walk_is_taken_in_its_newest_version(shop: Any) -> None:
    """Rows touched while the list is walked stand in the snapshot as they were last shown."""
    with shop([{"switch": "page_shift", "touch": ["LON/SKU-000"], "after_page": 2}]) as wair:
        stock = wair.take("items", "stock")["stock"]
        row = next(r for r in wair.rows("stock") if r["sku_id"] == "SKU-000" and r["location_id"] == "LON")
    assert (stock.verdict, stock.proof) == (Verdict.COMPLETE, Proof.TWO_PASS)
    assert row["updated_at"].isoformat() == "2026-11-20T02:00:00+00:00"
    assert moment(3) != row["updated_at"].isoformat()
