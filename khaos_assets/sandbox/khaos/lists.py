"""Reference lists: classes, sources, manufacturers, countries, keycodes, commodity codes (contract khaos, 3.3 and 3.9).

A list of names is what the world's records use, unless the world has a file of that name with `{"Name": …}` records.
"""

from __future__ import annotations

from typing import Any

from khaos_assets.sandbox.khaos.installation import Installation, Record
from khaos_assets.sandbox.khaos.markup import as_list, at
from khaos_assets.sandbox.khaos.prices import get_price_lists
from khaos_assets.sandbox.khaos.signatures import TYPES
from khaos_assets.sandbox.khaos.soap import Arguments

VERSION = "8.173.2"


def get_company_class(khaos: Installation, arguments: Arguments) -> list[str]:
    """CompanyClassType 0 all, 1 those that are price lists, 2 those that are not."""
    named = _names(khaos, "company_classes", "customers", "COMPANY_CLASS")
    lists, kind = set(get_price_lists(khaos)), arguments["CompanyClassType"]
    return [n for n in named if kind == 0 or (n in lists) == (kind == 1)]


def get_company_status(khaos: Installation) -> list[str]:
    return _names(khaos, "company_statuses", "customers", "COMPANY_STATUS")


def get_sale_source(khaos: Installation) -> list[str]:
    return _names(khaos, "sale_sources", "customers", "SALE_SOURCE")


def get_manufacturer(khaos: Installation) -> list[str]:
    return _names(khaos, "manufacturers", "stock_items", "MANUFACTURER")


def get_agent_list(khaos: Installation) -> list[str]:
    return _names(khaos, "agents", "customers", "AGENT_NAME")


def get_keycode_types(khaos: Installation) -> list[str]:
    return _names(khaos, "keycode_types", "keycodes", "KeycodeTypeDesc")


def get_keycodes(khaos: Installation) -> list[Record]:
    """Expired ones are left out."""
    now = khaos.now.isoformat()
    rows = [r for r in khaos.records("keycodes") if not at(r, "ExpiryDate") or at(r, "ExpiryDate") >= now]
    return [_known("TKeycode", r) for r in rows]


def get_country_list(khaos: Installation) -> dict[str, Any]:
    """The map between the alpha-2 and alpha-3 codes that the XML mixes."""
    rows = khaos.switches.rows("GetCountryList", khaos.records("countries"), lambda r: at(r, "CountryCode2"))
    return {
        "Count": khaos.switches.count("GetCountryList", len(rows)),
        "List": [_known("TCountry", r) for r in rows],
    }


def get_harmonisation_codes(khaos: Installation) -> list[Record]:
    """Commodity codes with their items; no promise per item."""
    return [
        {"Code": at(r, "Code"), "StockItems": [_known("THarmonisationItem", i) for i in as_list(r.get("StockItems"))]}
        for r in khaos.records("harmonisation_codes")
    ]


def _names(khaos: Installation, entity: str, used_in: str, path: str) -> list[str]:
    written = [at(r, "Name") for r in khaos.records(entity)]
    used = (at(r, path) for r in khaos.records(used_in))
    return written or sorted({name for name in used if name})


def _known(kind: str, record: Record) -> Record:
    return {k: v for k, v in record.items() if k in TYPES[kind]}
