"""What is in no figure of the work list: expected, explained by others, NOT TESTED. One line per rule and pair."""

from __future__ import annotations

from decimal import Decimal

import duckdb

from khaos_assets.reports.figures import CodeLine, Figures
from khaos_assets.reports.rows import not_counted
from khaos_assets.reports.workbook.pages import Heading
from khaos_assets.reports.workbook.writing import Writing
from khaos_assets.rules.basis import Basis

WHY = {
    "suppressed": "another exception, which is counted, is the cause: the sheet of the family has the rows",
    "expected": "inside the grace or allowance, on its way, or explained by one: the sheet of the family has the rows",
}


def write_not_counted(writing: Writing, con: duckdb.DuckDBPyConnection, figures: Figures) -> None:
    """Write the sheet Not counted."""
    styles = writing.styles
    headings = [
        Heading("State", 14), Heading("Code", 9), Heading("What", 32), Heading("Systems", 22), Heading("Owner", 18),
        Heading("Rows", 9, right=True), Heading("Amount GBP", 14, right=True), Heading("Basis of GBP", 22),
        Heading("Side", 8),
        Heading("Why", 80),
    ]  # fmt: skip
    table = writing.table("Not counted", headings)
    codes = {(c.code, c.systems): c for c in figures.codes}
    lines: list[tuple[str, CodeLine, int | None, Decimal | None, str, str]] = [
        ("NOT TESTED", c, None, None, "", c.not_tested_reason) for c in figures.not_tested
    ]
    for part in not_counted(con, figures.night):
        lines.append((part.state, codes[part.code, part.systems], part.rows, part.gbp, part.side, WHY[part.state]))
    for state, code, rows, gbp, side, why in lines:
        cells, row = table.next_row()
        cells.text(row, 0, state, styles.text)
        writing.links.write(cells, row, 1, code.code)
        for column, text in enumerate((code.title, code.systems, code.owner), start=2):
            cells.text(row, column, text, styles.text)
        cells.number(row, 5, rows, styles.count)
        cells.number(row, 6, None if code.basis is Basis.NONE else gbp, styles.money)
        cells.text(row, 7, code.basis.value, styles.text)
        cells.text(row, 8, side or None, styles.text)
        cells.text(row, 9, why, styles.text)
    table.finish()
