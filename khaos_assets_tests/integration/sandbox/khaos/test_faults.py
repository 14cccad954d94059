"""Each fault switch of the contract does what it says, as often as it says, to whom it says."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import zeep
from lxml import etree

from khaos_assets.sandbox.khaos import SWITCHES
from khaos_assets_tests.integration.sandbox.khaos.conftest import EVERYTHING, Khaos, order_document

NAMESPACE = "urn:KosWebIntf-IKosWeb"


def raw(khaos: Khaos, method: str, parts: str = "", **options: Any) -> httpx.Response:
    """A call as bytes, to see what a client library hides."""
    body = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
        f'<m:{method} xmlns:m="{NAMESPACE}">{parts}</m:{method}></e:Body></e:Envelope>'
    )
    return httpx.post(khaos.soap_url, content=body, trust_env=False, timeout=options.pop("timeout", 60), **options)


def test_a_fault_comes_in_either_documented_shape_and_only_as_often_as_asked(khaos: Khaos) -> None:
    khaos.faults(
        {"switch": "soap_fault", "method": "GetVersion", "count": 1, "text": "Out of order"},
        {"switch": "soap_fault", "method": "GetSiteList", "count": 1, "detail": "EWebServiceError"},
    )
    answer = raw(khaos, "GetVersion")
    assert answer.status_code == 500
    fault = etree.fromstring(answer.content).find(".//{*}Fault")
    assert fault is not None
    assert (fault.findtext("faultstring"), fault.findtext("faultactor")) == ("Out of order", "EIntfCastError")
    assert fault.find("detail/{urn:InvokeRegistry}ERemotableException") is not None
    other = etree.fromstring(raw(khaos, "GetSiteList").content)
    assert other.findtext(".//{urn:WebServiceP}EWebServiceError/ExceptionInheritance") == "EConvertError,Exception"
    assert khaos.GetVersion().startswith("8.")
    assert khaos.GetSiteList().CurrentSiteID == 1


def test_an_item_that_may_not_be_sold_is_a_fault_when_switched(khaos: Khaos) -> None:
    khaos.faults({"switch": "business_fault"})
    line = {"STOCK_CODE": "OLD", "MAPPING_TYPE": 1, "ORDER_QTY": 1, "PRICE_GRS": "1"}
    with pytest.raises(zeep.exceptions.Fault, match="discontinued"):
        khaos.ImportOrders(order_document("WEB-9", line))


@pytest.mark.parametrize(
    ("switch", "told"),
    [
        ("empty_return", lambda text: not text),
        ("non_xml_return", lambda text: text.startswith("<!DOCTYPE html>")),
        ("truncated_xml", lambda text: text.startswith("<?xml") and not text.endswith("</STOCK_ITEMS>")),
        ("cdata", lambda text: "<![CDATA[Mug & <jug> ‘blue’]]>" in text),
    ],
)
def test_documents_come_empty_foreign_cut_or_wrapped(khaos: Khaos, switch: str, told: Callable[[str], bool]) -> None:
    whole = khaos.ExportStock("MUG,SET", 1, EVERYTHING)
    khaos.faults({"switch": switch, "method": "ExportStock", "count": 1})
    assert told(khaos.ExportStock("MUG,SET", 1, EVERYTHING) or "")
    assert khaos.ExportStock("MUG,SET", 1, EVERYTHING) == whole


def test_a_cut_document_is_not_well_formed(khaos: Khaos) -> None:
    khaos.faults({"switch": "truncated_xml"})
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(khaos.ExportOrderStatus().encode())


def test_sizes_and_counts_can_lie(khaos: Khaos) -> None:
    khaos.faults({"switch": "bad_size"}, {"switch": "count_mismatch", "method": "GetStockList", "by": -2})
    true_size = len(khaos.ExportStock("MUG", 1, EVERYTHING).encode())
    assert khaos.ExportStockCompressed("MUG", 1, EVERYTHING, 0).OriginalSize == true_size + 1
    answer = khaos.GetStockList(-1, EVERYTHING, 0)
    assert (answer.Count, len(answer.List)) == (5, 7)
    assert khaos.GetCompanyList(EVERYTHING, "").Count == 2


def test_chosen_rows_are_left_out_or_repeated(khaos: Khaos) -> None:
    khaos.faults(
        {"switch": "drop_rows", "method": "ExportStock", "codes": ["SET"], "count": 1},
        {"switch": "duplicate_rows", "method": "ExportStock", "codes": ["mug"]},
    )
    document = etree.fromstring(khaos.ExportStock("OLD", 1, EVERYTHING).encode())
    assert len(document) == 1, "a call without the chosen code uses nothing up"
    document = etree.fromstring(khaos.ExportStock("MUG,SET,OLD", 1, EVERYTHING).encode())
    assert [e.findtext("STOCK_CODE") for e in document] == ["MUG", "MUG", "OLD"]
    assert "SET" in khaos.stock("SET")
    khaos.faults({"switch": "drop_rows", "method": "GetCompanyList"})
    short = khaos.GetCompanyList(EVERYTHING, "")
    assert (short.Count, [c.CompanyCode for c in short.List]) == (1, ["C1"])


def test_an_answer_can_be_late_or_never_come(khaos: Khaos) -> None:
    khaos.faults(
        {"switch": "slow", "seconds": 0.2, "count": 1}, {"switch": "hang", "method": "GetSiteList", "count": 1}
    )
    start = time.monotonic()
    assert khaos.GetVersion()
    assert time.monotonic() - start >= 0.2
    with pytest.raises(httpx.ReadTimeout):
        raw(khaos, "GetSiteList", timeout=httpx.Timeout(10, read=0.3))
    assert khaos.GetSiteList().List


def test_the_connection_is_lost_after_the_write_was_done(khaos: Khaos) -> None:
    khaos.faults({"switch": "reset_after_commit", "count": 1})
    assert khaos.GetVersion(), "only writes are concerned"
    with pytest.raises(OSError):
        khaos.ImportOrders(order_document("WEB-9"))
    assert len(khaos.orders("WEB-9", 4)) == 1


def test_an_import_can_keep_silent_or_take_only_some(khaos: Khaos) -> None:
    khaos.faults({"switch": "skip_silently", "count": 1}, {"switch": "partial_import", "refs": ["WEB-9"], "count": 1})
    silent = khaos.ImportOrders(order_document("WEB-9"))
    assert (silent.ImportedCount, silent.OrderImport, silent.OrderSkipped) == (0, [], [])
    partial = khaos.ImportOrders(order_document("WEB-9"))
    assert (partial.ImportedCount, partial.OrderSkipped[0].OrderRef) == (0, "WEB-9")
    assert khaos.journal() == []
    assert khaos.ImportOrders(order_document("WEB-9")).ImportedCount == 1


def test_unknown_items_are_created_and_long_references_refused(khaos: Khaos) -> None:
    khaos.faults({"switch": "create_unknown_items"}, {"switch": "short_refs"})
    line = {"STOCK_CODE": "NEW-1", "MAPPING_TYPE": 1, "ORDER_QTY": 1, "PRICE_GRS": "1"}
    assert khaos.ImportOrders(order_document("WEB-9", line)).ImportedCount == 1
    assert set(khaos.stock("NEW-1")) == {"NEW-1"}
    assert khaos.ImportOrders(order_document("WEB-0123456789-1")).ImportedCount == 0
    khaos.faults()
    assert khaos.ImportOrders(order_document("WEB-0123456789-1")).ImportedCount == 1


def test_an_order_lands_on_a_namesake(khaos: Khaos) -> None:
    khaos.faults({"switch": "wrong_match"})
    address = (
        "<ADDRESSES><INVADDR><IADDR1>1 Example Street</IADDR1><ITOWN>Exampleton</ITOWN><IPOSTCODE>ZZ1 1ZZ</IPOSTCODE>"
        "<ISURNAME>Example</ISURNAME></INVADDR></ADDRESSES></CUSTOMER_DETAIL>"
    )
    document = order_document("WEB-9").replace("</CUSTOMER_DETAIL>", address)
    assert khaos.ImportOrders(document).OrderImport[0].URN == "C2"
    khaos.faults()
    assert khaos.ImportOrders(document.replace("WEB-9", "WEB-10")).OrderImport[0].URN == "C1"


def test_the_world_changes_while_it_is_read(khaos: Khaos) -> None:
    khaos.faults(
        {
            "switch": "change_during_read",
            "method": "ExportStock",
            "after": 1,
            "add": ["NEW-1"],
            "remove": ["OLD"],
            "recode": {"MUG": "MUG-2"},
        }
    )
    before = khaos.GetStockList(-1, EVERYTHING, 0)
    assert set(khaos.stock("MUG,OLD")) == {"MUG", "OLD"}
    assert set(khaos.stock("MUG,MUG-2,OLD,NEW-1")) == {"MUG-2", "NEW-1"}
    assert khaos.stock("MUG-2")["MUG-2"].findtext("STOCK_ID") == "IMUG_"
    after = khaos.GetStockList(-1, EVERYTHING, 0)
    stamps = {i.StockCode: i.LastUpdated for i in after.List}
    assert set(stamps) == {i.StockCode for i in before.List} - {"MUG", "OLD"} | {"MUG-2", "NEW-1"}
    assert stamps["MUG-2"] > stamps["SET"]


@pytest.mark.parametrize(("switch", "moves"), [("stale_last_updated", False), ("change_during_read", True)])
def test_an_edit_moves_the_change_date_unless_it_is_a_stale_one(khaos: Khaos, switch: str, moves: bool) -> None:
    edit = {"code": "MUG", "field": "STOCK_DESC", "value": "Edited"}
    before = khaos.GetStockList(-1, EVERYTHING, 0).List[0].LastUpdated
    khaos.faults({"switch": switch, "method": "ExportStock", "edit": edit})
    assert khaos.stock("MUG")["MUG"].findtext("STOCK_DESC") == "Edited"
    assert (khaos.GetStockList(-1, EVERYTHING, 0).List[0].LastUpdated > before) == moves


def test_a_person_edits_a_record_just_before_a_write(khaos: Khaos) -> None:
    edit = {"code": "SO1", "field": "COURIER", "value": "By hand"}
    khaos.faults({"switch": "human_edit", "entity": "sales_orders", "edit": edit})
    assert khaos.orders("SO1")["SO1"].findtext("COURIER") == "DPD"
    khaos.UpdateSalesOrderStatus("SO1", 14, "", "", "", "", "")
    assert khaos.orders("SO1")["SO1"].findtext("COURIER") == "By hand"


def test_stock_comes_per_site_nested_or_of_the_wrong_site(khaos: Khaos) -> None:
    khaos.faults({"switch": "per_site_rows"}, {"switch": "nested_scs"})
    rows = etree.fromstring(khaos.ExportStockStatus("MUG", 1, EVERYTHING, 7, False).encode())
    assert [(e.findtext("SITE"), e.findtext("LEVEL")) for e in rows] == [("Shop", "3")]
    assert set(khaos.stock("TEE-R,MUG")) == {"TEE", "MUG"}
    khaos.faults({"switch": "per_site_rows", "all_sites": True})
    assert len(etree.fromstring(khaos.ExportStockStatus("MUG", 1, EVERYTHING, 7, False).encode())) == 2
    khaos.faults({"switch": "ignore_site"})
    wrong = etree.fromstring(khaos.ExportStockStatus("MUG", 1, EVERYTHING, 7, False).encode())
    assert (wrong.get("SITE"), wrong.findtext("STOCK_ITEM/LEVEL")) == ("Main", "10")


def test_a_level_written_as_physical_reads_back_lower(khaos: Khaos) -> None:
    khaos.faults({"switch": "level_is_physical"})
    document = '<STOCK_STATUS SITE="Main"><STOCK_ITEM CODE="MUG"><LEVEL>20</LEVEL></STOCK_ITEM></STOCK_STATUS>'
    khaos.ImportStockStatus(document, False, True)
    assert khaos.level("MUG") == "18", "two units are assigned to an open order"


def test_back_orders_take_the_level_below_zero(khaos: Khaos) -> None:
    khaos.faults({"switch": "back_order_in_level"})
    line = {"STOCK_CODE": "MUG", "MAPPING_TYPE": 1, "ORDER_QTY": 12, "PRICE_GRS": "12.00"}
    khaos.ImportOrders(order_document("WEB-9", line))
    assert khaos.level("MUG") == "-2"


def test_stages_can_be_others_than_documented(khaos: Khaos) -> None:
    khaos.faults({"switch": "stage_path", "map": {"12": 88}})
    shown = khaos.orders("SO1")["SO1"].find(".//INVOICE")
    assert shown is not None
    assert shown.get("INVOICE_STAGE_ID") == "88"
    assert ">88<" in khaos.ExportOrderStatus()
    khaos.faults()
    assert ">88<" not in khaos.ExportOrderStatus()
    true = khaos.orders("SO1")["SO1"].find(".//INVOICE")
    assert true is not None
    assert true.get("INVOICE_STAGE_ID") == "12"


def test_the_short_rule_rounds_the_unit_price(khaos: Khaos) -> None:
    khaos.faults({"switch": "unit_rounding"})
    line = {"STOCK_CODE": "MUG", "MAPPING_TYPE": 1, "ORDER_QTY": 100, "PRICE_NET": "0.333"}
    khaos.ImportOrders(order_document("WEB-9", line))
    (order,) = khaos.orders("WEB-9", 4).values()
    total = order.find("ITEMS_TOTAL")
    assert total is not None
    assert total.get("NET_VALUE") == "33.00"


def test_clocks_can_be_ambiguous_or_off(khaos: Khaos) -> None:
    khaos.faults({"switch": "clock_dst", "codes": ["MUG"]})
    stamps = {i.StockCode: i.LastUpdated.isoformat() for i in khaos.GetStockList(-1, EVERYTHING, 0).List}
    assert (stamps["MUG"], stamps["SET"]) == ("2026-10-25T01:30:00", "2026-11-18T09:00:00")
    khaos.faults({"switch": "clock_skew", "minutes": -10})
    assert not khaos.GetStockList(0, "2026-11-18T09:00:00", 0).List, "a read without a buffer loses the row"
    assert len(khaos.GetStockList(0, "2026-11-18T08:45:00", 0).List) == 1
    khaos.faults()
    assert len(khaos.GetStockList(0, "2026-11-18T09:00:00", 0).List) == 1


def test_one_row_has_an_impossible_date_or_a_decimal_comma(khaos: Khaos) -> None:
    khaos.faults(
        {"switch": "bad_date", "method": "ExportOrderStatusEx", "codes": ["SO1"]},
        {"switch": "bad_decimal", "method": "ExportStock", "codes": ["MUG"], "field": "SELL_PRICE"},
    )
    orders = khaos.orders("SO1,SO3")
    assert (orders["SO1"].findtext("DATE_CREATED"), orders["SO3"].findtext("DATE_CREATED")) == (
        "31/02/2026",
        "11/11/2026",
    )
    price = khaos.stock("MUG,SET")["MUG"].find("SELL_PRICE")
    assert price is not None
    assert (price.text, price.get("IS_NET")) == ("1,5", "0")
    khaos.faults()
    assert khaos.stock("MUG")["MUG"].findtext("SELL_PRICE") == "12.00"


def test_the_idempotency_memory_can_be_lost(khaos: Khaos) -> None:
    khaos.UpdateStockItem("MUG", "AVAILABILITY", "Soon", "ref-1")
    khaos.faults({"switch": "forget_client_ref", "count": 1})
    answer = khaos.UpdateStockItem("MUG", "AVAILABILITY", "Later", "ref-1")
    assert answer[0].Result == "APPLIED"


def test_every_switch_of_the_contract_is_offered() -> None:
    contract = """soap_fault business_fault empty_return non_xml_return cdata truncated_xml bad_size drop_rows
        duplicate_rows count_mismatch slow hang reset_after_commit skip_silently partial_import create_unknown_items
        short_refs wrong_match change_during_read stale_last_updated per_site_rows nested_scs ignore_site
        level_is_physical back_order_in_level stage_path calc_method unit_rounding clock_dst clock_skew bad_date
        bad_decimal self_signed_tls extension_off forget_client_ref human_edit"""
    assert set(contract.split()) == SWITCHES


def test_parts_may_be_untyped_unnamed_and_fewer_than_asked_for(khaos: Khaos) -> None:
    by_position = raw(khaos, "GetStockList", "<a>-1</a><b>1970-01-01T01:00:00</b><c>1</c>")
    assert etree.fromstring(by_position.content).findtext(".//Count") == "1"
    left_out = raw(khaos, "GetStockPotential", "<StockCode>IMUG_</StockCode>")
    assert etree.fromstring(left_out.content).findtext(".//StockCode") == "MUG", "left out reaches the server as 0"
    minus_one = raw(khaos, "ExportPriceListEx", "<PriceLists>Web</PriceLists><PriceListType>3</PriceListType>")
    assert minus_one.status_code == 200


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("not xml", "not well-formed"),
        ("<Envelope/>", "Unknown envelope"),
        ('<!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>', "DOCTYPE"),
        ('<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>', "empty"),
        (
            '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><Nonsense/></e:Body></e:Envelope>',
            "No such method",
        ),
    ],
)
def test_what_is_no_call_is_a_fault(khaos: Khaos, body: str, text: str) -> None:
    answer = httpx.post(khaos.soap_url, content=body, trust_env=False)
    assert answer.status_code == 500
    assert text in etree.fromstring(answer.content).findtext(".//faultstring", "")


def test_an_argument_of_the_wrong_kind_is_a_fault(khaos: Khaos) -> None:
    answer = raw(
        khaos, "GetStockList", "<DateType>many</DateType><DateValue></DateValue><StockItemType>0</StockItemType>"
    )
    assert answer.status_code == 500
    assert "not a valid int" in answer.text


def test_with_basic_authentication_nobody_enters_without_the_password(world: Path) -> None:
    from khaos_assets_tests.integration.sandbox.khaos.conftest import WSDL
    from khaos_assets_tests.sandbox_fixtures import running_sandbox

    with running_sandbox(world, sign_in=["khaos"]) as sandbox:
        own = sandbox.credentials("khaos")
        transport = zeep.Transport()
        transport.session.auth = (own["username"], own["password"])
        client = zeep.Client(sandbox.base_url("khaos") + WSDL, transport=transport)
        assert client.service.GetVersion()
        stranger = zeep.Client(sandbox.base_url("khaos") + WSDL)
        with pytest.raises(zeep.exceptions.TransportError) as refusal:
            stranger.service.GetVersion()
        assert refusal.value.status_code == 401
