"""The worklists as one workbook: a sheet per code, every text as text, so that a code keeps its zeros.

Not here: which cases are on a list (`worklists.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from decimal import Decimal
from pathlib import Path

import msgspec
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from khaos_assets.cases.states import Case
from khaos_assets.config.store import replacing

WIDTHS = (13, 16, 12, 9, 18, 18, 15, 12, 16, 16, 8, 10, 22, 26, 26)
LINE = 15
"""Points that a line of text takes."""
TALLEST = 1_048_575
"""Rows that a sheet takes beside its heading."""


class Entry(msgspec.Struct, frozen=True):
    """A case on a list, and why no plan writes it."""

    case: Case
    why_not: str

    @property
    def texts(self) -> tuple[str, ...]:
        """Where the record is, what is wrong with it: systems, record, scope, field, seen, wanted."""
        c = self.case
        return (c.systems, c.record_key, c.scope, c.field, c.actual_value or "", c.expected_value or "")

    @property
    def advice(self) -> tuple[str, str, str]:
        """Why it is an exception, what to do, why no plan does it."""
        return (self.case.reason or "", self.case.correction or "", self.why_not)


def write_book(path: Path, columns: Sequence[str], lists: Mapping[str, Sequence[Entry]]) -> Path:
    """Write the workbook: a sheet per code, with the largest on top, filters, and columns that fit a page across."""
    with replacing(path) as temporary, Workbook(str(temporary), {"in_memory": True}) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E7ECF2", "bottom": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top", "align": "left"})
        number = book.add_format({"num_format": "#,##0.##", "valign": "top"})
        money = book.add_format({"num_format": "#,##0.00", "valign": "top"})
        for code, entries in lists.items():
            sheet = book.add_worksheet(code)
            for column, (name, width) in enumerate(zip(columns, WIDTHS, strict=True)):
                sheet.set_column(column, column, width)
                sheet.write_string(0, column, name, head)
            largest = sorted(entries, key=lambda e: -abs(e.case.amount_gbp or Decimal(0)))[:TALLEST]
            for row, entry in enumerate(largest, 1):
                c = entry.case
                sheet.set_row(row, LINE * _lines(entry))
                for column, text in enumerate((c.case_key[:12], "", c.owner, c.severity, *entry.texts)):
                    sheet.write_string(row, column, text, wrap)
                if c.due_at is not None:
                    sheet.write_datetime(row, 1, c.due_at.astimezone(UTC).replace(tzinfo=None), instant)
                for column, value, look in ((10, c.units, number), (11, c.amount_gbp, money)):
                    if value is not None:
                        sheet.write_number(row, column, float(value), look)
                for column, text in enumerate(entry.advice, 12):
                    sheet.write_string(row, column, text, wrap)
            _to_work_with(sheet, code, len(largest), len(columns))
    return path


def _lines(entry: Entry) -> int:
    """How many lines its longest cell takes: not every program makes room for them by itself."""
    cells = zip((*entry.texts, *entry.advice), (*WIDTHS[4:10], *WIDTHS[12:]), strict=True)
    return max(-(-len(text) // (width - 2)) for text, width in cells) or 1


def _to_work_with(sheet: Worksheet, code: str, rows: int, columns: int) -> None:
    sheet.autofilter(0, 0, rows, columns - 1)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.3, right=0.3, top=0.4, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L{code}&RPage &P of &N")
