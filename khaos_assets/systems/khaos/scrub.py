"""Taking personal data out of a document before it is kept (contract khaos, sections 3.5, 3.7 and 3.8).

What may stay is listed; everything else goes, since an element that nobody has named yet may hold a name as well.
Each function changes the document it is given and returns the names of the elements that went and are in no contract.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Callable, Iterator

from lxml import etree

from khaos_assets.systems.khaos.decode import customers, order_lines, sales_orders
from khaos_assets.systems.khaos.fields import Element, names

Scrub = Callable[[Element], Counter[str]]

_COMPANY = customers.KNOWN - {"WEB_USER", "AGENT_NAME"}
_NAMELESS = _COMPANY - {"COMPANY_NAME"}
_COMPANY_PERSONAL = names(
    "COMPANY_NAME WEB_USER AGENT_NAME WEB_PASSWORD ADDRESSES CONTACTS INVOICE_ADDRESS DELIVERY_ADDRESS EMAIL NOTES"
)
_INFO = names(
    """CompanyCode OtherRef HideCompany HoldData CreditLimit CreditOverdue CreditPending CreditUnallocated
    CreditBalance OutstandingBalance TermsLength TermsType TermsDesc CreditStop OrdersHeld PTypeID Proforma
    Supplier ECCompany POCodeRequired PaysVAT PriceLists CurrencyCode"""
)
_ORDER_PARTS = {
    "CUSTOMER_DETAIL": names("IS_NEW_CUSTOMER COMPANY_CODE OTHER_REF COMPANY_CLASS COMPANY_TYPE"),
    "ORDER_HEADER": names(
        """ORDER_DATE DELIVERY_DATE ORDER_AMOUNT ORDER_CURRENCY_CODE SITE ASSOCIATED_REF DELIVERY_NET DELIVERY_TAX
    DELIVERY_GRS COURIER_CODE COURIER_DESC SALES_SOURCE BRAND KEYCODE_CODE CHANNEL_ID SHIP_DATE
    CONSIGNMENT_REF"""
    ),
}
_ORDER_LINE = order_lines.KNOWN - {"EXTENDED_DESC"}  # personalisation: what a customer had engraved
_PAYMENT = frozenset({"PAYMENT_AMOUNT", "PAYMENT_TYPE"})
_STATUS_ATTRIBUTES = frozenset({"SORDER_CODE", "ASSOCIATED_REF"})
_CUSTOMER_ATTRIBUTES = frozenset({"COMPANY_CODE", "OTHER_REF"})


def companies(root: Element, *, key: bytes, named: Callable[[str], bool] = lambda company_class: True) -> Counter[str]:  # noqa: ARG005
    """ExportCompany: no addresses, contacts, web login or password; a name only of the classes that are `named`.

    Who is reached by the same e-mail at the same postcode is still told: by a mark in place of the two, an HMAC under
    `key`. With a key that nobody keeps, marks can be compared with one another and with nothing else.
    """
    gone: Counter[str] = Counter()
    for company in root:
        marks = sorted({hmac.digest(key, contact.encode(), "sha256").hex() for contact in _contacts(company)})
        gone.update(_keep(company, _COMPANY if named(company.findtext("COMPANY_CLASS") or "") else _NAMELESS))
        for mark in marks:
            etree.SubElement(company, customers.CONTACT_MARK).text = mark
    return _unlisted(gone, _COMPANY_PERSONAL)


def _contacts(company: Element) -> Iterator[str]:
    """E-mail and postcode of each contact that has both: without case, outer blanks, and blanks in the postcode."""
    for address in company.iterfind("ADDRESSES/ADDRESS"):
        postcode = "".join((address.findtext("POSTCODE") or "").split()).casefold()
        for email in address.iter("EMAIL"):
            reached = (email.text or "").strip().casefold()
            if reached and postcode:
                yield f"{reached}\n{postcode}"


def company_infos(result: Element) -> Counter[str]:
    """GetCompanyInfo: no name."""
    gone: Counter[str] = Counter()
    for info in result:
        gone.update(_keep(info, _INFO))
    return _unlisted(gone, frozenset({"CompanyName"}))


def order_statuses(root: Element) -> Counter[str]:
    """ExportOrderStatusEx: customer by code only, no user name, no tracking address (it may hold a postcode)."""
    gone: Counter[str] = Counter()
    for order in root:
        gone.update(_keep(order, sales_orders.KNOWN))
        _keep_attributes(order, _STATUS_ATTRIBUTES)
        for child in order:
            name = child.tag
            if name == "COMPANY_NAME":
                child.text = None
                _keep(child, frozenset())
                _keep_attributes(child, _CUSTOMER_ATTRIBUTES)
            elif name == "CANCELLED":
                _keep(child, frozenset({"CANCELLED_DATE_TIME", "REASON"}))
            elif name == "INVOICES":
                for part in child.iter():
                    if "TRACKING_URL" in part.attrib:
                        del part.attrib["TRACKING_URL"]
    return gone


def order_exports(root: Element) -> Counter[str]:
    """ExportOrders: codes, header figures, lines and payment amounts; no person, address, card or note."""
    gone: Counter[str] = Counter()
    for order in root:
        gone.update(_keep(order, frozenset({*_ORDER_PARTS, "ORDER_ITEMS", "PAYMENTS"})))
        for part in order:
            name = part.tag
            if name in _ORDER_PARTS:
                _keep(part, _ORDER_PARTS[name])
            elif name == "ORDER_ITEMS":
                for line in part:
                    gone.update(_keep(line, _ORDER_LINE))
            else:
                for payment in part:
                    _keep(payment, _PAYMENT)
    return _unlisted(gone, frozenset({"EXTENDED_DESC"}))


def price_lists(root: Element) -> Counter[str]:
    """ExportPriceListEx: customers by code only."""
    for element in root.iter():
        if "CompanyName" in element.attrib:
            del element.attrib["CompanyName"]
    return Counter()


def _keep(element: Element, names: frozenset[str]) -> list[str]:
    gone = [child for child in element if child.tag not in names]
    for child in gone:
        element.remove(child)
    return [child.tag for child in gone]


def _keep_attributes(element: Element, names: frozenset[str]) -> None:
    for name in [n for n in element.attrib if n not in names]:
        del element.attrib[name]


def _unlisted(gone: Counter[str], listed: frozenset[str]) -> Counter[str]:
    return Counter({name: count for name, count in gone.items() if name not in listed})
