"""Price lists: names, and their rows by list or by customer (contract khaos, 3.6)."""

from __future__ import annotations

from dataclasses import dataclass

from khaos_assets.sandbox.khaos.exports import wrap
from khaos_assets.sandbox.khaos.installation import Installation, Record, codes
from khaos_assets.sandbox.khaos.markup import as_list, at, element
from khaos_assets.sandbox.khaos.soap import Arguments, KhaosFault


@dataclass(frozen=True)
class Section:
    """How one PriceListType is written: its section, its entry with the attribute that names it, and its rows."""

    name: str
    entry: str
    named_by: str
    row: str


SECTIONS = {
    1: Section("StockItem-Customers", "StockItem-Customer", "CompanyCode", "StockItem"),
    2: Section("StockType-Customers", "StockType-Customer", "CompanyCode", "StockType"),
    3: Section("StockItem-CustomerClassificationsList", "StockItem-CustomerClassifications", "CompClass", "StockItem"),
    # "Customers" with an s and "List" at the end: the vendor's own spelling.
    4: Section("StockType-CustomersClassificationsList", "StockType-CustomerClassifications", "CompClass", "StockType"),
}
_BY_LIST_NAME = (3, 4)


def get_price_lists(khaos: Installation) -> list[str]:
    """The names of the lists, each once, in the world's order."""
    return list(dict.fromkeys(at(r, "_name") for r in khaos.records("price_lists") if kind_of(r) in _BY_LIST_NAME))


def export_price_list_ex(khaos: Installation, arguments: Arguments) -> str:
    """PriceListType decides what the CSV holds (1, 2 company codes; 3, 4 list names) and which section comes back."""
    kind, wanted = arguments["PriceListType"], [c.casefold() for c in codes(arguments["PriceLists"])]
    if kind not in SECTIONS:
        raise KhaosFault(f"PriceListType {kind} is not known", actor="EConvertError")
    lists = [r for r in khaos.records("price_lists") if kind_of(r) == kind]
    # An empty list of names is not documented; like every other empty code list it stands for all.
    found = [r for r in lists if not wanted or at(r, "_name").casefold() in wanted]
    return _document(khaos, "ExportPriceListEx", kind, found)


def export_price_list(khaos: Installation, arguments: Arguments) -> str:
    """Item lists only; blank = the list whose name begins with "web". Fails if several match."""
    wanted = arguments["PriceList"].strip().casefold()
    lists = [r for r in khaos.records("price_lists") if kind_of(r) == 3]
    found = [r for r in lists if at(r, "_name").casefold() == wanted] if wanted else []
    found = found or [r for r in lists if at(r, "_name").casefold().startswith(wanted or "web")]
    if len(found) > 1:
        raise KhaosFault(f"{len(found)} price lists match {arguments['PriceList']!r}", actor="Exception")
    return _document(khaos, "ExportPriceList", 3, found)


def kind_of(record: Record) -> int:
    """The PriceListType of a world record; item/list where it says nothing."""
    return int(record.get("_type", 3))


def _document(khaos: Installation, method: str, kind: int, lists: list[Record]) -> str:
    section = SECTIONS[kind]
    cdata = khaos.switches.take("cdata", method=method) is not None

    def text(record: Record) -> str:
        rows = khaos.switches.rows(method, as_list(record.get("rows")), lambda r: at(r, "StockCode"))
        attributes = {f"@{section.named_by}": at(record, "_name")}
        if section.named_by == "CompanyCode":
            attributes["@CompanyName"] = at(record, "_company_name")
        return element(section.entry, {**attributes, section.row: rows}, cdata=cdata)

    inner = "".join(text(r) for r in lists)
    return wrap(khaos, method, "PriceLists", f"<{section.name}>{inner}</{section.name}>" if lists else "")
