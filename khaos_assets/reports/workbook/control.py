"""The sheet Control: every figure beside another one that must equal it, each pair with a live OK or CHECK."""

from __future__ import annotations

from dataclasses import dataclass

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell as at

from khaos_assets.reports.figures import CodeLine, Figures
from khaos_assets.reports.workbook import family
from khaos_assets.reports.workbook.about import colour_verdicts
from khaos_assets.reports.workbook.cells import Cells, Overflow
from khaos_assets.reports.workbook.pages import Page
from khaos_assets.reports.workbook.styles import Styles

READS = ("System", "Entity", "Extracted", "Loaded", "Quarantined", "Adds up", "Verdict", "Proof", "Newest change (UTC)",
         "Why not complete")  # fmt: skip
CODES = ("Code", "What", "Compared", "Matched", "Expected", "Adds up", "Systems", "Owner", "Basis of amounts",
         "Result or reason", "Open", "Suppressed", "Open rows\nin sheet", "Rows agree", "Open GBP", "GBP in sheet",
         "GBP agree", "Over:\nrows", "Over GBP", "Under:\nrows", "Under GBP", "Open without\namount", "Suppressed GBP",
         "Severity")  # fmt: skip
WIDTHS = (11, 30, 12, 12, 12, 10, 24, 18, 22, 44, 10, 12, 12, 10, 14, 14, 10, 9, 14, 9, 14, 13, 14, 11)
RIGHT = {"Extracted", "Loaded", "Quarantined", "Compared", "Matched", "Expected", "Open", "Suppressed", "Open GBP",
         "Open rows\nin sheet", "GBP in sheet", "Over:\nrows", "Over GBP", "Under:\nrows", "Under GBP",
         "Open without\namount", "Suppressed GBP"}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """Which rows (zero-based) the parts of the sheet take: known beforehand, since it is written downwards only."""

    first_read: int
    last_total: int
    first_code: int
    last_code: int

    @classmethod
    def of(cls, figures: Figures) -> Plan:
        """The plan for these figures: a title and a heading stand above each part, an empty row between parts."""
        first_read = 5
        last_total = first_read + len(figures.reads) + len({r.system for r in figures.reads}) - 1
        first_code = last_total + 4
        return cls(first_read, last_total, first_code, first_code + max(len(figures.codes), 1) - 1)

    def checks(self) -> list[str]:
        """The areas in which a CHECK may stand."""
        parts = ((5, self.first_read, self.last_total), *((c, self.first_code, self.last_code) for c in (5, 13, 16)))
        return [f"{at(first, column, True, True)}:{at(last, column, True, True)}" for column, first, last in parts]


