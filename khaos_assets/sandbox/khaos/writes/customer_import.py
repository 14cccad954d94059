"""ImportCompany, and the customer of an imported order (contract khaos, section 5)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from khaos_assets.sandbox.khaos.installation import Installation, Record
from khaos_assets.sandbox.khaos.markup import at
from khaos_assets.sandbox.khaos.soap import Arguments, KhaosFault
from khaos_assets.sandbox.khaos.writes.documents import client_ref_of, part_of, records_in
from khaos_assets.sandbox.khaos.writes.matching import identity, matched
from khaos_assets.sandbox.khaos.writes.outcomes import Outcome, Reason, Refused, applied, once

# Export only: ignored on import. Class is set only at creation.
_NOT_TAKEN = frozenset(
    {"COMPANY_ID", "COMPANY_CODE", "CUSTOMER_DISCOUNT", "DATE_CREATED", "AGENT_NAME", "SUPPLIER", "EC_COMPANY"}
    | {"PAYS_VAT", "VAT_RELIEF_QUALIFIED", "SORDER_LOCKED", "PROFORMA", "POCODE_REQUIRED", "PRICE_LISTS"}
    | {"PASSED_REFERENCE"}
)
_LONGEST = {"COMPANY_CODE": 10, "COMPANY_NAME": 50, "OTHER_REF": 30, "WEB_USER": 50, "TAX_REFERENCE": 20}
CREATE_OR_UPDATE, CREATE_ONLY, UPDATE_ONLY, CREATE_ALWAYS = range(4)


def import_company(khaos: Installation, arguments: Arguments) -> dict[str, Any]:
    """ImportedCount counts new customers only. Method 0 create or update, 1 create, 2 update, 3 create unmatched."""
    how = arguments["Method"]
    if how not in range(4):
        raise KhaosFault(f"Method {how} is not known", actor="EConvertError")
    companies = records_in(arguments["Customers"], "COMPANYS", "COMPANY")
    imported: list[Record] = []
    skipped: list[Record] = []
    results: list[Record] = []
    extended = khaos.offers_extension()
    refs = [at(c, "OTHER_REF") or at(c, "COMPANY_CODE") for c in companies]
    taken = part_of(khaos, "ImportCompany", refs)
    for company, ref in zip(companies, refs, strict=True):
        if taken is None:
            continue
        passed = at(company, "PASSED_REFERENCE")
        client_ref = client_ref_of(khaos, company)
        if ref in taken:
            outcome = once(
                khaos, ref, client_ref, deepcopy(company), lambda c=company, r=ref: _import(khaos, c, r, how)
            )
        else:
            outcome = Outcome(ref, "REFUSED", "", "The customer could not be processed", client_ref)
        results.append(outcome.wire())
        if outcome.result == "REFUSED":
            skipped.append({"CustomerRef": ref, "SkipReason": outcome.text, "PassedReference": passed})
        elif outcome.entry is not None:
            imported.append({**outcome.entry, "PassedReference": passed})
    new = sum(1 for i in imported if i["Action"] == "New")
    answer = {"ImportedCount": new, "CustomerImport": imported, "CustomerSkipped": skipped}
    return {**answer, "Results": results} if extended and taken is not None else answer


def _import(khaos: Installation, company: Record, ref: str, how: int) -> Outcome:
    _check(company)
    found = None if how == CREATE_ALWAYS else matched(khaos, {**identity(company), **company}, "ImportCompany")
    if found is not None and how == CREATE_ONLY:
        return applied(ref, code=at(found, "COMPANY_CODE"))
    if found is None and how == UPDATE_ONLY:
        raise Refused(Reason.UNKNOWN_CODE, f"No customer matches {ref}")
    if found is None and not at(company, "COMPANY_CLASS"):
        raise Refused(Reason.VALUE_INVALID, "COMPANY_CLASS is compulsory")
    # What is empty or absent leaves the customer's own value alone (assumed: not said).
    given = {k: v for k, v in company.items() if k not in _NOT_TAKEN and v != ""}
    if found is not None:
        given.pop("COMPANY_CLASS", None)
    customer = {**(found or _new_customer(khaos)), **given}
    code = at(customer, "COMPANY_CODE")
    action = "Update" if found is not None else "New"
    khaos.write(
        "ImportCompany",
        {"COMPANY_CODE": code, "Action": action, "company": company},
        lambda: save_customer(khaos, customer, given),
    )
    entry = {"URN": code, "Action": action, "OtherRef": at(customer, "OTHER_REF")}
    return applied(ref, code=code, entry=entry)


def _check(company: Record) -> None:
    for field, longest in _LONGEST.items():
        if len(at(company, field)) > longest:
            raise Refused(Reason.VALUE_INVALID, f"{field} is longer than {longest}")
    own = identity(company)
    for field in ("ADDR1", "TOWN", "POSTCODE", "SURNAME"):
        if not own[field]:
            raise Refused(Reason.VALUE_INVALID, f"An address with {field} is compulsory")


def _new_customer(khaos: Installation) -> Record:
    number = 90_000 + len(khaos.journal.entries("khaos")) + 1
    return {"COMPANY_ID": f"N{number}", "COMPANY_CODE": f"N{number}", "COMPANY_STATUS": "Active"}


def customer_of_order(khaos: Installation, order: Record) -> tuple[Record, Record]:
    """The customer an order lands on, and the values it is given: IS_NEW_CUSTOMER 0 updates the match, -1 makes one."""
    detail: Any = order.get("CUSTOMER_DETAIL")
    detail = detail if isinstance(detail, dict) else {}
    invoice: Any = (detail.get("ADDRESSES") or {}).get("INVADDR") if isinstance(detail.get("ADDRESSES"), dict) else {}
    invoice = invoice if isinstance(invoice, dict) else {}
    wanted = {f: at(invoice, f"I{f}") for f in ("SURNAME", "FORENAME", "POSTCODE", "TOWN", "ADDR1")}
    wanted |= {f: at(detail, f) for f in ("COMPANY_CODE", "OTHER_REF", "WEB_USER", "COMPANY_NAME")}
    wanted["CURRENCY_CODE"] = at(order, "ORDER_HEADER/ORDER_CURRENCY_CODE")
    is_new = at(detail, "IS_NEW_CUSTOMER") == "-1"
    found = None if is_new else matched(khaos, wanted, "ImportOrders")
    if found is None and not all(wanted[f] for f in ("ADDR1", "TOWN", "POSTCODE", "SURNAME")):
        raise Refused(Reason.VALUE_INVALID, "A new customer needs line 1, town, postcode and surname")
    given = {f: at(detail, f) for f in ("OTHER_REF", "WEB_USER", "COMPANY_NAME", "TAX_REFERENCE") if at(detail, f)}
    if found is not None:
        return {**found, **given}, given
    contact = {"SURNAME": wanted["SURNAME"], "FORENAME": wanted["FORENAME"]}
    address = {
        "ADDRTYPE": 1,
        **{f: wanted[f] for f in ("ADDR1", "TOWN", "POSTCODE")},
        "CONTACTS": {"CONTACT": [contact]},
    }
    new: Record = {
        **_new_customer(khaos),
        "COMPANY_CLASS": at(detail, "COMPANY_CLASS"),
        "COMPANY_TYPE": at(detail, "COMPANY_TYPE"),
        "CURRENCY_CODE": wanted["CURRENCY_CODE"],
        **given,
        "ADDRESSES": {"ADDRESS": [address]},
    }
    return new, new


def save_customer(khaos: Installation, customer: Record, given: Record) -> None:
    """Create the customer, or lay what was given over the record there is; its LastUpdated moves where that differs."""
    code = at(customer, "COMPANY_CODE")
    record = khaos.find("customers", "COMPANY_CODE", code)
    if record is None:
        khaos.records("customers").append(deepcopy(customer))
        khaos.records("company_info").append(
            {"CompanyCode": code, "CompanyName": at(customer, "COMPANY_NAME"), "CreditStop": False, "OrdersHeld": False}
        )
    elif all(record.get(k) == v for k, v in given.items()):
        return
    else:
        record.update(deepcopy(given))
    listed = khaos.find("company_list", "CompanyCode", code)
    if listed is None:
        listed = {"CompanyCode": code}
        khaos.records("company_list").append(listed)
    listed |= {"OtherRef": at(customer, "OTHER_REF"), "LastUpdated": khaos.now.isoformat()}
    khaos.changed("customers", "company_info", "company_list")
