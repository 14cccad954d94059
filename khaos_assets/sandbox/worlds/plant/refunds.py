"""ORD-12, FIN-09, FIN-11: what came back to SCAYLE, and the credit notes of Khaos."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from khaos_assets.sandbox.worlds.amounts import order_totals, rate_to_gbp, to_penny
from khaos_assets.sandbox.worlds.channel_orders import ChannelOrder
from khaos_assets.sandbox.worlds.model import Order
from khaos_assets.sandbox.worlds.plant.channel_choices import of, shipped_on
from khaos_assets.sandbox.worlds.plant.channel_fulfilment import channel_of
from khaos_assets.sandbox.worlds.plant.field import Field
from khaos_assets.sandbox.worlds.plant.registry import plants

GRACE = timedelta(hours=24)
PAIR = "scayle>khaos"


@plants("ORD-12", usual=5, needs=["scayle"])
def refund_without_credit_note(field: Field, n: int) -> None:
    """In turn: one line came back; billing says refunded; everything came back, since yesterday; refunded in part."""
    for i in range(n):
        order = field.order(shipped_on("scayle"), alone=True)
        found = channel_of(order)
        at = found.parcels[0].at + timedelta(hours=30)
        if i % 4 == 2 and len(field.nights) > 1:
            at = field.nights[-1] - timedelta(hours=26)
        gross = _refund(found, i, at)
        amount = None if gross is None else to_penny(Fraction(gross) * rate_to_gbp(field.world, found))
        field.truth.exception(
            [k for k, night in enumerate(field.nights) if at < night - GRACE],
            "ORD-12",
            PAIR,
            order.key,
            amount=amount,
            note="billing says refunded" if i % 2 else "goods came back",
        )


def _refund(found: ChannelOrder, i: int, at: datetime) -> Decimal | None:
    """What was paid for it; None: in part, and nobody says for what."""
    if i % 2:
        found.refunded_from, found.refunded_in_part = at, i % 4 == 3
        return None if found.refunded_in_part else sum((x.gross for x in found.live_lines()), Decimal(0))
    back = found.lines[:1] if i % 4 == 0 else found.lines
    for line in back:
        line.returned_at = at
    return sum((x.gross for x in back), Decimal(0))


def _credited(field: Field, order: Order) -> bool:
    """An order of SCAYLE of which something came back and was credited days before the first night."""
    return (
        order.reference in field.credited
        and not order.is_credit
        and of("scayle", order)
        and note_of(field, order).created < field.nights[0] - timedelta(days=3)
        and bool(order.ordered())
    )


def note_of(field: Field, order: Order) -> Order:
    """Its only credit note."""
    notes = field.notes[order.reference]
    return notes[0] if len(notes) == 1 else order


@plants("FIN-09", usual=3, order=3, needs=["scayle"])
def credit_note_differs(field: Field, n: int) -> None:
    """More or less was credited than refunded."""
    for i in range(n):
        order = field.order(_credited, alone=True)
        note, found = note_of(field, order), channel_of(order)
        line = note.lines[0]
        line.price += Decimal(75 + 10 * i).scaleb(-2) * (-1 if i % 2 == 0 and line.price > 3 else 1)
        refunded = sum((x.gross for x in found.lines if x.returned_at is not None), Decimal(0))
        off = order_totals(field.world, note)[1] + note.delivery_gross - refunded
        field.truth.exception(
            field.always(),
            "FIN-09",
            PAIR,
            order.key,
            field="gross",
            amount=to_penny(Fraction(off) * rate_to_gbp(field.world, found)),
            note=f"{note.code} credits {off} more than was refunded",
        )


@plants("FIN-11", usual=3, order=3, needs=["scayle"])
def credit_note_without_refund(field: Field, n: int) -> None:
    """The channel knows of no return; every second one by a credit note for an order that nobody returned."""
    for i in range(n):
        order = field.order(_credited, alone=True)
        for line in channel_of(order).lines:
            line.returned_at = None
        note = note_of(field, order)
        gross = order_totals(field.world, note)[1] + note.delivery_gross
        field.truth.exception(
            field.always(),
            "FIN-11",
            PAIR,
            note.code,
            amount=to_penny(Fraction(gross) * rate_to_gbp(field.world, order)),
            note=f"order {order.key} shows no refund ({i})",
        )
