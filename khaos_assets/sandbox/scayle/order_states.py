"""The state of an order as its items are sent, cancelled or come back: codes, parcels, invoices."""

from __future__ import annotations

from typing import Any

from khaos_assets.sandbox.scayle.bodies import required
from khaos_assets.sandbox.scayle.calls import Identifier, Refused
from khaos_assets.sandbox.scayle.holdings import Change, Holdings
from khaos_assets.sandbox.scayle.rows import INVOICES, ORDERS, Record
from khaos_assets.sandbox.scayle.write import Write


class Parcels:
    """Orders of one tenant, changed in place."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings

    def order(self, body: Record) -> Record:
        """The order that a fulfilment body names; shop and country must be its own (compared without case)."""
        at = required(body, "orderId", int)
        order = self.holdings.order(Identifier(at)).record()
        own = order.get("shopCountry") or {}
        asked = (required(body, "shopKey", str), required(body, "countryCode", str).upper())
        if asked != (own.get("shopKey"), str(own.get("countryCode")).upper()):
            raise Refused(404, "ORDER_NOT_FOUND", f"order {at} is not one of {'/'.join(asked)}")
        return order

    def items(self, order: Record, asked: list[Record]) -> list[Record]:
        """The items that a body names by `orderItemId`; they are copies, to be put back by `put`."""
        known = {item.get("id"): item for item in order.get("items") or ()}
        wanted = [required(row, "orderItemId", int) for row in asked]
        if unknown := [n for n in wanted if n not in known]:
            raise Refused(404, "ORDER_ITEM_NOT_FOUND", f"order {order['id']} has no item {unknown[0]}")
        return [dict(known[n]) for n in dict.fromkeys(wanted)]

    def put(self, write: Write, order: Record, items: list[Record], **fields: Any) -> Change:
        """Put changed items and other fields back into the order; its states follow."""
        before = self.holdings.order(Identifier(order["id"])).record()
        changed = {item["id"]: item for item in items}
        every = [changed.get(item.get("id"), item) for item in order.get("items") or ()]
        after = order | fields | {"items": every, "updatedAt": write.instant}
        self.holdings.table(ORDERS).put(after)
        return {"key": str(order["id"]), "before": _gist(before, changed), "after": _gist(after, changed)}

    def invoice(self, write: Write, order: Record, kind: str) -> None:
        """One more document of the order."""
        table = self.holdings.table(INVOICES)
        number = write.number(table.free_id)
        names = {"number": number, "fullNumber": f"INV-{number}"}
        row = {"id": number, "createdAt": write.instant, "type": kind, "invoice": names, "available": True}
        table.put(row | {"orderId": order["id"]})


def is_cancelled(item: Record) -> bool:
    """Whether the item will never be sent."""
    return item.get("cancelledAt") is not None or item.get("status") == "cancelled"


def detailed(order: Record, /, **codes: str) -> Record:
    """The detailed status with other codes in some of its parts."""
    changed = {part: {"code": code, "name": code.replace("_", " ").capitalize()} for part, code in codes.items()}
    return (order.get("detailedStatus") or {}) | changed


def _gist(order: Record, items: dict[Any, Record]) -> Record:
    """What the journal keeps of an order: its states and the items concerned, no personal data."""
    states = {name: order.get(name) for name in ("referenceKey", "status", "detailedStatus", "packages")}
    return states | {"items": [item for item in order.get("items") or () if item.get("id") in items]}
