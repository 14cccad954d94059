"""What is written to SCAYLE: stock and prices of a variant, parcels of an order (contract scayle, 5).

There is no idempotency key: `changedAt` orders stock, a shipment key names a parcel. Stock that is older than what
stands there is answered 200 with the old stock, so the answer is compared and not believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

import msgspec

from khaos_assets.systems.scayle.bulk import posted_together
from khaos_assets.systems.scayle.client import ScayleClient
from khaos_assets.systems.scayle.recipient import Recipient
from khaos_assets.systems.transport import Answer
from khaos_assets.systems.write import (
    Acked,
    Details,
    Indeterminate,
    Outcome,
    RecordGone,
    Refused,
    Repeat,
    Sending,
    Write,
    answered,
    read_as,
)

REFUSALS = frozenset({400, 401, 403, 404, 409, 412, 413, 422})
"""Statuses after which nothing was done."""


class _Stock(msgspec.Struct, frozen=True):
    quantity: int
    warehouseReferenceKey: str  # noqa: N815 (exact wire words)
    merchantReferenceKey: str | None = None  # noqa: N815


class _Stocks(msgspec.Struct, frozen=True):
    entities: list[_Stock]


class _Price(msgspec.Struct, frozen=True):
    key: str
    price: int


class _Prices(msgspec.Struct, frozen=True):
    entities: list[_Price]


class StockWrite(Write, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sellable units of one variant in one warehouse (contract 3.3). The value is a whole number."""

    system: ClassVar[str] = "scayle"
    name: ClassVar[str] = "scayle.stock"
    says: ClassVar[str] = "POST /variants/{v}/stocks"
    batch: ClassVar[int] = 500
    variant_id: str
    warehouse: str
    merchant: str | None = None
    changed_at: str
    """The instant of the source value, ISO 8601: the younger of two writers wins."""
    sells_without_stock: str | None = None
    """true or false, as the night saw it: what the body leaves out might be cleared."""
    expected_at: str | None = None

    async def current(self, client: ScayleClient) -> str | None:
        path = f"/variants/{self.variant_id}/stocks"
        answer = await client.get(path, operation="GET /variants/{v}/stocks", scope="stocksRead")
        rows = read_as(answer, _Stocks).entities if answer else []
        found = [
            r for r in rows if r.warehouseReferenceKey == self.warehouse and r.merchantReferenceKey == self.merchant
        ]
        if len(found) != 1:
            raise RecordGone(f"variant {self.variant_id} has {len(found)} rows of stock in {self.warehouse}")
        return str(found[0].quantity)

    def _body(self, value: str) -> dict[str, object]:
        without = self.sells_without_stock
        body = {
            "quantity": int(value), "warehouseReferenceKey": self.warehouse, "changedAt": self.changed_at,
            "merchantReferenceKey": self.merchant, "expectedAvailabilityAt": self.expected_at,
            "sellableWithoutStock": None if without is None else without == "true",
        }  # fmt: skip
        return {name: v for name, v in body.items() if v is not None}

    async def put(self, client: ScayleClient, value: str, key: str) -> Outcome:  # noqa: ARG002 (SCAYLE keeps none)
        answer = await _posted(
            client, f"/variants/{self.variant_id}/stocks", self._body(value), self.says, "stocksWrite"
        )
        if not isinstance(answer, Answer):
            return answer
        try:
            return Acked(str(msgspec.json.decode(answer.body, type=_Stock).quantity))
        except msgspec.DecodeError:
            return Indeterminate("the answer does not tell the stock now in force")

    @classmethod
    async def put_together(cls, client: ScayleClient, sendings: Sequence[Sending]) -> list[Outcome]:
        posts = [(s.key, f"/variants/{s.write.variant_id}/stocks", s.write._body(s.value)) for s in sendings]
        return await posted_together(client, "/variants/stocks", "stocksWrite", posts)


