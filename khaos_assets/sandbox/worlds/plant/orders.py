"""ORD-05, 06, 14, 15, 16, 17: what Khaos sent and what WAIR dispatched, order by order.

Stock follows by itself (see `model.py`), so each brings a stock difference that the catalogue suppresses. Decided:
on which nights a difference stands follows from the instants of invoice and dispatch; a parcel named twice moved stock
once; line net counts in GBP at the rate of the order's month.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from khaos_assets.sandbox.worlds.amounts import cost, line_net, to_penny
from khaos_assets.sandbox.worlds.fulfilment import khaos_invoice, new_dispatch, wair_dispatch
from khaos_assets.sandbox.worlds.model import Dispatch, Item, Order
from khaos_assets.sandbox.worlds.plant.choices import (
    leaked_order,
    live_item,
    part_sent_order,
    shipped_last_day,
    shipped_lines,
    shipped_order,
    shipped_pairs,
    waiting_order,
)
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError
from khaos_assets.sandbox.worlds.plant.registry import plants

Units = dict[Item, Decimal]


def _amount(field: Field, order: Order, units: Units) -> Decimal:
    return to_penny(line_net(field.world, order, units))


def by_letter(field: Field, dispatch: Dispatch) -> None:
    """Another number than the first parcel's, which Khaos does not have, would be a difference of its own (ORD-08)."""
    dispatch.carrier, dispatch.tracking = field.world.untracked[0], None


def explained(field: Field, order: Order, items: list[Item], nights: list[int], code: str) -> None:
    """The stock difference that comes along must not be reported."""
    for item in items:
        field.truth.decoy(nights, "STK-01", "wair>khaos", item.code, scope=order.site, note=f"{code} explains it")


@plants("ORD-05", usual=10, order=2)
def open_but_dispatched(field: Field, n: int) -> None:
    """Dispatched whole or in part, still open in Khaos. In turn old, old, new on the last night, old, booked since."""
    last = len(field.nights) - 1
    for i in range(n):
        order = _waiting(field, i)
        done = order.sent(field.nights[0])
        left = {x: q - done.get(x, Decimal(0)) for x, q in order.ordered().items() if q > done.get(x, Decimal(0))}
        first = next(iter(left))
        part = {first: left[first] - 1 if left[first] >= 2 else left[first]}
        units = left if i % 3 != 1 or part == left else part
        is_new = i % 5 == 2 and last > 0
        at = field.moment(last if is_new else 0)
        dispatch = wair_dispatch(field.world, order, at, units)
        if order.invoices:
            by_letter(field, dispatch)
        booked: datetime | None = None
        if i % 5 == 4 and last > 0:
            booked = field.moment(last)
            khaos_invoice(field.world, order, booked, units, dispatch.tracking)
        nights = field.visible(at, booked)
        whole = units == left
        field.truth.exception(
            nights,
            "ORD-05",
            "wair>khaos",
            order.key,
            field="full" if whole else "part",
            units=sum(units.values(), Decimal(0)),
            amount=_amount(field, order, units),
            note=f"{order.code} is open in Khaos",
        )
        explained(field, order, list(units), nights, "ORD-05")


def _waiting(field: Field, i: int) -> Order:
    if i % 6 == 5:
        try:
            return field.order(part_sent_order)
        except NotEnoughError:
            pass
    return field.order(waiting_order)


def _shipped(field: Field, i: int) -> Order:
    """An order sent whole: every fifth one between the last two nights, so that what is planted on it is new."""
    if i % 5 == 2 and len(field.nights) > 1:
        try:
            return field.order(shipped_last_day)
        except NotEnoughError:
            pass
    return field.order(shipped_order)


