"""Two walks over the same list through different selectors, compared key by key (contract wair, section 4).

An offset walk can lose a row without any count showing it, and a list can hide a row in one order only. So each list is
walked by key and again by change time, and believed when both walks show the same keys with the same change times;
what differs must have changed since the first of the two began. Up to three comparisons, each with a fresh walk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyarrow as pa

from khaos_assets.systems.aside import database_aside
from khaos_assets.systems.paging import OffsetWalk, Page, Walked
from khaos_assets.systems.read import Landing
from khaos_assets.systems.transport import Answer, BodyBroken
from khaos_assets.systems.wair.client import WairClient
from khaos_assets.systems.wair.feed import Feed, FeedPage

EVER = "1970-01-01T00:00:00.000Z"


@dataclass(frozen=True)
class Kept:
    """What is kept of a page: its number in the landing, and its keys and change times."""

    number: int
    rows: pa.Table


@dataclass(frozen=True)
class Pass:
    """One walk: `rows` has the key's columns, `updated` (text) and `page` (number in the landing)."""

    number: int
    by_change: bool
    started_at: datetime
    """The server's clock where it tells it, else ours."""
    walked: Walked
    rows: pa.Table

    @property
    def pages(self) -> list[int]:
        """The landed pages that make up the walk, in the order of the list."""
        return [page.content.number for page in self.walked.pages]


@dataclass(frozen=True)
class Difference:
    """A key that two passes show differently; None = the pass does not show it."""

    key: str
    before: str | None
    after: str | None
    pages: tuple[int, ...]
    """Pages of the later pass that show it."""

    def explained(self, since: datetime) -> bool:
        """Whether it proves nothing against the list.

        New or changed since the earlier pass began; or without a readable change time, so that it cannot stand in the
        list by change time (its record is set aside). A key that the later pass lacks is never explained otherwise.
        """
        if (self.before is None or self.after is None) and instant(self.before or self.after or "") is None:
            return True
        if self.after is None or (self.before is not None and self.after <= self.before):
            return False
        changed = instant(self.after)
        return changed is not None and changed >= since


