"""A small Khaos installation by hand: a shop with two sites, a style with children, a pack, customers and orders."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]
SITES = ("Main", "Shop & Co")
CODES = [f"ITEM-{n:03d}" for n in range(1, 131)]
STYLE, CHILDREN = "STYLE-1", ["STYLE-1-R-10", "STYLE-1-R-12"]
COMPANIES = [f"C{n:04d}" for n in range(1, 8)]
PRIVATE = [
    "Ada Example",
    "1 Example Road",
    "ZZ1 1ZZ",
    "ada@example.test",
    "hunter2",
    "4111111111111111",
    "Gift for Ada",
]
"""Personal texts that stand in the installation's records; none may be kept."""


def records(*, orders: int = 120) -> dict[str, list[Row]]:
    """The records of one night, by world file."""
    codes = [*CODES, STYLE, *CHILDREN, "07 1/2 ÄÖ"]
    return {
        "khaos/sites": [{"SiteID": n, "SiteName": s, "_current": n == 1} for n, s in enumerate(SITES, 1)],
        "khaos/stock_list": [_listed(c) for c in codes],
        "khaos/stock_items": [_item(c) for c in codes],
        "khaos/stock_levels": [_level(c, site) for c in codes for site in SITES],
        "khaos/stock_potential": [
            {"StockCode": c, "Available": "10", "OnOrder": "0", "BackOrder": "2.5", "Potential": "7.5"} for c in codes
        ],
        "khaos/company_list": [
            {"CompanyCode": c, "OtherRef": f"web-{c}", "LastUpdated": "2026-11-01T09:00:00.250"} for c in COMPANIES
        ],
        "khaos/customers": [_customer(c) for c in COMPANIES],
        "khaos/company_info": [_info(c) for c in COMPANIES],
        "khaos/price_lists": [
            {
                "_name": "Web",
                "_type": 3,
                "rows": [
                    {"StockCode": "ITEM-001", "QtyStart": "1", "QtyEnd": "9", "AmountValue": "9.50"},
                    {"StockCode": "ITEM-001", "QtyStart": "10", "QtyEnd": "9999", "AmountValue": "8.75"},
                ],
            }
        ],
        "khaos/sales_orders": [order(n) for n in range(1, orders + 1)],
        "khaos/order_lines": [lines(n) for n in range(1, orders + 1)],
    }


def _listed(code: str) -> Row:
    kind = 1 if code == STYLE else 2 if code in CHILDREN else 0
    parent = STYLE if code in CHILDREN else ""
    return {"StockCode": code, "OtherRef": "", "StockDesc": code, "ParentCode": parent, "ParentOtherRef": "",
            "LastUpdated": "2026-11-10T10:00:00", "_item_type": kind,
            "_movement_date": "2026-11-12T10:00:00"}  # fmt: skip


def _item(code: str) -> Row:
    child = code in CHILDREN
    row: Row = {
        "STOCK_ID": f"ID{code}_",
        "STOCK_CODE": code,
        "ASSOCIATED_REF": "",
        "STOCK_DESC": f"About {code} & more",
        "BUY_PRICE": "4.125" if child else {"@IS_NET": "-1", "#text": "4.125"},
        "SELL_PRICE": "12" if child else {"@IS_NET": "0", "#text": "12"},
        "SELL_PRICE_WEB": "",
        "VAT_RATE": "20",
        "STOCK_CONTROLLED": "0" if code == STYLE else "-1",
        "DISCONTINUED": "0",
        "WEB": "-1",
        "RUN_TO_ZERO": "0",
        "DELETED": "0",
        "SAFE_LEVEL": "2",
        "LAUNCH_DATE": "2026-01-31",
        "BARCODES": {"BARCODE": [{"@DESC": "EAN", "#text": "5000000000001"}]},
        "NEWER_FIELD": "unheard of",
    }
    if child:
        row |= {"_parent_code": STYLE, "_style_values": [
            {"level": 1, "heading": "Colour", "value": "Red"},
            {"level": 2, "heading": "Size", "value": code[-2:]},
        ]}  # fmt: skip
    return row


def _level(code: str, site: str) -> Row:
    return {"@CODE": code, "@ID": f"ID{code}_", "LEVEL": "7" if site == SITES[0] else "-3.5", "STATUS": "0",
            "SELL_PRICE": "12", "LEAD_TIME": "2026-12-01", "_site": site}  # fmt: skip


