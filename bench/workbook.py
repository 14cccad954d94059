"""The nightly workbook of 100,000 exceptions beside what XlsxWriter alone needs for the same cells.

The product reads warehouse and ledger, and writes every sheet: rows of families, work list, incidents, controls. Its
peer is given each cell ready to write, by the same method in the same format and with the same `constant_memory`, and
does nothing else. What is ready before the clock runs is not counted.
"""

from __future__ import annotations

import gc
import tempfile
import zipfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from bench.contest import Stopwatch, Target, contest, show
from khaos_assets.cases.recording import record_night
from khaos_assets.config import Night, Settings, Store
from khaos_assets.reports import write_nightly
from khaos_assets.reports.case_list import read_case_list
from khaos_assets.reports.figures import read_figures
from khaos_assets.reports.workbook import write_workbook
from khaos_assets.reports.workbook.book import OPTIONS
from khaos_assets.reports.workbook.styles import make_styles
from khaos_assets.warehouse import open_warehouse
from khaos_assets.warehouse.database import HERE

NIGHT = Night.of("2026-11-20")
SETTINGS = Settings.of_merchant({"merchant": {"name": "Bench"}, "khaos": {}, "wair": {}})
CONTENDERS = ("nightly_workbook", "xlsxwriter_alone")
AT_MOST, AT_MOST_MIB = 1.5, 512
WRITES = ("write_string", "write_number", "write_datetime", "write_formula", "write_url", "write_blank")
ROWS = """
    INSERT INTO exception BY NAME
    SELECT DATE '2026-11-20' AS night, x.code, printf('%032x', i) AS case_key,
        CASE WHEN i % 25 = 1 THEN 'suppressed' WHEN i % 50 = 2 THEN 'expected' ELSE 'open' END AS state,
        ['critical', 'high', 'medium', 'low'][1 + i % 4] AS severity, x.owner, x.systems, 'stock' AS entity,
        'SKU-' || lpad((i // 3)::VARCHAR, 7, '0') AS record_key, x.scope, x.field,
        (i % 60)::VARCHAR AS expected_value, (i % 60 + i % 7 - 3)::VARCHAR AS actual_value,
        CASE WHEN i % 2 = 0 THEN 'Khaos shows the figure of an earlier night' END AS reason,
        (i % 7 - 3)::DECIMAL(28, 5) AS units, ((i % 9973) * 0.01)::DECIMAL(18, 2) AS amount, 'GBP' AS currency,
        amount AS amount_gbp, TIMESTAMPTZ '2026-11-19 10:00:00Z' + to_seconds(i % 50000) AS observed_at,
        TIMESTAMPTZ '2026-11-20 02:00:00Z' AS as_of,
        sha256('wair') AS expected_snapshot, sha256('khaos') AS actual_snapshot,
        CASE WHEN i % 25 = 1 THEN printf('%032x', i - 1) END AS suppressed_by,
        'worklist: book the difference' AS correction,
        json_object('wair_on_hand', i % 60, 'khaos_available', i % 50, 'khaos_allocated', 3) AS evidence,
        as_of AS first_seen
    FROM range($rows) AS r(i)
    JOIN (VALUES
        (0, 'STK-01', 'wair>khaos', 'operations', 'physical', 'Main'),
        (1, 'STK-04', 'khaos>scayle', 'ecommerce', 'sellable', 'Main'),
        (2, 'FIN-08', 'khaos>plytix', 'merchandising', 'price', ''),
        (3, 'ORD-05', 'wair>khaos', 'finance', 'full', ''),
        (4, 'PIM-02', 'plytix>khaos', 'merchandising', 'description', '')
    ) AS x(place, code, systems, owner, field, scope) ON x.place = i % 5
"""
CONTROL = """
    INSERT INTO control_code
    SELECT night, code, systems, TRUE, NULL, count(*), 0, count(*) FILTER (state = 'expected'),
        count(*) FILTER (state = 'open'), count(*) FILTER (state = 'suppressed'),
        coalesce(sum(amount_gbp) FILTER (state = 'open'), 0), TRUE
    FROM exception GROUP BY ALL
"""


def report(rounds: int, rows: int) -> None:
    """Measure, and print the ratio and the memory beside their targets."""
    with prepared(rows) as folder:
        figures = contest("bench.workbook", [*CONTENDERS, "all_reports"], str(folder), rounds=rounds)
    note = "all_reports: the same with CSV, Parquet and the page. Ratios of the targets are of processor time."
    show(
        f"The nightly workbook of {rows:,} exceptions", figures, "xlsxwriter_alone", note=note,
        targets=[
            Target("nightly_workbook", AT_MOST, "xlsxwriter_alone", by="cpu"),
            Target("nightly_workbook", AT_MOST_MIB),
            Target("all_reports", AT_MOST_MIB),
        ],
    )  # fmt: skip


