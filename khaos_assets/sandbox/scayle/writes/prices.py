"""Prices of a variant: upserted by what they are good for, removed by the key that the server gave them."""

from __future__ import annotations

from datetime import datetime

from khaos_assets.sandbox.scayle.bodies import instant_of, invalid, optional, required
from khaos_assets.sandbox.scayle.calls import Refused, as_instant
from khaos_assets.sandbox.scayle.holdings import Holdings
from khaos_assets.sandbox.scayle.rows import PRICES, Record, Row
from khaos_assets.sandbox.scayle.write import Done, Write

AMOUNTS = ("oldPrice", "recommendedRetailPrice", "buyingPrice")
SCOPE = ("countryCode", "currencyCode", "groupKey", "promotionKey", "merchantReferenceKey")


class Prices:
    """Writes below /variants/{v}/prices. Amounts are whole minor units, tax is percent."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings

    def set(self, write: Write) -> Done:
        """POST /variants/{v}/prices: replaces the price of the same scope and start, else adds one."""
        variant = self.holdings.variant(write.call.identifier(0))
        body = write.call.record()
        _check(body)
        start = instant_of(body, "validFrom")
        instant_of(body, "validTo")
        row = self._same(variant, body, start, write.at)
        before = None if row is None else row.record()
        table = self.holdings.table(PRICES)
        number = table.free_id() if row is None else row.id
        key = f"1-{number}" if before is None else before["key"]
        after = (before or {"validFrom": write.instant, "validTo": None}) | body | {"key": key}
        if before == after and row is not None:
            return Done(200, row.line)
        put = table.put(after | {"variantId": variant}, number)
        change = {"key": f"{variant}/{key}", "before": before, "after": after}
        return Done(201 if row is None else 200, put.line, [change])

    def drop(self, write: Write) -> Done:
        """DELETE /variants/{v}/prices/{key}"""
        variant, key = self.holdings.variant(write.call.identifier(0)), write.call.segments[1]
        row = next((r for r in self._rows(variant) if r.reference == key), None)
        if row is None:
            raise Refused(404, "PRICE_NOT_FOUND", f"variant {variant} has no price {key}")
        self.holdings.table(PRICES).drop(row.id)
        return Done(changes=[{"key": f"{variant}/{key}", "before": row.record(), "after": None}])

    def _rows(self, variant: int) -> list[Row]:
        return list(self.holdings.table(PRICES).group((str(variant),)))

    def _same(self, variant: int, body: Record, start: datetime | None, at: datetime) -> Row | None:
        """The price it replaces: that with the same start; without one that which is good now."""
        for row in self._rows(variant):
            known = row.record()
            if any(_scope(known, name) != _scope(body, name) for name in SCOPE):
                continue
            first, last = as_instant(known.get("validFrom")), as_instant(known.get("validTo"))
            if first == start if start else (not first or first <= at) and (not last or at < last):
                return row
        return None


def _scope(record: Record, name: str) -> str:
    """Codes are compared without case; a key that is missing and one that is null are the same scope."""
    return str(record.get(name) or "").upper()


def _check(body: Record) -> None:
    if required(body, "price", int) < 0:
        raise invalid("price", "price must not be negative")
    for name in AMOUNTS:
        optional(body, name, int)
    for name, length in (("countryCode", 2), ("currencyCode", 3)):
        if len(required(body, name, str)) != length:
            raise invalid(name, f"{name} must have {length} letters")
