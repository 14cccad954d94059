"""What is in no figure of the work list: expected, explained by others, NOT TESTED. One line per rule and pair."""

from __future__ import annotations

from khaos_assets.reports.figures import Figures
from khaos_assets.reports.workbook.pages import Heading
from khaos_assets.reports.workbook.writing import Writing
from khaos_assets.rules.basis import Basis

EXPECTED = "inside the grace or within what is allowed, or on its way: the sheet of the family has the rows"
SUPPRESSED = "another exception, which is counted, is the cause: the sheet of the family has the rows"


def write_not_counted(writing: Writing, figures: Figures) -> None:
    """Write the sheet Not counted."""
    styles = writing.styles
    headings = [
        Heading("State", 14), Heading("Code", 9), Heading("What", 32), Heading("Systems", 22), Heading("Owner", 18),
        Heading("Rows", 9, right=True), Heading("Amount GBP", 14, right=True), Heading("Basis of GBP", 22),
        Heading("Why", 80),
    ]  # fmt: skip
    table = writing.table("Not counted", headings)
    lines = [("NOT TESTED", c, None, None, c.not_tested_reason) for c in figures.not_tested]
    lines += [("suppressed", c, c.suppressed, c.suppressed_gbp, SUPPRESSED) for c in figures.codes if c.suppressed]
    lines += [("expected", c, c.expected, c.expected_gbp, EXPECTED) for c in figures.codes if c.expected]
    for state, code, rows, gbp, why in lines:
        cells, row = table.next_row()
        cells.text(row, 0, state, styles.text)
        writing.links.write(cells, row, 1, code.code)
        for column, text in enumerate((code.title, code.systems, code.owner), start=2):
            cells.text(row, column, text, styles.text)
        cells.number(row, 5, rows, styles.count)
        cells.number(row, 6, None if code.basis is Basis.NONE else gbp, styles.money)
        cells.text(row, 7, code.basis.value, styles.text)
        cells.text(row, 8, why, styles.text)
    table.finish()
