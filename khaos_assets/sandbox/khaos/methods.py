"""Every method of IKosWeb and the function that answers it. A method added = one line here, one in `signatures.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from khaos_assets.sandbox.khaos import customers, lists, orders, prices, stock
from khaos_assets.sandbox.khaos.installation import Installation
from khaos_assets.sandbox.khaos.soap import Arguments
from khaos_assets.sandbox.khaos.writes.credit_notes import import_credit_note
from khaos_assets.sandbox.khaos.writes.customer_import import import_company
from khaos_assets.sandbox.khaos.writes.extension import update_sales_order_status, update_stock_item
from khaos_assets.sandbox.khaos.writes.order_import import import_orders
from khaos_assets.sandbox.khaos.writes.price_import import import_price_lists
from khaos_assets.sandbox.khaos.writes.stock_import import import_stock_status

Answer = Callable[[Installation, Arguments], Any]


def _plain(answer: Callable[[Installation], Any]) -> Answer:
    """A method without arguments."""
    return lambda khaos, _: answer(khaos)


METHODS: Final[Mapping[str, Answer]] = {
    "GetVersion": lambda *_: lists.VERSION,
    "GetSiteList": stock.get_site_list,
    "GetStockList": stock.get_stock_list,
    "GetStockListCompressed": stock.get_stock_list_compressed,
    "ExportStock": stock.export_stock,
    "ExportStockCompressed": stock.export_stock_compressed,
    "ExportStockStatus": stock.export_stock_status,
    "GetStockPotential": stock.get_stock_potential,
    "GetCompanyList": customers.get_company_list,
    "ExportCompany": customers.export_company,
    "GetCompanyInfo": customers.get_company_info,
    "GetDeletedEntries": customers.get_deleted_entries,
    "GetPriceLists": _plain(prices.get_price_lists),
    "ExportPriceListEx": prices.export_price_list_ex,
    "ExportPriceList": prices.export_price_list,
    "ExportOrderStatusEx": orders.export_order_status_ex,
    "ExportOrderStatus": _plain(orders.export_order_status),
    "ExportOrders": orders.export_orders,
    "GetCompanyClass": lists.get_company_class,
    "GetCompanyStatus": _plain(lists.get_company_status),
    "GetSaleSource": _plain(lists.get_sale_source),
    "GetManufacturer": _plain(lists.get_manufacturer),
    "GetAgentList": _plain(lists.get_agent_list),
    "GetKeycodeTypes": _plain(lists.get_keycode_types),
    "GetKeycodes": _plain(lists.get_keycodes),
    "GetCountryList": _plain(lists.get_country_list),
    "GetHarmonisationCodes": _plain(lists.get_harmonisation_codes),
    "ImportOrders": import_orders,
    "ImportCompany": import_company,
    "ImportStockStatus": import_stock_status,
    "ImportPriceLists": import_price_lists,
    "UpdateSalesOrderStatus": update_sales_order_status,
    "UpdateStockItem": update_stock_item,
    "ImportCreditNote": import_credit_note,
}
