"""Writes below /shops/{s}/countries/{c}/orders: reference key, billing status, capture; create and delete."""

from __future__ import annotations

from khaos_assets.sandbox.scayle.bodies import invalid, optional, records, required
from khaos_assets.sandbox.scayle.calls import Identifier, Refused
from khaos_assets.sandbox.scayle.holdings import Change, Holdings
from khaos_assets.sandbox.scayle.order_states import detailed
from khaos_assets.sandbox.scayle.reference import Reference
from khaos_assets.sandbox.scayle.rows import ORDERS, Record
from khaos_assets.sandbox.scayle.write import Done, Write


class OrderWrites:
    """An order is found under the path of any shop country, as it is when read."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings
        self.reference = Reference(holdings)

    def set_reference_key(self, write: Write) -> Done:
        """PUT O/{intId}/reference-key: by number only; answers with the order."""
        if write.call.identifier(2).id is None:
            raise Refused(400, "INVALID_IDENTIFIER", "an order is named by its number here")
        order = self._order(write)
        key = required(write.call.record(), "referenceKey", str)
        other = self.holdings.table(ORDERS).get(Identifier(reference=key))
        if other is not None and other.id != order["id"]:
            raise Refused(409, "REFERENCE_KEY_EXISTS", f"order {other.id} has the reference key {key!r}")
        return self._put(write, order, {"referenceKey": key}, ("referenceKey",))

    def set_billing_status(self, write: Write) -> Done:
        """PATCH O/{o}/billing-status: of the order, or of some items; answers with the order."""
        order, body = self._order(write), write.call.record()
        code = required(body, "code", str)
        optional(body, "reason", str)
        known = {item.get("id") for item in order.get("items") or ()}
        for row in records(body, "items") if body.get("items") else ():
            required(row, "code", str)
            if required(row, "id", int) not in known:
                raise Refused(404, "ORDER_ITEM_NOT_FOUND", f"order {order['id']} has no item {row['id']}")
        return self._put(write, order, {"detailedStatus": detailed(order, billing=code)}, ("detailedStatus",))

    def capture(self, write: Write) -> Done:
        """POST O/{o}/payment/manual-capture: the payment is taken."""
        order = self._order(write)
        done = self._put(
            write, order, {"detailedStatus": detailed(order, billing="billing_completed")}, ("detailedStatus",)
        )
        return Done(changes=done.changes)

    def create(self, write: Write) -> Done:
        """POST O: an order of the path's shop country."""
        shop, country = self.reference.shop_country(write.call)
        body = write.call.record()
        items = body.get("items")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise invalid("items", "items is required (a list of objects)")
        table = self.holdings.table(ORDERS)
        key = optional(body, "referenceKey", str)
        if key is not None and table.get(Identifier(reference=key)) is not None:
            raise Refused(409, "REFERENCE_KEY_EXISTS", f"there is an order with the reference key {key!r}")
        number = write.number(table.free_id)
        own = {"id": number, "referenceKey": key, "shopCountry": {"shopKey": shop, "countryCode": country}}
        times = dict.fromkeys(("createdAt", "updatedAt", "confirmedAt"), write.instant)
        begun = {"status": "order_open", "detailedStatus": detailed({}, order="order_confirmed"), "packages": []}
        row = table.put({**body, **own, **times, **begun})
        return Done(201, row.line, [{"key": str(number), "before": None, "after": {"referenceKey": key}}])

    def delete(self, write: Write) -> Done:
        """DELETE O/{o}"""
        order = self._order(write)
        self.holdings.table(ORDERS).drop(order["id"])
        return Done(
            changes=[{"key": str(order["id"]), "before": {"referenceKey": order.get("referenceKey")}, "after": None}]
        )

    def _order(self, write: Write) -> Record:
        self.reference.shop_country(write.call)
        return self.holdings.order(write.call.identifier(2)).record()

    def _put(self, write: Write, order: Record, fields: Record, shown: tuple[str, ...]) -> Done:
        after = order | fields
        if after == order:
            return Done(200, self.holdings.order(Identifier(order["id"])).line)
        row = self.holdings.table(ORDERS).put(after | {"updatedAt": write.instant})
        before = {name: order.get(name) for name in shown}
        change: Change = {"key": str(row.id), "before": before, "after": {name: after.get(name) for name in shown}}
        return Done(200, row.line, [change])
