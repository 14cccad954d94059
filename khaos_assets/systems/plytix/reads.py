"""The snapshots that Plytix offers: products, variants, families, relationships (contract plytix, section 3)."""

from __future__ import annotations

from khaos_assets.systems.plytix.client import open_client, probe
from khaos_assets.systems.plytix.families import decode_families, walk_families
from khaos_assets.systems.plytix.products import decode_products, walk_products
from khaos_assets.systems.plytix.records import Family, Product, ProductAsked, Relationship, Variant
from khaos_assets.systems.plytix.relationships import decode_relationships, walk_relationships
from khaos_assets.systems.plytix.variants import decode_variants, walk_variants
from khaos_assets.systems.read import Read, System

SYSTEM = System(
    name="plytix",
    title="Plytix",
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
            change_column="modified",
        ),
        Read(
            entity="variants",
            title="Variants",
            tables={"variants": Variant},
            key=("id",),
            walk=walk_variants,
            decode=decode_variants,
            change_column="modified",
        ),
        Read(
            entity="families",
            title="Product families",
            tables={"families": Family},
            key=("id",),
            walk=walk_families,
            decode=decode_families,
            change_column="modified",
        ),
        Read(
            entity="relationships",
            title="Related products and bundles",
            tables={"relationships": Relationship},
            key=("product_id", "relationship_id", "related_id"),
            walk=walk_relationships,
            decode=decode_relationships,
            units_column="quantity",
        ),
    ),
)
