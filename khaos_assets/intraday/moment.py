"""One moment of the day: deltas, the day's warehouse, the time-critical codes, and the list of cases that stand.

A case may open, none closes: the list holds what the last night left open and what any moment since has found, until
the next night looks at everything. So nothing is ever concluded from what a delta does not show.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from khaos_assets import rules, snapshots, warehouse
from khaos_assets.cases.ledger import open_ledger
from khaos_assets.cases.recording import NightFindings, read_findings, record_moment
from khaos_assets.config import Credentials, Night, Settings, Store
from khaos_assets.config.store import DayStore, write_bytes
from khaos_assets.expectations.tie_out import count
from khaos_assets.intraday import ground, listing
from khaos_assets.intraday.listing import Case
from khaos_assets.snapshots import Certificate

CODES = ("ORD-01", "ORD-02", "ORD-09", "ORD-10", "STK-04", "STK-07")
EXPLAINING = (
    "ORD-05", "ORD-15", "ORD-16", "ORD-17", "PIM-09", "SKU-01", "SKU-02", "SKU-04", "SKU-05", "STK-02", "STK-03",
    "STK-06",
)  # fmt: skip
"""Codes that may explain one of CODES: looked at so that one fault stays one exception, neither listed nor counted."""


class NoNightYet(Exception):
    """There is no finished night from which a delta could reach on."""


@dataclass(frozen=True)
class Moment:
    """What one moment read and found."""

    night: date
    """The last finished night."""
    as_of: datetime
    certificates: dict[str, Certificate]
    """Of the deltas, by `system/entity`."""
    not_tested: dict[str, str]
    """"CODE systems" → why."""
    listed: list[Case]
    """Everything that stands open: left by the night, or found since."""
    opened: list[str] = field(default_factory=list)
    """Case keys that no night and no earlier moment of this day had listed."""
    files: dict[str, Path] = field(default_factory=dict)

    @property
    def incomplete(self) -> list[str]:
        return [name for name, c in self.certificates.items() if not c.complete]

    def document(self) -> dict[str, Any]:
        """For machines. Money and units are decimal text."""
        return {
            "night": self.night.isoformat(),
            "as_of": _text(self.as_of),
            "snapshots": [
                {"system": c.system, "entity": c.entity, "verdict": c.verdict.value, "proof": c.proof.value,
                 "rows": c.rows, "requests": c.requests, "reasons": [f"{r.fault}: {r.detail}" for r in c.reasons]}
                for c in self.certificates.values()
            ],
            "not_tested": self.not_tested,
            "listed": [case.document() for case in self.listed],
            "opened": self.opened,
            "files": {name: str(path) for name, path in self.files.items()},
        }  # fmt: skip


def run_moment(settings: Settings, credentials: Credentials, store: Store, as_of: datetime) -> Moment:
    """Read what changed since the last finished night, and tell what stands open at `as_of` (aware).

    Raises NoNightYet, and TieOutError where population and exceptions disagree. Nothing outside `intraday/` is written.
    """
    finished = store.finished_night()
    if finished is None:
        raise NoNightYet(f"{store.root}: no night was run to its end yet; `khaos-assets run nightly` runs one")
    day = store.day_after(finished)
    moment = Night(day.today, as_of.astimezone(UTC))
    day.root.mkdir(parents=True, exist_ok=True)
    with FileLock(day.root / "moment.lock", timeout=600):
        ground.lay(settings, day)
        certificates = snapshots.take(settings, credentials, day, moment, deltas=True)
        warehouse.build(settings, day, moment)
        result = rules.evaluate(settings, day, moment, {*CODES, *EXPLAINING})
        with warehouse.open_warehouse(day) as db:
            count(db, moment)
            listed, opened = listing.update(db, day, moment, CODES)
            files = listing.write(db, day)
        not_tested = {name: why for name, why in result.not_tested.items() if name.split(" ")[0] in CODES}
        told = Moment(finished, moment.as_of, certificates, not_tested, listed, opened, files)
        findings = read_findings(day, moment)
        mine = {key: row for key, row in findings.rows.items() if row.code in CODES}
        with open_ledger(store) as ledger:
            record_moment(ledger, settings, NightFindings(moment, mine, findings.closes))
        write_bytes(_record(day, moment.as_of), json.dumps(told.document(), indent=1).encode() + b"\n")
    return told


def _record(day: DayStore, as_of: datetime) -> Path:
    return day.root / "moments" / f"{as_of:%Y-%m-%dT%H%M%SZ}.json"


def _text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
