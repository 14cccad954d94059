"""Which items and orders are fit for which difference: questions that planters ask of the field."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from khaos_assets.sandbox.worlds.model import Item, Kind, Order
from khaos_assets.sandbox.worlds.plant.field import Field


def live_item(field: Field, item: Item) -> bool:
    """A stocked item that both sides sell."""
    has_prices = bool(item.buy_price) and bool(item.sell_price or (item.parent and item.parent.sell_price))
    return (
        item.stocked
        and has_prices
        and not item.discontinued
        and item.wair is not None
        and item.wair.active
        and not item.broken
        and not field.is_back_ordered(item)
    )


def steady_item(field: Field, item: Item) -> bool:
    """A stocked item that no night moves."""
    return live_item(field, item) and all(field.steady(item, s) for s in field.world.mapped_sites())


def idle_item(field: Field, item: Item) -> bool:
    """A stocked web item on no order."""
    return live_item(field, item) and field.is_idle(item) and item.web


def idle_simple_item(field: Field, item: Item) -> bool:
    """A simple stocked web item on no order."""
    return idle_item(field, item) and item.kind is Kind.SIMPLE


def plain_order(field: Field, order: Order) -> bool:
    """An order of a commercial customer with a reference, without packs, each SKU on one line, fulfilled by WAIR."""
    items = [x.item for x in order.lines if x.item is not None]
    return (
        not order.is_credit
        and not order.unassigned
        and order.cancelled_at is None
        and bool(order.reference)
        and order.site in field.world.locations.values()
        and order.customer.company_class not in field.world.non_commercial
        and bool(order.ordered())
        and len(items) == len(set(items))
        and not any(i.kind is Kind.PACK for i in items)
        and all(live_item(field, i) for i in items if i.stocked)
        and all(x.quantity > 0 and x.price > 0 for x in order.lines)
        and not order.broken
    )


def shipped_order(field: Field, order: Order) -> bool:
    """An order sent whole in one parcel before the first night."""
    return (
        plain_order(field, order)
        and len(order.dispatches) == 1
        and len(order.invoices) == 1
        and order.invoices[0].at < field.nights[0] - timedelta(hours=4)
        and _is_whole(order)
    )


def shipped_last_day(field: Field, order: Order) -> bool:
    """An order sent whole in one parcel between the last two nights."""
    before = field.nights[-2] if len(field.nights) > 1 else field.nights[0] - timedelta(days=1)
    return (
        plain_order(field, order)
        and len(order.dispatches) == 1
        and len(order.invoices) == 1
        and before < order.dispatches[0].at
        and order.invoices[0].at < field.nights[-1] - timedelta(hours=4)
        and _is_whole(order)
    )


def _is_whole(order: Order) -> bool:
    return {i: q for i, q in order.invoices[0].units.items() if i.stocked} == order.ordered()


def shipped_pairs(field: Field, order: Order) -> bool:
    """An order sent whole before the first night, with a line of two or more."""
    return shipped_order(field, order) and any(q >= 2 for q in order.ordered().values())


def shipped_lines(field: Field, order: Order) -> bool:
    """An order of two or more SKUs sent whole before the first night."""
    return shipped_order(field, order) and len(order.ordered()) > 1


def tracked_order(field: Field, order: Order) -> bool:
    """An order sent whole by a tracked service before the first night."""
    return shipped_order(field, order) and order.carrier not in field.world.untracked


def tracked_part(field: Field, order: Order) -> bool:
    """An open order of which both sides sent the same part by a tracked service before the first night."""
    return part_sent_order(field, order) and order.carrier not in field.world.untracked


def waiting_order(field: Field, order: Order) -> bool:
    """An open order, older than the first night, of which nothing is sent."""
    return plain_order(field, order) and not order.invoices and order.created < field.nights[0] - timedelta(hours=12)


def part_sent_order(field: Field, order: Order) -> bool:
    """An open order of which both sides sent the same part before the first night, and nothing since."""
    if not plain_order(field, order) or len(order.invoices) != 1 or len(order.dispatches) != 1:
        return False
    sent = order.sent(field.nights[0])
    left = {i: q - sent.get(i, Decimal(0)) for i, q in order.ordered().items()}
    return bool(sent) and any(q > 0 for q in left.values())


def leaked_order(field: Field, order: Order) -> bool:
    """An open order of a test or internal account, of which nothing is sent."""
    items = [x.item for x in order.lines if x.item is not None]
    return (
        order.customer.company_class in field.world.non_commercial
        and not order.invoices
        and order.cancelled_at is None
        and bool(order.reference)
        and bool(order.ordered())
        and order.created < field.nights[0] - timedelta(hours=12)
        and order.site in field.world.locations.values()
        and len(items) == len(set(items))
        and all(live_item(field, i) for i in items if i.stocked)
        and all(i.kind is not Kind.PACK for i in items)
    )


def cancelled_order(field: Field, order: Order) -> bool:
    """A cancelled order that nobody sent."""
    return (
        order.cancelled_at is not None
        and order.cancelled_at < field.nights[0]
        and not order.invoices
        and bool(order.reference)
    )
