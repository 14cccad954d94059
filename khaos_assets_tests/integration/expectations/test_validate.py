"""Checks of a night with real Great Expectations, real DuckDB and real Parquet."""

from __future__ import annotations

import re
import shutil
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from khaos_assets.config import Store
from khaos_assets.expectations import CheckResult, TieOutError, read_results, validate
from khaos_assets.expectations.catalogue import validate_catalogue
from khaos_assets.expectations.evidence import Evidence
from khaos_assets.expectations.tie_out import Tally
from khaos_assets.expectations.validate import check_snapshots, conclude
from khaos_assets.systems.read import Reason
from khaos_assets.warehouse.database import open_warehouse
from khaos_assets_tests.unit.expectations.nights import (
    NIGHT,
    SETTINGS,
    Found,
    dispatch,
    land,
    stock,
    wair,
    warehouse,
)

STOCK, DISPATCHES = wair().reads
GOOD_STOCK = [stock("A"), stock("B"), stock("A", location="L2")]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def checks(store: Store) -> dict[str, CheckResult]:
    return {r.name: r for r in validate(SETTINGS, store, NIGHT, {"wair": wair()})}


def test_a_sound_night_passes_and_leaves_its_evidence(store: Store) -> None:
    land(store, STOCK, GOOD_STOCK)
    land(store, DISPATCHES, [dispatch("D1", "1", "2.5"), dispatch("D2")])
    warehouse(store, holding={("STK-06", "wair"): 3})
    found = checks(store)
    assert found["wair/stock"].passed is True
    assert found["wair/dispatches"].passed is True
    assert found["STK-06 wair"].passed is True
    assert found["STK-06 wair"].percentage == Decimal("0.00")
    site = store.data_docs(NIGHT.date)
    pages = list(site.rglob("*.html"))
    assert any("wair" in str(p) for p in pages)
    assert not [p for p in pages if re.search(r"""<(link|script|img)[^>]*=["']https?:""", p.read_text())]
    assert {r.name: r for r in read_results(store, NIGHT)} == found


@pytest.mark.parametrize(
    ("records", "rows", "words"),
    [
        ([*GOOD_STOCK, stock("A", on_hand="6")], None, "location_id/sku_id: 2 of 4 rows share their key"),
        (GOOD_STOCK, 4, "the certificate says 4 rows, the table has 3"),
    ],
)
def test_a_snapshot_that_breaks_its_contract_fails_and_says_how(
    store: Store, records: list[object], rows: int | None, words: str
) -> None:
    land(store, STOCK, records, rows=rows)
    warehouse(store)
    result = checks(store)["wair/stock"]
    assert result.passed is False
    assert words in result.reason


def test_a_dispatch_line_of_zero_units_breaks_the_contract_and_a_voided_dispatch_does_not(store: Store) -> None:
    land(store, DISPATCHES, [dispatch("D1", "0"), dispatch("D2")])
    warehouse(store)
    result = checks(store)["wair/dispatches"]
    assert result.reason == "every line has a quantity above zero: does not hold in 1 of 2 rows"


def test_a_column_that_is_missing_or_empty_is_named(store: Store) -> None:
    table = pa.table({"location_id": ["L1", None], "sku_id": ["A", "B"]})
    land(store, STOCK, [], table=table)
    warehouse(store)
    result = checks(store)["wair/stock"]
    assert "missing allocated, available, on_hand, updated_at" in result.reason
    assert "location_id: empty in 1 of 2 rows" in result.reason


def test_an_incomplete_snapshot_fails_although_its_rows_are_sound(store: Store) -> None:
    land(store, STOCK, GOOD_STOCK, reasons=[Reason(fault="false_end", detail="a row lies past the end")])
    warehouse(store)
    result = checks(store)["wair/stock"]
    assert result.passed is False
    assert result.reason == "false_end: a row lies past the end"


def test_few_quarantined_records_are_tolerated_and_many_are_not(store: Store) -> None:
    land(store, STOCK, [stock(f"S{i}") for i in range(198)], quarantined=2)
    land(store, DISPATCHES, [dispatch("D1", "1")], quarantined=2)
    warehouse(store)
    found = checks(store)
    assert found["wair/stock"].passed is True
    assert "2 of 3 records quarantined, more than 1 %" in found["wair/dispatches"].reason


def test_what_was_not_taken_or_not_evaluated_is_not_tested_and_never_passed(store: Store) -> None:
    land(store, STOCK, GOOD_STOCK)
    warehouse(store, not_tested={("STK-06", "wair"): "wair.stock is INCOMPLETE"})
    found = checks(store)
    assert found["wair/dispatches"].passed is None
    assert found["STK-06 wair"].passed is None
    assert found["STK-06 wair"].reason == "wair.stock is INCOMPLETE"
    assert found["SKU-04 wair"].passed is None
    assert found["SKU-04 wair"].reason == "the code was not evaluated this night"


