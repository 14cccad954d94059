"""Writes that were accepted, kept in a file, so that a restarted simulator knows what they changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec


class Write(msgspec.Struct, frozen=True):
    """One accepted call: method, path below the system's root, body."""

    method: str
    path: str
    body: bytes


class Accepted:
    """The accepted writes of one system, oldest first. Without a folder nothing is kept."""

    def __init__(self, folder: Path | None, system: str) -> None:
        self._file = None if folder is None else folder / f"{system}.ndjson"

    def writes(self) -> Iterator[Write]:
        """What was accepted before this start."""
        if self._file is not None and self._file.exists():
            for line in self._file.read_bytes().splitlines():
                yield msgspec.json.decode(line, type=Write)

    def keep(self, write: Write) -> None:
        """Remember one more. Its switches are not remembered: it is done again as it would be without any."""
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("ab") as out:
                out.write(msgspec.json.encode(write) + b"\n")
