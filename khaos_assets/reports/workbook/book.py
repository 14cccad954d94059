"""The workbook as a whole: the order of its sheets, and the constants that make it the same bytes each time."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import Any

import duckdb
from xlsxwriter import Workbook

from khaos_assets.config.version import product_version
from khaos_assets.reports.case_list import CaseList
from khaos_assets.reports.figures import Figures
from khaos_assets.reports.pictures import read_pictures
from khaos_assets.reports.rows import family_rows
from khaos_assets.reports.workbook import family
from khaos_assets.reports.workbook.about import write_about
from khaos_assets.reports.workbook.case_sheets import CaseSheets
from khaos_assets.reports.workbook.cells import LAST_ROW, Cells, Overflow, WorkbookError
from khaos_assets.reports.workbook.chart_sheet import ChartSheet
from khaos_assets.reports.workbook.control import ControlSheet
from khaos_assets.reports.workbook.incident_sheet import write_incidents
from khaos_assets.reports.workbook.not_counted import write_not_counted
from khaos_assets.reports.workbook.pages import Page
from khaos_assets.reports.workbook.runbook_sheet import runbook_rows, write_overflow, write_runbook
from khaos_assets.reports.workbook.styles import make_styles
from khaos_assets.reports.workbook.summary import SummarySheet
from khaos_assets.reports.workbook.writing import CodeLinks, Writing
from khaos_assets.rules.runbook import runbook_pages

OPTIONS: dict[str, Any] = {
    # Rows leave memory as they are written: a night with a million exceptions needs no more than a quiet one.
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": False,
}


def write_workbook(
    con: duckdb.DuckDBPyConnection,
    figures: Figures,
    out: Path,
    *,
    cases: CaseList | None = None,
    rows_per_sheet: int = LAST_ROW - 1,
) -> None:
    """Write the workbook of one night; without `cases` it has no sheets of people's work.

    Raises WorkbookError where Excel's limits would have lost something.
    """
    book = Workbook(str(out), OPTIONS)
    # The library would take the computer's clock for this.
    book.set_properties(
        {
            "title": f"{figures.merchant}: exceptions of {figures.night}",
            "comments": f"khaos-assets {product_version()}",
            "created": figures.night.as_of.astimezone(UTC).replace(tzinfo=None),
        }
    )
    book.set_size(2400, 1400)
    styles = make_styles(book)
    overflow = Overflow()
    pages = runbook_pages({line.code for line in figures.codes})
    writing = Writing(book, styles, overflow, CodeLinks(runbook_rows(pages), styles), rows_per_sheet)
    if cases is not None:
        SummarySheet(writing, figures, cases).write()
    write_about(book, styles, overflow, figures)
    control = Cells(book.add_worksheet("Control"), overflow)
    if cases is not None:
        CaseSheets(writing).write(cases.work, cases.movement)
        write_incidents(writing, cases.incidents)
    ChartSheet(writing).write(read_pictures(con, figures, cases.course if cases else None))
    write_not_counted(writing, con, figures)
    sheets: dict[str, list[Page]] = {}
    for name in figures.families:
        writer = family.FamilySheet(writing)
        found = family_rows(con, figures.night, name, family.NAMES)
        sheets[name] = writer.write(name, found)
    ControlSheet(writing, figures, sheets).write(control)
    if pages:
        write_runbook(book, styles, overflow, pages)
    write_overflow(book, styles, overflow, rows_per_sheet)
    try:
        book.close()
    except Exception as e:
        raise WorkbookError(f"{out.name}: the workbook could not be written: {e}") from e
