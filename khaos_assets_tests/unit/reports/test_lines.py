"""A long table is written line by line past the library's cells, and nobody can tell by the file."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from khaos_assets.reports.workbook.book import OPTIONS
from khaos_assets.reports.workbook.cells import LAST_ROW, Overflow
from khaos_assets.reports.workbook.lines import Holds, Lines
from khaos_assets.reports.workbook.pages import Heading, Table
from khaos_assets.reports.workbook.styles import make_styles

PLACES = {"STK-01": "'Runbook'!A5", "FIN-08": "'Runbook'!A90"}
ORDINARY: tuple[Any, ...] = (
    "operations", "c" * 32, "STK-01", 1, Decimal("-2.00000"), Decimal("9.98"), date(2026, 11, 20),
    datetime(2026, 11, 19, 18, 30, 5, 250_000, tzinfo=UTC),
)  # fmt: skip
texts = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["a & b", "<b>", 'she said "no"', " edge", "edge ", "_x0041_", "a\nb", "a\x01", "<r><t>x</t></r>", "\uffff", "=1+1"]
)  # fmt: skip
values = st.tuples(
    texts, texts, st.sampled_from(["STK-01", "FIN-08", "no page", "a<b"]),
    st.none() | st.integers(-(10**17), 10**17), st.none() | st.decimals(-(10**22), 10**22, places=5),
    st.none() | st.decimals(-(10**14), 10**14, places=2), st.none() | st.dates(),
    st.none() | st.datetimes(timezones=st.just(UTC)),
)  # fmt: skip


def sheet_of(out: Path, lines: Sequence[tuple[Any, ...]]) -> dict[str, bytes]:
    """The parts of a workbook with these lines below its headings."""
    book = Workbook(str(out), OPTIONS)
    book.set_properties({"created": datetime(2026, 11, 20, tzinfo=UTC).replace(tzinfo=None)})
    headings = [Heading(holds.name, 12, holds) for holds in Holds]
    table = Table(book, "Lines", headings, make_styles(book), Overflow(), LAST_ROW - 1, places=PLACES)
    for line in (ORDINARY, *lines):
        by_place = dict(zip((Holds.TEXT, Holds.KEY, Holds.CODE, Holds.COUNT, Holds.UNITS, Holds.MONEY, Holds.DAY,
                             Holds.INSTANT), line, strict=True))  # fmt: skip
        table.line([by_place[holds] for holds in Holds])
    table.finish()
    book.close()
    with zipfile.ZipFile(out) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


@pytest.fixture
def by_the_library(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, bytes]]:
    """The same, each cell written by the library."""

    def write(out: Path, lines: Sequence[tuple[Any, ...]]) -> dict[str, bytes]:
        with monkeypatch.context() as patch:
            patch.setattr(Lines, "write", Lines.cell_by_cell)
            return sheet_of(out, lines)

    return write


@given(st.lists(values, max_size=12))
@example([("a", "b", "no page", 10**16, Decimal("1E+3"), Decimal("0.00"), date(1900, 2, 28), None)])
@example([(None, None, "", None, None, None, None, None), ("x" * 40_000, None, "STK-01", 0, None, None, None, None)])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_line_is_word_for_word_what_the_library_writes_for_its_cells(
    tmp_path: Path, by_the_library: Callable[..., dict[str, bytes]], lines: list[tuple[Any, ...]]
) -> None:
    assert sheet_of(tmp_path / "lines.xlsx", lines) == by_the_library(tmp_path / "cells.xlsx", lines)


def test_a_line_below_the_last_row_of_a_sheet_is_an_error_and_not_lost(tmp_path: Path) -> None:
    book = Workbook(str(tmp_path / "long.xlsx"), OPTIONS)
    table = Table(book, "Lines", [Heading("A", 9)], make_styles(book), Overflow(), LAST_ROW + 1)
    table.line(["first"])
    table.pages[-1].rows = LAST_ROW - 1
    with pytest.raises(ValueError, match="row 1048577 cannot be written"):
        table.line(["one too many"])
    book.close()
