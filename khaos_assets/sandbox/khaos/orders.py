"""Order reads: status in both forms, and order lines with price (contract khaos, 3.7 and 3.8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from khaos_assets.sandbox.khaos.exports import document, wrap
from khaos_assets.sandbox.khaos.installation import Installation, Record, chosen, codes, local_time
from khaos_assets.sandbox.khaos.markup import as_list, at, element
from khaos_assets.sandbox.khaos.soap import Arguments, KhaosFault
from khaos_assets.sandbox.khaos.stages import ISSUED, shown_stages
from khaos_assets.sandbox.khaos.stamps import since

_BY_ORDER = {
    1: "COMPANY_NAME/@COMPANY_CODE",
    2: "COMPANY_NAME/@OTHER_REF",
    3: "@SORDER_CODE",
    4: "@ASSOCIATED_REF",
}
_CANCELLED = "1"
_RECENTLY = timedelta(hours=48)


def export_order_status_ex(khaos: Installation, arguments: Arguments) -> str:
    """3.7. Without ids both dates are needed; the window tests when the order was created, both ends included."""
    ids, mapping = codes(arguments["IDs"]), arguments["MappingType"]
    start, end = arguments["DateFrom"], arguments["DateTo"]
    if ids:
        if mapping not in _BY_ORDER:
            raise KhaosFault(f"MappingType {mapping} is not known", actor="EConvertError")
        orders = chosen(khaos.by("sales_orders", _BY_ORDER[mapping]), ids)
        inside = {id(o) for o in _created(khaos, start, end)} if start or end else None
        orders = [o for o in orders if inside is None or id(o) in inside]
    elif start is None or end is None:
        raise KhaosFault("IDs may be empty only with both dates", actor="EWebServiceError")
    else:
        orders = _created(khaos, start, end)
        if arguments["IncludeTracking"]:
            known = {id(o) for o in orders}
            orders = orders + [o for o in _tracked(khaos, start, end) if id(o) not in known]
    stages = set(codes(arguments["InvoiceStageIDs"]))
    orders = [o for o in orders if _wanted(o, arguments, stages)]
    show_items = bool(arguments["ShowItems"])
    path = khaos.switches.on("stage_path")
    return document(
        khaos,
        "ExportOrderStatusEx",
        "STATUS_LIST",
        orders,
        entity="sales_orders",
        name="ORDER_STATUS",
        key="@SORDER_CODE",
        shape=lambda o: shown_stages(path, o if show_items else _without_items(o)),
        variant=f"items={show_items} path={id(path) if path else ''}",
    )


def _created(khaos: Installation, start: datetime | None, end: datetime | None) -> list[Record]:
    return since(khaos, "sales_orders", "_created_at", key="@SORDER_CODE", start=start, until=end)


def _wanted(order: Record, arguments: Arguments, stages: set[str]) -> bool:
    cancelled = "CANCELLED" in order
    if cancelled and not arguments["IncludeCancelled"]:
        return False
    if arguments["WebOnly"] and not at(order, "@ASSOCIATED_REF"):
        return False
    if arguments["ConfirmedOnly"] and not order.get("_confirmed", True):
        return False
    if not stages:
        return True
    # A cancelled order may have lost its invoices: stage 1 still finds it.
    return (cancelled and _CANCELLED in stages) or any(at(i, "@INVOICE_STAGE_ID") in stages for i in invoices(order))


def invoices(order: Record) -> list[Record]:
    """The INVOICE elements of an order: none, one or many."""
    holder = order.get("INVOICES")
    return as_list(holder.get("INVOICE")) if isinstance(holder, dict) else []


def _without_items(order: Record) -> Record:
    kept = [{k: v for k, v in i.items() if k not in ("INVOICE_ITEMS", "BOX")} for i in invoices(order)]
    return {**order, "INVOICES": {"INVOICE": kept}} if kept else order


def _tracked(khaos: Installation, start: datetime, end: datetime) -> list[Record]:
    """Orders whose tracking changed in the window: by `_tracking_changed_at`, else by the shipment's local date."""
    found: list[Record] = []
    for order in khaos.records("sales_orders"):
        changed = local_time(at(order, "_tracking_changed_at"))
        days = [d for i in invoices(order) if at(i, "@CONSIGNMENT_REF") and (d := day_of(at(i, "@SHIP_DATE")))]
        if changed is not None:
            days = [changed]
        if any(start <= d <= end for d in days):
            found.append(order)
    return found


