"""What is written to Khaos: the assumed extension only, invoices and descriptive fields (contract khaos, 5).

The documented writes are not used: imports of orders and customers create and overwrite more than one field, prices and
price lists belong to finance, and what an imported stock level means is not known. Every call carries a client
reference; a real installation may not know it, so each value is read back. A Fault does not say what was done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Self

from khaos_assets.systems.khaos import soap
from khaos_assets.systems.khaos.calls import OrderKey, order_status, stock_export, stock_status
from khaos_assets.systems.khaos.client import KhaosClient
from khaos_assets.systems.khaos.fields import Element, Row
from khaos_assets.systems.read import ReadFailed
from khaos_assets.systems.transport import Halted, OriginRefused, TransportError
from khaos_assets.systems.write import Acked, Indeterminate, Outcome, RecordGone, Refused, Repeat, Source, Write

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
        document = await _document(client, order_status([self.order], OrderKey.SO_CODE))
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
        return await _updated(client, "UpdateSalesOrderStatus", key, {
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
        return await _updated(client, "UpdateSalesOrderStatus", key, {
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
        return await _updated(client, "UpdateStockItem", key, said)


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
        return await _updated(client, "UpdateStockItem", key, said)


class LevelSource(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of a code is free to sell at a site (LEVEL, contract 3.4)."""

    system: ClassVar[str] = "khaos"
    name: ClassVar[str] = "khaos.level"
    code: str
    site_id: str

    @classmethod
    async def current(cls, client: KhaosClient, asked: Sequence[Self]) -> list[str | None]:
        levels: dict[tuple[str, str], str | None] = {}
        size = client.settings.stock_chunk
        for site_id in sorted({s.site_id for s in asked}):
            codes = sorted({s.code for s in asked if s.site_id == site_id})
            for chunk in (codes[at : at + size] for at in range(0, len(codes), size)):
                document = await _document(client, stock_status(chunk, int(site_id)))
                for row in map(Row, document.iter("STOCK_ITEM")):
                    levels[row.required_attribute("CODE"), site_id] = row.text("LEVEL")
        return [levels.get((s.code, s.site_id)) for s in asked]


async def _item_text(client: KhaosClient, code: str, element: str) -> str | None:
    document = await _document(client, stock_export([code]))
    for item in document.iter("STOCK_ITEM", "SCS_ITEM"):
        row = Row(item)
        if row.text("STOCK_CODE") == code:
            return row.text(element)
    raise RecordGone(f"there is no stock item {code}")


async def _document(client: KhaosClient, call: soap.Call) -> Element:
    try:
        return soap.document_of(soap.read_answer(await client.send(call)))
    except soap.Unreadable as e:
        raise ReadFailed(e.fault, f"{call.method}: {e}") from e


async def _updated(client: KhaosClient, method: str, key: str, arguments: Mapping[str, soap.Argument]) -> Outcome:
    """One call of the extension, and what its one result says."""
    try:
        body = await client.send(soap.Call(method, {**arguments, "ClientRef": key}), repeatable=False)
        result = soap.read_answer(body)
    except Halted:
        raise
    except OriginRefused as e:
        return Refused(str(e))
    except (TransportError, soap.Unreadable) as e:
        return Indeterminate(str(e))
    results = soap.member(result, "Results")
    said = [soap.properties(r) for r in soap.items(results)] if results is not None else []
    if len(said) != 1 or said[0].get("ClientRef") not in (key, None):
        return Indeterminate(f"{method} answered {len(said)} results where one is due")
    match said[0].get("Result"):
        case "APPLIED" | "ALREADY_APPLIED":
            return Acked()
        case "REFUSED":
            return Refused(f"{method}: {said[0].get('Reason') or 'no reason given'}")
        case other:
            return Indeterminate(f"{method} answered {other}")


WRITES: tuple[type[Write], ...] = (ShipmentWrite, ConsignmentWrite, ItemWrite, DiscontinueWrite)
SOURCES: tuple[type[Source], ...] = (LevelSource,)
