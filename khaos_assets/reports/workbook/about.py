"""The first sheet: whose night it is, what it rests on, and how to read the rest."""

from __future__ import annotations

from xlsxwriter import Workbook

from khaos_assets.config.night import LONDON
from khaos_assets.config.version import product_version
from khaos_assets.reports.figures import Figures
from khaos_assets.reports.workbook.cells import Cells, Overflow
from khaos_assets.reports.workbook.styles import Styles

HOW_TO_READ = (
    ("open", "A difference somebody must act on. Its owner stands beside it, and the sheet Runbook says what to do."),
    ("expected", "Still inside its grace, or explained (a transfer on its way). Nothing to do yet."),
    ("suppressed", "Another exception, named in 'Explained by', is its cause. Its amount is shown and never added."),
    ("NOT TESTED", "What the rule needs could not be read completely. It is not a pass: see the reason in Control."),
    ("Expected, Actual", "The first system in 'Systems' has the expected value, the second the actual one."),
    ("Units", "Signed where a figure can be over or under: actual minus expected."),
    (
        "Amounts",
        "GBP, each code on its own basis (cost, selling price, order value). Different bases are never added up.",
    ),
    ("OK and CHECK", "Control compares figures counted apart from each other. CHECK: tell the integration team."),
)


def write_about(book: Workbook, styles: Styles, overflow: Overflow, figures: Figures) -> None:
    """Write the sheet About."""
    sheet = book.add_worksheet("About")
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for column, width in enumerate((22, 28, 26, 14, 70)):
        sheet.set_column(column, column, width)
    cells = Cells(sheet, overflow)
    sheet.set_row(0, 28)
    cells.text(0, 0, f"{figures.merchant} — nightly reconciliation", styles.title)
    cells.text(1, 0, "Every difference found, what it is worth, and whose it is.", styles.subtitle)
    row = _facts(cells, styles, figures, 3)
    row = _reads(cells, styles, figures, row + 1)
    _how_to_read(cells, styles, row + 1)


def _facts(cells: Cells, styles: Styles, figures: Figures, row: int) -> int:
    as_of = figures.night.as_of
    verdict = f"{len(figures.incomplete)} INCOMPLETE" if figures.incomplete else "every snapshot complete"
    cells.text(row, 0, "Merchant", styles.label)
    cells.text(row, 1, figures.merchant, styles.text)
    cells.text(row + 1, 0, "Night", styles.label)
    cells.day(row + 1, 1, figures.night.date, styles.day)
    cells.text(row + 2, 0, "As of (London)", styles.label)
    cells.text(row + 2, 1, as_of.astimezone(LONDON).strftime("%d/%m/%Y %H:%M:%S %Z"), styles.text)
    cells.text(row + 3, 0, "As of (UTC)", styles.label)
    cells.instant(row + 3, 1, as_of, styles.instant)
    cells.text(row + 4, 0, "Snapshots", styles.label)
    cells.text(row + 4, 1, f"{len(figures.reads)} taken, {verdict}", styles.text)
    cells.text(row + 5, 0, "Rules not tested", styles.label)
    cells.text(row + 5, 1, f"{len(figures.not_tested)} of {len(figures.codes)}", styles.text)
    cells.text(row + 6, 0, "Control totals", styles.label)
    cells.formula(row + 6, 1, "=Control_check", styles.check, "OK" if figures.ties else "CHECK")
    cells.text(row + 7, 0, "Made by", styles.label)
    cells.text(row + 7, 1, f"khaos-assets {product_version()}", styles.text)
    return row + 8


def _reads(cells: Cells, styles: Styles, figures: Figures, row: int) -> int:
    cells.text(row, 0, "What it rests on", styles.section)
    for column in range(1, 5):
        cells.blank(row, column, styles.section)
    for column, title in enumerate(("Snapshot", "Verdict", "Proof of completeness", "Records", "Content hash")):
        cells.text(row + 1, column, title, styles.header_right if title == "Records" else styles.header)
    row += 2
    first = row
    for read in figures.reads:
        cells.text(row, 0, f"{read.system}/{read.entity}", styles.text)
        cells.text(row, 1, read.verdict, styles.text)
        cells.text(row, 2, read.proof, styles.text)
        cells.number(row, 3, read.loaded, styles.count)
        cells.text(row, 4, read.snapshot, styles.mono)
        row += 1
    colour_verdicts(cells, styles, first, row - 1, 1)
    cells.sheet.autofilter(first - 1, 0, max(row - 1, first), 4)
    return row


def colour_verdicts(cells: Cells, styles: Styles, first: int, last: int, column: int) -> None:
    """Green, amber and red for the three verdicts."""
    marks = (("COMPLETE", styles.good), ("COMPLETE_WITH_QUARANTINE", styles.warn), ("INCOMPLETE", styles.bad))
    for verdict, style in marks:
        rule = {"type": "cell", "criteria": "==", "value": f'"{verdict}"', "format": style}
        cells.sheet.conditional_format(first, column, max(first, last), column, rule)


def _how_to_read(cells: Cells, styles: Styles, row: int) -> None:
    cells.text(row, 0, "How to read it", styles.section)
    for column in range(1, 5):
        cells.blank(row, column, styles.section)
    for line, (word, meaning) in enumerate(HOW_TO_READ, start=row + 1):
        cells.text(line, 0, word, styles.label)
        cells.text(line, 1, meaning, styles.text)
