"""A merchant's October by hand: a store with the nights that open and close it, as a nightly run leaves them behind."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from khaos_assets.cases.recording import record_night
from khaos_assets.close.periods import Period, named
from khaos_assets.close.preparing import Prepared, prepare
from khaos_assets.close.sheets import Sheet
from khaos_assets.config import Night, Settings, Store
from khaos_assets.rules import evaluate
from khaos_assets.snapshots.certificate import Verdict
from khaos_assets.warehouse import build
from khaos_assets_tests.planted_channels import SHOPS
from khaos_assets_tests.planted_night import PlantedNight, merged, write_snapshots

LATER = datetime(2026, 11, 3, 9, tzinfo=UTC)
"""When people work on October."""


@dataclass
class Books:
    """A store with recorded nights."""

    settings: Settings
    store: Store
    given: Mapping[str, Any]
    """The settings as they were given."""

    def period(self, key: str = "2026-10") -> Period:
        return named(self.settings.close.calendar, key)

    def prepare(self, key: str = "2026-10", *, by: str = "ann") -> Prepared:
        return prepare(self.settings, self.store, self.period(key), by=by, at=LATER)

    def add_night(self, day: date, things: Sequence[Any], *, again: bool = False) -> None:
        """Run one more night over what the systems show, to the ledger."""
        self.look(day, things, again=again)
        record_night(self.settings, self.store, Night.of(day))

    def look(self, day: date, things: Sequence[Any], *, again: bool = False, lost: Sequence[str] = ()) -> None:
        """Read and compare one night, and leave the ledger as it is. Reads in `lost` are INCOMPLETE."""
        incomplete = {name: {"verdict": Verdict.INCOMPLETE} for name in lost}
        planted = PlantedNight(things, settings=self.given, certificates=incomplete)
        night = Night.of(day)
        for folder in self.store.root.glob(f"snapshots/*/*/date={day}") if again else ():
            shutil.rmtree(folder)
        write_snapshots(self.store, night, planted)
        build(self.settings, self.store, night)
        evaluate(self.settings, self.store, night)


def books(folder: Path, nights: Mapping[date, Sequence[Any]], **settings: Any) -> Books:
    """Run the nights in their order. The merchant has Khaos, WAIR and both shops."""
    given = merged(SHOPS, settings)
    made = Books(PlantedNight((), settings=given).effective_settings(), Store(folder), given)
    for day in sorted(nights):
        made.add_night(day, nights[day])
    return made


def rows(sheet: Sheet, **wanted: object) -> list[dict[str, Any]]:
    """Rows of a sheet whose columns have these values."""
    return [r for r in sheet.table.to_pylist() if all(r[k] == v for k, v in wanted.items())]