def _customer(code: str) -> Row:
    return {
        "COMPANY_ID": f"{code}A",
        "COMPANY_CODE": code,
        "OTHER_REF": f"web-{code}",
        "COMPANY_NAME": f"Trader {code}",
        "COMPANY_CLASS": "Trade",
        "CURRENCY_CODE": "GBP",
        "WEB_USER": PRIVATE[3],
        "WEB_PASSWORD": PRIVATE[4],
        "SORDER_LOCKED": "0",
        "DATE_CREATED": "2020-02-29",
        "PRICE_LISTS": {"PRICE_LIST": [{"@IS_NET": "-1", "@CURRENCY_CODE": "GBP", "@PRICELIST_TYPE": "3",
                                        "#text": "Web"}]},
        "ADDRESSES": {"ADDRESS": [{"ADDRTYPE": "1", "ADDR1": PRIVATE[1], "POSTCODE": PRIVATE[2], "CONTACTS": {
            "CONTACT": {"SURNAME": PRIVATE[0], "EMAIL": PRIVATE[3] if code < "C0003" else f"{code}@mail.test"}}}]},
    }  # fmt: skip


def _info(code: str) -> Row:
    return {"CompanyCode": code, "CompanyName": PRIVATE[0], "OtherRef": f"web-{code}", "CreditLimit": "500",
            "CreditStop": code == "C0002", "OrdersHeld": False, "TermsLength": 30, "CurrencyCode": "GBP"}  # fmt: skip


def reference(n: int) -> str:
    """Every tenth order came by telephone and has none; order 7 has a credit note of the same reference (order 8)."""
    return "" if n % 10 == 0 else f"W{7 if n == 8 else n:05d}"


def order(n: int) -> Row:
    day = 19 - n % 19
    row: Row = {
        "@SORDER_CODE": f"SO{n:05d}",
        "@ASSOCIATED_REF": reference(n),
        "COMPANY_NAME": {"@COMPANY_CODE": COMPANIES[n % 7], "@OTHER_REF": "", "#text": PRIVATE[0]},
        "ORDER_TYPE": {"@TYPE_ID": "C" if n == 8 else "S", "#text": ""},
        "COURIER": "Royal Mail",
        "CURRENCY_CODE": "GBP",
        "ITEMS_TOTAL": {"@NET_VALUE": "20", "#text": "24"},
        "DELIVERY_TOTAL": {"@NET_VALUE": "0", "#text": "0"},
        "DATE_CREATED": f"{max(day, 1):02d}/11/2026",
        "DELIVERY_DATE": "",
        "QTY_SOLD": "2",
        "QTY_ASSIGNED": "2",
        "COMPLETE": "-1" if n % 2 else "0",
        "INVOICES": {"INVOICE": [_invoice(n)]},
        "_created_at": f"2026-11-{max(day, 1):02d}T12:00:00",
    }
    if n == 9:
        row["CANCELLED"] = {"CANCELLED_DATE_TIME": "2026-11-12 09:00:00", "REASON": "stock", "USER_NAME": PRIVATE[0]}
    return row


def _invoice(n: int) -> Row:
    issued = n % 2 == 1
    return {
        "@INVOICE_CODE": f"I{n:05d}", "@INVOICE_STAGE_ID": "70" if issued else "9", "@INVOICE_STAGE_DESC": "",
        "@COURIER": "Royal Mail", "@CONSIGNMENT_REF": f"RM{n}" if issued else "",
        "@TRACKING_URL": f"https://track.example/?postcode={PRIVATE[2]}",
        "@QTY_SOLD": "2", "@QTY_SENT": "2" if issued else "0", "@INVOICE_DATE": "",
        "@SHIP_DATE": "19/11/2026" if issued else "", "@ISSUE_DATE": "19/11/2026" if issued else "",
        "INVOICE_ITEMS": {"INVOICE_ITEM": [{"@STOCK_CODE": "ITEM-001", "@QTY_SENT": "2" if issued else "0"}]},
    }  # fmt: skip


def lines(n: int) -> Row:
    return {
        "_sorder_code": f"SO{n:05d}",
        "CUSTOMER_DETAIL": {"COMPANY_CODE": COMPANIES[n % 7], "COMPANY_NAME": PRIVATE[0], "ADDRESSES": {
            "INVADDR": {"IADDRESS1": PRIVATE[1], "IPOSTCODE": PRIVATE[2], "IEMAIL": PRIVATE[3]}}},
        "PAYMENTS": {"PAYMENT_DETAIL": [{"PAYMENT_AMOUNT": "24", "CARD_NUMBER": PRIVATE[5], "AUTH_CODE": "A1"}]},
        "ORDER_HEADER": {"ASSOCIATED_REF": reference(n), "ORDER_AMOUNT": "24", "SITE": "Main",
                         "ORDER_NOTE": PRIVATE[6]},
        "ORDER_ITEMS": {"ORDER_ITEM": [
            {"STOCK_CODE": "ITEM-001", "MAPPING_TYPE": "1", "ORDER_QTY": "2", "PRICE_NET": "10", "TAX_RATE": "1",
             "KSD_DISCOUNT": "0", "EXTENDED_DESC": PRIVATE[6]},
        ]},
    }  # fmt: skip
