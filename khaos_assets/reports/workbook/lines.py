"""The lines of a long table: each column says once what its cells hold, and by that how they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from xlsxwriter.format import Format

from khaos_assets.reports.workbook.cells import Cells
from khaos_assets.reports.workbook.styles import Styles


class Holds(StrEnum):
    """What the cells of a column hold, and by that how they look: each is a style of its own."""

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


@dataclass
class Lines:
    """The lines of one sheet. `places`: where the page of each code begins (`'Runbook'!A5`)."""

    cells: Cells
    columns: Sequence[Holds]
    styles: Styles
    places: Mapping[str, str]

    def write(self, row: int, values: Sequence[Any]) -> None:
        """One row (zero-based), a value for each column: text, Decimal, int, date, aware instant; None for no cell."""
        for column, (holds, value) in enumerate(zip(self.columns, values, strict=True)):
            if value is None:
                continue
            style: Format = getattr(self.styles, holds.value)
            match holds:
                case Holds.TEXT | Holds.KEY:
                    self.cells.text(row, column, value, style)
                case Holds.CODE if value in self.places:
                    self.cells.link(row, column, self.places[value], value, style)
                case Holds.CODE:
                    self.cells.text(row, column, value, self.styles.text)
                case Holds.DAY:
                    self.cells.day(row, column, value, style)
                case Holds.INSTANT:
                    self.cells.instant(row, column, value, style)
                case _:
                    self.cells.number(row, column, value, style)
