"""What a backup holds: `backup.json` with the size and SHA-256 of every file. It is written last: without it, a folder
is no backup."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import sqlalchemy as sa

from khaos_assets.cases.ledger import URL
from khaos_assets.config import Store

LISTING = "backup.json"
FORM = 1
CONFIG = "merchant.toml"
LEDGER = "ledger.sqlite"
PORTAL = "portal.sqlite"
_PLACES = re.compile(
    r"(raw|close|reports/month-end)/[^\x00]+|merchant\.toml|ledger\.sqlite|portal\.sqlite|corrections\.halt"
)
_CHUNK = 1 << 20


class BackupError(Exception):
    """It cannot be saved or put back so; the text says why and what to do. Nothing was overwritten."""


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """One file."""

    bytes: int
    sha256: str


class Contents(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`backup.json`. `ledger_events` and `ledger_hash` are None where the ledger is in PostgreSQL."""

    form: int
    product: str
    made_at: str
    """ISO 8601 UTC."""
    ledger_events: int | None
    ledger_hash: str | None
    """Of the last event: it proves that nothing was cut off behind it."""
    files: dict[str, Copied]

    @property
    def bytes(self) -> int:
        return sum(f.bytes for f in self.files.values())


def read_contents(folder: Path) -> Contents:
    """The listing of a backup. Raises BackupError."""
    path = folder / LISTING
    try:
        contents = msgspec.json.decode(path.read_bytes(), type=Contents)
    except FileNotFoundError:
        raise BackupError(f"{folder}: no backup stands here, or it was broken off: {LISTING} is missing") from None
    except msgspec.DecodeError as e:
        raise BackupError(f"{path}: {e}") from e
    if contents.form != FORM:
        raise BackupError(
            f"{path}: form {contents.form} was written by another version of the product, {contents.product}"
        )
    for name in contents.files:
        if not _PLACES.fullmatch(name) or ".." in name.split("/"):
            raise BackupError(f"{path}: {name!r} is no file of a backup")
    return contents


def files_below(folder: Path) -> Iterator[Path]:
    """Ordinary files of a folder and those in it, by name; links are none."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path


def copy(source: Path, target: Path) -> Copied:
    """Copy one file for its owner's eyes only; what was written. Raises OSError, also where `target` is there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, length = hashlib.sha256(), 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source.open("rb") as read, os.fdopen(descriptor, "wb") as written:
        while chunk := read.read(_CHUNK):
            digest.update(chunk)
            length += written.write(chunk)
    return Copied(bytes=length, sha256=digest.hexdigest())


def measure(path: Path) -> Copied:
    """One file as it stands."""
    with path.open("rb") as f:
        return Copied(sha256=hashlib.file_digest(f, "sha256").hexdigest(), bytes=f.tell())


def is_empty(folder: Path) -> bool:
    """Whether nothing stands there yet."""
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))


def databases(store: Store) -> dict[str, Path] | None:
    """The files of the ledger and the portal by their names in a backup; None where both are in PostgreSQL."""
    url = os.environ.get(URL)
    if not url:
        return {LEDGER: store.ledger, PORTAL: store.portal}
    given = sa.make_url(url)
    if given.get_backend_name() != "sqlite" or not given.database:
        return None
    ledger = Path(given.database)
    return {LEDGER: ledger, PORTAL: ledger.with_name(PORTAL)}
