"""The snapshots that Pimberly offers: products, parents, items (contract pimberly, section 3)."""

from __future__ import annotations

from functools import partial

from khaos_assets.systems.pimberly.client import open_client, probe
from khaos_assets.systems.pimberly.decode import decode_products
from khaos_assets.systems.pimberly.hierarchy import ITEMS, PARENTS, decode_neighbours, walk_neighbours
from khaos_assets.systems.pimberly.products import walk_products
from khaos_assets.systems.pimberly.records import Item, Parent, Product, ProductAsked
from khaos_assets.systems.read import Read, System

SYSTEM = System(
    name="pimberly",
    title="Pimberly",
    open_client=open_client,
    probe=probe,
    reads=(
        Read(
            entity="products",
            title="Products",
            tables={"products": Product, "products_asked": ProductAsked},
            key=("id",),
            walk=walk_products,
            decode=decode_products,
            change_column="date_updated",
        ),
        Read(
            entity="parents",
            title="Parents of products",
            tables={"parents": Parent},
            key=("product", "parent"),
            walk=partial(walk_neighbours, PARENTS),
            decode=partial(decode_neighbours, PARENTS),
        ),
        Read(
            entity="items",
            title="Items of products",
            tables={"items": Item},
            key=("product", "item"),
            walk=partial(walk_neighbours, ITEMS),
            decode=partial(decode_neighbours, ITEMS),
        ),
    ),
)
