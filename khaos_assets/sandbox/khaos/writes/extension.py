"""The assumed write extension: UpdateSalesOrderStatus and UpdateStockItem (contract khaos, section 5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from khaos_assets.sandbox.khaos.installation import Installation, Record, number
from khaos_assets.sandbox.khaos.markup import as_list, at
from khaos_assets.sandbox.khaos.orders import invoices
from khaos_assets.sandbox.khaos.soap import Arguments
from khaos_assets.sandbox.khaos.stages import ISSUED, ISSUED_CURRENT, STAGES
from khaos_assets.sandbox.khaos.writes.outcomes import Outcome, Reason, Refused, already, applied, once
from khaos_assets.sandbox.khaos.writes.stock_import import edited

_WRITABLE = {
    "STOCK_DESC": 250,
    "LONG_DESC": None,
    "MANUFACTURER": 50,
    "COUNTRY_OF_MANUFACTURE": 50,
    "AVAILABILITY": 250,
}
_DECIMALS = ("WEIGHT", "HEIGHT", "WIDTH", "DEPTH")
_USER_DEFINED = "USER_DEFINED:"
_NEVER_BY_HAND = frozenset({1, 9})


def update_sales_order_status(khaos: Installation, arguments: Arguments) -> dict[str, Any]:
    """Moves one invoice to a stage and sets its shipment; an empty argument leaves its field alone."""
    asked = {k: v for k, v in arguments.items() if k != "ClientRef"}
    outcome = once(khaos, asked["SOrderCode"], arguments["ClientRef"], ("status", asked), lambda: _move(khaos, asked))
    return {"Results": [outcome.wire()]}


def _move(khaos: Installation, asked: dict[str, Any]) -> Outcome:
    order = khaos.find("sales_orders", "@SORDER_CODE", asked["SOrderCode"])
    if order is None:
        raise Refused(Reason.UNKNOWN_CODE, f"Order {asked['SOrderCode']!r} does not exist")
    invoice = _invoice(order, asked["InvoiceCode"])
    wanted = _wanted(khaos, order, invoice, asked)
    code, invoice_code = at(order, "@SORDER_CODE"), at(invoice, "@INVOICE_CODE")
    if not wanted:
        return already(code, code=invoice_code)

    def change() -> None:
        now_order = khaos.find("sales_orders", "@SORDER_CODE", code)
        if now_order is not None:
            for own in invoices(now_order):
                if at(own, "@INVOICE_CODE") == invoice_code:
                    own.update(wanted)
                    _issue(khaos, now_order, own, wanted)
            now_order["_tracking_changed_at"] = khaos.now.isoformat()
            khaos.changed("sales_orders")

    khaos.write("UpdateSalesOrderStatus", {"SORDER_CODE": code, "INVOICE_CODE": invoice_code, **wanted}, change)
    return applied(code, code=invoice_code)


def _invoice(order: Record, invoice_code: str) -> Record:
    found = invoices(order)
    if invoice_code:
        named = [i for i in found if at(i, "@INVOICE_CODE").casefold() == invoice_code.casefold()]
        if not named:
            raise Refused(Reason.UNKNOWN_CODE, f"Invoice {invoice_code!r} is not of this order")
        return named[0]
    still_open = [i for i in found if at(i, "@INVOICE_STAGE_ID") not in ISSUED] or found
    if len(still_open) > 1:
        raise Refused(Reason.AMBIGUOUS_INVOICE, "The order has several invoices; name one")
    if not still_open:
        raise Refused(Reason.STAGE_NOT_ALLOWED, "The order has no invoice yet")
    return still_open[0]


def _wanted(khaos: Installation, order: Record, invoice: Record, asked: dict[str, Any]) -> dict[str, Any]:
    """The attributes that would change."""
    wanted: dict[str, Any] = {}
    stage, now = asked["InvoiceStageID"], at(invoice, "@INVOICE_STAGE_ID")
    if stage:
        path = khaos.switches.on("stage_path") or {}
        known = set(STAGES) | {int(s) for s in path.get("map", {}).values()}
        if "CANCELLED" in order or stage not in known - _NEVER_BY_HAND:
            raise Refused(Reason.STAGE_NOT_ALLOWED, f"Stage {stage} is not allowed for this order")
        if now in ISSUED and str(stage) not in ISSUED:
            raise Refused(Reason.STAGE_NOT_ALLOWED, "An issued invoice does not go back")
        wanted |= {"@INVOICE_STAGE_ID": stage, "@INVOICE_STAGE_DESC": STAGES.get(stage, f"Stage {stage}")}
    for attribute, value in (("@COURIER", asked["Courier"]), ("@CONSIGNMENT_REF", asked["ConsignmentRef"])):
        if value:
            wanted[attribute] = value
    if asked["ShipDate"]:
        try:
            wanted["@SHIP_DATE"] = date.fromisoformat(asked["ShipDate"]).strftime("%d/%m/%Y")
        except ValueError as e:
            raise Refused(Reason.VALUE_INVALID, f"ShipDate {asked['ShipDate']!r} is not yyyy-mm-dd") from e
    changes = {k: v for k, v in wanted.items() if at(invoice, k) != str(v)}
    if "@INVOICE_STAGE_ID" in changes:
        changes["@MOVED"] = -1
    return changes


def _issue(khaos: Installation, order: Record, invoice: Record, wanted: dict[str, Any]) -> None:
    """Issued: all of the invoice is sent; the order is complete when all is assigned and every invoice issued."""
    if wanted.get("@INVOICE_STAGE_ID") == ISSUED_CURRENT:
        invoice["@ISSUE_DATE"] = khaos.now.strftime("%d/%m/%Y")
        invoice["@QTY_SENT"] = invoice.get("@QTY_SOLD", "")
        entries = as_list((invoice.get("INVOICE_ITEMS") or {}).get("INVOICE_ITEM"))
        missing = number(invoice.get("@QTY_SENT")) - sum((number(e.get("@QTY_SENT")) for e in entries), Decimal(0))
        ordered = _ordered(khaos, order)
        for entry in entries if missing > 0 else []:
            entry["@QTY_SENT"] = ordered.get(at(entry, "@STOCK_CODE").casefold(), number(entry.get("@QTY_SENT")))
    all_issued = all(at(i, "@INVOICE_STAGE_ID") in ISSUED for i in invoices(order))
    if all_issued and number(order.get("QTY_ASSIGNED")) == number(order.get("QTY_SOLD")):
        order["COMPLETE"] = -1


def _ordered(khaos: Installation, order: Record) -> dict[str, Decimal]:
    units: dict[str, Decimal] = {}
    for lines in khaos.by("order_lines", "_sorder_code").get(at(order, "@SORDER_CODE").casefold(), []):
        for line in as_list((lines.get("ORDER_ITEMS") or {}).get("ORDER_ITEM")):
            code = at(line, "STOCK_CODE").casefold()
            units[code] = units.get(code, Decimal(0)) + number(line.get("ORDER_QTY"))
    return units


def update_stock_item(khaos: Installation, arguments: Arguments) -> dict[str, Any]:
    """Sets one field of one item; only the fields the contract names."""
    asked = {k: v for k, v in arguments.items() if k != "ClientRef"}
    outcome = once(khaos, asked["StockCode"], arguments["ClientRef"], ("item", asked), lambda: _edit(khaos, **asked))
    return {"Results": [outcome.wire()]}


def _edit(khaos: Installation, StockCode: str, Field: str, Value: str) -> Outcome:  # noqa: N803 (exact wire words)
    item = khaos.find("stock_items", "STOCK_CODE", StockCode)
    if item is None:
        raise Refused(Reason.UNKNOWN_CODE, f"Item {StockCode!r} does not exist")
    code, value = at(item, "STOCK_CODE"), _checked(Field, Value)
    if _field(item, Field) == value:
        return already(code, code=code)

    def change() -> None:
        now_item = khaos.find("stock_items", "STOCK_CODE", code)
        if now_item is not None:
            _set_field(now_item, Field, value)
            edited(khaos, now_item)

    khaos.write("UpdateStockItem", {"STOCK_CODE": code, "Field": Field, "Value": value}, change)
    return applied(code, code=code)


def _checked(field: str, value: str) -> str:
    """The value as it is stored. Raises Refused where the field or the value is not allowed."""
    if field in _WRITABLE or field.startswith(_USER_DEFINED):
        longest = _WRITABLE.get(field)
        if longest is not None and len(value) > longest:
            raise Refused(Reason.VALUE_INVALID, f"{field} is longer than {longest}")
        return value.strip()
    if field in _DECIMALS:
        if number(value) < 0 or (number(value) == 0 and value.strip("0.") != ""):
            raise Refused(Reason.VALUE_INVALID, f"{field} {value!r} is not a plain number")
        return value
    if field == "LAUNCH_DATE":
        try:
            return date.fromisoformat(value).isoformat() if value else ""
        except ValueError as e:
            raise Refused(Reason.VALUE_INVALID, f"{field} {value!r} is not yyyy-mm-dd") from e
    if field == "DISCONTINUED":
        if value not in ("0", "-1"):
            raise Refused(Reason.VALUE_INVALID, f"{field} {value!r} is not 0 or -1")
        return value
    raise Refused(Reason.FIELD_NOT_WRITABLE, f"{field} cannot be written")


def _field(item: Record, field: str) -> str:
    if not field.startswith(_USER_DEFINED):
        return at(item, field)
    name = field.removeprefix(_USER_DEFINED)
    return next((at({"U": u}, "U") for u in as_list(item.get("USER_DEFINED")) if at(u, "@NAME") == name), "")


def _set_field(item: Record, field: str, value: str) -> None:
    if not field.startswith(_USER_DEFINED):
        item[field] = value
        return
    name = field.removeprefix(_USER_DEFINED)
    others = [u for u in as_list(item.get("USER_DEFINED")) if at(u, "@NAME") != name]
    item["USER_DEFINED"] = [*others, {"@NAME": name, "@TYPE": "text", "#text": value}]
