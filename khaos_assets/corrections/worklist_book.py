"""The worklists as one workbook: a sheet that leads to all, and one per code; texts as text, so that codes keep zeros.

Not here: which cases are on a list (`worklists.py`).
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC
from decimal import Decimal
from pathlib import Path

import msgspec
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from khaos_assets.cases.states import Case
from khaos_assets.config.store import replacing
from khaos_assets.rules.catalogue import load_catalogue

WIDTHS = (13, 16, 12, 9, 18, 18, 15, 12, 16, 16, 8, 10, 24, 36, 26)
INDEX = ("list", "what it is", "owner", "entries", "GBP either way", "what to do")
INDEX_WIDTHS = (10, 32, 18, 9, 16, 84)
LISTS = "Lists"
LINE = 15
"""Points that a line of text takes."""
TALLEST = 1_048_575
"""Rows that a sheet takes beside its heading."""


class Entry(msgspec.Struct, frozen=True):
    """A case on a list, why no plan writes it, and what a person does about it."""

    case: Case
    why_not: str
    deed: str

    @property
    def texts(self) -> tuple[str, ...]:
        """Where the record is, what is wrong with it: systems, record, scope, field, seen, wanted."""
        c = self.case
        return (c.systems, c.record_key, c.scope, in_words(c.field), c.actual_value or "", c.expected_value or "")

    @property
    def advice(self) -> tuple[str, str, str]:
        """Why it is an exception, what to do, why no plan does it."""
        return (in_words(self.case.reason or ""), self.deed or self.case.correction or "", self.why_not)


def in_words(name: str) -> str:
    """A name such as `company_class` as people write it; any other text as it is."""
    return name.replace("_", " ") if re.fullmatch("[a-z]+(_[a-z]+)+", name) else name


def write_book(path: Path, columns: Sequence[str], lists: Mapping[str, Sequence[Entry]]) -> Path:
    """Write the workbook: a sheet per code, with the largest on top, filters, and columns that fit a page across."""
    with replacing(path) as temporary, Workbook(str(temporary), {"in_memory": True}) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E7ECF2", "bottom": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top", "align": "left"})
        number = book.add_format({"num_format": "#,##0_)", "valign": "top"})
        part = book.add_format({"num_format": "#,##0.00###_)", "valign": "top"})
        money = book.add_format({"num_format": "#,##0.00_)", "valign": "top"})
        beside = book.add_format({"text_wrap": True, "valign": "top", "align": "left", "indent": 1})
        _write_index(book, head, lists)
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
                units = number if c.units is None or c.units == c.units.to_integral_value() else part
                for column, value, look in ((10, c.units, units), (11, c.amount_gbp, money)):
                    if value is not None:
                        sheet.write_number(row, column, float(value), look)
                for column, text in enumerate(entry.advice, 12):
                    sheet.write_string(row, column, text, beside)
            _to_work_with(sheet, f"{code} {_title(code)}", len(largest), len(columns))
    return path


def _write_index(book: Workbook, head: Format, lists: Mapping[str, Sequence[Entry]]) -> None:
    """What each sheet is, whose, how much, and what to do about it; the code leads there."""
    sheet = book.add_worksheet(LISTS)
    wrap, number = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format({"valign": "top"})
    money = book.add_format({"num_format": "#,##0.00_)", "valign": "top"})
    link = book.add_format({"font_color": "#1A4E8A", "underline": 1, "valign": "top"})
    beside = book.add_format({"text_wrap": True, "valign": "top", "align": "left", "indent": 1})
    for column, (name, width) in enumerate(zip(INDEX, INDEX_WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, head)
    for row, (code, entries) in enumerate(lists.items(), 1):
        owners = ", ".join(sorted({e.case.owner for e in entries}))
        amounts = [abs(e.case.amount_gbp) for e in entries if e.case.amount_gbp is not None]
        sheet.set_row(row, LINE * (len(textwrap.wrap(entries[0].advice[1], INDEX_WIDTHS[-1] + 6)) or 1))
        sheet.write_url(row, 0, f"internal:'{code}'!A1", link, code)
        for column, text, look in ((1, _title(code), wrap), (2, owners, wrap), (5, entries[0].advice[1], beside)):
            sheet.write_string(row, column, text, look)
        sheet.write_number(row, 3, len(entries), number)
        if amounts:
            sheet.write_number(row, 4, float(sum(amounts)), money)
    _to_work_with(sheet, "Worklists", len(lists), len(INDEX))


def _title(code: str) -> str:
    known = load_catalogue().get(code)
    return known.title if known is not None else ""


def _lines(entry: Entry) -> int:
    """How many lines its longest cell takes: not every program makes room for them by itself."""
    cells = zip((*entry.texts, *entry.advice), (*WIDTHS[4:10], *WIDTHS[12:]), strict=True)
    return max(len(textwrap.wrap(text, width - 3)) for text, width in cells) or 1


def _to_work_with(sheet: Worksheet, title: str, rows: int, columns: int) -> None:
    sheet.autofilter(0, 0, rows, columns - 1)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.3, right=0.3, top=0.4, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L{title.replace('&', '&&')}&RPage &P of &N")
