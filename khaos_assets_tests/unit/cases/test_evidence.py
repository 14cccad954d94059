"""What a night showed of a case is kept with the decision that closes it, whatever later nights show."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import duckdb

from khaos_assets.cases.decisions import resolve
from khaos_assets.cases.evidence import evidence_of
from khaos_assets.cases.ledger import Ledger
from khaos_assets.config import Store
from khaos_assets.config.store import write_bytes
from khaos_assets_tests.unit.cases.nights_of_cases import SETTINGS, finding, noon, put


def published(folder: Path) -> Store:
    """A store whose published copy shows case "a" on two nights."""
    store = Store(folder / "data")
    write_bytes(store.published / "current.json", b'{"night": "2026-11-02", "file": "2026-11-02-x.duckdb"}')
    with duckdb.connect(str(store.published / "2026-11-02-x.duckdb")) as db:
        db.execute("CREATE TABLE exception (night DATE, case_key VARCHAR, evidence VARCHAR)")
        for night, units in (("2026-11-01", 1), ("2026-11-02", 2)):
            db.execute("INSERT INTO exception VALUES (?, 'a', ?)", [night, f'{{"units": "{units}"}}'])
    return store


def test_the_newest_evidence_is_frozen_with_the_decision(ledger: Ledger, tmp_path: Path) -> None:
    put(ledger, 1, finding("a"))
    source = partial(evidence_of, published(tmp_path))
    resolve(ledger, SETTINGS, "a", reason="corrected", note="booked", by="ann", at=noon(1), evidence=source)
    kept = ledger.events("a")[-1].content
    assert kept["evidence"] == '{"units": "2"}'
    assert (kept["expected_value"], kept["actual_value"], kept["amount_gbp"]) == ("7", "5", "10.00")


def test_without_a_finished_night_or_a_row_there_is_none(tmp_path: Path) -> None:
    assert evidence_of(Store(tmp_path), "a") is None
    assert evidence_of(published(tmp_path), "another") is None
