"""Where every file lands: the only module that joins paths below the data folder.

Everything is written to a temporary name, fsynced and renamed, so a reader sees a whole file or none.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from filelock import FileLock

from khaos_assets.config.processes import is_gone, this_process

UNFINISHED = ".part"
"""How the name of a file ends that is being written."""


@dataclass(frozen=True)
class Store:
    """The data folder (`var/` by default) and the places in it."""

    root: Path

    # raw/<system>/<entity>/<night>.<attempt>/NNNNN.<ext> + manifest.json: as received, never rewritten
    def raw_entity(self, system: str, entity: str) -> Path:
        return self.root / "raw" / system / entity

    def raw_attempt(self, system: str, entity: str, night: date, attempt: int) -> Path:
        return self.raw_entity(system, entity) / f"{night.isoformat()}.{attempt}"

    def raw_attempts(self, system: str, entity: str, night: date) -> list[Path]:
        """The finished reads of one night, oldest first (a read is finished when its manifest stands)."""
        found = self.raw_entity(system, entity).glob(f"{night.isoformat()}.*/manifest.json")
        return sorted((p.parent for p in found), key=lambda p: int(p.suffix[1:]))

    @property
    def restricted(self) -> Path:
        """Bodies that could not be parsed, and may therefore still hold personal data; short retention."""
        return self.root / "restricted"

    # snapshots/<system>/<entity>/date=<night>/<table>.parquet + certificate.json
    def snapshot(self, system: str, entity: str, night: date) -> Path:
        return self.root / "snapshots" / system / entity / f"date={night.isoformat()}"

    def snapshot_nights(self, system: str, entity: str) -> list[date]:
        found = (self.root / "snapshots" / system / entity).glob("date=*/certificate.json")
        return sorted(date.fromisoformat(p.parent.name.removeprefix("date=")) for p in found)

    def nights(self) -> list[date]:
        """Nights of which at least one snapshot stands, oldest first."""
        return sorted({day for e in self.root.glob("snapshots/*/*") for day in self.snapshot_nights(*e.parts[-2:])})

    def history(self, name: str, night: date) -> Path:
        """What one night hands to later ones (for example the stock figures last agreed), as Parquet."""
        return self.root / "history" / name / f"date={night.isoformat()}" / f"{name}.parquet"

    def history_nights(self, name: str) -> list[date]:
        """Nights that handed something on under this name, oldest first."""
        found = (self.root / "history" / name).glob(f"date=*/{name}.parquet")
        return sorted(date.fromisoformat(p.parent.name.removeprefix("date=")) for p in found)

    def finished_night(self) -> date | None:
        """The newest night that was run to its end: that of the published copy."""
        pointer = self.published / "current.json"
        return date.fromisoformat(json.loads(pointer.read_text())["night"]) if pointer.exists() else None

    def day_after(self, night: date) -> DayStore:
        """Where the runs of the day after a finished night write."""
        return DayStore(self.root / "intraday" / night.isoformat(), self, night)

    def month(self, key: str) -> MonthStore:
        """Where the close of one period works: `close/<YYYY-MM>/`."""
        return MonthStore(self.root / "close" / key, self)

    def packs(self, key: str) -> Path:
        """The packs of one period, a folder per version: `v1`, `v2` …"""
        return self.root / "reports" / "month-end" / key

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """Read-only copies for people, and `current.json` which names the newest."""
        return self.root / "published"

    def reports(self, night: date) -> Path:
        return self.root / "reports" / night.isoformat()

    def reported_nights(self) -> list[date]:
        """Nights of which reports stand, oldest first."""
        return sorted(
            date.fromisoformat(p.name) for p in (self.root / "reports").glob("[0-9]" * 4 + "-??-??") if p.is_dir()
        )

    def packed_periods(self) -> list[str]:
        """Periods of which packs stand, oldest first."""
        return sorted(p.name for p in self.packs("").glob("[0-9]*-??") if p.is_dir())

    def data_docs(self, night: date) -> Path:
        return self.root / "data_docs" / night.isoformat()

    def check_results(self, night: date) -> Path:
        """What the checks of a night said, as JSON, for the UI, the command line and the alerts."""
        return self.root / "checks" / f"{night.isoformat()}.json"

    @property
    def ledger(self) -> Path:
        """Cases, approvals and their history, where they are not kept in PostgreSQL. The only file that nothing else
        can make again."""
        return self.root / "ledger.sqlite"

    @property
    def portal(self) -> Path:
        """Who may use the portal and what they did there, where that is not kept in PostgreSQL beside the ledger."""
        return self.root / "portal.sqlite"

    @property
    def halt_switch(self) -> Path:
        """While this file stands, no correction is sent."""
        return self.root / "corrections.halt"

    def correcting(self, system: str) -> FileLock:
        """The inter-process lock of the one who writes corrections to a system."""
        self.root.mkdir(parents=True, exist_ok=True)
        return FileLock(self.root / f"corrections-{system}.lock")

    def worklists(self, night: date) -> Path:
        """What a person has to do by hand: a file per code."""
        return self.reports(night) / "worklists"

    @contextmanager
    def writing(self, timeout: float = 600) -> Generator[None]:
        """The inter-process lock of the one warehouse writer. Never held while waiting for the network."""
        self.root.mkdir(parents=True, exist_ok=True)
        with FileLock(self.root / "warehouse.lock", timeout=timeout):
            yield


@dataclass(frozen=True)
class DayStore(Store):
    """A store of its own for the runs of one day, `intraday/<night>/`, laid out as the data folder is.

    Snapshots and history of nights up to `night` are those of the data folder, which nothing here writes to.
    """

    nightly: Store
    night: date

    @property
    def today(self) -> date:
        """The date under which the day's snapshots stand: that of the night to come, so that all nights are earlier."""
        return self.night + timedelta(days=1)

    def snapshot(self, system: str, entity: str, night: date) -> Path:
        return (super() if night > self.night else self.nightly).snapshot(system, entity, night)

    def snapshot_nights(self, system: str, entity: str) -> list[date]:
        nights = [n for n in self.nightly.snapshot_nights(system, entity) if n <= self.night]
        return [*nights, *super().snapshot_nights(system, entity)]

    def raw_attempt(self, system: str, entity: str, night: date, attempt: int) -> Path:
        return (super() if night > self.night else self.nightly).raw_attempt(system, entity, night, attempt)

    def history(self, name: str, night: date) -> Path:
        return (super() if night > self.night else self.nightly).history(name, night)

    def history_nights(self, name: str) -> list[date]:
        return [n for n in self.nightly.history_nights(name) if n <= self.night]


