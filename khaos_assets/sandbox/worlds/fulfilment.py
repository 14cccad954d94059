"""How goods leave: an invoice in Khaos and a dispatch in WAIR, normally of the same parcel within the same hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from khaos_assets.sandbox.worlds.channel_orders import Parcel
from khaos_assets.sandbox.worlds.model import Dispatch, Invoice, Item, Order, World


def ship(world: World, order: Order, at: datetime, units: Mapping[Item, Decimal]) -> None:
    """One parcel of these stocked units, seen by both sides: WAIR when it left, Khaos 20 minutes later."""
    dispatch = wair_dispatch(world, order, at, units)
    khaos_invoice(world, order, at + timedelta(minutes=20), units, dispatch.tracking)


def ship_in_boxes(world: World, order: Order, at: datetime, parcels: Sequence[Mapping[Item, Decimal]]) -> None:
    """Several parcels on one Khaos invoice: a box and a WAIR dispatch each."""
    dispatches = [wair_dispatch(world, order, at, units) for units in parcels]
    together: dict[Item, Decimal] = {}
    for units in parcels:
        for item, quantity in units.items():
            together[item] = together.get(item, Decimal(0)) + quantity
    invoice = khaos_invoice(world, order, at + timedelta(minutes=20), together, dispatches[0].tracking)
    invoice.boxes = [(d.tracking, dict(units)) for d, units in zip(dispatches, parcels, strict=True)]


def khaos_invoice(
    world: World, order: Order, at: datetime, units: Mapping[Item, Decimal], tracking: str | None = None
) -> Invoice:
    """Khaos sends units. Lines that are not stock (postage, pack parents) go with the first invoice."""
    everything = dict(units)
    if not order.invoices:
        for line in order.lines:
            if line.item is not None and not line.item.stocked:
                everything[line.item] = everything.get(line.item, Decimal(0)) + line.quantity
    invoice = Invoice(f"INV{world.number('invoice', 300001)}", at, everything, order.courier, tracking)
    order.invoices.append(invoice)
    if order.channel is not None:
        order.channel.parcels += parcels_of(order, invoice)
    return invoice


def parcels_of(order: Order, invoice: Invoice) -> list[Parcel]:
    """What the channel is told of an invoice, 15 minutes later: a parcel per box, what is not stock in the first."""
    at = invoice.at + timedelta(minutes=15)
    boxes = invoice.boxes or [(invoice.tracking, invoice.units)]
    parcels = [Parcel(at, order.carrier, tracking, dict(units)) for tracking, units in boxes]
    for item, units in invoice.units.items():
        if not item.stocked:
            parcels[0].units[item] = units
    return parcels


def wair_dispatch(world: World, order: Order, at: datetime, units: Mapping[Item, Decimal]) -> Dispatch:
    """WAIR dispatches a parcel of the order from its location."""
    dispatch = new_dispatch(world, order.reference, at, units, location=order.location, carrier=order.carrier)
    order.dispatches.append(dispatch)
    return dispatch


def new_dispatch(
    world: World, reference: str, at: datetime, units: Mapping[Item, Decimal], *, location: str, carrier: str
) -> Dispatch:
    """A dispatch that belongs to nothing yet. Untracked services have no number."""
    number = world.number("dispatch", 400001)
    return Dispatch(
        dispatch_id=f"DSP-{number}",
        reference=reference,
        location=location,
        carrier=carrier,
        tracking=None if carrier in world.untracked else f"{carrier[:3].replace('-', '')}{number * 7919 % 10**10:010d}",
        at=at,
        updated_at=at + timedelta(minutes=4),
        lines=list(units.items()),
    )
