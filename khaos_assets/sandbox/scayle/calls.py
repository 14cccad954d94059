"""One call as the simulator sees it: what its path names, what it asks for, and the way to refuse it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote_plus

import msgspec

from khaos_assets.sandbox.scayle.routes import BASE, find

_BODY = msgspec.json.Decoder(float_hook=Decimal)
_FILTER = re.compile(r"filters\[([^\]]+)\](?:\[([^\]]+)\])?")
KEY = "key="


class Refused(Exception):
    """A call that is answered with an error: its status, the vendor's kind of key, and words for a person."""

    def __init__(self, status: int, key: str, message: str) -> None:
        super().__init__(f"{status} {key}: {message}")
        self.status, self.key, self.message = status, key, message


class Identifier(NamedTuple):
    """What a path segment names: a number, or a reference key (exactly one of the two is given)."""

    id: int | None = None
    reference: str | None = None

    @classmethod
    def of(cls, text: str) -> Identifier:
        """From a decoded segment. Raises Refused where it is neither a number nor `key=…`.

        >>> Identifier.of("key=A/1")
        Identifier(id=None, reference='A/1')
        """
        if text.startswith(KEY):
            return cls(reference=text.removeprefix(KEY))
        if text.isascii() and text.isdigit() and len(text) < 19:
            return cls(int(text))
        raise Refused(400, "INVALID_IDENTIFIER", f"{text!r} is neither a number nor key=…")

    def __str__(self) -> str:
        return str(self.id) if self.reference is None else f"{KEY}{self.reference}"


def decoded(segment: str) -> str:
    """A raw path segment as it is meant: form style, a plus is a blank (contract section 2)."""
    return unquote_plus(segment)


@dataclass(frozen=True)
class Call:
    """One request that is known. `raw` is its path below the base path, still encoded; `segments` are the variable
    parts of it, decoded, in order; `match` is by what a switch can be limited to some calls."""

    method: str
    operation: str
    scope: str
    raw: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    body: bytes
    match: Mapping[str, str]

    @classmethod
    def to(cls, method: str, raw: str, query: bytes = b"", body: bytes = b"") -> Call | None:
        """The call to a raw path below the base path; None where there is nothing."""
        route = find(method, raw)
        if route is None:
            return None
        segments = tuple(map(decoded, route.segments))
        match = {"path": BASE + decoded(raw), "method": method, "operation": route.operation}
        match |= {"scope": route.scope, "entity": route.entity}
        return cls(method, route.operation, route.scope, raw, segments, _asked(query), body, match)

    @property
    def path(self) -> str:
        """The whole path, decoded."""
        return self.match["path"]

    def identifier(self, at: int) -> Identifier:
        """The segment at this place as an identifier. Raises Refused."""
        return Identifier.of(self.segments[at])

    def parts(self) -> frozenset[str]:
        """The nested parts asked for by `with`."""
        return frozenset(p for p in self.query.get("with", "").split(",") if p)

    def filters(self) -> dict[tuple[str, str], str]:
        """`filters[name]=…` and `filters[name][operator]=…`, the operator "" where there is none."""
        found = ((_FILTER.fullmatch(k), v) for k, v in self.query.items())
        return {(m[1], m[2] or ""): v for m, v in found if m}

    def record(self) -> dict[str, Any]:
        """The body as one JSON object; numbers with a point are Decimal. Raises Refused."""
        found = self.json()
        if not isinstance(found, dict):
            raise Refused(400, "INVALID_BODY", "a JSON object is expected")
        return found

    def json(self) -> Any:
        """The body as JSON. Raises Refused."""
        try:
            return _BODY.decode(self.body)
        except (msgspec.DecodeError, InvalidOperation) as e:
            raise Refused(400, "INVALID_BODY", str(e)) from e


def _asked(query: bytes) -> dict[str, str]:
    """A query string as a mapping; of a name that comes twice the last counts."""
    return dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))


def as_instant(text: Any) -> datetime | None:
    """ISO 8601 with an offset; None where it is anything else."""
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None
