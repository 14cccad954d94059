"""What downloads are called and in which order they stand; how much a picture shows."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from khaos_assets.config.filed import FILE, Filed, file_all, listing, withdraw
from khaos_assets.corrections.caps import Use
from khaos_assets.portal.access import Person
from khaos_assets.portal.files import Changed, Download, Folder, address, chunks, downloads, open_unchanged
from khaos_assets.portal.months import owed
from khaos_assets.portal.pages.corrections import may_refuse, share

KEY = b"k" * 32


def folder(tmp_path: Path, kind: str = "month", of: str = "2026-10", version: str = "v2") -> Folder:
    return Folder(kind, of, version, tmp_path)


def filed(tmp_path: Path, *names: str) -> None:
    for name in names:
        (tmp_path / name).write_bytes(name.encode())
    file_all(tmp_path, names)


def test_the_name_of_a_download_tells_its_night_or_its_month_and_version(tmp_path: Path) -> None:
    def name(kind: str, of: str, version: str, file: str) -> str:
        made = Download(
            "", Folder(kind, of, version, tmp_path), file, Filed(0, ""), "", datetime(2026, 11, 1, tzinfo=UTC)
        )
        return made.name

    assert name("night", "2026-11-20", "", "exceptions.xlsx") == "exceptions-2026-11-20.xlsx"
    assert name("night", "2026-11-20", "", "index.html") == "report-2026-11-20.html"
    assert name("worklists", "2026-11-20", "", "STK-01.csv") == "worklist-STK-01-2026-11-20.csv"
    assert name("month", "2026-10", "v2", "month-end-2026-10.xlsx") == "month-end-2026-10-v2.xlsx"
    assert name("month", "2026-10", "preview", "sales.parquet") == "month-end-2026-10-sales-preview.parquet"


def test_the_workbook_stands_first_sheets_as_in_the_pack_and_last_what_machines_read(tmp_path: Path) -> None:
    filed(
        tmp_path, "manifest.json", "sales.parquet", "vat.parquet", "month-end-2026-10.xlsx", "dispatched_open.parquet"
    )
    shown = [d.file for d in downloads(folder(tmp_path), KEY)]
    assert shown == [
        "month-end-2026-10.xlsx",
        "dispatched_open.parquet",
        "vat.parquet",
        "sales.parquet",
        "manifest.json",
    ]


def test_an_address_is_another_for_every_file_folder_and_key() -> None:
    here = Path()
    made = [
        address(key, Folder("month", of, version, here), file)
        for key in (KEY, b"other" * 8) for of in ("2026-10", "2026-11") for version in ("v1", "v11")
        for file in ("sales.parquet", "vat.parquet")
    ]  # fmt: skip
    assert len(set(made)) == len(made) == 16


def test_what_is_read_is_what_was_proven_even_if_the_file_is_replaced_meanwhile(tmp_path: Path) -> None:
    filed(tmp_path, "sales.parquet")
    (made,) = downloads(folder(tmp_path), KEY)
    opened = open_unchanged(made)
    (tmp_path / "new").write_bytes(b"somebody else's")
    (tmp_path / "new").replace(tmp_path / "sales.parquet")
    assert b"".join(chunks(opened, size=3)) == b"sales.parquet"
    assert opened.closed
    with pytest.raises(Changed):
        open_unchanged(made)


def test_a_folder_whose_listing_is_gone_or_cannot_be_read_holds_nothing_to_take(tmp_path: Path) -> None:
    filed(tmp_path, "sales.parquet")
    withdraw(tmp_path)
    withdraw(tmp_path)
    assert listing(tmp_path) is None and downloads(folder(tmp_path), KEY) == []
    (tmp_path / FILE).write_text('{"product": "1"')
    assert downloads(folder(tmp_path), KEY) == []


def test_the_same_files_are_filed_by_the_same_bytes(tmp_path: Path) -> None:
    filed(tmp_path, "a.csv", "b.csv")
    once = (tmp_path / FILE).read_bytes()
    file_all(tmp_path, ["b.csv", "a.csv"])
    assert (tmp_path / FILE).read_bytes() == once


def test_the_largest_amount_fills_its_side_and_the_smallest_is_still_seen() -> None:
    nil = {"rows": 0, "over_gbp": "0.00", "under_gbp": "0.00"}
    said = {
        "sales.net_difference_gbp": {"rows": 2, "over_gbp": "1000.00", "under_gbp": "0.01"}, "vat.difference_gbp": nil
    }  # fmt: skip
    (line,) = owed({"unresolved": said})
    assert (line.over_width, line.under_width) == (100.0, 0.8)
    assert (line.over, line.under) == (Decimal("1000.00"), Decimal("0.01"))


def test_a_bar_of_a_cap_is_full_when_it_is_exceeded_and_never_overflows() -> None:
    assert share(Use("gbp", Decimal(250), Decimal(1000))) == 25.0
    assert share(Use("price_move_percent", Decimal("Infinity"), Decimal(25))) == 100.0
    assert share(Use("units", Decimal(0), Decimal(0))) == 0.0


def test_who_planned_is_known_by_the_name_whatever_its_case() -> None:
    ann = Person("ann", "Ann", ("viewer",))
    assert may_refuse(ann, " Ann ") and not may_refuse(ann, "anna")
