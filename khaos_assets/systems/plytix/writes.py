"""What is written to Plytix: one attribute of one product, by a PATCH that merges (contract plytix, 5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Literal

import msgspec

from khaos_assets.systems.plytix.client import PlytixClient
from khaos_assets.systems.transport import Answer
from khaos_assets.systems.write import Acked, Outcome, RecordGone, Refused, Write, answered, read_as

REFUSALS = frozenset({400, 403, 404, 405, 409, 422})
"""Statuses after which nothing was done."""


class _Product(msgspec.Struct, frozen=True):
    id: str
    attributes: dict[str, Any] = {}


class _Found(msgspec.Struct, frozen=True):
    data: list[_Product]


class _Attribute(Write, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One attribute of one product."""

    system: ClassVar[str] = "plytix"
    says: ClassVar[str] = "PATCH /api/v1/products/{id}"
    id: str
    label: str

    async def _seen(self, client: PlytixClient) -> Any:
        path = f"/products/{self.id}?all_attributes=true"
        answer = await client.ask("GET /products/{id}", path, expect=(200, 404))
        found = read_as(answer, _Found).data if answer.status == 200 else []
        if len(found) != 1:
            raise RecordGone(f"product {self.id} is not there")
        return found[0].attributes.get(self.label)

    async def _set(self, client: PlytixClient, value: object) -> Outcome:
        content = msgspec.json.Encoder(decimal_format="number").encode({"attributes": {self.label: value}})
        asked = client.ask(self.says, f"/products/{self.id}", content, expect={200, *REFUSALS}, method="PATCH")
        answer = await answered(asked)
        if not isinstance(answer, Answer):
            return answer
        return Refused(f"{self.says} answered {answer.status}") if answer.status in REFUSALS else Acked()


class FlagWrite(_Attribute, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A boolean attribute: true or false."""

    name: ClassVar[str] = "plytix.flag"

    async def current(self, client: PlytixClient) -> str | None:
        value = await self._seen(client)
        return None if value is None else str(value).lower()

    async def put(self, client: PlytixClient, value: str, key: str) -> Outcome:  # noqa: ARG002 (Plytix keeps none)
        return await self._set(client, value == "true")


class PriceWrite(_Attribute, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An attribute that shows a price, in the kind in which it is kept: text or number."""

    name: ClassVar[str] = "plytix.price"
    money: ClassVar[bool] = True
    kind: Literal["text", "number"]

    async def current(self, client: PlytixClient) -> str | None:
        value = await self._seen(client)
        return None if value is None else str(value)

    async def put(self, client: PlytixClient, value: str, key: str) -> Outcome:  # noqa: ARG002
        return await self._set(client, value if self.kind == "text" else Decimal(value))


WRITES: tuple[type[Write], ...] = (FlagWrite, PriceWrite)
