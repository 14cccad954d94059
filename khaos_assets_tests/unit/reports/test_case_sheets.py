"""The sheets of people's work, read back by another program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from khaos_assets.cases.decisions import resolve
from khaos_assets.cases.ledger import Ledger, open_ledger
from khaos_assets.config import Night, Store
from khaos_assets.reports.case_list import CaseList, read_case_list
from khaos_assets.reports.figures import read_figures
from khaos_assets.reports.page import write_page
from khaos_assets.reports.workbook import write_workbook
from khaos_assets.warehouse import open_warehouse
from khaos_assets_tests.unit.cases.nights_of_cases import SETTINGS, finding, night, noon, put
from khaos_assets_tests.unit.reports.nights import NIGHT, make_night


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Two nights: a drift that stays and grows, one that is put right by hand, one that goes, one that comes."""
    with open_ledger(Store(tmp_path)) as made:
        put(made, 1, finding("a", "10.00"), finding("b", "5.00"), finding("c", "7.00"))
        resolve(made, SETTINGS, "b", reason="corrected", note="booked by hand", by="ann", at=noon(1))
        put(made, 2, finding("a", "12.50"), finding("d", "1.25", owner="finance", units=Decimal(3)))
        yield made


def book_of(folder: Path, cases: CaseList | None, *, values: bool = True, rows_per_sheet: int = 1000) -> Any:
    out = folder / "exceptions.xlsx"
    with open_warehouse(make_night(folder / "night", []), read_only=True) as con:
        write_workbook(con, read_figures(con, "x", NIGHT), out, cases=cases, rows_per_sheet=rows_per_sheet)
    return openpyxl.load_workbook(out, data_only=values)


def page_of(folder: Path, cases: CaseList | None) -> str:
    out = folder / "page" / "index.html"
    with open_warehouse(make_night(folder / "night", []), read_only=True) as con:
        write_page(con, read_figures(con, "x", NIGHT), {}, {}, out, preview_rows=5, cases=cases)
    return out.read_text(encoding="utf-8")


def cases_of(folder: Path, n: int = 2) -> CaseList:
    with open_warehouse(make_night(folder / "night", []), read_only=True) as con:
        found = read_case_list(Store(folder), con, night(n))
    assert found is not None
    return found


