"""What is kept how long: raw pages, bodies that could not be parsed, and what the days wrote.

Counted in days from the night that the files belong to. Of each read the newest complete snapshot keeps its pages
however old it is: the next delta reaches on from it, and the next night is compared with it. So do the pages that a
sealed month rests on, for it can be made from them again. Tables, reports and
history stay; they hold no more of a person than a work list must show.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from khaos_assets.config import Retention, Store
from khaos_assets.snapshots.stored import last_complete, read_certificate


@dataclass(frozen=True)
class Removed:
    """One folder that went. `kind`: raw, restricted or intraday."""

    kind: str
    path: Path
    files: int
    bytes: int


def purge(retention: Retention, store: Store, today: date, *, sealed: Iterable[Path] = ()) -> list[Removed]:
    """Remove what is older than its retention on a day; what went, by path. Safe to repeat.

    `sealed`: folders of raw pages that a sealed month rests on; they stay.
    """
    kept = {*_pages_still_needed(store), *sealed}
    return sorted(
        (
            _remove(kind, folder)
            for kind, days, found in (
                ("raw", retention.raw_days, store.root.glob("raw/*/*/*.*")),
                ("restricted", retention.restricted_days, store.restricted.glob("*/*/*.*")),
                ("intraday", retention.intraday_days, store.root.glob("intraday/*")),
            )
            for folder in found
            if folder.is_dir() and folder not in kept and _night(folder) < today - timedelta(days=days)
        ),
        key=lambda removed: removed.path,
    )


def _pages_still_needed(store: Store) -> Iterator[Path]:
    for entity in store.root.glob("snapshots/*/*"):
        system, read = entity.parts[-2:]
        night = last_complete(store, system, read, date.max)
        certificate = None if night is None else read_certificate(store, system, read, night)
        if night is not None and certificate is not None:
            yield store.raw_attempt(system, read, night, certificate.attempt)


def _night(folder: Path) -> date:
    """Of a folder named by a night, or by a night and an attempt; what is named otherwise is nobody's to remove."""
    try:
        return date.fromisoformat(folder.name.partition(".")[0])
    except ValueError:
        return date.max


def _remove(kind: str, folder: Path) -> Removed:
    files = [p for p in folder.rglob("*") if p.is_file()]
    size = sum(p.stat().st_size for p in files)
    shutil.rmtree(folder)
    return Removed(kind, folder, len(files), size)
