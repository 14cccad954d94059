"""Exports: exact for machines, safe for spreadsheets, the same bytes from the same night."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from khaos_assets.reports import FORMATS, export_exceptions
from khaos_assets.reports.columns import EXPORT
from khaos_assets.reports.export import UnknownFormat
from khaos_assets_tests.unit.reports.nights import NIGHT, make_night, row

INTERFACE = (
    "night,code,case_key,state,severity,owner,systems,entity,record_key,scope,counterpart_key,field,expected_value,"
    "actual_value,reason,units,amount,currency,amount_gbp,observed_at,as_of,expected_snapshot,actual_snapshot,"
    "suppressed_by,correction,evidence"
)


def exported(folder: Path, rows: list[dict], format: str = "csv", **only: str) -> list[dict[str, str]]:
    """The rows as an ordinary CSV reader sees them."""
    out = folder / f"out.{format}"
    export_exceptions(make_night(folder, rows), NIGHT, out=out, format=format, **only)
    with out.open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def test_columns_stand_in_the_order_that_other_peoples_scripts_rely_on(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    export_exceptions(make_night(tmp_path, [row()]), NIGHT, out=out)
    assert out.read_text(encoding="utf-8").splitlines()[0] == INTERFACE


def test_money_keeps_its_pennies_and_units_lose_their_padding(tmp_path: Path) -> None:
    (line,) = exported(
        tmp_path, [row(units=Decimal("-1200.50000"), amount=Decimal("10.00"), amount_gbp=Decimal("0.10"))]
    )
    assert (line["units"], line["amount"], line["amount_gbp"]) == ("-1200.5", "10.00", "0.10")


@pytest.mark.parametrize(("stored", "text"), [("100", "100"), ("0", "0"), ("0.00001", "0.00001"), ("-3.10", "-3.1")])
def test_units_are_written_as_people_write_them(tmp_path: Path, stored: str, text: str) -> None:
    assert exported(tmp_path, [row(units=Decimal(stored))])[0]["units"] == text


def test_an_amount_that_could_not_be_read_is_empty_and_not_nought(tmp_path: Path) -> None:
    unknown, nought = exported(
        tmp_path, [row(record_key="A", amount_gbp=None), row(record_key="B", amount_gbp=Decimal(0))]
    )
    assert (unknown["amount_gbp"], nought["amount_gbp"]) == ("", "0.00")


def test_absent_and_empty_text_can_be_told_apart(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    rows = [row(record_key="A", expected_value=None, actual_value="")]
    export_exceptions(make_night(tmp_path, rows), NIGHT, out=out)
    assert ',physical,,"",' in out.read_text(encoding="utf-8")


def test_instants_are_iso_8601_in_utc_with_a_fraction_only_where_there_is_one(tmp_path: Path) -> None:
    whole, part = exported(
        tmp_path,
        [
            row(record_key="A", observed_at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
            row(record_key="B", observed_at=datetime(2026, 10, 25, 0, 30, 0, 120000, tzinfo=UTC)),
        ],
    )
    assert whole["observed_at"] == "2026-10-25T00:30:00Z"
    assert part["observed_at"] == "2026-10-25T00:30:00.120000Z"


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_the_safe_csv_guards_text_that_a_spreadsheet_would_run(tmp_path: Path, first: str) -> None:
    (line,) = exported(tmp_path, [row(record_key=f"{first}1+1", units=Decimal(-2))], "csv-safe")
    assert line["record_key"] == f"'{first}1+1"
    assert line["units"] == "-2", "a negative figure is a figure, not a formula"


def test_the_exact_csv_changes_nothing_in_a_text(tmp_path: Path) -> None:
    nasty = '=1+1, "quoted"\r\nand ünïcode 😀'
    assert exported(tmp_path, [row(record_key=nasty)])[0]["record_key"] == nasty


def test_rows_are_sorted_by_code_pair_record_scope_and_field_also_in_the_safe_csv(tmp_path: Path) -> None:
    rows = [row(code=c, record_key=k) for c in ("STK-08", "ORD-05") for k in ("b", "=a", "'z")]
    for format in ("csv", "csv-safe"):
        lines = exported(tmp_path / format, rows, format)
        assert [x["code"] for x in lines] == ["ORD-05"] * 3 + ["STK-08"] * 3
        assert [x["record_key"].removeprefix("'") for x in lines[:3]] == ["z", "=a", "b"]


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_the_same_rows_in_another_order_give_the_same_bytes(tmp_path: Path, format: str) -> None:
    rows = [row(record_key=f"SKU-{i % 7}", scope=f"S{i % 3}", case_key=f"{i:032}") for i in range(40)]
    bodies: list[bytes] = []
    for place, ordered in enumerate((rows, rows[::-1])):
        out = tmp_path / f"{place}.out"
        assert export_exceptions(make_night(tmp_path / str(place), ordered), NIGHT, out=out, format=format) == 40
        bodies.append(out.read_bytes())
    assert bodies[0] == bodies[1]


def test_one_owner_can_ask_for_its_open_rows_only(tmp_path: Path) -> None:
    rows = [row(record_key="mine"), row(record_key="done", state="expected"), row(record_key="theirs", owner="finance")]
    assert [x["record_key"] for x in exported(tmp_path, rows, owner="operations", state="open")] == ["mine"]


def test_parquet_holds_money_as_decimals(tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    export_exceptions(make_night(tmp_path, [row()]), NIGHT, out=out, format="parquet")
    table = pq.read_table(out)
    assert table.column_names == [c.name for c in EXPORT]
    assert table.schema.field("amount_gbp").type == pa.decimal128(18, 2)
    assert table.column("units").to_pylist() == [Decimal("2.00000")]


def test_json_keeps_evidence_to_the_last_digit(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    rows = [row(evidence='{"cost": 1.10000000000000000005}'), row(record_key="Z", expected_value=None)]
    export_exceptions(make_night(tmp_path, rows), NIGHT, out=out, format="json")
    assert '{"cost": 1.10000000000000000005}' in out.read_text(encoding="utf-8")
    first, second = json.loads(out.read_text(encoding="utf-8"))
    assert (first["amount_gbp"], second["expected_value"]) == ("9.98", None)


def test_a_night_without_exceptions_still_has_a_header_and_an_empty_list(tmp_path: Path) -> None:
    assert exported(tmp_path, []) == []
    out = tmp_path / "none.json"
    assert export_exceptions(make_night(tmp_path / "2", []), NIGHT, out=out, format="json") == 0
    assert json.loads(out.read_text(encoding="utf-8")) == []


def test_an_unknown_format_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match="csv, csv-safe, json, parquet"):
        export_exceptions(make_night(tmp_path, []), NIGHT, out=tmp_path / "x", format="xls")
