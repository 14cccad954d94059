"""Why Khaos would not take an order: the checks of an order import (contract khaos, sections 5 and 6)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from khaos_assets.sandbox.khaos.installation import Installation, Record, number
from khaos_assets.sandbox.khaos.markup import as_list, at
from khaos_assets.sandbox.khaos.writes.movements import level_row
from khaos_assets.sandbox.khaos.writes.outcomes import Reason, Refused

# Field lengths of section 6. A string that is too long makes the import fail, it is not cut.
_LONGEST = {
    "CUSTOMER_DETAIL/COMPANY_CODE": 10,
    "CUSTOMER_DETAIL/COMPANY_NAME": 50,
    "CUSTOMER_DETAIL/OTHER_REF": 30,
    "CUSTOMER_DETAIL/WEB_USER": 50,
    "CUSTOMER_DETAIL/TAX_REFERENCE": 20,
    "ORDER_HEADER/PO_NUMBER": 30,
    **{
        f"CUSTOMER_DETAIL/ADDRESSES/{where}/{prefix}{field}": longest
        for where, prefix in (("INVADDR", "I"), ("DELADDR", "D"))
        for field, longest in {
            "ADDR1": 35,
            "ADDR2": 35,
            "ADDR3": 35,
            "TOWN": 35,
            "COUNTY": 35,
            "POSTCODE": 10,
            "EMAIL": 50,
            "TEL": 30,
            "SURNAME": 50,
            "FORENAME": 50,
            "TITLE": 20,
        }.items()
    },
}
_LONGEST_REF, _SHORT_REF = 50, 15
_BY_MAPPING = {1: ("STOCK_CODE",), 2: ("ASSOCIATED_REF",), 4: ("STOCK_DESC",)}
_BARCODE, _AUTOMATIC = 5, -1
_OTHER_FILES = (3, 6, 7)
STANDARD_CODE = 1
_PERCENT_BY_CODE = {1: Decimal(20), 2: Decimal(0), 4: Decimal(5)}


def check_order(khaos: Installation, order: Record) -> None:
    """Raise Refused where the order as a whole cannot be taken; lines are checked by `item_of` and `check_line`."""
    ref = reference(order)
    if not ref:
        raise Refused(Reason.VALUE_INVALID, "ASSOCIATED_REF is compulsory")
    longest = _SHORT_REF if khaos.switches.on("short_refs") is not None else _LONGEST_REF
    if len(ref) > longest:
        raise Refused(Reason.VALUE_INVALID, f"ASSOCIATED_REF is longer than {longest}")
    if khaos.find("sales_orders", "@ASSOCIATED_REF", ref) is not None:
        raise Refused(Reason.DUPLICATE_REF, f"An order with reference {ref} exists already")
    for path, allowed in _LONGEST.items():
        if len(at(order, path)) > allowed:
            raise Refused(Reason.VALUE_INVALID, f"{path.rsplit('/', 1)[-1]} is longer than {allowed}")
    if at(order, "CUSTOMER_DETAIL/IS_NEW_CUSTOMER") == "":
        raise Refused(Reason.VALUE_INVALID, "IS_NEW_CUSTOMER is compulsory")
    site = at(order, "ORDER_HEADER/SITE")
    if site and site not in {str(s["SiteName"]) for s in khaos.records("sites")}:
        raise Refused(Reason.UNKNOWN_CODE, f"Site {site} does not exist")
    if not lines_of(order):
        raise Refused(Reason.VALUE_INVALID, "An order has at least one ORDER_ITEM")


def reference(order: Record) -> str:
    """ASSOCIATED_REF, the guard against duplicates."""
    return at(order, "ORDER_HEADER/ASSOCIATED_REF")


def lines_of(order: Record) -> list[Record]:
    """The ORDER_ITEM elements."""
    holder: Any = order.get("ORDER_ITEMS")
    return as_list(holder.get("ORDER_ITEM")) if isinstance(holder, dict) else []


def item_of(khaos: Installation, line: Record) -> Record | None:
    """The stock item a line means by its MAPPING_TYPE; None where nothing fits. Raises Refused for a bad type."""
    code, text = at(line, "STOCK_CODE"), at(line, "MAPPING_TYPE")
    try:
        mapping = int(text)
    except ValueError as e:
        raise Refused(Reason.VALUE_INVALID, f"MAPPING_TYPE {text!r} is not a number; it is compulsory") from e
    if mapping in _BY_MAPPING or mapping == _AUTOMATIC:
        paths = _BY_MAPPING.get(mapping, ("STOCK_CODE", "ASSOCIATED_REF"))
        found = (khaos.find("stock_items", path, code) for path in paths)
        item = next((i for i in found if i is not None), None)
        if item is not None or mapping != _AUTOMATIC:
            return item
    if mapping in (_BARCODE, _AUTOMATIC):
        return next((i for i in khaos.records("stock_items") if code and code in _barcodes(i)), None)
    if mapping in _OTHER_FILES:
        return None
    raise Refused(Reason.VALUE_INVALID, f"MAPPING_TYPE {mapping} is not known")


def _barcodes(item: Record) -> set[str]:
    holder: Any = item.get("BARCODES")
    found = as_list(holder.get("BARCODE")) if isinstance(holder, dict) else []
    return {at({"B": b}, "B") for b in found}


def check_line(khaos: Installation, order: Record, line: Record, item: Record) -> None:
    """Raise Refused for a quantity, price or rate that cannot be, and for an item that may not be sold."""
    code, quantity = at(item, "STOCK_CODE"), number(line.get("ORDER_QTY"))
    if quantity <= 0:
        raise Refused(Reason.VALUE_INVALID, f"{code}: ORDER_QTY {at(line, 'ORDER_QTY')!r} is not above 0")
    for field in ("PRICE_NET", "PRICE_GRS", "KSD_DISCOUNT"):
        if (text := at(line, field)) and number(text) == 0 and text.strip("0.-") != "":
            raise Refused(Reason.VALUE_INVALID, f"{code}: {field} {text!r} is not a plain number")
    tax = at(line, "TAX_RATE")
    if tax and tax != str(STANDARD_CODE) and not at(line, "PRICE_NET"):
        raise Refused(Reason.VALUE_INVALID, f"{code}: TAX_RATE {tax} needs PRICE_NET")
    if number(item.get("DISCONTINUED")) != 0:
        raise Refused(Reason.VALUE_INVALID, f"{code} is discontinued", stock=True)
    if number(item.get("RUN_TO_ZERO")) != 0:
        row = level_row(khaos, code, at(line, "SITE") or at(order, "ORDER_HEADER/SITE"))
        if row is None or number(row.get("LEVEL")) < quantity:
            raise Refused(Reason.VALUE_INVALID, f"{code} runs to zero and has not enough stock", stock=True)


def vat_percent(line: Record, item: Record) -> Decimal:
    """The rate of a line: TAX_RATE is a code (1 standard, 2 zero, 4 reduced); else the item's own."""
    text = at(line, "TAX_RATE")
    if text.isdigit() and int(text) in _PERCENT_BY_CODE:
        return _PERCENT_BY_CODE[int(text)]
    return number(item.get("VAT_RATE", _PERCENT_BY_CODE[STANDARD_CODE]))
