"""`cases list --incidents` as people type it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from khaos_assets.cases.recording import record_night
from khaos_assets.cli.app import app
from khaos_assets_tests.unit.reports.nights import NIGHT, SETTINGS, make_night, row

ROWS = [
    row(case_key="a1", record_key="MUG-01", units=Decimal(-2)),
    row(case_key="b2", code="PIM-02", systems="plytix>khaos", record_key="MUG-01", owner="merchandising", scope="",
        field="description", units=None, amount_gbp=None),
    row(case_key="c3", code="ORD-05", record_key="W0101", owner="finance", scope="", severity="critical", units=None,
        amount_gbp=Decimal("120.00")),
    row(case_key="d4", code="ORD-07", systems="khaos>scayle", record_key="W0101", scope="", state="suppressed",
        suppressed_by="c3", units=None, amount_gbp=None),
    row(case_key="e5", record_key="CUP-02"),
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night with one order of which two codes speak, one item of which two do, and one case by itself."""
    return recorded(tmp_path_factory.mktemp("incidents"))


def recorded(folder: Path) -> Path:
    (folder / "merchant.toml").write_text('[merchant]\nname = "Bright & Co"\n', encoding="utf-8")
    record_night(SETTINGS, make_night(folder / "var", ROWS), NIGHT)
    return folder


def ask(folder: Path, *words: str) -> Result:
    merchant = str(folder / "merchant.toml")
    return CliRunner().invoke(app, ["cases", *words, "--config", merchant, "--as", "ann"])


def names(folder: Path, *words: str) -> list[str]:
    result = ask(folder, "list", "--incidents", "--json", *words)
    assert result.exit_code == 0, result.stderr
    return [i["name"] for i in json.loads(result.stdout)]


def test_cases_with_one_cause_are_one_line_with_what_they_explain(folder: Path) -> None:
    shown = ask(folder, "list", "--incidents").stdout
    assert "Stock code MUG-01" in shown
    assert "2 incidents of 3 cases" in shown
    assert "CUP-02" not in shown


def test_a_machine_gets_every_member_and_pounds_as_decimal_text(folder: Path) -> None:
    order, item = json.loads(ask(folder, "list", "--incidents", "--json").stdout)
    assert [(m["code"], m["role"]) for m in order["members"]] == [("ORD-05", "stands open"), ("ORD-07", "suppressed")]
    assert order["pounds"] == [{"basis": "order lines, net", "side": "", "gbp": "120.00"}]
    assert [m["amount_gbp"] for m in item["members"]] == [None, "9.98"]


def test_they_can_be_narrowed_by_what_stands(folder: Path) -> None:
    assert names(folder, "--owner", "merchandising") == ["MUG-01"]
    assert names(folder, "--code", "ORD-07") == []
    assert names(folder, "--late") == []
    refused = ask(folder, "list", "--incidents", "--state", "open")
    assert (refused.exit_code, "leave --state away" in refused.stderr) == (2, True)


def test_what_a_person_closed_since_the_night_is_gone(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    closed = ask(folder, "resolve", "b2", "--reason", "corrected", "--note", "described anew")
    assert closed.exit_code == 0
    assert names(folder) == ["W0101"]
