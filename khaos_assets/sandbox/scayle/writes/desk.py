"""Where every write comes in: which function does it, the journal, and what a restart must know."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from khaos_assets.sandbox.accepted import Accepted
from khaos_assets.sandbox.accepted import Write as Kept
from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.scayle.calls import Call, Refused
from khaos_assets.sandbox.scayle.holdings import Change, Holdings
from khaos_assets.sandbox.scayle.views import Views
from khaos_assets.sandbox.scayle.webhooks import WEBHOOK_SWITCHES, Webhooks
from khaos_assets.sandbox.scayle.write import Done, Write
from khaos_assets.sandbox.scayle.writes.bulk import ALLOWED, Bulk
from khaos_assets.sandbox.scayle.writes.fulfilment import Fulfilment
from khaos_assets.sandbox.scayle.writes.order_writes import OrderWrites
from khaos_assets.sandbox.scayle.writes.prices import Prices
from khaos_assets.sandbox.scayle.writes.stock import Stock
from khaos_assets.sandbox.scayle.writes.warehouse_writes import Reservations, WarehouseWrites

WRITE_SWITCHES = frozenset(
    {"stale_stock_ok", "duplicate_shipment_409", "duplicate_shipment_accepted", "bulk_stock_off", "bulk_partial"}
    | WEBHOOK_SWITCHES
)
SHIPMENT = "POST /fulfillment/shipments"

Perform = Callable[[Write], Done]


class Writes:
    """Every write of one tenant, and the reads of what only writes bring about."""

    def __init__(self, holdings: Holdings, views: Views) -> None:
        self.holdings = holdings
        self.faults = holdings.faults
        self.bulk = Bulk(self.faults, self._noted)
        self.webhooks = Webhooks(holdings, views)
        self.reservations = Reservations(holdings)
        self._perform = self._operations(views)
        self._about: dict[str, Callable[[Call], Done]] = {
            **dict.fromkeys(ALLOWED, self.bulk.start),
            "PUT /bulk-requests/{}/cancel": self.bulk.cancel,
            "POST /webhooks/subscriptions": self.webhooks.subscribe,
            "DELETE /webhooks/subscriptions/{}": self.webhooks.unsubscribe,
        }
        """Calls about calls: they change nothing of the world."""
        self._accepted = Accepted(holdings.world.memory, "scayle")
        for kept in self._accepted.writes():
            self._again(kept)

    def _operations(self, views: Views) -> dict[str, Perform]:
        stock, prices, orders = Stock(self.holdings, views), Prices(self.holdings), OrderWrites(self.holdings)
        fulfilment, warehouses = Fulfilment(self.holdings), WarehouseWrites(self.holdings)
        below = "/shops/{}/countries/{}/orders"
        return {
            "POST /variants/{}/stocks": stock.set,
            "PUT /variants/{}/stocks/sellableWithoutStock": stock.sell_without,
            "POST /variants/{}/prices": prices.set,
            "DELETE /variants/{}/prices/{}": prices.drop,
            SHIPMENT: fulfilment.ship,
            "POST /fulfillment/cancellations": fulfilment.cancel,
            "POST /fulfillment/return-items": fulfilment.take_back,
            f"POST {below}": orders.create,
            f"DELETE {below}/{{}}": orders.delete,
            f"PUT {below}/{{}}/reference-key": orders.set_reference_key,
            f"PATCH {below}/{{}}/billing-status": orders.set_billing_status,
            f"POST {below}/{{}}/payment/manual-capture": orders.capture,
            "POST /warehouses": warehouses.create,
            "DELETE /warehouses/{}": warehouses.delete,
            "POST /reservations": self.reservations.create,
            "DELETE /reservations/{}": self.reservations.delete,
        }

    def reads(self) -> dict[str, Callable[[Call], bytes]]:
        """Operation → what gives its body."""
        return {
            "GET /reservations": self.reservations.all,
            "GET /bulk-requests": self.bulk.all,
            "GET /bulk-requests/{}/status": self.bulk.status,
            "GET /bulk-requests/{}/operations/{}/status": self.bulk.operation_status,
            "GET /webhooks/events": self.webhooks.events,
            "GET /webhooks/subscriptions": self.webhooks.subscriptions,
            "GET /webhooks/subscriptions/{}": self.webhooks.subscription,
        }

    def do(self, call: Call) -> Done:
        """Do what a request asks for. Raises Refused."""
        if (about := self._about.get(call.operation)) is not None:
            return about(call)
        done = self._noted(call)
        if call.operation == SHIPMENT and self.faults.take("scayle", "duplicate_shipment_409", **call.match):
            return self._noted(call)
        return done

    def _noted(self, call: Call) -> Done:
        """Done, noted in the journal, kept for a restart, told to subscribers."""
        done = self._done(Write(call, self.faults))
        self.holdings.note(call.operation, done.changes, {"path": call.path})
        self._accepted.keep(Kept(call.method, call.raw, call.body))
        self.webhooks.tell_of_write(call.operation, done.changes)
        return done

    def _done(self, write: Write) -> Done:
        perform = self._perform[write.call.operation]
        results: list[Done] = []

        def change(at: datetime) -> list[Change]:
            write.begin(at)
            try:
                results.append(perform(write))
            except Refused:
                if not results:
                    raise
                return []
            return results[-1].changes

        self.holdings.write(change)
        return results[0]

    def _again(self, kept: Kept) -> None:
        """After a restart, as it would be without any switch."""
        call = Call.to(kept.method, kept.path, body=kept.body)
        if call is not None:
            done = self._done(Write(call, Faults()))
            self.holdings.note(call.operation, done.changes, {"path": call.path})
