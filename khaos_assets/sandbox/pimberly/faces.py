"""What a kind of key shows of a product. Contract sections 2 and 3.1.

A feed shows `id` and `primaryId`, core `_id` and `primaryId`, a channel `_id` and `Primary ID`; life cycle stages are
the feed's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import msgspec
from msgspec import Raw

from khaos_assets.sandbox.pimberly.rows import Row

_FIELDS: msgspec.json.Decoder[dict[str, Raw]] = msgspec.json.Decoder(dict[str, Raw])
_ENCODE = msgspec.json.Encoder().encode
EVERYTHING = "*"


@dataclass(frozen=True)
class Face:
    """One kind of view: how the two identifiers are called, and what it hides."""

    id: str
    key: str
    hides: frozenset[str] = frozenset()

    def show(self, rows: Iterable[Row], attributes: str | None) -> list[bytes]:
        """The rows with all attributes (`*`), with named ones (comma between them), or with identifiers only (None)."""
        if attributes == EVERYTHING and self == FEED:
            return [r.line for r in rows]
        shown = self._columns(attributes)
        return [_ENCODE(shown(_FIELDS.decode(r.line))) for r in rows]

    def _columns(self, attributes: str | None) -> Callable[[Mapping[str, Raw]], dict[str, Raw]]:
        names = {"id": self.id, "primaryId": self.key}
        if attributes == EVERYTHING:
            return lambda fields: {names.get(k, k): v for k, v in fields.items() if k not in self.hides}
        asked = [a for a in (attributes or "").split(",") if a and a not in self.hides]
        names |= {a: a for a in asked if a not in names.values()}
        return lambda fields: {shown: fields[own] for own, shown in names.items() if own in fields}


FEED = Face("id", "primaryId")
CORE = Face("_id", "primaryId", frozenset({"lifecycleStage"}))
CHANNEL = Face("_id", "Primary ID", frozenset({"lifecycleStage"}))
