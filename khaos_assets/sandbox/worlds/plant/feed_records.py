"""FEED-04: records that break the wire contract, in both systems, where nothing else depends on them.

Decided: a quarantined key is known to be there, so nothing is missing; sums in which it takes part are not tested. The
order that is broken is a cancelled one, the dispatch a voided one, the items stand on no order.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from khaos_assets.sandbox.worlds.fulfilment import new_dispatch
from khaos_assets.sandbox.worlds.model import Item, Order
from khaos_assets.sandbox.worlds.plant.choices import cancelled_order, idle_simple_item, shipped_order
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError
from khaos_assets.sandbox.worlds.plant.registry import plants


@plants("FEED-04", usual=6, order=1)
def quarantined_record(field: Field, n: int) -> None:
    """In turn: WAIR stock, Khaos item, Khaos order, WAIR item, WAIR dispatch, Khaos level."""
    makers = (_wair_stock, _khaos_item, _khaos_order, _wair_item, _wair_dispatch, _khaos_level)
    for i in range(n):
        try:
            makers[i % len(makers)](field, i)
        except NotEnoughError:
            _wair_dispatch(field, i)


def _report(field: Field, i: int, key: str, name: str, note: str) -> None:
    field.truth.exception(field.span(i), "FEED-04", key.split("/", 1)[0], key, field=name, note=note)


def _break(field: Field, i: int, item: Item, entity: str, fields: dict[str, Any]) -> None:
    def mend(at: datetime) -> None:
        del at
        item.broken.pop(entity, None)

    field.during(field.span(i), lambda _: item.broken.update({entity: fields}), mend)


def _wair_stock(field: Field, i: int) -> None:
    item, place = _slashless(field), field.place(field.site(i))
    _break(field, i, item, f"stock/{place}", {"onHand": "12,5"})
    _report(field, i, f"wair/stock/{place}/{item.code}", "onHand", "a decimal comma")


def _khaos_item(field: Field, i: int) -> None:
    item = _slashless(field)
    _break(field, i, item, "stock_items", {"BUY_PRICE": {"@IS_NET": "-1", "#text": "1.234,50"}})
    _report(field, i, f"khaos/stock_items/{item.code}", "BUY_PRICE", "a price with a comma")


def _wair_item(field: Field, i: int) -> None:
    item = _slashless(field)
    _break(field, i, item, "items", {"active": None})
    _report(field, i, f"wair/items/{item.code}", "active", "a field that must never be missing is")


def _khaos_level(field: Field, i: int) -> None:
    item, site = _slashless(field), field.site(i)
    _break(field, i, item, f"stock_levels/{site}", {"LEVEL": "1O"})
    _report(field, i, f"khaos/stock_levels/{item.code}/{site}", "LEVEL", "the letter O in a number")


def _khaos_order(field: Field, i: int) -> None:
    order: Order = field.order(cancelled_order)

    def mend(at: datetime) -> None:
        del at
        order.broken.clear()

    name, broken, note = "DATE_CREATED", dict[str, Any](DATE_CREATED="31/02/2026"), "a date that does not exist"
    if i // 6 % 2:
        name, note = "INVOICE_STAGE_ID", "the letter O in a stage"
        stage = {"@INVOICE_CODE": f"P{order.code}", "@INVOICE_STAGE_ID": "7O", "@QTY_SENT": "0", "INVOICE_ITEMS": ""}
        broken = {"INVOICES": {"INVOICE": [stage]}}
    field.during(field.span(i), lambda _: order.broken.update(broken), mend)
    _report(field, i, f"khaos/sales_orders/{order.code}", name, f"{note}, on a cancelled order")


def _wair_dispatch(field: Field, i: int) -> None:
    order = field.order(shipped_order)
    at = order.dispatches[0].at
    dispatch = new_dispatch(field.world, order.reference, at, {}, location=order.location, carrier=order.carrier)
    field.world.orphan_dispatches.append(dispatch)
    name = ("dispatchedAt", "trackingNumber")[i // 6 % 2]

    def mend(at: datetime) -> None:
        dispatch.broken.clear()
        dispatch.updated_at = at

    broken: dict[str, Any] = {"dispatchedAt": "2026-02-30T10:00:00.000Z"} if name == "dispatchedAt" else {name: 12345}
    field.during(field.span(i), lambda _: dispatch.broken.update(broken), mend)
    _report(field, i, f"wair/dispatches/{dispatch.dispatch_id}", name, "a voided dispatch with an impossible field")


def _slashless(field: Field) -> Item:
    """An item whose code cannot be mistaken for a path, and on which no pack's cost rests."""
    while True:
        item = field.item(idle_simple_item)
        if "/" not in item.code and not field.is_linked(item):
            return item
