"""Worlds grown from a real order history keep its facts; one that cannot be read says where and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from khaos_assets.config import load_settings
from khaos_assets.sandbox.worlds import HistoryError, make_world
from khaos_assets.sandbox.worlds.order_history import read_history
from khaos_assets.systems.khaos.settings import Khaos
from khaos_assets.systems.scayle.settings import Scayle
from khaos_assets_tests.unit.sandbox.worlds.files import Record, read_world
from khaos_assets_tests.unit.sandbox.worlds.test_truth import assert_true

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
REAL = Path(__file__).parents[5] / "shared" / "data" / "online_retail_sample.csv"

HISTORY = HEADER + "\n".join(
    [
        "536365,85123A,WHITE HANGING HEART ,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom",
        "536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom",
        "536370,85123A,WHITE HANGING HEART ,2,2010-12-01 08:45:00,2.55,12583.0,France",
        "536370,POST,POSTAGE,3,2010-12-01 08:45:00,18.00,12583.0,France",
        "536400,85123a,WHITE HANGING HEART ,1,2010-12-02 10:00:00,2.95,,United Kingdom",
        "536401,22139,,56,2010-12-02 11:00:00,0.0,,United Kingdom",
        "536402,22139,damaged,-5,2010-12-02 12:00:00,0.0,,United Kingdom",
        "C536500,71053,WHITE METAL LANTERN,-1,2010-12-05 09:00:00,3.39,17850.0,United Kingdom",
    ]
)


@pytest.fixture
def history(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "orders.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


@pytest.fixture
def grown(tmp_path: Path, history: Callable[[str], Path]) -> list[Record]:
    """The records of the last night of a small grown world, nothing planted, by file."""
    from khaos_assets.sandbox.worlds.plant import PLANTS

    make_world(tmp_path / "w", seed=1, orders_csv=history(HISTORY), plant=dict.fromkeys(PLANTS, 0))
    _, nights = read_world(tmp_path / "w")
    return [nights[-1].records, nights[-1].truth]


def test_its_merchant_has_orders_read_as_far_back_as_they_go(tmp_path: Path, history: Callable[[str], Path]) -> None:
    """Of an order before the window a channel's details are not read, and nothing planted on it could be found."""
    later = "536999,71053,WHITE METAL LANTERN,1,2011-12-09 09:00:00,3.39,17850.0,United Kingdom"
    make_world(tmp_path / "w", seed=1, orders_csv=history(f"{HISTORY}\n{later}"), systems=("khaos", "scayle"))
    settings = load_settings(tmp_path / "w" / "merchant.toml")
    year = (date(2011, 12, 10) - date(2010, 12, 1)).days
    assert min(settings.of(Khaos).order_window_days, settings.of(Scayle).order_window_days) >= year


def order(records: Record, reference: str, kind: str = "S") -> Record:
    rows = records["khaos/sales_orders"]
    return next(r for r in rows if r["@ASSOCIATED_REF"] == reference and r["ORDER_TYPE"]["@TYPE_ID"] == kind)


def test_orders_keep_their_lines_prices_and_customers(grown: list[Record]) -> None:
    records, _ = grown
    found = order(records, "536365")
    lines = next(r for r in records["khaos/order_lines"] if r["_sorder_code"] == found["@SORDER_CODE"])
    items = lines["ORDER_ITEMS"]["ORDER_ITEM"]
    assert [(x["STOCK_CODE"], x["ORDER_QTY"], x["PRICE_GRS"]) for x in items] == [
        ("85123A", "6", "2.55"),
        ("71053", "6", "3.39"),
    ]
    assert found["COMPANY_NAME"]["@COMPANY_CODE"] == "17850"
    assert found["DATE_CREATED"] == "01/12/2010"


def test_the_commoner_spelling_is_khaos_and_the_other_stays_in_wair(grown: list[Record]) -> None:
    records, truth = grown
    assert "85123A" in {r["STOCK_CODE"] for r in records["khaos/stock_items"]}
    skus = {r["skuId"] for r in records["wair/items"]}
    assert "85123a" in skus and "85123A" not in skus
    assert [(t["code"], t["record_key"]) for t in truth if t["kind"] == "exception"] == [("SKU-02", "85123a")]


def test_a_credit_note_shares_the_reference_of_the_order_it_belongs_to(grown: list[Record]) -> None:
    records, _ = grown
    note = order(records, "536365", kind="C")
    assert note["@SORDER_CODE"] == "CN536500"