class PriceWrite(Write, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One price of one variant (contract 3.4). The value is in minor units, gross."""

    system: ClassVar[str] = "scayle"
    name: ClassVar[str] = "scayle.price"
    says: ClassVar[str] = "POST /variants/{v}/prices"
    batch: ClassVar[int] = 500
    money: ClassVar[bool] = True
    variant_id: str
    price_key: str
    country: str
    currency: str
    tax: str
    """VAT percent, as the price has it."""
    valid_from: str | None = None
    merchant: str | None = None

    async def current(self, client: ScayleClient) -> str | None:
        path = f"/variants/{self.variant_id}/prices"
        answer = await client.get(path, operation="GET /variants/{v}/prices", scope="pricesRead")
        rows = read_as(answer, _Prices).entities if answer else []
        found = [r for r in rows if r.key == self.price_key]
        if len(found) != 1:
            raise RecordGone(f"variant {self.variant_id} has no price {self.price_key}")
        return str(found[0].price)

    def _body(self, value: str) -> dict[str, object]:
        body: dict[str, object] = {
            "price": int(value), "countryCode": self.country, "currencyCode": self.currency, "tax": Decimal(self.tax),
            "validFrom": self.valid_from, "merchantReferenceKey": self.merchant,
        }  # fmt: skip
        return {name: v for name, v in body.items() if v is not None}

    async def put(self, client: ScayleClient, value: str, key: str) -> Outcome:  # noqa: ARG002
        answer = await _posted(
            client, f"/variants/{self.variant_id}/prices", self._body(value), self.says, "pricesWrite"
        )
        if not isinstance(answer, Answer):
            return answer
        try:
            told = msgspec.json.decode(answer.body, type=_Price)
        except msgspec.DecodeError:
            return Acked()
        return Acked(str(told.price)) if told.key == self.price_key else Acked()  # another row than meant: read back

    @classmethod
    async def put_together(cls, client: ScayleClient, sendings: Sequence[Sending]) -> list[Outcome]:
        posts = [(s.key, f"/variants/{s.write.variant_id}/prices", s.write._body(s.value)) for s in sendings]
        return await posted_together(client, "/variants/prices", "pricesWrite", posts)


class _Package(msgspec.Struct, frozen=True):
    shipmentKey: str | None = None  # noqa: N815


class _Order(msgspec.Struct, frozen=True):
    packages: list[_Package] | None = None


class ShipmentWrite(Write, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One parcel of an order (contract 5): its items are shipped and invoiced; nothing undoes that.

    The value is the shipment keys of all parcels, sorted and joined by +. That a repeated key is refused (409) is
    assumed, so it is not relied on.
    """

    system: ClassVar[str] = "scayle"
    of_item: ClassVar[bool] = False
    name: ClassVar[str] = "scayle.shipment"
    says: ClassVar[str] = "POST /fulfillment/shipments"
    repeat: ClassVar[Repeat] = Repeat.NEVER
    reversible: ClassVar[bool] = False
    shop: str
    country: str
    order_id: str
    carrier: str
    shipment_key: str
    items: str
    """Ids of the order's items in the parcel, joined by +: one item is one unit."""

    async def current(self, client: ScayleClient) -> str | None:
        path = f"/shops/{self.shop}/countries/{self.country}/orders/{self.order_id}"
        answer = await client.get(path, operation="GET O/{o}", scope="ordersRead")
        if answer is None:
            raise RecordGone(f"order {self.order_id} is not there")
        packages = read_as(answer, _Order).packages or []
        return "+".join(sorted(p.shipmentKey for p in packages if p.shipmentKey)) or None

    async def put(self, client: ScayleClient, value: str, key: str) -> Outcome:  # noqa: ARG002
        body = {
            "shopKey": self.shop, "countryCode": self.country, "orderId": int(self.order_id), "carrier": self.carrier,
            "deliveryDate": None, "shipmentKey": self.shipment_key, "returnIdentCode": None,
            "items": [{"orderItemId": int(i), "returnKey": None} for i in self.items.split("+")],
        }  # fmt: skip
        answer = await _posted(client, "/fulfillment/shipments", body, self.says, "fulfillmentWrite")
        return Acked() if isinstance(answer, Answer) else answer


async def _posted(
    client: ScayleClient, path: str, body: object, operation: str, scope: str
) -> Answer | Refused | Indeterminate:
    content = msgspec.json.Encoder(decimal_format="number").encode(body)
    answer = await answered(
        client.write("POST", path, content, operation=operation, scope=scope, expect={200, 201, 204, *REFUSALS})
    )
    if isinstance(answer, Answer) and answer.status in REFUSALS:
        return Refused(f"{operation} answered {answer.status}")
    return answer


WRITES: tuple[type[Write], ...] = (StockWrite, PriceWrite, ShipmentWrite)
DETAILS: tuple[type[Details], ...] = (Recipient,)
