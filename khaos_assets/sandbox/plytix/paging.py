"""`pagination` of a search, asked and answered. Contract 3.1 and section 4."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.plytix.answers import Refused

DEFAULT_SIZE, LARGEST_SIZE = 25, 100


@dataclass(frozen=True)
class Paging:
    """The asked page, from 1. `order` "" = none."""

    page: int
    size: int
    order: str

    @classmethod
    def of(cls, body: Mapping[str, Any], largest: int = LARGEST_SIZE) -> Paging:
        """From the body of a search. Raises Refused (422)."""
        asked = body.get("pagination") or {}
        if not isinstance(asked, dict):
            raise _wrong("pagination", "must be an object")
        page, size, order = asked.get("page", 1), asked.get("page_size", DEFAULT_SIZE), asked.get("order")
        if not isinstance(page, int) or isinstance(page, bool) or page < 1:
            raise _wrong("pagination.page", "must be 1 or more")
        if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= largest:
            raise _wrong("pagination.page_size", f"must be between 1 and {largest}")
        if not isinstance(order, str | None):
            raise _wrong("pagination.order", "must be a field or -field")
        return cls(page, size, order or "")

    @property
    def start(self) -> int:
        return (self.page - 1) * self.size


def _wrong(field: str, message: str) -> Refused:
    return Refused(422, "Invalid pagination", [(field, message)])


def envelope(rows: bytes, paging: Paging, *, shown: int, matches: int, all_rows: int, faults: Faults) -> bytes:
    """`rows` (a JSON array) with what is said about them: `count` = matches, on a page past the end 0;
    `total_count` = all there are, filter ignored. Two switches read these words otherwise."""
    count = shown if not shown or faults.active("plytix", "count_is_rows") else matches
    total = matches if faults.active("plytix", "total_count_filtered") else all_rows
    return b'{"data":%b,"pagination":{"count":%d,"order":%b,"page":%d,"page_size":%d,"total_count":%d}}' % (
        rows,
        count,
        msgspec.json.encode(paging.order),
        paging.page,
        paging.size,
        total,
    )
