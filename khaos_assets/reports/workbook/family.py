"""The sheet of one family: its open rows first, then the expected and the suppressed ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from khaos_assets.reports.columns import EXPORT, Kind
from khaos_assets.reports.workbook.lines import Holds
from khaos_assets.reports.workbook.pages import Heading, Page, Table
from khaos_assets.reports.workbook.writing import SheetWriter

# Name, title, width: what a person needs first, then what a machine needs.
LAYOUT: tuple[tuple[str, str, float], ...] = (
    ("state", "State", 11),
    ("code", "Code", 9),
    ("severity", "Severity", 10),
    ("owner", "Owner", 17),
    ("systems", "Systems", 20),
    ("record_key", "Record", 24),
    ("scope", "Scope", 16),
    ("field", "Field", 18),
    ("expected_value", "Expected", 22),
    ("actual_value", "Actual", 22),
    ("reason", "Reason", 36),
    ("units", "Units", 12),
    ("amount_gbp", "Amount GBP", 14),
    ("amount", "Amount", 14),
    ("currency", "Currency", 10),
    ("counterpart_key", "Counterpart", 22),
    ("observed_at", "Observed (UTC)", 18),
    ("first_seen", "First seen (UTC)", 18),
    ("explained_by", "Explained by", 24),
    ("correction", "What to do", 34),
    ("entity", "Entity", 18),
    ("night", "Night", 11),
    ("as_of", "As of (UTC)", 18),
    ("case_key", "Case", 36),
    ("suppressed_by", "Explained by (case)", 36),
    ("expected_snapshot", "Expected snapshot", 20),
    ("actual_snapshot", "Actual snapshot", 20),
    ("evidence", "Evidence (JSON)", 60),
)
NAMES = [name for name, _, _ in LAYOUT]
PRINTED = NAMES.index("entity")
KINDS = {c.name: c.kind for c in EXPORT} | {"first_seen": Kind.INSTANT}
HOLDS = {Kind.MONEY: Holds.MONEY, Kind.UNITS: Holds.UNITS, Kind.INSTANT: Holds.INSTANT, Kind.DATE: Holds.DAY}
STATE, CODE, SYSTEMS, AMOUNT = (NAMES.index(n) for n in ("state", "code", "systems", "amount_gbp"))


@dataclass
class FamilySheet(SheetWriter):
    """Writes the rows of one family."""

    def write(self, family: str, rows: Iterable[tuple[Any, ...]]) -> list[Page]:
        """Write all rows (values in the order of NAMES); returns the sheets they went to."""
        headings = [Heading(title, width, _holds(name)) for name, title, width in LAYOUT]
        table = self.writing.table(family, headings, PRINTED)
        for values in rows:
            table.line(values)
        pages = table.finish()
        self._colour_states(table)
        return pages

    def _colour_states(self, table: Table) -> None:
        for page in table.pages:
            sheet = self.writing.book.get_worksheet_by_name(page.name)
            assert sheet is not None
            for state, style in (("suppressed", self.styles.faint), ("expected", self.styles.warn)):
                rule = {"type": "cell", "criteria": "==", "value": f'"{state}"', "format": style}
                sheet.conditional_format(1, STATE, max(page.rows, 1), STATE, rule)


def _holds(name: str) -> Holds:
    return Holds.CODE if name == "code" else HOLDS.get(KINDS.get(name, Kind.TEXT), Holds.TEXT)
