"""The contenders of the benchmarks do the same work: all end with the same rows. Nothing here is timed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import compare, snapshots, workbook
from bench.contest import Figures, Target, contest
from bench.stock import served

ROWS = 2_000
POSITIONS = 2_000


@pytest.fixture(scope="module")
def ready_file() -> Iterator[Path]:
    with served(ROWS) as file:
        yield file


@pytest.fixture(scope="module")
def expected(ready_file: Path) -> dict[str, object]:
    """What the product's certified snapshot holds."""
    return snapshots.certified_two_pass(str(ready_file)).facts


def test_the_certified_snapshot_holds_every_row_and_is_proven(expected: dict[str, object]) -> None:
    assert expected["rows"] == ROWS
    assert expected["proof"] == "two_pass"


@pytest.mark.parametrize("name", [n for n in snapshots.CONTENDERS if n != "certified_two_pass"])
def test_every_contender_stores_the_rows_of_the_certified_snapshot(
    name: str, ready_file: Path, expected: dict[str, object]
) -> None:
    """In a process of its own, as in the benchmark: rows, sum of units, keys and change times are the same."""
    figures = contest("bench.snapshots", [name], str(ready_file), rounds=1)[name]
    assert figures.facts == {k: v for k, v in expected.items() if k != "proof"}


@pytest.mark.parametrize("name", compare.CONTENDERS)
def test_every_comparison_finds_the_planted_differences(name: str) -> None:
    """One position in a thousand differs."""
    assert getattr(compare, name)(str(POSITIONS)).facts == {"differences": POSITIONS // 1000}


def test_the_workbook_and_its_peer_hold_the_same_cells() -> None:
    with workbook.prepared(100) as folder:
        product, alone = workbook.nightly_workbook(str(folder)), workbook.xlsxwriter_alone(str(folder))
    assert product.facts == alone.facts
    assert product.facts["cells"] > 100 * 20


def test_a_target_says_whether_it_was_met() -> None:
    quick, slow = (Figures(n, s, s, s, 100, {}) for n, s in (("quick", 1.0), ("slow", 4.0)))
    figures = {"quick": quick, "slow": slow}
    assert Target("quick", 0.5, "slow").told(figures) == "[green]met[/]    quick is 2× as fast as slow: 4.00×"
    assert Target("slow", 2, "quick").told(figures).startswith("[red]missed[/] slow takes at most 2×")
    assert Target("slow", 100).told(figures).endswith("slow stays under 100 MiB: 100 MiB")
