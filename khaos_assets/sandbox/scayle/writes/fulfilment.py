"""Shipments, cancellations and returned items. Contract scayle, 5: the answers have no body."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from khaos_assets.sandbox.scayle.bodies import invalid, optional, records, required
from khaos_assets.sandbox.scayle.calls import Identifier, Refused
from khaos_assets.sandbox.scayle.holdings import Change, Holdings
from khaos_assets.sandbox.scayle.order_states import Parcels, detailed, is_cancelled
from khaos_assets.sandbox.scayle.rows import CARRIERS, STOCKS, Record
from khaos_assets.sandbox.scayle.write import Done, Write

ZONES = {"GB": "Europe/London", "IE": "Europe/Dublin", "US": "America/New_York", "PT": "Europe/Lisbon"}
USUAL_ZONE = "Europe/Berlin"


class Fulfilment:
    """Writes below /fulfillment."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings
        self.parcels = Parcels(holdings)

    def ship(self, write: Write) -> Done:
        """POST /fulfillment/shipments: one parcel; its items are shipped and invoiced."""
        body = write.call.record()
        order, asked = self.parcels.order(body), records(body, "items")
        items = self.parcels.items(order, asked)
        key, carrier = required(body, "shipmentKey", str), required(body, "carrier", str)
        carriers = self.holdings.table(CARRIERS)
        if carriers.group() and carriers.get(Identifier(reference=carrier)) is None:
            raise invalid("carrier", f"there is no carrier {carrier!r}")
        packages: list[Record] = list(order.get("packages") or ())
        parcel = next((p for p in packages if p.get("shipmentKey") == key), None)
        repeated = parcel is not None and any(i.get("packageId") == parcel["id"] for i in items)
        if repeated and not write.switched("duplicate_shipment_accepted"):
            raise Refused(409, "SHIPMENT_EXISTS", f"shipment {key} of these items is known")
        if any(is_cancelled(i) or (i.get("shippedAt") and not repeated) for i in items):
            raise Refused(409, "ITEM_NOT_SHIPPABLE", "an item has been cancelled, or is in another parcel")
        if parcel is None or repeated:
            parcel = self._parcel(write, body)
            packages.append(parcel)
        for item in items:
            item |= {"packageId": parcel["id"], "shippedAt": write.instant}
        for row in asked:
            if optional(row, "returnKey", str):
                self.holdings.return_keys[row["returnKey"]] = (order["id"], row["orderItemId"])
        return Done(changes=[self._sent(write, order, items, packages)])

    def _parcel(self, write: Write, body: Record) -> Record:
        number = write.number(self.holdings.free_package_id)
        dates = body.get("deliveryDate")
        return {
            "id": number,
            "shipmentKey": body["shipmentKey"],
            "carrierKey": body["carrier"],
            "deliveryStatus": "shipped",
            "shippedAt": write.instant,
            "tracking": {"id": body["shipmentKey"], "url": None},
            "returnIdentCode": body.get("returnIdentCode"),
            "deliveryDate": dates if isinstance(dates, dict) else {"minimum": dates, "maximum": dates},
        }

    def _sent(self, write: Write, order: Record, items: list[Record], packages: list[Record]) -> Change:
        sent = {i["id"] for i in items}
        open_ones = [i for i in order["items"] if not (i["id"] in sent or i.get("shippedAt") or is_cancelled(i))]
        self.parcels.invoice(write, order, "partial_invoice" if open_ones else "invoice")
        if open_ones:
            states: dict[str, Any] = {
                "status": "invoice_partially_completed",
                "detailedStatus": detailed(order, shipping="shipping_ordered"),
            }
        else:
            codes = {"order": "order_invoiced", "shipping": "shipping_ordered", "billing": "billing_completed"}
            states = {
                "status": "invoice_completed",
                "invoicedAt": write.instant,
                "detailedStatus": detailed(order, **codes),
            }
        return self.parcels.put(write, order, items, packages=packages, **states)

    def cancel(self, write: Write) -> Done:
        """POST /fulfillment/cancellations: items that cannot be delivered, all of them or none."""
        body = write.call.record()
        order = self.parcels.order(body)
        items = self.parcels.items(order, records(body, "items"))
        if any(is_cancelled(i) or i.get("shippedAt") for i in items):
            raise Refused(409, "ITEM_NOT_CANCELLABLE", "an item has been shipped or cancelled before")
        for item in items:
            item |= {"status": "cancelled", "cancelledAt": write.instant}
            self._release(item)
        gone = {i["id"] for i in items}
        states: dict[str, Any] = {}
        if all(i["id"] in gone or is_cancelled(i) for i in order["items"]):
            states = {"status": "cancellation_completed", "detailedStatus": detailed(order, order="order_cancelled")}
        return Done(changes=[self.parcels.put(write, order, items, **states)])

    def _release(self, item: Record) -> None:
        """A cancellation ends the hidden reservation of its variant."""
        variant = (item.get("variant") or {}).get("id")
        self.holdings.released.update(row.id for row in self.holdings.table(STOCKS).group((str(variant),)))

    def take_back(self, write: Write) -> Done:
        """POST /fulfillment/return-items: a bare array, row by row. Some wrong: 206 with them; all wrong: the first."""
        rows: Any = write.call.json()
        if not isinstance(rows, list) or not rows or not all(isinstance(r, dict) for r in rows):
            raise invalid("body", "a list of returned items is expected")
        changes: list[Change] = []
        wrong: list[tuple[str, Refused]] = []
        for row in rows:
            try:
                changes.append(self._returned(write, row))
            except Refused as e:
                wrong.append((str(row.get("returnKey")), e))
        if wrong and not changes:
            raise wrong[0][1]
        if not wrong:
            return Done(changes=changes)
        errors = [{"errorKey": e.key, "message": e.message, "context": {"returnKey": key}} for key, e in wrong]
        return Done(206, msgspec.json.encode({"errors": errors}), changes)

    def _returned(self, write: Write, row: Record) -> Change:
        key = required(row, "returnKey", str)
        found = self.holdings.item_of(key)
        if found is None:
            raise Refused(404, "RETURN_KEY_NOT_FOUND", f"no item was shipped with the return key {key!r}")
        order = self.holdings.order(Identifier(found[0])).record()
        [item] = self.parcels.items(order, [{"orderItemId": found[1]}])
        if item.get("returnedAt"):
            raise Refused(409, "ITEM_RETURNED", f"the item of {key!r} has come back before")
        country = str((order.get("shopCountry") or {}).get("countryCode")).upper()
        at = _local(required(row, "received", str), country)
        item |= {"status": "returned", "returnedAt": at}
        rest = [i for i in order["items"] if i["id"] != item["id"] and not (i.get("returnedAt") or is_cancelled(i))]
        part = "partially_" if rest else ""
        states = detailed(order, shipping=f"shipping_{part}returned", billing=f"billing_{part}refunded")
        self.parcels.invoice(write, order, "corrective_invoice")
        return self.parcels.put(write, order, [item], detailedStatus=states)


def _local(text: str, country: str) -> str:
    """`YYYY-MM-DD HH:MM:SS` in the local time of the shop country, as an instant. Raises Refused (400)."""
    try:
        naive = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007
    except ValueError as e:
        raise invalid("received", f"received {text!r} is not YYYY-MM-DD HH:MM:SS") from e
    zone = ZoneInfo(ZONES.get(country, USUAL_ZONE))
    return naive.replace(tzinfo=zone).astimezone(UTC).isoformat()
