"""Shops with their countries, warehouses, products, variants (contract scayle, 3.1, 3.2 and 3.5)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from urllib.parse import quote

import msgspec

from khaos_assets.systems.read import Decoded, Proof, ReadContext, Reason, WalkNotes
from khaos_assets.systems.scayle import fields
from khaos_assets.systems.scayle.client import ScayleClient
from khaos_assets.systems.scayle.records import Product
from khaos_assets.systems.scayle.settings import Scayle
from khaos_assets.systems.scayle.walk.lists import CursorList
from khaos_assets.systems.scayle.walk.owned import OwnedList, walk_owned
from khaos_assets.systems.scayle.walk.side_by_side import side_by_side
from khaos_assets.systems.scayle.walk.twice import ListWalk, unseen_ids

SHOPS = CursorList("/shops", "GET /shops", "shopKey", "globalRead")
WAREHOUSES = CursorList("/warehouses", "GET /warehouses", "id", "globalRead", fields=fields.WAREHOUSE)
PRODUCTS = CursorList("/products", "GET /products", "id", "productRead", fields=fields.PRODUCT)


class ProductGlance(msgspec.Struct):
    id: int
    variants: msgspec.Raw = msgspec.Raw(b"null")

    def shows_variants(self) -> bool:
        """False where the list shows its rows without nested parts."""
        return bytes(self.variants).startswith(b"[")


VARIANTS = CursorList(
    "/products",
    "GET /products",
    "id",
    "productRead",
    params={"with": "variants"},
    glance=ProductGlance,
    remember=ProductGlance.shows_variants,
)
OF_PRODUCT = OwnedList("/products/{}/variants", "GET /products/{p}/variants", "productRead", fields.VARIANT, "variants")


async def walk_shops(context: ReadContext) -> WalkNotes:
    """The shops, then the countries of each. Proof two_pass."""
    notes = begun(context)
    shops = ListWalk(context, SHOPS)
    await shops.run()
    shops.refuse_empty("shops")
    shops.note(notes)
    notes.facts["pages"] = []
    countries = [ListWalk(context, _countries_of(k)) for k in sorted(shops.rows) if isinstance(k, str)]
    await side_by_side(countries, ListWalk.run)
    for walk in countries:
        walk.note(notes)
    return finished(context, notes)


def _countries_of(shop: str) -> CursorList:
    path = f"/shops/{quote(shop, safe='')}/countries"
    return CursorList(path, "GET /shops/{s}/countries", "countryCode", "globalRead", about={"shop": shop})


async def walk_warehouses(context: ReadContext) -> WalkNotes:
    """Proof two_pass."""
    notes = begun(context)
    walk = ListWalk(context, WAREHOUSES)
    await walk.run()
    walk.refuse_empty("warehouses")
    walk.note(notes)
    return finished(context, notes)


async def walk_products(context: ReadContext) -> WalkNotes:
    """Proof two_pass, where every gap between the ids of the list could be asked for."""
    notes = begun(context)
    walk = await _product_list(context, PRODUCTS, "products")
    unseen, _ = unseen_ids(walk.ids, context.settings.of(Scayle).gap_reads)
    await walk.look_for([int(key) for key in context.earlier_keys()], unseen)
    walk.note(notes)
    rest_on_products(context, notes, walk.ids)
    return finished(context, notes)


async def walk_variants(context: ReadContext) -> WalkNotes:
    """The variants inside the product list; of products that are shown without them, by a call each.

    As well proven as the products: each of them must be in this list too.
    """
    notes = begun(context)
    walk = await _product_list(context, VARIANTS, "variants")
    products = product_ids(await context.result("products"))
    await walk.look_for(products, ())
    walk.note(notes)
    if thin := [p for p in walk.ids if not walk.rows[p]]:
        await walk_owned(context, OF_PRODUCT, thin)
        notes.facts["products_without_nested_variants"] = len(thin)
    rest_on_products(context, notes, products)
    return finished(context, notes)


async def _product_list(context: ReadContext, listed: CursorList, entity: str) -> ListWalk:
    walk = ListWalk(context, listed, exists=lambda product: product_exists(context, product))
    await walk.run()
    walk.refuse_empty(entity)
    return walk


def rest_on_products(context: ReadContext, notes: WalkNotes, products: Collection[int]) -> None:
    """Two passes can hide the same product: where not every gap between their ids can be asked for, say so."""
    most = context.settings.of(Scayle).gap_reads
    if not unseen_ids(products, most)[1]:
        notes.proof = Proof.OVERLAP_ONLY
        detail = f"the ids of the products have more gaps than scayle.gap_reads ({most}): an absence is not proven"
        notes.remarks.append(Reason(fault="gaps_not_asked", detail=detail))


def product_ids(products: Decoded) -> list[int]:
    rows = products.tables["products"]
    if isinstance(rows, Sequence):
        return [p.id for p in rows if isinstance(p, Product)]
    return rows["id"].to_pylist()


async def product_exists(context: ReadContext, product: int) -> bool:
    client: ScayleClient = context.client
    answer = await client.get(f"/products/{product}", operation="GET /products/{p}", scope="productRead")
    return answer is not None


def begun(context: ReadContext) -> WalkNotes:
    """Notes of a read that begins, with the best proof that a cursor list allows."""
    return WalkNotes(proof=Proof.TWO_PASS, account_start=context.client.account)


def finished(context: ReadContext, notes: WalkNotes) -> WalkNotes:
    """The notes, with what only the end knows."""
    client: ScayleClient = context.client
    notes.clock_offset_ms = client.transport.clock_offset_ms
    notes.account_end = client.account
    return notes
