"""Shops with their countries, warehouses, products, variants (contract scayle, 3.1, 3.2 and 3.5)."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from khaos_assets.systems.read import Proof, ReadContext, WalkNotes
from khaos_assets.systems.scayle.client import ScayleClient
from khaos_assets.systems.scayle.walk.lists import CursorList
from khaos_assets.systems.scayle.walk.owned import OwnedList, walk_owned
from khaos_assets.systems.scayle.walk.twice import Walked, keys_of, walk_filled, walk_list

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
    shops = await walk_filled(context, SHOPS)
    shops.note(notes)
    pages: list[int] = []
    for shop in sorted(k for k in keys_of(shops) if isinstance(k, str)):
        listed = CursorList(
            f"/shops/{quote(shop, safe='')}/countries",
            "GET /shops/{s}/countries",
            "countryCode",
            "globalRead",
            about={"shop": shop},
        )
        countries = await walk_list(context, listed)
        countries.note(notes)
        pages += countries.believed.pages
    notes.facts["pages"] = pages
    return finished(context, notes)


async def walk_warehouses(context: ReadContext) -> WalkNotes:
    """Proof two_pass."""
    notes = begun(context)
    _believe(notes, await walk_filled(context, WAREHOUSES))
    return finished(context, notes)


async def walk_products(context: ReadContext) -> WalkNotes:
    """Proof two_pass, with a look at ids that the list should show."""
    notes = begun(context)
    known = [int(key) for key in context.earlier_keys()]
    walked = await walk_filled(context, PRODUCTS, exists=lambda p: product_exists(context, p), known=known)
    _believe(notes, walked)
    return finished(context, notes)


async def walk_variants(context: ReadContext) -> WalkNotes:
    """The variants inside the product list; of products that are shown without them, by a call each."""
    notes = begun(context)
    walked = await walk_filled(context, VARIANTS, exists=lambda p: product_exists(context, p))
    _believe(notes, walked)
    thin = [k for k, shown in walked.believed.rows.items() if shown is False and isinstance(k, int)]
    if thin:
        await walk_owned(context, OF_PRODUCT, thin)
        notes.facts["products_without_nested_variants"] = len(thin)
    return finished(context, notes)


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


def _believe(notes: WalkNotes, walked: Walked) -> None:
    walked.note(notes)
    notes.facts["pages"] = walked.believed.pages
