"""The workbook, read back by another program: nothing runs, nothing is lost, every total ties out."""

from __future__ import annotations

import csv
import re
import zipfile
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from xlsxwriter import Workbook

from khaos_assets.reports import export_exceptions
from khaos_assets.reports.figures import read_figures
from khaos_assets.reports.workbook import write_workbook
from khaos_assets.reports.workbook.cells import MAX_TEXT, Cells, Overflow, WorkbookError, in_parts, utf16_units
from khaos_assets.reports.workbook.family import NAMES
from khaos_assets.warehouse import open_warehouse
from khaos_assets_tests.unit.reports.nights import NIGHT, SETTINGS, make_night, not_tested, read, row


def workbook(folder: Path, rows: list[dict[str, Any]], *, values: bool = True, **more: Any) -> Any:
    """The night's workbook as openpyxl reads it: values, or formulas."""
    out = folder / "exceptions.xlsx"
    with open_warehouse(make_night(folder, rows, **more), read_only=True) as con:
        write_workbook(con, read_figures(con, SETTINGS.merchant.name, NIGHT), out)
    return openpyxl.load_workbook(out, data_only=values)


def column(book: Any, sheet: str, name: str) -> list[Any]:
    """The data cells of one column of a family's sheet."""
    place = NAMES.index(name) + 1
    return [cells[0].value for cells in book[sheet].iter_rows(min_row=2, min_col=place, max_col=place)]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+A1",
        "-2+3",
        "@SUM(A1)",
        "<r>x</r>",
        "<r><t>&bad</r>",
        "_x0041_",
        "a\rb\tc",
        "  blanks  ",
        "00123",
        "TRUE",
    ],
)
def test_somebody_elses_text_stays_text_to_the_letter(tmp_path: Path, text: str) -> None:
    book = workbook(tmp_path, [row(record_key=text)])
    cell = book["STK"].cell(2, NAMES.index("record_key") + 1)
    assert cell.data_type in ("s", "inlineStr")
    # openpyxl leaves Excel's own escapes (_x000D_) as they stand in the file.
    unescaped = re.sub(r"_x([0-9A-F]{4})_", lambda m: chr(int(m[1], 16)), cell.value)
    assert unescaped == text


def test_a_text_of_forty_thousand_characters_arrives_whole(tmp_path: Path) -> None:
    long = "".join(chr(97 + i % 26) for i in range(39_000)) + "😀" * 1000
    book = workbook(tmp_path, [row(actual_value=long)])
    (shown,) = column(book, "STK", "actual_value")
    assert "[CUT HERE: 40,000 characters, the whole text is in sheet Overflow, number 1]" in shown
    assert utf16_units(shown) <= MAX_TEXT
    parts = [cells[5].value for cells in book["Overflow"].iter_rows(min_row=2)]
    assert "".join(parts) == long
    assert [cells[2].value for cells in book["Overflow"].iter_rows(min_row=2)] == ["J2", "J2"]


def test_a_cut_never_divides_a_character() -> None:
    assert in_parts("a😀😀b", 2) == ["a", "😀", "😀", "b"]
    assert "".join(in_parts("x" * 100_001, 32_000)) == "x" * 100_001


def test_rows_beyond_a_sheets_end_go_on_in_the_next_and_the_totals_count_both(tmp_path: Path) -> None:
    store = make_night(tmp_path, [row(record_key=f"S{i}", amount_gbp=Decimal("0.10")) for i in range(25)])
    out = tmp_path / "small.xlsx"
    with open_warehouse(store, read_only=True) as con:
        write_workbook(con, read_figures(con, "M", NIGHT), out, rows_per_sheet=10)
    book = openpyxl.load_workbook(out)
    assert [n for n in book.sheetnames if n.startswith("STK")] == ["STK", "STK 2", "STK 3"]
    assert [book[n].max_row - 1 for n in ("STK", "STK 2", "STK 3")] == [10, 10, 5]
    counted = next(c.value for r in book["Control"].iter_rows() for c in r if "COUNTIFS" in str(c.value))
    assert counted.count("COUNTIFS") == 3
    assert all(sheet.freeze_panes == "C2" and sheet.auto_filter.ref for n in ("STK", "STK 3") for sheet in [book[n]])