def day_of(text: str) -> datetime | None:
    """DD/MM/YYYY as the midnight it begins with; None where it is empty or not a date."""
    try:
        return datetime(int(text[6:]), int(text[3:5]), int(text[:2])) if text else None  # noqa: DTZ001
    except ValueError:
        return None


def export_order_status(khaos: Installation) -> str:
    """3.7, the simple form: web orders not issued, and those issued within 48 hours of the world's night. One row per
    invoice; INVOICE is empty where there is none yet. Neither cancelled orders nor credit notes."""
    method = "ExportOrderStatus"
    oldest = khaos.now - _RECENTLY
    rows: list[Record] = []
    path = khaos.switches.on("stage_path")
    for order in khaos.records("sales_orders"):
        if at(order, "@ASSOCIATED_REF") and "CANCELLED" not in order and not is_credit_note(order):
            rows += _simple_rows(shown_stages(path, order), oldest)
    rows = khaos.switches.rows(method, rows, lambda r: at(r, "@ID"))
    return wrap(khaos, method, "ORDER_STATUSES", "".join(element("ORDER", r) for r in rows))


def is_credit_note(order: Record) -> bool:
    """ORDER_TYPE speaks in letters in the sample and in numbers in its comment: S or 1 is a sales order."""
    kind = at(order, "ORDER_TYPE/@TYPE_ID") or "S"
    return kind.upper() not in ("S", "1")


def _simple_rows(order: Record, oldest: datetime) -> list[Record]:
    head: dict[str, Any] = {
        "@REF": at(order, "@ASSOCIATED_REF"),
        "@ID": at(order, "@SORDER_CODE"),
        "@URN": at(order, "COMPANY_NAME/@COMPANY_CODE"),
    }
    found = invoices(order)
    if not found:
        return [{**head, "@INVOICE": "", "@COMPLETE": 0, "@CONSIGNMENT": "", "#text": ""}]
    rows: list[Record] = []
    for n, invoice in enumerate(found, 1):
        if at(invoice, "@INVOICE_STAGE_ID") in ISSUED:
            # A date without a time: the whole day counts, so that nothing issued 48 hours ago is left out.
            day = day_of(at(invoice, "@ISSUE_DATE"))
            if day is None or day + timedelta(days=1) <= oldest:
                continue
        rows.append(
            {
                **head,
                "@INVOICE": at(invoice, "@INVOICE_CODE"),
                "@COMPLETE": -1 if at(order, "COMPLETE") == "-1" and n == len(found) else 0,
                "@CONSIGNMENT": at(invoice, "@CONSIGNMENT_REF"),
                "#text": at(invoice, "@INVOICE_STAGE_ID"),
            }
        )
    return rows


def export_orders(khaos: Installation, arguments: Arguments) -> str:
    """3.8, in the import vocabulary. MappingType 1 SO code, 2 associated ref: not the numbers of 3.7."""
    mapping, wanted = arguments["MappingType"], codes(arguments["OrderCode"])
    if mapping not in (1, 2):
        raise KhaosFault(f"MappingType {mapping} is not known", actor="EConvertError")
    path = "_sorder_code" if mapping == 1 else "ORDER_HEADER/ASSOCIATED_REF"
    return document(
        khaos,
        "ExportOrders",
        "SALES_ORDERS",
        chosen(khaos.by("order_lines", path), wanted),
        entity="order_lines",
        name="SALES_ORDER",
        key="_sorder_code",
    )
