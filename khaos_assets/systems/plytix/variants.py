"""The read of variants (contract plytix, 3.3): some of the products again, through another selector.

The search for variants is walked once and held against the read of products: two selectors that name the same products
prove each other. What only one of them names is asked for by its id. A parent that counts other variants than are
listed is asked for them; one that no list shows is a record that the lists lose.
"""

from __future__ import annotations

from collections import Counter
from urllib.parse import quote

import msgspec

from khaos_assets.systems.concurrency import side_by_side
from khaos_assets.systems.plytix.decode import records
from khaos_assets.systems.plytix.products import ONE, PATH, columns
from khaos_assets.systems.plytix.records import Variant
from khaos_assets.systems.plytix.search import Search
from khaos_assets.systems.plytix.walk import Kind, ListWalk, shown
from khaos_assets.systems.read import Decoded, Pages, ReadContext, Reason, WalkNotes

SEARCH = Search(PATH, attributes=("status", "created", "modified")).where(
    {"field": "_is_variation", "operator": "eq", "value": True}
)
"""`_parent_id` comes without being asked for (contract, 3.1)."""


class _Child(msgspec.Struct):
    id: str
    created: str = ""


class _Children(msgspec.Struct):
    data: list[_Child]


async def walk_variants(context: ReadContext) -> WalkNotes:
    """Every variant, and those of each parent that counts others. Raises ReadFailed and TransportError."""
    walk = ListWalk(context, "variants", Kind(SEARCH, ONE, thin=None, in_windows=True))
    products = columns(await context.result("products"), "id", "parent_id", "num_variations").to_pylist()
    variants = {p["id"] for p in products if p["parent_id"] is not None}
    await walk.run_against(variants)
    counted = Counter(p["parent_id"] for p in products if p["parent_id"] is not None)
    if miscounted := sorted(p["id"] for p in products if p["num_variations"] != counted[p["id"]]):
        detail = f"{len(miscounted)} parents count other variants than are listed: {shown(miscounted)}"
        walk.note("variants_miscounted", detail)
        await _ask_parents(walk, miscounted[: walk.section.single_reads], {p["id"] for p in products})
    return walk.finish()


async def _ask_parents(walk: ListWalk, parents: list[str], listed: set[str]) -> None:
    """Ask parents for their variants by name. Those made after the night began may be unknown to the lists."""
    answers = await side_by_side(
        walk.searcher.single("GET /products/{id}/variants", f"/products/{quote(p, safe='')}/variants", "children", p)
        for p in parents
    )
    children = [c for body in answers if body is not None for c in msgspec.json.decode(body, type=_Children).data]
    as_of = walk.context.night.as_of.isoformat()
    if lost := {c.id for c in children if c.id not in listed | walk.ids and c.created < as_of}:
        detail = f"{len(lost)} variants are named by their parents only: {shown(lost)}"
        walk.notes.faults.append(Reason(fault="variant_not_listed", detail=detail))


def decode_variants(pages: Pages, notes: WalkNotes) -> Decoded:
    """The variants; a product that lost its parent while it was asked for is none."""
    found, aside = records(Variant, pages, notes)
    return Decoded(tables={"variants": found.filter(found["parent_id"].is_valid())}, quarantined=aside)
