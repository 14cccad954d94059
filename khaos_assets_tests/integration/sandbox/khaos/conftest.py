"""A small Khaos world by hand, an ordinary SOAP client given only the WSDL's address, and an import document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import zeep
from lxml import etree

from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox, write_world

EVERYTHING = "1970-01-01T01:00:00"
WSDL = "/KhaosSIM.exe/wsdl/IKosWeb"
SOAP = "/KhaosSIM.exe/soap/IKosWeb"

Record = dict[str, Any]


def listed(code: str, **more: Any) -> Record:
    return {
        "StockCode": code,
        "OtherRef": f"REF-{code}",
        "StockDesc": f"Item {code}",
        "ParentCode": "",
        "ParentOtherRef": "",
        "LastUpdated": "2026-11-10T09:00:00",
        "_item_type": 0,
        "_movement_date": "2026-11-15T09:00:00",
        **more,
    }


def item(code: str, **more: Any) -> Record:
    return {
        "STOCK_ID": f"I{code}_",
        "STOCK_CODE": code,
        "ASSOCIATED_REF": f"REF-{code}",
        "STOCK_DESC": f"Item {code}",
        "SELL_PRICE": {"@IS_NET": "0", "#text": "12.00"},
        "VAT_RATE": "20",
        "MANUFACTURER": "Potteries",
        "STOCK_CONTROLLED": "-1",
        "DISCONTINUED": "0",
        "RUN_TO_ZERO": "0",
        **more,
    }


def level(code: str, site: str, units: str) -> Record:
    return {"@CODE": code, "@ID": f"I{code}_", "@DESC": f"Item {code}", "LEVEL": units, "STATUS": "0", "_site": site}


def order(code: str, reference: str, created: str, *invoices: Record, **more: Any) -> Record:
    year, month, day = created[:10].split("-")
    return {
        "@SORDER_CODE": code,
        "@ASSOCIATED_REF": reference,
        "COMPANY_NAME": {"@COMPANY_CODE": "C1", "@OTHER_REF": "SHOP-1", "#text": "Ms Example"},
        "ORDER_TYPE": {"@TYPE_ID": "S", "#text": "Sales Order"},
        "COURIER": "DPD",
        "CURRENCY_CODE": "GBP",
        "ITEMS_TOTAL": {"@NET_VALUE": "20.00", "#text": "24.00"},
        "DATE_CREATED": f"{day}/{month}/{year}",
        "QTY_SOLD": "2",
        "QTY_ASSIGNED": "2",
        "COMPLETE": "0",
        "INVOICES": {"INVOICE": list(invoices)} if invoices else "",
        "_created_at": created,
        **more,
    }


def invoice(code: str, stage: int, issued: str = "", **more: Any) -> Record:
    return {
        "@INVOICE_CODE": code,
        "@INVOICE_STAGE_ID": str(stage),
        "@COURIER": "DPD",
        "@CONSIGNMENT_REF": "",
        "@QTY_SOLD": "2",
        "@QTY_SENT": "0",
        "@SHIP_DATE": "",
        "@ISSUE_DATE": issued,
        "INVOICE_ITEMS": {"INVOICE_ITEM": [{"@STOCK_CODE": "MUG", "@QTY_SENT": "0"}]},
        **more,
    }


CANCELLED = {"CANCELLED_DATE_TIME": "2026-11-12 10:00:00", "REASON": "Changed mind", "USER_NAME": "SALES"}

WORLD: dict[str, list[Record]] = {
    "khaos/sites": [
        {"SiteID": 1, "SiteName": "Main", "_current": True},
        {"SiteID": 7, "SiteName": "Shop", "_current": False},
    ],
    "khaos/stock_list": [
        listed("MUG"),
        listed("TEE", _item_type=1),
        listed("TEE-R", _item_type=2, ParentCode="TEE", ParentOtherRef="REF-TEE"),
        listed("TEE-B", _item_type=2, ParentCode="TEE", ParentOtherRef="REF-TEE"),
        listed("SET", LastUpdated="2026-11-18T09:00:00"),
        listed("OLD"),
        listed("LAST"),
    ],
    "khaos/stock_items": [
        item("MUG", STOCK_DESC="Mug & <jug> ‘blue’"),
        item("TEE", STOCK_CONTROLLED="0"),
        item("TEE-R", _parent_code="TEE", _style_values=[{"level": 1, "heading": "Colour", "value": "Red"}]),
        item("TEE-B", _parent_code="TEE", _style_values=[{"level": 1, "heading": "Colour", "value": "Blue"}]),
        item(
            "SET",
            STOCK_CONTROLLED="0",
            LINKED_ITEMS={"LINK_ITEM": [{"STOCK_CODE": "MUG", "LINK_TYPE": "3", "LINK_VALUE": "2", "AUTO_ADD": "-1"}]},
        ),
        item("OLD", DISCONTINUED="-1"),
        item("LAST", RUN_TO_ZERO="-1"),
    ],
    "khaos/stock_levels": [
        level(code, site, units)
        for code, main, shop in (("MUG", "10", "3"), ("TEE-R", "4", "0"), ("OLD", "1", "0"), ("LAST", "1", "0"))
        for site, units in (("Main", main), ("Shop", shop))
    ],
    "khaos/stock_potential": [
        {"StockCode": "MUG", "Available": "13", "OnOrder": "5", "BackOrder": "0", "Potential": "18"}
    ],
    "khaos/company_list": [
        {"CompanyCode": "C1", "OtherRef": "SHOP-1", "LastUpdated": "2026-11-10T09:00:00"},
        {"CompanyCode": "C2", "OtherRef": "SHOP-2", "LastUpdated": "2026-11-18T09:00:00"},
    ],
    "khaos/customers": [
        {
            "COMPANY_ID": code.replace("C", "900"),
            "COMPANY_CODE": code,
            "OTHER_REF": code.replace("C", "SHOP-"),
            "COMPANY_NAME": name,
            "COMPANY_CLASS": company_class,
            "CURRENCY_CODE": "GBP",
            "ADDRESSES": {
                "ADDRESS": [
                    {
                        "ADDRTYPE": "1",
                        "ADDR1": street,
                        "TOWN": "Exampleton",
                        "POSTCODE": "ZZ1 1ZZ",
                        "CONTACTS": {"CONTACT": [{"FORENAME": forename, "SURNAME": "Example"}]},
                    }
                ]
            },
        }
        for code, name, company_class, street, forename in (
            ("C1", "Ms Example", "Retail", "1 Example Street", "Alex"),
            ("C2", "Example & Sons", "Trade", "9 Sample Road", "Sam"),
        )
    ],
    "khaos/company_info": [
        {"CompanyCode": "C1", "CreditLimit": "0.00", "CreditStop": True, "OrdersHeld": False, "PriceLists": ["Web"]}
    ],
    "khaos/price_lists": [
        {"_name": "Web", "_type": 3, "rows": [{"StockCode": "MUG", "QtyStart": "1", "AmountValue": "11.50"}]},
        {"_name": "C2", "_type": 1, "_company_name": "Sons", "rows": [{"StockCode": "MUG", "AmountValue": "9.00"}]},
    ],
    "khaos/sales_orders": [
        order("SO1", "WEB-1", "2026-11-18T12:00:00", invoice("I1", 12)),
        order("SO2", "WEB-2", "2026-11-10T12:00:00", CANCELLED=CANCELLED),
        order("SO3", "", "2026-11-11T12:00:00", invoice("I3", 12)),
        order("SO4", "WEB-4", "2026-11-01T12:00:00", invoice("I4", 70, "05/11/2026"), COMPLETE="-1"),
        order("SO5", "WEB-5", "2026-11-02T12:00:00", invoice("I5", 70, "19/11/2026"), COMPLETE="-1"),
        order("SO6", "WEB-6", "2026-11-03T12:00:00", invoice("I6", 12), invoice("I7", 14)),
    ],
    "khaos/order_lines": [
        {
            "_sorder_code": "SO1",
            "ORDER_HEADER": {"ASSOCIATED_REF": "WEB-1", "SITE": "Main"},
            "ORDER_ITEMS": {"ORDER_ITEM": [{"STOCK_CODE": "MUG", "ORDER_QTY": "2", "PRICE_GRS": "12.00"}]},
        }
    ],
    "khaos/countries": [{"CountryName": "United Kingdom", "CountryCode2": "GB", "CountryCode3": "GBR"}],
    "khaos/deleted_entries": [{"HEADER_ID": "4999", "DOCUMENT_TYPE": "5", "DELETION_DATE": "05/11/2026"}],
}


@dataclass
class Khaos:
    """The running simulator with a client of its own."""

    sandbox: Sandbox
    client: zeep.Client

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return getattr(self.client.service, method)

    @property
    def soap_url(self) -> str:
        return self.sandbox.base_url("khaos") + SOAP

    def journal(self) -> list[Record]:
        return self.sandbox.journal("khaos")

    def faults(self, *switches: Record) -> None:
        self.sandbox.set_faults([{"system": "khaos", **s} for s in switches])

    def stock(self, codes: str = "") -> dict[str, etree._Element]:
        """ExportStock by code, as the client reads it."""
        root = etree.fromstring(self.ExportStock(codes, 1, EVERYTHING).encode())
        return {e.findtext("STOCK_CODE", ""): e for e in root}

    def level(self, code: str, site: int = 1) -> str:
        root = etree.fromstring(self.ExportStockStatus(code, 1, EVERYTHING, site, False).encode())
        return root.findtext("STOCK_ITEM/LEVEL", "")

    def orders(self, ids: str = "", mapping: int = 3, **changed: Any) -> dict[str, etree._Element]:
        """ExportOrderStatusEx by SO code; `changed` are the other arguments, by the guide's names."""
        wanted: Record = {
            "WebOnly": False,
            "ConfirmedOnly": False,
            "IncludeTracking": False,
            "IncludeCancelled": True,
            "DateFrom": None if ids else EVERYTHING,
            "DateTo": None if ids else "2030-01-01T00:00:00",
            "InvoiceStageIDs": "",
            "ShowItems": True,
            **changed,
        }
        # An ordinary client cannot leave a part out: an unlikely window stands for none.
        wanted["DateFrom"] = wanted["DateFrom"] or EVERYTHING
        wanted["DateTo"] = wanted["DateTo"] or "2030-01-01T00:00:00"
        root = etree.fromstring(self.ExportOrderStatusEx(IDs=ids, MappingType=mapping, **wanted).encode())
        return {e.get("SORDER_CODE", ""): e for e in root}


