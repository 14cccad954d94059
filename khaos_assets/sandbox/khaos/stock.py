"""Stock reads: sites, key list, master, status, potential (contract khaos, 3.1 to 3.4)."""

from __future__ import annotations

from typing import Any

from khaos_assets.sandbox.khaos.exports import DECLARATION, compressed, document, typed_rows
from khaos_assets.sandbox.khaos.installation import Installation, Record, chosen, codes
from khaos_assets.sandbox.khaos.markup import at, element
from khaos_assets.sandbox.khaos.soap import Arguments, KhaosFault
from khaos_assets.sandbox.khaos.stamps import shown_time, since
from khaos_assets.sandbox.khaos.styles import with_children, with_parents

NO_DATE = "1899-12-30T00:00:00"
_BY_ITEM = {1: "STOCK_CODE", 2: "ASSOCIATED_REF", 4: "STOCK_DESC"}
_BY_LEVEL = {1: "@CODE", 2: "@OTHER_REF", 4: "@DESC"}
_STAMPS = {0: "LastUpdated", 1: "_launch_date", 2: "_movement_date"}


def get_site_list(khaos: Installation, arguments: Arguments) -> dict[str, Any]:
    """3.1. No Count; CurrentSiteID is the default site."""
    del arguments
    sites = khaos.switches.rows("GetSiteList", khaos.records("sites"), lambda r: at(r, "SiteName"))
    return {
        "List": [{"SiteID": s["SiteID"], "SiteName": s["SiteName"]} for s in sites],
        "CurrentSiteID": default_site(khaos)["SiteID"],
    }


def default_site(khaos: Installation) -> Record:
    """The site that stock calls speak of when none is given."""
    sites = khaos.records("sites")
    if not sites:
        raise KhaosFault("No site is set up", actor="EWebServiceError")
    return next((s for s in sites if s.get("_current")), sites[0])


def get_stock_list(khaos: Installation, arguments: Arguments, method: str = "GetStockList") -> dict[str, Any]:
    """3.2. DateType -1 = no date limit; an item that lacks the date asked for drops out of a dated call."""
    rows = typed_rows(
        khaos,
        method,
        "TStockListItem",
        _listed(khaos, arguments),
        entity="stock_list",
        key="StockCode",
        shape=lambda r: _list_item(khaos, r),
    )
    return {"Count": khaos.switches.count(method, len(rows)), "List": rows}


def get_stock_list_compressed(khaos: Installation, arguments: Arguments) -> dict[str, Any]:
    """The same list; the XML inside is unseen, so this one is ours (section 3.2, assumed)."""
    method = "GetStockListCompressed"
    rows = khaos.switches.rows(method, _listed(khaos, arguments), lambda r: at(r, "StockCode"))
    inner = "".join(element("STOCK_ITEM", _list_item(khaos, r)) for r in rows)
    count = khaos.switches.count(method, len(rows))
    xml = khaos.switches.document(method, f'{DECLARATION}<STOCK_LIST COUNT="{count}">{inner}</STOCK_LIST>')
    return compressed(khaos, method, xml, arguments["CompressionMethod"], "StockList.xml")


def _listed(khaos: Installation, arguments: Arguments) -> list[Record]:
    kind, value, wanted = arguments["DateType"], arguments["DateValue"], arguments["StockItemType"]
    if kind not in (-1, *_STAMPS) or wanted not in (0, 1, 2):
        raise KhaosFault(f"GetStockList: DateType {kind}, StockItemType {wanted} are not known", actor="EConvertError")
    rows = khaos.records("stock_list")
    if kind != -1 and value is not None:
        rows = since(khaos, "stock_list", _STAMPS[kind], key="StockCode", start=value)
    return rows if wanted == 0 else [r for r in rows if r.get("_item_type", 0) == wanted]


def _list_item(khaos: Installation, record: Record) -> Record:
    return {
        "StockCode": record.get("StockCode"),
        "OtherRef": record.get("OtherRef"),
        "StockDesc": record.get("StockDesc"),
        "ParentCode": record.get("ParentCode"),
        "ParentOtherRef": record.get("ParentOtherRef"),
        "LastUpdated": shown_time(khaos, "stock_list", at(record, "StockCode"), at(record, "LastUpdated")) or NO_DATE,
    }


