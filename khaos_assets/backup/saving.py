"""Saving while nights run and people work: the databases first, by SQLite's own online backup, then the files.

In this order whatever the ledger tells of has its files in the backup: they were there before it was told.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import msgspec

from khaos_assets.backup import contents as form
from khaos_assets.backup.contents import BackupError, Contents, Copied
from khaos_assets.cases.ledger import open_ledger
from khaos_assets.config import Store
from khaos_assets.config.store import UNFINISHED, write_bytes
from khaos_assets.config.version import product_version
from khaos_assets.snapshots.landing import MANIFEST

_DERIVED = (UNFINISHED, ".lock", ".duckdb", ".wal")
"""Endings of names below `close/` of what is being written, or made again by itself."""


def save(store: Store, config: Path, to: Path, *, at: datetime) -> Contents:
    """A backup in the empty folder `to`, made at `at` (aware UTC).

    Raises BackupError; BrokenChain where the ledger does not prove whole, for that is nothing to keep.
    """
    if not form.is_empty(to):
        raise BackupError(f"{to}: this folder is not empty; give each backup one of its own")
    root, inside = store.root.resolve(), to.resolve()
    if inside == root or root in inside.parents:
        raise BackupError(f"{to}: a backup inside the data folder goes with it; put it on another disk")
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    events, digest = None, None
    for name, source in (form.databases(store) or {}).items():
        if source.exists():
            _copy_database(source, to / name)
    if (to / form.LEDGER).exists():
        events, digest = _prove(store, to / form.LEDGER)
    files = {p.name: form.measure(p) for p in form.files_below(to)}
    for name, source in _files(store, config):
        files[name] = _copied(source, to / name)
    found = Contents(
        form=form.FORM, product=product_version(), made_at=at.isoformat(), ledger_events=events, ledger_hash=digest,
        files=dict(sorted(files.items())),
    )  # fmt: skip
    os.sync()  # once for all of them: a backup that says it is finished is on the disk
    write_bytes(to / form.LISTING, msgspec.json.format(msgspec.json.encode(found), indent=1))
    return found


def _files(store: Store, config: Path) -> Iterator[tuple[str, Path]]:
    """Names in the backup, and the files."""
    yield form.CONFIG, config
    if store.halt_switch.exists():
        yield store.halt_switch.name, store.halt_switch
    for manifest in sorted(store.root.glob(f"raw/*/*/*/{MANIFEST}")):
        # Without its manifest an attempt was broken off, or is under way: it counts for nothing
        yield from ((_name(store, p), p) for p in form.files_below(manifest.parent))
    for top in (store.root / "close", store.packs("")):
        for path in form.files_below(top):
            hidden = any(part.startswith(".") for part in path.relative_to(top).parts)
            if not hidden and not any(ending in path.name for ending in _DERIVED):
                yield _name(store, path), path


def _name(store: Store, path: Path) -> str:
    return path.relative_to(store.root).as_posix()


def _copied(source: Path, target: Path) -> Copied:
    try:
        return form.copy(source, target)
    except FileNotFoundError as e:
        raise BackupError(f"{e.filename}: it went while the backup was made (purge?); begin again") from e


def _copy_database(source: Path, target: Path) -> None:
    """As it stands between two transactions, while others read and write."""
    target.touch(mode=0o600)
    with closing(sqlite3.connect(source, timeout=60)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)


def _prove(store: Store, copy: Path) -> tuple[int, str | None]:
    """How many events the copy of the ledger has, and the hash of the last. Raises BrokenChain."""
    with open_ledger(store, url=f"sqlite:///{copy.resolve()}") as ledger:
        events = ledger.verify()
        digest = ledger.hash_at(events) if events else None
    with closing(sqlite3.connect(copy)) as alone:
        alone.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    return events, digest
