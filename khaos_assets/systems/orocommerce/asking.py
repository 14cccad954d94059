"""Asking for pages of one list: each is checked, freed of what was not asked for, and landed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, TypeVar

from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.orocommerce.client import PAGE_SIZE, SYSTEM, OroClient, PageTooLarge
from khaos_assets.systems.orocommerce.keyset import Stretch
from khaos_assets.systems.orocommerce.resources import Page, Resource
from khaos_assets.systems.read import ReadContext, ReadFailed
from khaos_assets.systems.transport import Answer, BodyBroken, TransientError

T = TypeVar("T")
COUNT = "x-include-total-count"


class PageWrong(TransientError):
    """A whole page that breaks the rules of paging. Asked again; `fault` says which rule."""

    def __init__(self, operation: str, fault: str, detail: str) -> None:
        super().__init__(SYSTEM, operation, detail, status=200)
        self.fault = fault


@dataclass(frozen=True)
class Landed:
    """A page that was asked for and kept. `count`: rows that the shop counts for the same filter, None = not said."""

    number: int
    page: Page
    count: int | None

    @property
    def ids(self) -> list[int | None]:
        """The id of each row as a number, None where it is none."""
        return self.page.ids


class Asking:
    """Asks for pages of one resource on behalf of one read; with `since` (UTC), of rows changed from then on."""

    def __init__(self, resource: Resource, context: ReadContext, since: datetime | None = None) -> None:
        self.resource = resource
        self.changed = {} if since is None else {"filter[updatedAt][gte]": f"{since:%Y-%m-%dT%H:%M:%SZ}"}
        self.context = context
        self.client: OroClient = context.client
        self.operation = f"GET {resource.path}"

    async def head(self, pass_number: int) -> tuple[int, int | None]:
        """The highest id (0: there is no row) and the count of rows. Raises ReadFailed and TransportError."""
        landed = await self.page({"sort": "-id", **self.changed}, 1, asked={"pass": pass_number, "what": "highest"})
        (highest,) = landed.ids or [0]
        if highest is None:
            raise ReadFailed("key_unreadable", f"{self.operation}: the id of the last row is no number")
        return highest, landed.count

    async def count_up_to(self, highest: int, pass_number: int) -> int | None:
        """How many rows have an id up to `highest`; None where the shop does not say."""
        params = {"sort": "id", "filter[id][lte]": str(highest), **self.changed}
        return (await self.page(params, 1, asked={"pass": pass_number, "what": "count"})).count

    async def above(self, after: int, size: int, pass_number: int) -> tuple[Stretch, Landed]:
        """The first rows above an id, as many as the shop allows up to `size`."""
        params = {"sort": "id", "filter[id][gt]": str(after), **self.changed}
        landed = await self.page(params, size, asked={"pass": pass_number, "after": after}, after=after)
        ids = [i for i in landed.ids if i is not None]
        if landed.ids and not ids:
            detail = f"{self.operation}: no id of the {len(landed.ids)} rows above {after} is a number"
            raise ReadFailed("key_unreadable", detail)
        return Stretch(after, ids[-1] if ids else None, len(landed.ids), landed.number), landed

    async def numbered(self, references: Sequence[str]) -> Landed:
        """The orders that bear these numbers."""
        asked = {"references": list(references)}
        return await self.page({"filter[identifier]": ",".join(references)}, self.client.page_size, asked=asked)

    async def page(
        self,
        params: Mapping[str, str | int],
        size: int,
        *,
        asked: Mapping[str, Any],
        after: int | None = None,
    ) -> Landed:
        """One page of at most `size` rows, or of as many as the shop allows.

        `after`: its ids must lie above that, in ascending order. Raises ReadFailed and TransportError.
        """
        while True:
            try:
                return await self._page(params, min(size, self.client.page_size), asked, after)
            except PageTooLarge:
                continue  # the client knows the maximum now

    async def _page(
        self,
        params: Mapping[str, str | int],
        size: int,
        asked: Mapping[str, Any],
        after: int | None,
    ) -> Landed:
        selector = " ".join(f"{k}={v}" for k, v in params.items()) + f" {PAGE_SIZE}={size}"
        read: list[Page] = []

        def check(answer: Answer) -> None:
            try:
                page = self.resource.page(answer.body)
            except NOT_JSON as e:
                self.context.landing.land_unreadable(
                    answer.body, operation=self.operation, selector=selector, why=type(e).__name__
                )
                raise BodyBroken(SYSTEM, self.operation, "not the whole JSON of a list", status=200) from e
            if len(page.keys) > size:
                raise PageWrong(self.operation, "too_many_rows", f"{len(page.keys)} rows, {size} were asked for")
            if after is not None:
                self._check_order(page, after)
            read[:] = [page]

        answer = await self.client.get(
            self.operation, self.resource.path, {**params, **self.resource.params, PAGE_SIZE: size}, check
        )
        (page,) = read
        count = answer.headers.get(COUNT, "")
        total = int(count) if count.isascii() and count.isdigit() else None
        return await asyncio.to_thread(self._land, answer, page, selector, asked, total)

    def _check_order(self, page: Page, after: int) -> None:
        ids = [i for i in page.ids if i is not None]
        if any(a >= b for a, b in pairwise(ids)):
            raise PageWrong(self.operation, "keys_not_ascending", "an id is repeated or out of order")
        if ids and ids[0] <= after:
            raise PageWrong(self.operation, "wrong_page", f"ids above {after} were asked for, {ids[0]} came")

    def _land(self, answer: Answer, page: Page, selector: str, asked: Mapping[str, Any], count: int | None) -> Landed:
        landed = self.context.landing.land(
            page.body,
            received=answer.body if page.narrowed else None,
            packed=None if page.narrowed else answer.packed,
            operation=self.operation,
            selector=selector,
            asked=asked,
            suffix="json",
            rows=len(page.keys),
            first_key=page.keys[0] if page.keys else None,
            last_key=page.keys[-1] if page.keys else None,
            total=count,
        )
        return Landed(landed.number, page, count)


async def side_by_side(calls: Iterable[Awaitable[T]]) -> list[T]:
    """The results in the order of the calls; the first failure ends the others, and is raised."""

    async def wait(call: Awaitable[T]) -> T:
        return await call

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(wait(call)) for call in calls]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]
