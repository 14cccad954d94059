"""Every method of IKosWeb and the function that answers it. A method added = one line here, one in `signatures.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from khaos_assets.sandbox.khaos import customers, lists, orders, prices, stock
from khaos_assets.sandbox.khaos.installation import Installation
from khaos_assets.sandbox.khaos.soap import Arguments

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
}