def test_lines_without_a_customer_go_to_the_house_account_and_zero_prices_stay(grown: list[Record]) -> None:
    records, _ = grown
    found = order(records, "536401")
    assert found["COMPANY_NAME"]["@COMPANY_CODE"] == "HOUSE"
    assert found["ITEMS_TOTAL"]["#text"] == "0.00"
    item = next(r for r in records["khaos/stock_items"] if r["STOCK_CODE"] == "22139")
    assert item["STOCK_DESC"] == "damaged", "the only description the history has of it"


def test_negative_quantities_outside_credit_notes_are_no_orders(grown: list[Record]) -> None:
    records, _ = grown
    assert "536402" not in {r["@ASSOCIATED_REF"] for r in records["khaos/sales_orders"]}


def test_postage_is_a_non_stock_code_and_stays_out_of_wair(grown: list[Record]) -> None:
    records, _ = grown
    assert "POST" in {r["STOCK_CODE"] for r in records["khaos/stock_items"]}
    assert "POST" not in {r["skuId"] for r in records["wair/items"]}


def test_the_last_night_is_the_day_after_the_last_invoice(tmp_path: Path, history: Callable[[str], Path]) -> None:
    summary = make_world(tmp_path / "w", seed=1, orders_csv=history(HISTORY), plant={"decoys": 0})
    assert summary.nights == [date(2010, 12, 5), date(2010, 12, 6)]
    assert_true(tmp_path / "w")


def test_latin_1_and_utf_8_are_both_read(history: Callable[..., Path]) -> None:
    text = HEADER + "1,22001,CAFÉ SIGN,1,12/1/2010 8:26,2.55,17850,United Kingdom\n"
    for encoding in ("utf-8", "utf-8-sig", "latin-1"):
        assert read_history(history(text, encoding))[0].description == "CAFÉ SIGN"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("1,22001,MUG,one,2010-12-01 08:26:00,2.55,17850,UK", "line 2: Quantity: 'one'; expected a whole number"),
        ("1,22001,MUG,1,01.12.2010,2.55,17850,UK", "line 2: InvoiceDate: '01.12.2010'; expected a date and time"),
        ("1,22001,MUG,1,2010-12-01 08:26:00,£2.55,17850,UK", "line 2: UnitPrice: '£2.55'; expected an amount"),
        ("1,22001,MUG,1,2010-12-01 08:26:00,NaN,17850,UK", "line 2: UnitPrice: 'NaN'"),
        (",22001,MUG,1,2010-12-01 08:26:00,2.55,17850,UK", "line 2: InvoiceNo: ''"),
        ('1,"22,001",MUG,1,2010-12-01 08:26:00,2.55,17850,UK', "line 2: StockCode: '22,001'"),
        ("1,22001,MUG,1,2010-12-01 08:26:00,2.55,17850", "line 2: 7 fields; expected 8"),
        ("1,22001,MUG,1,2010-12-01 08:26:00,2.55,12345678901,UK", "line 2: CustomerID"),
    ],
)
def test_a_wrong_field_is_named_with_its_line_and_what_was_expected(
    history: Callable[[str], Path], line: str, words: str
) -> None:
    with pytest.raises(HistoryError) as error:
        read_history(history(HEADER + line + "\n"))
    assert words in str(error.value)
    assert "orders.csv" in str(error.value)


def test_a_missing_column_is_named(history: Callable[[str], Path]) -> None:
    with pytest.raises(HistoryError, match="no column UnitPrice"):
        read_history(history(HEADER.replace("UnitPrice", "Price")))


def test_an_empty_history_is_told_so(history: Callable[[str], Path]) -> None:
    with pytest.raises(HistoryError, match="no order lines"):
        read_history(history(HEADER))


def test_a_history_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="cannot be read"):
        read_history(tmp_path / "nothing.csv")


@pytest.mark.skipif(not REAL.exists(), reason=f"the real order history is not at {REAL.name} beside the project")
def test_the_real_history_keeps_its_codes_orders_and_case_pairs(tmp_path: Path) -> None:
    """3,007 codes, 12,392 invoices, 21 codes in two spellings; what is planted besides is true to the catalogue."""
    make_world(tmp_path, seed=7, orders_csv=REAL, nights=1)
    ((last, found),) = assert_true(tmp_path)
    assert last.date == "2011-12-10"
    rows = read_history(REAL)
    codes = {r.code.casefold() for r in rows}
    assert len(codes) == 3007 - 21
    known = {r["STOCK_CODE"].casefold() for r in last.of("khaos/stock_items")}
    assert codes <= known | {k.rsplit("/", 1)[-1].casefold() for k in last.broken}
    references = {r["@ASSOCIATED_REF"] for r in last.of("khaos/sales_orders")}
    assert {r.invoice for r in rows if r.quantity > 0} <= references
    assert sum(k[0] == "SKU-02" for k in found) >= 21
