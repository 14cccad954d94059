"""What is written to Pimberly: one attribute of one product (contract pimberly, 5).

No vendor text has a write; this one is what clients are seen to use, and leaves all other attributes alone.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Literal
from urllib.parse import quote

import msgspec

from khaos_assets.systems.pimberly.client import FULL, PimberlyClient, product_path
from khaos_assets.systems.read import ReadFailed
from khaos_assets.systems.transport import Answer
from khaos_assets.systems.write import Acked, Outcome, RecordGone, Refused, Write, answered

REFUSALS = frozenset({400, 401, 403, 404, 405, 413, 422})
"""Statuses after which nothing was done."""
_DECODER = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


class PriceWrite(Write, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An attribute that shows a price, in the kind in which it is kept: text or number."""

    system: ClassVar[str] = "pimberly"
    name: ClassVar[str] = "pimberly.price"
    says: ClassVar[str] = "PUT /products/{id}/attributes/{name}"
    assumed: ClassVar[bool] = True
    money: ClassVar[bool] = True
    primary_id: str
    attribute: str
    kind: Literal["text", "number"]

    async def current(self, client: PimberlyClient) -> str | None:
        answer = await client.get("GET /products/{id}", product_path(self.primary_id), FULL, expect={200, 404})
        if answer.status == 404:
            raise RecordGone(f"product {self.primary_id} is not there")
        try:
            product = _DECODER.decode(answer.body)
        except msgspec.DecodeError as e:
            raise ReadFailed("unreadable", f"GET /products/{{id}}: {e}") from e
        value = product.get(self.attribute)
        return None if value is None else str(value)

    async def put(self, client: PimberlyClient, value: str, key: str) -> Outcome:  # noqa: ARG002 (Pimberly keeps none)
        body = msgspec.json.Encoder(decimal_format="number").encode(value if self.kind == "text" else Decimal(value))
        path = product_path(self.primary_id, f"/attributes/{quote(self.attribute, safe='')}")
        answer = await answered(client.put(self.says, path, body, expect={200, *REFUSALS}))
        if not isinstance(answer, Answer):
            return answer
        return Refused(f"{self.says} answered {answer.status}") if answer.status in REFUSALS else Acked()


WRITES: tuple[type[Write], ...] = (PriceWrite,)
