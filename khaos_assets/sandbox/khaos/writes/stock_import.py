"""ImportStockStatus: absolute levels and prices of items at one site (contract khaos, section 5)."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

from khaos_assets.sandbox.khaos.installation import Installation, Record, number
from khaos_assets.sandbox.khaos.markup import at, record_of
from khaos_assets.sandbox.khaos.soap import Arguments, KhaosFault, parse_xml
from khaos_assets.sandbox.khaos.stock import default_site
from khaos_assets.sandbox.khaos.writes import movements
from khaos_assets.sandbox.khaos.writes.documents import client_ref_of, part_of
from khaos_assets.sandbox.khaos.writes.outcomes import Outcome, Reason, Refused, applied, once

_PRICES = {"BUY_PRICE": "BUY_PRICE", "SELL_PRICE": "SELL_PRICE", "WEBSELL_PRICE": "SELL_PRICE_WEB"}
"""Price of the status vocabulary → element of the master."""


def import_stock_status(khaos: Installation, arguments: Arguments) -> dict[str, Any]:
    """The items updated. With both switches left at their default the call changes nothing. The site is that of the
    root attribute, else the default site (assumed)."""
    root = parse_xml(arguments["StockStatus"], "STOCK_STATUS")
    if root.tag != "STOCK_STATUS":
        raise KhaosFault(f"The document is a {root.tag}, STOCK_STATUS is needed", actor="EDOMParseError")
    site = str(root.get("SITE") or default_site(khaos)["SiteName"])
    rows = [r for r in (record_of(child) for child in root if child.tag == "STOCK_ITEM") if isinstance(r, dict)]
    data, levels = bool(arguments["UpdateStockData"]), bool(arguments["UpdateStockLevels"])
    taken = part_of(khaos, "ImportStockStatus", [at(r, "@CODE") for r in rows])
    updated: list[Record] = []
    results: list[Record] = []
    for row in rows if taken is not None else []:
        code = at(row, "@CODE")
        client_ref = client_ref_of(khaos, row)
        if taken is not None and code not in taken:
            continue
        asked = {"site": site, "data": data, "levels": levels, **deepcopy(row)}
        outcome = once(khaos, code, client_ref, asked, lambda r=row: _set(khaos, r, site, data=data, levels=levels))
        results.append(outcome.wire())
        if outcome.entry is not None:
            updated.append(outcome.entry)
    answer = {"Count": khaos.switches.count("ImportStockStatus", len(updated)), "List": updated}
    return {**answer, "Results": results} if khaos.offers_extension() and taken is not None else answer


def _set(khaos: Installation, row: Record, site: str, *, data: bool, levels: bool) -> Outcome:
    code = at(row, "@CODE")
    item = khaos.find("stock_items", "STOCK_CODE", code)
    record = movements.level_row(khaos, code, site) if item is not None else None
    if item is None or record is None:
        raise Refused(Reason.UNKNOWN_CODE, f"{code!r} at {site!r} is not known")
    level = _decimal(row, "LEVEL") if levels else None
    prices = {f: p for f in _PRICES if (p := _decimal(row, f)) is not None} if data else {}
    if level is None and not prices:
        return applied(code)

    def change() -> None:
        stock_item = khaos.find("stock_items", "STOCK_CODE", code)
        stock_level = movements.level_row(khaos, code, site)
        if stock_item is None or stock_level is None:
            return
        if level is not None:
            movements.set_level(khaos, stock_item, stock_level, level)
        _set_prices(khaos, stock_item, prices)

    khaos.write("ImportStockStatus", {"CODE": code, "SITE": site, "LEVEL": level, **prices}, change)
    listed = khaos.find("stock_list", "StockCode", code) or {"StockCode": code}
    return applied(code, entry={k: v for k, v in listed.items() if not k.startswith("_")})


def _decimal(row: Record, field: str) -> Decimal | None:
    text = at(row, field)
    if not text:
        return None
    value = number(text)
    if value == 0 and text.strip("-0.") != "":
        raise Refused(Reason.VALUE_INVALID, f"{field} {text!r} is not a plain number")
    return value


def _set_prices(khaos: Installation, item: Record, prices: dict[str, Decimal]) -> None:
    """Prices belong to the item: master and every site's status row show them, and the revision date moves."""
    for field, price in prices.items():
        own = _PRICES[field]
        if isinstance(item.get(own), dict):
            item[own]["#text"] = price
        else:
            item[own] = price
        for row in khaos.by("stock_levels", "@CODE").get(at(item, "STOCK_CODE").casefold(), []):
            row[field] = price
    if prices:
        edited(khaos, item)


def edited(khaos: Installation, item: Record) -> None:
    """An item was edited: its revision date moves."""
    listed = khaos.find("stock_list", "StockCode", at(item, "STOCK_CODE"))
    if listed is not None:
        listed["LastUpdated"] = khaos.now.isoformat()
        listed["StockDesc"] = at(item, "STOCK_DESC") or listed.get("StockDesc")
    khaos.changed("stock_items", "stock_levels", "stock_list")
