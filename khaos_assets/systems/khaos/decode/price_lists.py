"""`PriceLists`: rows of item and stock-type price lists (contract 3.6). No currency or date stands in this document."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from khaos_assets.systems.khaos.decode.gather import Gathered, answered, document, round_of
from khaos_assets.systems.khaos.fields import (
    MONEY,
    PERCENT,
    UNITS,
    Element,
    FieldError,
    Row,
    as_flag,
    names,
)
from khaos_assets.systems.khaos.records import PriceListRow
from khaos_assets.systems.read import Decoded, Pages, WalkNotes

_METHOD = "ExportPriceListEx"
_ROWS = ("StockItem", "StockType")
KNOWN = names(
    """StockCode StockTypeDesc QtyStart QtyEnd AmountValue DiscountValue MarkUp BuyPrice SellPrice
    BuyPriceMassage StockID CalculatedPrice TaxRate"""
)


def decode_price_lists(pages: Pages, _: WalkNotes) -> Decoded:
    """Table `price_lists`: one row per quantity break."""
    gathered = Gathered[PriceListRow]()
    # A list asked again may have lost rows: only its latest answer counts.
    newest = {(p.asked.get("list"), p.asked.get("section")): p for p in sorted(answered(pages, _METHOD), key=round_of)}
    for page in newest.values():
        name = str(page.asked.get("list", ""))
        for number, (section, owner, element) in enumerate(rows(document(pages, page, "PriceLists"))):
            row = Row(element)
            read = partial(_row, row, name, section, owner)
            gathered.add(page, number, element, partial(_key, row, name, section, owner), read)
    return Decoded({"price_lists": gathered.records()}, gathered.quarantined())


def rows(root: Element) -> Iterator[tuple[str, str | None, Element]]:
    """(section, owner, row). The owner is a customer class or company code, whichever the section names."""
    for section in root:
        for owner in section:
            named = owner.get("CompClass") or owner.get("CompanyCode")
            for element in owner:
                if element.tag in _ROWS:
                    yield section.tag, named, element


def _key(row: Row, name: str, section: str, owner: str | None) -> str:
    what = row.text("StockCode") or row.text("StockTypeDesc")
    if what is None:
        raise FieldError("StockCode", "is missing or empty")
    start = row.decimal("QtyStart", UNITS)
    return "/".join((name, section, owner or "", what, "" if start is None else f"{start.normalize():f}"))


def _row(row: Row, name: str, section: str, owner: str | None) -> PriceListRow:
    is_net = row.attribute("PricelistNet") or row.text("PricelistNet")
    return PriceListRow(
        price_list=name,
        section=section,
        owner=owner,
        stock_code=row.text("StockCode"),
        stock_type=row.text("StockTypeDesc"),
        qty_start=row.decimal("QtyStart", UNITS),
        qty_end=row.decimal("QtyEnd", UNITS),
        amount_value=row.decimal("AmountValue", MONEY),
        discount_value=row.decimal("DiscountValue", MONEY),
        mark_up=row.decimal("MarkUp", MONEY),
        buy_price=row.decimal("BuyPrice", MONEY),
        sell_price=row.decimal("SellPrice", MONEY),
        is_net=as_flag("PricelistNet", is_net),
        calculated_price=row.decimal("CalculatedPrice", MONEY),
        tax_percent=row.decimal("TaxRate", PERCENT),
    )
