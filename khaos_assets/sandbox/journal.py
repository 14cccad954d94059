"""The journal: every request that changed something, in order. What a correction really did is read here."""

from __future__ import annotations

from typing import Any

import msgspec


class Journal:
    """An ordered list of changes, kept for the life of the simulators, over all nights."""

    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []

    def write(self, system: str, operation: str, what: dict[str, Any]) -> None:
        """Note one change: the system, the operation as the contract names it, and what it did in wire words."""
        self._entries.append({"number": len(self._entries) + 1, "system": system, "operation": operation, "what": what})

    def entries(self, system: str | None = None) -> list[dict[str, Any]]:
        """All changes, or those of one system, oldest first."""
        return [e for e in self._entries if system is None or e["system"] == system]

    def as_json(self, system: str | None = None) -> bytes:
        """The same as a JSON array. Decimals stay numbers with their own digits."""
        return msgspec.json.Encoder(decimal_format="number").encode(self.entries(system))
