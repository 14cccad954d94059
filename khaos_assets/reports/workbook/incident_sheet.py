"""The sheet Incidents: cases with one cause, each incident's members below each other, so that one filter shows it."""

from __future__ import annotations

from collections.abc import Sequence

from khaos_assets.cases.incidents import STANDS, Incident, cause_in_words
from khaos_assets.reports.workbook.pages import Heading
from khaos_assets.reports.workbook.writing import Writing


def write_incidents(writing: Writing, found: Sequence[Incident]) -> None:
    """One line per member. A member that is explained has an amount, which is in no total."""
    styles = writing.styles
    headings = [
        Heading("No.", 7, right=True), Heading("Cause", 44), Heading("Members", 9, right=True),
        Heading("Open orders\nthat carry it", 12, right=True), Heading("Member is", 12), Heading("Severity", 10),
        Heading("Owner", 18), Heading("Code", 9), Heading("Systems", 20), Heading("Record", 26), Heading("Scope", 18),
        Heading("Field", 16), Heading("Amount GBP", 14, right=True), Heading("Basis of GBP", 20), Heading("Side", 8),
        Heading("Case", 36),
    ]  # fmt: skip
    table = writing.table("Incidents", headings, printed=15)
    for number, incident in enumerate(found, start=1):
        cause = cause_in_words(incident)
        for m in incident.members:
            cells, row = table.next_row()
            cells.number(row, 0, number, styles.count)
            cells.text(row, 1, cause, styles.text)
            cells.number(row, 2, len(incident.members), styles.count)
            cells.number(row, 3, incident.orders or None, styles.count)
            for column, text in enumerate((m.role, m.severity, m.owner), start=4):
                cells.text(row, column, text, styles.text)
            writing.links.write(cells, row, 7, m.code)
            for column, text in enumerate((m.systems, m.record_key, m.scope, m.field), start=8):
                cells.text(row, column, text or None, styles.text)
            cells.number(row, 12, m.amount_gbp, styles.money)
            for column, text in enumerate((m.basis.value, m.side), start=13):
                cells.text(row, column, text or None, styles.text)
            cells.text(row, 15, m.case_key, styles.mono)
    for page in table.finish():
        sheet = writing.book.get_worksheet_by_name(page.name)
        assert sheet is not None
        last = max(page.rows, 1)
        rule = {"type": "cell", "criteria": "!=", "value": f'"{STANDS}"', "format": styles.faint}
        sheet.conditional_format(1, 4, last, 4, rule)
