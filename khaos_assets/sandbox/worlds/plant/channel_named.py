"""Decoys on channels that the consistent world holds anyway: they are only named, so that reporting one is counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from itertools import islice

from khaos_assets.sandbox.worlds.channel_amounts import legal_vat
from khaos_assets.sandbox.worlds.clock import LONDON
from khaos_assets.sandbox.worlds.markets import PREFIXES
from khaos_assets.sandbox.worlds.model import Kind, Order
from khaos_assets.sandbox.worlds.plant.channel_choices import of
from khaos_assets.sandbox.worlds.plant.channel_fulfilment import channel_of
from khaos_assets.sandbox.worlds.plant.field import Field
from khaos_assets.sandbox.worlds.units import CASE

Is = Callable[[Field, Order], bool]


def name_what_is_there(field: Field, channel: str, n: int) -> None:
    """Up to `n` of each kind; orders and items that a planter has used are left out."""
    for name, code, wanted in _KINDS:
        orders = (o for o in field.world.orders if _is_untouched(field, channel, o) and wanted(field, o))
        for order in islice(orders, n):
            for systems, scope in _pairs(code, channel, order):
                nights = field.visible(order.created)
                field.truth.decoy(nights, code, systems, order.key, scope=scope, note=name)
    _tests(field, channel, n)
    if channel == "orocommerce":
        _guests(field, n)


def _is_untouched(field: Field, channel: str, order: Order) -> bool:
    return not order.is_credit and of(channel, order) and field.is_unused(order) and field.has_unused_items(order)


def _pairs(code: str, channel: str, order: Order) -> list[tuple[str, str]]:
    if code == "ORD-08":
        return [(f"khaos>{channel}", x.tracking) for x in channel_of(order).parcels if x.tracking is not None]
    return [(f"khaos>{channel}" if code == "ORD-07" else f"{channel}>khaos", "")]


def _is_whole(order: Order) -> bool:
    return order.cancelled_at is None and bool(order.invoices)


def _several_units(field: Field, order: Order) -> bool:
    del field
    return channel_of(order).channel == "scayle" and any(x.units > 1 for x in channel_of(order).lines)


def _with(kind: Kind) -> Is:
    def wanted(field: Field, order: Order) -> bool:
        del field
        return _is_whole(order) and any(x.item is not None and x.item.kind is kind for x in order.lines)

    return wanted


def _free_form(field: Field, order: Order) -> bool:
    del field
    return _is_whole(order) and any(x.item is None for x in order.lines)


def _export(field: Field, order: Order) -> bool:
    del field
    return not channel_of(order).market.is_home and order.cancelled_at is None


def _several_parcels(field: Field, order: Order) -> bool:
    del field
    return len(channel_of(order).parcels) > 1 and order.cancelled_at is None


def _twice_an_hour(field: Field, order: Order) -> bool:
    del field
    local = order.created.astimezone(LONDON).replace(tzinfo=None)
    early = local.replace(tzinfo=LONDON, fold=0).astimezone(UTC)
    return _is_whole(order) and early != local.replace(tzinfo=LONDON, fold=1).astimezone(UTC)


def _returned(field: Field, order: Order) -> bool:
    return order.reference in field.credited


def _by_case(field: Field, order: Order) -> bool:
    del field
    return any(x.unit == CASE for x in channel_of(order).lines)


def _rounded(field: Field, order: Order) -> bool:
    del field
    found = channel_of(order)
    ways = legal_vat(found.lines)
    return found.channel == "orocommerce" and order.cancelled_at is None and ways[0] != ways[1] == found.vat


_KINDS: tuple[tuple[str, str, Is], ...] = (
    ("1: VAT of the sum of rows, Khaos rounds each line", "FIN-01", _rounded),
    ("6: several items of one variant are one Khaos line", "ORD-11", _several_units),
    ("7: pack children that Khaos added", "ORD-11", _with(Kind.PACK)),
    ("9: a zero-rated export", "FIN-05", _export),
    ("9: a zero-rated export", "FIN-01", _export),
    ("10: several parcels, all matched", "ORD-08", _several_parcels),
    ("10: several parcels, all matched", "ORD-07", _several_parcels),
    ("14: ordered in the hour that occurs twice", "ORD-01", _twice_an_hour),
    ("16: a line of postage", "ORD-11", _with(Kind.NON_STOCK)),
    ("16: a line of postage", "FIN-04", _with(Kind.NON_STOCK)),
    ("19: a credit note under the order's reference", "ORD-03", _returned),
    ("19: a credit note under the order's reference", "ORD-11", _returned),
    ("23: a free-form line", "ORD-11", _free_form),
    ("23: a free-form line", "FIN-04", _free_form),
    ("24: sold by the case", "ORD-11", _by_case),
)


def _tests(field: Field, channel: str, n: int) -> None:
    """15: an order of a test account that looks like the channel's."""
    prefix = PREFIXES[channel]
    orders = (o for o in field.world.orders if o.customer.company_class == "Test" and o.reference.startswith(prefix))
    for order in islice(orders, n):
        note = "15: an order of a test account"
        field.truth.decoy(field.always(), "ORD-04", f"{channel}>khaos", order.reference, note=note)


def _guests(field: Field, n: int) -> None:
    """A guest has no account in Khaos."""
    guests = (o for o in field.world.organisations if o.users and all(u.is_guest for u in o.users))
    for guest in islice(guests, n):
        field.truth.decoy(field.always(), "CUS-02", "khaos>orocommerce", str(guest.number), note="a guest")
