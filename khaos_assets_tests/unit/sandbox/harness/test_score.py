"""The score: what counts as found, missed and false, and which files it reads."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from khaos_assets.sandbox.score import score
from khaos_assets.sandbox.world import WorldError
from khaos_assets_tests.sandbox_fixtures import write_world

NIGHT, LATER = "2026-11-19", "2026-11-20"


def planted(key: str, code: str = "STK-01", **fields: Any) -> dict[str, Any]:
    line = {"kind": "exception", "code": code, "systems": "wair>khaos", "record_key": key, "scope": "Main"}
    return {**line, "field": None, "units": None, "amount_gbp": None, "note": "", **fields}


def row(key: str, code: str = "STK-01", **fields: Any) -> dict[str, str]:
    line = {"night": NIGHT, "code": code, "state": "open", "systems": "wair>khaos", "record_key": key, "scope": "Main"}
    return {**line, "field": "", "reason": "", "units": "", "amount_gbp": "", **fields}


def as_json(file: Path, rows: list[dict[str, str]]) -> Path:
    file = file.with_suffix(".json")
    file.write_text(json.dumps(rows), encoding="utf-8")
    return file


def as_csv(file: Path, rows: list[dict[str, str]]) -> Path:
    file = file.with_suffix(".csv")
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(row("")))
        writer.writeheader()
        writer.writerows(rows)
    return file


def as_parquet(file: Path, rows: list[dict[str, str]]) -> Path:
    file = file.with_suffix(".parquet")
    pq.write_table(pa.Table.from_pylist([{k: v or None for k, v in r.items()} for r in rows]), file)
    return file


@pytest.fixture
def scored(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def run(
        truth: list[dict[str, Any]],
        rows: list[dict[str, str]],
        write: Callable[[Path, list[dict[str, str]]], Path] = as_json,
        later: list[dict[str, Any]] | None = None,
    ) -> dict[str, Any]:
        world = write_world(tmp_path / "w", nights={NIGHT: {}, LATER: {}}, truth={NIGHT: truth, LATER: later or []})
        return score(world, write(tmp_path / "exceptions", rows))

    return run


@pytest.mark.parametrize("write", [as_json, as_csv, as_parquet])
def test_a_perfect_run_scores_one_in_every_file_format(scored: Any, write: Any) -> None:
    truth = [planted("A", units="3", amount_gbp="4.50"), planted("B", code="ORD-05", scope="")]
    rows = [row("A", units="3.00000", amount_gbp="4.50"), row("B", code="ORD-05", scope="")]
    result = scored(truth, rows, write)
    assert (result["recall"], result["precision"], result["decoys_reported"]) == (1.0, 1.0, 0)
    assert result["per_code"] == {
        "ORD-05": {"planted": 1, "found": 1, "false": 0},
        "STK-01": {"planted": 1, "found": 1, "false": 0},
    }
    assert result["missed"] == result["false"] == []


def test_what_is_not_reported_is_missed_and_what_was_not_planted_is_false(scored: Any) -> None:
    result = scored([planted("A"), planted("B")], [row("A"), row("C")])
    assert (result["recall"], result["precision"]) == (0.5, 0.5)
    assert [(m["record_key"], m["why"]) for m in result["missed"]] == [("B", "not reported")]
    assert [(f["record_key"], f["why"]) for f in result["false"]] == [("C", "not planted")]


@pytest.mark.parametrize("field", ["code", "systems", "record_key", "scope"])
def test_each_part_of_the_identity_counts(scored: Any, field: str) -> None:
    result = scored([planted("A")], [row("A") | {field: "other"}])
    assert (result["recall"], result["precision"]) == (0.0, 0.0)


def test_another_amount_is_missed_and_false_and_says_so(scored: Any) -> None:
    result = scored([planted("A", units="3", amount_gbp="4.50")], [row("A", units="3", amount_gbp="4.51")])
    assert (result["recall"], result["precision"]) == (0.0, 0.0)
    assert result["missed"][0]["why"] == result["false"][0]["why"] == "amount_gbp is 4.51, planted was 4.50"
    assert result["per_code"]["STK-01"] == {"planted": 1, "found": 0, "false": 1}


def test_an_empty_amount_does_not_agree_with_a_planted_one(scored: Any) -> None:
    assert scored([planted("A", units="0")], [row("A")])["missed"][0]["why"] == "units is empty, planted was 0"


def test_an_amount_that_the_truth_does_not_give_is_not_compared(scored: Any) -> None:
    assert scored([planted("A")], [row("A", units="7", amount_gbp="9.99")])["recall"] == 1.0


def test_rows_that_are_expected_or_suppressed_do_not_count(scored: Any) -> None:
    result = scored([planted("A")], [row("A", state="expected"), row("B", state="suppressed")])
    assert (result["recall"], result["precision"], result["false"]) == (0.0, 1.0, [])


def test_equal_lines_are_matched_one_to_one(scored: Any) -> None:
    result = scored([planted("A"), planted("A")], [row("A"), row("A"), row("A")])
    assert (result["recall"], result["per_code"]["STK-01"]["false"]) == (1.0, 1)
    assert scored([planted("A"), planted("A")], [row("A")])["recall"] == 0.5


def test_lines_of_one_identity_are_paired_by_their_amounts(scored: Any) -> None:
    truth = [planted("A"), planted("A", units="1"), planted("A", units="2")]
    assert scored(truth, [row("A", units="2"), row("A", units="5"), row("A", units="1")])["recall"] == 1.0


def test_a_reported_decoy_is_false_and_counted(scored: Any) -> None:
    decoy = planted("D") | {"kind": "decoy"}
    result = scored([planted("A"), decoy], [row("A"), row("D")])
    assert (result["decoys_reported"], result["recall"], result["precision"]) == (1, 1.0, 0.5)
    assert result["false"][0]["decoy"] is True
    assert scored([planted("A"), decoy], [row("A"), row("D", state="expected")])["decoys_reported"] == 0


def test_every_night_in_the_file_is_scored_against_its_own_truth(scored: Any) -> None:
    result = scored([planted("A")], [row("A"), row("B", night=LATER)], later=[planted("B"), planted("C")])
    assert (result["per_code"]["STK-01"]["planted"], result["missed"][0]["night"]) == (3, LATER)
    assert scored([planted("A")], [row("A")], later=[planted("B")])["recall"] == 1.0


def test_a_file_without_rows_has_found_nothing_of_the_first_night(scored: Any) -> None:
    result = scored([planted("A")], [], as_csv)
    assert (result["recall"], result["precision"]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("e.txt", "", "suffix"),
        ("gone.csv", None, "no such file"),
        ("e.csv", "night,code\n", "column systems, record_key"),
        ("e.json", "{", "not readable"),
        ("e.json", '{"rows": []}', "array of objects"),
        ("e.json", '[{"night": "2026-11-19"}]', "row 1: column code"),
        ("e.parquet", "no parquet", "not readable"),
    ],
)
def test_a_wrong_file_says_what_is_wrong_with_it(tmp_path: Path, name: str, text: str | None, told: str) -> None:
    file = tmp_path / name
    if text is not None:
        file.write_text(text)
    with pytest.raises(WorldError) as refused:
        score(write_world(tmp_path / "w"), file)
    assert str(file) in str(refused.value)
    assert told in str(refused.value)


def test_a_night_or_figure_that_cannot_be_is_refused(scored: Any) -> None:
    with pytest.raises(WorldError, match="night '2030-01-01' is not in this world"):
        scored([], [row("A", night="2030-01-01")])
    with pytest.raises(WorldError, match="row 1: units = 'three'"):
        scored([], [row("A", units="three")])


def test_a_broken_truth_line_is_named(tmp_path: Path) -> None:
    world = write_world(tmp_path / "w")
    (world / "nights" / LATER / "truth.ndjson").write_text('{"kind": "exception", "code": "A"}\n')
    with pytest.raises(WorldError, match=r"truth\.ndjson: line 1: systems, record_key missing"):
        score(world, as_json(tmp_path / "e", [row("A", night=LATER)]))
