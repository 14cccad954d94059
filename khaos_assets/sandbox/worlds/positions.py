"""The stock of a night, from the ledger of movements: what Khaos shows and what WAIR shows, per item and place.

Khaos: LEVEL = opening − sent − open units (+ what it is off by). WAIR: onHand = opening − dispatched (+ off),
allocated = open units that it has not dispatched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from khaos_assets.sandbox.worlds.model import Dispatch, Item, Kind, Order, Place, World

PACKED = 3
"""LINK_TYPE of a pack's component."""
ZERO = Decimal(0)
At = tuple[Item, str]


@dataclass
class Positions:
    """Sums at one instant."""

    world: World
    as_of: datetime
    sent: dict[At, Decimal] = field(default_factory=dict)
    open: dict[At, Decimal] = field(default_factory=dict)
    dispatched: dict[At, Decimal] = field(default_factory=dict)
    reserved: dict[At, Decimal] = field(default_factory=dict)
    moved: dict[At, datetime] = field(default_factory=dict)
    """Last movement per item and place."""
    _places: dict[str, list[Place]] = field(default_factory=dict)

    def opening(self, item: Item, site: str) -> Decimal:
        if site not in self._places:
            self._places[site] = self.world.places(site)
        return sum((item.opening.get(p, ZERO) for p in self._places[site]), ZERO)

    def physical(self, item: Item, site: str) -> Decimal:
        """What Khaos believes to lie there: LEVEL + open units."""
        return self.opening(item, site) - self.sent.get((item, site), ZERO) + item.khaos_off.get(site, ZERO)

    def level(self, item: Item, site: str) -> Decimal:
        """Khaos LEVEL: free to sell."""
        return self.physical(item, site) - self.open.get((item, site), ZERO)

    def on_hand(self, item: Item, place: Place) -> Decimal:
        return item.opening.get(place, ZERO) - self.dispatched.get((item, place), ZERO) + item.wair_off.get(place, ZERO)

    def allocated(self, item: Item, place: Place) -> Decimal:
        return self.reserved.get((item, place), ZERO) + item.allocated_off.get(place, ZERO)

    def wair_available(self, item: Item, place: Place) -> Decimal:
        return self.on_hand(item, place) - self.allocated(item, place) + item.available_off.get(place, ZERO)

    def available(self, item: Item, sites: Sequence[str]) -> Decimal:
        """Khaos LEVEL over several sites."""
        return sum((self.level(item, s) for s in sites), ZERO)

    def sellable(self, item: Item, sites: Sequence[str] | None = None) -> Decimal:
        """Over these sites (all mapped ones unless given), less the buffer once (none for run-to-zero items); of a pack
        as many as its scarcest component allows."""
        sites = self.world.mapped_sites() if sites is None else sites
        if item.kind is Kind.PACK:
            parts = [self.sellable(c, sites) // units for c, kind, units in item.links if kind == PACKED]
            return min(parts, default=ZERO)
        return max(ZERO, self.available(item, sites) - (ZERO if item.run_to_zero else self.world.buffer))


def positions(world: World, as_of: datetime) -> Positions:
    """Everything that had happened by then."""
    found = Positions(world, as_of)
    for order in world.orders:
        if order.created <= as_of:
            _order(found, order, as_of)
    for dispatch in world.orphan_dispatches:
        _dispatch(found, dispatch, as_of)
    return found


def _order(found: Positions, order: Order, as_of: datetime) -> None:
    for dispatch in order.dispatches:
        _dispatch(found, dispatch, as_of)
    if order.is_credit:
        return
    sent = order.sent(as_of) if order.invoices else {}
    for item, units in sent.items():
        if item.stocked:
            key = (item, order.site)
            found.sent[key] = found.sent.get(key, ZERO) + units
    cancelled = order.cancelled_at is not None and order.cancelled_at <= as_of
    if cancelled or order.unassigned or (sent and is_complete(order, sent)):
        return
    gone = dispatched(order, as_of)
    for item, units in order.ordered().items():
        left = units - sent.get(item, ZERO)
        if left > 0:
            key = (item, order.site)
            found.open[key] = found.open.get(key, ZERO) + left
        reserved = units - max(gone.get(item, ZERO), sent.get(item, ZERO))
        if reserved > 0:
            key = (item, order.location)
            found.reserved[key] = found.reserved.get(key, ZERO) + reserved


def _dispatch(found: Positions, dispatch: Dispatch, as_of: datetime) -> None:
    if dispatch.at > as_of or not dispatch.moves_stock or is_void(dispatch, as_of):
        return
    for item, units in dispatch.lines:
        key = (item, dispatch.location)
        found.dispatched[key] = found.dispatched.get(key, ZERO) + units
        if dispatch.at > found.moved.get(key, found.world.origin):
            found.moved[key] = dispatch.at


def is_void(dispatch: Dispatch, as_of: datetime) -> bool:
    return dispatch.void_from is not None and dispatch.void_from <= as_of


def dispatched(order: Order, as_of: datetime) -> dict[Item, Decimal]:
    """Units per item that WAIR had dispatched of an order, repeated parcels left aside."""
    found: dict[Item, Decimal] = {}
    for dispatch in order.dispatches:
        if dispatch.at <= as_of and dispatch.moves_stock and not is_void(dispatch, as_of):
            for item, units in dispatch.lines:
                found[item] = found.get(item, ZERO) + units
    return found


def is_open(order: Order, as_of: datetime) -> bool:
    """A sales order neither complete nor cancelled by then."""
    if order.is_credit or order.created > as_of or (order.cancelled_at is not None and order.cancelled_at <= as_of):
        return False
    sent = order.sent(as_of)
    return not (sent and is_complete(order, sent))


def is_complete(order: Order, sent: dict[Item, Decimal]) -> bool:
    """Khaos COMPLETE: everything ordered was sent."""
    others = (x.item for x in order.lines if x.item is not None and not x.item.stocked)
    return all(sent.get(i, ZERO) >= units for i, units in order.ordered().items()) and all(i in sent for i in others)
