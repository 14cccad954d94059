"""WAIR items, stock, dispatches and transfers (contract wair, 3.4 to 3.7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from khaos_assets.sandbox.worlds.clock import utc
from khaos_assets.sandbox.worlds.model import Dispatch, Foreign, Item, World
from khaos_assets.sandbox.worlds.positions import ZERO, Positions, is_void
from khaos_assets.sandbox.worlds.render.spelling import Record, spoil


def number(value: Decimal, *, as_text: bool = False) -> int | Decimal | str:
    """A JSON number; as text with five decimals where this row is spelled so."""
    if as_text:
        return format(value, ".5f")
    return int(value) if value == value.to_integral_value() else value


def known(world: World, night: int) -> list[Item | Foreign]:
    """What WAIR has an item record of, by SKU."""
    found = [(x.wair.sku, x) for x in (*world.items, *world.foreign) if x.wair is not None and x.first_night <= night]
    return [x for _, x in sorted(found, key=lambda pair: pair[0])]


def items(world: World, night: int) -> Iterator[Record]:
    for owner in known(world, night):
        item = owner.wair
        assert item is not None
        record: Record = {
            "skuId": item.sku,
            "styleId": item.style_id,
            "size": item.size,
            "colour": item.colour,
            "barcode": item.barcode,
            "bodyMap": dict(item.body_map) if item.body_map else None,
            "active": item.active,
            "updatedAt": utc(item.updated_at),
        }
        yield spoil(record, owner.broken.get("items") if isinstance(owner, Item) else None)


def stock(world: World, night: int, figures: Positions) -> Iterator[Record]:
    """One row per location and SKU, sorted by that pair: each known SKU at each mapped location, 0 where none."""
    owners = known(world, night)
    for place in sorted([*world.locations, *world.popups]):
        mapped = place in world.locations
        for owner in owners:
            if isinstance(owner, Foreign):
                if mapped or place in owner.on_hand:
                    yield _foreign_row(world, owner, place, owner.on_hand.get(place, ZERO))
            elif mapped or place in owner.opening:
                yield _row(owner, place, figures)


def _row(item: Item, place: str, figures: Positions) -> Record:
    assert item.wair is not None
    world = figures.world
    changed = figures.moved.get((item, place), world.origin)
    touched = item.touched.get(place)
    if touched is not None and touched > changed:
        changed = touched
    record: Record = {
        "locationId": place,
        "skuId": item.wair.sku,
        "onHand": number(figures.on_hand(item, place), as_text=item.spelled_with_zeros),
        "allocated": number(figures.allocated(item, place)),
        "available": number(figures.wair_available(item, place)),
        "updatedAt": utc(max(changed, world.origin) + timedelta(milliseconds=len(item.code))),
    }
    return spoil(record, item.broken.get(f"stock/{place}"))


def _foreign_row(world: World, owner: Foreign, place: str, units: Decimal) -> Record:
    return {
        "locationId": place,
        "skuId": owner.wair.sku,
        "onHand": number(units),
        "allocated": 0,
        "available": number(units),
        "updatedAt": utc(max(owner.wair.updated_at, world.origin)),
    }


def dispatches_of(world: World, as_of: datetime) -> list[Dispatch]:
    """Dispatches that had happened by then, by id."""
    everything = [d for o in world.orders for d in o.dispatches] + world.orphan_dispatches
    return sorted((d for d in everything if d.at <= as_of), key=lambda d: d.dispatch_id)


def dispatches(world: World, as_of: datetime) -> Iterator[Record]:
    for dispatch in dispatches_of(world, as_of):
        void = is_void(dispatch, as_of)
        changed = dispatch.void_from if void and dispatch.void_from else dispatch.updated_at
        record: Record = {
            "dispatchId": dispatch.dispatch_id,
            "orderReference": dispatch.reference,
            "locationId": dispatch.location,
            "carrierService": dispatch.carrier,
            "trackingNumber": dispatch.tracking,
            "dispatchedAt": utc(dispatch.at),
            "lines": [] if void else [{"skuId": _sku(i), "quantity": number(q)} for i, q in dispatch.lines],
            "updatedAt": utc(changed),
        }
        yield spoil(record, dispatch.broken)


def _sku(item: Item) -> str:
    """WAIR's own spelling of an item, if it has a record of it."""
    return item.wair.sku if item.wair is not None else item.code


def transfers(world: World, as_of: datetime) -> Iterator[Record]:
    rows = [t for t in world.transfers if t.shipped_at <= as_of]
    for transfer in sorted(rows, key=lambda t: (t.transfer_id, _sku(t.item))):
        yield {
            "transferId": transfer.transfer_id,
            "fromLocationId": transfer.from_location,
            "toLocationId": transfer.to_location,
            "skuId": _sku(transfer.item),
            "quantityShipped": number(transfer.shipped),
            "quantityReceived": number(transfer.received),
            "shippedAt": utc(transfer.shipped_at),
            "updatedAt": utc(transfer.updated_at),
        }
