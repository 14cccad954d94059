"""An ordinary SOAP client, given only the WSDL's address, reads what the world holds."""

from __future__ import annotations

import bz2
import io
import zipfile
from pathlib import Path

import pytest
import zeep
from lxml import etree

from khaos_assets_tests.integration.sandbox.khaos.conftest import EVERYTHING, WORLD, WSDL, Khaos, item, order, started
from khaos_assets_tests.sandbox_fixtures import write_world


def test_the_wsdl_asks_for_nothing_but_its_own_server(khaos: Khaos) -> None:
    asked: list[str] = []

    class Watched(zeep.Transport):
        def load(self, url: str) -> bytes:
            asked.append(url)
            return super().load(url)

    zeep.Client(khaos.sandbox.base_url("khaos") + WSDL, transport=Watched())
    own = khaos.sandbox.base_url("khaos") + "/"
    assert asked
    assert all(url.startswith(own) for url in asked)


def test_the_version_is_a_string(khaos: Khaos) -> None:
    assert khaos.GetVersion().startswith("8.")


def test_sites_name_the_default_one(khaos: Khaos) -> None:
    answer = khaos.GetSiteList()
    assert [(s.SiteID, s.SiteName) for s in answer.List] == [(1, "Main"), (7, "Shop")]
    assert answer.CurrentSiteID == 1


def test_the_key_list_counts_itself_and_says_when_each_item_changed(khaos: Khaos) -> None:
    answer = khaos.GetStockList(-1, EVERYTHING, 0)
    assert answer.Count == len(answer.List) == 7
    assert answer.List[0].StockCode == "MUG"
    assert answer.List[0].LastUpdated.isoformat() == "2026-11-10T09:00:00"


@pytest.mark.parametrize(
    ("date_type", "since", "item_type", "codes"),
    [
        (0, "2026-11-18T09:00:00", 0, ["SET"]),
        (0, "2026-11-18T09:00:01", 0, []),
        (1, EVERYTHING, 0, []),
        (2, "2026-11-15T09:00:00", 1, ["TEE"]),
        (-1, "2030-01-01T00:00:00", 2, ["TEE-R", "TEE-B"]),
    ],
)
def test_the_key_list_is_limited_by_a_date_inclusively_and_by_kind_of_item(
    khaos: Khaos, date_type: int, since: str, item_type: int, codes: list[str]
) -> None:
    answer = khaos.GetStockList(date_type, since, item_type)
    assert [i.StockCode for i in answer.List or []] == codes


def test_codes_are_asked_without_regard_to_case_and_unknown_ones_are_left_out(khaos: Khaos) -> None:
    found = khaos.stock("mug,no-such-item,tee-r")
    assert list(found) == ["MUG", "TEE-R"]
    assert found["MUG"].findtext("STOCK_DESC") == "Mug & <jug> ‘blue’"
    price = found["MUG"].find("SELL_PRICE")
    assert price is not None
    assert (price.text, price.get("IS_NET")) == ("12.00", "0")


def test_codes_win_over_the_change_date_and_no_code_means_all(khaos: Khaos) -> None:
    assert list(khaos.stock("MUG")) == ["MUG"]
    assert len(khaos.stock()) == 7
    changed = etree.fromstring(khaos.ExportStock("", 1, "2026-11-18T09:00:00").encode())
    assert [e.findtext("STOCK_CODE") for e in changed] == ["SET"]
    by_reference = etree.fromstring(khaos.ExportStock("ref-mug", 2, EVERYTHING).encode())
    assert [e.findtext("STOCK_CODE") for e in by_reference] == ["MUG"]


def test_what_is_for_the_simulator_only_never_goes_out(khaos: Khaos) -> None:
    assert "_parent_code" not in khaos.ExportStock("", 1, EVERYTHING)
    assert "_site" not in khaos.ExportStockStatus("", 1, EVERYTHING, 1, False)


def test_compressed_exports_hold_the_same_document(khaos: Khaos) -> None:
    plain = khaos.ExportStock("MUG", 1, EVERYTHING)
    packed = khaos.ExportStockCompressed("MUG", 1, EVERYTHING, 0)
    archive = zipfile.ZipFile(io.BytesIO(packed.Data))
    raw = archive.read(archive.namelist()[0])
    assert raw.decode() == plain
    assert (packed.Method, packed.OriginalSize, packed.CompressedSize) == ("ZIP", len(raw), len(packed.Data))
    stream = khaos.ExportStockCompressed("MUG", 1, EVERYTHING, 1)
    assert (stream.Method, bz2.decompress(stream.Data)) == ("BZIP2", raw)
    assert etree.fromstring(bz2.decompress(khaos.GetStockListCompressed(-1, EVERYTHING, 0, 1).Data)).get("COUNT") == "7"


