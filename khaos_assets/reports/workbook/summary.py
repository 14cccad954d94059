"""The first sheet: what somebody owes an explanation for, how much it is, and whose it is.

Its order is that of the questions: how much in all, by basis; who owes it; who owes how much; what is in none of these
figures; the largest items with the figures of both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell as at

from khaos_assets.cases.movement import Flow
from khaos_assets.cases.worklist import OwnersPart, Worth
from khaos_assets.config.night import LONDON
from khaos_assets.reports.case_list import HOW, CaseList
from khaos_assets.reports.figures import Figures
from khaos_assets.reports.workbook.cells import Cells
from khaos_assets.reports.workbook.writing import SheetWriter
from khaos_assets.rules.basis import Basis
from khaos_assets.rules.catalogue import load_catalogue

WIDTHS = (19, 19, 9, 14, 13, 10, 13, 10, 13, 20, 13, 18, 12, 18, 28, 36)
POUNDS = ("Stand open:\ncases", "Stand open:\nGBP", "New:\ncases", "New:\nGBP", "Late:\ncases", "Late:\nGBP",
          "Left the list:\ncases", "Left the list:\nGBP", "Amount\nunknown")  # fmt: skip
TOP = ("Owner", "Basis of GBP", "Side", "Code", "Amount GBP", "New", "Late", "Days", "Scope", "Record", "Expected in",
       "Expected", "Actual in", "Actual", "What", "Case")  # fmt: skip
NO_SIDE = "–"
"""Amounts that lie neither over nor under anything. A word in the cell, so that it can be asked for."""
RIGHT = {"Amount GBP", "Days", *POUNDS}


@dataclass
class SummarySheet(SheetWriter):
    """Writes the sheet, from top to bottom."""

    figures: Figures
    cases: CaseList
    cells: Cells = field(init=False)

    def write(self) -> None:
        """Create the sheet and fill it."""
        sheet = self.writing.book.add_worksheet("Summary")
        self.cells = Cells(sheet, self.writing.overflow)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        worth = self.cases.work.worth()
        owners = self.cases.work.parts()
        row = self._head()
        by_basis = sorted({(w.basis, w.side) for w in worth}, key=lambda k: (list(Basis).index(k[0]), k[1]))
        # Where the lines by owner will stand: the totals above them are sums over those
        first = row + 2 + max(len(by_basis), 1) + 1 + 2 + max(len(owners), 1) + 1 + 2
        row = self._totals(row, worth, by_basis, first)
        row = self._owners(row + 1, owners)
        row = self._worth(row + 1, worth, first)
        row = self._apart(row + 1)
        self._largest(row + 1)

    def _head(self) -> int:
        cells, s, figures, work = self.cells, self.styles, self.figures, self.cases.work
        cells.sheet.set_row(0, 28)
        cells.text(0, 0, f"{figures.merchant} — what needs an explanation", s.title)
        as_of = figures.night.as_of.astimezone(LONDON)
        cells.text(
            1, 0, f"Night of {as_of:%d/%m/%Y}, as of {as_of:%H:%M %Z}. What stands on the work list.", s.subtitle
        )
        facts = (
            ("Stand open", len(work.items)),
            ("of them new or back", sum(i.new for i in work.items)),
            ("of them late", sum(i.late for i in work.items)),
            ("Left the list", len(work.gone)),
            ("Incidents", len(self.cases.incidents)),
        )
        for row, (label, value) in enumerate(facts, start=3):
            cells.text(row, 0, label, s.label)
            cells.number(row, 1, value, s.count_left)
            if row == 3:
                cells.text(row, 3, "Control totals", s.label)
                cells.formula(row, 4, "=Control_check", s.check, "OK" if figures.ties else "CHECK")
            elif row == 4:
                incomplete = f"{len(figures.incomplete)} of {len(figures.reads)} INCOMPLETE"
                cells.text(row, 3, "Snapshots", s.label)
                cells.text(row, 4, incomplete if figures.incomplete else "all complete", s.text)
            elif row == 5:
                cells.text(row, 3, "NOT TESTED", s.label)
                cells.text(row, 4, f"{len(figures.not_tested)} of {len(figures.codes)} rules", s.text)
        for word, style in (("OK", s.good), ("CHECK", s.bad)):
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": style}
            cells.sheet.conditional_format(3, 4, 3, 4, rule)
        return 9

    def _totals(self, row: int, worth: list[Worth], keys: Sequence[tuple[Basis, str]], first: int) -> int:
        self._section(row, "How much it is. Pounds without sign; different bases are never added up")
        self._heads(row + 1, ("Basis of GBP", "", "Side", *POUNDS))
        row += 2
        last = max(first + len(worth) - 1, first)
        for basis, side in keys:
            mine = [w for w in worth if (w.basis, w.side) == (basis, side)]
            self.cells.text(row, 0, mine[0].basis.value, self.styles.text)
            self.cells.text(row, 2, side or NO_SIDE, self.styles.text)
            for column, (value, style) in enumerate(self._figures(mine), start=3):
                wanted = f"$B${first + 1}:$B${last + 1},{at(row, 0)},$C${first + 1}:$C${last + 1},{at(row, 2)}"
                summed = f"{at(first, column, True, True)}:{at(last, column, True, True)}"
                self.cells.formula(row, column, f"=SUMIFS({summed},{wanted})", style, value)
            row += 1
        if not keys:
            self.cells.text(row, 0, "Nothing stands open.", self.styles.text)
            row += 1
        return row

    def _owners(self, row: int, owners: Sequence[OwnersPart]) -> int:
        ways = [w for w in HOW if any(p.closed.get(w) for p in owners)] or ["evidence"]
        self._section(row, "Who owes it, in cases: what is new, what is late, what left the list and by what")
        heads = ("Owner", "Stand open", "New", "Back again", "Late", "Oldest,\ndays", "Left the list",
                 *(f"of it:\n{HOW[w]}" for w in ways))  # fmt: skip
        self._heads(row + 1, heads, words=1)
        row += 2
        for part in owners:
            self.cells.text(row, 0, part.owner, self.styles.text)
            counts = (part.stands, part.new, part.again, part.late, part.oldest, part.gone)
            for column, value in enumerate((*counts, *(part.closed.get(w, 0) for w in ways)), start=1):
                self.cells.number(row, column, value, self.styles.some)
            row += 1
        return row if owners else row + 1

    def _worth(self, row: int, worth: list[Worth], first: int) -> int:
        self._section(row, "Who owes how much")
        self._heads(row + 1, ("Owner", "Basis of GBP", "Side", *POUNDS))
        row += 2
        assert row == first
        for line in worth:
            for column, text in enumerate((line.owner, line.basis.value, line.side or NO_SIDE)):
                self.cells.text(row, column, text, self.styles.text)
            for column, (value, style) in enumerate(self._figures([line]), start=3):
                self.cells.number(row, column, value, style)
            row += 1
        return row

    def _figures(self, lines: Sequence[Worth]) -> list[tuple[Decimal | int, Format]]:
        """Cases and pounds of each flow, and how many amounts are unknown."""
        s = self.styles
        found: list[tuple[Decimal | int, Format]] = []
        for name in ("stands", "new", "late", "gone"):
            flow = Flow()
            for line in lines:
                flow.add(getattr(line, name).cases, getattr(line, name).gbp)
            found += [(flow.cases, s.some), (flow.gbp, s.some_money)]
        return [*found, (sum(line.unknown for line in lines), s.some)]

    def _apart(self, row: int) -> int:
        """What is in no figure above, and where it is listed."""
        figures = self.figures
        self._section(row, "In none of these figures: one line per rule in the sheet Not counted")
        told = (
            ("expected", sum(c.expected for c in figures.codes), "inside their grace or allowance, or on their way"),
            ("suppressed", sum(c.suppressed for c in figures.codes), "explained by another one, which is counted"),
            ("NOT TESTED", len(figures.not_tested), "rules and pairs that could not be tested: not a pass"),
        )
        for line, (word, count, meaning) in enumerate(told, start=row + 1):
            self.cells.link(line, 0, "'Not counted'!A1", word, self.styles.link)
            self.cells.number(line, 1, count, self.styles.count_left)
            self.cells.text(line, 2, meaning, self.styles.text)
        return row + 1 + len(told)

    def _largest(self, row: int) -> None:
        cells, s = self.cells, self.styles
        self._section(row, "The largest of each basis, with the figures of both sides", len(TOP))
        self._heads(row + 1, TOP)
        titles = {name: code.title for name, code in load_catalogue().items()}
        head = row + 1
        row += 2
        for top in (t for found in self.cases.largest.values() for t in found):
            i = top.item
            for column, text in enumerate((i.owner, i.basis.value, i.side or NO_SIDE)):
                cells.text(row, column, text, s.text)
            self.writing.links.write(cells, row, 3, i.code)
            cells.number(row, 4, i.amount_gbp, s.money)
            cells.text(row, 5, ("again" if i.again else "new") if i.new else None, s.text)
            cells.text(row, 6, "late" if i.late else None, s.text)
            cells.number(row, 7, i.days, s.count)
            sides = (top.expected_in, top.expected_tonight, top.actual_in, top.actual_tonight)
            for column, text in enumerate((i.scope, i.record_key, *sides, titles.get(i.code)), start=8):
                cells.text(row, column, text or None, s.text)
            cells.text(row, 15, i.case_key, s.mono)
            row += 1
        cells.sheet.autofilter(head, 0, max(row - 1, head + 1), len(TOP) - 1)
        cells.sheet.print_area(0, 0, max(row - 1, head + 1), len(TOP) - 2)
        for column, word, style in ((5, "new", s.good), (5, "again", s.warn), (6, "late", s.bad)):
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": style}
            cells.sheet.conditional_format(head + 1, column, max(row - 1, head + 1), column, rule)

    def _section(self, row: int, title: str, width: int = 12) -> None:
        self.cells.text(row, 0, title, self.styles.section)
        for column in range(1, width):
            self.cells.blank(row, column, self.styles.section)

    def _heads(self, row: int, heads: Sequence[str], words: int | None = None) -> None:
        self.cells.sheet.set_row(row, 42 if any(h.count("\n") and len(h) > 17 for h in heads) else 30)
        for column, head in enumerate(heads):
            right = head in RIGHT if words is None else column >= words
            self.cells.text(row, column, head, self.styles.header_right if right else self.styles.header)
