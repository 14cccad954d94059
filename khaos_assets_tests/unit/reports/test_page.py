"""The night's page: self-contained, escaped, the same bytes, and honest about what was not tested."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import html

from khaos_assets.reports import write_nightly
from khaos_assets_tests.unit.reports.nights import NIGHT, SETTINGS, make_night, not_tested, read, row


def page(folder: Path, rows: list[dict[str, Any]], **more: Any) -> str:
    """The text of index.html."""
    files = write_nightly(SETTINGS, make_night(folder, rows, **more), NIGHT)
    return files["index.html"].read_text(encoding="utf-8")


def words(text: str) -> str:
    """What a reader sees, blanks folded."""
    return " ".join(" ".join(html.fromstring(text).itertext()).split())


def test_markup_in_a_name_is_shown_and_not_run(tmp_path: Path) -> None:
    text = page(tmp_path, [row(record_key="<script>alert(1)</script>")])
    assert "<script>" not in text
    assert "<script>alert(1)</script>" in words(text)
    assert "Bright & Co <Gifts>" in words(text)


def test_it_opens_from_disk_without_asking_the_network_for_anything(tmp_path: Path) -> None:
    tree = html.fromstring(page(tmp_path, [row()]))
    assert not tree.xpath("//script | //link | //img")
    assert all(not str(h).startswith(("http", "//")) for h in tree.xpath("//@href"))


def test_every_link_leads_to_a_file_that_is_there(tmp_path: Path) -> None:
    tree = html.fromstring(page(tmp_path, [row(), row(code="ORD-05")]))
    folder = tmp_path / "reports" / str(NIGHT)
    links = [str(h) for h in tree.xpath("//@href")]
    assert "runbook/STK-01.html" in links
    assert [h for h in links if not (folder / h).exists()] == []


def test_a_code_that_was_not_tested_is_listed_with_its_reason(tmp_path: Path) -> None:
    text = words(page(tmp_path, [], codes=[not_tested("PIM-10", "khaos>wair", "no size heading")]))
    assert "PIM-10 Body map mismatch khaos>wair NOT TESTED no size heading" in text


def test_an_incomplete_snapshot_stands_at_the_top_with_its_reason(tmp_path: Path) -> None:
    reasons = '[{"fault": "false_end", "detail": "page 3 was empty"}]'
    text = words(page(tmp_path, [], reads=[read(verdict="INCOMPLETE", reasons=reasons)]))
    assert "wair/stock false_end: page 3 was empty" in text
    assert "0 / 1 snapshots complete" in text


def test_there_is_no_total_over_different_bases(tmp_path: Path) -> None:
    rows = [row(amount_gbp=Decimal("1000.01")), row(code="ORD-05", amount_gbp=Decimal("2000.02"))]
    text = words(page(tmp_path, rows))
    assert "1,000.01" in text
    assert "2,000.02" in text
    assert "3,000.03" not in text


def test_two_runs_give_the_same_page_also_in_one_process(tmp_path: Path) -> None:
    rows = [row(record_key=f"S{i}", units=Decimal(i - 5)) for i in range(10)]
    assert page(tmp_path / "a", rows) == page(tmp_path / "b", rows)


def test_a_night_without_exceptions_says_so(tmp_path: Path) -> None:
    assert "Nothing is open." in words(page(tmp_path, []))
