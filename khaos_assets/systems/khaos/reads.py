"""Khaos Control as a system: how a client is opened, and its eight reads.

What is asked stands in `walk/`, what an answer means in `decode/`, what is kept in `records.py`.
"""

from __future__ import annotations

from khaos_assets.systems.khaos.client import open_client, probe
from khaos_assets.systems.khaos.decode.customers import decode_company_info, decode_customers
from khaos_assets.systems.khaos.decode.order_lines import decode_order_lines
from khaos_assets.systems.khaos.decode.price_lists import decode_price_lists
from khaos_assets.systems.khaos.decode.sales_orders import decode_sales_orders, order_references
from khaos_assets.systems.khaos.decode.sites import decode_sites
from khaos_assets.systems.khaos.decode.stock_items import decode_stock_items
from khaos_assets.systems.khaos.decode.stock_levels import decode_stock_levels
from khaos_assets.systems.khaos.records import (
    CompanyInfo,
    Customer,
    OrderAsked,
    OrderLine,
    PriceListRow,
    SalesOrder,
    Site,
    StockItem,
    StockLevel,
)
from khaos_assets.systems.khaos.walk.changes import changed_items, changed_orders, codes_of, moved_levels
from khaos_assets.systems.khaos.walk.companies import walk_company_info, walk_customers
from khaos_assets.systems.khaos.walk.lines import walk_order_lines
from khaos_assets.systems.khaos.walk.orders import walk_sales_orders
from khaos_assets.systems.khaos.walk.prices import walk_price_lists
from khaos_assets.systems.khaos.walk.stock import walk_sites, walk_stock_items, walk_stock_levels
from khaos_assets.systems.read import Delta, Read, System

SYSTEM = System(
    name="khaos",
    title="Khaos Control",
    open_client=open_client,
    probe=probe,
    reads=(
        Read(
            entity="sites",
            title="Stock sites",
            tables={"sites": Site},
            key=("site_id",),
            walk=walk_sites,
            decode=decode_sites,
        ),
        Read(
            entity="stock_items",
            title="Stock items",
            tables={"stock_items": StockItem},
            key=("stock_code",),
            walk=walk_stock_items,
            decode=decode_stock_items,
            change_column="last_updated",
            delta=Delta(changed_items),
        ),
        Read(
            entity="stock_levels",
            title="Stock levels",
            tables={"stock_levels": StockLevel},
            key=("stock_code", "site_name"),
            walk=walk_stock_levels,
            decode=decode_stock_levels,
            units_column="level",
            delta=Delta(moved_levels, moved=codes_of),
        ),
        Read(
            entity="customers",
            title="Customers",
            tables={"customers": Customer},
            key=("company_code",),
            walk=walk_customers,
            decode=decode_customers,
            change_column="last_updated",
        ),
        Read(
            entity="company_info",
            title="Terms and balances",
            tables={"company_info": CompanyInfo},
            key=("company_code",),
            walk=walk_company_info,
            decode=decode_company_info,
        ),
        Read(
            entity="price_lists",
            title="Price lists",
            tables={"price_lists": PriceListRow},
            key=("price_list", "section", "owner", "stock_code", "stock_type", "qty_start"),
            walk=walk_price_lists,
            decode=decode_price_lists,
        ),
        Read(
            entity="sales_orders",
            title="Sales orders",
            tables={"sales_orders": SalesOrder, "sales_orders_asked": OrderAsked},
            key=("sorder_code",),
            walk=walk_sales_orders,
            decode=decode_sales_orders,
            units_column="qty_sold",
            value_column="items_net",
            order_references=order_references,
            never_deleted=True,
            delta=Delta(changed_orders),
        ),
        Read(
            entity="order_lines",
            title="Order lines",
            tables={"order_lines": OrderLine},
            key=("sorder_code", "line_no"),
            walk=walk_order_lines,
            decode=decode_order_lines,
            units_column="order_qty",
            delta=Delta(walk_order_lines, replaces=("sorder_code",)),
        ),
    ),
)
