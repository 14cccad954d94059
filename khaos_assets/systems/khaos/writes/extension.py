"""What is written by the assumed extension: invoices and descriptive fields of items (contract khaos, 5).

Every call carries a client reference; a real installation may not know it, so each value is read back.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from khaos_assets.systems.khaos.calls import OrderKey, order_status, stock_export
from khaos_assets.systems.khaos.client import KhaosClient
from khaos_assets.systems.khaos.fields import Row
from khaos_assets.systems.khaos.writes.asking import carried_out, exported
from khaos_assets.systems.write import Outcome, RecordGone, Repeat, Write

FIELDS = frozenset({"STOCK_DESC", "LONG_DESC", "WEIGHT", "HEIGHT", "WIDTH", "DEPTH", "COUNTRY_OF_MANUFACTURE"})
"""Descriptive fields of an item that are written; the extension knows a few more."""


class _Invoice(Write, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One invoice of one sales order."""

    system: ClassVar[str] = "khaos"
    of_item: ClassVar[bool] = False
    assumed: ClassVar[bool] = True
    repeat: ClassVar[Repeat] = Repeat.KEYED
    order: str
    invoice: str

    async def _row(self, client: KhaosClient) -> Row:
        document = await exported(client, order_status([self.order], OrderKey.SO_CODE))
        for order in document:
            if order.get("SORDER_CODE") == self.order:
                row = Row(order)
                if row.child("CANCELLED") is not None:
                    raise RecordGone(f"order {self.order} was cancelled")
                for invoice in map(Row, row.each("INVOICES", "INVOICE")):
                    if invoice.attribute("INVOICE_CODE") == self.invoice:
                        return invoice
        raise RecordGone(f"order {self.order} has no invoice {self.invoice}")


class ShipmentWrite(_Invoice, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An invoice issued with courier, consignment and day of shipping. Nothing undoes it.

    The value is `stage, courier, consignment, yyyy-mm-dd`; what is empty is left out.
    """

    name: ClassVar[str] = "khaos.shipment"
    says: ClassVar[str] = "UpdateSalesOrderStatus"
    reversible: ClassVar[bool] = False

    async def current(self, client: KhaosClient) -> str | None:
        row = await self._row(client)
        shipped = row.attribute("SHIP_DATE")
        day = datetime.strptime(shipped, "%d/%m/%Y").date().isoformat() if shipped else None  # noqa: DTZ007
        parts = (row.attribute("INVOICE_STAGE_ID"), row.attribute("COURIER"), row.attribute("CONSIGNMENT_REF"), day)
        return ", ".join(p for p in parts if p)

    async def put(self, client: KhaosClient, value: str, key: str) -> Outcome:
        stage, courier, consignment, day = value.split(", ")
        return await carried_out(client, "UpdateSalesOrderStatus", key, {
            "SOrderCode": self.order, "InvoiceStageID": int(stage), "Courier": courier, "ConsignmentRef": consignment,
            "ShipDate": day, "InvoiceCode": self.invoice,
        })  # fmt: skip


class ConsignmentWrite(_Invoice, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The tracking number of an invoice that was sent. The stage stays."""

    name: ClassVar[str] = "khaos.consignment"
    says: ClassVar[str] = "UpdateSalesOrderStatus"

    async def current(self, client: KhaosClient) -> str | None:
        return (await self._row(client)).attribute("CONSIGNMENT_REF")

    async def put(self, client: KhaosClient, value: str, key: str) -> Outcome:
        return await carried_out(client, "UpdateSalesOrderStatus", key, {
            "SOrderCode": self.order, "InvoiceStageID": None, "Courier": "", "ConsignmentRef": value, "ShipDate": "",
            "InvoiceCode": self.invoice,
        })  # fmt: skip


class ItemWrite(Write, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One descriptive field of one stock item (contract 3.3)."""

    system: ClassVar[str] = "khaos"
    name: ClassVar[str] = "khaos.item"
    says: ClassVar[str] = "UpdateStockItem"
    assumed: ClassVar[bool] = True
    repeat: ClassVar[Repeat] = Repeat.KEYED
    code: str
    element: str

    def __post_init__(self) -> None:
        if self.element not in FIELDS:
            raise ValueError(f"{self.element} of a stock item is not written")

    async def current(self, client: KhaosClient) -> str | None:
        return await _item_text(client, self.code, self.element)

    async def put(self, client: KhaosClient, value: str, key: str) -> Outcome:
        said = {"StockCode": self.code, "Field": self.element, "Value": value}
        return await carried_out(client, "UpdateStockItem", key, said)


class DiscontinueWrite(Write, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stock item marked as discontinued: 0 or -1."""

    system: ClassVar[str] = "khaos"
    name: ClassVar[str] = "khaos.discontinued"
    says: ClassVar[str] = "UpdateStockItem"
    assumed: ClassVar[bool] = True
    repeat: ClassVar[Repeat] = Repeat.KEYED
    code: str

    async def current(self, client: KhaosClient) -> str | None:
        return await _item_text(client, self.code, "DISCONTINUED")

    async def put(self, client: KhaosClient, value: str, key: str) -> Outcome:
        said = {"StockCode": self.code, "Field": "DISCONTINUED", "Value": value}
        return await carried_out(client, "UpdateStockItem", key, said)


async def _item_text(client: KhaosClient, code: str, element: str) -> str | None:
    document = await exported(client, stock_export([code]))
    for item in document.iter("STOCK_ITEM", "SCS_ITEM"):
        row = Row(item)
        if row.text("STOCK_CODE") == code:
            return row.text(element) or (row.text("DESCRIPTION") if element == "STOCK_DESC" else None)
    raise RecordGone(f"there is no stock item {code}")
