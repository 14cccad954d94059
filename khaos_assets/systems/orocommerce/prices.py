"""Product prices: no numeric id and no list of all, so each price list is walked by page number, twice (section 4).

Offsets shift when a price is deleted in front of them; so pages of another size are walked until two walks in a row
show the same prices, as many as the shop counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from khaos_assets.systems.orocommerce.asking import Asking, Landed, side_by_side
from khaos_assets.systems.orocommerce.client import OroClient
from khaos_assets.systems.orocommerce.records import PriceList
from khaos_assets.systems.orocommerce.resources import Resource
from khaos_assets.systems.orocommerce.settings import OroCommerce
from khaos_assets.systems.read import Decoded, Proof, ReadContext, Reason, WalkNotes

PASSES = 4
MOST_PAGES = 1_000_000
SAMPLE = 5


@dataclass(frozen=True)
class Pass:
    """One walk of one price list."""

    pages: list[Landed]

    @property
    def rows(self) -> set[bytes]:
        """Every row's text: a price has no change time, so its whole row is compared."""
        return {row for landed in self.pages for row in landed.page.rows}

    @property
    def shown(self) -> int:
        return sum(len(landed.page.rows) for landed in self.pages)

    @property
    def counts(self) -> set[int | None]:
        """What the shop counted, page by page."""
        return {landed.count for landed in self.pages}

    @property
    def fits(self) -> bool:
        """No price twice, and as many as each page says; a shop that does not count says nothing against it."""
        ids = {key or row for landed in self.pages for key, row in zip(landed.page.keys, landed.page.rows, strict=True)}
        return len(ids) == self.shown and self.counts in ({self.shown}, {None})

    def proves(self, before: Pass) -> bool:
        """Whether two walks show the same prices; no rows are no proof unless they are counted."""
        return self.fits and before.fits and self.rows == before.rows and (self.shown > 0 or self.counts == {0})


async def walk_prices(resource: Resource, context: ReadContext) -> WalkNotes:
    """All prices of all price lists. Raises ReadFailed and TransportError."""
    client: OroClient = context.client
    notes = WalkNotes(account_start=client.account, account_end=client.account, proof=Proof.TWO_PASS)
    lists = list_ids(await context.result("price_lists"))
    read = await side_by_side(_PriceList(resource, context, i).walk() for i in lists)
    notes.facts = {"pages": [landed.number for one in read for landed in one.believed.pages]}
    notes.faults = [one.fault for one in read if one.fault is not None]
    notes.rereads = sum(one.rereads for one in read)
    notes.clock_offset_ms = client.transport.clock_offset_ms
    notes.end_recognised_by = "a short page, an empty one behind it, and two walks of each price list that agree"
    uncounted = [one.price_list for one in read if one.believed.counts == {None}]
    if uncounted:
        detail = f"{len(uncounted)} price lists came without X-Include-Total-Count: {', '.join(uncounted[:SAMPLE])}"
        notes.remarks.append(Reason(fault="not_counted", detail=detail))
    return notes


def list_ids(price_lists: Decoded) -> list[str]:
    """The ids of the price lists of this night, in the order of their numbers."""
    rows = price_lists.tables["price_lists"]
    if isinstance(rows, Sequence):
        ids = [row.id for row in rows if isinstance(row, PriceList)]
    else:
        ids = rows["id"].to_pylist()
    return sorted(ids, key=int)


@dataclass(frozen=True)
class WalkedList:
    """One price list, walked until two walks agreed or patience ended."""

    price_list: str
    believed: Pass
    rereads: int
    fault: Reason | None


class _PriceList:
    def __init__(self, resource: Resource, context: ReadContext, price_list: str) -> None:
        self._asking = Asking(resource, context)
        self._price_list = price_list
        self._slots = asyncio.Semaphore(context.settings.of(OroCommerce).transport.concurrency)

    async def walk(self) -> WalkedList:
        passes: list[Pass] = []
        while len(passes) < PASSES:
            passes.append(await self._pass(len(passes) + 1))
            if len(passes) > 1 and passes[-1].proves(passes[-2]):
                return self._walked(passes, None)
        return self._walked(passes, self._not_proven(passes))

    def _walked(self, passes: Sequence[Pass], fault: Reason | None) -> WalkedList:
        rereads = sum(len(p.pages) for p in passes[:-2])
        return WalkedList(self._price_list, passes[-1], rereads, fault)

    async def _pass(self, number: int) -> Pass:
        """Pages until one is short and nothing stands behind it; every other walk has pages a little smaller."""
        whole = self._asking.client.page_size
        size = max(1, whole - whole // 8) if number % 2 == 0 else whole
        first = await self._page(number, 1, size)
        size = min(size, self._asking.client.page_size)  # the first page may have found out the shop's maximum
        pages = [first]
        expected = -(-(first.count or 0) // size)
        pages += await side_by_side(self._page(number, n, size) for n in range(2, expected + 2))
        while pages[-1].page.rows and len(pages) < MOST_PAGES:
            pages.append(await self._page(number, len(pages) + 1, size))
        if number == 1:
            self._asking.context.progress(sum(len(p.page.rows) for p in pages))
        return Pass(pages)

    async def _page(self, number: int, page: int, size: int) -> Landed:
        params = {"filter[priceList]": self._price_list, "page[number]": page}
        asked = {"pass": number, "price_list": self._price_list, "page": page}
        async with self._slots:
            return await self._asking.page(params, size, asked=asked)

    def _not_proven(self, passes: Sequence[Pass]) -> Reason:
        last = passes[-1]
        counted = ", ".join("no count" if n is None else str(n) for n in sorted(last.counts, key=str))
        what = f"price list {self._price_list}: {len(passes)} walks; the last shows {last.shown} rows"
        if not last.rows:
            return Reason(fault="empty_not_counted", detail=f"{what} and is not counted: an empty page proves nothing")
        if not last.fits:
            detail = f"{what}, {len(last.rows)} different ones, and the shop counts {counted}"
            return Reason(fault="count_disagrees", detail=detail)
        return Reason(fault="passes_disagree", detail=f"{what}, not the same as the one before")
