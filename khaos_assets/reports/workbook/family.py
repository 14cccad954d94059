"""The sheet of one family: its open rows first, then the expected and the suppressed ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from xlsxwriter.format import Format

from khaos_assets.reports.columns import EXPORT, Kind
from khaos_assets.reports.workbook.cells import Cells
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
KINDS = {c.name: c.kind for c in EXPORT} | {"first_seen": Kind.INSTANT, "explained_by": Kind.TEXT}
STATE, CODE, SYSTEMS, AMOUNT = (NAMES.index(n) for n in ("state", "code", "systems", "amount_gbp"))


@dataclass
class FamilySheet(SheetWriter):
    """Writes the rows of one family."""

    def write(self, family: str, rows: Iterable[tuple[Any, ...]]) -> list[Page]:
        """Write all rows (values in the order of NAMES); returns the sheets they went to."""
        numbers = (Kind.UNITS, Kind.MONEY)
        headings = [Heading(title, width, right=KINDS[name] in numbers) for name, title, width in LAYOUT]
        table = self.writing.table(family, headings, PRINTED)
        writers = self._writers()
        for values in rows:
            cells, row = table.next_row()
            for (column, write, style), value in zip(writers, values, strict=True):
                if value is not None:
                    write(cells, row, column, value, style)
        pages = table.finish()
        self._colour_states(table)
        return pages

    def _writers(self) -> list[tuple[int, Callable[..., None], Format]]:
        """What writes the cells of each column, and how they look."""
        s, links = self.styles, self.writing.links
        kinds: dict[Kind, tuple[Callable[..., None], Format]] = {
            Kind.MONEY: (Cells.number, s.money),
            Kind.UNITS: (Cells.number, s.units),
            Kind.INSTANT: (Cells.instant, s.instant),
            Kind.DATE: (Cells.day, s.day),
            Kind.TEXT: (Cells.text, s.text),
        }
        writers = [(column, *kinds[KINDS[name]]) for column, name in enumerate(NAMES)]
        writers[CODE] = (CODE, links.write, s.link)
        return writers

    def _colour_states(self, table: Table) -> None:
        for page in table.pages:
            sheet = self.writing.book.get_worksheet_by_name(page.name)
            assert sheet is not None
            for state, style in (("suppressed", self.styles.faint), ("expected", self.styles.warn)):
                rule = {"type": "cell", "criteria": "==", "value": f'"{state}"', "format": style}
                sheet.conditional_format(1, STATE, max(page.rows, 1), STATE, rule)
