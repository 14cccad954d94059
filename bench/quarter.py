"""A quarter of nights in one ledger: what a night costs must not grow with the age of the ledger.

Each night 5,000 differences show, of which a twentieth is new and as many are gone; it is recorded, and its list and
movement are read as the nightly report reads them. The last ten nights against the first ten, in the same run; the very
first, which opens everything, is left out.
"""

from __future__ import annotations

import tempfile
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import fmean

from rich.console import Console

from khaos_assets.cases.ledger import open_ledger
from khaos_assets.cases.movement import of_night
from khaos_assets.cases.recording import Finding, NightFindings, record
from khaos_assets.cases.worklist import work_list
from khaos_assets.config import Night, Settings, Store

NIGHTS = 91
SHOWN, NEW = 5_000, 250
AT_MOST = 1.3
PAIR = ("STK-01", "wair>khaos")
FIRST = Night.of(date(2026, 1, 1))


def report() -> None:
    """Run it and print the ratio beside its target."""
    settings = Settings.of_merchant({"merchant": {"name": "Bench"}})
    took: list[float] = []
    with tempfile.TemporaryDirectory() as folder, open_ledger(Store(Path(folder))) as ledger:
        for n in range(NIGHTS):
            night = Night.of(FIRST.date + timedelta(days=n))
            findings = NightFindings(night, _shown(n), frozenset({PAIR}))
            begin = time.process_time()
            record(ledger, settings, findings)
            work_list(ledger, night.date)
            of_night(ledger, night.date)
            took.append(time.process_time() - begin)
        events = ledger.head()
    first, last = fmean(took[1:11]), fmean(took[-10:])
    console = Console()
    console.print(
        f"\nA quarter in one ledger: {NIGHTS} nights, {SHOWN:,} cases each, {NEW} new and gone; {events:,} events"
    )
    console.print(f"  first ten nights {first:.2f} s of processor time a night, last ten {last:.2f} s")
    verdict = "met" if last / first <= AT_MOST else "MISSED"
    console.print(f"  last against first {last / first:.2f} ×, target at most {AT_MOST} ×: {verdict}")


def _shown(n: int) -> dict[str, Finding]:
    """The differences of the n-th night: a window that moves on by NEW each night."""
    keys = (f"{i:032x}" for i in range(n * NEW, n * NEW + SHOWN))
    return {key: _finding(key, Decimal(int(key, 16) % 9_973) / 100) for key in keys}


def _finding(key: str, gbp: Decimal) -> Finding:
    return Finding(
        case_key=key, state="open", code=PAIR[0], systems=PAIR[1], entity="stock", record_key=key, scope="Main",
        field="", counterpart_key=None, owner="operations", severity="medium", expected_value="7", actual_value="5",
        reason=None, units=Decimal(-2), amount_gbp=gbp, correction=None, first_seen=FIRST.as_of, suppressed_by=None,
    )  # fmt: skip
