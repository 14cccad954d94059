"""Asking Pimberly for pages and single products, and landing what comes (contract pimberly, 3.1 and 3.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.pimberly.client import FULL, SYSTEM, PimberlyClient, product_path
from khaos_assets.systems.pimberly.pages import (
    LIST,
    CursorRefused,
    FilterRefused,
    PageReader,
    ProductPage,
    Row,
    View,
    narrowed,
)
from khaos_assets.systems.read import Landing, ReadFailed
from khaos_assets.systems.transport import Answer, BodyBroken

ONE = "GET /products/{primaryId}"


@dataclass
class Pages:
    """Asks pages and single products of one read, landing what comes."""

    client: PimberlyClient
    landing: Landing
    reader: PageReader
    wanted: frozenset[str]
    """Names of the attributes that are kept."""

    async def ask(self, view: View, since: str | None) -> ProductPage:
        """The page after a cursor, None = the first; without rows where nothing follows.

        Raises CursorRefused, FilterRefused, ReadFailed and TransportError.
        """
        params = view.params if since is None else {**view.params, "sinceId": since}
        selector = " ".join(f"{k}={v}" for k, v in params.items() if k not in FULL)
        read: list[ProductPage] = []

        def check(answer: Answer) -> None:
            try:
                read[:] = [self.reader.read(answer.body, since)]
            except BodyBroken as e:
                self.landing.land_unreadable(answer.body, operation=LIST, selector=selector, why=str(e))
                raise

        answer = await self.client.get(LIST, "/products", params, expect={200, 400, 404}, check=check)
        if answer.status == 400:
            if view.filters is not None:
                raise FilterRefused
            if since is None:
                raise ReadFailed("list_refused", "Pimberly answers 400 to the list itself")
            raise CursorRefused
        if answer.status == 404:
            return ProductPage()
        (page,) = read
        asked: dict[str, str | int | None] = {"part": view.part, "since": since, "limit": view.limit}
        return await asyncio.to_thread(self._land, answer, selector, asked, page)

    async def single(self, primary_id: str) -> str | None:
        """The internal id of one product, which is landed ("" where it cannot be read); None where there is none."""
        read: list[Row] = []

        def check(answer: Answer) -> None:
            try:
                read[:] = [msgspec.json.decode(answer.body, type=Row)]
            except msgspec.ValidationError:
                read[:] = [Row()]
            except NOT_JSON as e:
                raise BodyBroken(SYSTEM, ONE, f"not the whole JSON of a product: {e}", status=200) from e

        path = product_path(primary_id)
        answer = await self.client.get(ONE, path, {"attributes": "*"}, expect={200, 404}, check=check)
        if answer.status == 404:
            return None
        key = read[0].key or ""
        await asyncio.to_thread(
            lambda: self.landing.land(
                **self._kept(answer),
                operation=ONE,
                selector=f"primaryId={primary_id}",
                asked={"part": "single", "id": key},
                suffix="json",
                rows=1,
                first_key=key,
                last_key=key,
            )
        )
        return key

    def _kept(self, answer: Answer) -> dict[str, Any]:
        """What of an answer is landed."""
        try:
            body = narrowed(answer.body, self.wanted)
        except NOT_JSON:
            body = b"{}"  # a product that is no object
        if body is answer.body:
            return {"body": body, "packed": answer.packed}
        return {"body": body, "received": answer.body}

    def _land(
        self, answer: Answer, selector: str, asked: Mapping[str, str | int | None], page: ProductPage
    ) -> ProductPage:
        landed = self.landing.land(
            **self._kept(answer),
            operation=LIST,
            selector=selector,
            asked=asked,
            suffix="json",
            rows=page.rows,
            first_key=page.ids[0] if page.ids else None,
            last_key=page.ids[-1] if page.ids else None,
        )
        return replace(page, landed=landed.number)
