"""The items of a SCAYLE order: one per unit, each with its money in minor units (contract scayle, 3.7)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from khaos_assets.sandbox.worlds.channel_orders import ChannelLine, ChannelOrder
from khaos_assets.sandbox.worlds.model import Item
from khaos_assets.sandbox.worlds.render.scayle import MERCHANT, offset
from khaos_assets.sandbox.worlds.render.spelling import Record

_ITEMS_PER_ORDER = 1000
_UNLISTED = 999001
"""The id of goods that are no longer in the catalogue."""


def minor(amount: Decimal) -> int:
    """Pence, cents."""
    return int(amount * 100)


def when(at: datetime | None, as_of: datetime) -> str | None:
    """Null until it has happened."""
    return None if at is None or at > as_of else offset(at)


def package_id(order: ChannelOrder, number: int) -> int:
    return order.number * 10 + number + 1


def items(order: ChannelOrder, as_of: datetime) -> list[Record]:
    found: list[Record] = []
    parcels = _parcels_by_item(order, as_of)
    created, changed = offset(order.created), offset(order.changed_at(as_of))
    delegated = when(order.confirmed, as_of)
    for line in order.lines:
        count = int(line.units)
        money = zip(*(_shares(minor(x), count) for x in _parts(line)), strict=True)
        for n, (gross, net, full_gross, full_net) in enumerate(money):
            parcel = _next_parcel(parcels, line) if line.cancelled_at is None else None
            record: Record = {
                "id": order.number * _ITEMS_PER_ORDER + len(found) + 1,
                "key": f"item-{order.number}-{len(found) + 1}",
                "variant": _variant(line),
                "product": _product(line),
                "merchant": {"id": 1, "referenceKey": MERCHANT},
                "warehouseId": 1,
                "packageId": None if parcel is None else package_id(order, parcel[0]),
                "reservationKey": None,
                "itemGroup": None,
                "campaignKey": None,
                "status": _status(order, line, parcel is not None, as_of),
                "price": _price(line, (gross, net), (full_gross, full_net), is_first=n == 0),
                "promotions": [],
                "createdAt": created,
                "updatedAt": changed,
                "delegatedAt": delegated,
                "shippedAt": None if parcel is None else offset(parcel[1]),
                "cancelledAt": when(line.cancelled_at or order.cancelled_at, as_of),
                "returnedAt": when(line.returned_at, as_of),
            }
            found.append(record)
    return found


def _parts(line: ChannelLine) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    return line.gross, line.net, line.full_net + line.full_vat, line.full_net


def _shares(amount: int, count: int) -> list[int]:
    """A sum in even parts, the odd pennies on the first ones."""
    each, rest = divmod(amount, count)
    return [each + (n < rest) for n in range(count)]


def _parcels_by_item(order: ChannelOrder, as_of: datetime) -> dict[Item, list[tuple[int, datetime]]]:
    """Per item, the parcel of each unit that has left."""
    found: dict[Item, list[tuple[int, datetime]]] = {}
    for number, parcel in enumerate(order.parcels):
        if parcel.at <= as_of:
            for item, units in parcel.units.items():
                found.setdefault(item, []).extend([(number, parcel.at)] * int(units))
    return found


def _next_parcel(parcels: dict[Item, list[tuple[int, datetime]]], line: ChannelLine) -> tuple[int, datetime] | None:
    waiting = parcels.get(line.item) if line.item is not None else None
    return waiting.pop(0) if waiting else None


def _variant(line: ChannelLine) -> Record:
    listing = line.item.listings.get("scayle") if line.item is not None else None
    return {
        "id": listing.number if listing is not None else _UNLISTED,
        "referenceKey": line.shown_sku("scayle"),
        "stock": {"quantity": 0, "warehouseId": 1},
    }


def _product(line: ChannelLine) -> Record:
    listing = line.item.listings.get("scayle") if line.item is not None else None
    name = line.description or (line.item.description if line.item is not None else "")
    return {"id": listing.group if listing is not None else _UNLISTED, "name": name}


def _status(order: ChannelOrder, line: ChannelLine, is_sent: bool, as_of: datetime) -> str:
    at = line.cancelled_at or order.cancelled_at
    if at is not None and at <= as_of:
        return "cancelled"
    if line.returned_at is not None and line.returned_at <= as_of:
        return "returned"
    return "delivered" if is_sent else "available"


def _price(line: ChannelLine, paid: tuple[int, int], full: tuple[int, int], *, is_first: bool) -> Record:
    """Gross and net, as paid and undiscounted. A voucher that lies on one item shows as its voucher-reduced price."""
    (gross, net), (full_gross, full_net) = paid, full
    off_net, off_vat = line.voucher if is_first else (Decimal(0), Decimal(0))
    before_net, before_gross = net + minor(off_net), gross + minor(off_net + off_vat)
    record: Record = {
        "withTax": before_gross,
        "withoutTax": before_net,
        "undiscountedWithTax": full_gross,
        "undiscountedWithOutTax": full_net,
        "overrideWithTax": 0,
        "overrideWithoutTax": 0,
        "tax": {"vat": _vat(before_gross - before_net, line.vat_percent)},
        "appliedReductions": _reductions(full_gross, before_gross),
    }
    if off_net:
        record["absoluteVoucherReducedPrice"] = {
            "withTax": gross,
            "withOutTax": net,
            "tax": {"vat": _vat(gross - net, line.vat_percent)},
        }
    return record


def _vat(amount: int, percent: Decimal) -> Record:
    return {"amount": Decimal(amount).quantize(Decimal("0.1")), "rate": _rate(percent)}


def _rate(percent: Decimal) -> Decimal:
    return (percent / 100).quantize(Decimal("0.01"))


def _reductions(full: int, paid: int) -> list[Record]:
    if full <= paid:
        return []
    share = (Decimal(full - paid) / full).quantize(Decimal("0.0001"))
    amount = {"absoluteWithTax": full - paid, "relative": share}
    return [{"id": "1", "category": "sale", "type": "relative", "amount": amount, "code": None, "displayName": "Sale"}]
