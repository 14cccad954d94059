"""Writing one cell: each kind of value by its own method, each return code looked at.

XlsxWriter's `write()` would guess: `=1+1` becomes a live formula, past the limits it returns a code and writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

LAST_ROW = 1_048_576
MAX_TEXT = 32_767
"""What Excel takes in one cell, counted in UTF-16 units."""
SHORT = MAX_TEXT // 2
"""A text of so many characters is never too long, whatever they are."""
PART = 32_000
MAX_DIGITS = 15
"""Excel keeps 15 significant digits of a number. What needs more is written as text, whole."""
FIRST_DATE = date(1900, 3, 1)
"""Before this day Excel's calendar is wrong or has no number at all."""


class WorkbookError(RuntimeError):
    """A cell was refused. The text names sheet, cell and XlsxWriter's return code."""


@dataclass(frozen=True)
class LongText:
    """A text that does not fit a cell, and where its first part stands."""

    number: int
    sheet: str
    cell: str
    parts: list[str]


@dataclass
class Overflow:
    """Texts that went on elsewhere."""

    texts: list[LongText] = field(default_factory=list)

    def keep(self, sheet: str, cell: str, text: str) -> str:
        """Remember the whole text; returns what stands in the cell: its beginning and a mark that names the rest."""
        number = len(self.texts) + 1
        self.texts.append(LongText(number, sheet, cell, in_parts(text)))
        mark = f" … [CUT HERE: {len(text):,} characters, the whole text is in sheet Overflow, number {number}]"
        return in_parts(text, MAX_TEXT - 200)[0] + mark


@dataclass
class Cells:
    """One worksheet, written strictly from top to bottom. Where there is no value (None), no cell is written."""

    sheet: Worksheet
    overflow: Overflow

    def text(self, row: int, column: int, value: str | None, style: Format | None = None) -> None:
        """Somebody's words, as a string whatever they look like."""
        if value is None:
            return
        if len(value) > SHORT and utf16_units(value) > MAX_TEXT:
            value = self.overflow.keep(str(self.sheet.get_name()), xl_rowcol_to_cell(row, column), value)
        if value.startswith("<r>") and value.endswith("</r>"):
            # XlsxWriter takes such a string for its own finished markup and would put it into the file unescaped.
            arguments = [value[0], style or Format(), value[1:], *([style] if style else [])]
            code = self.sheet.write_rich_string(row, column, *arguments)
        else:
            code = self.sheet.write_string(row, column, value, style)
        if code:
            self._refused(code, row, column)

    def number(self, row: int, column: int, value: Decimal | int | None, style: Format | None = None) -> None:
        """An exact number; one that Excel could not hold exactly becomes text."""
        if value is None:
            return
        # What is short has few digits; only what is long is counted
        if len(str(value)) > MAX_DIGITS and len(Decimal(value).normalize().as_tuple().digits) > MAX_DIGITS:
            self.text(row, column, f"{value:f}" if isinstance(value, Decimal) else str(value), style)
            return
        # The library prints 16 digits of the nearest double: up to 15 digits that is the decimal itself.
        code = self.sheet.write_number(row, column, cast(Any, value), style)
        if code:
            self._refused(code, row, column)

    def instant(self, row: int, column: int, value: datetime | None, style: Format | None = None) -> None:
        """An aware instant as a real date and time in UTC (Excel knows no zones: the heading says UTC)."""
        if value is None:
            return
        naive = in_utc(value)
        if naive.date() < FIRST_DATE:
            self.text(row, column, value.astimezone(UTC).isoformat(), style)
            return
        code = self.sheet.write_datetime(row, column, naive, style)
        if code:
            self._refused(code, row, column)

    def day(self, row: int, column: int, value: date | None, style: Format | None = None) -> None:
        """A date as a real date."""
        if value is None:
            return
        if value < FIRST_DATE:
            self.text(row, column, value.isoformat(), style)
            return
        code = self.sheet.write_datetime(row, column, cast(Any, value), style)
        if code:
            self._refused(code, row, column)

    def formula(self, row: int, column: int, formula: str, style: Format | None, value: Decimal | int | str) -> None:
        """A live formula with the value it has now, for programs that do not calculate."""
        # Not as text: the library would mark the result as a string, and programs would show it as one.
        code = self.sheet.write_formula(row, column, formula, style, cast(Any, value))
        if code:
            self._refused(code, row, column)

    def link(self, row: int, column: int, place: str, text: str, style: Format | None) -> None:
        """A link to a place in this workbook (`'Runbook'!A5`), with a short text of ours.

        As a formula: Excel takes no more than 65,530 links of the other kind on a sheet, and the library keeps each of
        them in memory to the end.
        """
        self.formula(row, column, f'=HYPERLINK("#{place}","{text}")', style, text)

    def blank(self, row: int, column: int, style: Format) -> None:
        """An empty cell that has a look, for lines and headings."""
        code = self.sheet.write_blank(row, column, None, style)
        if code:
            self._refused(code, row, column)

    def _refused(self, code: int, row: int, column: int) -> None:
        where = f"{self.sheet.get_name()}!{xl_rowcol_to_cell(row, column)}"
        raise WorkbookError(f"{where}: XlsxWriter refused the cell (return code {code})")


@lru_cache(maxsize=4096)
def in_utc(value: datetime) -> datetime:
    """The instant in UTC, without its zone; many rows of a night share theirs."""
    return value.astimezone(UTC).replace(tzinfo=None)


def utf16_units(text: str) -> int:
    """The length of a text as Excel counts it."""
    return len(text) if len(text) * 2 <= MAX_TEXT else len(text.encode("utf-16-le", "surrogatepass")) // 2


def in_parts(text: str, size: int = PART) -> list[str]:
    """The text cut into parts of at most `size` UTF-16 units, never inside a character."""
    parts: list[str] = []
    start = units = 0
    for place, character in enumerate(text):
        width = 2 if ord(character) > 0xFFFF else 1
        if units + width > size:
            parts.append(text[start:place])
            start, units = place, 0
        units += width
    return [*parts, text[start:]]
