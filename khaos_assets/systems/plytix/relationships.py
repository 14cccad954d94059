"""The read of relationships (contract plytix, 3.5): products that have one, through a selector of its own.

Per kind of relationship that the read of products met, the products that have it are searched for and held against
those; what only one of the two names is asked for by its id.
"""

from __future__ import annotations

from khaos_assets.systems.plytix.decode import records
from khaos_assets.systems.plytix.products import ONE, PATH, columns
from khaos_assets.systems.plytix.records import Product, Relationship
from khaos_assets.systems.plytix.search import Search
from khaos_assets.systems.plytix.settings import Plytix
from khaos_assets.systems.plytix.walk import Kind, ListWalk
from khaos_assets.systems.read import Decoded, Pages, Proof, ReadContext, WalkNotes


async def walk_relationships(context: ReadContext) -> WalkNotes:
    """All related products of the configured kinds. Raises ReadFailed and TransportError."""
    section = context.settings.of(Plytix)
    attributes = ("status", "created", "modified", *(f"relationships.{label}" for label in section.relationships))
    products = columns(await context.result("products"), "id", "relationships").to_pylist()
    having: dict[str, set[str]] = {}
    for product in products:
        for kind in product["relationships"]:
            if kind["related_products"]:
                having.setdefault(kind["relationship_id"], set()).add(product["id"])
    notes = WalkNotes(proof=Proof.TWO_PASS, end_recognised_by="no product has a relationship of a configured kind")
    notes.facts = {"pages": [], "gone": [], "related": section.relationships}
    for relationship, ids in sorted(having.items()):
        search = Search(PATH, attributes=attributes, relationship=relationship)
        walk = ListWalk(context, "relationships", Kind(search, ONE, thin=None, in_windows=True))
        await walk.run_against(ids)
        _add(notes, walk.finish())
    return notes


def _add(notes: WalkNotes, one: WalkNotes) -> None:
    """Take in the walk of one kind: the proof of all is the weakest of theirs."""
    notes.facts["pages"] += one.facts["pages"]
    notes.facts["gone"] = sorted({*notes.facts["gone"], *one.facts["gone"]})
    notes.faults += one.faults
    notes.remarks += [r for r in one.remarks if r not in notes.remarks]
    notes.rereads += one.rereads
    notes.clock_offset_ms = one.clock_offset_ms
    notes.end_recognised_by = one.end_recognised_by
    if one.proof is Proof.OVERLAP_ONLY:
        notes.proof = Proof.OVERLAP_ONLY


def decode_relationships(pages: Pages, notes: WalkNotes) -> Decoded:
    """One row per related product; one that stands twice in a relationship counts as its last entry."""
    products, aside = records(Product, pages, notes)
    found: dict[tuple[str, str, str], Relationship] = {}
    for product in products.select(["id", "relationships"]).to_pylist():
        for kind in product["relationships"]:
            for one in kind["related_products"]:
                key = (product["id"], kind["relationship_id"], one["product_id"])
                found[key] = Relationship(
                    product_id=product["id"],
                    relationship_id=kind["relationship_id"],
                    label=kind["label"] or kind["relationship_label"] or "",
                    related_id=one["product_id"],
                    quantity=one["quantity"],
                )
    return Decoded(tables={"relationships": list(found.values())}, quarantined=aside)