@dataclass
class ControlSheet:
    """Writes Control. `pages` are the sheets of each family, so that its formulas count what they really hold."""

    book: Workbook
    styles: Styles
    overflow: Overflow
    figures: Figures
    pages: dict[str, list[Page]]
    runbook: dict[str, int]

    def write(self, cells: Cells) -> None:
        """Fill the (already created) sheet; defines the names that the workbook's readers may rely on."""
        sheet = cells.sheet
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(8)
        sheet.fit_to_pages(1, 0)
        sheet.freeze_panes(0, 2)
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        cells.text(0, 0, "Control", self.styles.title)
        plan = Plan.of(self.figures)
        counts = "+".join(f'COUNTIF({area},"CHECK")' for area in plan.checks())
        now = "OK" if self.figures.ties else "CHECK"
        cells.text(1, 0, "All checks", self.styles.label)
        cells.formula(1, 1, f'=IF({counts}=0,"OK","CHECK")', self.styles.check, now)
        self._name("Control_check", at(1, 1, True, True))
        self._reads(cells, plan)
        self._codes(cells, plan)
        self._totals(cells, plan)
        for column in (1, 5, 13, 16):
            self._colour_checks(cells, plan.last_code, column)

    def _reads(self, cells: Cells, plan: Plan) -> None:
        styles = self.styles
        row = first = plan.first_read
        self._section(cells, row - 2, "Snapshots: extracted = loaded + quarantined", len(READS))
        self._headings(cells, row - 1, READS)
        for read in self.figures.reads:
            cells.text(row, 0, read.system, styles.text)
            cells.text(row, 1, read.entity, styles.text)
            for column, value in ((2, read.extracted), (3, read.loaded), (4, read.quarantined)):
                cells.number(row, column, value, styles.count)
            ties = f'=IF({at(row, 2)}={at(row, 3)}+{at(row, 4)},"OK","CHECK")'
            cells.formula(row, 5, ties, styles.check, "OK" if read.ties else "CHECK")
            cells.text(row, 6, read.verdict, styles.text)
            cells.text(row, 7, read.proof, styles.text)
            cells.instant(row, 8, read.newest_change, styles.instant)
            cells.text(row, 9, "; ".join(read.reasons) or None, styles.wrapped)
            row += 1
        last = max(row - 1, first)
        colour_verdicts(cells, styles, first, last, 6)
        for system in sorted({r.system for r in self.figures.reads}):
            lines = [r for r in self.figures.reads if r.system == system]
            cells.text(row, 0, system, styles.total)
            cells.text(row, 1, "all snapshots", styles.total)
            sums = (sum(r.extracted for r in lines), sum(r.loaded for r in lines), sum(r.quarantined for r in lines))
            for column, value in enumerate(sums, start=2):
                area = f"{at(first, column, True, True)}:{at(last, column, True, True)}"
                systems = f"{at(first, 0, True, True)}:{at(last, 0, True, True)}"
                cells.formula(row, column, f'=SUMIFS({area},{systems},"{system}")', styles.total_count, value)
                self._name(
                    f"{('Extracted', 'Loaded', 'Quarantined')[column - 2]}_{system}", at(row, column, True, True)
                )
            ties = f'=IF({at(row, 2)}={at(row, 3)}+{at(row, 4)},"OK","CHECK")'
            cells.formula(row, 5, ties, styles.check, "OK" if sums[0] == sums[1] + sums[2] else "CHECK")
            row += 1

    def _codes(self, cells: Cells, plan: Plan) -> None:
        row = plan.first_code
        self._section(cells, row - 2, "Rules: compared = matched + expected + open + suppressed", len(CODES))
        self._headings(cells, row - 1, CODES)
        for place, line in enumerate(self.figures.codes):
            self._code(cells, row + place, line)

    def _code(self, cells: Cells, row: int, line: CodeLine) -> None:
        styles = self.styles
        if line.code in self.runbook:
            target = f"internal:'Runbook'!A{self.runbook[line.code]}"
            cells.link(row, 0, target, line.code, style=styles.link, tip=f"{line.code} in the runbook")
        else:
            cells.text(row, 0, line.code, styles.text)
        cells.text(row, 1, line.title, styles.text)
        cells.text(row, 6, line.systems, styles.text)
        cells.text(row, 7, line.owner, styles.text)
        cells.text(row, 8, line.basis.value, styles.text)
        cells.text(row, 23, line.severity, styles.text)
        has_rows = bool(line.expected + line.open + line.suppressed)
        if not line.tested:
            cells.text(row, 9, f"NOT TESTED: {line.not_tested_reason}", styles.wrapped)
            if not has_rows:
                return
        else:
            cells.text(row, 9, "tested", styles.text)
        for column, value in ((2, line.compared), (3, line.matched), (4, line.expected), (10, line.open),
                              (11, line.suppressed)):  # fmt: skip
            cells.number(row, column, value, styles.count)
        adds_up = f'=IF({at(row, 2)}={at(row, 3)}+{at(row, 4)}+{at(row, 10)}+{at(row, 11)},"OK","CHECK")'
        cells.formula(row, 5, adds_up, styles.check, "OK" if line.ties else "CHECK")
        cells.formula(row, 12, self._counted(line), styles.count, line.open)
        cells.formula(row, 13, f'=IF({at(row, 10)}={at(row, 12)},"OK","CHECK")', styles.check, "OK")
        cells.number(row, 14, line.open_gbp, styles.money)
        cells.formula(row, 15, self._summed(line), styles.money, line.open_gbp)
        agree = f'=IF(ROUND({at(row, 14)},2)=ROUND({at(row, 15)},2),"OK","CHECK")'
        cells.formula(row, 16, agree, styles.check, "OK")
        if line.signed:
            for column, side in ((17, line.over), (19, line.under)):
                cells.number(row, column, side.rows, styles.count)
                cells.number(row, column + 1, side.gbp, styles.money)
        cells.number(row, 21, line.without_amount, styles.count)
        cells.number(row, 22, line.suppressed_gbp, styles.money)
        self._name(f"Open_{line.key}", at(row, 10, True, True))
        self._name(f"Open_GBP_{line.key}", at(row, 14, True, True))

    def _counted(self, line: CodeLine) -> str:
        return "=" + ("+".join(f"COUNTIFS({self._conditions(p, line)})" for p in self._sheets(line)) or "0")

    def _summed(self, line: CodeLine) -> str:
        sums = (f"SUMIFS({p.area(family.AMOUNT)},{self._conditions(p, line)})" for p in self._sheets(line))
        return "=" + ("+".join(sums) or "0")

    def _sheets(self, line: CodeLine) -> list[Page]:
        return self.pages.get(line.family, [])

    def _conditions(self, page: Page, line: CodeLine) -> str:
        # "=wair>khaos": without the sign a criterion such as ">khaos" would be read as a comparison.
        wanted = ((family.STATE, "open"), (family.CODE, line.code), (family.SYSTEMS, line.systems))
        return ",".join(f'{page.area(column)},"={value}"' for column, value in wanted)

    def _totals(self, cells: Cells, plan: Plan) -> None:
        """Open amounts by basis: the only sums over several codes. There is no grand total on purpose."""
        styles = self.styles
        first, last, row = plan.first_code, plan.last_code, plan.last_code + 2
        self._section(cells, row, "Open amounts by basis (different bases are never added up)", 4)
        for column, title in ((0, "Basis"), (2, "Open"), (3, "Open GBP")):
            cells.text(row + 1, column, title, styles.header_right if column else styles.header)
        cells.blank(row + 1, 1, styles.header)
        row += 2
        bases = f"{at(first, 8, True, True)}:{at(last, 8, True, True)}"
        for total in self.figures.totals():
            cells.text(row, 0, total.basis.value, styles.total)
            cells.blank(row, 1, styles.total)
            for column, source, value, style in (
                (2, 10, total.rows, styles.total_count),
                (3, 14, total.gbp, styles.total_money),
            ):
                area = f"{at(first, source, True, True)}:{at(last, source, True, True)}"
                cells.formula(row, column, f"=SUMIFS({area},{bases},{at(row, 0)})", style, value)
            self._name(f"Open_GBP_basis_{total.basis.name.lower()}", at(row, 3, True, True))
            row += 1

    def _section(self, cells: Cells, row: int, title: str, width: int) -> None:
        cells.text(row, 0, title, self.styles.section)
        for column in range(1, width):
            cells.blank(row, column, self.styles.section)

    def _headings(self, cells: Cells, row: int, titles: tuple[str, ...]) -> None:
        cells.sheet.set_row(row, 30)
        for column, title in enumerate(titles):
            cells.text(row, column, title, self.styles.header_right if title in RIGHT else self.styles.header)

    def _colour_checks(self, cells: Cells, last: int, column: int) -> None:
        for word, style in (("OK", self.styles.good), ("CHECK", self.styles.bad)):
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": style}
            cells.sheet.conditional_format(1, column, last, column, rule)

    def _name(self, name: str, cell: str) -> None:
        self.book.define_name(name, f"=Control!{cell}")
