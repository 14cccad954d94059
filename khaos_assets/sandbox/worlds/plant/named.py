"""Decoys that the consistent world holds anyway: they are only named, so that reporting one is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from itertools import islice
from typing import TypeVar

from khaos_assets.sandbox.worlds.clock import LONDON
from khaos_assets.sandbox.worlds.model import Item, Kind, Order
from khaos_assets.sandbox.worlds.plant.field import Field
from khaos_assets.sandbox.worlds.positions import is_complete

T = TypeVar("T")


def name_what_is_there(field: Field, n: int) -> None:
    """Up to `n` of each kind; items and orders that a planter has used are left out."""
    for name, code, systems, wanted in _ITEMS:
        items = (i for i in field.world.items if field.is_unused(i) and i.first_night == 0 and wanted(field, i))
        for item in _first(items, n):
            field.truth.decoy(field.always(), code, systems, item.code, scope=_scope(field, code), note=name)
    for name, code, systems, wanted in _ORDERS:
        orders = (
            o for o in field.world.orders if field.is_unused(o) and field.has_unused_items(o) and wanted(field, o)
        )
        for order in _first(orders, n):
            key = order.dispatches[0].dispatch_id if code == "ORD-16" else order.key
            field.truth.decoy(field.always(), code, systems, key, note=name)


def _first(rows: Iterable[T], n: int) -> Iterator[T]:
    return islice(rows, n)


def _scope(field: Field, code: str) -> str:
    site = field.site(0)
    return {"STK-01": site, "STK-03": field.scope(site)}.get(code, "")


def _awkward(field: Field, item: Item) -> bool:
    code = item.code
    return _both_know(field, item) and (" " in code or "/" in code or code.startswith("0") or not code.isascii())


def _both_know(field: Field, item: Item) -> bool:
    del field
    return item.stocked and item.wair is not None and item.wair.active and item.wair.sku == item.code


def _other_label(field: Field, item: Item) -> bool:
    body = item.wair.body_map if item.wair else None
    return _both_know(field, item) and body is not None and body["size"] != item.size


def _hidden_sold_out(field: Field, item: Item) -> bool:
    body = item.wair.body_map if item.wair else None
    return _both_know(field, item) and body is not None and not body["displayed"]


_ITEMS: tuple[tuple[str, str, str, Callable[[Field, Item], bool]], ...] = (
    ("3: a pack that WAIR does not carry", "SKU-03", "khaos>wair", lambda _, i: i.kind is Kind.PACK and i.wair is None),
    ("4: a build with its own level", "STK-01", "wair>khaos", lambda f, i: i.kind is Kind.BUILD and _both_know(f, i)),
    ("4: a build with its own level", "STK-03", "khaos>wair", lambda f, i: i.kind is Kind.BUILD and _both_know(f, i)),
    (
        "5: a style parent without stock",
        "SKU-03",
        "khaos>wair",
        lambda _, i: i.kind is Kind.STYLE_PARENT and i.wair is None,
    ),
    ("13: 12.00000 and 12", "STK-01", "wair>khaos", lambda f, i: i.spelled_with_zeros and _both_know(f, i)),
    ("20: an awkward code that matches exactly", "SKU-01", "khaos>wair", _awkward),
    ("20: an awkward code that matches exactly", "SKU-02", "khaos>wair", _awkward),
    ("25: another label for the same size", "PIM-10", "khaos>wair", _other_label),
    ("not displayed because it is sold out", "PIM-10", "khaos>wair", _hidden_sold_out),
    ("discontinued, never in WAIR", "SKU-03", "khaos>wair", lambda _, i: i.discontinued and i.wair is None),
    ("not for the web", "SKU-03", "khaos>wair", lambda _, i: i.stocked and not i.web and not i.wair),
    ("back orders: physical cannot be derived", "STK-01", "wair>khaos", lambda f, i: f.is_back_ordered(i)),
    ("a service is not stocked", "SKU-03", "khaos>wair", lambda _, i: i.kind is Kind.SERVICE),
)


def _done(field: Field, order: Order) -> bool:
    sent = order.sent(field.nights[0])
    return bool(order.reference and order.dispatches and sent) and not order.is_credit and is_complete(order, sent)


def _partly(field: Field, order: Order) -> bool:
    sent = order.sent(field.nights[0])
    same = sent == order.sent(field.nights[-1])
    return bool(order.reference and sent and same) and not order.is_credit and not is_complete(order, sent)


def _twice_an_hour(field: Field, order: Order) -> bool:
    local = order.created.astimezone(LONDON).replace(tzinfo=None)
    early = local.replace(tzinfo=LONDON, fold=0).astimezone(UTC)
    return _done(field, order) and early != local.replace(tzinfo=LONDON, fold=1).astimezone(UTC)


def _has_kind(kind: Kind | None) -> Callable[[Field, Order], bool]:
    def wanted(field: Field, order: Order) -> bool:
        return _done(field, order) and any((x.item.kind if x.item else None) is kind for x in order.lines)

    return wanted


def _returned(field: Field, order: Order) -> bool:
    return _done(field, order) and order.reference in field.credited


_ORDERS: tuple[tuple[str, str, str, Callable[[Field, Order], bool]], ...] = (
    ("7: pack children that Khaos added", "ORD-15", "wair>khaos", _has_kind(Kind.PACK)),
    ("10: several parcels, all matched", "ORD-15", "wair>khaos", lambda f, o: _done(f, o) and len(o.dispatches) > 1),
    ("11: both sides sent the same part", "ORD-05", "wair>khaos", _partly),
    ("14: ordered in the hour that occurs twice", "ORD-17", "khaos>wair", _twice_an_hour),
    ("14: ordered in the hour that occurs twice", "ORD-16", "khaos>wair", _twice_an_hour),
    (
        "15: a test order that nobody sent",
        "ORD-14",
        "khaos>wair",
        lambda _, o: o.customer.company_class == "Test" and not o.dispatches and not o.is_credit and bool(o.reference),
    ),
    ("16: a line of postage", "ORD-15", "wair>khaos", _has_kind(Kind.NON_STOCK)),
    ("19: a credit note under the order's reference", "ORD-15", "wair>khaos", _returned),
    ("19: a credit note under the order's reference", "ORD-17", "khaos>wair", _returned),
    ("23: a free-form line", "ORD-15", "wair>khaos", _has_kind(None)),
)
