"""Worklists: what no write puts right, as one workbook and as a file per code, for whoever does it by hand.

Every standing case without an item in the night's plan is on one, also what a plan left out, with the reason. Text that
a spreadsheet would run as a formula is made harmless. STK-01 goes out a second time in the form of Khaos's stock
adjustment import, exact and without any such care. An entry leaves a list only by evidence: the next complete night
without it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from khaos_assets.cases.ledger import Ledger
from khaos_assets.cases.states import STANDING, Case
from khaos_assets.config import Store
from khaos_assets.config.filed import file_all, withdraw
from khaos_assets.config.store import write_bytes
from khaos_assets.corrections.plan import Plan
from khaos_assets.corrections.worklist_book import Entry, write_book
from khaos_assets.rules.runbook import runbook_pages

COLUMNS = (
    "case", "due (UTC)", "owner", "severity", "systems", "record", "scope", "field", "value seen", "value wanted",
    "units", "GBP", "why", "what to do", "not corrected because",
)  # fmt: skip
ADJUSTMENT = ("Stock Code", "Site", "Adjustment", "Counted", "Reason")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
BOM = "\ufeff".encode()
"""So that a spreadsheet reads the letters as what they are."""


def write_worklists(ledger: Ledger, store: Store, night: date, plan: Plan | None) -> dict[str, Path]:
    """Write the lists of a night and remove those of an earlier writing; file by name.

    `plan` is the night's own, where there is one: what it writes is on no list.
    """
    planned = {item.case_key for item in plan.items} if plan else set[str]()
    why_not = {left.case_key: left.why for left in plan.left_out} if plan else {}
    cases = [c for c in ledger.cases(states=STANDING) if c.case_key not in planned]
    folder = store.worklists(night)
    withdraw(folder)
    for old in (*folder.glob("*.csv"), *folder.glob("*.xlsx")):
        old.unlink()
    written: dict[str, Path] = {}
    pages = runbook_pages({c.code for c in cases})
    lists = {
        code: [
            Entry(c, why_not.get(c.case_key, ""), pages[code].deed if code in pages else "")
            for c in cases
            if c.code == code
        ]
        for code in sorted({c.code for c in cases})
    }
    for code, entries in lists.items():
        written[code] = _write(folder / f"{code}.csv", COLUMNS, map(_line, entries))
        if code == "STK-01":
            levels = (_adjustment(e.case) for e in entries if e.case.units is not None)
            written["stock-adjustment"] = _write(folder / "stock-adjustment.csv", ADJUSTMENT, levels)
    if lists:
        written["worklists"] = write_book(folder / "worklists.xlsx", COLUMNS, lists)
        file_all(folder, (path.name for path in written.values()))
    return written


def _line(entry: Entry) -> Sequence[str]:
    c = entry.case
    due = f"{c.due_at:%Y-%m-%d %H:%M}" if c.due_at else ""
    units, gbp = "" if c.units is None else _plain(c.units), "" if c.amount_gbp is None else f"{c.amount_gbp:f}"
    return (c.case_key, due, c.owner, c.severity, *map(_safe, entry.texts), units, gbp, *map(_safe, entry.advice))


def _adjustment(case: Case) -> Sequence[str]:
    """What to add to Khaos's stock of a code at a site, so that it is what WAIR has on hand."""
    adjustment = -(case.units or 0)
    return (case.record_key, case.scope, _plain(Decimal(adjustment)), case.expected_value or "", case.case_key[:12])


def _plain(units: Decimal) -> str:
    """Without needless zeros."""
    return f"{units.normalize():f}"


def _safe(text: str) -> str:
    """Text as text, whatever a spreadsheet makes of its first letter."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _write(path: Path, columns: Collection[str], lines: Iterable[Sequence[str]]) -> Path:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(lines)
    write_bytes(path, BOM + out.getvalue().encode())
    return path
