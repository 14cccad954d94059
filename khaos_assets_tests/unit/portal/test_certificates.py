"""Why a snapshot is or is not complete: the pages of the certificates, over snapshots that stand in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from fastapi.testclient import TestClient

from khaos_assets.config import Settings, Store
from khaos_assets.config.portal import DAGSTER_URL
from khaos_assets.config.settings import Merchant
from khaos_assets.config.store import write_bytes
from khaos_assets.portal import reads
from khaos_assets.portal.access import open_access
from khaos_assets.portal.app import create_app
from khaos_assets.portal.published import Published
from khaos_assets.snapshots.certificate import Certificate, Verdict
from khaos_assets.snapshots.parquet import write_tables
from khaos_assets.snapshots.stored import write_certificate
from khaos_assets.systems.read import LandedPage, Proof, Quarantined, Reason
from khaos_assets_tests.portal_people import CHEAP, PASSWORD, hire

NIGHT = date(2026, 11, 20)
HOSTILE = '<script>alert("x")</script>'


def page(number: int) -> LandedPage:
    return LandedPage(
        number=number, file=f"{number:05}.json", operation="stock", selector=f"offset={number}", asked={},
        sha256_received=f"{number:064x}", sha256_stored="0" * 64, bytes_received=1234, rows=10, first_key=f"K{number}",
    )  # fmt: skip


def certificate(entity: str, **said: object) -> Certificate:
    usual: dict[str, object] = {
        "system": "wair", "entity": entity, "night": NIGHT.isoformat(), "attempt": 1, "verdict": Verdict.COMPLETE,
        "proof": Proof.TWO_PASS, "reasons": [], "remarks": [], "snapshot": "ab" * 32,
        "started_at": "2026-06-20T01:30:00+00:00", "finished_at": "2026-06-20T01:31:00+00:00", "requests": 2,
        "pages": [page(1)], "rows": 10, "distinct_keys": 10, "quarantined": 0, "quarantined_keys": [],
        "key_set_hash": "0:10", "control_units": None, "control_value": None, "newest_change": None,
        "clock_offset_ms": None, "end_recognised_by": "an empty page behind the last", "rereads": 0,
        "account_start": None, "account_end": None,
    }  # fmt: skip
    return Certificate(**(usual | said))  # type: ignore[arg-type]


def keep(store: Store, made: Certificate, *aside: Quarantined, **tables: pa.Table) -> None:
    folder = store.snapshot(made.system, made.entity, NIGHT)
    folder.mkdir(parents=True)
    write_tables(folder, tables, aside)
    write_certificate(folder, made)


def publish(store: Store) -> None:
    """A copy in which two rules could not be tested, one of them because of `wair/stock`."""
    store.published.mkdir()
    with duckdb.connect(str(store.published / f"{NIGHT}-0.duckdb")) as db:
        db.execute(
            "CREATE TABLE control_code(night DATE, code TEXT, systems TEXT, tested BOOL, not_tested_reason TEXT)"
        )
        db.execute(
            """
            INSERT INTO control_code VALUES
            ('2026-11-20', 'STK-01', 'wair>khaos', false, 'wair/stock is INCOMPLETE (FEED-01: passes_disagree)'),
            ('2026-11-20', 'STK-06', 'wair>khaos', false, 'STK-01: wair/stock is INCOMPLETE (FEED-01: endless)'),
            ('2026-11-20', 'ORD-13', 'khaos', false, 'khaos/sales_orders has no complete snapshot of an earlier night')
            """
        )
    write_bytes(store.published / "current.json", f'{{"night": "{NIGHT}", "file": "{NIGHT}-0.duckdb"}}'.encode())


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    store = Store(tmp_path_factory.mktemp("data"))
    broken = Reason(fault="passes_disagree", detail=f"7 rows came in one pass only {HOSTILE}")
    keep(store, certificate("stock", verdict=Verdict.INCOMPLETE, reasons=[broken], proof=Proof.OVERLAP_ONLY))
    keep(
        store,
        certificate("items", pages=[page(n) for n in range(1, 1001)], quarantined=2,
                    verdict=Verdict.COMPLETE_WITH_QUARANTINE),
        Quarantined(key=HOSTILE, key_readable=True, page=3, row=4, field="weight", reason="not a number", raw="SECRET"),
        Quarantined(key="guess", key_readable=False, page=5, row=6, field="sku", reason="no key", raw="SECRET"),
        items_asked=pa.table({"sku": ["A-1", "A-2"], "found": [True, False]}),
    )  # fmt: skip
    publish(store)
    settings = Settings(merchant=Merchant(name="Bright & Co"))
    with open_access(settings, store, passwords=CHEAP) as access:
        hire(access, "ann", "viewer")
    with TestClient(create_app(settings, store), base_url="http://127.0.0.1:8420") as client:
        answer = client.post(
            "/sign-in", data={"name": "ann", "password": PASSWORD}, headers={"origin": "http://127.0.0.1:8420"}
        )
        assert answer.status_code == 200, answer.text
        yield client


def test_the_newest_night_is_shown_with_each_verdict_and_why(browser: TestClient) -> None:
    text = browser.get("/certificates").text
    assert "1 of 2 snapshots is not complete" in text
    assert "Passes disagree" in text and "7 rows came in one pass only" in text
    assert "Complete, some set aside" in text


def test_what_is_not_complete_says_why_and_which_rules_were_not_tested_for_it(browser: TestClient) -> None:
    text = browser.get(f"/certificates/{NIGHT}/wair/stock").text
    assert "Why it is not complete" in text and "Overlap only" in text
    assert "<b>STK-01</b>" in text and "<b>STK-06</b>" in text
    assert "<b>ORD-13</b>" not in text


def test_a_night_that_was_not_run_to_its_end_tested_no_rule(tmp_path: Path) -> None:
    store = Store(tmp_path)
    made = certificate("stock")
    assert reads.not_tested(Published(store), made) is None
    publish(store)
    assert reads.not_tested(Published(store), certificate("stock", night="2026-11-21")) is None
    assert reads.not_tested(Published(store), certificate("items")) == []


def test_a_list_that_proves_nothing_beyond_itself_is_not_called_every_record() -> None:
    weak = certificate("orders", proof=Proof.OVERLAP_ONLY)
    assert "no way to prove" in reads.conclusion(weak) and "Every record" not in reads.conclusion(weak)
    assert reads.conclusion(certificate("items")) == "Every record of the system is in this snapshot."
    assert "set aside" in reads.conclusion(certificate("items", quarantined=2))
    assert "not proven" in reads.conclusion(certificate("stock", verdict=Verdict.INCOMPLETE))


def test_times_are_london_time(browser: TestClient) -> None:
    assert "Sat 20 Jun 2026, 02:30 BST" in browser.get(f"/certificates/{NIGHT}/wair/stock").text


def test_a_thousand_pages_come_a_few_at_a_time(browser: TestClient) -> None:
    first = browser.get(f"/certificates/{NIGHT}/wair/items").text
    assert "Page by page: 1,000" in first and "1 to 25 of 1,000" in first
    last = browser.get(f"/certificates/{NIGHT}/wair/items", params={"page": 40}).text
    assert "offset=1000" in last and "offset=975<" not in last


def test_records_set_aside_are_named_where_their_key_could_be_read_and_their_bodies_never_shown(
    browser: TestClient,
) -> None:
    text = browser.get(f"/certificates/{NIGHT}/wair/items").text
    assert "2 records set aside" in text and "not readable" in text and "not a number" in text
    assert "SECRET" not in text and ">guess<" not in text


def test_what_was_asked_by_name_is_told_with_what_is_not_there_first(browser: TestClient) -> None:
    text = browser.get(f"/certificates/{NIGHT}/wair/items").text
    assert "1 of them is not there, and that is proven" in text
    assert text.index("A-2") < text.index("A-1")


def test_text_of_a_system_stays_text(browser: TestClient) -> None:
    for path in ("/certificates", f"/certificates/{NIGHT}/wair/stock", f"/certificates/{NIGHT}/wair/items"):
        assert HOSTILE not in browser.get(path).text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/certificates?night=2026-11-19", 404),
        ("/certificates?night=yesterday", 422),
        ("/certificates/2026-11-20/wair/..", 404),
        ("/certificates/2026-11-20/..%2f..%2fraw/stock", 404),
        ("/certificates/2026-11-20/%2e%2e/stock", 404),
        ("/certificates/2026-11-20/wair/*", 404),
        ("/certificates/2026-11-20/wair/stock%00", 400),
        ("/certificates/2026-11-20/wair/stock?page=0", 422),
    ],
)
def test_only_what_the_store_lists_is_there(browser: TestClient, path: str, status: int) -> None:
    assert browser.get(path).status_code == status


def test_pages_behind_the_last_are_empty_and_no_error(browser: TestClient) -> None:
    assert browser.get(f"/certificates/{NIGHT}/wair/items?page=99999&aside=7&asked=7").status_code == 200


def test_a_snapshot_links_to_its_asset_where_the_address_of_dagster_is_known(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, link = (
        f"/certificates/{NIGHT}/wair/stock",
        "https://dagster.example.com/assets/wair/stock?partition=2026-11-20",
    )
    assert "in Dagster" not in browser.get(path).text
    monkeypatch.setenv(DAGSTER_URL, "https://dagster.example.com")
    assert f'href="{link}"' in browser.get(path).text
