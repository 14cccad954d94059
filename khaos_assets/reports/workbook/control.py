"""The sheet Control: every figure beside another one that must equal it, each pair with a live OK or CHECK."""

from __future__ import annotations

from dataclasses import dataclass

from xlsxwriter.utility import xl_rowcol_to_cell as at

from khaos_assets.reports.figures import CodeLine, Figures
from khaos_assets.reports.workbook import family
from khaos_assets.reports.workbook.about import colour_verdicts
from khaos_assets.reports.workbook.cells import Cells
from khaos_assets.reports.workbook.pages import Page
from khaos_assets.reports.workbook.writing import SheetWriter

READS = ("System", "Entity", "Verdict", "Proof", "Newest change\n(UTC)", "Extracted", "Loaded", "Quarantined")
CODES = ("Code", "What", "Systems\n(expected > actual)", "Owner", "Result", "Compared", "Matched", "Expected", "Open",
         "Suppressed", "Adds up", "Open rows\nin sheet", "Rows agree", "Open GBP", "GBP in sheet", "GBP agree",
         "Basis of GBP", "Over:\nrows", "Over GBP", "Under:\nrows", "Under GBP", "Open without\namount",
         "Suppressed\nGBP", "Severity", "Why not tested")  # fmt: skip
WIDTHS = (13, 30, 26, 18, 18, 11, 11, 12, 9, 12, 10, 11, 10, 14, 14, 10, 20, 8, 14, 8, 14, 13, 13, 10, 60)
WORDS = {"System", "Entity", "Verdict", "Proof", "Newest change\n(UTC)", "Code", "What", "Systems\n(expected > actual)",
         "Owner", "Result", "Basis of GBP", "Severity", "Why not tested", "Adds up", "Rows agree", "GBP agree",
         "Why not complete"}  # fmt: skip
CHECKS = (ADDS_UP, ROWS_AGREE, GBP_AGREE) = (10, 12, 15)
OPEN, SUPPRESSED, OPEN_GBP, BASIS = 8, 9, 13, 16


def area(first: int, last: int, column: int) -> str:
    """Part of a column as an absolute reference."""
    return f"{at(first, column, True, True)}:{at(last, column, True, True)}"


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
        codes = ((column, self.first_code, self.last_code) for column in CHECKS)
        parts = ((ADDS_UP, self.first_read, self.last_total), *codes)
        return [area(first, last, column) for column, first, last in parts]