def test_nothing_is_cut_off_where_sheets_end(tmp_path: Path) -> None:
    rows = [row(record_key=f"S{i}", case_key=f"{i:032}", state="open" if i % 3 else "expected") for i in range(25)]
    store = make_night(tmp_path, rows)
    with open_warehouse(store, read_only=True) as con:
        write_workbook(con, read_figures(con, "M", NIGHT), tmp_path / "small.xlsx", rows_per_sheet=10)
    for format in ("csv", "parquet"):
        export_exceptions(store, NIGHT, out=tmp_path / f"all.{format}", format=format)
    book = openpyxl.load_workbook(tmp_path / "small.xlsx", data_only=True)
    sheets = [key for n in ("STK", "STK 2", "STK 3") for key in column(book, n, "case_key")]
    with (tmp_path / "all.csv").open(encoding="utf-8") as text:
        in_csv = [line["case_key"] for line in csv.DictReader(text)]
    in_parquet = pq.read_table(tmp_path / "all.parquet")["case_key"].to_pylist()
    assert sorted(sheets) == sorted(in_csv) == sorted(in_parquet) == [r["case_key"] for r in rows]


def test_figures_and_dates_are_real_ones(tmp_path: Path) -> None:
    book = workbook(tmp_path, [row(units=Decimal("-1.5"), amount_gbp=Decimal("1234567.89"))])
    assert column(book, "STK", "amount_gbp") == [1234567.89]
    assert column(book, "STK", "units") == [-1.5]
    assert column(book, "STK", "as_of") == [NIGHT.as_of.replace(tzinfo=None)]
    assert column(book, "STK", "night") == [datetime.combine(NIGHT.date, time())]


def test_a_figure_beyond_fifteen_digits_is_written_as_exact_text_rather_than_rounded(tmp_path: Path) -> None:
    book = workbook(tmp_path, [row(units=Decimal("12345678901234567890.12345"))])
    assert column(book, "STK", "units") == ["12345678901234567890.12345"]


def test_an_unknown_amount_is_blank_and_a_nought_is_a_nought(tmp_path: Path) -> None:
    book = workbook(tmp_path, [row(record_key="A", amount_gbp=None), row(record_key="B", amount_gbp=Decimal(0))])
    assert dict(zip(column(book, "STK", "record_key"), column(book, "STK", "amount_gbp"), strict=True)) == {
        "A": None,
        "B": 0,
    }


def test_open_rows_stand_first_and_the_largest_first_among_them(tmp_path: Path) -> None:
    rows = [
        row(record_key="explained", state="suppressed", suppressed_by="STK-03", amount_gbp=Decimal(900)),
        row(record_key="small", amount_gbp=Decimal(1)),
        row(record_key="waiting", state="expected", amount_gbp=Decimal(500)),
        row(record_key="large", amount_gbp=Decimal(50)),
    ]
    assert column(workbook(tmp_path, rows), "STK", "record_key") == ["large", "small", "waiting", "explained"]


def test_an_explained_row_names_the_exception_that_explains_it_in_words(tmp_path: Path) -> None:
    cause = row(code="STK-03", record_key="GIFT-SET", case_key="cause")
    explained = row(record_key="GIFT-SET", state="suppressed", suppressed_by="cause", case_key="explained")
    book = workbook(tmp_path, [cause, explained])
    assert column(book, "STK", "explained_by") == [None, "STK-03 GIFT-SET"]


def linked(formula: str) -> str:
    """The text of a cell that leads somewhere; any other text as it is."""
    found = re.fullmatch(r'=HYPERLINK\("#(.*)","(.*)"\)', formula)
    return found[2] if found else formula


def control(book: Any) -> dict[str, dict[str, Any]]:
    """The rules of the Control sheet by code and pair, headings as keys."""
    lines = [[c.value for c in cells] for cells in book["Control"].iter_rows()]
    head = next(i for i, line in enumerate(lines) if line[0] == "Code")
    found: dict[str, dict[str, Any]] = {}
    for line in lines[head + 1 :]:
        if not line[0]:
            break
        named = dict(zip((str(t).replace("\n", " ") for t in lines[head]), line, strict=True))
        found[f"{linked(str(named['Code']))} {named['Systems (expected > actual)']}"] = named
    return found


def test_control_shows_compared_equal_to_matched_expected_open_and_suppressed(tmp_path: Path) -> None:
    rows = [row(record_key="A"), row(record_key="B", state="expected"), row(record_key="C", state="suppressed")]
    line = control(workbook(tmp_path, rows, matched=7))["STK-01 wair>khaos"]
    assert [line[k] for k in ("Compared", "Matched", "Expected", "Open", "Suppressed")] == [10, 7, 1, 1, 1]
    assert (line["Adds up"], line["Rows agree"], line["GBP agree"]) == ("OK", "OK", "OK")


