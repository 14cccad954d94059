"""ImportCreditNote of the assumed extension (contract khaos, section 5)."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from khaos_assets.sandbox.khaos.installation import Installation, Record, number
from khaos_assets.sandbox.khaos.markup import as_list, at
from khaos_assets.sandbox.khaos.orders import is_credit_note
from khaos_assets.sandbox.khaos.soap import Arguments
from khaos_assets.sandbox.khaos.stages import ISSUED_CURRENT, STAGES
from khaos_assets.sandbox.khaos.writes import movements
from khaos_assets.sandbox.khaos.writes.arithmetic import NOTHING, Amount
from khaos_assets.sandbox.khaos.writes.documents import records_in
from khaos_assets.sandbox.khaos.writes.order_money import computes_net, line_amount
from khaos_assets.sandbox.khaos.writes.outcomes import Outcome, Reason, Refused, applied, once


@dataclass(frozen=True)
class Plan:
    """A credit note that was found good."""

    note: Record
    code: str
    company: str
    total: Amount
    day: date


def import_credit_note(khaos: Installation, arguments: Arguments) -> dict[str, Any]:
    """One outcome per CREDIT_NOTE; `Code` is the credit note's code."""
    notes = records_in(arguments["CreditNotes"], "CREDIT_NOTES", "CREDIT_NOTE")
    results: list[Outcome] = []
    for n, note in enumerate(notes):
        ref, client_ref = at(note, "ASSOCIATED_REF"), arguments["ClientRef"]
        # One reference for the whole call: with several notes each has its place in it.
        own_ref = f"{client_ref}#{n}" if client_ref and len(notes) > 1 else client_ref
        results.append(once(khaos, ref, own_ref, ("credit", deepcopy(note)), lambda c=note: _import(khaos, c)))
    count = sum(1 for r in results if r.result == "APPLIED")
    return {"ImportedCount": count, "Results": [r.wire() for r in results]}


def _import(khaos: Installation, note: Record) -> Outcome:
    plan = _plan(khaos, note)
    khaos.write("ImportCreditNote", {"code": plan.code, "note": note}, lambda: _carry_out(khaos, plan))
    return applied(at(note, "ASSOCIATED_REF"), code=plan.code)


def _plan(khaos: Installation, note: Record) -> Plan:
    ref, company = at(note, "ASSOCIATED_REF"), at(note, "COMPANY_CODE")
    same = khaos.by("sales_orders", "@ASSOCIATED_REF").get(ref.casefold(), [])
    if ref and any(is_credit_note(o) for o in same):
        raise Refused(Reason.DUPLICATE_REF, f"A credit note with reference {ref} exists already")
    if (order := at(note, "SORDER_CODE")) and khaos.find("sales_orders", "@SORDER_CODE", order) is None:
        raise Refused(Reason.UNKNOWN_CODE, f"Order {order!r} does not exist")
    customer = khaos.find("customers", "COMPANY_CODE", company)
    if customer is None:
        raise Refused(Reason.UNKNOWN_CODE, f"Customer {company!r} does not exist")
    try:
        day = date.fromisoformat(at(note, "CREDIT_DATE")[:10])
    except ValueError as e:
        raise Refused(Reason.VALUE_INVALID, f"CREDIT_DATE {at(note, 'CREDIT_DATE')!r} is not yyyy-mm-dd") from e
    lines = lines_of(note)
    if not lines:
        raise Refused(Reason.VALUE_INVALID, "A credit note has at least one ITEM")
    net_method = computes_net(khaos, at(customer, "COMPANY_CLASS"))
    total = NOTHING
    for line in lines:
        item = khaos.find("stock_items", "STOCK_CODE", at(line, "STOCK_CODE"))
        if item is None:
            raise Refused(Reason.UNKNOWN_CODE, f"Stock code {at(line, 'STOCK_CODE')!r} is not matched")
        if number(line.get("QTY")) <= 0:
            raise Refused(Reason.VALUE_INVALID, f"QTY {at(line, 'QTY')!r} is not above 0")
        total += line_amount(khaos, {**line, "ORDER_QTY": line.get("QTY")}, item, net_method=net_method)
    code = f"CN{90_000_000 + len(khaos.journal.entries('khaos')) + 1}"
    return Plan(note, code, company, total, day)


def lines_of(note: Record) -> list[Record]:
    """The ITEM elements of a credit note."""
    holder: Any = note.get("ITEMS")
    return as_list(holder.get("ITEM")) if isinstance(holder, dict) else []


def _carry_out(khaos: Installation, plan: Plan) -> None:
    units = Decimal(0)
    entries: list[Record] = []
    for line in lines_of(plan.note):
        quantity = number(line.get("QTY"))
        units += quantity
        entries.append({"@STOCK_CODE": at(line, "STOCK_CODE"), "@QTY_SENT": quantity})
        item = khaos.find("stock_items", "STOCK_CODE", at(line, "STOCK_CODE"))
        if item is not None and number(line.get("RETURN_TO_STOCK")) != 0:
            movements.put_back(khaos, item, "", quantity)
    customer = khaos.find("customers", "COMPANY_CODE", plan.company) or {}
    day = plan.day.strftime("%d/%m/%Y")
    khaos.records("sales_orders").append(
        {
            "@SORDER_CODE": plan.code,
            "@ASSOCIATED_REF": at(plan.note, "ASSOCIATED_REF"),
            "_created_at": khaos.now.isoformat(),
            "COMPANY_NAME": {
                "@COMPANY_CODE": plan.company,
                "@OTHER_REF": at(customer, "OTHER_REF"),
                "#text": at(customer, "COMPANY_NAME"),
            },
            "ORDER_TYPE": {"@TYPE_ID": "C", "#text": "Credit Note"},
            "COURIER": "",
            "CURRENCY_CODE": at(plan.note, "CURRENCY_CODE") or at(customer, "CURRENCY_CODE"),
            "ITEMS_TOTAL": {"@NET_VALUE": plan.total.net, "#text": plan.total.gross},
            "DELIVERY_TOTAL": {"@NET_VALUE": "0.00", "#text": "0.00"},
            "DATE_CREATED": day,
            "DELIVERY_DATE": "",
            "QTY_SOLD": units,
            "QTY_ASSIGNED": units,
            "COMPLETE": -1,
            "INVOICES": {
                "INVOICE": [
                    {
                        "@INVOICE_CODE": plan.code,
                        "@INVOICE_STAGE_ID": ISSUED_CURRENT,
                        "@INVOICE_STAGE_DESC": STAGES[ISSUED_CURRENT],
                        "@QTY_SOLD": units,
                        "@QTY_SENT": units,
                        "@INVOICE_DATE": day,
                        "@ISSUE_DATE": day,
                        "@MOVED": -1,
                        "INVOICE_ITEMS": {"INVOICE_ITEM": entries},
                    }
                ]
            },
        }
    )
    khaos.changed("sales_orders")
