"""The sheets of people's work: what stands and for whom, what left the list and by what, how it moved, how old it is.

Not here: reading any of it (`cases/`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell as at

from khaos_assets.cases.movement import IN, OUT, ZERO, Flow, Line, Movement
from khaos_assets.cases.worklist import BUCKETS, OLDEST, WorkList
from khaos_assets.reports.case_list import HOW
from khaos_assets.reports.workbook.cells import Cells
from khaos_assets.reports.workbook.lines import Holds
from khaos_assets.reports.workbook.pages import Heading
from khaos_assets.reports.workbook.styles import Styles
from khaos_assets.reports.workbook.writing import SheetWriter
from khaos_assets.rules.basis import Basis
from khaos_assets.rules.catalogue import load_catalogue


@dataclass
class CaseSheets(SheetWriter):
    """Writes the four sheets."""

    def write(self, work: WorkList, movement: Movement) -> None:
        """Work list, Closed, Movement, Ageing: in the order in which they are asked for in the morning."""
        self._work_list(work)
        self._closed(work)
        self._movement(movement, work)
        self._ageing(work)

    def _work_list(self, work: WorkList) -> None:
        headings = [
            Heading("Owner", 18), Heading("New", 9), Heading("Late", 8), Heading("Severity", 10),
            Heading("Code", 9, Holds.CODE), Heading("What", 28), Heading("Systems", 20), Heading("Record", 24),
            Heading("Scope", 16), Heading("Field", 16), Heading("Amount GBP", 14, Holds.MONEY),
            Heading("Basis of GBP", 20), Heading("Side", 8), Heading("Since", 11, Holds.DAY),
            Heading("Days", 7, Holds.COUNT), Heading("Due (UTC)", 18, Holds.INSTANT), Heading("Case", 36, Holds.KEY),
        ]  # fmt: skip
        titles = {name: code.title for name, code in load_catalogue().items()}
        table = self.writing.table("Work list", headings, printed=16)
        s = self.styles
        for i in work.items:
            new = ("again" if i.again else "new") if i.new else None
            table.line((
                i.owner or None, new, "late" if i.late else None, i.severity or None, i.code,
                titles.get(i.code) or None, i.systems or None, i.record_key or None, i.scope or None, i.field or None,
                i.amount_gbp, i.basis.value, i.side or None, i.since, i.days, i.due_at, i.case_key,
            ))  # fmt: skip
        for page in table.finish():
            sheet = self.writing.book.get_worksheet_by_name(page.name)
            assert sheet is not None
            for column, word, style in ((1, "new", s.good), (1, "again", s.warn), (2, "late", s.bad)):
                rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": style}
                sheet.conditional_format(1, column, max(page.rows, 1), column, rule)

    def _closed(self, work: WorkList) -> None:
        headings = [
            Heading("Owner", 18), Heading("How", 20), Heading("By", 14), Heading("Why", 34), Heading("Note", 40),
            Heading("Code", 9, Holds.CODE), Heading("Systems", 20), Heading("Record", 24), Heading("Scope", 16),
            Heading("Field", 16), Heading("Amount GBP", 14, Holds.MONEY), Heading("Basis of GBP", 20),
            Heading("Stood since", 12, Holds.DAY), Heading("Closed (UTC)", 18, Holds.INSTANT),
            Heading("Case", 36, Holds.KEY),
        ]  # fmt: skip
        table = self.writing.table("Closed", headings, printed=14)
        for g in work.gone:
            table.line((
                g.owner or None, HOW[g.how], g.actor or None, g.reason or None, g.note or None, g.code,
                g.systems or None, g.record_key or None, g.scope or None, g.field or None, g.amount_gbp,
                g.basis.value, g.since, g.at, g.case_key,
            ))  # fmt: skip
        table.finish()

    def _movement(self, movement: Movement, work: WorkList) -> None:
        cells = Cells(self.writing.book.add_worksheet("Movement"), self.writing.overflow)
        s = self.styles
        ways = [f for f in (*IN, *OUT) if movement.moved(f)]
        since = f"since the night {movement.first}" if movement.first else "from the beginning"
        _title(
            cells, s, "Movement", f"How the list came to what it is, {since}. Pounds without sign; bases never added."
        )
        words = ("Basis of GBP", "Side", "Counted in", "Brought forward")
        heads = (*words, *(f"{'+' if f in IN else '−'} {HOW.get(f, f)}" for f in ways), "= Carried forward",
                 "On the work list", "Adds up", "Agrees")  # fmt: skip
        _heads(cells, s, 3, heads, words=3)
        first = row = 4
        listed_of: dict[Line, Flow] = {}
        for i in work.items:
            key = (i.basis, i.side)
            of_line = listed_of[key] if key in listed_of else listed_of.setdefault(key, Flow())
            of_line.add(1, abs(i.amount_gbp or ZERO))
        for line in movement.lines:
            mine = listed_of.get((line.basis, line.side), Flow())
            flows = [line.brought_forward, *(line.flows[f] for f in ways)]
            for unit, style in self._units(line.basis):
                counted = unit == "cases"
                for column, text in enumerate((line.basis.value, line.side, unit)):
                    cells.text(row, column, text or None, s.text)
                for column, flow in enumerate(flows, start=3):
                    cells.number(row, column, flow.cases if counted else flow.gbp, style)
                end = 3 + len(flows)
                carried = line.carried_forward
                cells.number(row, end, carried.cases if counted else carried.gbp, style)
                listed = mine.cases if counted else mine.gbp
                cells.number(row, end + 1, listed, style)
                signs = "".join(f"{'+' if f in IN else '-'}{at(row, 4 + n)}" for n, f in enumerate(ways))
                adds = f'=IF(ROUND({at(row, 3)}{signs}-{at(row, end)},2)=0,"OK","CHECK")'
                agrees = f'=IF(ROUND({at(row, end)}-{at(row, end + 1)},2)=0,"OK","CHECK")'
                cells.formula(row, end + 2, adds, s.check, "OK" if line.ties else "CHECK")
                same = (carried.cases if counted else carried.gbp) == listed
                cells.formula(row, end + 3, agrees, s.check, "OK" if same else "CHECK")
                row += 1
        cells.sheet.autofilter(first - 1, 0, max(row - 1, first), len(heads) - 1)
        checks = 3 + 1 + len(ways) + 2
        for word, style in (("OK", s.good), ("CHECK", s.bad)):
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": style}
            cells.sheet.conditional_format(first, checks, max(row - 1, first), checks + 1, rule)

    def _ageing(self, work: WorkList) -> None:
        cells = Cells(self.writing.book.add_worksheet("Ageing"), self.writing.overflow)
        s = self.styles
        _title(cells, s, "Ageing", f"How long what stood on {work.night} had stood, since it was opened or reopened.")
        buckets = [*(name for name, _ in BUCKETS), OLDEST]
        heads = ("Owner", "Basis of GBP", "Side", "Counted in", *buckets, "Total")
        _heads(cells, s, 3, heads, words=4)
        row = 4
        for age in work.ageing():
            for unit, style in self._units(age.basis):
                figures = age.cases if unit == "cases" else age.gbp
                for column, text in enumerate((age.owner, age.basis.value, age.side, unit)):
                    cells.text(row, column, text or None, s.text)
                for column, bucket in enumerate(buckets, start=4):
                    cells.number(row, column, figures[bucket], style)
                end = 4 + len(buckets)
                total = sum(figures.values())
                cells.formula(row, end, f"=SUM({at(row, 4)}:{at(row, end - 1)})", style, total)
                row += 1
        cells.sheet.autofilter(3, 0, max(row - 1, 4), len(heads) - 1)

    def _units(self, basis: Basis) -> list[tuple[str, Format]]:
        """In what a line is counted: cases, and pounds where it has any."""
        pounds = [] if basis is Basis.NONE else [("pounds", self.styles.money)]
        return [("cases", self.styles.count), *pounds]


def _title(cells: Cells, styles: Styles, title: str, words: str) -> None:
    cells.sheet.hide_gridlines(2)
    cells.sheet.set_landscape()
    cells.sheet.fit_to_pages(1, 0)
    cells.sheet.set_row(0, 28)
    cells.text(0, 0, title, styles.title)
    cells.text(1, 0, words, styles.subtitle)


def _heads(cells: Cells, styles: Styles, row: int, heads: Sequence[str], words: int) -> None:
    """A header row; the first `words` columns hold words, the rest figures."""
    cells.sheet.set_row(row, 30)
    for column, head in enumerate(heads):
        style: Format = styles.header if column < words else styles.header_right
        cells.sheet.set_column(column, column, (22, 22, 10, 11)[column] if column < words else 15)
        cells.text(row, column, head, style)