@plants("ORD-06", usual=6)
def dispatch_incomplete(field: Field, n: int) -> None:
    """No tracking number, no carrier service, or neither; one in five gets its number by the last night."""
    for i in range(n):
        order = _tracked(field, i)
        dispatch = order.dispatches[0]
        name = ("tracking", "carrier", "carrier+tracking")[i % 3]
        was = (dispatch.carrier, dispatch.tracking)
        if "tracking" in name:
            dispatch.tracking = order.invoices[0].tracking = None
        if "carrier" in name:
            dispatch.carrier = ""
        end: datetime | None = None
        if i % 5 == 3 and len(field.nights) > 1:
            end = field.moment(len(field.nights) - 1)
            field.world.on_night(len(field.nights) - 1, lambda d=dispatch, w=was, e=end: _complete(d, w, e))
        nights = field.visible(dispatch.at, end)
        field.truth.exception(
            nights,
            "ORD-06",
            "wair>khaos",
            dispatch.dispatch_id,
            field=name,
            note=f"no {name} for order {order.reference}",
        )


def _complete(dispatch: Dispatch, was: tuple[str, str | None], at: datetime) -> None:
    (dispatch.carrier, dispatch.tracking), dispatch.updated_at = was, at


def _tracked(field: Field, i: int) -> Order:
    for _ in range(100):
        order = _shipped(field, i)
        if order.dispatches[0].carrier not in field.world.untracked:
            return order
    raise NotEnoughError("no order with a tracked parcel")


@plants("ORD-14", usual=4, order=1)
def leaked(field: Field, n: int) -> None:
    """WAIR dispatched for a test or internal account. In turn: sent in Khaos too; still open (ORD-05, suppressed)."""
    for i in range(n):
        order = field.order(leaked_order)
        units, at = order.ordered(), field.moment(0) - timedelta(hours=i % 2)
        dispatch = wair_dispatch(field.world, order, at, units)
        if i % 2 == 0:
            khaos_invoice(field.world, order, at + timedelta(minutes=20), units, dispatch.tracking)
        else:
            field.truth.decoy(field.always(), "ORD-05", "wair>khaos", order.key, note="ORD-14 explains it")
            explained(field, order, list(units), list(field.always()), "ORD-14")
        field.truth.exception(
            field.always(),
            "ORD-14",
            "khaos>wair",
            order.key,
            amount=_amount(field, order, units),
            note=f"account {order.customer.code} is of class {order.customer.company_class}",
        )


@plants("ORD-15", usual=8, order=2)
def quantity_differs(field: Field, n: int) -> None:
    """In turn: fewer dispatched than sent; a SKU not dispatched; more than ordered; a SKU that is not on the order."""
    makers = (_too_few, _not_dispatched, _too_many, _not_ordered)
    for i in range(n):
        order, off = makers[i % 4](field)
        nights = field.visible(order.invoices[0].at)
        if i % 4 == 0 and i % 8 == 4 and len(field.nights) > 1:
            late = field.moment(len(field.nights) - 1)
            by_letter(field, wair_dispatch(field.world, order, late, off))
            nights = field.visible(order.invoices[0].at, late)
        field.truth.exception(
            nights,
            "ORD-15",
            "wair>khaos",
            order.key,
            field="+".join(sorted(x.code for x in off)),
            units=sum(off.values(), Decimal(0)),
            amount=_amount(field, order, off),
            note=(makers[i % 4].__doc__ or "").strip(),
        )
        explained(field, order, list(off), nights, "ORD-15")


def _too_few(field: Field) -> tuple[Order, Units]:
    """fewer dispatched than sent"""
    order = field.order(shipped_pairs)
    dispatch = order.dispatches[0]
    item, units = next((x, q) for x, q in dispatch.lines if q >= 2)
    dispatch.lines = [(x, q - 1 if x is item else q) for x, q in dispatch.lines]
    del units
    return order, {item: Decimal(1)}


def _not_dispatched(field: Field) -> tuple[Order, Units]:
    """a SKU was sent and not dispatched"""
    order = field.order(shipped_lines)
    dispatch = order.dispatches[0]
    item, units = dispatch.lines[-1]
    dispatch.lines = dispatch.lines[:-1]
    return order, {item: units}


def _too_many(field: Field) -> tuple[Order, Units]:
    """more dispatched than ordered"""
    order = field.order(shipped_order)
    dispatch = order.dispatches[0]
    item = dispatch.lines[0][0]
    field.stock_up(item, dispatch.location, 6)
    # As a second line of the same SKU: lines are summed before they are compared.
    dispatch.lines = [*dispatch.lines, (item, Decimal(2))]
    return order, {item: Decimal(2)}