def test_the_checks_are_live_formulas_over_what_the_sheets_hold(tmp_path: Path) -> None:
    line = control(workbook(tmp_path, [row()], values=False))["STK-01 wair>khaos"]
    assert line["Adds up"].startswith("=IF(")
    assert "COUNTIFS('STK'!$A$2:$A$2,\"=open\"" in line["Open rows in sheet"]
    assert '"=wair>khaos"' in line["GBP in sheet"]


def test_a_code_that_was_not_tested_says_so_with_its_reason_and_shows_no_figures(tmp_path: Path) -> None:
    book = workbook(tmp_path, [], codes=[not_tested("ORD-06", "wair>khaos", "wair/dispatches is INCOMPLETE")])
    line = control(book)["ORD-06 wair>khaos"]
    assert (line["Result"], line["Why not tested"]) == ("NOT TESTED", "wair/dispatches is INCOMPLETE")
    assert (line["Compared"], line["Open"], line["Adds up"]) == (None, None, None)


def test_a_control_total_that_does_not_tie_is_called_check(tmp_path: Path) -> None:
    book = workbook(tmp_path, [row()], reads=[read(extracted=101)])
    assert book["Control"]["B2"].value == "CHECK"


def test_over_and_under_are_shown_apart_and_never_netted(tmp_path: Path) -> None:
    rows = [
        row(record_key="A", units=Decimal(5), amount_gbp=Decimal("50.00")),
        row(record_key="B", units=Decimal(-5), amount_gbp=Decimal("50.00")),
    ]
    line = control(workbook(tmp_path, rows))["STK-01 wair>khaos"]
    assert (line["Over GBP"], line["Under GBP"], line["Open GBP"]) == (50, 50, 100)


def test_amounts_of_different_bases_are_totalled_apart(tmp_path: Path) -> None:
    rows = [row(), row(code="ORD-05", amount_gbp=Decimal(100)), row(code="STK-07", amount_gbp=Decimal("0.02"))]
    cells = [[c.value for c in r[:4]] for r in workbook(tmp_path, rows)["Control"].iter_rows()]
    assert ["cost (indicative)", None, 2, 10] in cells
    assert ["order lines, net", None, 1, 100] in cells


def test_totals_have_names_that_other_sheets_can_use(tmp_path: Path) -> None:
    book = workbook(tmp_path, [row()])
    assert {"Control_check", "Open_STK_01_wair_khaos", "Open_GBP_STK_01_wair_khaos", "Loaded_wair"} <= set(
        book.defined_names
    )


def test_each_code_leads_to_its_runbook_page_inside_the_workbook(tmp_path: Path) -> None:
    book = workbook(tmp_path, [row()], values=False)
    formula = book["STK"].cell(2, NAMES.index("code") + 1).value
    assert linked(formula) == "STK-01"
    sheet, cell = re.findall(r"#'(\w+)'!(\w+)\"", formula)[0]
    assert (sheet, book[sheet][cell].value) == ("Runbook", "STK-01")


def test_about_names_the_night_the_snapshots_and_their_verdicts(tmp_path: Path) -> None:
    reasons = '[{"fault": "false_end", "detail": "page 3 was empty"}]'
    book = workbook(tmp_path, [], reads=[read(), read(entity="dispatches", verdict="INCOMPLETE", reasons=reasons)])
    words = [str(c.value) for r in book["About"].iter_rows() for c in r if c.value is not None]
    assert "Bright & Co <Gifts>" in words
    assert "20/11/2026 02:00:00 GMT" in words
    assert {"wair/stock", "COMPLETE", "INCOMPLETE", "two_pass", "b" * 64} <= set(words)


def test_the_same_night_gives_the_same_bytes_and_no_trace_of_the_clock(tmp_path: Path) -> None:
    rows = [row(record_key=f"S{i}", case_key=f"{i:032}") for i in range(30)]
    bodies = []
    for name, ordered in (("a", rows), ("b", rows[::-1])):
        workbook(tmp_path / name, ordered)
        bodies.append((tmp_path / name / "exceptions.xlsx").read_bytes())
    assert bodies[0] == bodies[1]
    with zipfile.ZipFile(tmp_path / "a" / "exceptions.xlsx") as archive:
        assert b"2026-11-20T02:00:00Z" in archive.read("docProps/core.xml")


def test_a_refused_cell_stops_the_workbook_instead_of_being_lost(tmp_path: Path) -> None:
    book = Workbook(str(tmp_path / "narrow.xlsx"))
    cells = Cells(book.add_worksheet("STK"), Overflow())
    with pytest.raises(WorkbookError, match=r"STK!ACOH5: .*return code -1"):
        cells.text(4, 20_001, "beyond the last column")
