"""Shops with their countries, warehouses, products, variants (contract scayle, 3.1, 3.2 and 3.5)."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from khaos_assets.systems.read import Proof, ReadContext, WalkNotes
from khaos_assets.systems.scayle.client import ScayleClient
from khaos_assets.systems.scayle.walk.lists import CursorList
from khaos_assets.systems.scayle.walk.owned import OwnedList, walk_owned
from khaos_assets.systems.scayle.walk.twice import ListWalk

SHOPS = CursorList("/shops", "GET /shops", "shopKey", "globalRead")
WAREHOUSES = CursorList("/warehouses", "GET /warehouses", "id", "globalRead")
PRODUCTS = CursorList("/products", "GET /products", "id", "productRead")


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
OF_PRODUCT = OwnedList("/products/{}/variants", "GET /products/{p}/variants", "productRead")


async def walk_shops(context: ReadContext) -> WalkNotes:
    """The shops, then the countries of each. Proof two_pass."""
    notes = begun(context)
    shops = ListWalk(context, SHOPS)
    await shops.run()
    shops.refuse_empty("shops")
    shops.note(notes)
    notes.facts["pages"] = []
    for shop in sorted(k for k in shops.rows if isinstance(k, str)):
        path = f"/shops/{quote(shop, safe='')}/countries"
        countries = ListWalk(
            context,
            CursorList(path, "GET /shops/{s}/countries", "countryCode", "globalRead", about={"shop": shop}),
        )
        await countries.run()
        countries.note(notes)
    return finished(context, notes)


async def walk_warehouses(context: ReadContext) -> WalkNotes:
    """Proof two_pass."""
    notes = begun(context)
    walk = ListWalk(context, WAREHOUSES)
    await walk.run()
    walk.refuse_empty("warehouses")
    walk.note(notes)
    return finished(context, notes)


async def walk_products(context: ReadContext) -> WalkNotes:
    """Proof two_pass, with a look at products of the last snapshot and behind the end of the list."""
    notes = begun(context)
    walk = await _product_list(context, PRODUCTS, "products", [int(key) for key in context.earlier_keys()])
    walk.note(notes)
    return finished(context, notes)


async def walk_variants(context: ReadContext) -> WalkNotes:
    """The variants inside the product list; of products that are shown without them, by a call each."""
    notes = begun(context)
    walk = await _product_list(context, VARIANTS, "variants", [])
    walk.note(notes)
    thin = [p for p in walk.ids if not walk.rows[p]]
    if thin:
        await walk_owned(context, OF_PRODUCT, thin)
        notes.facts["products_without_nested_variants"] = len(thin)
    return finished(context, notes)


async def _product_list(context: ReadContext, listed: CursorList, entity: str, before: list[int]) -> ListWalk:
    walk = ListWalk(context, listed, exists=lambda product: product_exists(context, product))
    await walk.run()
    walk.refuse_empty(entity)
    await walk.look_for(before, walk.behind_the_end())
    return walk


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
