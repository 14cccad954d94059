"""The read of product families with their member attributes (contract plytix, 3.4)."""

from __future__ import annotations

from urllib.parse import quote

import msgspec
import pyarrow as pa

from khaos_assets.systems.concurrency import side_by_side
from khaos_assets.systems.plytix.decode import records
from khaos_assets.systems.plytix.records import Family, FamilyAttribute
from khaos_assets.systems.plytix.search import Search
from khaos_assets.systems.plytix.walk import Kind, ListWalk
from khaos_assets.systems.read import Decoded, Pages, ReadContext, Reason, WalkNotes

SEARCH = Search(
    "/product_families/search",
    attributes=("name", "total_products", "total_attributes", "total_models", "_created_at", "modified"),
    order="name",
)


async def walk_families(context: ReadContext) -> WalkNotes:
    """All families, twice, and the attributes of each. Raises ReadFailed and TransportError."""
    walk = ListWalk(context, "families", Kind(SEARCH, "/product_families/{id}"))
    await walk.run()
    ids = sorted(walk.ids)
    answered = await side_by_side(
        walk.searcher.single(
            "GET /product_families/{id}/attributes",
            f"/product_families/{quote(key, safe='')}/attributes",
            "attributes",
            key,
        )
        for key in ids
    )
    gone = [key for key, found in zip(ids, answered, strict=True) if found is None]
    walk.notes.facts["gone"] = sorted({*walk.notes.facts.get("gone", []), *gone})
    return walk.finish()


def decode_families(pages: Pages, notes: WalkNotes) -> Decoded:
    """Families; one whose attributes cannot be read has none, which is a fault."""
    found, aside = records(Family, pages, notes)
    members: dict[str, list[FamilyAttribute]] = {}
    unreadable: list[str] = []
    for page in pages.pages:
        if page.asked.get("part") == "attributes":
            key = page.asked["id"]
            try:
                members[key] = msgspec.json.decode(pages.body(page), type=_Members).data
            except msgspec.ValidationError:
                unreadable.append(key)
    column = [[msgspec.to_builtins(m) for m in members.get(key, [])] for key in found["id"].to_pylist()]
    place = found.schema.get_field_index("attributes")
    found = found.set_column(place, "attributes", pa.array(column, found.schema.field(place).type))
    faults = [Reason(fault="attributes_unreadable", detail=f"families {', '.join(sorted(unreadable))}")]
    return Decoded(tables={"families": found}, quarantined=aside, faults=faults if unreadable else [])


class _Members(msgspec.Struct):
    data: list[FamilyAttribute]
