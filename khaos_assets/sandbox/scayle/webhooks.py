"""Webhooks: who wants to hear of what, and the events that writes and a new night bring about. Contract scayle, 6.

Event names and the moments they stand for are assumed; the envelope is the contract's. An event of version 1 has the
order as its payload, one of version 2 holds it under `order`; they spell cancelled in two ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Any

from khaos_assets.sandbox.scayle import lists
from khaos_assets.sandbox.scayle.bodies import invalid, optional, required
from khaos_assets.sandbox.scayle.calls import Call, Identifier, Refused, as_instant
from khaos_assets.sandbox.scayle.holdings import Change, Holdings
from khaos_assets.sandbox.scayle.outbox import Letter, Outbox, is_here
from khaos_assets.sandbox.scayle.rows import ORDERS, Record, line
from khaos_assets.sandbox.scayle.views import Views
from khaos_assets.sandbox.scayle.write import Done

WEBHOOK_SWITCHES = frozenset({"webhook_out_of_order", "webhook_duplicate", "webhook_lost"})
OF_A_WRITE = {
    "POST /fulfillment/shipments": "order-shipped",
    "POST /fulfillment/cancellations": "order-item-cancelled",
    "POST /fulfillment/return-items": "order-item-returned",
    "PATCH /shops/{}/countries/{}/orders/{}/billing-status": "order-billing-status-changed",
    "POST /shops/{}/countries/{}/orders": "order-confirmed",
}
OF_A_NIGHT = {"confirmedAt": "order-confirmed", "invoicedAt": "order-invoiced"}
EVENTS = tuple(sorted({*OF_A_WRITE.values(), *OF_A_NIGHT.values()}))


class Webhooks:
    """The subscriptions of one tenant; they outlive the night."""

    def __init__(self, holdings: Holdings, views: Views) -> None:
        self.holdings = holdings
        self.views = views
        self.faults = holdings.faults
        self.outbox = Outbox()
        self._subscriptions: dict[int, Record] = {}
        self._ids = count(1)
        self._keys = count(1)
        self._held: list[Letter] = []
        holdings.world.on_advance(self._tell_of_night)

    def events(self, _: Call) -> bytes:
        """GET /webhooks/events: the whole list, without a cursor."""
        known = [{"event": e, "version": v, "isDeprecated": v == 1} for e in EVENTS for v in (1, 2)]
        return lists.whole(map(line, known))

    def subscriptions(self, _: Call) -> bytes:
        """GET /webhooks/subscriptions: the whole list, without a cursor."""
        return lists.whole(line(_masked(s)) for s in self._subscriptions.values())

    def subscription(self, call: Call) -> bytes:
        """GET /webhooks/subscriptions/{id}"""
        return line(_masked(self._subscriptions[self._known(call)]))

    def subscribe(self, call: Call) -> Done:
        """POST /webhooks/subscriptions: to an address on this machine, basic auth in its URL."""
        body = call.record()
        event, url = required(body, "event", str), required(body, "url", str)
        if _cancelled(event) not in EVENTS:
            raise invalid("event", f"there is no event {event!r}")
        if not is_here(url):
            raise invalid("url", "the sandbox calls nobody but this machine")
        number = next(self._ids)
        version = optional(body, "version", int) or 2
        self._subscriptions[number] = {"id": number, "event": event, "version": version, "url": url, "filters": []}
        return Done(201, line(_masked(self._subscriptions[number])))

    def unsubscribe(self, call: Call) -> Done:
        """DELETE /webhooks/subscriptions/{id}"""
        del self._subscriptions[self._known(call)]
        return Done()

    def tell_of_write(self, operation: str, changes: list[Change]) -> None:
        """What a write changed, to whom it concerns."""
        event = OF_A_WRITE.get(operation)
        if event and self._subscriptions:
            self._tell([(event, self.holdings.world.as_of, int(change["key"])) for change in changes])

    def _tell_of_night(self) -> None:
        """What came about between the last night's as-of and this one's, in the order of time."""
        since = self.holdings.world.nights[self.holdings.world.at - 1].as_of
        if self._subscriptions:
            self._tell(sorted(self._happened(since), key=lambda happened: happened[1:]))

    def _happened(self, since: datetime) -> Iterator[tuple[str, datetime, int]]:
        table = self.holdings.table(ORDERS)
        for group in table.groups():
            for row in table.group(group):
                order = row.record()
                for name, event in OF_A_NIGHT.items():
                    at = as_instant(order.get(name))
                    if at is not None and since < at <= self.holdings.world.as_of:
                        yield event, at, row.id

    def _tell(self, happened: list[tuple[str, datetime, int]]) -> None:
        for event, at, order in happened:
            row = self.holdings.table(ORDERS).get(Identifier(order))
            if row is None:
                continue
            shown = self.views.edited(ORDERS, row).record()
            key = f"event-{next(self._keys)}"
            for subscription in self._subscriptions.values():
                if _cancelled(subscription["event"]) == event:
                    body = _envelope(key, event, at, shown, subscription["version"])
                    self._send(Letter(subscription["url"], line(body)))

    def _send(self, letter: Letter) -> None:
        """An event is lost, sent twice, or comes behind the next one where a switch says so."""
        if self.faults.take("scayle", "webhook_lost"):
            return
        if self.faults.take("scayle", "webhook_out_of_order"):
            self._held.append(letter)
            return
        twice = self.faults.take("scayle", "webhook_duplicate") is not None
        for each in (letter, *([letter] if twice else ()), *self._held):
            self.outbox.send(each)
        self._held.clear()

    def _known(self, call: Call) -> int:
        number = call.identifier(0).id
        if number not in self._subscriptions:
            raise Refused(404, "SUBSCRIPTION_NOT_FOUND", f"there is no subscription {call.segments[0]}")
        return number


def _envelope(key: str, event: str, at: datetime, order: Record, version: int) -> Record:
    kind, payload = (event, order) if version == 1 else (event.replace("cancelled", "canceled"), {"order": order})
    meta = {"xRequestId": f"request-{key}", "tenantKey": "sandbox"}
    return {"key": key, "meta": meta, "occurredAt": at.isoformat(), "type": kind, "payload": payload}


def _cancelled(event: str) -> str:
    """Either spelling names the same event."""
    return event.replace("canceled", "cancelled")


def _masked(subscription: Record) -> dict[str, Any]:
    """As it is shown: without the password in its URL."""
    before, at, after = subscription["url"].rpartition("@")
    return subscription | {"url": f"{before.partition('//')[0]}//***:***@{after}" if at else after}
