"""What every sheet is written with."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from khaos_assets.reports.workbook.cells import Cells, Overflow
from khaos_assets.reports.workbook.pages import Heading, Table
from khaos_assets.reports.workbook.styles import Styles


@dataclass
class CodeLinks:
    """Writes a code as a link to its page in the sheet Runbook. `rows`: where each page begins (one-based)."""

    rows: dict[str, int]
    styles: Styles
    known: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.known = {code: f"'Runbook'!A{row}" for code, row in self.rows.items()}

    def write(self, cells: Cells, row: int, column: int, code: str, style: Format | None = None) -> None:
        """The code; plain text where it has no page."""
        place = self.known.get(code)
        if place is None:
            cells.text(row, column, code, self.styles.text)
        else:
            cells.link(row, column, place, code, style or self.styles.link)


@dataclass(frozen=True)
class Writing:
    """One workbook in the making."""

    book: Workbook
    styles: Styles
    overflow: Overflow
    links: CodeLinks
    rows_per_sheet: int

    def table(self, name: str, headings: list[Heading], printed: int | None = None) -> Table:
        """A new table; it goes on in further sheets."""
        return Table(
            self.book, name, headings, self.styles, self.overflow, self.rows_per_sheet, printed, places=self.links.known
        )


@dataclass
class SheetWriter:
    """What writes one kind of sheet."""

    writing: Writing

    @property
    def styles(self) -> Styles:
        return self.writing.styles