@contextmanager
def prepared(rows: int) -> Generator[Path]:
    """A data folder with a night of so many exceptions, recorded in its ledger."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        store = Store(Path(name))
        with open_warehouse(store) as con:
            con.execute((HERE / "kept.sql").read_text(encoding="utf-8"))
            con.execute(ROWS, {"rows": rows})
            con.execute(CONTROL)
        record_night(SETTINGS, store, NIGHT)
        yield store.root


def nightly_workbook(folder: str) -> Stopwatch:
    """As `report nightly` writes it, from warehouse and ledger."""
    watch, out = Stopwatch(), Path(folder) / "product.xlsx"
    with watch.running():
        _write(Path(folder), out)
    watch.facts = {"cells": cells_in(out)}
    return watch


def all_reports(folder: str) -> Stopwatch:
    """Everything that a night leaves for people."""
    watch = Stopwatch()
    with watch.running():
        files = write_nightly(SETTINGS, Store(Path(folder)), NIGHT, Path(folder) / "all")
    watch.facts = {"cells": cells_in(files["exceptions.xlsx"])}
    return watch


def xlsxwriter_alone(folder: str) -> Stopwatch:
    """The product's cells, each ready to be written."""
    out = Path(folder) / "alone.xlsx"
    with Recorder().listening() as recorder:
        _write(Path(folder), Path(folder) / "recorded.xlsx")
    book = Workbook(str(out), OPTIONS)
    make_styles(book)
    writes = recorder.for_another(book)
    gc.collect()
    gc.freeze()  # millions of values that wait are no burden of the library
    watch = Stopwatch()
    with watch.running():
        for write, arguments in writes:
            write(*arguments)
        book.close()
    gc.unfreeze()
    watch.facts = {"cells": cells_in(out)}
    return watch


def _write(folder: Path, out: Path) -> None:
    store = Store(folder)
    with open_warehouse(store, read_only=True) as con:
        cases = read_case_list(store, con, NIGHT)
        write_workbook(con, read_figures(con, SETTINGS.merchant.name, NIGHT), out, cases=cases)


@dataclass
class Recorder:
    """Every cell that a workbook was given, in order: sheet, method, arguments."""

    calls: list[tuple[Worksheet, str, tuple[Any, ...]]] = field(default_factory=list)
    formats: list[Format] = field(default_factory=list)
    inside: bool = False
    """A method that another one calls is no cell of its own."""

    @contextmanager
    def listening(self) -> Generator[Recorder]:
        originals = {name: getattr(Worksheet, name) for name in WRITES}
        add_format = Workbook.add_format
        for name, original in originals.items():
            setattr(Worksheet, name, self._heard(name, original))
        Workbook.add_format = self._made(add_format)
        try:
            yield self
        finally:
            for name, original in originals.items():
                setattr(Worksheet, name, original)
            Workbook.add_format = add_format

    def _made(self, original: Callable[..., Format]) -> Callable[..., Format]:
        def add_format(*given: Any) -> Format:
            self.formats.append(original(*given))
            return self.formats[-1]

        return add_format

    def _heard(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def write(sheet: Worksheet, *arguments: Any) -> Any:
            if self.inside:
                return original(sheet, *arguments)
            self.calls.append((sheet, name, arguments))
            self.inside = True
            try:
                return original(sheet, *arguments)
            finally:
                self.inside = False

        return write

    def for_another(self, book: Workbook) -> list[tuple[Callable[..., Any], tuple[Any, ...]]]:
        """The same writes for a workbook that has the same formats; its sheets are made here."""
        sheets = {s: book.add_worksheet(str(s.get_name())) for s in dict.fromkeys(s for s, _, _ in self.calls)}
        # `make_styles` makes them in one order: the n-th of one workbook is the n-th of the other
        alike = dict(zip(map(id, self.formats), book.formats, strict=True))
        return [
            (getattr(sheets[sheet], name), tuple(alike[id(a)] if isinstance(a, Format) else a for a in arguments))
            for sheet, name, arguments in self.calls
        ]


def cells_in(workbook: Path) -> int:
    """Cells with a value or a format in all its sheets."""
    count = 0
    with zipfile.ZipFile(workbook) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/sheet"):
                with parts.open(name) as part:
                    rest = b""
                    while block := part.read(1 << 20):
                        text = rest + block
                        count += text.count(b"<c ")
                        rest = text[-2:]
    return count
