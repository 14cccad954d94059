"""The calls this project makes, with every argument in the contract's order (contract khaos, section 3).

An argument left out would probably reach the server as 0 or empty, so none ever is. Read calls only.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import IntEnum

from khaos_assets.systems.khaos.soap import Call

UNFILTERED = datetime(1970, 1, 1, tzinfo=UTC)
"""Sent as 1970-01-01T01:00:00, Unix zero in London time: no date limit."""


class DateType(IntEnum):
    """Which date of a stock item `GetStockList` tests."""

    NO_LIMIT = -1
    REVISION = 0
    MOVEMENT = 2


class ItemType(IntEnum):
    """Which stock items `GetStockList` lists."""

    ALL = 0
    STYLE_PARENTS = 1
    STYLE_CHILDREN = 2


class OrderKey(IntEnum):
    """What the ids of `ExportOrderStatusEx` are."""

    COMPANY = 1
    SO_CODE = 3
    REFERENCE = 4


class LineKey(IntEnum):
    """What the codes of `ExportOrders` are: other numbers than in `ExportOrderStatusEx`."""

    SO_CODE = 1
    REFERENCE = 2


class PriceSection(IntEnum):
    """Which section `ExportPriceListEx` gives for list names."""

    ITEM = 3
    STOCK_TYPE = 4


def joined(codes: Iterable[str]) -> str:
    """A code list. ValueError for a code that cannot be asked for."""
    listed = list(codes)
    if wrong := [c for c in listed if not askable(c)]:
        raise ValueError(f"{wrong[0]!r} cannot be asked for")
    return ",".join(listed)


def askable(code: str) -> bool:
    """Lists are comma-separated, so a code with a comma cannot be asked for; an empty one would ask for everything."""
    return bool(code.strip()) and "," not in code


def site_list() -> Call:
    return Call("GetSiteList", {})


def stock_list(date_type: DateType, item_type: ItemType, since: datetime = UNFILTERED) -> Call:
    """`since` (aware, inclusive): only items whose date of this type is not earlier."""
    return Call("GetStockList", {"DateType": int(date_type), "DateValue": since, "StockItemType": int(item_type)})


def stock_export(codes: Iterable[str]) -> Call:
    return Call("ExportStock", {"StockCode": joined(codes), "MappingType": 1, "LastUpdated": UNFILTERED})


def stock_status(codes: Iterable[str], site_id: int) -> Call:
    arguments = {"StockCode": joined(codes), "MappingType": 1, "LastUpdated": UNFILTERED}
    return Call("ExportStockStatus", {**arguments, "SiteID": site_id, "PotentialLeadTime": False})


def stock_potential(codes: Iterable[str]) -> Call:
    return Call("GetStockPotential", {"StockCode": joined(codes), "MappingType": 1})


def company_list() -> Call:
    return Call("GetCompanyList", {"LastUpdated": UNFILTERED, "CompanyClassList": ""})


def company_export(codes: Iterable[str]) -> Call:
    return Call("ExportCompany", {"CompanyCode": joined(codes), "MappingType": 1, "LastUpdated": UNFILTERED})


def company_info(codes: Iterable[str]) -> Call:
    return Call("GetCompanyInfo", {"CompanyCode": joined(codes), "MappingType": 1})


def price_list_names() -> Call:
    return Call("GetPriceLists", {})


def price_list(name: str, section: PriceSection) -> Call:
    arguments = {"PriceLists": joined([name]), "PriceListType": int(section), "PriceListIDs": False}
    return Call("ExportPriceListEx", arguments)


def order_status(ids: Iterable[str], key: OrderKey) -> Call:
    """Orders by id, whatever their date, cancelled ones included."""
    return _order_status(joined(ids), key, None, None)


def order_window(start: datetime, end: datetime) -> Call:
    """Orders of a window (aware instants), cancelled ones included."""
    return _order_status("", OrderKey.COMPANY, start, end)


def _order_status(ids: str, key: OrderKey, start: datetime | None, end: datetime | None) -> Call:
    # WebOnly false and our own filter: the guide's wording of it fits either polarity. ShowItems and IncludeCancelled
    # true: false would leave out invoice lines, and cancelled orders even where asked for by id.
    return Call(
        "ExportOrderStatusEx",
        {
            "IDs": ids,
            "MappingType": int(key),
            "WebOnly": False,
            "ConfirmedOnly": False,
            "IncludeTracking": False,
            "IncludeCancelled": True,
            "DateFrom": start,
            "DateTo": end,
            "InvoiceStageIDs": "",
            "ShowItems": True,
        },
    )


def open_web_orders() -> Call:
    return Call("ExportOrderStatus", {})


def order_export(codes: Iterable[str], key: LineKey) -> Call:
    return Call("ExportOrders", {"OrderCode": joined(codes), "MappingType": int(key)})