@dataclass(frozen=True)
class MonthStore(Store):
    """A store of its own for the close of one period: `close/<YYYY-MM>/`.

    Snapshots are the nights', but those of the count that was taken at the period's end go before them. Nothing here
    writes to the nights'.
    """

    nightly: Store

    @property
    def count(self) -> Store:
        """What was read just after midnight of the period's last day."""
        return Store(self.root / "count")

    @property
    def draft_count(self) -> Store:
        """A count that is being taken, or was not complete."""
        return Store(self.root / "count.draft")

    @property
    def trial_balance(self) -> Path:
        """The trial balance that somebody brought, as it came."""
        return self.root / "trial-balance.csv"

    @property
    def work(self) -> Path:
        """What the portal was last asked to do for it (make the pack, seal it), and how that ended."""
        return self.root / "work.json"

    def counted(self, system: str, entity: str) -> Path | None:
        """The folder of the count's snapshot; None where the count has none."""
        found = sorted((self.count.root / "snapshots" / system / entity).glob("date=*/certificate.json"))
        return found[-1].parent if found else None

    def snapshot(self, system: str, entity: str, night: date) -> Path:
        return self.counted(system, entity) or self.nightly.snapshot(system, entity, night)

    def snapshot_nights(self, system: str, entity: str) -> list[date]:
        return self.nightly.snapshot_nights(system, entity)

    def raw_attempt(self, system: str, entity: str, night: date, attempt: int) -> Path:
        return self.nightly.raw_attempt(system, entity, night, attempt)

    def history(self, name: str, night: date) -> Path:
        return self.nightly.history(name, night)

    def history_nights(self, name: str) -> list[date]:
        return self.nightly.history_nights(name)


@contextmanager
def replacing(path: Path) -> Generator[Path]:
    """A temporary path beside `path`; on leaving without error it is fsynced and renamed to `path`.

    What processes that were killed left in the folder goes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".*~*~{UNFINISHED}"):
        if is_gone(left.name.split("~")[-2]):
            left.unlink(missing_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}~{this_process()}~{UNFINISHED}")
    try:
        temporary.touch(mode=0o600, exist_ok=False)
        yield temporary
        with temporary.open("rb") as f:
            os.fsync(f.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, body: bytes) -> None:
    """Write a whole file: temporary name, fsync, rename."""
    with replacing(path) as temporary:
        temporary.write_bytes(body)