def test_only_open_differences_fail_a_code(store: Store) -> None:
    grace = [Found("STK-06", "A", "expected", "wair"), Found("STK-06", "B", "suppressed", "wair")]
    warehouse(store, holding={("STK-06", "wair"): 2}, found=grace)
    result = checks(store)["STK-06 wair"]
    assert (result.passed, result.count, result.expected, result.suppressed, result.compared) == (True, 0, 1, 1, 4)
    assert result.open_gbp is None


def test_a_failed_code_carries_exact_pounds_its_worst_severity_and_its_largest_rows(store: Store) -> None:
    rows = [
        Found("STK-01", "small", amount_gbp=Decimal("0.10"), severity="low"),
        Found("STK-01", "large", amount_gbp=Decimal("-900000000000000.20"), severity="critical"),
        Found("STK-01", "none", amount_gbp=None, severity="medium"),
    ]
    warehouse(store, holding={("STK-01", "wair>khaos"): 4}, found=rows)
    result = checks(store)["STK-01 wair>khaos"]
    assert result.open_gbp == Decimal("-900000000000000.10")
    assert result.severity == "critical"
    assert result.sample == ("large", "small", "none")
    assert (result.count, result.compared, result.percentage) == (3, 7, Decimal("42.86"))
    assert result.owner == "operations"


def test_a_tie_out_that_fails_stops_the_stage_and_takes_old_results_away(store: Store) -> None:
    warehouse(store, population=[("STK-01", "wair>khaos", "A", False)])
    store.check_results(NIGHT.date).parent.mkdir()
    store.check_results(NIGHT.date).write_text("[]")
    with pytest.raises(TieOutError, match="STK-01 wair>khaos"):
        checks(store)
    assert not store.check_results(NIGHT.date).exists()


def test_great_expectations_must_count_what_sql_counted(store: Store) -> None:
    """A frame that lost rows on its way out of DuckDB would show as a difference between the two counts."""
    pair = ("STK-06", "wair")
    warehouse(store, holding={pair: 3}, found=[Found("STK-06", "A", systems="wair")])
    wrong = {pair: Tally(compared=4, flagged=2, open=2, expected=0, suppressed=0, open_gbp=None)}
    words = "SQL counts 2 differences of 4 compared, Great Expectations 1 of 4"
    reading = open_warehouse(store, read_only=True)
    with pytest.raises(TieOutError, match=words), reading as db, Evidence(store, NIGHT) as evidence:
        validate_catalogue(db, evidence, NIGHT, codes={}, tested=[pair], not_tested={}, tallies=wrong)


def test_running_a_night_again_gives_the_same_results_and_one_site(store: Store) -> None:
    land(store, STOCK, GOOD_STOCK)
    warehouse(store, holding={("STK-06", "wair"): 3})
    first = validate(SETTINGS, store, NIGHT, {"wair": wair()})
    bytes_before = store.check_results(NIGHT.date).read_bytes()
    assert validate(SETTINGS, store, NIGHT, {"wair": wair()}) == first
    assert store.check_results(NIGHT.date).read_bytes() == bytes_before
    assert [p.name for p in store.data_docs(NIGHT.date).parent.iterdir()] == [str(NIGHT)]


def test_suites_that_were_run_ahead_are_not_run_again_unless_a_snapshot_was_taken_since(store: Store) -> None:
    systems = {"wair": wair()}
    land(store, STOCK, GOOD_STOCK)
    warehouse(store, holding={("STK-06", "wair"): 3})
    ahead = check_snapshots(store, NIGHT, systems)
    found = {r.name: r for r in conclude(store, NIGHT, systems, ahead)}
    assert found["wair/stock"] is ahead.results[0]
    site = store.data_docs(NIGHT.date)
    assert {p.stem for p in (site / "validations").iterdir()} == {"wair stock", "STK stock"}
    assert all(words in (site / "index.html").read_text() for words in ("wair%20stock", "STK%20stock"))

    ahead = check_snapshots(store, NIGHT, systems)
    shutil.rmtree(store.snapshot("wair", "stock", NIGHT.date))
    land(store, STOCK, GOOD_STOCK, rows=4)
    found = {r.name: r for r in conclude(store, NIGHT, systems, ahead)}
    assert (ahead.results[0].passed, found["wair/stock"].passed) == (True, False)
