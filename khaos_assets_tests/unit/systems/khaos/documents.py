"""One document of each vocabulary with every element that the contract names, and ways to dress it differently."""

from __future__ import annotations

import random
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from khaos_assets.systems.khaos.decode import (
    customers,
    order_lines,
    price_lists,
    sales_orders,
    stock_items,
    stock_levels,
)
from khaos_assets.systems.khaos.reads import SYSTEM
from khaos_assets.systems.read import Decoded, WalkNotes
from khaos_assets_tests.integration.systems.khaos.reading import Landed

STOCK_ITEM = """<STOCK_ITEM><STOCK_ID>A3567_</STOCK_ID><STOCK_CODE> 07/1 é</STOCK_CODE>
<ASSOCIATED_REF>OTHER</ASSOCIATED_REF>
<STOCK_DESC>Mug &amp; saucer</STOCK_DESC><LONG_DESC>Long</LONG_DESC><WEB_TEASER/>
<BUY_PRICE IS_NET="-1">1.2345</BUY_PRICE>
<SELL_PRICE IS_NET="0">117.50</SELL_PRICE><SELL_PRICE_WEB/><VAT_RATE>17.5</VAT_RATE>
<COUNTRY_RATES><COUNTRY_RATE COUNTRY_CODE="DE" COUNTRY_NAME="Germany">19</COUNTRY_RATE></COUNTRY_RATES>
<STOCK_TTYPE>T1</STOCK_TTYPE><STOCK_TYPE>T2</STOCK_TYPE><STOCK_MID_TYPE>T3</STOCK_MID_TYPE>
<STOCK_SUB_TYPE>T4</STOCK_SUB_TYPE>
<STOCK_TYPE_ID>12</STOCK_TYPE_ID><MANUFACTURER>Maker</MANUFACTURER><SUPPLIER_STOCK_CODE>S1</SUPPLIER_STOCK_CODE>
<SUPPLIER_STOCK_CODES><SUPPLIER_REF IS_PREFERRED="-1" SUPPLIER_NAME="X">S1</SUPPLIER_REF></SUPPLIER_STOCK_CODES>
<LEAD_TIME>14</LEAD_TIME><WEIGHT>0.350</WEIGHT><HEIGHT>10.5</HEIGHT><WIDTH>8</WIDTH><DEPTH/>
<COUNTRY_OF_MANUFACTURE>GB</COUNTRY_OF_MANUFACTURE><PURCHASE_MULTIPLE>6</PURCHASE_MULTIPLE>
<STOCK_CONTROLLED>-1</STOCK_CONTROLLED><DISCONTINUED>0</DISCONTINUED><WEB>-1</WEB><DROP_SHIP>0</DROP_SHIP>
<DISCOUNTS_DISABLED>0</DISCOUNTS_DISABLED><VAT_RELIEF_QUALIFIED>0</VAT_RELIEF_QUALIFIED><RUN_TO_ZERO>0</RUN_TO_ZERO>
<DELETED>0</DELETED><MIN_LEVEL>5</MIN_LEVEL><SAFE_LEVEL>2</SAFE_LEVEL><REORDER_MULTIPLE>12</REORDER_MULTIPLE>
<SALES_MULTIPLE>1</SALES_MULTIPLE><MAX_DISPLAY_QTY>99</MAX_DISPLAY_QTY><AVAILABILITY>Soon</AVAILABILITY>
<LAUNCH_DATE>2026-02-28</LAUNCH_DATE><LAUNCH_TIME>09:00:00</LAUNCH_TIME>
<BARCODES><BARCODE DESC="EAN">5000000000001</BARCODE><BARCODE DESC="ITF">15000000000008</BARCODE></BARCODES>
<BARS><BAR TYPE="1">FRA</BAR></BARS><USER_DEFINED NAME="Fabric" TYPE="text">Cotton</USER_DEFINED>
<OPTION NAME="Fragile">-1</OPTION><OPTION NAME="Heavy">0</OPTION>
<LINKED_ITEMS><LINK_ITEM><STOCK_CODE>PART</STOCK_CODE><LINK_TYPE>3</LINK_TYPE><LINK_VALUE>2</LINK_VALUE>
<AUTO_ADD>-1</AUTO_ADD></LINK_ITEM></LINKED_ITEMS></STOCK_ITEM>"""

