"""Requests that were accepted, kept in a file, so that a restarted simulator knows them: what they changed, and above
all their client references.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec


class Request(msgspec.Struct, frozen=True):
    """One accepted call: what was pushed where."""

    resource: str
    query: dict[str, str]
    body: bytes


class Memory:
    """The accepted requests of one installation, oldest first. Without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._file = None if folder is None else folder / "wair.ndjson"

    def requests(self) -> Iterator[Request]:
        """What was accepted before this start."""
        if self._file is not None and self._file.exists():
            for line in self._file.read_bytes().splitlines():
                yield msgspec.json.decode(line, type=Request)

    def keep(self, request: Request) -> None:
        """Remember one more."""
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("ab") as out:
                out.write(msgspec.json.encode(request) + b"\n")
