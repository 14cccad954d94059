"""Khaos accounts, countries and deletions (contract khaos, 3.5, 3.9). Persons here are invented."""

from __future__ import annotations

from collections.abc import Iterator

from khaos_assets.sandbox.worlds.clock import WorldNight, local
from khaos_assets.sandbox.worlds.model import Customer, World
from khaos_assets.sandbox.worlds.price_lists import LISTS
from khaos_assets.sandbox.worlds.render.spelling import Record, flag
from khaos_assets.sandbox.worlds.vocabulary import COUNTRIES, TOWNS

_UNKNOWN = ("GB", "GBR", "GBP", False)


def accounts_of(world: World) -> list[Customer]:
    return sorted(world.customers, key=lambda c: c.code)


def company_list(world: World) -> Iterator[Record]:
    for customer in accounts_of(world):
        yield {"CompanyCode": customer.code, "OtherRef": customer.other_ref, "LastUpdated": local(customer.updated_at)}


def customers(world: World) -> Iterator[Record]:
    """The `COMPANY` element, with everything personal that a real export carries."""
    for number, customer in enumerate(accounts_of(world)):
        yield {
            "COMPANY_ID": customer.company_id,
            "COMPANY_CODE": customer.code,
            "OTHER_REF": customer.other_ref,
            "COMPANY_NAME": customer.name,
            "TAX_REFERENCE": customer.vat_number,
            "WEB_USER": f"{customer.code.lower()}@example.com" if customer.other_ref else "",
            "WEB_PASSWORD": "not-a-real-password" if customer.other_ref else "",
            "COMPANY_CLASS": customer.company_class,
            "COMPANY_TYPE": "Customer",
            "COMPANY_STATUS": "Active",
            "SALE_SOURCE": "Web" if customer.other_ref else "Direct",
            "CURRENCY_CODE": customer.currency,
            "CUSTOMER_DISCOUNT": "0",
            "SORDER_LOCKED": "0",
            "PAYS_VAT": flag(customer.currency == "GBP"),
            "PRICE_LISTS": _lists(customer) if customer.price_list else "",
            "ADDRESSES": {
                "ADDRESS": [
                    {
                        "ADDRTYPE": "1",
                        "INACTIVE": "0",
                        "ADDR1": f"{number % 90 + 1} Example Street",
                        "TOWN": TOWNS[number % len(TOWNS)],
                        "POSTCODE": customer.postcode,
                        "COUNTRY_CODE": COUNTRIES.get(customer.country, _UNKNOWN)[0],
                        "TEL": "01632 960001",
                        "CONTACTS": {"CONTACT": [{"FORENAME": "Sam", "SURNAME": "Specimen", "EMAIL": customer.email}]},
                    }
                ]
            },
        }


def _lists(customer: Customer) -> Record:
    currency = LISTS[customer.price_list].currency
    entry = {"@IS_NET": "-1", "@CURRENCY_CODE": currency, "@PRICELIST_TYPE": "3", "#text": customer.price_list}
    return {"PRICE_LIST": [entry]}


def company_info(world: World) -> Iterator[Record]:
    for customer in accounts_of(world):
        is_trade = customer.company_class == "Trade"
        yield {
            "CompanyCode": customer.code,
            "CompanyName": customer.name,
            "OtherRef": customer.other_ref,
            "HideCompany": 0,
            "HoldData": 0,
            "CreditLimit": "5000.00" if is_trade else "0.00",
            "CreditBalance": "0.00",
            "CreditOverdue": "120.50" if customer.on_stop else "0.00",
            "CreditPending": "0.00",
            "CreditUnallocated": "0.00",
            "OutstandingBalance": "120.50" if customer.on_stop else "0.00",
            "TermsLength": int(customer.terms.split()[0]) if is_trade else 0,
            "TermsType": 0,
            "TermsDesc": customer.terms,
            "CreditStop": customer.on_stop,
            "OrdersHeld": False,
            "PTypeID": 3 if is_trade else 2,
            "Proforma": False,
            "Supplier": False,
            "ECCompany": COUNTRIES.get(customer.country, _UNKNOWN)[3],
            "POCodeRequired": False,
            "PaysVAT": customer.currency == "GBP",
            "CurrencyCode": customer.currency,
            "PriceLists": [customer.price_list] if customer.price_list else [],
        }


def classes(world: World) -> Iterator[Record]:
    """By which arithmetic each class's orders are computed (contract 3.8); no call tells it."""
    for name, method in sorted(world.arithmetic.items()):
        yield {"Name": name, "_method": method}


def countries() -> Iterator[Record]:
    for name, (two, three, currency, is_member) in sorted(COUNTRIES.items()):
        yield {
            "CountryName": name,
            "CountryCode2": two,
            "CountryCode3": three,
            "EUMember": is_member,
            "PaysVAT": two == "GB",
            "CurrencyName": currency,
            "CurrencyCode": currency,
            "Zone": "1" if two == "GB" else "2",
        }


def deleted_entries(night: WorldNight) -> Iterator[Record]:
    """An account that was merged into another, long gone."""
    yield {
        "HEADER_ID": "4999",
        "DOCUMENT_TYPE": "5",
        "ADDITIONAL_REF": "5001",
        "DELETION_DATE": night.date.replace(day=1).strftime("%d/%m/%Y"),
        "PARENT_ID": "",
    }
