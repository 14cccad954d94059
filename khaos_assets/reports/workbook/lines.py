"""Writing the line of a table at once: word for word the XML that the library writes for the same cells.

A list of 100,000 cases is millions of cells, and the library calls a dozen functions for each. A line that holds
anything unusual (control characters, blanks at an end, a text too long, a number of many digits, a day before Excel's
calendar) is left to the library, cell by cell (`cells.py`). Not here: which values are unusual to Excel, and why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from khaos_assets.reports.workbook.cells import FIRST_DATE, MAX_DIGITS, SHORT, Cells, in_utc
from khaos_assets.reports.workbook.styles import Styles

MARKED = re.compile("[&<>_\x00-\x1f\ufffe\uffff]")
UNUSUAL = re.compile("^<r>|_x|[\x00-\x1f\ufffe\uffff]")
Piece = Callable[[str, Any], str]
"""A cell's XML from its row (one-based) and its value; empty where the library has to write it."""


class Holds(StrEnum):
    """What the cells of a column hold, and by that how they look: each but CODE is a style of its own."""

    TEXT = "text"
    KEY = "mono"
    """A text for machines."""
    CODE = "link"
    """A code, which leads to its page of the runbook."""
    COUNT = "count"
    UNITS = "units"
    MONEY = "money"
    DAY = "day"
    INSTANT = "instant"

    @property
    def figures(self) -> bool:
        return self in (Holds.COUNT, Holds.UNITS, Holds.MONEY)


class LineSheet(Worksheet):
    """A worksheet of a `constant_memory` workbook that takes whole rows beside single cells."""

    def write_line(self, row: int, last: int, cells: str) -> None:
        """The finished cells of one row, zero-based, from column 0 to `last`. Rows go from top to bottom."""
        for column in (0, last):
            if self._check_dimensions(row, column):
                raise ValueError(f"{self.get_name()}: row {row + 1} cannot be written")
        self._write_single_row(row)  # the row before, where it was written by cells
        self.fh.write(f'<row r="{row + 1}">{cells}</row>')

    def serial(self, value: date) -> str:
        """A date, or an instant without its zone, as the number that Excel has for it."""
        return f"{self._convert_date_time(value):.16G}"


@dataclass
class Lines:
    """The lines of one sheet. `places`: where the page of each code begins (`'Runbook'!A5`)."""

    cells: Cells
    columns: Sequence[Holds]
    styles: Styles
    places: Mapping[str, str]
    pieces: list[Piece] = field(init=False)

    def __post_init__(self) -> None:
        self.pieces = [self._piece(xl_col_to_name(n), holds) for n, holds in enumerate(self.columns)]

    def write(self, row: int, values: Sequence[Any]) -> None:
        """One row (zero-based), a value for each column: text, Decimal, int, date, aware instant; None for no cell."""
        number = str(row + 1)
        found: list[str] = []
        for piece, value in zip(self.pieces, values, strict=True):
            if value is not None:
                cell = piece(number, value)
                if not cell:
                    self.cell_by_cell(row, values)
                    return
                found.append(cell)
        if found:
            sheet = self.cells.sheet
            assert isinstance(sheet, LineSheet)
            sheet.write_line(row, len(values) - 1, "".join(found))

    def cell_by_cell(self, row: int, values: Sequence[Any]) -> None:
        """The same, by the library."""
        for column, (holds, value) in enumerate(zip(self.columns, values, strict=True)):
            style: Format = getattr(self.styles, holds.value)
            match holds:
                case Holds.CODE if value in self.places:
                    self.cells.link(row, column, self.places[value], value, style)
                case Holds.CODE | Holds.TEXT | Holds.KEY:
                    self.cells.text(row, column, value, self.styles.text if holds is Holds.CODE else style)
                case Holds.DAY:
                    self.cells.day(row, column, value, style)
                case Holds.INSTANT:
                    self.cells.instant(row, column, value, style)
                case _:
                    self.cells.number(row, column, value, style)

    def _piece(self, column: str, holds: Holds) -> Piece:
        style = f'<c r="{column}', f'" s="{_number_of(getattr(self.styles, holds.value))}"'
        sheet = self.cells.sheet
        assert isinstance(sheet, LineSheet)
        match holds:
            case Holds.TEXT | Holds.KEY:
                return _text(*style)
            case Holds.CODE:
                without_page = _text(style[0], f'" s="{_number_of(self.styles.text)}"')
                return _code(*style, self.places, without_page)
            case Holds.DAY:
                return _serial(*style, lambda day: None if day < FIRST_DATE else sheet.serial(day))
            case Holds.INSTANT:
                return _serial(*style, lambda at: None if in_utc(at).date() < FIRST_DATE else sheet.serial(in_utc(at)))
            case _:
                return _figure(*style)


def _number_of(style: Format) -> int:
    return style._get_xf_index()  # pyright: ignore[reportPrivateUsage]


def _text(begin: str, style: str) -> Piece:
    end = f'{style} t="inlineStr"><is><t>'

    def piece(row: str, value: str) -> str:
        if len(value) > SHORT or value.strip() != value:
            return ""
        if MARKED.search(value):
            if UNUSUAL.search(value):
                return ""
            value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return f"{begin}{row}{end}{value}</t></is></c>"

    return piece


def _code(begin: str, style: str, places: Mapping[str, str], without_page: Piece) -> Piece:
    known = {
        code: f'{style} t="str"><f>HYPERLINK("#{place}","{code}")</f><v>{code}</v></c>'
        for code, place in places.items()
    }

    def piece(row: str, value: str) -> str:
        end = known.get(value)
        return without_page(row, value) if end is None else f"{begin}{row}{end}"

    return piece


def _figure(begin: str, style: str) -> Piece:
    def piece(row: str, value: Decimal | int) -> str:
        figure = str(value)
        return "" if len(figure) > MAX_DIGITS or "E" in figure else f"{begin}{row}{style}><v>{figure}</v></c>"

    return piece


def _serial(begin: str, style: str, serial: Callable[[Any], str | None]) -> Piece:
    known = lru_cache(maxsize=4096)(serial)

    def piece(row: str, value: date | datetime) -> str:
        figure = known(value)
        return "" if figure is None else f"{begin}{row}{style}><v>{figure}</v></c>"

    return piece
