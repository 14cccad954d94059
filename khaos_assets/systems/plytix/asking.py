"""Asking Plytix for pages and single records, and landing what comes (contract plytix, 3.1 and 3.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec

from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.plytix.client import SYSTEM, PlytixClient
from khaos_assets.systems.plytix.search import Search, SearchPage, TooManyMatches, read_page
from khaos_assets.systems.read import Landing, ReadFailed
from khaos_assets.systems.transport import Answer, BodyBroken


@dataclass
class Searcher:
    """Asks pages and single records of one read, landing what comes."""

    client: PlytixClient
    landing: Landing
    progress: Callable[[int], None]

    async def page(self, search: Search, part: str, page: int, size: int) -> SearchPage:
        """One page. `part` stands in the manifest: which walk it belongs to.

        Raises TooManyMatches, ReadFailed (`search_refused`) and TransportError.
        """
        operation = f"POST {search.path}"
        selector = ", ".join(x for x in (f"page={page} page_size={size}", search.words) if x)
        read: list[SearchPage] = []

        def check(answer: Answer) -> None:
            try:
                read[:] = [read_page(answer.body, operation=operation, page=page, size=size)]
            except BodyBroken as e:
                self.landing.land_unreadable(answer.body, operation=operation, selector=selector, why=str(e))
                raise

        answer = await self.client.ask(
            operation, search.path, search.body(page, size), expect={200, 422, 428}, check=check
        )
        if answer.status == 428:
            raise TooManyMatches
        if answer.status == 422:
            raise ReadFailed("search_refused", f"Plytix refuses {_named(search, answer.body)} ({selector})")
        (found,) = read
        asked = {"part": part, "page": page, "size": size, "where": search.words}
        return await asyncio.to_thread(self._land, answer, operation, selector, asked, found)

    async def single(self, operation: str, path: str, part: str, key: str) -> bytes | None:
        """What stands under one id, landed and without people; None where nothing does (404)."""

        def check(answer: Answer) -> None:
            try:
                _SINGLE.decode(answer.body)
            except NOT_JSON as e:
                raise BodyBroken(SYSTEM, operation, f"not the whole JSON of a record: {e}", status=200) from e

        answer = await self.client.ask(operation, path, expect={200, 404}, check=check)
        if answer.status == 404:
            return None
        body = without_people(answer.body)
        changed = body != answer.body
        await asyncio.to_thread(
            lambda: self.landing.land(
                body,
                received=answer.body if changed else None,
                packed=None if changed else answer.packed,
                operation=operation,
                selector=f"id={key}",
                asked={"part": part, "id": key},
                suffix="json",
                rows=len(_SINGLE.decode(body).data),
                first_key=key,
                last_key=key,
            )
        )
        return body

    def _land(
        self, answer: Answer, operation: str, selector: str, asked: dict[str, int | str], page: SearchPage
    ) -> SearchPage:
        landed = self.landing.land(
            answer.body,
            packed=answer.packed,
            operation=operation,
            selector=selector,
            asked=asked,
            suffix="json",
            rows=len(page.ids),
            first_key=page.ids[0] if page.ids else None,
            last_key=page.ids[-1] if page.ids else None,
            total=page.total,
        )
        return replace(page, landed=landed.number)


class _Single(msgspec.Struct):
    data: list[msgspec.Raw]


_SINGLE = msgspec.json.Decoder(_Single)


def without_people(body: bytes) -> bytes:
    """A reply with single records, without who made and changed them; `type` (USER, API, SYSTEM) stays.

    Raises one of NOT_JSON.
    """
    rows = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    records = msgspec.json.decode(rows["data"], type=list[dict[str, msgspec.Raw]])
    found = False
    for record in records:
        for name in ("created_user_audit", "modified_user_audit"):
            audit = msgspec.json.decode(record.get(name, msgspec.Raw(b"null")))
            if isinstance(audit, dict):
                record[name] = msgspec.Raw(msgspec.json.encode({"type": audit.get("type")}))
                found = True
    return msgspec.json.encode({**rows, "data": records}) if found else body


def _named(search: Search, body: bytes) -> str:
    """Which of the names we asked for a refusal mentions; the text itself is not repeated."""
    asked = [*search.attributes, *(str(c["field"]) for c in search.conditions), search.order]
    mentioned = sorted({name for name in asked if name.encode() in body})
    return f"the search: {', '.join(mentioned)}" if mentioned else "the search, without naming a field"
