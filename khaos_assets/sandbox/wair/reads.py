"""Lists: which rows an entity shows to a request, and one page of them in the envelope of the contract's section 3."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.wair.tables import (
    DISPATCHES,
    RECOMMENDED_TRANSFERS,
    STOCK,
    Row,
    Shape,
    Table,
    in_order_of_change,
    sortable,
)
from khaos_assets.sandbox.wair.views import ROW_SWITCHES, concerns
from khaos_assets.sandbox.wair.walks import shift
from khaos_assets.sandbox.walk import Walk
from khaos_assets.sandbox.world import WorldState

DEFAULT_LIMIT, LARGEST_LIMIT = 500, 5000
LISTINGS_KEPT = 6
FILTERS = {
    STOCK: ("updatedfrom", "locationid"),
    DISPATCHES: ("updatedfrom", "dispatchedfrom", "dispatchedto"),
    RECOMMENDED_TRANSFERS: ("fromconfirmeddatetime",),
}
BY_CHANGE = ("updatedfrom",)
SHOWN_IN_ONE_ORDER = ("lost_row", "late_commit")


class BadQuery(Exception):
    """A query parameter that is not allowed: its name and why. Answered with 400."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name, self.message = name, message


@dataclass(frozen=True)
class Query:
    """What is asked of a list. `filters` are normalised; instants are sortable text."""

    offset: int
    limit: int
    filters: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, shape: Shape, asked: Mapping[str, str], largest: int = LARGEST_LIMIT) -> Query:
        """From query parameters in either case. A limit above the largest is clamped. Raises BadQuery."""
        given = {k.lower(): v for k, v in asked.items()}
        limit = _whole("limit", given.get("limit", str(DEFAULT_LIMIT)), least=1)
        wanted = FILTERS.get(shape, ("updatedfrom",))
        filters = tuple((n, _filter(n, given[n])) for n in wanted if given.get(n))
        return cls(_whole("offset", given.get("offset", "0"), least=0), min(limit, largest), filters)

    @property
    def by_change(self) -> bool:
        return any(n in BY_CHANGE for n, _ in self.filters)


def _whole(name: str, text: str, *, least: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19 and int(text) >= least):
        raise BadQuery(name, f"{text!r} is not a whole number from {least}")
    return int(text)


def _filter(name: str, text: str) -> str:
    if name == "locationid":
        return text
    # A plus in a query string arrives as a blank: "02:00:00 00:00" was "+00:00".
    if not (found := sortable(text.strip())):
        raise BadQuery(name, f"{text!r} is not an ISO 8601 date-time")
    return found


