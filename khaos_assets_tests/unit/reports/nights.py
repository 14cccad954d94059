"""Small warehouses of one night, written row by row into the product's own tables, for tests of the reports."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from khaos_assets.config import Night, Settings, Store
from khaos_assets.warehouse import database, open_warehouse

NIGHT = Night.of("2026-11-20")
SETTINGS = Settings.of_merchant({"merchant": {"name": "Bright & Co <Gifts>"}, "khaos": {}, "wair": {}})

ROW: dict[str, Any] = {
    "night": NIGHT.date,
    "code": "STK-01",
    "case_key": "c" * 32,
    "state": "open",
    "severity": "high",
    "owner": "operations",
    "systems": "wair>khaos",
    "entity": "stock",
    "record_key": "MUG-01",
    "scope": "Main",
    "counterpart_key": None,
    "field": "physical",
    "expected_value": "10",
    "actual_value": "12",
    "reason": None,
    "units": Decimal("2"),
    "amount": Decimal("9.98"),
    "currency": "GBP",
    "amount_gbp": Decimal("9.98"),
    "observed_at": datetime(2026, 11, 19, 18, 30, tzinfo=UTC),
    "as_of": NIGHT.as_of,
    "expected_snapshot": "a" * 64,
    "actual_snapshot": "b" * 64,
    "suppressed_by": None,
    "correction": "worklist",
    "evidence": "{}",
    "first_seen": NIGHT.as_of,
}


def row(**changes: Any) -> dict[str, Any]:
    """One exception: a drift of two mugs worth £9.98, with the given changes. Evidence may be given as a value."""
    given = ROW | changes
    if not isinstance(given["evidence"], str):
        given["evidence"] = json.dumps(given["evidence"])
    return given


def read(**changes: Any) -> dict[str, Any]:
    """One line of control_read: a complete WAIR stock snapshot of 100 rows."""
    return {
        "night": NIGHT.date, "system": "wair", "entity": "stock", "extracted": 100, "loaded": 100, "quarantined": 0,
        "verdict": "COMPLETE", "proof": "two_pass", "snapshot": "b" * 64, "reasons": "[]",
        "newest_change": NIGHT.as_of, "control_units": None, "control_value": None,
    } | changes  # fmt: skip


def not_tested(code: str, systems: str, reason: str) -> dict[str, Any]:
    """One line of control_code that could not be tested."""
    return {
        "night": NIGHT.date, "code": code, "systems": systems, "tested": False, "not_tested_reason": reason,
        "compared": 0, "matched": 0, "expected": 0, "open": 0, "suppressed": 0, "open_gbp": Decimal(0),
        "closes": False,
    }  # fmt: skip


def make_night(
    folder: Path,
    rows: Iterable[Mapping[str, Any]] = (),
    *,
    reads: Iterable[Mapping[str, Any]] = (),
    codes: Iterable[Mapping[str, Any]] = (),
    matched: int = 90,
) -> Store:
    """A store whose warehouse holds these exceptions; control lines that fit them are added to the given ones."""
    store = Store(folder)
    rows = list(rows)
    with open_warehouse(store) as con:
        con.execute((database.HERE / "kept.sql").read_text(encoding="utf-8"))
        for table, lines in (
            ("exception", rows),
            ("control_read", [*reads] or [read()]),
            ("control_code", [*_control(rows, matched), *codes]),
        ):
            for line in lines:
                marks = ", ".join(f"${name}" for name in line)
                con.execute(f"INSERT INTO {table} ({', '.join(line)}) VALUES ({marks})", dict(line))
    return store


def _control(rows: list[Mapping[str, Any]], matched: int) -> list[dict[str, Any]]:
    lines: dict[tuple[Any, str, str], dict[str, Any]] = {}
    for r in rows:
        line = lines.setdefault((r["night"], r["code"], r["systems"]), _empty(r, matched))
        line["compared"] += 1
        line[r["state"]] += 1
        if r["state"] == "open":
            line["open_gbp"] += r["amount_gbp"] or 0
    return list(lines.values())


def _empty(r: Mapping[str, Any], matched: int) -> dict[str, Any]:
    return {
        "night": r["night"], "code": r["code"], "systems": r["systems"], "tested": True, "not_tested_reason": None,
        "compared": matched, "matched": matched, "expected": 0, "open": 0, "suppressed": 0, "open_gbp": Decimal(0),
        "closes": True,
    }  # fmt: skip
