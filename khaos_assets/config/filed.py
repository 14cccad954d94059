"""What a folder of finished files holds: `files.json` beside them, with the size and SHA-256 of each.

Written when they were made, so that whoever hands one on later can prove that it is still the same. The same files
give the same bytes: when they were made says the file's own time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path

import msgspec

from khaos_assets.config.store import write_bytes
from khaos_assets.config.version import product_version

FILE = "files.json"


class Filed(msgspec.Struct, frozen=True):
    """One file as it was when it was made."""

    bytes: int
    sha256: str


class Listing(msgspec.Struct, frozen=True):
    """All that was made together. `product`: the version that made them."""

    product: str
    files: dict[str, Filed]


def withdraw(folder: Path) -> None:
    """Say of nothing in a folder that it is finished: something in it is about to be written anew."""
    with suppress(FileNotFoundError):
        (folder / FILE).unlink()


def file_all(folder: Path, names: Iterable[str]) -> None:
    """Write down files of a folder, in place of an earlier listing."""
    found = {name: filed(folder / name) for name in sorted(names)}
    told = {"product": product_version(), "files": {n: msgspec.structs.asdict(f) for n, f in found.items()}}
    write_bytes(folder / FILE, json.dumps(told, indent=1, ensure_ascii=False).encode() + b"\n")


def filed(path: Path) -> Filed:
    """A file as it is now. Raises FileNotFoundError."""
    with path.open("rb") as f:
        return measured(f)


def measured(file: BufferedReader) -> Filed:
    """What an open file holds, from its beginning; it stands at its end then."""
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Filed(file.tell(), digest)


def listing(folder: Path) -> tuple[Listing, datetime] | None:
    """What was made in a folder, and when (aware UTC); None where nothing is finished. Raises ValueError."""
    try:
        with (folder / FILE).open("rb") as f:
            at = datetime.fromtimestamp((folder / FILE).stat().st_mtime, UTC)
            return msgspec.json.decode(f.read(), type=Listing), at
    except FileNotFoundError:
        return None
