"""The runbook inside the workbook, so that a link to it works wherever the file is sent, and the sheet Overflow."""

from __future__ import annotations

from xlsxwriter import Workbook

from khaos_assets.reports.workbook.cells import Cells, Overflow
from khaos_assets.reports.workbook.pages import Heading, Table
from khaos_assets.reports.workbook.styles import Styles
from khaos_assets.rules.runbook import Page


def runbook_rows(pages: dict[str, Page]) -> dict[str, int]:
    """The row (one-based) on which each code's page begins."""
    rows: dict[str, int] = {}
    row = 3
    for code, page in pages.items():
        rows[code] = row
        row += len(page.sections) + 2
    return rows


def write_runbook(book: Workbook, styles: Styles, overflow: Overflow, pages: dict[str, Page]) -> None:
    """One block per code: what it means, why it happens, what to check, what to do, whom to tell."""
    sheet = book.add_worksheet("Runbook")
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 110)
    cells = Cells(sheet, overflow)
    sheet.set_row(0, 28)
    cells.text(0, 0, "Runbook", styles.title)
    row = 2
    for page in pages.values():
        cells.text(row, 0, page.code, styles.section)
        cells.text(row, 1, page.title, styles.section)
        row += 1
        for heading, text in page.sections:
            sheet.set_row(row, 14.0 * (len(text) // 115 + 1 + text.count("\n")))
            cells.text(row, 0, heading, styles.label)
            cells.text(row, 1, text, styles.wrapped)
            row += 1
        row += 1


def write_overflow(book: Workbook, styles: Styles, overflow: Overflow, rows_per_sheet: int) -> None:
    """The texts that did not fit a cell, whole, in parts. Only where there are any."""
    if not overflow.texts:
        return
    headings = [
        Heading("Number", 10, right=True),
        Heading("Sheet", 14),
        Heading("Cell", 10),
        Heading("Part", 8, right=True),
        Heading("Parts", 8, right=True),
        Heading("Text", 120),
    ]
    table = Table(book, "Overflow", headings, styles, Overflow(), rows_per_sheet)
    for long_text in overflow.texts:
        for number, part in enumerate(long_text.parts, start=1):
            cells, row = table.next_row()
            cells.number(row, 0, long_text.number, styles.count)
            cells.link(row, 1, f"'{long_text.sheet}'!{long_text.cell}", long_text.sheet, styles.link)
            cells.text(row, 2, long_text.cell, styles.text)
            cells.number(row, 3, number, styles.count)
            cells.number(row, 4, len(long_text.parts), styles.count)
            cells.text(row, 5, part, styles.text)
    table.finish()
