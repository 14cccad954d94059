"""Stock and prices: one call for each variant (contract scayle, 3.3, 3.4 and 4)."""

from __future__ import annotations

from collections.abc import Sequence

from khaos_assets.systems.read import Decoded, Proof, ReadContext, Reason, WalkNotes
from khaos_assets.systems.scayle.records import Variant
from khaos_assets.systems.scayle.walk.catalogue import begun, finished, product_ids, rest_on_products
from khaos_assets.systems.scayle.walk.owned import OwnedList, walk_owned

STOCKS = OwnedList("/variants/{}/stocks", "GET /variants/{v}/stocks", "stocksRead")
PRICES = OwnedList("/variants/{}/prices", "GET /variants/{v}/prices", "pricesRead")
SAMPLE = 5


async def walk_of_variants(listed: OwnedList, context: ReadContext) -> WalkNotes:
    """Every variant of this night answers once: as well proven as the variants."""
    notes = begun(context)
    variants = await context.result("variants")
    unknown = await walk_owned(context, listed, variant_ids(variants))
    if unknown:
        names = ", ".join(map(str, unknown[:SAMPLE]))
        detail = f"{len(unknown)} variant(s) of the product list answer 404 when asked for by id, twice: {names}"
        notes.remarks.append(Reason(fault="variants_gone", detail=detail))
    if variants.quarantined:
        detail = f"{len(variants.quarantined)} variant(s) were set aside and not asked for"
        notes.remarks.append(Reason(fault="variants_not_asked", detail=detail))
        notes.proof = Proof.OVERLAP_ONLY
    rest_on_products(context, notes, product_ids(await context.result("products")))
    notes.end_recognised_by = "every variant of the product list answered"
    return finished(context, notes)


def variant_ids(variants: Decoded) -> list[int]:
    """Ids of all variants, sorted."""
    rows = variants.tables["variants"]
    if isinstance(rows, Sequence):
        return sorted(v.id for v in rows if isinstance(v, Variant))
    return sorted(rows["id"].to_pylist())
