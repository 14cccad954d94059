"""The product list: a cursor on the internal id, and a 404 where it ends. Contract 3.1."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from khaos_assets.sandbox.pimberly import answers, filters
from khaos_assets.sandbox.pimberly.answers import Refused, nothing_found
from khaos_assets.sandbox.pimberly.faces import Face
from khaos_assets.sandbox.pimberly.happenings import Happenings
from khaos_assets.sandbox.pimberly.holdings import Holdings
from khaos_assets.sandbox.pimberly.rows import Row, Rows, behind

DEFAULT_LIMIT, LARGEST_LIMIT = 100, 1000
LISTINGS_KEPT = 6
_ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True)
class Query:
    """What is asked of the list. `attributes` None: identifiers only."""

    cursor: str | None
    limit: int
    attributes: str | None
    filters: str

    @classmethod
    def of(cls, asked: Mapping[str, str], rows: Rows) -> Query:
        """From query parameters; a limit above the largest is cut without a word. Raises Refused (400)."""
        limit, cursor = asked.get("limit", str(DEFAULT_LIMIT)), asked.get("sinceId")
        if not (limit.isascii() and limit.isdigit() and 0 < len(limit) < 10 and int(limit) > 0):
            raise Refused(400, f"limit {limit} is not a whole number from 1")
        if cursor is not None and not _ID.fullmatch(cursor) and rows.get(cursor) is None:
            raise Refused(400, f"sinceId {cursor} is not an id")
        # Rows are full only when both are asked for.
        attributes = asked.get("attributes") if asked.get("extendResponse") == "1" else None
        return cls(cursor, min(int(limit), LARGEST_LIMIT), attributes or None, asked.get("filters", ""))


class Lists:
    """The lists of one view. Those made for a filter are kept until the rows they rest on change."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings
        self.happenings = Happenings(holdings)
        self._pages: dict[Query, int] = {}
        self._listings: dict[Any, Sequence[Row]] = {}

    def page_number(self, asked: Mapping[str, str]) -> int:
        """Which page of a walk is asked for, from 1: the one behind that whose `maxId` is given. Raises Refused."""
        query = Query.of(asked, self.holdings.shown)
        if query.cursor is None:
            return 1
        return self._pages.get(query) or behind(self._listing(query.filters), query.cursor) // query.limit + 1

    def answer(self, asked: Mapping[str, str], face: Face, url: str, match: Mapping[str, Any]) -> Response:
        """One page, with `maxId`, and on a full page `next`. Raises Refused: 404 past the end, 400."""
        faults = self.holdings.faults
        query = Query.of(asked, self.holdings.shown)
        listing = self._listing(query.filters)
        if self.happenings.before(match["page"], listing):
            listing = self._listing(query.filters)
        start = behind(listing, query.cursor)
        limit = min(query.limit, (faults.active("pimberly", "limit_cut", **match) or {}).get("limit", query.limit))
        rows = listing[start : start + limit]
        if self._ends_falsely(query, start, match):
            rows = []
        if not rows:
            if faults.active("pimberly", "empty_page_at_end", **match):
                return answers.data([])
            raise nothing_found()
        self._pages[replace(query, cursor=rows[-1].id)] = match["page"] + 1
        return answers.data(face.show(rows, query.attributes), self._more(query, listing[0], rows, url, match))

    def _ends_falsely(self, query: Query, start: int, match: Mapping[str, Any]) -> bool:
        """A 404 where there is more: on the first call, or in the middle of a walk."""
        faults = self.holdings.faults
        if query.cursor is None:
            return faults.take("pimberly", "first_call_404", **match) is not None
        end = faults.active("pimberly", "false_end", **match)
        reached = end is not None and start >= end.get("after_rows", 1)
        return reached and faults.take("pimberly", "false_end", **match) is not None

    def _more(self, query: Query, first: Row, rows: Sequence[Row], url: str, match: Mapping[str, Any]) -> bytes:
        """What stands behind `data`: `maxId` on every page, `next` on full ones, as the switches leave them."""
        faults = self.holdings.faults
        largest: str | None = rows[-1].id
        match (faults.take("pimberly", "max_id", **match) or {}).get("mode"):
            case "missing":
                largest = None
            case "repeated":
                largest = query.cursor or largest
            case "back":
                largest = first.id
            case _:
                pass
        found = b"" if largest is None else b',"maxId":%b' % msgspec.json.encode(largest)
        if len(rows) < query.limit or faults.active("pimberly", "next_absent", **match):
            return found
        carried = {"sinceId": rows[-1].id, "limit": query.limit}
        if query.attributes:
            carried |= {"attributes": query.attributes, "extendResponse": 1}
        if query.filters and faults.active("pimberly", "next_with_filters", **match):
            carried["filters"] = query.filters
        return found + b',"next":%b' % msgspec.json.encode(f"{url}?{urlencode(carried)}")

    def _listing(self, text: str) -> Sequence[Row]:
        """The rows under a filter, in the order of the cursor. Raises Refused (400)."""
        state, rows = self.holdings.seen()
        if not text:
            return rows.in_order()
        token = (state, text)
        if (found := self._listings.pop(token, None)) is None:
            tests = filters.parse(text)
            found = [r for r in rows.in_order() if all(test(r) for test in tests)]
        self._listings[token] = found
        while len(self._listings) > LISTINGS_KEPT:
            del self._listings[next(iter(self._listings))]
        return found
