"""What is written to OroCommerce (contract orocommerce, 5). A 200 alone proves nothing there: every value is read back.

There is no idempotency key and no conditional write.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from khaos_assets.systems.orocommerce.batch import changed_together
from khaos_assets.systems.orocommerce.client import OroClient
from khaos_assets.systems.orocommerce.recipient import Recipient
from khaos_assets.systems.orocommerce.row import read_row
from khaos_assets.systems.transport import Answer
from khaos_assets.systems.write import (
    Acked,
    Details,
    Outcome,
    Refused,
    Repeat,
    Sending,
    Write,
    answered,
)

REFUSALS = frozenset({400, 403, 404, 405, 409})
"""Statuses after which nothing was done."""


class _Attribute(Write, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One attribute of one row, set by PATCH; attributes left out stay."""

    system: ClassVar[str] = "orocommerce"
    type: ClassVar[str]
    attribute: ClassVar[str]
    id: str

    async def current(self, client: OroClient) -> str | None:
        row = (await read_row(client, self.type, self.id)).data
        value = row.attributes.get(self.attribute)
        return None if value is None else str(value)

    async def put(self, client: OroClient, value: str, key: str) -> Outcome:  # noqa: ARG002 (OroCommerce keeps none)
        data = {"type": self.type, "id": self.id, "attributes": {self.attribute: value}}
        return await _sent(client, "PATCH", f"/{self.type}/{self.id}", {"data": data}, self.says)


class StockWrite(_Attribute, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Stock on hand of one product in one unit (contract 3.3), in that unit. The value is a decimal."""

    name: ClassVar[str] = "orocommerce.stock"
    says: ClassVar[str] = "PATCH /inventorylevels/{id}"
    batch: ClassVar[int] = 100
    type: ClassVar[str] = "inventorylevels"
    attribute: ClassVar[str] = "quantity"

    @classmethod
    async def put_together(cls, client: OroClient, sendings: Sequence[Sending]) -> list[Outcome]:
        rows = [{"id": s.write.id, "attributes": {cls.attribute: s.value}} for s in sendings]
        return await changed_together(client, "PATCH /inventorylevels", cls.type, rows)


class PriceWrite(_Attribute, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of a price list (contract 3.7). The value is a decimal in the row's currency."""

    name: ClassVar[str] = "orocommerce.price"
    says: ClassVar[str] = "PATCH /productprices/{id}"
    money: ClassVar[bool] = True
    type: ClassVar[str] = "productprices"
    attribute: ClassVar[str] = "value"


class ProductStatusWrite(_Attribute, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a product is shown: enabled or disabled (contract 3.2)."""

    name: ClassVar[str] = "orocommerce.product_status"
    says: ClassVar[str] = "PATCH /products/{id}"
    type: ClassVar[str] = "products"
    attribute: ClassVar[str] = "status"


class CustomerNameWrite(_Attribute, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Name of a company that buys (contract 3.6)."""

    name: ClassVar[str] = "orocommerce.customer_name"
    of_item: ClassVar[bool] = False
    says: ClassVar[str] = "PATCH /customers/{id}"
    type: ClassVar[str] = "customers"
    attribute: ClassVar[str] = "name"


class ShippingStatusWrite(Write, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shipping status of an order (contract 5): refused (403) once the order is closed."""

    system: ClassVar[str] = "orocommerce"
    of_item: ClassVar[bool] = False
    name: ClassVar[str] = "orocommerce.shipping_status"
    says: ClassVar[str] = "PATCH /orders/{id}/relationships/shippingStatus"
    order_id: str

    async def current(self, client: OroClient) -> str | None:
        return (await read_row(client, "orders", self.order_id)).data.linked("shippingStatus")

    async def put(self, client: OroClient, value: str, key: str) -> Outcome:  # noqa: ARG002
        path = f"/orders/{self.order_id}/relationships/shippingStatus"
        return await _sent(client, "PATCH", path, {"data": {"type": "ordershippingstatuses", "id": value}}, self.says)


class TrackingWrite(Write, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One tracking number more on an order (contract 3.5 and 5): a repeat would make a second one.

    The value is all numbers of the order, sorted and joined by +.
    """

    system: ClassVar[str] = "orocommerce"
    of_item: ClassVar[bool] = False
    name: ClassVar[str] = "orocommerce.tracking"
    says: ClassVar[str] = "POST /ordershippingtrackings"
    repeat: ClassVar[Repeat] = Repeat.NEVER
    reversible: ClassVar[bool] = False
    order_id: str
    method: str
    number: str

    async def current(self, client: OroClient) -> str | None:
        found = await read_row(client, "orders", self.order_id, {"include": "shippingTrackings"})
        numbers = sorted(str(row.attributes["number"]) for row in found.included if "number" in row.attributes)
        return "+".join(numbers) or None

    async def put(self, client: OroClient, value: str, key: str) -> Outcome:  # noqa: ARG002
        data = {
            "type": "ordershippingtrackings",
            "attributes": {"method": self.method, "number": self.number},
            "relationships": {"orders": {"data": [{"type": "orders", "id": self.order_id}]}},
        }
        return await _sent(client, "POST", "/ordershippingtrackings", {"data": data}, self.says)


async def _sent(client: OroClient, method: str, path: str, body: object, operation: str) -> Outcome:
    answer = await answered(client.write(operation, method, path, body, {200, 201, 204, *REFUSALS}))
    if not isinstance(answer, Answer):
        return answer
    return Refused(f"{operation} answered {answer.status}") if answer.status in REFUSALS else Acked()


WRITES: tuple[type[Write], ...] = (
    StockWrite, PriceWrite, ProductStatusWrite, CustomerNameWrite, ShippingStatusWrite, TrackingWrite,
)  # fmt: skip
DETAILS: tuple[type[Details], ...] = (Recipient,)