def _not_ordered(field: Field) -> tuple[Order, Units]:
    """a SKU was dispatched that is not on the order"""
    order = field.order(shipped_order)
    dispatch = order.dispatches[0]
    item = field.item(live_item)
    field.stock_up(item, dispatch.location, 5)
    dispatch.lines = [*dispatch.lines, (item, Decimal(1))]
    return order, {item: Decimal(1)}


@plants("ORD-16", usual=6)
def without_order(field: Field, n: int) -> None:
    """In turn: a reference nobody knows; the same parcel under a second dispatchId."""
    for i in range(n):
        if i % 2 == 1:
            _twice(field, i)
        else:
            _unknown_reference(field, i)


def _unknown_reference(field: Field, i: int) -> None:
    site = field.site(i)
    units: Units = {field.item(live_item): Decimal(1 + i % 3)}
    if i % 4 == 2:
        units[field.item(live_item)] = Decimal(2)
    place = field.place(site)
    for item in units:
        field.stock_up(item, place, 6)
    at = field.moment(len(field.nights) - 1 if i % 6 == 4 else 0)
    number = field.world.number("unknown_order", 990001)
    dispatch = new_dispatch(field.world, f"X{number}", at, units, location=place, carrier="RM-T48")
    field.world.orphan_dispatches.append(dispatch)
    nights = field.visible(at)
    _report_16(field, nights, dispatch, units, f"nobody knows order {dispatch.reference}")
    for item in units:
        field.truth.decoy(nights, "STK-01", "wair>khaos", item.code, scope=site, note="ORD-16 explains it")


def _twice(field: Field, i: int) -> None:
    order = _tracked(field, i)
    dispatch = order.dispatches[0]
    again = new_dispatch(
        field.world,
        order.reference,
        dispatch.at + timedelta(minutes=11),
        {},
        location=dispatch.location,
        carrier=dispatch.carrier,
    )
    again.lines, again.tracking, again.moves_stock = list(dispatch.lines), dispatch.tracking, False
    order.dispatches.append(again)
    _report_16(field, field.visible(again.at), again, dict(again.lines), f"twice: the parcel of {dispatch.dispatch_id}")
    field.truth.decoy(
        field.visible(again.at), "ORD-15", "wair>khaos", order.key, note="the second parcel counts nowhere"
    )


def _report_16(field: Field, nights: list[int], dispatch: Dispatch, units: Units, note: str) -> None:
    total = sum((Fraction(q) * (cost(x) or Fraction(0)) for x, q in units.items()), Fraction(0))
    field.truth.exception(nights, "ORD-16", "khaos>wair", dispatch.dispatch_id, amount=to_penny(total), note=note)


def _shipped_or_part(field: Field, i: int) -> Order:
    """Every sixth one is an open order of which only a part was sent."""
    if i % 6 == 4:
        try:
            return field.order(part_sent_order)
        except NotEnoughError:
            pass
    return _shipped(field, i)


@plants("ORD-17", usual=6, order=2)
def not_dispatched(field: Field, n: int) -> None:
    """Sent in Khaos; WAIR has no dispatch of it, or only a voided one. One in five leaves late after all."""
    last = len(field.nights) - 1
    for i in range(n):
        order = _shipped_or_part(field, i)
        dispatch, sent_at = order.dispatches[0], order.invoices[0].at
        units = {x: q for x, q in order.invoices[0].units.items() if x.stocked}
        end: datetime | None = None
        if i % 5 == 3 and last > 0:
            end = dispatch.at = field.moment(last)
            dispatch.updated_at = end + timedelta(minutes=4)
        elif i % 3 == 1:
            dispatch.void_from = dispatch.at + timedelta(minutes=45)
        else:
            order.dispatches.remove(dispatch)
        nights = field.visible(sent_at, end)
        field.truth.exception(
            nights,
            "ORD-17",
            "khaos>wair",
            order.key,
            amount=_amount(field, order, units),
            note="only a voided dispatch" if dispatch.void_from else "no dispatch",
        )
        explained(field, order, list(units), nights, "ORD-17")
