"""`SALES_ORDERS/SALES_ORDER` in the import vocabulary: order lines with prices (contract 3.8 and 5).

The document names no SO code: it is known from what was asked, by a reference that one order alone bears, or by one SO
code per call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from khaos_assets.systems.khaos.decode.gather import Gathered, answered, document
from khaos_assets.systems.khaos.fields import MONEY, PERCENT, UNITS, Element, FieldError, Row, names
from khaos_assets.systems.khaos.records import OrderLine
from khaos_assets.systems.read import Decoded, LandedPage, Pages, WalkNotes

KNOWN = names(
    """STOCK_CODE MAPPING_TYPE STOCK_DESC DESCRIPTION EXTENDED_DESC ORDER_QTY PRICE_NET PRICE_GRS KSD_DISCOUNT
    TAX_RATE IMPORT_REF PACK_SORT_ORDER SITE"""
)


class _Lines(Gathered[OrderLine]):
    """Lines by (SO code, number)."""


def decode_order_lines(pages: Pages, _: WalkNotes) -> Decoded:
    """Table `order_lines`. A line that breaks the contract is set aside alone, by "<SO code>/<line number>"."""
    gathered = _Lines()
    for page in answered(pages, "ExportOrders"):
        for number, (so_code, order) in enumerate(orders(document(pages, page, "SALES_ORDERS"), page.asked)):
            _add(gathered, page, number, so_code, order)
    newest = {k.rpartition("/")[0]: 0 for k in gathered.entries}
    for key, entry in gathered.entries.items():
        code = key.rpartition("/")[0]
        newest[code] = max(newest[code], entry.round)
    # An order read again may have fewer lines than before: those of an earlier round are gone.
    gathered.entries = {k: e for k, e in gathered.entries.items() if e.round == newest[k.rpartition("/")[0]]}
    return Decoded({"order_lines": sorted(gathered.records(), key=_place)}, gathered.quarantined())


def orders(root: Element, asked: Mapping[str, object]) -> Iterator[tuple[str | None, Element]]:
    """SALES_ORDER elements with their SO codes; None where what came cannot be what was asked."""
    found = [e for e in root if e.tag == "SALES_ORDER"]
    single = asked.get("sorder_code")
    if isinstance(single, str):
        yield from ((single if len(found) == 1 else None, e) for e in found)
        return
    known = asked.get("orders")
    by_reference: dict[str, str] = {str(k): str(v) for k, v in known.items()} if isinstance(known, dict) else {}
    folded = {k.casefold(): v for k, v in by_reference.items()}
    for element in found:
        reference = reference_of(element) or ""
        yield by_reference.get(reference) or folded.get(reference.casefold()), element


def reference_of(order: Element) -> str | None:
    header = Row(order).child("ORDER_HEADER")
    return None if header is None else Row(header).text("ASSOCIATED_REF")


def _add(gathered: Gathered[OrderLine], page: LandedPage, number: int, so_code: str | None, order: Element) -> None:
    row = Row(order)
    header_element = row.child("ORDER_HEADER")
    header = Row(header_element) if header_element is not None else None
    for index, element in enumerate(row.each("ORDER_ITEMS", "ORDER_ITEM")):
        line = Row(element)
        read = partial(_line, line, so_code or "", index + 1, header)
        gathered.add(page, number, element, _key(so_code, index + 1), read)


def _key(so_code: str | None, line_no: int) -> Callable[[], str]:
    def key() -> str:
        if so_code is None:
            raise FieldError("ASSOCIATED_REF", "is not one that was asked for: the order of this line is unknown")
        return f"{so_code}/{line_no}"

    return key


def _line(row: Row, so_code: str, line_no: int, header: Row | None) -> OrderLine:
    if header is not None:
        header.decimal("ORDER_AMOUNT", MONEY)  # not kept, but an order with an impossible total is not to be trusted
    quantity = row.decimal("ORDER_QTY", UNITS)
    if quantity is None:
        raise FieldError("ORDER_QTY", "is missing or empty")
    return OrderLine(
        sorder_code=so_code,
        associated_ref=header.text("ASSOCIATED_REF") if header else None,
        line_no=line_no,
        stock_code=row.text("STOCK_CODE"),
        mapping_type=row.integer("MAPPING_TYPE"),
        description=row.text("STOCK_DESC") or row.text("DESCRIPTION"),
        order_qty=quantity,
        price_net=row.decimal("PRICE_NET", MONEY),
        price_gross=row.decimal("PRICE_GRS", MONEY),
        discount_percent=row.decimal("KSD_DISCOUNT", PERCENT),
        tax_code=row.integer("TAX_RATE"),
        site=row.text("SITE") or (header.text("SITE") if header else None),
        pack_sort_order=row.text("PACK_SORT_ORDER"),
        import_ref=row.text("IMPORT_REF"),
    )


def _place(line: OrderLine) -> tuple[str, int]:
    return line.sorder_code, line.line_no
