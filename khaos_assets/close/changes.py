"""What changed between two versions of a pack: totals that moved, and how many rows came and went."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from khaos_assets.close import manifest as manifests
from khaos_assets.close.manifest import Manifest


@dataclass(frozen=True)
class Moved:
    """One total of one sheet. None: it was not there."""

    sheet: str
    column: str
    was: Decimal | None
    now: Decimal | None


@dataclass(frozen=True)
class Rows:
    """How many rows of a sheet only one of the versions has."""

    sheet: str
    gone: int
    came: int


@dataclass(frozen=True)
class Changes:
    """Everything that is not as it was."""

    since: str
    """The version it is told against: v1."""
    totals: tuple[Moved, ...]
    rows: tuple[Rows, ...]
    causes: tuple[str, ...]
    """Snapshots, rules and settings that are not what they were."""

    def __bool__(self) -> bool:
        return bool(self.totals or self.rows)


def compare(earlier: Path, manifest: Manifest, folder: Path) -> Changes:
    """From the version in `earlier` to the one with this manifest, whose sheets stand in `folder`."""
    was = manifests.read(earlier)
    totals: list[Moved] = []
    rows: list[Rows] = []
    for name in sorted({*was["sheets"], *manifest["sheets"]}):
        old, new = was["sheets"].get(name, {}), manifest["sheets"].get(name, {})
        if old.get("sha256") == new.get("sha256"):
            continue
        before, after = old.get("totals", {}), new.get("totals", {})
        totals += [
            Moved(name, column, _decimal(before.get(column)), _decimal(after.get(column)))
            for column in {**before, **after}
            if before.get(column) != after.get(column)
        ]
        rows.append(_rows(name, earlier / f"{name}.parquet", folder / f"{name}.parquet"))
    parts = ("snapshots", "rules", "configuration")
    causes = [c for part in parts for c in manifests.differences(was[part], manifest[part])]
    return Changes(earlier.name, tuple(totals), tuple(rows), tuple(causes))


def _rows(name: str, was: Path, now: Path) -> Rows:
    if not (was.exists() and now.exists()):
        return Rows(name, 0, 0)
    with duckdb.connect() as db:
        counts = [
            db.execute(
                "SELECT count(*) FROM (SELECT to_json(a)::VARCHAR FROM read_parquet(?) AS a"
                " EXCEPT ALL SELECT to_json(b)::VARCHAR FROM read_parquet(?) AS b)",
                [str(one), str(other)],
            ).fetchall()[0][0]
            for one, other in ((was, now), (now, was))
        ]
    return Rows(name, counts[0], counts[1])


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
