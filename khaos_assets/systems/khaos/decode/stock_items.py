"""`STOCK_ITEMS/STOCK_ITEM` with the key list: the stock master (contract 3.2 and 3.3).

A style parent may hold its children nested (SCS); they become rows of their own, with the steps that led to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import msgspec

from khaos_assets.systems.khaos import soap
from khaos_assets.systems.khaos.calls import askable
from khaos_assets.systems.khaos.decode.gather import Gathered, answered, document, latest, unaskable_codes
from khaos_assets.systems.khaos.decode.key_list import Key, Keys, by_code, read_list, split_askable
from khaos_assets.systems.khaos.decode.style_tree import nested_items
from khaos_assets.systems.khaos.fields import (
    MEASURE,
    MONEY,
    PERCENT,
    UNITS,
    Element,
    FieldError,
    Row,
    as_decimal,
    as_flag,
    as_instant,
    names,
    own_text,
)
from khaos_assets.systems.khaos.records import Barcode, CountryRate, LinkItem, StockItem, StyleValue, UserDefined
from khaos_assets.systems.read import Decoded, Pages, Quarantined, WalkNotes

KNOWN = names(
    """STOCK_ID STOCK_CODE ASSOCIATED_REF STOCK_DESC DESCRIPTION LONG_DESC WEB_TEASER BUY_PRICE SELL_PRICE
    SELL_PRICE_WEB VAT_RATE COUNTRY_RATES STOCK_TTYPE STOCK_TYPE STOCK_MID_TYPE STOCK_SUB_TYPE STOCK_TTYPE_ID
    STOCK_TYPE_ID STOCK_MID_TYPE_ID STOCK_SUB_TYPE_ID MANUFACTURER SUPPLIER_STOCK_CODE SUPPLIER_STOCK_CODES
    LEAD_TIME WEIGHT HEIGHT WIDTH DEPTH COUNTRY_OF_MANUFACTURE PURCHASE_MULTIPLE STOCK_CONTROLLED DISCONTINUED
    WEB DROP_SHIP DISCOUNTS_DISABLED VAT_RELIEF_QUALIFIED RUN_TO_ZERO DELETED MIN_LEVEL SAFE_LEVEL
    REORDER_MULTIPLE SALES_MULTIPLE MAX_DISPLAY_QTY AVAILABILITY LAUNCH_DATE LAUNCH_TIME BARCODES BARS
    USER_DEFINED OPTION USER_DEFINEDS OPTIONS STOCK_OPTION IMAGE_FILENAME LINKED_ITEMS SCS"""
)


@dataclass(frozen=True)
class KeyLists:
    """The key lists taken last. Codes are looked up exactly first, then folded: Khaos compares without case."""

    keys: Keys
    folded: dict[str, Key]
    style_parents: frozenset[str]

    def key(self, code: str) -> Key | None:
        return self.keys.get(code) or self.folded.get(code.casefold())


def decode_stock_items(pages: Pages, notes: WalkNotes) -> Decoded:
    """Table `stock_items`: each item of the final key list, and the children nested in style parents."""
    lists = stock_key_lists(pages)
    flat, nested = Gathered[StockItem](), Gathered[StockItem]()
    for page in answered(pages, "ExportStock"):
        for number, element in enumerate(elements(document(pages, page, "STOCK_ITEMS"))):
            row = Row(element)
            flat.add(page, number, element, partial(row.required, "STOCK_CODE"), partial(_item, row, lists))
            for child, path in nested_in(row):
                inner = Row(child)
                read = partial(_item, inner, lists, row.child("STOCK_CODE"), path)
                nested.add(page, number, child, partial(inner.required, "STOCK_CODE"), read)
    _merge(flat, nested)
    if lists is not None:
        flat.keep(lambda code: code in nested.entries or lists.key(code) is not None)
    uncovered = flat.uncovered(asked_for(lists, notes), notes)
    return Decoded({"stock_items": flat.records()}, [*flat.quarantined(), *unaskable(pages)], uncovered)


def elements(root: Element) -> list[Element]:
    """The STOCK_ITEM elements of an export."""
    return [e for e in root if e.tag == "STOCK_ITEM"]


def nested_in(row: Row) -> list[tuple[Element, list[StyleValue]]]:
    tree = row.child("SCS")
    return [] if tree is None else list(nested_items(tree))


def stock_key_lists(pages: Pages) -> KeyLists | None:
    """The key lists taken last; None where the read did not get that far."""
    page = latest(pages, "GetStockList", date_type=-1, item_type=0)
    if page is None:
        return None
    keys = by_code(read_list(soap.read_answer(pages.body(page)), "StockCode"))
    parents = latest(pages, "GetStockList", date_type=-1, item_type=1)
    rows = [] if parents is None else read_list(soap.read_answer(pages.body(parents)), "StockCode")
    return KeyLists(keys, {c.casefold(): k for c, k in keys.items()}, frozenset(k.code.casefold() for k in rows))


def asked_for(lists: KeyLists | None, notes: WalkNotes) -> list[str]:
    """The codes that must have answered: those of the list, of a delta those that changed."""
    changed: list[str] | None = notes.facts.get("changed")
    listed = (lists.keys if lists is not None else ()) if changed is None else changed
    return [c for c in listed if askable(c)]


def unaskable(pages: Pages) -> list[Quarantined]:
    """Items of the key list whose code holds a comma."""
    lists = stock_key_lists(pages)
    page = latest(pages, "GetStockList", date_type=-1, item_type=0)
    return unaskable_codes(page, split_askable(lists.keys)[1] if lists else (), "STOCK_CODE")


def _merge(flat: Gathered[StockItem], nested: Gathered[StockItem]) -> None:
    """A child that is exported both ways keeps its own fields, and takes its steps from the tree."""
    for code, entry in nested.entries.items():
        own = flat.entries.get(code)
        if own is None:
            flat.entries[code] = entry
        elif own.record is not None and entry.record is not None:
            own.record = msgspec.structs.replace(
                own.record,
                parent_code=entry.record.parent_code,
                style_values=entry.record.style_values,
            )
    flat.unreadable.extend(nested.unreadable)


def _item(
    row: Row, lists: KeyLists | None, parent: Element | None = None, path: list[StyleValue] | None = None
) -> StockItem:
    code = row.required("STOCK_CODE")
    key = lists.key(code) if lists else None
    return StockItem(
        stock_id=row.required("STOCK_ID"),
        stock_code=code,
        other_ref=row.text("ASSOCIATED_REF"),
        stock_desc=row.text("STOCK_DESC") or row.text("DESCRIPTION"),
        long_desc=row.text("LONG_DESC"),
        web_teaser=row.text("WEB_TEASER"),
        buy_price=row.decimal("BUY_PRICE", MONEY),
        buy_price_is_net=as_flag("BUY_PRICE@IS_NET", row.child_attribute("BUY_PRICE", "IS_NET")),
        sell_price=row.decimal("SELL_PRICE", MONEY),
        sell_price_is_net=as_flag("SELL_PRICE@IS_NET", row.child_attribute("SELL_PRICE", "IS_NET")),
        sell_price_web=row.decimal("SELL_PRICE_WEB", MONEY),
        vat_percent=row.decimal("VAT_RATE", PERCENT),
        country_rates=_country_rates(row),
        stock_ttype=row.text("STOCK_TTYPE"),
        stock_type=row.text("STOCK_TYPE"),
        stock_mid_type=row.text("STOCK_MID_TYPE"),
        stock_sub_type=row.text("STOCK_SUB_TYPE"),
        manufacturer=row.text("MANUFACTURER"),
        weight_kg=row.decimal("WEIGHT", MEASURE),
        height=row.decimal("HEIGHT", MEASURE),
        width=row.decimal("WIDTH", MEASURE),
        depth=row.decimal("DEPTH", MEASURE),
        country_of_manufacture=row.text("COUNTRY_OF_MANUFACTURE"),
        lead_time_days=row.integer("LEAD_TIME"),
        stock_controlled=row.flag("STOCK_CONTROLLED"),
        discontinued=row.required_flag("DISCONTINUED"),
        web=row.required_flag("WEB"),
        drop_ship=row.flag("DROP_SHIP"),
        run_to_zero=row.required_flag("RUN_TO_ZERO"),
        do_not_show=row.flag("DELETED"),
        min_level=row.decimal("MIN_LEVEL", UNITS),
        safe_level=row.decimal("SAFE_LEVEL", UNITS),
        reorder_multiple=row.decimal("REORDER_MULTIPLE", UNITS),
        sales_multiple=row.decimal("SALES_MULTIPLE", UNITS),
        max_display_qty=row.integer("MAX_DISPLAY_QTY"),
        availability=row.text("AVAILABILITY"),
        launch_date=row.iso_date("LAUNCH_DATE"),
        barcodes=[
            Barcode(kind=e.get("DESC") or None, barcode=text)
            for e in row.each("BARCODES", "BARCODE")
            if (text := own_text(e)) is not None
        ],
        user_defined=_user_defined(row),
        options=_options(row),
        links=[_link(Row(e)) for e in row.each("LINKED_ITEMS", "LINK_ITEM")],
        is_style_parent=row.child("SCS") is not None or (lists is not None and code.casefold() in lists.style_parents),
        parent_code=own_text(parent) if parent is not None else key.parent_code if key else None,
        style_values=path or [],
        last_updated=as_instant("LastUpdated", key.last_updated) if key else None,
    )


def _country_rates(row: Row) -> list[CountryRate]:
    rates: list[CountryRate] = []
    for e in row.each("COUNTRY_RATES", "COUNTRY_RATE"):
        percent = as_decimal("COUNTRY_RATE", own_text(e), PERCENT)
        if percent is not None:
            rates.append(CountryRate(country_code=Row(e).required_attribute("COUNTRY_CODE"), percent=percent))
    return rates


def _link(row: Row) -> LinkItem:
    kind = row.integer("LINK_TYPE")
    if kind is None:
        raise FieldError("LINK_TYPE", "is missing or empty")
    return LinkItem(
        stock_code=row.required("STOCK_CODE"),
        link_type=kind,
        link_value=row.decimal("LINK_VALUE", UNITS),
        auto_add=bool(row.flag("AUTO_ADD")),
    )


def _named(row: Row, name: str) -> list[Element]:
    """Elements `name` with a NAME: children of the item, or inside a wrapper (never those of nested children)."""
    wrappers = [row.element, *(e for e in row.element if len(e) and e.tag != "SCS")]
    return [e for wrapper in wrappers for e in wrapper if e.tag == name and e.get("NAME")]


def _user_defined(row: Row) -> list[UserDefined]:
    return [
        UserDefined(name=e.get("NAME", ""), kind=e.get("TYPE") or None, value=own_text(e))
        for e in _named(row, "USER_DEFINED")
    ]


def _options(row: Row) -> list[str]:
    """Names of the user options that are set."""
    return [e.get("NAME", "") for e in _named(row, "OPTION") if as_flag("OPTION", own_text(e))]
