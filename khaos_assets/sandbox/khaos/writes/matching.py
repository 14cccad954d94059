"""Which customer an imported record means (contract khaos, section 5: matching of customers)."""

from __future__ import annotations

from typing import Any

from khaos_assets.sandbox.khaos.installation import Installation, Record
from khaos_assets.sandbox.khaos.markup import as_list, at

# Dropped one at a time in this order; surname and postcode never are.
_DROPPED = ("TOWN", "ADDR1", "COMPANY_NAME", "FORENAME", "CURRENCY_CODE")


def matched(khaos: Installation, wanted: Record, method: str) -> Record | None:
    """The customer a record lands on: by its codes, else by name and address. `wanted` has COMPANY_CODE, OTHER_REF,
    WEB_USER and the fields of `identity`. Switch `wrong_match`: another one of the same surname and postcode."""
    found = _by_codes(khaos, wanted) or _by_identity(khaos, wanted, with_company_name=method == "ImportOrders")
    if khaos.switches.take("wrong_match", method=method) is None:
        return found
    return next((c for c in _namesakes(khaos, wanted) if c is not found), found)


def _by_codes(khaos: Installation, wanted: Record) -> Record | None:
    for path in ("COMPANY_ID", "COMPANY_CODE", "OTHER_REF", "WEB_USER"):
        code = at(wanted, path)
        if code and (found := khaos.find("customers", path, code)) is not None:
            return found
    return None


def _by_identity(khaos: Installation, wanted: Record, *, with_company_name: bool) -> Record | None:
    """All of them must fit, then all but one."""
    fields = [f for f in _DROPPED if with_company_name or f != "COMPANY_NAME"]
    namesakes = _namesakes(khaos, wanted)
    for dropped in (None, *fields):
        for customer in namesakes:
            own = identity(customer)
            if all(_same(own[f], at(wanted, f)) for f in fields if f != dropped):
                return customer
    return None


def _namesakes(khaos: Installation, wanted: Record) -> list[Record]:
    surname, postcode = at(wanted, "SURNAME"), at(wanted, "POSTCODE")
    if not surname or not postcode:
        return []
    owns = ((c, identity(c)) for c in khaos.records("customers"))
    return [c for c, own in owns if _same(own["SURNAME"], surname) and _same(own["POSTCODE"], postcode)]


def _same(one: str, other: str) -> bool:
    return one.replace(" ", "").casefold() == other.replace(" ", "").casefold()


def identity(customer: Record) -> dict[str, str]:
    """What a customer record in the ExportCompany vocabulary is matched by: its first address and first contact."""
    address = _first(customer, "ADDRESSES", "ADDRESS")
    contact = _first(address, "CONTACTS", "CONTACT")
    return {
        "SURNAME": at(contact, "SURNAME") or at(address, "SURNAME"),
        "FORENAME": at(contact, "FORENAME") or at(address, "FORENAME"),
        "POSTCODE": at(address, "POSTCODE"),
        "TOWN": at(address, "TOWN"),
        "ADDR1": at(address, "ADDR1"),
        "COMPANY_NAME": at(customer, "COMPANY_NAME"),
        "CURRENCY_CODE": at(customer, "CURRENCY_CODE"),
    }


def _first(record: Record, holder: str, entry: str) -> Record:
    inside: Any = record.get(holder)
    entries = as_list(inside.get(entry)) if isinstance(inside, dict) else []
    return entries[0] if entries and isinstance(entries[0], dict) else {}
