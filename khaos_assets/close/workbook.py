"""The pack as a workbook: the answer first, then control totals, then every sheet.

Figures are numbers with filters above them; each sum on Control is a live formula over its sheet beside the figure that
was counted apart, and says OK or CHECK.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell as at

from khaos_assets.close.changes import Changes
from khaos_assets.close.control import Line
from khaos_assets.close.pack import Pack
from khaos_assets.close.sheets import Sheet
from khaos_assets.close.states import Close
from khaos_assets.close.summary import Answer
from khaos_assets.config.night import LONDON
from khaos_assets.config.store import replacing
from khaos_assets.config.version import product_version
from khaos_assets.reports.workbook.book import OPTIONS
from khaos_assets.reports.workbook.cells import LAST_ROW, Cells, Overflow, WorkbookError
from khaos_assets.reports.workbook.pages import Heading, Page, Table
from khaos_assets.reports.workbook.runbook_sheet import write_overflow
from khaos_assets.reports.workbook.styles import Styles, make_styles

TABS = {
    "dispatched_open": "Dispatched_open", "invoiced_not_dispatched": "Invoiced_not_dispatched",
    "paid_not_dispatched": "Paid_not_dispatched", "cut_off": "CutOff", "refunds": "Refunds", "vat": "VAT",
    "sales_by_channel": "Sales by channel", "sales": "Sales", "valuation": "Valuation", "roll_forward": "RollForward",
    "late": "Late", "not_tested": "NotTested", "movement": "Movement", "ageing": "Ageing", "accepted": "Accepted",
    "open_cases": "Open cases",
}  # fmt: skip
"""Names of the sheets, in their order; Journals, Ledger and Changes stand among them."""
WORDS = {"gbp": "GBP", "vat": "VAT", "khaos": "Khaos", "wair": "WAIR", "sku": "SKU"}
WIDTHS = {
    "description": 34, "note": 40, "why": 26, "what": 32, "reference": 18, "orders": 16, "sku": 20, "market": 18,
    "case": 36, "record": 24, "codes": 16, "systems": 18, "basis": 20, "owner": 18,
}  # fmt: skip


def write_pack(
    pack: Pack, out: Path, changes: Changes | None, close: Close | None, *, rows_per_sheet: int = LAST_ROW - 1
) -> None:
    """Write the workbook. `close` names who signed; None: nobody yet. Raises WorkbookError."""
    with replacing(out) as temporary:
        book = Workbook(str(temporary), OPTIONS)
        book.set_properties(
            {
                "title": f"{pack.merchant}: month-end {pack.period}",
                "comments": f"khaos-assets {product_version()}",
                "created": pack.night.as_of.astimezone(UTC).replace(tzinfo=None),
            }
        )
        book.set_size(2400, 1400)
        _Book(book, make_styles(book), Overflow(), pack, rows_per_sheet).write(changes, close)
        try:
            book.close()
        except Exception as e:
            raise WorkbookError(f"{out.name}: the workbook could not be written: {e}") from e


class _Book:
    """One workbook in the making. Sheets are added in the order in which they are read."""

    def __init__(self, book: Workbook, styles: Styles, overflow: Overflow, pack: Pack, rows_per_sheet: int) -> None:
        self.book, self.styles, self.overflow, self.pack = book, styles, overflow, pack
        self.rows_per_sheet = rows_per_sheet
        self.pages: dict[str, list[Page]] = {}

    def write(self, changes: Changes | None, close: Close | None) -> None:
        about, control = self._new("Summary"), self._new("Control")
        for name, tab in TABS.items():
            self.pages[name] = self._sheet(self.pack.sheets[name], tab)
            if name == "vat":
                self._ledger()
                self._journals()
        self._changes(changes)
        self._basis()
        self._summary(about, close, changes)
        self._control(control)
        write_overflow(self.book, self.styles, self.overflow, self.rows_per_sheet)

    def _new(self, name: str, widths: Sequence[float] = ()) -> Cells:
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        return Cells(sheet, self.overflow)

    def _summary(self, cells: Cells, close: Close | None, changes: Changes | None) -> None:
        s, pack = self.styles, self.pack
        for column, width in enumerate((46, 17, 9, 15, 9, 15, 9, 15, 15, 10, 20)):
            cells.sheet.set_column(column, column, width)
        cells.sheet.set_row(0, 28)
        cells.text(0, 0, f"{pack.merchant} — month-end {pack.period}", s.title)
        state = close.status if close else "prepared"
        words = "PREVIEW: the period has not ended, nothing to sign" if pack.preview else f"{state}"
        cells.text(
            1, 0, f"What is owed an explanation, and how much it is. {words[:1].upper()}{words[1:]}.", s.subtitle
        )
        row = self._facts(cells, close, 3)
        row = self._answers(cells, row + 1)
        if pack.checks:
            cells.text(row, 0, "To be looked at", s.section)
            for line in pack.checks[:10]:
                row += 1
                cells.text(row, 0, line.what + (f" ({line.why})" if line.why else ""), s.text)
            if len(pack.checks) > 10:
                cells.text(row + 1, 0, f"and {len(pack.checks) - 10} more on Control", s.muted)
            row += 2
        if changes:
            cells.text(row + 1, 0, f"{len(changes.totals)} totals moved since {changes.since}: see Changes", s.label)

    def _facts(self, cells: Cells, close: Close | None, row: int) -> int:
        s, pack = self.styles, self.pack
        signed, reviewed = (close.signed, close.reviewed) if close else (None, None)
        facts = (
            ("Period (London)", f"{pack.period.first:%d/%m/%Y} to {pack.period.last:%d/%m/%Y}"),
            ("Cut-off (London)", _london(pack.period.cut_off)),
            ("Closed by the night of", f"{pack.night.date:%d/%m/%Y}, as of {_london(pack.night.as_of)}"),
            ("Stock counted (London)", _london(pack.stock_as_of)),
            ("Opening stock", pack.opening_source),
            ("Materiality of a row", f"{pack.materiality:,.2f} GBP"),
            ("Prepared and signed by", _signature(signed.by, signed.at, signed.note) if signed else "not signed"),
            ("Reviewed by", _signature(reviewed.by, reviewed.at, reviewed.note) if reviewed else "not reviewed"),
        )
        for name, value in facts:
            cells.text(row, 0, name, s.label)
            cells.text(row, 1, value, s.text)
            row += 1
        cells.text(row, 0, "Control totals", s.label)
        cells.formula(row, 1, "=Control_check", s.check, "OK" if pack.ties else "CHECK")
        self._colour(cells, row, row, 1)
        return row + 1

    def _answers(self, cells: Cells, row: int) -> int:
        s = self.styles
        titles = ("Question", "Basis", "Rows over", "Over GBP", "Rows under", "Under GBP", "Material rows",
                  "Material over GBP", "Material under GBP", "No value", "Sheet")  # fmt: skip
        cells.sheet.set_row(row, 30)
        for column, title in enumerate(titles):
            cells.text(row, column, title, s.header if column in (0, 1, 10) else s.header_right)
        for answer in self.pack.answers:
            row += 1
            self._answer(cells, row, answer)
        row += 1
        cells.text(row, 0, "Bases are never added up; over and under are never set off against each other.", s.muted)
        return row + 2

    def _answer(self, cells: Cells, row: int, answer: Answer) -> None:
        s, q = self.styles, answer.question
        cells.text(row, 0, q.asks, s.text)
        cells.text(row, 1, q.basis if not answer.not_tested else "NOT TESTED", s.text)
        if answer.not_tested:
            cells.text(row, 2, answer.not_tested, s.text)
            return
        for column, side in ((2, answer.over), (4, answer.under)):
            cells.number(row, column, side.rows, s.count)
            cells.number(row, column + 1, side.gbp, s.money)
        cells.number(row, 6, answer.over.material_rows + answer.under.material_rows, s.count)
        cells.number(row, 7, answer.over.material_gbp, s.money)
        cells.number(row, 8, answer.under.material_gbp, s.money)
        cells.number(row, 9, answer.unknown, s.count)
        tab = TABS[q.sheet]
        cells.link(row, 10, f"internal:'{tab}'!A1", tab, style=s.link)

    def _control(self, cells: Cells) -> None:
        s = self.styles
        for column, width in enumerate((24, 78, 20, 20, 10, 40)):
            cells.sheet.set_column(column, column, width)
        cells.sheet.freeze_panes(3, 0)
        cells.text(0, 0, "Control totals", s.title)
        lines = self.pack.control
        verdict = f'=IF(COUNTIF(E4:E{len(lines) + 3},"CHECK")=0,"OK","CHECK")'
        cells.formula(0, 4, verdict, s.check, "OK" if self.pack.ties else "CHECK")
        self.book.define_name("Control_check", "=Control!$E$1")
        for column, title in enumerate(("Part", "What is compared", "Figure", "The same, counted apart", "", "Why")):
            cells.text(2, column, title, s.header if column not in (2, 3) else s.header_right)
        for row, line in enumerate(lines, start=3):
            self._control_line(cells, row, line)
        self._colour(cells, 0, len(lines) + 3, 4)
        cells.sheet.autofilter(2, 0, len(lines) + 2, 5)

    def _control_line(self, cells: Cells, row: int, line: Line) -> None:
        s = self.styles
        cells.text(row, 0, line.part, s.text)
        cells.text(row, 1, line.what, s.text)
        style = s.money if line.sums and line.sums[1].endswith("gbp") else s.units
        if line.sums and line.left is not None:
            cells.formula(row, 2, self._sum_of(*line.sums), style, line.left)
        else:
            cells.number(row, 2, line.left, style)
        cells.number(row, 3, line.right, style)
        if line.sums:
            formula = f'=IF(ROUND({at(row, 2)}-{at(row, 3)},5)=0,"OK","CHECK")'
            cells.formula(row, 4, formula, s.check, line.verdict)
        else:
            cells.text(row, 4, line.verdict, s.check)
        cells.text(row, 5, line.why or None, s.text)

    def _sum_of(self, sheet: str, column: str) -> str:
        place = self.pack.sheets[sheet].table.column_names.index(column)
        return "=" + "+".join(f"SUM({page.area(place)})" for page in self.pages[sheet])

    def _sheet(self, sheet: Sheet, tab: str) -> list[Page]:
        styles = [self._style(f) for f in sheet.table.schema]
        headings = [
            Heading(_words(f.name), WIDTHS.get(f.name, 14 if _right(f) else 12), right=_right(f))
            for f in sheet.table.schema
        ]
        table = Table(self.book, tab, headings, self.styles, self.overflow, self.rows_per_sheet)
        for batch in sheet.table.to_batches(max_chunksize=5000):
            for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                cells, row = table.next_row()
                for column, value in enumerate(values):
                    _cell(cells, row, column, value, styles[column])
        return table.finish()

    def _style(self, field: pa.Field) -> Format:
        s, kind = self.styles, field.type
        if pa.types.is_decimal(kind):
            return s.money if field.name.endswith("gbp") else s.units
        if pa.types.is_integer(kind):
            return s.count
        if pa.types.is_date(kind):
            return s.day
        return s.instant if pa.types.is_timestamp(kind) else s.mono if field.name == "case" else s.text

    def _journals(self) -> None:
        headings = [
            Heading("Journal", 9, right=True), Heading("Text", 48), Heading("Account", 20), Heading("Nominal", 14),
            Heading("Debit GBP", 15, right=True), Heading("Credit GBP", 15, right=True), Heading("Reverses on", 13),
        ]  # fmt: skip
        table = Table(self.book, "Journals", headings, self.styles, self.overflow, self.rows_per_sheet)
        s = self.styles
        for line in self.pack.journals:
            cells, row = table.next_row()
            cells.number(row, 0, line.journal, s.count)
            nominal = line.nominal or f"close.nominals.{line.account} is not set"
            for column, text in enumerate((line.text, line.account.replace("_", " "), nominal), start=1):
                cells.text(row, column, text, s.text)
            cells.number(row, 4, line.debit, s.money)
            cells.number(row, 5, line.credit, s.money)
            cells.day(row, 6, line.reverses_on, s.day)
        table.finish()

    def _ledger(self) -> None:
        headings = [
            Heading("Control account", 20), Heading("Accounts", 24), Heading("Ledger GBP", 16, right=True),
            Heading("Pack GBP", 16, right=True), Heading("Difference GBP", 16, right=True),
            Heading("The pack's figure", 52),
        ]  # fmt: skip
        table = Table(self.book, "Ledger", headings, self.styles, self.overflow, self.rows_per_sheet)
        s = self.styles
        if not self.pack.ledger:
            cells, row = table.next_row()
            cells.text(row, 0, "No trial balance was brought: `khaos-assets close ledger` takes one.", s.muted)
        for line in self.pack.ledger:
            cells, row = table.next_row()
            cells.text(row, 0, line.what.replace("_", " "), s.text)
            cells.text(row, 1, ", ".join(line.accounts), s.text)
            for column, value in enumerate((line.ledger, line.pack, line.difference), start=2):
                cells.number(row, column, value, s.money)
            cells.text(row, 5, line.pack_is, s.text)
        table.finish()

    def _changes(self, changes: Changes | None) -> None:
        headings = [
            Heading("Sheet", 24), Heading("Figure", 26), Heading("Was", 18, right=True), Heading("Is", 18, right=True),
            Heading("Difference", 18, right=True), Heading("What", 60),
        ]  # fmt: skip
        table = Table(self.book, "Changes", headings, self.styles, self.overflow, self.rows_per_sheet)
        s = self.styles
        if not changes:
            cells, row = table.next_row()
            since = f"Every figure is as in {changes.since}." if changes else "There is no earlier version."
            cells.text(row, 0, since, s.muted)
        for moved in changes.totals if changes else ():
            cells, row = table.next_row()
            cells.text(row, 0, TABS.get(moved.sheet, moved.sheet), s.text)
            cells.text(row, 1, _words(moved.column), s.text)
            cells.number(row, 2, moved.was, s.units)
            cells.number(row, 3, moved.now, s.units)
            cells.number(row, 4, (moved.now or Decimal(0)) - (moved.was or Decimal(0)), s.units)
            cells.text(row, 5, f"since {changes.since}" if changes else None, s.text)
        for rows in changes.rows if changes else ():
            cells, row = table.next_row()
            cells.text(row, 0, TABS.get(rows.sheet, rows.sheet), s.text)
            cells.text(row, 5, f"{rows.gone:,} rows gone, {rows.came:,} rows come", s.text)
        for cause in changes.causes if changes else ():
            cells, row = table.next_row()
            cells.text(row, 0, "What it rests on", s.text)
            cells.text(row, 5, cause, s.text)
        table.finish()

    def _basis(self) -> None:
        """About: what the pack rests on, for who has to prove it."""
        cells = self._new("About", (30, 28, 26, 14, 70))
        s, pack = self.styles, self.pack
        cells.text(0, 0, "What it rests on", s.title)
        for column, title in enumerate(("Snapshot", "Verdict", "Proof", "Records", "Content hash")):
            cells.text(2, column, title, s.header_right if title == "Records" else s.header)
        row = 3
        for read in pack.figures.reads:
            name = f"{read.system}/{read.entity}"
            counted = " (count)" if name in pack.counted else ""
            for column, text in enumerate((name + counted, read.verdict, read.proof)):
                cells.text(row, column, text, s.text)
            cells.number(row, 3, read.loaded, s.count)
            cells.text(row, 4, read.snapshot, s.mono)
            row += 1
        facts = (
            ("Ledger", f"{pack.ledger_events:,} events, the last one {pack.ledger_hash}"),
            ("Made by", f"khaos-assets {product_version()}"),
            ("Hashes of everything", "manifest.json beside this file"),
        )
        for name, value in facts:
            row += 1
            cells.text(row, 0, name, s.label)
            cells.text(row, 1, value, s.text)
        row += 3
        for name, sheet in pack.sheets.items():
            cells.text(row, 0, TABS[name], s.label)
            cells.text(row, 1, sheet.about, s.text)
            row += 1

    def _colour(self, cells: Cells, first: int, last: int, column: int) -> None:
        for word, style in (("OK", self.styles.good), ("CHECK", self.styles.bad)):
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": style}
            cells.sheet.conditional_format(first, column, last, column, rule)


def _cell(cells: Cells, row: int, column: int, value: Any, style: Format) -> None:
    match value:
        case None:
            pass
        case bool():
            cells.text(row, column, "yes" if value else None, style)
        case int() | Decimal():
            cells.number(row, column, value, style)
        case datetime():
            cells.instant(row, column, value, style)
        case date():
            cells.day(row, column, value, style)
        case _:
            cells.text(row, column, str(value), style)


def _right(field: pa.Field) -> bool:
    return pa.types.is_decimal(field.type) or pa.types.is_integer(field.type)


def _words(name: str) -> str:
    words = " ".join(WORDS.get(word, word) for word in name.split("_"))
    return words[:1].upper() + words[1:]


def _london(instant: datetime) -> str:
    return instant.astimezone(LONDON).strftime("%d/%m/%Y %H:%M %Z")


def _signature(by: str, at: datetime, note: str) -> str:
    return f"{by}, {_london(at)}" + (f": {note}" if note else "")