NESTED = """<STOCK_ITEM><STOCK_ID>P_</STOCK_ID><STOCK_CODE>SHIRT</STOCK_CODE><DISCONTINUED>0</DISCONTINUED><WEB>-1</WEB>
<RUN_TO_ZERO>0</RUN_TO_ZERO><SELL_PRICE IS_NET="0">30</SELL_PRICE><SCS><HEADING LEVEL="1">Colour</HEADING>
<HEADING LEVEL="2">Size</HEADING><STYLE><DESCRIPTION>Red</DESCRIPTION><SCS_CODE_SUFFIX>R</SCS_CODE_SUFFIX>
<STYLE><DESCRIPTION>10</DESCRIPTION><SCS_CODE_SUFFIX>10</SCS_CODE_SUFFIX><SCS_ITEM><STOCK_ID>C1_</STOCK_ID>
<STOCK_CODE>SHIRT-R-10</STOCK_CODE><DESCRIPTION>Red shirt 10</DESCRIPTION><SELL_PRICE>31</SELL_PRICE>
<DISCONTINUED>0</DISCONTINUED><WEB>-1</WEB><RUN_TO_ZERO>0</RUN_TO_ZERO></SCS_ITEM></STYLE></STYLE></SCS></STOCK_ITEM>"""

LEVEL = """<STOCK_ITEM CODE="MUG" ID="A1_" DESC="Mug" OTHER_REF=""><LEVEL>-2.5</LEVEL><STATUS>2</STATUS>
<BUY_PRICE>1</BUY_PRICE><SELL_PRICE>2</SELL_PRICE><WEBSELL_PRICE/><BUNDLE_PRICE>0</BUNDLE_PRICE>
<SAFE_LEVEL>1</SAFE_LEVEL>
<MIN_LEVEL>0</MIN_LEVEL><LEAD_TIME>2026-12-24</LEAD_TIME><BUILD_POTENTIAL_CHILDREN>3</BUILD_POTENTIAL_CHILDREN>
<BUILD_POTENTIAL_PARENTS>1</BUILD_POTENTIAL_PARENTS><ON_ORDER_LEVEL>40</ON_ORDER_LEVEL><MAX_BO_QTY/></STOCK_ITEM>"""

COMPANY = """<COMPANY><COMPANY_ID>19653</COMPANY_ID><COMPANY_CODE>C1</COMPANY_CODE><OTHER_REF>u-1</OTHER_REF>
<COMPANY_NAME>Trader Ltd</COMPANY_NAME><TAX_REFERENCE>GB1</TAX_REFERENCE><WEB_USER>u@example.test</WEB_USER>
<WEB_PASSWORD>hunter2</WEB_PASSWORD><COMPANY_CLASS>Trade</COMPANY_CLASS><COMPANY_TYPE>Shop</COMPANY_TYPE>
<COMPANY_STATUS>Active</COMPANY_STATUS><SALE_SOURCE>Web</SALE_SOURCE><MAILING_STATUS/>
<PAYMENT_TYPE>Account</PAYMENT_TYPE>
<CURRENCY_CODE>EUR</CURRENCY_CODE><CUSTOMER_DISCOUNT>5</CUSTOMER_DISCOUNT><DATE_CREATED>2020-02-29</DATE_CREATED>
<AGENT_NAME>Ann Agent</AGENT_NAME><SUPPLIER>0</SUPPLIER><EC_COMPANY>-1</EC_COMPANY><PAYS_VAT>-1</PAYS_VAT>
<VAT_RELIEF_QUALIFIED>0</VAT_RELIEF_QUALIFIED><SORDER_LOCKED>-1</SORDER_LOCKED><PROFORMA>0</PROFORMA>
<POCODE_REQUIRED>0</POCODE_REQUIRED><HIDE_COMPANY>0</HIDE_COMPANY><HOLD_DATA>0</HOLD_DATA>
<PRICE_LISTS><PRICE_LIST IS_NET="-1" CURRENCY_CODE="EUR" PRICELIST_TYPE="3">Trade EUR</PRICE_LIST>
<PRICE_LIST IS_NET="" CURRENCY_CODE="" PRICELIST_TYPE="">Old</PRICE_LIST></PRICE_LISTS>
<ADDRESSES><ADDRESS><ADDRTYPE>1</ADDRTYPE><ADDR1>1 Example Road</ADDR1></ADDRESS></ADDRESSES></COMPANY>"""

