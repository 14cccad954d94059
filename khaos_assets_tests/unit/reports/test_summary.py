"""The first sheet: what needs an explanation, how much it is and whose it is, read back by another program."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from khaos_assets.cases.ledger import open_ledger
from khaos_assets.cases.recording import record_night
from khaos_assets.config import Store
from khaos_assets.reports import write_nightly
from khaos_assets_tests.unit.reports.nights import NIGHT, SETTINGS, make_night, not_tested, row

ROWS = [
    row(case_key="mug", record_key="MUG-01", units=Decimal(2), amount_gbp=Decimal("9.98")),
    row(case_key="cup", record_key="CUP-02", units=Decimal(-1), amount_gbp=Decimal("4.00"), expected_value="6",
        actual_value="5", scope="Leeds"),
    row(case_key="order", code="ORD-05", record_key="W0101", owner="finance", field="full", units=None, scope="",
        amount_gbp=Decimal("120.00"), expected_value="3", actual_value="0"),
    row(case_key="blank", code="ORD-05", record_key="W0102", owner="finance", field="full", units=None, scope="",
        amount_gbp=None),
    row(case_key="pim", code="PIM-02", systems="plytix>khaos", record_key="MUG-01", owner="merchandising", scope="",
        field="description", units=None, amount_gbp=None),
    row(case_key="told", code="STK-08", record_key="MUG-01", state="suppressed", suppressed_by="mug",
        units=Decimal(-3), amount_gbp=Decimal("-77.00")),
    row(case_key="wait", record_key="NEW-09", state="expected", units=Decimal(1), amount_gbp=Decimal("50.00")),
]  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A night of five cases, one row that another explains and one inside its grace, and its reports."""
    store = make_night(
        tmp_path_factory.mktemp("night"), ROWS, codes=[not_tested("FIN-07", "khaos>orocommerce", "no prices")]
    )
    record_night(SETTINGS, store, NIGHT)
    return write_nightly(SETTINGS, store, NIGHT)


@pytest.fixture(scope="module")
def book(files: dict[str, Path]) -> Any:
    return openpyxl.load_workbook(files["exceptions.xlsx"], data_only=True)


def part(book: Any, title: str) -> list[dict[str, Any]]:
    """The table of the first sheet below a title, headings as keys."""
    lines = [[c.value for c in cells] for cells in book["Summary"].iter_rows()]
    begin = next(n for n, line in enumerate(lines) if str(line[0]).startswith(title))
    heads = [str(h).replace("\n", " ") for h in lines[begin + 1]]
    found: list[dict[str, Any]] = []
    for line in lines[begin + 2 :]:
        if line[0] is None:
            break
        found.append({h: v for h, v in zip(heads, line, strict=True) if v is not None})
    return found


def test_it_is_the_first_sheet(book: Any) -> None:
    assert book.sheetnames[0] == "Summary"
    assert book["Summary"]["A1"].value == "Bright & Co <Gifts> — what needs an explanation"


def test_how_much_it_is_stands_by_basis_with_over_and_under_apart_and_no_grand_total(book: Any) -> None:
    shown = {
        (x["Basis of GBP"], x["Side"]): (x["Stand open: cases"], x["Stand open: GBP"]) for x in part(book, "How much")
    }
    assert shown == {
        ("cost (indicative)", "over"): (1, 9.98),
        ("cost (indicative)", "under"): (1, 4),
        ("order lines, net", "–"): (2, 120),
        ("selling price, net", "–"): (1, 0),
    }


def test_an_amount_that_could_not_be_read_is_counted_and_in_no_pounds(book: Any) -> None:
    assert {x["Basis of GBP"]: x["Amount unknown"] for x in part(book, "How much")}["order lines, net"] == 1


def test_the_totals_are_live_sums_over_the_lines_of_the_owners(files: dict[str, Path]) -> None:
    live = openpyxl.load_workbook(files["exceptions.xlsx"])
    assert str(part(live, "How much")[0]["Stand open: GBP"]).startswith("=SUMIFS($E$")


