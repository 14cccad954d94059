"""The snapshots that OroCommerce offers (contract orocommerce, sections 3.2 to 3.7 and 4).

All but the prices are walked by their numeric id. Subtotals come with their orders, since their own list has to be
asked order by order; prices are asked price list by price list.
"""

from __future__ import annotations

from functools import partial

from khaos_assets.systems.orocommerce.client import open_client, probe
from khaos_assets.systems.orocommerce.decode import decode
from khaos_assets.systems.orocommerce.levels import decode_inventory_levels, walk_inventory_levels
from khaos_assets.systems.orocommerce.lookups import decode_prices, decode_subtotals
from khaos_assets.systems.orocommerce.orders import decode_orders, order_references, walk_orders
from khaos_assets.systems.orocommerce.prices import walk_prices
from khaos_assets.systems.orocommerce.records import (
    Customer,
    CustomerUser,
    InventoryLevel,
    Order,
    OrderAsked,
    OrderLineItem,
    OrderOfSubtotals,
    OrderSubtotal,
    PriceList,
    PriceRow,
    Product,
    ProductPrice,
    ProductRef,
    ShippingTracking,
    SubtotalRow,
)
from khaos_assets.systems.orocommerce.resources import Resource
from khaos_assets.systems.orocommerce.shapes import Shape
from khaos_assets.systems.orocommerce.walk import walk, walk_changes
from khaos_assets.systems.read import Delta, Read, System
from khaos_assets.systems.wire import Record

ORDERS = Resource("/orders", Shape("orders", Order))
SUBTOTALS = Resource(
    "/orders", Shape("orders", OrderOfSubtotals), {"orderSubtotals": Shape("ordersubtotals", SubtotalRow)}
)
PRICES = Resource("/productprices", Shape("productprices", PriceRow), {"product": Shape("products", ProductRef)})


def _by_id(
    entity: str,
    title: str,
    type_: str,
    record: type[Record],
    *,
    change_column: str | None = "updated_at",
    units_column: str | None = None,
    in_the_day: bool = False,
) -> Read:
    """A list that is kept as it comes."""
    resource = Resource(f"/{type_}", Shape(type_, record))
    return Read(
        entity=entity,
        title=title,
        tables={entity: record},
        key=("id",),
        walk=partial(walk, resource),
        decode=partial(decode, entity, resource),
        change_column=change_column,
        units_column=units_column,
        delta=Delta(partial(walk_changes, resource)) if in_the_day else None,
    )


SYSTEM = System(
    name="orocommerce",
    title="OroCommerce",
    open_client=open_client,
    probe=probe,
    reads=(
        _by_id("products", "Products", "products", Product),
        Read(
            entity="inventory_levels",
            title="Stock by unit",
            tables={"inventory_levels": InventoryLevel},
            key=("id",),
            walk=walk_inventory_levels,
            decode=decode_inventory_levels,
            units_column="quantity",
            delta=Delta(walk_inventory_levels, merges=False),  # no change time: the whole list again
        ),
        Read(
            entity="orders",
            title="Orders",
            tables={"orders": Order, "orders_asked": OrderAsked},
            key=("id",),
            walk=partial(walk_orders, ORDERS),
            decode=partial(decode_orders, ORDERS),
            change_column="updated_at",
            value_column="total_value",
            order_references=order_references,
            delta=Delta(partial(walk_changes, ORDERS)),
        ),
        _by_id(
            "order_line_items",
            "Order lines",
            "orderlineitems",
            OrderLineItem,
            units_column="quantity",
            in_the_day=True,
        ),
        Read(
            entity="order_subtotals",
            title="Order subtotals",
            tables={"order_subtotals": OrderSubtotal},
            key=("id",),
            walk=partial(walk, SUBTOTALS),
            decode=partial(decode_subtotals, SUBTOTALS),
            delta=Delta(partial(walk_changes, SUBTOTALS), replaces=("order_id",)),
            value_column="signed_amount",
        ),
        _by_id(
            "shipping_trackings", "Shipping trackings", "ordershippingtrackings", ShippingTracking, change_column=None
        ),
        _by_id("customers", "Customers", "customers", Customer),
        _by_id("customer_users", "Customer users", "customerusers", CustomerUser),
        _by_id("price_lists", "Price lists", "pricelists", PriceList),
        Read(
            entity="product_prices",
            title="Product prices",
            tables={"product_prices": ProductPrice},
            key=("id",),
            walk=partial(walk_prices, PRICES),
            decode=partial(decode_prices, PRICES),
        ),
    ),
)
