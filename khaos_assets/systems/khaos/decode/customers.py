"""`COMPANYS/COMPANY` and `GetCompanyInfo`: customers, their terms and balances (contract 3.5)."""

from __future__ import annotations

from functools import partial

import msgspec

from khaos_assets.systems.khaos import soap
from khaos_assets.systems.khaos.decode.gather import Gathered, answered, document, latest, unaskable_codes
from khaos_assets.systems.khaos.decode.key_list import Key, Keys, by_code, read_list, split_askable
from khaos_assets.systems.khaos.fields import (
    MONEY,
    Element,
    Row,
    as_flag,
    as_instant,
    as_integer,
    names,
    own_text,
)
from khaos_assets.systems.khaos.records import AssignedPriceList, CompanyInfo, Customer
from khaos_assets.systems.read import Decoded, Pages, Quarantined, WalkNotes

KNOWN = names(
    """COMPANY_ID COMPANY_CODE OTHER_REF COMPANY_NAME TAX_REFERENCE WEB_USER COMPANY_CLASS COMPANY_TYPE
    COMPANY_STATUS SALE_SOURCE MAILING_STATUS PAYMENT_TYPE CURRENCY_CODE CUSTOMER_DISCOUNT DATE_CREATED
    AGENT_NAME SUPPLIER EC_COMPANY PAYS_VAT VAT_RELIEF_QUALIFIED SORDER_LOCKED PROFORMA POCODE_REQUIRED
    HIDE_COMPANY HOLD_DATA PRICE_LISTS"""
)
CONTACT_MARK = "CONTACT_MARK"
"""Put by `scrub` in place of an e-mail and its postcode: equal within one read where both are, and nowhere else."""


def decode_customers(pages: Pages, notes: WalkNotes) -> Decoded:
    """Table `customers`: each company of the final key list."""
    keys = company_keys(pages)
    folded = {c.casefold(): k for c, k in (keys or {}).items()}
    gathered = Gathered[Customer](private=names("COMPANY_NAME TAX_REFERENCE CONTACT_MARK"))
    for page in answered(pages, "ExportCompany"):
        for number, element in enumerate(elements(document(pages, page, "COMPANYS"))):
            row = Row(element)
            gathered.add(page, number, element, partial(row.required, "COMPANY_CODE"), partial(_customer, row, folded))
    if keys is not None:
        gathered.keep(lambda code: code.casefold() in folded)
    uncovered = gathered.uncovered(split_askable(keys or {})[0], notes)
    return Decoded(
        {"customers": _by_lowest_code(gathered.records())}, [*gathered.quarantined(), *_unaskable(pages)], uncovered
    )


def decode_company_info(pages: Pages, notes: WalkNotes) -> Decoded:
    """Table `company_info`: terms and balances of each company of the final key list."""
    keys = company_keys(pages)
    folded = {c.casefold() for c in keys or ()}
    gathered = Gathered[CompanyInfo]()
    for page in answered(pages, "GetCompanyInfo"):
        for number, element in enumerate(info_elements(document(pages, page, None))):
            row = Row(element)
            gathered.add(page, number, element, partial(row.required, "CompanyCode"), partial(_info, row))
    if keys is not None:
        gathered.keep(lambda code: code.casefold() in folded)
    uncovered = gathered.uncovered(split_askable(keys or {})[0], notes)
    return Decoded({"company_info": gathered.records()}, [*gathered.quarantined(), *_unaskable(pages)], uncovered)


def _by_lowest_code(records: list[Customer]) -> list[Customer]:
    """Marks, which are other ones in each read, become the lowest company code that has them."""
    lowest: dict[str, str] = {}
    for record in sorted(records, key=lambda r: r.company_code):
        for mark in record.contacts:
            lowest.setdefault(mark, record.company_code)
    return [msgspec.structs.replace(r, contacts=sorted({lowest[m] for m in r.contacts})) for r in records]


def elements(root: Element) -> list[Element]:
    return [e for e in root if e.tag == "COMPANY"]


def info_elements(result: Element) -> list[Element]:
    """The TCompanyInfo objects of an answer."""
    return [e for e in result if len(e)]


def company_keys(pages: Pages) -> Keys | None:
    """The company list taken last; None where the read did not get that far."""
    page = latest(pages, "GetCompanyList")
    return None if page is None else by_code(read_list(soap.read_answer(pages.body(page)), "CompanyCode"))


def _unaskable(pages: Pages) -> list[Quarantined]:
    keys = company_keys(pages) or {}
    return unaskable_codes(latest(pages, "GetCompanyList"), split_askable(keys)[1], "COMPANY_CODE")


def _customer(row: Row, keys: dict[str, Key]) -> Customer:
    code = row.required("COMPANY_CODE")
    key = keys.get(code.casefold())
    row.iso_date("DATE_CREATED")  # not kept, but a record with an impossible date is not to be trusted
    return Customer(
        company_id=row.required("COMPANY_ID"),
        company_code=code,
        other_ref=row.text("OTHER_REF"),
        company_name=row.text("COMPANY_NAME"),
        tax_reference=row.text("TAX_REFERENCE"),
        company_class=row.text("COMPANY_CLASS"),
        company_type=row.text("COMPANY_TYPE"),
        company_status=row.text("COMPANY_STATUS"),
        currency_code=row.text("CURRENCY_CODE"),
        sorder_locked=row.flag("SORDER_LOCKED"),
        pays_vat=row.flag("PAYS_VAT"),
        price_lists=[_assigned(e) for e in row.each("PRICE_LISTS", "PRICE_LIST") if own_text(e)],
        contacts=[m for e in row.element.iterfind(CONTACT_MARK) if (m := own_text(e)) is not None],
        last_updated=as_instant("LastUpdated", key.last_updated) if key else None,
    )


def _assigned(element: Element) -> AssignedPriceList:
    row = Row(element)
    return AssignedPriceList(
        name=own_text(element) or "",
        is_net=as_flag("PRICE_LIST@IS_NET", row.attribute("IS_NET")),
        currency_code=row.attribute("CURRENCY_CODE"),
        kind=as_integer("PRICE_LIST@PRICELIST_TYPE", row.attribute("PRICELIST_TYPE")),
    )


def _info(row: Row) -> CompanyInfo:
    names = row.child("PriceLists")
    return CompanyInfo(
        company_code=row.required("CompanyCode"),
        other_ref=row.text("OtherRef"),
        credit_limit=row.decimal("CreditLimit", MONEY),
        credit_overdue=row.decimal("CreditOverdue", MONEY),
        credit_pending=row.decimal("CreditPending", MONEY),
        credit_unallocated=row.decimal("CreditUnallocated", MONEY),
        outstanding_balance=row.decimal("OutstandingBalance", MONEY),
        terms_length=row.integer("TermsLength"),
        terms_type=row.integer("TermsType"),
        terms_desc=row.text("TermsDesc"),
        credit_stop=row.flag("CreditStop"),
        orders_held=row.flag("OrdersHeld"),
        currency_code=row.text("CurrencyCode"),
        price_lists=[t for e in (names if names is not None else ()) if (t := own_text(e)) is not None],
    )