def test_each_owner_sees_what_is_new_and_how_much(book: Any) -> None:
    assert {x["Owner"]: (x["Stand open"], x["New"], x["Late"]) for x in part(book, "Who owes it")} == {
        "finance": (2, 2, 0), "merchandising": (1, 1, 0), "operations": (2, 2, 0),
    }  # fmt: skip
    owed = [(x["Owner"], x["Side"], x["New: GBP"]) for x in part(book, "Who owes how much")]
    assert owed == [
        ("finance", "–", 120),
        ("merchandising", "–", 0),
        ("operations", "over", 9.98),
        ("operations", "under", 4),
    ]


def test_the_largest_items_show_the_figures_of_both_sides_and_their_systems(book: Any) -> None:
    shown = [
        (x["Code"], x["Record"], x["Amount GBP"], x["Expected in"], x["Expected"], x["Actual in"], x["Actual"])
        for x in part(book, "The largest")
    ]
    assert shown == [
        ("STK-01", "MUG-01", 9.98, "wair", "10", "khaos", "12"),
        ("STK-01", "CUP-02", 4, "wair", "6", "khaos", "5"),
        ("ORD-05", "W0101", 120, "wair", "3", "khaos", "0"),
    ]


def test_what_is_in_no_figure_is_listed_with_its_reason_and_without_netting(book: Any) -> None:
    rows = list(book["Not counted"].iter_rows(values_only=True))
    named = [dict(zip(map(str, rows[0]), x, strict=True)) for x in rows[1:]]
    assert [(r["State"], r["Code"], r["Amount GBP"], r["Side"]) for r in named] == [
        ("NOT TESTED", "FIN-07", None, None), ("suppressed", "STK-08", 77, "under"), ("expected", "STK-01", 50, "over"),
    ]  # fmt: skip
    assert "no prices" in {x[-1] for x in rows}


def test_cases_of_one_stock_code_stand_together_with_what_they_explain(book: Any) -> None:
    rows = list(book["Incidents"].iter_rows(min_row=2, values_only=True))
    assert [(r[1], r[4], r[7]) for r in rows] == [
        ("Stock code MUG-01", "stands open", "PIM-02"), ("Stock code MUG-01", "stands open", "STK-01"),
        ("Stock code MUG-01", "suppressed", "STK-08"),
    ]  # fmt: skip


def test_every_sheet_of_rows_can_be_filtered(book: Any) -> None:
    blocks = {"Charts", "Runbook"}
    assert [s.title for s in book.worksheets if not s.auto_filter.ref and s.title not in blocks] == []


def test_charts_are_native_and_drawn_from_the_sheets_own_cells(files: dict[str, Path]) -> None:
    sheet = openpyxl.load_workbook(files["exceptions.xlsx"])["Charts"]
    titles = {c.title.tx.rich.p[0].r[0].t for c in sheet._charts}
    assert titles == {
        "Open value by night, GBP: cost (indicative)", "Open value by night, GBP: order lines, net",
        "How long cases have stood", "Match rate by system: comparisons that matched",
    }  # fmt: skip
    assert {s.val.numRef.f.split("!")[0].strip("'") for c in sheet._charts for s in c.series} == {"Charts"}


def test_the_page_says_the_same(files: dict[str, Path]) -> None:
    page = files["index.html"].read_text(encoding="utf-8")
    for words in ("What needs an explanation, and how much it is", "Stock code MUG-01", "The largest of each basis",
                  "Open value by night, GBP: order lines, net", "How long cases have stood"):  # fmt: skip
        assert words in page
    assert "133.98" not in page


def test_a_case_that_the_night_did_not_look_at_stands_without_figures_of_tonight(tmp_path: Path) -> None:
    store = make_night(tmp_path, [row(case_key="mug", night=date(2026, 11, 19))])
    record_night(SETTINGS, store, type(NIGHT).of("2026-11-19"))
    with open_ledger(Store(tmp_path)) as ledger:
        assert len(ledger.cases()) == 1
    record_night(SETTINGS, store, NIGHT)
    files = write_nightly(SETTINGS, store, NIGHT)
    (top,) = part(openpyxl.load_workbook(files["exceptions.xlsx"], data_only=True), "The largest")
    assert (top["Days"], top["Actual"], "Expected" in top) == (1, "not looked at tonight", False)