def table(book: Any, sheet: str, header: int) -> list[dict[str, Any]]:
    rows = list(book[sheet].iter_rows(min_row=header, values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.mark.usefixtures("ledger")
def test_the_work_list_has_each_standing_case_with_real_dates_and_figures(tmp_path: Path) -> None:
    rows = table(book_of(tmp_path, cases_of(tmp_path)), "Work list", 1)
    shown = [(r["Owner"], r["New"], r["Record"], r["Amount GBP"], r["Side"], r["Days"]) for r in rows]
    assert shown == [("finance", "new", "MUG-d", 1.25, "over", 0), ("operations", None, "MUG-a", 12.5, "under", 1)]
    assert [r["Since"].date() for r in rows] == [night(2).date, night(1).date]
    assert rows[0]["Due (UTC)"].isoformat() == "2026-11-07T02:00:00"
    assert {r["Basis of GBP"] for r in rows} == {"cost (indicative)"}


@pytest.mark.usefixtures("ledger")
def test_what_left_the_list_says_by_what(tmp_path: Path) -> None:
    rows = table(book_of(tmp_path, cases_of(tmp_path)), "Closed", 1)
    assert [(r["Record"], r["How"], r["By"], r["Why"], r["Note"]) for r in rows] == [
        ("MUG-c", "shown no more", "nightly", "a complete night no longer shows it", None),
        ("MUG-b", "closed by a person", "ann", "corrected", "booked by hand"),
    ]


@pytest.mark.usefixtures("ledger")
def test_the_movement_adds_up_and_agrees_with_the_work_list(tmp_path: Path) -> None:
    rows = table(book_of(tmp_path, cases_of(tmp_path)), "Movement", 4)
    under = {r["Counted in"]: r for r in rows if r["Side"] == "under"}
    assert {k: v for k, v in under["pounds"].items() if isinstance(v, int | float) and v} == {
        "Brought forward": 22, "+ revalued up": 2.5, "− shown no more": 7, "− closed by a person": 5,
        "= Carried forward": 12.5, "On the work list": 12.5,
    }  # fmt: skip
    assert (under["cases"]["Brought forward"], under["cases"]["= Carried forward"]) == (3, 1)
    assert {(r["Adds up"], r["Agrees"]) for r in rows} == {("OK", "OK")}


@pytest.mark.usefixtures("ledger")
def test_its_checks_are_live_formulas(tmp_path: Path) -> None:
    rows = table(book_of(tmp_path, cases_of(tmp_path), values=False), "Movement", 4)
    assert rows[0]["Adds up"] == '=IF(ROUND(D5+E5+F5-G5-H5-I5,2)=0,"OK","CHECK")'
    assert rows[0]["Agrees"] == '=IF(ROUND(I5-J5,2)=0,"OK","CHECK")'


@pytest.mark.usefixtures("ledger")
def test_a_case_that_is_missing_from_the_list_is_called_check(tmp_path: Path) -> None:
    cases = cases_of(tmp_path)
    lost = replace(cases, work=replace(cases.work, items=cases.work.items[:1]))
    rows = table(book_of(tmp_path, lost), "Movement", 4)
    assert {(r["Side"], r["Agrees"]) for r in rows} == {("over", "OK"), ("under", "CHECK")}


@pytest.mark.usefixtures("ledger")
def test_ageing_sums_what_stands_by_owner(tmp_path: Path) -> None:
    rows = table(book_of(tmp_path, cases_of(tmp_path)), "Ageing", 4)
    assert [(r["Owner"], r["Counted in"], r["up to 1 day"], r["Total"]) for r in rows] == [
        ("finance", "cases", 1, 1), ("finance", "pounds", 1.25, 1.25), ("operations", "cases", 1, 1),
        ("operations", "pounds", 12.5, 12.5),
    ]  # fmt: skip


@pytest.mark.usefixtures("ledger")
def test_a_list_longer_than_a_sheet_goes_on_in_the_next(tmp_path: Path) -> None:
    book = book_of(tmp_path, cases_of(tmp_path), rows_per_sheet=1)
    assert [n for n in book.sheetnames if n.startswith(("Work", "Closed"))] == [
        "Work list", "Work list 2", "Closed", "Closed 2",
    ]  # fmt: skip


@pytest.mark.usefixtures("ledger")
def test_the_page_says_in_one_line_what_each_owner_has(tmp_path: Path) -> None:
    whole = page_of(tmp_path, cases_of(tmp_path))
    page = whole[whole.index("Whose it is") : whole.index("Who owes how much")]
    rows = re.findall(r"<tr><td>(Finance|Operations)</td>(.*?)</tr>", page, re.DOTALL)
    shown = {owner: re.sub(r"<[^>]*>", " ", cells).split() for owner, cells in rows}
    # stand, new, back again, late, oldest, left; of these shown no more, closed by a person
    assert shown == {
        "Finance": ["1", "1", "0", "0", "0", "0", "0", "0"], "Operations": ["1", "0", "0", "0", "1", "2", "1", "1"],
    }  # fmt: skip


def test_a_night_that_the_ledger_does_not_know_has_no_such_sheets(tmp_path: Path) -> None:
    with open_warehouse(make_night(tmp_path / "other", []), read_only=True) as con:
        assert read_case_list(Store(tmp_path), con, Night.of("2026-11-20")) is None
    assert "Whose it is" not in page_of(tmp_path, None)
    assert not {"Work list", "Movement"} & set(book_of(tmp_path, None).sheetnames)
