"""Stock of a variant: an upsert that the time of the source value orders, and the permission to sell without stock."""

from __future__ import annotations

from khaos_assets.sandbox.scayle.bodies import instant_of, invalid, optional, required
from khaos_assets.sandbox.scayle.calls import Identifier, Refused, as_instant
from khaos_assets.sandbox.scayle.holdings import Holdings
from khaos_assets.sandbox.scayle.rows import STOCKS, WAREHOUSES, Record, Row, line
from khaos_assets.sandbox.scayle.views import Views
from khaos_assets.sandbox.scayle.write import Done, Write


class Stock:
    """Writes below /variants/{v}/stocks."""

    def __init__(self, holdings: Holdings, views: Views) -> None:
        self.holdings = holdings
        self.views = views

    def set(self, write: Write) -> Done:
        """POST /variants/{v}/stocks: answers with the stock now in force, which is the old one if it is the younger."""
        variant = self.holdings.variant(write.call.identifier(0))
        body = write.call.record()
        warehouse, merchant = self._warehouse(body), optional(body, "merchantReferenceKey", str)
        quantity = required(body, "quantity", int)
        if quantity < 0:
            raise invalid("quantity", "quantity must not be negative")
        changed = instant_of(body, "changedAt") or write.at
        arrival = instant_of(body, "expectedAvailabilityAt")
        row = self._row(variant, warehouse, merchant)
        before = {} if row is None else row.record()
        known = as_instant(before.get("changedAt"))
        if row is not None and ((known and changed < known) or write.switched("stale_stock_ok")):
            return Done(200, self.views.edited(STOCKS, row).line)
        after = before | {
            "quantity": quantity,
            "warehouseReferenceKey": warehouse,
            "changedAt": body.get("changedAt") or write.instant,
            "sellableWithoutStock": body.get("sellableWithoutStock", before.get("sellableWithoutStock", False)),
            "expectedAvailabilityAt": None if arrival is None else body["expectedAvailabilityAt"],
        }
        if merchant is not None:
            after["merchantReferenceKey"] = merchant
        return self._put(variant, row, after)

    def sell_without(self, write: Write) -> Done:
        """PUT /variants/{v}/stocks/sellableWithoutStock: of a stock that exists."""
        variant = self.holdings.variant(write.call.identifier(0))
        body = write.call.record()
        if not isinstance(body.get("sellableWithoutStock"), bool):
            raise invalid("sellableWithoutStock", "sellableWithoutStock is required (bool)")
        row = self._row(variant, self._warehouse(body), optional(body, "merchantReferenceKey", str))
        if row is None:
            raise Refused(404, "STOCK_NOT_FOUND", f"variant {variant} has no stock there")
        done = self._put(variant, row, row.record() | {"sellableWithoutStock": body["sellableWithoutStock"]})
        return Done(200, line(body), done.changes)

    def _put(self, variant: int, row: Row | None, after: Record) -> Done:
        before = None if row is None else row.record()
        table = self.holdings.table(STOCKS)
        number = table.free_id() if row is None else row.id
        self.holdings.released.add(number)
        if before == after and row is not None:
            return Done(200, row.line)
        put = table.put(after | {"variantId": variant}, number)
        key = f"{variant}/{after['warehouseReferenceKey']}"
        return Done(201 if row is None else 200, put.line, [{"key": key, "before": before, "after": after}])

    def _row(self, variant: int, warehouse: str, merchant: str | None) -> Row | None:
        """A merchant that is not named is the only one there is, else the one without a name."""
        rows = [r for r in self.holdings.table(STOCKS).group((str(variant),)) if r.reference == warehouse]
        if merchant is None and len(rows) == 1:
            return rows[0]
        return next((r for r in rows if r.record().get("merchantReferenceKey") == merchant), None)

    def _warehouse(self, body: Record) -> str:
        warehouse = required(body, "warehouseReferenceKey", str)
        if self.holdings.table(WAREHOUSES).get(Identifier(reference=warehouse)) is None:
            raise Refused(400, "WAREHOUSE_NOT_FOUND", f"there is no warehouse {warehouse!r}")
        return warehouse
