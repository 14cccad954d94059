"""One call of the API, taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.datastructures import QueryParams

from khaos_assets.sandbox.plytix.answers import Refused
from khaos_assets.sandbox.plytix.products import RECORD, Record

_ANYTHING: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=RECORD.float_hook)


@dataclass(frozen=True)
class Call:
    """The ids in its path, its query, its body as it came."""

    ids: tuple[str, ...]
    query: QueryParams
    raw: bytes

    def body(self) -> Record:
        """The body as an object; no body is an empty one. Raises Refused (400)."""
        found = self.anything()
        if not isinstance(found, dict):
            raise Refused(400, "Malformed body", [("body", "an object is expected")])
        return found

    def anything(self) -> Any:
        """The body, whatever it is. Raises Refused (400)."""
        if not self.raw.strip():
            return {}
        try:
            return _ANYTHING.decode(self.raw)
        except (msgspec.DecodeError, ArithmeticError) as e:
            raise Refused(400, "Malformed body", [("body", str(e))]) from e


def ids_of(pattern: str, path: str) -> tuple[str, ...] | None:
    """The parts of a path at the stars of a pattern, or None where it is another path.

    >>> ids_of("products/*/variants", "products/5c48/variants")
    ('5c48',)
    """
    wanted, given = pattern.split("/"), path.split("/")
    if len(wanted) != len(given) or any(w not in ("*", g) for w, g in zip(wanted, given, strict=True)):
        return None
    return tuple(g for w, g in zip(wanted, given, strict=True) if w == "*")
