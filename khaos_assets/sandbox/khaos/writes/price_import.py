"""ImportPriceLists: overwrites whole price lists (contract khaos, section 5)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from khaos_assets.sandbox.khaos.installation import Installation, Record
from khaos_assets.sandbox.khaos.markup import as_list, at, record_of
from khaos_assets.sandbox.khaos.prices import SECTIONS, kind_of
from khaos_assets.sandbox.khaos.soap import Arguments, KhaosFault, parse_xml
from khaos_assets.sandbox.khaos.writes.documents import part_of


def import_price_lists(khaos: Installation, arguments: Arguments) -> str:
    """A string whose content is undocumented; this one counts the lists. A list that does not exist is a Fault."""
    root = parse_xml(arguments["PriceList"], "PriceLists")
    if root.tag != "PriceLists":
        raise KhaosFault(f"The document is a {root.tag}, PriceLists is needed", actor="EDOMParseError")
    lists = _lists(record_of(root))
    taken = part_of(khaos, "ImportPriceLists", [at(sent, "_name") for sent in lists])
    if taken is None:
        return ""
    for sent in lists:
        if _found(khaos, sent) is None:
            raise KhaosFault(f"Price list {at(sent, '_name')!r} does not exist", actor="EWebServiceError")
    imported = [sent for sent in lists if at(sent, "_name") in taken]
    for sent in imported:
        khaos.write("ImportPriceLists", {"list": sent["_name"], "rows": sent["rows"]}, _replacing(khaos, sent))
    return f"{len(imported)} price lists imported"


def _lists(document: Any) -> list[Record]:
    """The lists of a document in the world's shape."""
    found: list[Record] = []
    for kind, section in SECTIONS.items():
        holder = document.get(section.name) if isinstance(document, dict) else None
        for entry in as_list(holder.get(section.entry)) if isinstance(holder, dict) else []:
            found.append(
                {"_name": at(entry, f"@{section.named_by}"), "_type": kind, "rows": as_list(entry.get(section.row))}
            )
    return found


def _found(khaos: Installation, sent: Record) -> Record | None:
    named = khaos.by("price_lists", "_name").get(at(sent, "_name").casefold(), [])
    return next((r for r in named if kind_of(r) == sent["_type"]), None)


def _replacing(khaos: Installation, sent: Record) -> Any:
    def replace() -> None:
        record = _found(khaos, sent)
        if record is not None:
            record["rows"] = deepcopy(sent["rows"])
            khaos.changed("price_lists")

    return replace