Start = Callable[..., Any]


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return write_world(tmp_path / "world", WORLD)


@contextmanager
def started(world: Path, *faults: Record, **options: Any) -> Iterator[Khaos]:
    with running_sandbox(world, [{"system": "khaos", **f} for f in faults], **options) as sandbox:
        yield Khaos(sandbox, zeep.Client(sandbox.base_url("khaos") + WSDL))


@pytest.fixture
def khaos(world: Path) -> Iterator[Khaos]:
    with started(world) as running:
        yield running


def order_document(reference: str, *lines: Record, client_ref: str = "", **header: Any) -> str:
    """A SALES_ORDERS document of one order for customer C1."""
    rows = deepcopy(list(lines)) or [{"STOCK_CODE": "MUG", "MAPPING_TYPE": 1, "ORDER_QTY": 2, "PRICE_GRS": "12.00"}]
    items = "".join(f"<ORDER_ITEM>{_elements(row)}</ORDER_ITEM>" for row in rows)
    return (
        f'<SALES_ORDERS><SALES_ORDER CLIENT_REF="{client_ref}"><CUSTOMER_DETAIL><IS_NEW_CUSTOMER>0</IS_NEW_CUSTOMER>'
        "<COMPANY_CODE>C1</COMPANY_CODE></CUSTOMER_DETAIL><ORDER_HEADER>"
        f"<ASSOCIATED_REF>{reference}</ASSOCIATED_REF>{_elements(header)}</ORDER_HEADER>"
        f"<ORDER_ITEMS>{items}</ORDER_ITEMS></SALES_ORDER></SALES_ORDERS>"
    )


def _elements(record: Record) -> str:
    return "".join(f"<{k}>{v}</{k}>" for k, v in record.items())