def test_levels_are_of_one_site_and_the_root_names_it(khaos: Khaos) -> None:
    shop = etree.fromstring(khaos.ExportStockStatus("MUG", 1, EVERYTHING, 7, False).encode())
    assert (shop.get("SITE"), shop.findtext("STOCK_ITEM/LEVEL")) == ("Shop", "3")
    default = etree.fromstring(khaos.ExportStockStatus("MUG", 1, EVERYTHING, 0, False).encode())
    assert (default.get("SITE"), default.findtext("STOCK_ITEM/LEVEL")) == ("Main", "10")
    every = etree.fromstring(khaos.ExportStockStatus("MUG", 1, EVERYTHING, -1, False).encode())
    assert [(e.findtext("SITE"), e.findtext("LEVEL")) for e in every] == [("Main", "10"), ("Shop", "3")]
    with pytest.raises(zeep.exceptions.Fault):
        khaos.ExportStockStatus("MUG", 1, EVERYTHING, 99, False)


def test_potential_is_asked_by_internal_id_unless_told_otherwise(khaos: Khaos) -> None:
    assert khaos.GetStockPotential("IMUG_", 0)[0].StockCode == "MUG"
    row = khaos.GetStockPotential("mug", 1)[0]
    assert (str(row.Available), str(row.Potential)) == ("13", "18")
    assert not khaos.GetStockPotential("", 1)


def test_customers_by_date_class_and_code(khaos: Khaos) -> None:
    assert khaos.GetCompanyList(EVERYTHING, "").Count == 2
    assert [c.CompanyCode for c in khaos.GetCompanyList("2026-11-18T09:00:00", "").List] == ["C2"]
    assert [c.CompanyCode for c in khaos.GetCompanyList(EVERYTHING, "Retail").List] == ["C1"]
    assert not khaos.GetCompanyList(EVERYTHING, "retail").List
    detail = etree.fromstring(khaos.ExportCompany("shop-2", 2, EVERYTHING).encode())
    assert detail.findtext("COMPANY/COMPANY_NAME") == "Example & Sons"
    info = khaos.GetCompanyInfo("c1", 1)[0]
    assert (info.CreditStop, str(info.CreditLimit), info.PriceLists) == (True, "0.00", ["Web"])


def test_deletions_of_a_window_carry_a_british_date(khaos: Khaos) -> None:
    november = khaos.GetDeletedEntries("2026-11-01T00:00:00", "2026-11-30T00:00:00", 5, "")
    assert "<DELETION_DATE>05/11/2026</DELETION_DATE>" in november
    assert "4999" not in khaos.GetDeletedEntries("2026-12-01T00:00:00", "2026-12-30T00:00:00", 5, "")


def test_prices_by_list_and_by_customer(khaos: Khaos) -> None:
    assert khaos.GetPriceLists() == ["Web"]
    by_list = etree.fromstring(khaos.ExportPriceListEx("web", 3, False).encode())
    entry = by_list.find("StockItem-CustomerClassificationsList/StockItem-CustomerClassifications")
    assert entry is not None
    assert (entry.get("CompClass"), entry.findtext("StockItem/AmountValue")) == ("Web", "11.50")
    by_customer = etree.fromstring(khaos.ExportPriceListEx("C2", 1, False).encode())
    assert by_customer.findtext("StockItem-Customers/StockItem-Customer/StockItem/AmountValue") == "9.00"
    assert etree.fromstring(khaos.ExportPriceList("").encode()).findtext(".//AmountValue") == "11.50"


def test_orders_of_a_window_and_by_each_kind_of_id(khaos: Khaos) -> None:
    window = khaos.orders(DateFrom="2026-11-10T12:00:00", DateTo="2026-11-11T12:00:00")
    assert set(window) == {"SO2", "SO3"}
    assert set(khaos.orders("web-1,WEB-99", 4)) == {"SO1"}
    assert set(khaos.orders("so3", 3)) == {"SO3"}
    assert len(khaos.orders("C1", 1)) == len(khaos.orders("SHOP-1", 2)) == 6


