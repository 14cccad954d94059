"""All reports of one night, from the warehouse to files. The last stage before publishing."""

from __future__ import annotations

from pathlib import Path

from khaos_assets.config import Night, Settings, Store
from khaos_assets.config.filed import file_all, withdraw
from khaos_assets.config.store import replacing
from khaos_assets.reports.case_list import read_case_list
from khaos_assets.reports.export import write
from khaos_assets.reports.figures import read_figures
from khaos_assets.reports.page import write_page
from khaos_assets.reports.workbook import write_workbook
from khaos_assets.rules.runbook import runbook_pages
from khaos_assets.warehouse import open_warehouse

DOWNLOADS = {
    "exceptions.xlsx": "Workbook: control totals and every row, for finance",
    "exceptions.csv": "CSV, exact: for machines",
    "exceptions-safe.csv": "CSV, safe to open in a spreadsheet",
    "exceptions.parquet": "Parquet: for analysis, money as decimals",
}


def write_nightly(settings: Settings, store: Store, night: Night, out: Path | None = None) -> dict[str, Path]:
    """Write `reports/<night>/` (or `out`) and return its files by name.

    The same snapshots give the same bytes. Raises WorkbookError where a spreadsheet could not hold something whole.
    """
    folder = out or store.reports(night.date)
    withdraw(folder)
    formats = {"exceptions.csv": "csv", "exceptions-safe.csv": "csv-safe", "exceptions.parquet": "parquet"}
    with store.writing(), open_warehouse(store, read_only=True) as con:
        # Each thread sorts wide rows in memory of its own and keeps it: two took 0.25 GB more for 100,000 rows
        con.execute("SET threads = 1")
        cases = read_case_list(store, con, night)
        figures = read_figures(con, settings.merchant.name, night)
        for name, format in formats.items():
            write(con, format, folder / name, night=str(night))
        with replacing(folder / "exceptions.xlsx") as temporary:
            write_workbook(con, figures, temporary, cases=cases)
        downloads = dict(DOWNLOADS)
        evidence = store.data_docs(night.date) / "index.html"
        if out is None and evidence.exists():
            downloads[f"../../data_docs/{night}/index.html"] = "Data Docs: the checks behind these figures, as evidence"
        index = folder / "index.html"
        pages = runbook_pages({line.code for line in figures.codes})
        write_page(con, figures, pages, downloads, index, preview_rows=settings.reports.preview_rows, cases=cases)
    names = (*DOWNLOADS, "index.html")
    file_all(folder, names)
    return {name: folder / name for name in names}
