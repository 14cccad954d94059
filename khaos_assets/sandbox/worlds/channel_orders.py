"""What a channel has of an order: lines with their money, parcels, cancellation, returns.

Money is what the channel itself computed, in the order's currency. Units are base units (see `units.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from khaos_assets.sandbox.worlds.units import BASE

if TYPE_CHECKING:
    from khaos_assets.sandbox.worlds.markets import Market
    from khaos_assets.sandbox.worlds.model import Customer, Item, Order, World
    from khaos_assets.sandbox.worlds.organisations import Organisation

ZERO = Decimal("0.00")


@dataclass(slots=True, eq=False)
class ChannelLine:
    """Units of one SKU. `net` and `vat` after discount, `full_net` and `full_vat` before it."""

    item: Item | None
    units: Decimal
    net: Decimal
    vat: Decimal
    full_net: Decimal
    full_vat: Decimal
    vat_percent: Decimal
    sku: str = ""
    """Shown in place of the item's own SKU there; "" without an item: a free-form line."""
    description: str = ""
    unit: str = BASE
    voucher: tuple[Decimal, Decimal] = (ZERO, ZERO)
    """Net and VAT that an absolute voucher, booked on this line, took off: contained in `net` and `vat`."""
    cancelled_at: datetime | None = None
    returned_at: datetime | None = None

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    @property
    def discount(self) -> Decimal:
        """Without VAT."""
        return self.full_net - self.net

    def shown_sku(self, channel: str) -> str:
        """As the channel spells it."""
        if self.sku or self.item is None:
            return self.sku
        listing = self.item.listings.get(channel)
        return listing.sku if listing is not None else self.item.code


@dataclass(slots=True, eq=False)
class Fee:
    """Something beside goods and delivery: postage by hand, wrapping."""

    key: str
    net: Decimal
    vat: Decimal


@dataclass(slots=True, eq=False)
class Parcel:
    """One parcel as the channel was told of it."""

    at: datetime
    carrier: str
    tracking: str | None
    units: dict[Item, Decimal]


@dataclass(slots=True, eq=False)
class ChannelOrder:
    """An order on SCAYLE or OroCommerce."""

    channel: str
    number: int
    """The channel's own id."""
    reference: str | None
    """SCAYLE referenceKey (None: never set), OroCommerce identifier."""
    market: Market
    customer: Customer | None
    created: datetime
    confirmed: datetime | None
    lines: list[ChannelLine]
    delivery_net: Decimal = ZERO
    delivery_vat: Decimal = ZERO
    fees: list[Fee] = field(default_factory=list)
    vat: Decimal | None = None
    """VAT of everything but delivery, where the channel's total is not the sum of its lines."""
    organisation: Organisation | None = None
    order: Order | None = None
    """The Khaos order it became."""
    parcels: list[Parcel] = field(default_factory=list)
    shipped_from: datetime | None = None
    """Marked as shipped although no parcel says so."""
    refunded_from: datetime | None = None
    """Billing says refunded though no item was returned."""
    refunded_in_part: bool = False
    """What billing says then."""
    total_off: Decimal = ZERO
    """By how much the stored total, without VAT, is off its parts."""
    cancelled_at: datetime | None = None
    broken: dict[str, Any] = field(default_factory=dict)
    payment: str = ""
    """How it was paid, in place of the usual."""
    delivery_method: str = ""
    """How it is to be sent, in place of the usual."""

    @property
    def key(self) -> str:
        """The order reference: what Khaos has behind the channel's prefix."""
        return self.reference or str(self.number)

    @property
    def currency(self) -> str:
        return self.market.currency

    def live_lines(self, as_of: datetime | None = None) -> Iterator[ChannelLine]:
        """Lines that were not cancelled (by then)."""
        for line in self.lines:
            at = line.cancelled_at
            if at is None or (as_of is not None and at > as_of):
                yield line

    def items_net(self) -> Decimal:
        """Goods and fees without VAT, of a cancelled order as well. SCAYLE keeps the gross where the VAT is its own."""
        net, vat = self._sums()
        return net + vat - self.vat if self.vat is not None and self.channel == "scayle" else net

    def items_vat(self) -> Decimal:
        return self._sums()[1] if self.vat is None else self.vat

    def _sums(self) -> tuple[Decimal, Decimal]:
        rows = (*self.live_lines(), *self.fees)
        return sum((x.net for x in rows), ZERO), sum((x.vat for x in rows), ZERO)

    def net(self) -> Decimal:
        """The order's total without VAT, delivery included."""
        return self.items_net() + self.delivery_net + self.total_off

    def gross(self) -> Decimal:
        return self.net() + self.items_vat() + self.delivery_vat

    def shipped_units(self, as_of: datetime) -> dict[Item, Decimal]:
        """Units per item in parcels that the channel knew of by then."""
        found: dict[Item, Decimal] = {}
        for parcel in self.parcels:
            if parcel.at <= as_of:
                for item, units in parcel.units.items():
                    found[item] = found.get(item, Decimal(0)) + units
        return found

    def is_cancelled(self, as_of: datetime) -> bool:
        return self.cancelled_at is not None and self.cancelled_at <= as_of

    def is_shipped(self, as_of: datetime) -> bool:
        """Everything that was not cancelled has left, as far as the channel knows."""
        if self.shipped_from is not None and self.shipped_from <= as_of:
            return True
        gone = self.shipped_units(as_of)
        wanted: dict[Item, Decimal] = {}
        for line in self.live_lines(as_of):
            if line.item is not None:
                wanted[line.item] = wanted.get(line.item, Decimal(0)) + line.units
        return bool(gone) and all(gone.get(i, Decimal(0)) >= q for i, q in wanted.items())

    def changed_at(self, as_of: datetime) -> datetime:
        """The latest thing that had happened to it by then."""
        moments = [self.created, self.confirmed, self.cancelled_at, self.shipped_from, self.refunded_from]
        moments += [p.at for p in self.parcels]
        moments += [t for x in self.lines for t in (x.cancelled_at, x.returned_at)]
        return max(t for t in moments if t is not None and t <= as_of)


def channel_orders_of(world: World, channel: str, as_of: datetime) -> list[ChannelOrder]:
    """The channel's orders that existed by then, by its own id."""
    return sorted(
        (o for o in world.channel_orders if o.channel == channel and o.created <= as_of), key=lambda o: o.number
    )