def test_cancelled_orders_are_left_out_even_by_id_unless_asked_for(khaos: Khaos) -> None:
    assert not khaos.orders("WEB-2", 4, IncludeCancelled=False)
    assert set(khaos.orders("WEB-2", 4)) == {"SO2"}
    assert set(khaos.orders(InvoiceStageIDs="1")) == {"SO2"}


def test_orders_by_stage_by_web_reference_and_without_lines(khaos: Khaos) -> None:
    assert set(khaos.orders(InvoiceStageIDs="14,70")) == {"SO4", "SO5", "SO6"}
    assert "SO3" not in khaos.orders(WebOnly=True)
    assert khaos.orders("SO1")["SO1"].find(".//INVOICE_ITEM") is not None
    assert khaos.orders("SO1", ShowItems=False)["SO1"].find(".//INVOICE_ITEM") is None


def test_orders_whose_tracking_changed_in_the_window_join_it_when_asked_for(tmp_path: Path) -> None:
    shipped = order("SO7", "WEB-7", "2026-10-01T12:00:00", _tracking_changed_at="2026-11-15T09:00:00")
    window = {"DateFrom": "2026-11-15T00:00:00", "DateTo": "2026-11-16T00:00:00"}
    with started(write_world(tmp_path, {**WORLD, "khaos/sales_orders": [shipped]})) as khaos:
        assert not khaos.orders(**window)
        assert set(khaos.orders(**window, IncludeTracking=True)) == {"SO7"}


def test_no_ids_and_no_window_is_refused(khaos: Khaos) -> None:
    with pytest.raises(zeep.exceptions.Fault):
        khaos.ExportOrderStatusEx("", 1, False, False, False, True, zeep.xsd.SkipValue, zeep.xsd.SkipValue, "", True)


def test_the_simple_status_is_every_open_web_order_and_those_issued_within_two_days(khaos: Khaos) -> None:
    rows = etree.fromstring(khaos.ExportOrderStatus().encode())
    assert [(e.get("REF"), e.get("INVOICE"), e.text) for e in rows] == [
        ("WEB-1", "I1", "12"),
        ("WEB-5", "I5", "70"),
        ("WEB-6", "I6", "12"),
        ("WEB-6", "I7", "14"),
    ]


def test_order_lines_speak_the_import_vocabulary(khaos: Khaos) -> None:
    for code, mapping in (("SO1", 1), ("web-1", 2)):
        document = etree.fromstring(khaos.ExportOrders(code, mapping).encode())
        assert document.findtext("SALES_ORDER/ORDER_ITEMS/ORDER_ITEM/PRICE_GRS") == "12.00"
    with pytest.raises(zeep.exceptions.Fault):
        khaos.ExportOrders("SO1", 3)


def test_reference_lists_come_from_what_the_records_use(khaos: Khaos) -> None:
    assert khaos.GetCompanyClass(0) == ["Retail", "Trade"]
    assert khaos.GetManufacturer() == ["Potteries"]
    assert khaos.GetCountryList().List[0].CountryCode3 == "GBR"
    assert khaos.GetCountryList().Count == 1
    for empty in (khaos.GetCompanyStatus(), khaos.GetKeycodes(), khaos.GetHarmonisationCodes()):
        assert not empty


def test_a_style_whose_record_says_so_goes_out_with_its_children_inside(tmp_path: Path) -> None:
    items = [i for i in WORLD["khaos/stock_items"] if i["STOCK_CODE"] != "TEE"]
    world = write_world(tmp_path, {**WORLD, "khaos/stock_items": [*items, item("TEE", _nested=True)]})
    with started(world) as khaos:
        found = khaos.stock("TEE,TEE-R,MUG")
        assert set(found) == {"TEE", "MUG"}
        tree = found["TEE"].find("SCS")
        assert tree is not None
        assert [(h.get("LEVEL"), h.text) for h in tree.findall("HEADING")] == [("1", "Colour")]
        steps = {s.findtext("DESCRIPTION"): s.findtext("SCS_ITEM/STOCK_CODE") for s in tree.findall("STYLE")}
        assert steps == {"Red": "TEE-R", "Blue": "TEE-B"}
        child = tree.find("STYLE/SCS_ITEM")
        assert child is not None
        assert (child.findtext("DESCRIPTION"), child.find("STOCK_DESC")) == ("Item TEE-R", None)
        assert child.find("MANUFACTURER") is None
        assert set(khaos.stock("TEE-B")) == {"TEE"}
