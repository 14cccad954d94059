"""What changed in SCAYLE since the last complete snapshot: the reads of the day (contract scayle, 3.3, 3.6 and 4).

Nothing there says what changed. New orders show in the lists, and of those that the last snapshot had, the ones not yet
invoiced or cancelled are read again by id. Stock is asked for variant by variant, and only of what moved in Khaos.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from khaos_assets.systems.read import Proof, ReadContext, ReadFailed, Reason, WalkNotes
from khaos_assets.systems.scayle import fields
from khaos_assets.systems.scayle.records import Variant
from khaos_assets.systems.scayle.settings import Scayle
from khaos_assets.systems.scayle.walk.catalogue import begun, finished
from khaos_assets.systems.scayle.walk.lists import ListReader
from khaos_assets.systems.scayle.walk.of_variants import STOCKS
from khaos_assets.systems.scayle.walk.order_calls import Market, OrderCalls, markets_of
from khaos_assets.systems.scayle.walk.owned import walk_owned
from khaos_assets.systems.scayle.walk.side_by_side import side_by_side

SETTLED = frozenset({"invoice_completed", "cancellation_completed"})
"""Statuses after which an order changes only by what comes back."""


async def changed_orders(context: ReadContext) -> WalkNotes:
    """Each market's list once; the detail of new orders and of those that were not settled. Proof overlap_only."""
    notes = begun(context)
    notes.proof = Proof.OVERLAP_ONLY
    orders = OrderCalls(context, markets_of(await context.result("shops")))
    if not orders.markets:
        raise ReadFailed("empty_first_page", "no shop has a country, so there is no list of orders to walk")
    limit = context.settings.of(Scayle).page_size
    listed: dict[int, Market] = {}

    async def walk(market: Market) -> None:
        walked = await ListReader(context, orders.listed(market)).run(1, limit)
        listed.update((order, market) for order in walked.rows if isinstance(order, int))

    await side_by_side(orders.markets, walk)
    settled = _settled(context)
    await side_by_side(sorted(listed.keys() - settled), lambda order: orders.read(listed[order], order))
    orders.close()
    notes.end_recognised_by = "the next cursor of each list is null; new orders and unsettled ones read by id"
    notes.remarks += fields.remark(orders.unknown_fields)
    return finished(context, notes)


def _settled(context: ReadContext) -> set[int]:
    """Orders of the last snapshot that need not be read again."""
    table = context.earlier_table("orders")
    if table is None:
        return set()
    rows = zip(table["id"].to_pylist(), table["status"].to_pylist(), strict=True)
    return {order for order, status in rows if status in SETTLED}


async def stocks_of_moved(context: ReadContext) -> WalkNotes:
    """The stock of every variant whose code moved in Khaos. Of the others nothing is known."""
    notes = begun(context)
    notes.proof = Proof.OVERLAP_ONLY
    variants = cast(Iterable[Variant], (await context.result("variants")).tables["variants"])
    moved = await context.moved()
    answered = await walk_owned(context, STOCKS, sorted(v.id for v in variants if v.reference_key in moved))
    if answered.unknown:
        detail = f"{len(answered.unknown)} variant(s) of the last snapshot are answered 404"
        notes.remarks.append(Reason(fault="variants_gone", detail=detail))
    notes.remarks += fields.remark(answered.unknown_fields)
    notes.end_recognised_by = "every variant whose code moved in Khaos answered"
    return finished(context, notes)