def export_stock(khaos: Installation, arguments: Arguments, method: str = "ExportStock") -> str:
    """3.3. Codes win over LastUpdated; children of a style go out flat or nested in their parent (`styles.py`)."""
    items = with_parents(khaos, _asked(khaos, arguments, "stock_items", _BY_ITEM, "STOCK_CODE"))
    return document(
        khaos,
        method,
        "STOCK_ITEMS",
        items,
        entity="stock_items",
        name="STOCK_ITEM",
        key="STOCK_CODE",
        shape=lambda r: with_children(khaos, r),
        variant=f"switched={khaos.switches.on('nested_scs') is not None}",
    )


def export_stock_compressed(khaos: Installation, arguments: Arguments) -> dict[str, Any]:
    """3.3, as ZIP or BZip2."""
    xml = export_stock(khaos, arguments, "ExportStockCompressed")
    return compressed(khaos, "ExportStockCompressed", xml, arguments["CompressionMethod"], "Stock.xml")


def export_stock_status(khaos: Installation, arguments: Arguments) -> str:
    """3.4. SiteID not given (0) = the default site only; -1 = all sites, one row per item and site with SITE in it.
    Switches: `ignore_site`, `per_site_rows` (newer output: rows name their site; `all_sites`: calls show all sites)."""
    method, asked_site = "ExportStockStatus", arguments["SiteID"]
    per_site = khaos.switches.take("per_site_rows", method=method)
    if khaos.switches.take("ignore_site", method=method) is not None:
        asked_site = 0
    if per_site is not None and per_site.get("all_sites"):
        asked_site = -1
    site = default_site(khaos) if asked_site in (0, -1) else _site(khaos, asked_site)
    rows = _asked(khaos, arguments, "stock_levels", _BY_LEVEL, "@CODE")
    if asked_site != -1:
        rows = [r for r in rows if r.get("_site", site["SiteName"]) == site["SiteName"]]
    named = asked_site == -1 or per_site is not None
    return document(
        khaos,
        method,
        "STOCK_STATUS",
        rows,
        entity="stock_levels",
        name="STOCK_ITEM",
        key="@CODE",
        shape=(lambda r: {**r, "SITE": r.get("_site", site["SiteName"])}) if named else None,
        variant="named" if named else "",
        attributes={"SITE": "" if asked_site == -1 else str(site["SiteName"])},
    )


def _site(khaos: Installation, number: int) -> Record:
    for site in khaos.records("sites"):
        if site["SiteID"] == number:
            return site
    raise KhaosFault(
        f"Site {number} does not exist", actor="EWebServiceError", inheritance="EWebServiceError,Exception"
    )


def _asked(khaos: Installation, arguments: Arguments, entity: str, paths: dict[int, str], code: str) -> list[Record]:
    """Records by code list, else by LastUpdated of the key list (inclusive), else all."""
    mapping, wanted, changed = arguments["MappingType"], codes(arguments["StockCode"]), arguments["LastUpdated"]
    if wanted:
        if mapping not in paths:
            raise KhaosFault(f"MappingType {mapping} is not known", actor="EConvertError")
        return chosen(khaos.by(entity, paths[mapping]), wanted)
    if changed is None:
        return khaos.records(entity)
    listed = since(khaos, "stock_list", "LastUpdated", key="StockCode", start=changed)
    return chosen(khaos.by(entity, code), [at(r, "StockCode") for r in listed])


def get_stock_potential(khaos: Installation, arguments: Arguments) -> list[Any]:
    """3.4. MappingType 0 STOCK_ID (the default!), 1 code, 2 other ref, 4 description; no codes, no rows."""
    mapping, wanted = arguments["MappingType"], codes(arguments["StockCode"])
    paths = {0: "STOCK_ID", **_BY_ITEM}
    if mapping not in paths:
        raise KhaosFault(f"MappingType {mapping} is not known", actor="EConvertError")
    if mapping != 1:
        wanted = [at(r, "STOCK_CODE") for r in chosen(khaos.by("stock_items", paths[mapping]), wanted)]
    return [
        *typed_rows(
            khaos,
            "GetStockPotential",
            "TStockPotential",
            chosen(khaos.by("stock_potential", "StockCode"), wanted),
            entity="stock_potential",
            key="StockCode",
            shape=lambda r: {**r, "StockDesc": ""},
        )
    ]
