"""The snapshots that SCAYLE offers (contract scayle, section 3), and how each is decoded."""

from __future__ import annotations

from functools import partial

from khaos_assets.systems.read import Delta, Read, System
from khaos_assets.systems.scayle.client import open_client, probe
from khaos_assets.systems.scayle.decode.catalogue import (
    PRICE_KEY,
    SHOP_KEY,
    STOCK_KEY,
    decode_prices,
    decode_products,
    decode_shops,
    decode_stocks,
    decode_variants,
    decode_warehouses,
)
from khaos_assets.systems.scayle.decode.orders import decode_orders, order_references
from khaos_assets.systems.scayle.records import Order, OrderAsked, Price, Product, Shop, Stock, Variant, Warehouse
from khaos_assets.systems.scayle.walk.catalogue import walk_products, walk_shops, walk_variants, walk_warehouses
from khaos_assets.systems.scayle.walk.changes import changed_orders, stocks_of_moved
from khaos_assets.systems.scayle.walk.of_variants import PRICES, STOCKS, walk_of_variants
from khaos_assets.systems.scayle.walk.orders import walk_orders

SYSTEM = System(
    name="scayle",
    title="SCAYLE",
    open_client=open_client,
    probe=probe,
    reads=(
        Read(
            entity="shops",
            title="Shops and their countries",
            tables={"shops": Shop},
            key=SHOP_KEY,
            walk=walk_shops,
            decode=decode_shops,
        ),
        Read(
            entity="warehouses",
            title="Warehouses",
            tables={"warehouses": Warehouse},
            key=("id",),
            walk=walk_warehouses,
            decode=decode_warehouses,
        ),
        Read(
            entity="products",
            title="Products",
            tables={"products": Product},
            key=("id",),
            walk=walk_products,
            decode=decode_products,
        ),
        Read(
            entity="variants",
            title="Variants",
            tables={"variants": Variant},
            key=("id",),
            walk=walk_variants,
            decode=decode_variants,
        ),
        Read(
            entity="stocks",
            title="Sellable stock by warehouse",
            tables={"stocks": Stock},
            key=STOCK_KEY,
            walk=partial(walk_of_variants, STOCKS),
            decode=decode_stocks,
            change_column="changed_at",
            units_column="quantity",
            delta=Delta(stocks_of_moved, merges=False),
        ),
        Read(
            entity="prices",
            title="Prices",
            tables={"prices": Price},
            key=PRICE_KEY,
            walk=partial(walk_of_variants, PRICES),
            decode=decode_prices,
        ),
        Read(
            entity="orders",
            title="Orders",
            tables={"orders": Order, "orders_asked": OrderAsked},
            key=("id",),
            walk=walk_orders,
            decode=decode_orders,
            change_column="updated_at",
            order_references=order_references,
            delta=Delta(changed_orders),
        ),
    ),
)