ORDER = """<ORDER_STATUS SORDER_CODE="SO1" ASSOCIATED_REF="W-1"><COMPANY_NAME COMPANY_CODE="C1" OTHER_REF="u-1">Ada
Example</COMPANY_NAME><ORDER_TYPE TYPE_ID="S"/><COURIER>DPD</COURIER><CURRENCY_CODE>GBP</CURRENCY_CODE>
<ITEMS_TOTAL NET_VALUE="20.00">24.00</ITEMS_TOTAL><DELIVERY_TOTAL NET_VALUE="4.17">5</DELIVERY_TOTAL>
<DATE_CREATED>05/11/2026</DATE_CREATED><DELIVERY_DATE/><QTY_SOLD>3</QTY_SOLD><QTY_ASSIGNED>2.5</QTY_ASSIGNED>
<COMPLETE>0</COMPLETE><CANCELLED><CANCELLED_DATE_TIME>2026-11-06T10:11:12</CANCELLED_DATE_TIME><REASON>late</REASON>
<USER_NAME>Ann Agent</USER_NAME></CANCELLED><INVOICES><INVOICE INVOICE_CODE="I1" INVOICE_STAGE_ID="70"
INVOICE_STAGE_DESC="Issued" COURIER="RM" CONSIGNMENT_REF="R1" TRACKING_URL="https://t.example/ZZ11ZZ" QTY_SOLD="2"
QTY_SENT="2" INVOICE_DATE="07/11/2026" SHIP_DATE="08/11/2026" ISSUE_DATE="" MOVED="-1"><INVOICE_ITEMS>
<INVOICE_ITEM STOCK_CODE="MUG" QTY_SENT="2"/></INVOICE_ITEMS><BOX SHIPPED="-1" SHIP_DATE="08/11/2026" COURIER="RM"
CONSIGNMENT_REF="R1" TRACKING_URL="https://t.example/ZZ11ZZ"><BOX_ITEM STOCK_CODE="MUG" QTY_SENT="2"/></BOX></INVOICE>
</INVOICES></ORDER_STATUS>"""

LINES = """<SALES_ORDER><CUSTOMER_DETAIL><IS_NEW_CUSTOMER>0</IS_NEW_CUSTOMER><COMPANY_CODE>C1</COMPANY_CODE>
<COMPANY_NAME>Ada Example</COMPANY_NAME><ADDRESSES><INVADDR><IADDRESS1>1 Example Road</IADDRESS1></INVADDR></ADDRESSES>
</CUSTOMER_DETAIL><PAYMENTS><PAYMENT_DETAIL><PAYMENT_AMOUNT>29</PAYMENT_AMOUNT><PAYMENT_TYPE>2</PAYMENT_TYPE>
<CARD_NUMBER>4111111111111111</CARD_NUMBER><AUTH_CODE>99</AUTH_CODE><SECURITY_CODE>123</SECURITY_CODE></PAYMENT_DETAIL>
</PAYMENTS><ORDER_HEADER><ASSOCIATED_REF>W-1</ASSOCIATED_REF><ORDER_AMOUNT>29.00</ORDER_AMOUNT><SITE>Main</SITE>
<ORDER_NOTE>Ring Ada</ORDER_NOTE></ORDER_HEADER><ORDER_ITEMS><ORDER_ITEM><STOCK_CODE>MUG</STOCK_CODE>
<MAPPING_TYPE>1</MAPPING_TYPE><ORDER_QTY>2</ORDER_QTY><PRICE_NET>8.3333</PRICE_NET><PRICE_GRS/>
<KSD_DISCOUNT>12.5</KSD_DISCOUNT><TAX_RATE>1</TAX_RATE><IMPORT_REF>L1</IMPORT_REF>
<PACK_SORT_ORDER>001.001</PACK_SORT_ORDER>
<EXTENDED_DESC>For Ada</EXTENDED_DESC></ORDER_ITEM><ORDER_ITEM><STOCK_CODE/><ORDER_QTY>1</ORDER_QTY>
<PRICE_GRS>5</PRICE_GRS>
<SITE>Shop</SITE></ORDER_ITEM></ORDER_ITEMS></SALES_ORDER>"""

