"""A table that may be longer than a sheet: it goes on in "STK 2", "STK 3" … with the same header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from khaos_assets.reports.workbook.cells import LAST_ROW, Cells, Overflow
from khaos_assets.reports.workbook.lines import Holds, Lines
from khaos_assets.reports.workbook.styles import ACCENT, Styles


@dataclass(frozen=True)
class Heading:
    """One column of a table. `width` in characters; `holds` counts where whole lines are written."""

    title: str
    width: float
    holds: Holds = Holds.TEXT
    right: bool = False


@dataclass
class Page:
    """One sheet of a table and how many data rows it holds."""

    name: str
    rows: int = 0

    def area(self, column: int) -> str:
        """The data of one column as an absolute reference; one empty row where there is no data."""
        letter = xl_col_to_name(column)
        return f"'{self.name}'!${letter}$2:${letter}${max(self.rows, 1) + 1}"


@dataclass
class Table:
    """A table with a frozen header and an autofilter, written row by row."""

    book: Workbook
    name: str
    headings: list[Heading]
    styles: Styles
    overflow: Overflow
    rows_per_sheet: int = LAST_ROW - 1
    printed: int | None = None
    """How many columns go on paper; the rest is for machines."""
    tab: str = ACCENT
    places: Mapping[str, str] = field(default_factory=dict[str, str])
    """Where the page of each code begins."""
    pages: list[Page] = field(default_factory=list)
    cells: Cells | None = None
    lines: Lines | None = None

    def line(self, values: Sequence[Any]) -> None:
        """Write the next row: a value for each column, None for no cell."""
        _, row = self.next_row()
        assert self.lines is not None
        self.lines.write(row, values)

    def next_row(self) -> tuple[Cells, int]:
        """The sheet and the (zero-based) row to write next."""
        if self.cells is None or self.pages[-1].rows >= self.rows_per_sheet:
            self._new_page()
        assert self.cells is not None
        self.pages[-1].rows += 1
        return self.cells, self.pages[-1].rows

    def finish(self) -> list[Page]:
        """Close the last sheet (an empty table still gets its header); returns all sheets."""
        if self.cells is None:
            self._new_page()
        self._close_page()
        return self.pages

    def _new_page(self) -> None:
        if self.cells is not None:
            self._close_page()
        number = len(self.pages) + 1
        page = Page(self.name if number == 1 else f"{self.name} {number}")
        sheet = self.book.add_worksheet(page.name)
        sheet.set_tab_color(self.tab)
        sheet.hide_gridlines(2)
        sheet.freeze_panes(1, 2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer("&L&F · &A&RPage &P of &N")
        sheet.set_row(0, 30)
        cells = Cells(sheet, self.overflow)
        for column, heading in enumerate(self.headings):
            sheet.set_column(column, column, heading.width)
            right = heading.right or heading.holds.figures
            cells.text(0, column, heading.title, self.styles.header_right if right else self.styles.header)
        self.pages.append(page)
        self.cells = cells
        self.lines = Lines(cells, [h.holds for h in self.headings], self.styles, self.places)

    def _close_page(self) -> None:
        assert self.cells is not None
        last = max(self.pages[-1].rows, 1)
        sheet = self.cells.sheet
        sheet.autofilter(0, 0, last, len(self.headings) - 1)
        sheet.print_area(0, 0, last, (self.printed or len(self.headings)) - 1)
        # Codes such as 00123 are text on purpose: no green triangle in each of their cells.
        sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_col_to_name(len(self.headings) - 1)}{last + 1}"})