@dataclass
class Listing:
    """The rows of one entity under one filter, in order, and the compressed pages made of them so far."""

    rows: Sequence[Row]
    compressed: dict[tuple[int, int, int, bool], bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """One page: its body, and where its compressed form is kept (None: an answer that is made anew each time)."""

    body: bytes
    listing: Listing
    key: tuple[int, int, int, bool]


class Lists:
    """Every list of one WAIR. Prepared listings are kept until the rows or the switches they rest on change."""

    def __init__(self, world: WorldState, faults: Faults, table: Callable[[Shape], Table]) -> None:
        self.world = world
        self.faults = faults
        self.table = table
        self.walks: dict[Shape, Walk] = {}
        self._listings: dict[Any, Listing] = {}

    def page(self, shape: Shape, asked: Mapping[str, str]) -> Page:
        """One page of an entity. Raises BadQuery."""
        on = _named(shape)
        clamp = self.faults.active("wair", "clamp", **on)
        query = Query.of(shape, asked, clamp.get("limit", LARGEST_LIMIT) if clamp else LARGEST_LIMIT)
        walk = self.walks.setdefault(shape, Walk())
        walk.asked(query.offset, query.limit)
        listing = self._listing(shape, query, walk)
        size = query.limit
        if short := self.faults.take("wair", "short_page", **on):
            size = min(size, short.get("rows", max(1, size // 2)))
        rows = listing.rows[query.offset : query.offset + size]
        reached = query.offset + len(rows)
        more = reached < len(listing.rows)
        if more and self._ends_falsely(query, reached, on):
            more = False
        if endless := self.faults.active("wair", "endless", **on):
            more = True
            if not rows and endless.get("repeat", False):
                rows = listing.rows[-size:]
        walk.answered()
        body = _envelope(shape.array, [r.line for r in rows], query.offset, query.limit, more)
        return Page(body, listing, (query.offset, query.limit, len(rows), more))

    def _ends_falsely(self, query: Query, reached: int, on: dict[str, str]) -> bool:
        end = self.faults.active("wair", "false_end", **on)
        if end is None or reached < end.get("after_rows", 1):
            return False
        selected = end.get("selector", "all") in ("all", "changed" if query.by_change else "plain")
        return selected and self.faults.take("wair", "false_end", **on) is not None

    def _listing(self, shape: Shape, query: Query, walk: Walk) -> Listing:
        table = self.table(shape)
        selector = "changed" if query.by_change else "plain"
        views = [(n, p) for n in ROW_SWITCHES for p in self.faults.every("wair", n) if concerns(n, p, shape)]
        views = [(n, p) for n, p in views if _seen(n, p, selector)]
        shifts = [p for p in self.faults.every("wair", "page_shift") if concerns("lost_row", p, shape)]
        shifts = [p for p in shifts if p.get("selector", "all") in ("all", selector) and walk.shifted(p)]
        token = (shape, table.version, self.world.night, query.filters, repr(views), repr(shifts))
        if (listing := self._listings.pop(token, None)) is None:
            rows = table.in_order()
            for name, parameters in views:
                rows = ROW_SWITCHES[name][1](shape, rows, parameters, self.world)
            for parameters in shifts:
                rows = shift(shape, rows, parameters, self.world)
            changed = table.by_change() if rows is table.in_order() else None
            listing = Listing(_selected(rows, query, changed))
        self._listings[token] = listing
        while len(self._listings) > LISTINGS_KEPT:
            del self._listings[next(iter(self._listings))]
        return listing


def _named(shape: Shape) -> dict[str, str]:
    """By what a switch can be limited to some lists."""
    return {"entity": shape.entity, "path": f"/api/v1/{shape.resource}"}


def _seen(switch: str, parameters: dict[str, Any], selector: str) -> bool:
    """A lost row is lost from the list in key order, unless the switch says `selector = "all"`."""
    if switch not in SHOWN_IN_ONE_ORDER:
        return True
    return parameters.get("selector", "plain" if switch == "lost_row" else "all") in ("all", selector)


def _selected(rows: Sequence[Row], query: Query, by_change: Sequence[Row] | None) -> Sequence[Row]:
    """`by_change`: the same rows in the order of change, where that is known already."""
    for name, value in query.filters:
        match name:
            case "updatedfrom":
                ordered = in_order_of_change(rows) if by_change is None else by_change
                rows = ordered[bisect_left(ordered, value, key=lambda r: r.changed) :]
            case "locationid":
                rows = [r for r in rows if r.key[0] == value]
            case "dispatchedfrom":
                rows = [r for r in rows if _instant(r, "dispatchedAt") >= value]
            case "dispatchedto":
                rows = [r for r in rows if _instant(r, "dispatchedAt") < value]
            case _:
                rows = [r for r in rows if _instant(r, "confirmedAt", value) >= value]
    return rows


def _instant(row: Row, name: str, absent: str = "") -> str:
    return sortable(str(row.record().get(name, absent)))


def _envelope(array: str, lines: Sequence[bytes], offset: int, limit: int, more: bool) -> bytes:
    flag = b"true" if more else b"false"
    return b'{"%s":[%s],"offset":%d,"limit":%d,"moreRecordsAvailable":%s}' % (
        array.encode(),
        b",".join(lines),
        offset,
        limit,
        flag,
    )
