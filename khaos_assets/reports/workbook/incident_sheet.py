"""The sheet Incidents: cases with one cause, each incident's members below each other, so that one filter shows it."""

from __future__ import annotations

from collections.abc import Sequence

from khaos_assets.cases.incidents import STANDS, Incident, cause_in_words
from khaos_assets.reports.workbook.lines import Holds
from khaos_assets.reports.workbook.pages import Heading
from khaos_assets.reports.workbook.writing import Writing


def write_incidents(writing: Writing, found: Sequence[Incident]) -> None:
    """One line per member. A member that is explained has an amount, which is in no total."""
    headings = [
        Heading("No.", 7, Holds.COUNT), Heading("Cause", 44), Heading("Members", 9, Holds.COUNT),
        Heading("Open orders\nthat carry it", 12, Holds.COUNT), Heading("Member is", 12), Heading("Severity", 10),
        Heading("Owner", 18), Heading("Code", 9, Holds.CODE), Heading("Systems", 20), Heading("Record", 26),
        Heading("Scope", 18), Heading("Field", 16), Heading("Amount GBP", 14, Holds.MONEY),
        Heading("Basis of GBP", 20), Heading("Side", 8), Heading("Case", 36, Holds.KEY),
    ]  # fmt: skip
    table = writing.table("Incidents", headings, printed=15)
    for number, incident in enumerate(found, start=1):
        begin = (number, cause_in_words(incident), len(incident.members), incident.orders or None)
        for m in incident.members:
            table.line((
                *begin, m.role, m.severity, m.owner, m.code, m.systems or None, m.record_key or None, m.scope or None,
                m.field or None, m.amount_gbp, m.basis.value or None, m.side or None, m.case_key,
            ))  # fmt: skip
    for page in table.finish():
        sheet = writing.book.get_worksheet_by_name(page.name)
        assert sheet is not None
        last = max(page.rows, 1)
        rule = {"type": "cell", "criteria": "!=", "value": f'"{STANDS}"', "format": writing.styles.faint}
        sheet.conditional_format(1, 4, last, 4, rule)