def instant(text: str) -> datetime | None:
    """A change time as aware UTC; None where it is none or has no zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment.astimezone(UTC)


@dataclass
class PassReader:
    """Walks one list of one client, landing what comes."""

    feed: Feed
    client: WairClient
    landing: Landing
    limit: int
    concurrency: int
    progress: Callable[[int], None]
    since: str = EVER
    """Where a walk by change time begins."""
    unknown_fields: set[str] = field(default_factory=set)

    async def run(self, number: int, *, by_change: bool) -> Pass:
        """One walk, by key or by change time. Raises ReadFailed and TransportError."""
        started: list[datetime] = []

        async def ask(offset: int, limit: int) -> Page:
            return await self._page(number, offset, limit, by_change=by_change, started=started)

        walked = await OffsetWalk(ask, limit=self.limit, concurrency=self.concurrency).run()
        return Pass(number, by_change, min(started), walked, self._rows(walked))

    async def _page(self, number: int, offset: int, limit: int, *, by_change: bool, started: list[datetime]) -> Page:
        operation = f"GET {self.feed.path}"
        selector = f"offset={offset} limit={limit}" + (f" updatedFrom={self.since}" if by_change else "")
        read: list[FeedPage] = []

        def check(answer: Answer) -> None:
            started.append(answer.server_time or answer.received_at)
            try:
                read[:] = [self.feed.page(answer.body, operation=operation, offset=offset, by_change=by_change)]
            except BodyBroken as e:
                self.landing.land_unreadable(answer.body, operation=operation, selector=selector, why=str(e))
                raise

        params: dict[str, str | int] = {"offset": offset, "limit": limit}
        if by_change:
            params["updatedFrom"] = self.since
        answer = await self.client.get(operation, self.feed.path, params, check)
        (page,) = read
        asked = {"pass": number, "offset": offset, "limit": limit, "by_change": by_change}
        if number == 1 and offset == 0:
            self.unknown_fields |= self.feed.unknown_fields(answer.body)
        kept = await asyncio.to_thread(self._land, answer, operation, selector, asked, page)
        if number == 1:
            self.progress(page.rows.num_rows)
        return _as_page(page, kept)

    def _land(
        self, answer: Answer, operation: str, selector: str, asked: dict[str, int | bool], page: FeedPage
    ) -> Kept:
        body = self.feed.without_others(answer.body)
        as_it_came = body is answer.body
        landed = self.landing.land(
            body,
            packed=answer.packed if as_it_came else None,
            received=None if as_it_came else answer.body,
            operation=operation,
            selector=selector,
            asked=asked,
            suffix="json",
            rows=page.rows.num_rows,
            first_key="/".join(page.key(0)) if page.rows.num_rows else None,
            last_key="/".join(page.key(-1)) if page.rows.num_rows else None,
        )
        return Kept(landed.number, page.rows)

    def _rows(self, walked: Walked) -> pa.Table:
        """The rows of all pages; a row that two neighbours show alike is taken once."""
        empty = pa.table({name: pa.array([], pa.string()) for name in (*self.feed.columns, "updated")})
        tables = [empty.append_column("page", pa.array([], pa.int64()))]
        last = empty
        for page in walked.pages:
            kept: Kept = page.content
            rows = kept.rows.slice(1) if kept.rows.slice(0, 1).equals(last) else kept.rows
            tables.append(rows.append_column("page", pa.repeat(kept.number, rows.num_rows)))
            last = kept.rows.slice(kept.rows.num_rows - 1)
        return pa.concat_tables(tables)


def differences(feed: Feed, before: Pass, after: Pass) -> list[Difference]:
    """What two passes show differently, by key; the newest version counts where a pass shows several."""
    keys = ", ".join(feed.columns)
    with database_aside() as connection:
        connection.register("before", before.rows)
        connection.register("after", after.rows)
        # Sums of two hashes of each row: equal sums are equal rows, and spare the join.
        sums = f"count(*), sum(hash({keys}, updated)::HUGEINT), sum(hash(updated, {keys}, 1)::HUGEINT)"
        shown = [connection.execute(f"SELECT {sums} FROM {name}").fetchall() for name in ("before", "after")]
        if shown[0] == shown[1]:
            return []
        found = connection.execute(
            f"""
            WITH a AS (SELECT {keys}, max(updated) AS updated FROM before GROUP BY ALL),
                 b AS (SELECT {keys}, max(updated) AS updated FROM after GROUP BY ALL),
                 d AS (SELECT {keys}, a.updated AS was, b.updated AS became FROM a FULL JOIN b USING ({keys})
                       WHERE a.updated IS DISTINCT FROM b.updated)
            SELECT concat_ws('/', {keys}) AS key, was, became,
                   coalesce(list_sort(list(DISTINCT page) FILTER (page NOTNULL)), [])
            FROM d LEFT JOIN after USING ({keys}) GROUP BY ALL ORDER BY key
            """
        ).fetchall()
    return [Difference(key, was, became, tuple(pages)) for key, was, became, pages in found]


def unseen(feed: Feed, earlier: list[Pass], believed: list[Pass]) -> int:
    """How many keys of earlier passes the believed ones no longer show: records deleted during the read."""
    if not earlier:
        return 0
    keys = ", ".join(feed.columns)
    with database_aside() as connection:
        connection.register("earlier", pa.concat_tables(p.rows for p in earlier))
        connection.register("believed", pa.concat_tables(p.rows for p in believed))
        ((count,),) = connection.execute(
            f"SELECT count(*) FROM (SELECT DISTINCT {keys} FROM earlier) ANTI JOIN believed USING ({keys})"
        ).fetchall()
    return count


def _as_page(page: FeedPage, kept: Kept) -> Page:
    return Page(
        offset=page.offset,
        limit=page.limit,
        more=page.more,
        rows=page.rows.num_rows,
        first=page.first,
        last=page.last,
        first_mark=page.key(0) if page.rows.num_rows else None,
        last_mark=page.key(-1) if page.rows.num_rows else None,
        content=kept,
    )
