"""Accepted writes, kept in a file, so that a restarted simulator knows them: their changes and their references."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from khaos_assets.sandbox.khaos.soap import Call


class _Kept(msgspec.Struct, frozen=True):
    method: str
    arguments: dict[str, Any]


class Memory:
    """The accepted writes of one installation, oldest first. Without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._file = None if folder is None else folder / "khaos.ndjson"

    def calls(self) -> Iterator[Call]:
        """What was accepted before this start."""
        if self._file is not None and self._file.exists():
            for line in self._file.read_bytes().splitlines():
                kept = msgspec.json.decode(line, type=_Kept)
                yield Call(kept.method, kept.arguments)

    def keep(self, call: Call) -> None:
        """Remember one more. Its switches are not remembered: it is done again as it would be without any."""
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("ab") as out:
                out.write(msgspec.json.encode(_Kept(call.method, dict(call.arguments))) + b"\n")
