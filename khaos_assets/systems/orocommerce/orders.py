"""Orders: the list, then those that another system names and the list does not show, asked for by number."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from khaos_assets.config import Settings
from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.orocommerce.asking import Asking, Landed, side_by_side
from khaos_assets.systems.orocommerce.client import SYSTEM
from khaos_assets.systems.orocommerce.decode import believed, decode
from khaos_assets.systems.orocommerce.records import Order, OrderAsked
from khaos_assets.systems.orocommerce.resources import Page, Resource
from khaos_assets.systems.orocommerce.walk import walk_by_id
from khaos_assets.systems.read import Decoded, Pages, ReadContext, Reason, WalkNotes

CHUNK = 50
"""Numbers in one call."""
SMALL_CHUNK = 5
"""A number that seems unknown is asked for again, among few."""
SAMPLE = 5


class _Attributes(msgspec.Struct, gc=False):
    identifier: str


class _Numbered(msgspec.Struct, gc=False):
    attributes: _Attributes


_NUMBERED = msgspec.json.Decoder(_Numbered)


async def walk_orders(resource: Resource, context: ReadContext) -> WalkNotes:
    """The list by id; then the references of other systems. Raises ReadFailed and TransportError."""
    asking = Asking(resource, context)
    listed: set[str] = set()
    notes, believed_pass = await walk_by_id(resource, context, seen=lambda landed: listed.update(numbers(landed)))
    context.announce(listed)
    wanted = sorted(askable(await context.references(), context.settings) - listed)
    first = await _ask(asking, wanted, CHUNK)
    found = {n: i for landed in first for n, i in numbers(landed).items()}
    second = await _ask(asking, [r for r in wanted if r not in found], SMALL_CHUNK)
    found |= {n: i for landed in second for n, i in numbers(landed).items()}
    notes.facts["asked"] = [landed.number for landed in (*first, *second)]
    hidden = sorted(n for n in wanted if n in found and int(found[n]) <= believed_pass.highest)
    if hidden:
        detail = f"{len(hidden)} orders are found by their number and not in the list: {', '.join(hidden[:SAMPLE])}"
        notes.faults.append(Reason(fault="selectors_disagree", detail=detail))
    return notes


def askable(references: Collection[str], settings: Settings) -> set[str]:
    """References that have this channel's form, as the channel itself writes them.

    Those with its prefix, without it; where it has none, those that have no other channel's. One with a comma would be
    taken for two.
    """
    prefixes = settings.order_reference_prefixes
    mine = prefixes.get(SYSTEM, "")
    others = tuple(p for channel, p in prefixes.items() if p and channel != SYSTEM)
    bare = {r.removeprefix(mine) for r in references if r.startswith(mine) and not (not mine and r.startswith(others))}
    return {r for r in bare if r.strip() and "," not in r}


def numbers(landed: Landed) -> dict[str, str]:
    """Order number → id of the readable rows of a page."""
    found: dict[str, str] = {}
    for raw, i in zip(landed.page.rows, landed.ids, strict=True):
        number = _number(raw)
        if i is not None and number is not None:
            found[number] = str(i)
    return found


def _number(raw: bytes) -> str | None:
    """The order number of one row's text; None where it cannot be read."""
    try:
        return _NUMBERED.decode(raw).attributes.identifier
    except NOT_JSON:
        return None


async def _ask(asking: Asking, references: Sequence[str], chunk: int) -> list[Landed]:
    """Ask for orders by number, side by side."""
    chunk = min(chunk, asking.client.page_size)
    return await side_by_side(asking.numbered(references[n : n + chunk]) for n in range(0, len(references), chunk))


def decode_orders(resource: Resource, pages: Pages, notes: WalkNotes) -> Decoded:
    """The orders; and which numbers the shop knows beside them, or does not, as far as it was asked."""
    decoded = decode("orders", resource, pages, notes)
    asked: dict[str, bool] = {}
    for landed in believed(pages, notes.facts["asked"]):
        page = Page(pages.body(landed))
        known = {number for raw in page.rows if (number := _number(raw)) is not None}
        for reference in landed.asked["references"]:
            asked[reference] = asked.get(reference, False) or reference in known
    for one in decoded.quarantined:
        # No order of tonight's, and yet nobody may say that the shop does not know it.
        if (number := _number(one.raw.encode())) is not None:
            asked[number] = True
    decoded.tables["orders_asked"] = [OrderAsked(reference=r, found=f) for r, f in sorted(asked.items())]
    return decoded


def order_references(decoded: Decoded) -> Iterable[str]:
    """The numbers of the listed orders."""
    orders = decoded.tables["orders"]
    if isinstance(orders, Sequence):
        return {o.identifier for o in orders if isinstance(o, Order)}
    return set(orders["identifier"].to_pylist())