@dataclass
class ControlSheet(SheetWriter):
    """Writes Control. `pages` are the sheets of each family, so that its formulas count what they really hold."""

    figures: Figures
    pages: dict[str, list[Page]]

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
        cells.sheet.set_row(0, 28)
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
        sheet.autofilter(plan.first_code - 1, 0, plan.last_code, len(CODES) - 1)
        for column in (1, *CHECKS):
            self._colour_checks(cells, plan.last_code, column)

    def _reads(self, cells: Cells, plan: Plan) -> None:
        styles = self.styles
        row = first = plan.first_read
        titles = (*READS, *[""] * (ADDS_UP - len(READS)), "Adds up", "Why not complete")
        self._section(cells, row - 2, "Snapshots: extracted = loaded + quarantined", len(titles))
        self._headings(cells, row - 1, titles)
        for read in self.figures.reads:
            for column, word in enumerate((read.system, read.entity, read.verdict, read.proof)):
                cells.text(row, column, word, styles.text)
            cells.instant(row, 4, read.newest_change, styles.instant)
            for column, value in enumerate((read.extracted, read.loaded, read.quarantined), start=5):
                cells.number(row, column, value, styles.count)
            self._adds_up_read(cells, row, read.ties)
            cells.text(row, ADDS_UP + 1, "; ".join(read.reasons) or None, styles.text)
            row += 1
        last = max(row - 1, first)
        colour_verdicts(cells, styles, first, last, 2)
        for system in sorted({r.system for r in self.figures.reads}):
            lines = [r for r in self.figures.reads if r.system == system]
            for column, word in enumerate((system, "all snapshots", "", "", "")):
                cells.text(row, column, word, styles.total)
            sums = (sum(r.extracted for r in lines), sum(r.loaded for r in lines), sum(r.quarantined for r in lines))
            for column, value in enumerate(sums, start=5):
                counted = f'=SUMIFS({area(first, last, column)},{area(first, last, 0)},"{system}")'
                cells.formula(row, column, counted, styles.total_count, value)
                self._name(f"{READS[column]}_{system}", at(row, column, True, True))
            self._adds_up_read(cells, row, sums[0] == sums[1] + sums[2])
            row += 1

    def _adds_up_read(self, cells: Cells, row: int, ties: bool) -> None:
        formula = f'=IF({at(row, 5)}={at(row, 6)}+{at(row, 7)},"OK","CHECK")'
        cells.formula(row, ADDS_UP, formula, self.styles.check, "OK" if ties else "CHECK")

    def _codes(self, cells: Cells, plan: Plan) -> None:
        row = plan.first_code
        self._section(cells, row - 2, "Rules: compared = matched + expected + open + suppressed", len(CODES))
        self._headings(cells, row - 1, CODES)
        for place, line in enumerate(self.figures.codes):
            self._code(cells, row + place, line)

    def _code(self, cells: Cells, row: int, line: CodeLine) -> None:
        styles = self.styles
        self.writing.links.write(cells, row, 0, line.code)
        result = "tested" if line.tested else "NOT TESTED"
        for column, word in enumerate((line.title, line.systems, line.owner, result), start=1):
            cells.text(row, column, word, styles.text)
        if line.tested or line.expected + line.open + line.suppressed:
            self._figures(cells, row, line)
        cells.text(row, BASIS, line.basis.value, styles.text)
        if line.signed:
            for column, side in ((17, line.over), (19, line.under)):
                cells.number(row, column, side.rows, styles.count)
                cells.number(row, column + 1, side.gbp, styles.money)
        cells.number(row, 21, line.without_amount, styles.count)
        cells.number(row, 22, line.suppressed_gbp, styles.money)
        cells.text(row, 23, line.severity, styles.text)
        cells.text(row, 24, line.not_tested_reason or None, styles.text)

    def _figures(self, cells: Cells, row: int, line: CodeLine) -> None:
        styles = self.styles
        counts = (line.compared, line.matched, line.expected, line.open, line.suppressed)
        for column, value in enumerate(counts, start=5):
            cells.number(row, column, value, styles.count)
        parts = "+".join(at(row, column) for column in (6, 7, OPEN, SUPPRESSED))
        adds_up = f'=IF({at(row, 5)}={parts},"OK","CHECK")'
        cells.formula(row, ADDS_UP, adds_up, styles.check, "OK" if line.ties else "CHECK")
        cells.formula(row, ROWS_AGREE - 1, self._counted(line), styles.count, line.open)
        agree = f'=IF({at(row, OPEN)}={at(row, ROWS_AGREE - 1)},"OK","CHECK")'
        cells.formula(row, ROWS_AGREE, agree, styles.check, "OK")
        cells.number(row, OPEN_GBP, line.open_gbp, styles.money)
        cells.formula(row, OPEN_GBP + 1, self._summed(line), styles.money, line.open_gbp)
        agree = f'=IF(ROUND({at(row, OPEN_GBP)},2)=ROUND({at(row, OPEN_GBP + 1)},2),"OK","CHECK")'
        cells.formula(row, GBP_AGREE, agree, styles.check, "OK")
        self._name(f"Open_{line.key}", at(row, OPEN, True, True))
        self._name(f"Open_GBP_{line.key}", at(row, OPEN_GBP, True, True))

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
        for total in self.figures.totals():
            cells.text(row, 0, total.basis.value, styles.total)
            cells.blank(row, 1, styles.total)
            for column, source, value, style in (
                (2, OPEN, total.rows, styles.total_count),
                (3, OPEN_GBP, total.gbp, styles.total_money),
            ):
                formula = f"=SUMIFS({area(first, last, source)},{area(first, last, BASIS)},{at(row, 0)})"
                cells.formula(row, column, formula, style, value)
            self._name(f"Open_GBP_basis_{total.basis.name.lower()}", at(row, 3, True, True))
            row += 1

    def _section(self, cells: Cells, row: int, title: str, width: int) -> None:
        cells.text(row, 0, title, self.styles.section)
        for column in range(1, width):
            cells.blank(row, column, self.styles.section)

    def _headings(self, cells: Cells, row: int, titles: tuple[str, ...]) -> None:
        cells.sheet.set_row(row, 30)
        for column, title in enumerate(titles):
            cells.text(row, column, title, self.styles.header if title in WORDS else self.styles.header_right)

    def _colour_checks(self, cells: Cells, last: int, column: int) -> None:
        for word, style in (("OK", self.styles.good), ("CHECK", self.styles.bad)):
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": style}
            cells.sheet.conditional_format(1, column, last, column, rule)

    def _name(self, name: str, cell: str) -> None:
        self.writing.book.define_name(name, f"=Control!{cell}")
