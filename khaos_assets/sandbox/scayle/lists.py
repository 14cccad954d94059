"""Pages of a list: limit, opaque cursor, envelope (contract section 3), and the switches that spoil the paging."""

from __future__ import annotations

import binascii
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.scayle.calls import Call, Refused
from khaos_assets.sandbox.scayle.rows import Row

DEFAULT_LIMIT = LARGEST_LIMIT = 100
LIST_SWITCHES = frozenset({"cursor_loop", "cursor_expired", "cursor_missing", "false_end"})

Render = Callable[[Row], bytes]


def whole(lines: Iterable[bytes]) -> bytes:
    """A list that is never paged: no cursor at all."""
    return b'{"entities":[%s]}' % b",".join(lines)


class Place:
    """Where in a list a call stands: the offset its cursor names, and its limit."""

    def __init__(self, call: Call) -> None:
        self.list = zlib.crc32(call.path.encode())
        self.cursor = call.query.get("cursor") or None
        self.offset = 0 if self.cursor is None else self._read(self.cursor)
        self.limit = _limit(call.query.get("limit"))

    def cursor_at(self, offset: int) -> str:
        """The cursor that names this offset of this list."""
        return b64encode(f"{self.list:08x}:{offset}\n".encode()).decode()

    def _read(self, cursor: str) -> int:
        """A cursor is good for the list it was given out by, and for no other."""
        try:
            origin, _, offset = b64decode(cursor.encode(), validate=True).decode().rstrip("\n").partition(":")
            if int(origin, 16) == self.list:
                return int(offset)
        except (ValueError, binascii.Error):
            pass
        raise Refused(400, "INVALID_CURSOR", f"the cursor {cursor!r} is unknown or expired")


def page(call: Call, rows: Sequence[Row], faults: Faults, render: Render, place: Place | None = None) -> bytes:
    """One page of a list in its order. A limit above the maximum is clamped. Raises Refused (400)."""
    place = place or Place(call)
    if place.cursor is not None and faults.take("scayle", "cursor_expired", **call.match):
        raise Refused(400, "INVALID_CURSOR", "the cursor has expired")
    shown = rows[place.offset : place.offset + place.limit]
    reached = place.offset + len(shown)
    cursor = place.cursor_at(reached) if reached < len(rows) else None
    if cursor is not None:
        if _ends_falsely(faults, reached, call.match):
            cursor = None
        elif faults.take("scayle", "cursor_loop", **call.match):
            cursor = place.cursor or place.cursor_at(0)
    lines = b",".join(map(render, shown))
    if missing := faults.take("scayle", "cursor_missing", **call.match):
        return whole([lines]) if missing.get("mode", "absent") == "absent" else b'{"entities":[%s],"cursor":{}}' % lines
    end = b"null" if cursor is None else b'"%s"' % cursor.encode()
    return b'{"entities":[%s],"cursor":{"next":%s}}' % (lines, end)


def as_it_stands(row: Row) -> bytes:
    """A row that is shown as the world has it."""
    return row.line


def _ends_falsely(faults: Faults, reached: int, on: Mapping[str, str]) -> bool:
    end = faults.active("scayle", "false_end", **on)
    return (
        end is not None and reached >= end.get("after_rows", 1) and faults.take("scayle", "false_end", **on) is not None
    )


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) < 19 and int(text) >= 1):
        raise Refused(400, "INVALID_LIMIT", f"limit {text!r} is not a whole number from 1")
    return min(int(text), LARGEST_LIMIT)
