"""Stock and prices: one call for each variant, or inside the product list (contract scayle, 3.2 to 3.4 and 4)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from khaos_assets.systems.read import Decoded, Proof, ReadContext, Reason, WalkNotes
from khaos_assets.systems.scayle import fields
from khaos_assets.systems.scayle.client import ScayleClient
from khaos_assets.systems.scayle.records import Variant
from khaos_assets.systems.scayle.settings import Scayle
from khaos_assets.systems.scayle.walk.catalogue import begun, finished, product_ids, rest_on_products
from khaos_assets.systems.scayle.walk.nested import in_one_spelling, read_nested
from khaos_assets.systems.scayle.walk.owned import Answered, OwnedList, walk_owned
from khaos_assets.systems.scayle.walk.side_by_side import side_by_side

STOCKS = OwnedList("/variants/{}/stocks", "GET /variants/{v}/stocks", "stocksRead", fields.STOCK, "stocks")
PRICES = OwnedList("/variants/{}/prices", "GET /variants/{v}/prices", "pricesRead", fields.PRICE, "prices")
SAMPLE = 5


async def walk_of_variants(listed: OwnedList, context: ReadContext) -> WalkNotes:
    """Every variant of this night answers once: as well proven as the variants."""
    notes = begun(context)
    variants = await context.result("variants")
    product_of = products_by_variant(variants)
    aside = {int(q.key) for q in variants.quarantined if q.key_readable}
    wanted = sorted({*product_of, *aside})
    if listed.part in context.settings.of(Scayle).nested:
        answered = await _from_products(context, listed, wanted, notes)
    else:
        answered = await walk_owned(context, listed, wanted)
    await _confirm_gone(context, listed, {v: product_of[v] for v in answered.unknown if v in product_of}, notes)
    if unreadable := len(variants.quarantined) - len(aside):
        detail = f"{unreadable} product(s) or variant(s) without a readable id: their variants were not asked for"
        notes.remarks.append(Reason(fault="variants_not_asked", detail=detail))
        notes.proof = Proof.OVERLAP_ONLY
    notes.remarks += fields.remark(answered.unknown_fields)
    rest_on_products(context, notes, product_ids(await context.result("products")))
    notes.end_recognised_by = "every variant of the product list answered"
    return finished(context, notes)


async def _from_products(
    context: ReadContext, listed: OwnedList, variants: Sequence[int], notes: WalkNotes
) -> Answered:
    """Those that the product list shows from there; the others, and a sample of those, by their own calls."""
    nested = await read_nested(context, listed, variants)
    asked: dict[int, list[msgspec.Raw]] = {}

    def seen(variant: int, rows: Sequence[msgspec.Raw]) -> None:
        asked.setdefault(variant, []).extend(rows)

    singly = [v for v in variants if v in nested.sample or v not in nested.shown]
    first = await walk_owned(context, listed, singly, seen)
    unknown, names = [*first.unknown], nested.unknown_fields | first.unknown_fields
    differing = [v for v, rows in nested.sample.items() if in_one_spelling(asked.get(v, ())) != rows]
    if not differing:
        notes.facts["pages"] = nested.pages
    else:
        detail = f"{len(differing)} of {len(nested.sample)} variants are shown otherwise by the product list than by "
        detail += f"{listed.operation}: {_shown(differing)}; so every variant was asked"
        notes.remarks.append(Reason(fault="nested_rows_differ", detail=detail))
        rest = await walk_owned(context, listed, [v for v in variants if v not in {*singly}])
        unknown, names = [*unknown, *rest.unknown], names | rest.unknown_fields
    return Answered(sorted(unknown), names)


async def _confirm_gone(context: ReadContext, listed: OwnedList, unknown: dict[int, int], notes: WalkNotes) -> None:
    """A variant without an answer must be unknown to its product too: 404 may only mean that there is no such call."""
    client: ScayleClient = context.client
    there: list[int] = []

    async def one(variant: int) -> None:
        path = f"/products/{unknown[variant]}/variants/{variant}"
        if await client.get(path, operation="GET /products/{p}/variants/{v}", scope="productRead") is not None:
            there.append(variant)

    await side_by_side(unknown, one)
    gone = sorted(set(unknown) - set(there))
    if there:
        detail = f"{listed.operation} answers 404 for {len(there)} variant(s) that their products have: {_shown(there)}"
        notes.faults = [*notes.faults, Reason(fault="not_answered", detail=detail)]
    if gone:
        detail = f"{len(gone)} variant(s) went away during the read: {_shown(gone)}"
        notes.remarks.append(Reason(fault="variants_gone", detail=detail))


def products_by_variant(variants: Decoded) -> dict[int, int]:
    """The product of each variant."""
    rows = variants.tables["variants"]
    if isinstance(rows, Sequence):
        return {v.id: v.product_id for v in rows if isinstance(v, Variant)}
    return dict(zip(rows["id"].to_pylist(), rows["product_id"].to_pylist(), strict=True))


def _shown(variants: list[int]) -> str:
    return ", ".join(map(str, sorted(variants)[:SAMPLE]))