PRICES = """<StockItem-CustomerClassificationsList>
<StockItem-CustomerClassifications CompClass="Web"><StockItem PricelistNet="-1">
<StockCode>MUG</StockCode><StockID>A1_</StockID><QtyStart>1</QtyStart><QtyEnd>9999</QtyEnd>
<AmountValue>9.5</AmountValue>
<DiscountValue/><MarkUp/><BuyPrice>4</BuyPrice><SellPrice>12</SellPrice><CalculatedPrice>9.50</CalculatedPrice>
<TaxRate>20</TaxRate></StockItem></StockItem-CustomerClassifications></StockItem-CustomerClassificationsList>"""

VOCABULARIES = {
    "stock_items": ("ExportStock", "STOCK_ITEMS", STOCK_ITEM, stock_items.KNOWN),
    "stock_levels": ("ExportStockStatus", 'STOCK_STATUS SITE="Main"', LEVEL, stock_levels.KNOWN),
    "customers": ("ExportCompany", "COMPANYS", COMPANY, customers.KNOWN),
    "sales_orders": ("ExportOrderStatusEx", "STATUS_LIST", ORDER, sales_orders.KNOWN),
    "order_lines": ("ExportOrders", "SALES_ORDERS", LINES, order_lines.KNOWN),
    "price_lists": ("ExportPriceListEx", "PriceLists", PRICES, price_lists.KNOWN),
}
ASKED: dict[str, dict[str, Any]] = {
    "order_lines": {"orders": {"W-1": "SO1"}},
    "price_lists": {"list": "Web", "section": 3},
}
_RECORDS = {"STOCK_ITEM", "SCS_ITEM", "LINK_ITEM", "COMPANY", "ORDER_STATUS", "CANCELLED", "SALES_ORDER",
            "ORDER_HEADER", "CUSTOMER_DETAIL", "ORDER_ITEM", "StockItem"}  # fmt: skip


def answer(document: str, *, cdata: bool = False) -> bytes:
    """A document as the string inside an envelope."""
    text = "<![CDATA[" + document.replace("]]>", "]]]]><![CDATA[>") + "]]>" if cdata else escape(document)
    return (
        '<E:Envelope xmlns:E="http://schemas.xmlsoap.org/soap/envelope/"><E:Body><R><return>'
        f"{text}</return></R></E:Body></E:Envelope>"
    ).encode()


def wrapped(root: str, *records: str) -> str:
    return f"<{root}>{''.join(records)}</{root.partition(' ')[0]}>"


def dressed(document: str, seed: int) -> str:
    """The same document with shuffled elements, comments inside texts, CDATA, and elements nobody has heard of."""
    chance = random.Random(seed)
    root = etree.fromstring(document)
    for element in list(root.iter()):
        if element.tag in _RECORDS:
            children = list(element)
            chance.shuffle(children)
            same = {c.tag: [x for x in element if x.tag == c.tag] for c in children}
            # What repeats keeps its order among its like: only the place between other elements is free.
            element[:] = [same[c.tag].pop(0) for c in children]
            etree.SubElement(element, "NEWER_ELEMENT", KIND="7").append(etree.Element("INSIDE"))
        if len(element) == 0 and element.text and element.text.strip():
            text, element.text = element.text, None
            cut = chance.randrange(len(text) + 1)
            if chance.random() < 0.5:
                element.text = text[:cut]
                comment = etree.Comment(" by the way ")
                comment.tail = text[cut:]
                element.append(comment)
            else:
                element.text = etree.CDATA(text)
    return etree.tostring(root, encoding="unicode")


def decoded(entity: str, *bodies: bytes, rounds: list[int] | None = None) -> Decoded:
    """What the decoder makes of these answers."""
    landed = Landed()
    if entity == "stock_levels":
        landed.land(SITES, operation="GetSiteList", selector="", asked={"round": 0}, suffix="xml")
    for n, body in enumerate(bodies):
        asked = {"round": rounds[n] if rounds else 0, **ASKED.get(entity, {})}
        landed.land(body, operation=VOCABULARIES[entity][0], selector="", asked=asked, suffix="xml")
    return SYSTEM.read(entity).decode(landed, WalkNotes())


SITES = (
    b'<E:Envelope xmlns:E="http://schemas.xmlsoap.org/soap/envelope/"><E:Body><R><return><List><item><SiteID>1</SiteID>'
    b"<SiteName>Main</SiteName></item></List><CurrentSiteID>1</CurrentSiteID></return></R></E:Body></E:Envelope>"
)
