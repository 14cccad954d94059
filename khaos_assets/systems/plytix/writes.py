"""What is written to Plytix: one attribute of one product, by a PATCH that merges (contract plytix, 5)."""

from __future__ import annotations

from typing import Any, ClassVar

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


class FlagWrite(Write, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One boolean attribute of a product: true or false."""

    system: ClassVar[str] = "plytix"
    name: ClassVar[str] = "plytix.flag"
    says: ClassVar[str] = "PATCH /api/v1/products/{id}"
    id: str
    label: str

    async def current(self, client: PlytixClient) -> str | None:
        path = f"/products/{self.id}?all_attributes=true"
        answer = await client.ask("GET /products/{id}", path, expect=(200, 404))
        found = read_as(answer, _Found).data if answer.status == 200 else []
        if len(found) != 1:
            raise RecordGone(f"product {self.id} is not there")
        value = found[0].attributes.get(self.label)
        return None if value is None else str(value).lower()

    async def put(self, client: PlytixClient, value: str, key: str) -> Outcome:  # noqa: ARG002 (Plytix keeps none)
        content = msgspec.json.encode({"attributes": {self.label: value == "true"}})
        asked = client.ask(self.says, f"/products/{self.id}", content, expect={200, *REFUSALS}, method="PATCH")
        answer = await answered(asked)
        if not isinstance(answer, Answer):
            return answer
        return Refused(f"{self.says} answered {answer.status}") if answer.status in REFUSALS else Acked()


WRITES: tuple[type[Write], ...] = (FlagWrite,)
