"""Order delegation: orders confirmed since the last night are posted to the merchant whose items they hold.

201 means taken: the items are delegated. After 26 attempts (at once; the hours between them are left out) the order is
aborted and cancelled. Sold-out items are left out of the body. Contract scayle, 6.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from khaos_assets.sandbox.scayle.calls import Identifier, as_instant
from khaos_assets.sandbox.scayle.holdings import Change, Holdings
from khaos_assets.sandbox.scayle.order_states import detailed
from khaos_assets.sandbox.scayle.outbox import Letter, Outbox, is_here
from khaos_assets.sandbox.scayle.rows import MERCHANTS, ORDERS, Record, Row, line
from khaos_assets.sandbox.scayle.views import Views

ATTEMPTS = 26


class Delegation:
    """The orders on their way to merchants."""

    def __init__(self, holdings: Holdings, views: Views, outbox: Outbox) -> None:
        self.holdings = holdings
        self.views = views
        self.outbox = outbox
        holdings.world.on_advance(self._send)

    def _send(self) -> None:
        merchants = (row.record() for row in self.holdings.table(MERCHANTS).group())
        addresses = ((str(m.get("referenceKey")), str(m.get("orderDelegationUrl"))) for m in merchants)
        urls = {merchant: url for merchant, url in addresses if is_here(url)}
        if not urls:
            return
        table = self.holdings.table(ORDERS)
        for row in [row for group in table.groups() for row in table.group(group)]:
            order = self.views.edited(ORDERS, row).record()
            if self._is_new(order):
                for merchant, url in urls.items():
                    items = [item for item in order.get("items") or () if _is_for(item, merchant)]
                    if items:
                        self._delegate(row, order, items, url)

    def _is_new(self, order: Record) -> bool:
        world = self.holdings.world
        confirmed = as_instant(order.get("confirmedAt"))
        return confirmed is not None and world.nights[world.at - 1].as_of < confirmed <= world.as_of

    def _delegate(self, row: Row, order: Record, items: list[Record], url: str) -> None:
        sent = {item.get("id") for item in items}

        def then(is_taken: bool) -> None:
            self.holdings.write(lambda at: self._end(row.id, sent, at, is_taken))

        self.outbox.send(Letter(url, line(order | {"items": items}), ATTEMPTS, 201, then))

    def _end(self, at: int, sent: set[Any], now: datetime, is_taken: bool) -> list[Change]:
        row = self.holdings.table(ORDERS).get(Identifier(at))
        if row is None:
            return []
        order, instant = row.record(), now.isoformat(timespec="milliseconds")
        items: list[Record] = [dict(item) for item in order.get("items") or ()]
        for item in items:
            if not is_taken:
                item |= {"status": "cancelled", "cancelledAt": instant}
            elif item.get("id") in sent:
                item["delegatedAt"] = item.get("delegatedAt") or instant
        code = "order_delegated" if is_taken else "order_cancelled"
        ended = {} if is_taken else {"status": "cancellation_completed"}
        states = {"detailedStatus": detailed(order, order=code), "updatedAt": instant, "items": items}
        self.holdings.table(ORDERS).put(order | ended | states)
        return []


def _is_for(item: Record, merchant: str) -> bool:
    """Items that name no merchant are the default one's."""
    own = (item.get("merchant") or {}).get("referenceKey") or "default"
    return own == merchant and item.get("status") != "unavailable"
