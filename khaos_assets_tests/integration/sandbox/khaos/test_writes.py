"""Imports change the world, stand in the journal, and are not done twice."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import zeep
from lxml import etree

from khaos_assets_tests.integration.sandbox.khaos.conftest import (
    EVERYTHING,
    WORLD,
    Khaos,
    listed,
    order_document,
    started,
)
from khaos_assets_tests.sandbox_fixtures import write_world


def operations(khaos: Khaos) -> list[str]:
    return [entry["operation"] for entry in khaos.journal()]


def first(answer: Any) -> tuple[str, str | None]:
    (row,) = answer.Results if hasattr(answer, "Results") else answer
    return row.Result, row.Reason


def status(*rows: str, site: str = "Main") -> str:
    return f'<STOCK_STATUS SITE="{site}">{"".join(rows)}</STOCK_STATUS>'


def test_an_order_is_imported_priced_and_takes_its_stock(khaos: Khaos) -> None:
    answer = khaos.ImportOrders(order_document("WEB-9", ORDER_AMOUNT="24.00"))
    assert answer.ImportedCount == 1
    made = answer.OrderImport[0]
    assert (made.AssociatedRef, made.URN) == ("WEB-9", "C1")
    order = khaos.orders("WEB-9", 4)[made.SalesOrderCode]
    total = order.find("ITEMS_TOTAL")
    assert total is not None
    assert (total.text, total.get("NET_VALUE")) == ("24.00", "20.00")
    assert order.findtext("QTY_ASSIGNED") == "2"
    assert khaos.level("MUG") == "8"
    assert str(khaos.GetStockPotential("MUG", 1)[0].Available) == "11"
    assert "WEB-9" in khaos.ExportOrderStatus()
    assert operations(khaos) == ["ImportOrders"]
    assert khaos.journal()[0]["what"]["ASSOCIATED_REF"] == "WEB-9"


def test_the_same_reference_is_not_imported_twice(khaos: Khaos) -> None:
    assert khaos.ImportOrders(order_document("WEB-9")).ImportedCount == 1
    again = khaos.ImportOrders(order_document("web-9"))
    assert again.ImportedCount == 0
    assert first(again) == ("REFUSED", "DUPLICATE_REF")
    assert again.OrderSkipped[0].OrderRef == "web-9"
    assert operations(khaos) == ["ImportOrders"]


def line_of(code: str = "MUG", **more: Any) -> dict[str, Any]:
    return {"STOCK_CODE": code, "MAPPING_TYPE": 1, "ORDER_QTY": 1, "PRICE_GRS": "1", **more}


@pytest.mark.parametrize(
    ("line", "header", "reason"),
    [
        (line_of("NO"), {}, "UNKNOWN_CODE"),
        (line_of("OLD"), {}, "VALUE_INVALID"),
        (line_of("LAST", ORDER_QTY=2), {}, "VALUE_INVALID"),
        (line_of(MAPPING_TYPE=""), {}, "VALUE_INVALID"),
        (line_of(TAX_RATE=2), {}, "VALUE_INVALID"),
        (line_of(PRICE_GRS="£1"), {}, "VALUE_INVALID"),
        (line_of(), {"PO_NUMBER": "9" * 31}, "VALUE_INVALID"),
        (line_of(), {"ORDER_AMOUNT": "2"}, "TOTAL_MISMATCH"),
        (line_of(), {"ORDER_CURRENCY_CODE": "EUR"}, "VALUE_INVALID"),
        (line_of(), {"SITE": "Moon"}, "UNKNOWN_CODE"),
    ],
)
def test_an_order_that_cannot_be_is_skipped_with_a_reason_and_changes_nothing(
    khaos: Khaos, line: dict[str, Any], header: dict[str, Any], reason: str
) -> None:
    answer = khaos.ImportOrders(order_document("WEB-9", line, **header))
    assert answer.ImportedCount == 0
    assert first(answer) == ("REFUSED", reason)
    assert reason in answer.OrderSkipped[0].SkipReason
    assert khaos.journal() == []


def test_a_pack_header_brings_its_children_by_itself(khaos: Khaos) -> None:
    line = {"STOCK_CODE": "SET", "MAPPING_TYPE": 1, "ORDER_QTY": 3, "PRICE_NET": "5.00"}
    code = khaos.ImportOrders(order_document("WEB-9", line)).OrderImport[0].SalesOrderCode
    lines = etree.fromstring(khaos.ExportOrders(code, 1).encode()).findall(".//ORDER_ITEM")
    assert [(e.findtext("STOCK_CODE"), e.findtext("ORDER_QTY")) for e in lines] == [("SET", "3"), ("MUG", "6")]
    assert khaos.level("MUG") == "4"


def test_units_that_find_no_stock_become_back_orders(khaos: Khaos) -> None:
    line = {"STOCK_CODE": "MUG", "MAPPING_TYPE": 1, "ORDER_QTY": 12, "PRICE_GRS": "12.00"}
    code = khaos.ImportOrders(order_document("WEB-9", line)).OrderImport[0].SalesOrderCode
    assert khaos.orders(code)[code].findtext("QTY_ASSIGNED") == "10"
    assert khaos.level("MUG") == "0"
    assert str(khaos.GetStockPotential("MUG", 1)[0].BackOrder) == "2"


def test_the_order_of_a_match_updates_the_customer_it_landed_on(khaos: Khaos) -> None:
    document = order_document("WEB-9").replace(
        "</COMPANY_CODE>", "</COMPANY_CODE><COMPANY_NAME>A. Example</COMPANY_NAME>"
    )
    assert khaos.ImportOrders(document).ImportedCount == 1
    assert "A. Example" in khaos.ExportCompany("C1", 1, EVERYTHING)
    changed = {c.CompanyCode: c.LastUpdated.isoformat() for c in khaos.GetCompanyList(EVERYTHING, "").List}
    assert changed["C1"] > "2026-11-20T02:00:00"


def test_a_write_outlives_the_night(tmp_path: Path) -> None:
    later = {**WORLD, "khaos/stock_list": [listed("MUG", LastUpdated="2026-11-19T09:00:00")]}
    world = write_world(tmp_path, nights={"2026-11-19": WORLD, "2026-11-20": later})
    with started(world) as khaos:
        code = khaos.ImportOrders(order_document("WEB-9")).OrderImport[0].SalesOrderCode
        khaos.sandbox.advance()
        assert set(khaos.orders("WEB-9", 4)) == {code}
        assert khaos.level("MUG") == "8"
        assert khaos.GetStockList(-1, EVERYTHING, 0).Count == 1


def test_a_restarted_simulator_remembers_what_it_accepted(world: Path, tmp_path: Path) -> None:
    document = order_document("WEB-9", client_ref="our-1")
    with started(world, memory_dir=tmp_path / "memory") as khaos:
        code = khaos.ImportOrders(document).OrderImport[0].SalesOrderCode
    with started(world, memory_dir=tmp_path / "memory") as khaos:
        assert set(khaos.orders("WEB-9", 4)) == {code}
        assert first(khaos.ImportOrders(document)) == ("ALREADY_APPLIED", None)
        assert khaos.level("MUG") == "8"


def company(code: str = "", **fields: str) -> str:
    inner = "".join(f"<{k}>{v}</{k}>" for k, v in fields.items())
    own = f"<COMPANY_CODE>{code}</COMPANY_CODE>" if code else ""
    return (
        f"<COMPANYS><COMPANY>{own}{inner}<PASSED_REFERENCE>ours-1</PASSED_REFERENCE><ADDRESSES><ADDRESS>"
        "<ADDRTYPE>1</ADDRTYPE><ADDR1>5 New Street</ADDR1><TOWN>Newton</TOWN><POSTCODE>ZZ9 9ZZ</POSTCODE>"
        "<CONTACTS><CONTACT><SURNAME>Newcomer</SURNAME></CONTACT></CONTACTS></ADDRESS></ADDRESSES></COMPANY></COMPANYS>"
    )


def test_the_count_of_a_customer_import_is_of_new_ones_only(khaos: Khaos) -> None:
    new = khaos.ImportCompany(company(COMPANY_CLASS="Retail", OTHER_REF="SHOP-9"), 0)
    assert (new.ImportedCount, new.CustomerImport[0].Action) == (1, "New")
    assert new.CustomerImport[0].PassedReference == "ours-1"
    update = khaos.ImportCompany(company("C2", COMPANY_CLASS="Retail", COMPANY_NAME="Other"), 0)
    assert (update.ImportedCount, update.CustomerImport[0].Action, update.CustomerImport[0].URN) == (0, "Update", "C2")
    detail = etree.fromstring(khaos.ExportCompany("C2", 1, EVERYTHING).encode())
    assert detail.findtext("COMPANY/COMPANY_NAME") == "Other"
    assert detail.findtext("COMPANY/COMPANY_CLASS") == "Trade", "class is set only at creation"
    unknown = khaos.ImportCompany(company("C9", OTHER_REF="SHOP-77", COMPANY_NAME="x" * 51), 2)
    assert unknown.CustomerSkipped[0].CustomerRef == "SHOP-77"
    assert operations(khaos) == ["ImportCompany", "ImportCompany"]


def test_a_level_is_set_only_when_the_call_says_so(khaos: Khaos) -> None:
    row = '<STOCK_ITEM CODE="mug"><LEVEL>42</LEVEL><SELL_PRICE>13.00</SELL_PRICE></STOCK_ITEM>'
    assert khaos.ImportStockStatus(status(row), False, False).Count == 0
    assert khaos.level("MUG") == "10"
    answer = khaos.ImportStockStatus(status(row, site="Shop"), False, True)
    assert (answer.Count, answer.List[0].StockCode) == (1, "MUG")
    assert (khaos.level("MUG", 7), khaos.level("MUG", 1)) == ("42", "10")
    assert khaos.stock("MUG")["MUG"].findtext("SELL_PRICE") == "12.00"
    khaos.ImportStockStatus(status(row), True, False)
    price = khaos.stock("MUG")["MUG"].find("SELL_PRICE")
    assert price is not None
    assert (price.text, price.get("IS_NET")) == ("13.00", "0")


def test_a_price_list_is_overwritten_whole(khaos: Khaos) -> None:
    document = khaos.ExportPriceList("Web").replace("11.50", "10.00").replace("MUG", "SET")
    assert isinstance(khaos.ImportPriceLists(document), str)
    again = khaos.ExportPriceList("Web")
    assert "10.00" in again
    assert "MUG" not in again


def test_an_invoice_is_moved_once_and_a_repeat_changes_nothing(khaos: Khaos) -> None:
    arguments = ("SO1", 70, "DPD-NEXT", "TRACK-1", "2026-11-19", "", "ref-1")
    assert first(khaos.UpdateSalesOrderStatus(*arguments)) == ("APPLIED", None)
    moved = khaos.orders("SO1")["SO1"].find("INVOICES/INVOICE")
    assert moved is not None
    shown = {k: moved.get(k) for k in ("INVOICE_STAGE_ID", "COURIER", "CONSIGNMENT_REF", "SHIP_DATE", "QTY_SENT")}
    assert shown == {
        "INVOICE_STAGE_ID": "70",
        "COURIER": "DPD-NEXT",
        "CONSIGNMENT_REF": "TRACK-1",
        "SHIP_DATE": "19/11/2026",
        "QTY_SENT": "2",
    }
    assert khaos.orders("SO1")["SO1"].findtext("COMPLETE") == "-1"
    assert first(khaos.UpdateSalesOrderStatus(*arguments)) == ("ALREADY_APPLIED", None)
    assert first(khaos.UpdateSalesOrderStatus(*arguments[:3], "OTHER", *arguments[4:])) == (
        "REFUSED",
        "CLIENT_REF_REUSED",
    )
    assert first(khaos.UpdateSalesOrderStatus(*arguments[:6], "ref-2")) == ("ALREADY_APPLIED", None)
    assert operations(khaos) == ["UpdateSalesOrderStatus"]


def test_which_invoice_is_meant_must_be_clear_and_the_stage_allowed(khaos: Khaos) -> None:
    def update(order: str, stage: int, invoice: str = "", ship: str = "") -> tuple[str, str | None]:
        return first(khaos.UpdateSalesOrderStatus(order, stage, "", "", ship, invoice, ""))

    assert update("SO6", 14) == ("REFUSED", "AMBIGUOUS_INVOICE")
    assert update("SO6", 13, "I6") == ("APPLIED", None)
    assert update("SO99", 14) == ("REFUSED", "UNKNOWN_CODE")
    assert update("SO1", 14, "I6") == ("REFUSED", "UNKNOWN_CODE")
    assert update("SO2", 14) == ("REFUSED", "STAGE_NOT_ALLOWED")
    assert update("SO4", 14) == ("REFUSED", "STAGE_NOT_ALLOWED")
    assert update("SO1", 55) == ("REFUSED", "STAGE_NOT_ALLOWED")
    assert update("SO1", 14, ship="19/11/2026") == ("REFUSED", "VALUE_INVALID")


def test_an_item_is_edited_field_by_field(khaos: Khaos) -> None:
    assert first(khaos.UpdateStockItem("mug", "DISCONTINUED", "-1", "")) == ("APPLIED", None)
    assert first(khaos.UpdateStockItem("MUG", "DISCONTINUED", "-1", "")) == ("ALREADY_APPLIED", None)
    assert first(khaos.UpdateStockItem("MUG", "USER_DEFINED:Season", "AW26", "")) == ("APPLIED", None)
    assert first(khaos.UpdateStockItem("MUG", "SELL_PRICE", "1", "")) == ("REFUSED", "FIELD_NOT_WRITABLE")
    assert first(khaos.UpdateStockItem("MUG", "WEIGHT", "1,5", "")) == ("REFUSED", "VALUE_INVALID")
    mug = khaos.stock("MUG")["MUG"]
    assert (mug.findtext("DISCONTINUED"), mug.findtext("USER_DEFINED")) == ("-1", "AW26")
    changed = {i.StockCode: i.LastUpdated.isoformat() for i in khaos.GetStockList(-1, EVERYTHING, 0).List}
    assert changed["MUG"] > "2026-11-20T02:00:00"


CREDIT = (
    "<CREDIT_NOTES><CREDIT_NOTE><ASSOCIATED_REF>{ref}</ASSOCIATED_REF><SORDER_CODE>SO5</SORDER_CODE>"
    "<COMPANY_CODE>C1</COMPANY_CODE><CREDIT_DATE>2026-11-19</CREDIT_DATE><CURRENCY_CODE>GBP</CURRENCY_CODE><ITEMS><ITEM>"
    "<STOCK_CODE>MUG</STOCK_CODE><QTY>1</QTY><PRICE_GRS>12.00</PRICE_GRS><TAX_RATE>1</TAX_RATE>"
    "<RETURN_TO_STOCK>-1</RETURN_TO_STOCK></ITEM></ITEMS></CREDIT_NOTE></CREDIT_NOTES>"
)


def test_a_credit_note_shares_its_orders_reference_and_returns_stock(khaos: Khaos) -> None:
    answer = khaos.ImportCreditNote(CREDIT.format(ref="WEB-5"), "refund-1")
    assert answer.ImportedCount == 1
    code = answer.Results[0].Code
    note = khaos.orders("WEB-5", 4)[code]
    kind = note.find("ORDER_TYPE")
    assert kind is not None
    assert (kind.get("TYPE_ID"), note.findtext("ITEMS_TOTAL")) == ("C", "12.00")
    assert khaos.level("MUG") == "11"
    again = khaos.ImportCreditNote(CREDIT.format(ref="WEB-5"), "refund-1")
    assert (again.ImportedCount, again.Results[0].Result, again.Results[0].Code) == (0, "ALREADY_APPLIED", code)
    assert first(khaos.ImportCreditNote(CREDIT.format(ref="WEB-5"), "refund-2")) == ("REFUSED", "DUPLICATE_REF")


def test_a_client_reference_makes_an_order_import_repeatable(khaos: Khaos) -> None:
    document = order_document("WEB-9", client_ref="our-1")
    made = khaos.ImportOrders(document)
    again = khaos.ImportOrders(document)
    assert first(made) == ("APPLIED", None)
    assert (again.ImportedCount, first(again)) == (0, ("ALREADY_APPLIED", None))
    assert again.OrderImport[0].SalesOrderCode == made.OrderImport[0].SalesOrderCode
    reused = khaos.ImportOrders(order_document("WEB-10", client_ref="our-1"))
    assert first(reused) == ("REFUSED", "CLIENT_REF_REUSED")


def test_without_the_extension_its_methods_do_not_exist_and_results_are_the_documented_ones(world: Path) -> None:
    with started(world) as khaos:
        khaos.faults({"switch": "extension_off"})
        with pytest.raises(zeep.exceptions.Fault, match="No such method"):
            khaos.UpdateSalesOrderStatus("SO1", 14, "", "", "", "", "")
        assert khaos.ImportOrders(order_document("WEB-9", client_ref="x")).Results is None
        assert "CLIENT_REF" not in khaos.ExportOrders("WEB-9", 2)
        plain = zeep.Client(khaos.sandbox.base_url("khaos") + "/KhaosSIM.exe/wsdl/IKosWeb")
        assert not hasattr(plain.service, "UpdateStockItem")


def test_line_money_follows_the_customers_class(world: Path) -> None:
    line = {"STOCK_CODE": "MUG", "MAPPING_TYPE": 1, "ORDER_QTY": 1, "PRICE_GRS": "114.51", "KSD_DISCOUNT": 20}
    with started(world) as khaos:
        khaos.ImportOrders(order_document("WEB-9", line))
        khaos.faults({"switch": "calc_method", "class": "Retail"})
        khaos.ImportOrders(order_document("WEB-10", line))
        totals = [
            (Decimal(e.get("NET_VALUE") or 0), Decimal(e.text or 0))
            for o in khaos.orders("WEB-9,WEB-10", 4).values()
            for e in o.findall("ITEMS_TOTAL")
        ]
        assert totals == [(Decimal("76.35"), Decimal("91.61")), (Decimal("76.34"), Decimal("91.61"))]
