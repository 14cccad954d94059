"""Putting a backup back: every file is proven before the first is copied, and nothing is ever overwritten."""

from __future__ import annotations

from pathlib import Path

from khaos_assets.backup import contents as form
from khaos_assets.backup.contents import BackupError, Contents
from khaos_assets.cases.ledger import URL, open_ledger
from khaos_assets.config import Store


def check(folder: Path) -> Contents:
    """What a backup holds, once every file of it is proven to be the one that was saved. Raises BackupError."""
    contents = form.read_contents(folder)
    for name, saved in contents.files.items():
        path = folder / name
        if path.is_symlink() or not path.is_file():
            raise BackupError(f"{path}: it is gone: take another backup")
        if form.measure(path) != saved:
            raise BackupError(f"{path}: it is not what was saved (SHA-256 differs): take another backup")
    others = [p for p in form.files_below(folder) if p.relative_to(folder).as_posix() not in contents.files]
    strange = [p for p in others if p.name != form.LISTING]
    if strange:
        raise BackupError(f"{strange[0]}: it was not saved with the others: somebody else put it there")
    return contents


def restore_config(folder: Path, config: Path) -> bool:
    """Put `merchant.toml` where `config` says, unless one stands there; whether what stands there now is the saved one.

    Raises OSError.
    """
    saved = folder / form.CONFIG
    if not config.exists():
        form.copy(saved, config)
    return config.read_bytes() == saved.read_bytes()


def restore(folder: Path, store: Store, contents: Contents) -> int:
    """Put a checked backup into an empty data folder, and prove the ledger; how many events it has.

    A ledger in PostgreSQL has to stand there already. Raises BackupError, BrokenChain.
    """
    if not form.is_empty(store.root):
        raise BackupError(f"{store.root}: this data folder is not empty; nothing is put over what is there")
    places = form.databases(store)
    if (places is None) == (form.LEDGER in contents.files):
        raise BackupError(
            f"this backup holds the ledger as a file: unset {URL}" if places is None
            else f"the ledger was in PostgreSQL: restore its dump there and set {URL}"
        )  # fmt: skip
    named = places or {}
    taken = [path for path in named.values() if path.exists()]
    if taken:
        raise BackupError(f"{taken[0]}: it is there already; nothing is put over it")
    # The ledger last: what was broken off has none, and is not taken for whole
    for name in sorted(contents.files, key=lambda n: n == form.LEDGER):
        if name != form.CONFIG and form.copy(folder / name, named.get(name, store.root / name)) != contents.files[name]:
            raise BackupError(f"{folder / name}: it changed while it was copied; empty {store.root} and begin again")
    with open_ledger(store) as ledger:
        events = ledger.verify()
        if contents.ledger_events and ledger.hash_at(contents.ledger_events) != contents.ledger_hash:
            raise BackupError(f"event {contents.ledger_events} of the ledger is not the one that was saved")
    return events
