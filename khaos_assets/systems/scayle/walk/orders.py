"""Walking orders: the list of each shop country, the detail of each order, references that other systems know.

No call lists the orders of all shops, rows of a list may be thin, and none of it proves that a list holds every order
(contract scayle, 3.6 and 4). So each market's list is walked twice and each order in it read by its id; ids that it
should show if it hid any are asked for, and so is every reference that another system knows and no order bears.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from khaos_assets.systems.read import Proof, ReadContext, ReadFailed, Reason, WalkNotes
from khaos_assets.systems.scayle import fields
from khaos_assets.systems.scayle.settings import Scayle
from khaos_assets.systems.scayle.walk.catalogue import begun, finished
from khaos_assets.systems.scayle.walk.order_calls import Market, OrderCalls, markets_of
from khaos_assets.systems.scayle.walk.side_by_side import side_by_side
from khaos_assets.systems.scayle.walk.twice import ListWalk, unseen_ids

BLOCK = 500
"""Orders read before it is looked whether all of them are old."""
SAMPLE = 5


async def walk_orders(context: ReadContext) -> WalkNotes:
    """Proof overlap_only: an absence is believed where the reference was asked for."""
    notes = begun(context)
    notes.proof = Proof.OVERLAP_ONLY
    orders = OrderCalls(context, markets_of(await context.result("shops")))
    if not orders.markets:
        raise ReadFailed("empty_first_page", "no shop has a country, so there is no list of orders to walk")
    walks = {m: ListWalk(context, orders.listed(m), exists=orders.in_list_of(m)) for m in orders.markets}
    await side_by_side(walks.values(), ListWalk.run)
    if not any(walk.rows for walk in walks.values()):
        for walk in walks.values():
            walk.refuse_empty("orders")
    await _details(context, orders, walks)
    await _unlisted(context, walks)
    context.announce(orders.references())
    await _references(context, orders, walks)
    await _details(context, orders, walks)
    for walk in walks.values():
        await walk.expect_gone(o for o in walk.ids if o in orders.gone)
    orders.close()
    for walk in walks.values():
        walk.note(notes)
    notes.proof = Proof.OVERLAP_ONLY
    notes.end_recognised_by = "complete by overlap only: each list twice, earlier orders, references of other systems"
    notes.facts["asked"] = orders.asked
    notes.remarks += _remarks(orders)
    return finished(context, notes)


async def _details(context: ReadContext, orders: OrderCalls, walks: Mapping[Market, ListWalk]) -> None:
    """Read every listed order by its id, once, the newest first, until a whole block has not changed for long.

    Rows of the list have no dates, and ids rise with time: what is older than such a block is known by the list only.
    """
    since = context.night.as_of - timedelta(days=context.settings.of(Scayle).order_window_days)
    listed = {order: market for market, walk in walks.items() for order in walk.ids}
    waiting = sorted((o for o in listed if not orders.was_asked(o)), reverse=True)
    for at in range(0, len(waiting), BLOCK):
        block = waiting[at : at + BLOCK]
        await side_by_side(block, lambda order: orders.read(listed[order], order))
        if len(block) == BLOCK and all(orders.unchanged(o, since) for o in block):
            for order in waiting[at + BLOCK :]:
                orders.note_old(order, walks[listed[order]].rows[order].reference_key)
            return


async def _unlisted(context: ReadContext, walks: Mapping[Market, ListWalk]) -> None:
    """Ask every market for orders of the last snapshot and for ids that no list shows, as far as these are few."""
    listed = {order for walk in walks.values() for order in walk.ids}
    before = [order for order in map(int, context.earlier_keys()) if order not in listed]
    unseen, _ = unseen_ids(listed, context.settings.of(Scayle).gap_reads // len(walks))
    await side_by_side(walks.values(), lambda walk: walk.look_for(before, unseen))


async def _references(context: ReadContext, orders: OrderCalls, walks: Mapping[Market, ListWalk]) -> None:
    """Ask for every reference of this channel that another system knows and no order bears yet."""
    prefixes = context.settings.order_reference_prefixes
    wanted = {channel_form(r, prefixes) for r in await context.references()}
    found: dict[Market, list[int]] = {}

    async def one(reference: str) -> None:
        at = await orders.ask(reference)
        if at is not None:
            found.setdefault(at[0], []).append(at[1])

    await side_by_side(sorted(r for r in wanted if r is not None), one)
    for market, ids in found.items():
        await walks[market].look_for((), ids)


def channel_form(reference: str, prefixes: Mapping[str, str]) -> str | None:
    """The reference without this channel's prefix; None where it has the form of another channel, or of none."""
    longest = max((p for p in prefixes.values() if p and reference.startswith(p)), key=len, default="")
    if prefixes.get("scayle", "") != longest:
        return None
    bare = reference.removeprefix(longest)
    return bare if bare.strip() else None


def _remarks(orders: OrderCalls) -> list[Reason]:
    remarks = fields.remark(orders.unknown_fields)
    if orders.foreign:
        names = ", ".join(map(str, sorted(orders.foreign)[:SAMPLE]))
        detail = f"{len(orders.foreign)} order(s) belong to a shop that this token does not list: {names}"
        remarks.append(Reason(fault="orders_of_other_shops", detail=detail))
    if orders.old:
        detail = (
            f"{len(orders.old)} order(s) older than all that changed in the order window are known by the list only"
        )
        remarks.append(Reason(fault="old_orders_not_read", detail=detail))
    return remarks
