"""ImportOrders: new sales orders in the import vocabulary (contract khaos, section 5)."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from khaos_assets.sandbox.khaos.installation import Installation, Record, number
from khaos_assets.sandbox.khaos.markup import as_list, at
from khaos_assets.sandbox.khaos.soap import Arguments, KhaosFault
from khaos_assets.sandbox.khaos.stages import STAGES, STAGING, WAITING_FOR_STOCK
from khaos_assets.sandbox.khaos.writes import movements, unknown_items
from khaos_assets.sandbox.khaos.writes.arithmetic import NOTHING, Amount
from khaos_assets.sandbox.khaos.writes.customer_import import customer_of_order, save_customer
from khaos_assets.sandbox.khaos.writes.documents import client_ref_of, part_of, records_in
from khaos_assets.sandbox.khaos.writes.order_checks import check_line, check_order, item_of, lines_of, reference
from khaos_assets.sandbox.khaos.writes.order_money import check_total, computes_net, delivery_amount, line_amount
from khaos_assets.sandbox.khaos.writes.outcomes import Outcome, Reason, Refused, applied, once

_PACK = "3"


@dataclass(frozen=True)
class Plan:
    """An order that was found good: everything that is decided once, so that later nights get the same."""

    order: Record
    sorder_code: str
    customer: Record
    given: Record
    """What the order tells about its customer."""
    items: list[tuple[Record, str]]
    """Lines with the code of the item each one means."""
    goods: Amount
    delivery: Amount


def import_orders(khaos: Installation, arguments: Arguments) -> dict[str, Any]:
    """Orders one by one. Not taken = `.OrderSkipped`; with the switch `business_fault` an item that may not be sold is
    a Fault instead. The same ASSOCIATED_REF is not imported twice."""
    orders = records_in(arguments["Orders"], "SALES_ORDERS", "SALES_ORDER")
    imported: list[Record] = []
    skipped: list[Record] = []
    results: list[Record] = []
    count = 0
    extended = khaos.offers_extension()
    taken = part_of(khaos, "ImportOrders", [reference(o) for o in orders])
    for order in orders:
        ref = reference(order)
        if taken is None:
            continue
        if ref not in taken:
            skipped.append({"OrderRef": ref, "SkipReason": "The order could not be processed"})
            continue
        client_ref = client_ref_of(khaos, order)
        try:
            outcome = once(khaos, ref, client_ref, deepcopy(order), lambda o=order: _import(khaos, o))
        except Refused as e:
            if khaos.switches.take("business_fault", method="ImportOrders") is not None:
                raise KhaosFault(str(e), actor="EWebServiceError", inheritance="EWebServiceError,Exception") from e
            outcome = Outcome(ref, "REFUSED", e.reason, str(e), client_ref)
        results.append(outcome.wire())
        if outcome.result == "REFUSED":
            skipped.append({"OrderRef": ref, "SkipReason": f"{outcome.text} [{outcome.reason}]"})
        else:
            imported.append(outcome.entry)
            count += outcome.result == "APPLIED"
    answer = {"ImportedCount": count, "OrderImport": imported, "OrderSkipped": skipped}
    return {**answer, "Results": results} if extended and taken is not None else answer


def _import(khaos: Installation, order: Record) -> Outcome:
    plan = _plan(khaos, order)
    code, ref = plan.sorder_code, reference(order)
    company = at(plan.customer, "COMPANY_CODE")
    khaos.write(
        "ImportOrders",
        {"SORDER_CODE": code, "ASSOCIATED_REF": ref, "COMPANY_CODE": company, "order": order},
        lambda: _carry_out(khaos, plan),
    )
    entry = {
        "SalesOrderCode": code,
        "AssociatedRef": ref,
        "Msg": "",
        "URN": company,
        "OtherRef": at(plan.customer, "OTHER_REF"),
    }
    return applied(ref, code=code, entry=entry)


def _plan(khaos: Installation, order: Record) -> Plan:
    check_order(khaos, order)
    customer, given = customer_of_order(khaos, order)
    currency = at(order, "ORDER_HEADER/ORDER_CURRENCY_CODE")
    own_currency = at(customer, "CURRENCY_CODE")
    if currency and own_currency and currency != own_currency:
        raise Refused(Reason.VALUE_INVALID, f"Currency {currency} is not the customer's {own_currency}")
    net_method = computes_net(khaos, at(customer, "COMPANY_CLASS"))
    goods = NOTHING
    items: list[tuple[Record, str]] = []
    for line in lines_of(order):
        item = item_of(khaos, line) or unknown_items.item_for(khaos, line)
        check_line(khaos, order, line, item)
        goods += line_amount(khaos, line, item, net_method=net_method)
        items.append((line, at(item, "STOCK_CODE")))
        items += [(child, at(child, "STOCK_CODE")) for child in _pack_children(khaos, order, line, item)]
    delivery = delivery_amount(order)
    check_total(order, goods.gross + delivery.gross)
    return Plan(order, _next_code(khaos), customer, given, items, goods, delivery)


def _pack_children(khaos: Installation, order: Record, line: Record, item: Record) -> list[Record]:
    """Khaos adds the children of a pack header itself, unless the order brings them (PACK_SORT_ORDER)."""
    holder: Any = item.get("LINKED_ITEMS")
    links = as_list(holder.get("LINK_ITEM")) if isinstance(holder, dict) else []
    if any(at(other, "PACK_SORT_ORDER") for other in lines_of(order)):
        return []
    return [
        {
            "STOCK_CODE": at(link, "STOCK_CODE"),
            "MAPPING_TYPE": 1,
            "ORDER_QTY": number(line.get("ORDER_QTY")) * number(link.get("LINK_VALUE")),
            "PRICE_NET": "0.00",
            "PACK_SORT_ORDER": "001.002",
        }
        for link in links
        if at(link, "LINK_TYPE") == _PACK and khaos.find("stock_items", "STOCK_CODE", at(link, "STOCK_CODE"))
    ]


def _next_code(khaos: Installation) -> str:
    """Far above the codes of any world, so that a later night cannot bring the same one."""
    return f"SO{90_000_000 + len(khaos.journal.entries('khaos')) + 1}"


def _carry_out(khaos: Installation, plan: Plan) -> None:
    """Write the order into the world as it is now: stock is assigned from the levels of that night."""
    save_customer(khaos, plan.customer, plan.given)
    site = at(plan.order, "ORDER_HEADER/SITE")
    sold = assigned = Decimal(0)
    invoice_items: list[Record] = []
    for line, code in plan.items:
        item = khaos.find("stock_items", "STOCK_CODE", code)
        quantity = number(line.get("ORDER_QTY"))
        sold += quantity
        assigned += movements.take(khaos, item, at(line, "SITE") or site, quantity) if item else quantity
        invoice_items.append({"@STOCK_CODE": code, "@QTY_SENT": "0"})
    khaos.records("sales_orders").append(_status(khaos, plan, sold, assigned, invoice_items))
    lines = deepcopy(plan.order)
    lines["_sorder_code"] = plan.sorder_code
    lines["ORDER_ITEMS"] = {"ORDER_ITEM": [deepcopy(line) for line, _ in plan.items]}
    khaos.records("order_lines").append(lines)
    khaos.changed("sales_orders", "order_lines")


def _status(khaos: Installation, plan: Plan, sold: Decimal, assigned: Decimal, invoice_items: list[Record]) -> Record:
    """The ORDER_STATUS element of a new order: one invoice, in the first stage of its way."""
    header = plan.order["ORDER_HEADER"]
    stage = STAGING if assigned == sold else WAITING_FOR_STOCK
    courier = at(header, "COURIER_DESC") or at(header, "COURIER_CODE")
    today = khaos.now.strftime("%d/%m/%Y")
    return {
        "@SORDER_CODE": plan.sorder_code,
        "@ASSOCIATED_REF": reference(plan.order),
        "_created_at": khaos.now.isoformat(),
        "COMPANY_NAME": {
            "@COMPANY_CODE": at(plan.customer, "COMPANY_CODE"),
            "@OTHER_REF": at(plan.customer, "OTHER_REF"),
            "#text": at(plan.customer, "COMPANY_NAME"),
        },
        "ORDER_TYPE": {"@TYPE_ID": "S", "#text": "Sales Order"},
        "COURIER": courier,
        "CURRENCY_CODE": at(header, "ORDER_CURRENCY_CODE") or at(plan.customer, "CURRENCY_CODE"),
        "ITEMS_TOTAL": {"@NET_VALUE": plan.goods.net, "#text": plan.goods.gross},
        "DELIVERY_TOTAL": {"@NET_VALUE": plan.delivery.net, "#text": plan.delivery.gross},
        "DATE_CREATED": today,
        "DELIVERY_DATE": "",
        "QTY_SOLD": sold,
        "QTY_ASSIGNED": assigned,
        "COMPLETE": 0,
        "INVOICES": {
            "INVOICE": [
                {
                    "@INVOICE_CODE": plan.sorder_code.replace("SO", "I"),
                    "@INVOICE_STAGE_ID": stage,
                    "@INVOICE_STAGE_DESC": STAGES[stage],
                    "@COURIER": courier,
                    "@CONSIGNMENT_REF": "",
                    "@TRACKING_URL": "",
                    "@QTY_SOLD": sold,
                    "@QTY_SENT": "0",
                    "@INVOICE_DATE": today,
                    "@SHIP_DATE": "",
                    "@ISSUE_DATE": "",
                    "@MOVED": -1,
                    "INVOICE_ITEMS": {"INVOICE_ITEM": invoice_items},
                }
            ]
        },
    }
