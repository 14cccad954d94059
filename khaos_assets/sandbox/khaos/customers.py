"""Customer reads: key list, detail, terms and balances, deletions (contract khaos, 3.5)."""

from __future__ import annotations

from typing import Any

from khaos_assets.sandbox.khaos.exports import document, typed_rows
from khaos_assets.sandbox.khaos.installation import Installation, Record, chosen, codes
from khaos_assets.sandbox.khaos.markup import as_list, at
from khaos_assets.sandbox.khaos.orders import day_of
from khaos_assets.sandbox.khaos.signatures import TYPES
from khaos_assets.sandbox.khaos.soap import Arguments, KhaosFault
from khaos_assets.sandbox.khaos.stamps import shown_time, since
from khaos_assets.sandbox.khaos.stock import NO_DATE

_BY_COMPANY = {1: "COMPANY_CODE", 2: "OTHER_REF", 3: "WEB_USER", 4: "COMPANY_NAME", 5: "SALE_SOURCE"}
_COMPANIES = 5
_CASE_SENSITIVE = {"SALE_SOURCE"}


def get_company_list(khaos: Installation, arguments: Arguments) -> dict[str, Any]:
    """Companies updated since the date, optionally of the classes named (case-sensitive)."""
    method, changed, classes = "GetCompanyList", arguments["LastUpdated"], codes(arguments["CompanyClassList"])
    rows = khaos.records("company_list")
    if changed is not None:
        rows = since(khaos, "company_list", "LastUpdated", key="CompanyCode", start=changed)
    if classes:
        detail = khaos.by("customers", "COMPANY_CODE")
        rows = [
            r
            for r in rows
            if any(at(d, "COMPANY_CLASS") in classes for d in detail.get(at(r, "CompanyCode").casefold(), ()))
        ]

    def shape(record: Record) -> Record:
        stamp = shown_time(khaos, "company_list", at(record, "CompanyCode"), at(record, "LastUpdated"))
        return {
            "CompanyCode": record.get("CompanyCode"),
            "OtherRef": record.get("OtherRef"),
            "LastUpdated": stamp or NO_DATE,
        }

    listed = typed_rows(khaos, method, "TCompanyListItem", rows, entity="company_list", key="CompanyCode", shape=shape)
    return {"Count": khaos.switches.count(method, len(listed)), "List": listed}


def export_company(khaos: Installation, arguments: Arguments) -> str:
    """Codes win over LastUpdated."""
    changed = arguments["LastUpdated"]
    if codes(arguments["CompanyCode"]) or changed is None:
        rows = _asked(khaos, arguments) or ([] if arguments["CompanyCode"].strip() else khaos.records("customers"))
    else:
        listed = since(khaos, "company_list", "LastUpdated", key="CompanyCode", start=changed)
        rows = chosen(khaos.by("customers", "COMPANY_CODE"), [at(r, "CompanyCode") for r in listed])
    return document(khaos, "ExportCompany", "COMPANYS", rows, entity="customers", name="COMPANY", key="COMPANY_CODE")


def get_company_info(khaos: Installation, arguments: Arguments) -> list[Any]:
    """Terms, balances and holds of the companies asked for; an empty list gives an empty answer."""
    wanted = [at(r, "COMPANY_CODE") for r in _asked(khaos, arguments)]
    if arguments["MappingType"] == 1:
        wanted = codes(arguments["CompanyCode"])

    def shape(record: Record) -> Record:
        known = {k: v for k, v in record.items() if k in TYPES["TCompanyInfo"]}
        return {**known, "PriceLists": as_list(record.get("PriceLists"))}

    return [
        *typed_rows(
            khaos,
            "GetCompanyInfo",
            "TCompanyInfo",
            chosen(khaos.by("company_info", "CompanyCode"), wanted),
            entity="company_info",
            key="CompanyCode",
            shape=shape,
        )
    ]


def _asked(khaos: Installation, arguments: Arguments) -> list[Record]:
    mapping = arguments["MappingType"]
    if mapping not in _BY_COMPANY:
        raise KhaosFault(f"MappingType {mapping} is not known", actor="EConvertError")
    path = _BY_COMPANY[mapping]
    fold = path not in _CASE_SENSITIVE
    return chosen(khaos.by("customers", path, fold=fold), codes(arguments["CompanyCode"]), fold=fold)


def get_deleted_entries(khaos: Installation, arguments: Arguments) -> str:
    """Deletions and merges of companies (type 5, the only one) whose local date lies in the window."""
    start, end = arguments["DateFrom"], arguments["DateTo"]
    rows = khaos.records("deleted_entries") if arguments["DocumentType"] == _COMPANIES else []

    def inside(record: Record) -> bool:
        day = day_of(at(record, "DELETION_DATE"))
        return day is None or ((start is None or day.date() >= start.date()) and (end is None or day <= end))

    return document(
        khaos,
        "GetDeletedEntries",
        "DELETED_ENTRIES",
        [r for r in rows if inside(r)],
        entity="deleted_entries",
        name="DELETED_ENTRY",
        key="HEADER_ID",
    )
