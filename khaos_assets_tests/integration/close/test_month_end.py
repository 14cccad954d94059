"""October of a whole merchant, through simulators and the command line: counted, packed, signed, sealed, made again."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from dagster import DagsterInstance
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from khaos_assets import rules, snapshots, warehouse
from khaos_assets.cases.recording import record_night
from khaos_assets.cli.app import app
from khaos_assets.close.workbook import TABS
from khaos_assets.config import Credentials, Night, Store, load_settings
from khaos_assets.orchestration.building import build_defs
from khaos_assets.orchestration.resources import MerchantResource
from khaos_assets.portal.access import open_access, people
from khaos_assets.portal.app import create_app
from khaos_assets.sandbox.worlds import make_world
from khaos_assets_tests.portal_people import CHEAP, PASSWORD, Clock, hire
from khaos_assets_tests.sandbox_fixtures import running_sandbox

LAST = date(2026, 11, 1)
MONTH = ("--month", "2026-10")
SYSTEMS = ("khaos", "wair", "scayle", "orocommerce")


@dataclass(frozen=True)
class Installation:
    """A merchant.toml with its data folder."""

    config: Path
    root: Path

    def call(self, *words: str, by: str = "ann", status: int = 0, **environment: str) -> Any:
        """A command with --json; its document, or its words where it did not end as it should."""
        asked = [*words, "--json", "--config", str(self.config), "--data-dir", str(self.root), "--as", by]
        result = CliRunner().invoke(app, asked, env=environment)
        assert result.exit_code == status, f"{words}: {result.exit_code}\n{result.output}\n{result.stderr}"
        return json.loads(result.stdout) if result.stdout.strip() else result.stderr

    def night(self, night: Night) -> None:
        """What a night does once its snapshots stand."""
        settings, store = load_settings(self.config, data_dir=self.root), Store(self.root)
        warehouse.build(settings, store, night)
        rules.evaluate(settings, store, night)
        record_night(settings, store, night)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    world = tmp_path_factory.mktemp("month") / "world"
    make_world(world, seed=5, skus=120, orders=250, night=LAST, systems=SYSTEMS)
    here = Installation(world / "merchant.toml", world.parent / "data")
    settings, store = load_settings(here.config, data_dir=here.root), Store(here.root)
    with running_sandbox(world, process=True, rate_clock=100_000) as sandbox:
        credentials = Credentials.from_environment({}, ready_file=sandbox.ready_file)
        for back, night in enumerate((Night.of("2026-10-31"), Night.of(LAST))):
            if back:
                sandbox.advance()
            snapshots.take(settings, credentials, store, night)
            here.night(night)
        counted = here.call("close", "count", *MONTH, "--ready-file", str(sandbox.ready_file))
        assert "INCOMPLETE" not in {c["verdict"] for c in counted}
    here.call("run", "month-end", *MONTH)
    yield here


def pages(here: Installation) -> dict[str, str]:
    """What the portal shows of an installation once its night is published: each page without the session's token."""
    settings, store = load_settings(here.config, data_dir=here.root), Store(here.root)
    warehouse.publish(store, Night.of(LAST))
    with open_access(settings, store, passwords=CHEAP) as access:
        if not people.listed(access):
            hire(access, "ann", "finance")
    found: dict[str, str] = {}
    app = create_app(settings, store, clock=Clock())
    with TestClient(app, base_url="http://127.0.0.1:8420") as client:
        client.post("/sign-in", data={"name": "ann", "password": PASSWORD}, headers={"origin": "http://127.0.0.1:8420"})
        for path in (
            "/",
            "/exceptions?state=all",
            "/incidents",
            "/certificates",
            "/certificates/2026-11-01/wair/stock",
        ):
            answer = client.get(path)
            assert answer.status_code == 200, answer.text
            found[path] = re.sub(r'name="csrf" value="[^"]+"', "", answer.text)
        case = re.search(r'href="(/cases/[^"]+)"', found["/exceptions?state=all"])
        assert case is not None
        found[case[1]] = re.sub(r'name="csrf" value="[^"]+"', "", client.get(case[1]).text)
    return found


def folder(here: Installation) -> Path:
    return here.root / "reports" / "month-end" / "2026-10" / "v1"


@pytest.fixture(scope="module")
def book(made: Installation) -> openpyxl.Workbook:
    return openpyxl.load_workbook(folder(made) / "month-end-2026-10.xlsx", data_only=True)


def test_every_control_total_of_the_finished_workbook_is_ok(book: openpyxl.Workbook) -> None:
    lines = list(book["Control"].iter_rows(min_row=4, values_only=True))
    assert len(lines) > 200
    assert [line for line in lines if line[4] != "OK"] == []
    assert book["Control"]["E1"].value == "OK"


def test_each_sheet_of_the_workbook_holds_what_its_parquet_holds_to_the_penny(
    made: Installation, book: openpyxl.Workbook
) -> None:
    manifest = json.loads((folder(made) / "manifest.json").read_text())
    for name, tab in TABS.items():
        file = folder(made) / f"{name}.parquet"
        with duckdb.connect() as db:
            table = db.read_parquet(str(file)).to_arrow_table()
        rows = list(book[tab].iter_rows(min_row=2, values_only=True))[: table.num_rows]
        assert len(rows) == table.num_rows == manifest["sheets"][name]["rows"]
        for place, column in enumerate(table.column_names):
            if column not in manifest["sheets"][name]["totals"]:
                continue
            shown = sum((Decimal(str(r[place])) for r in rows if r[place] is not None), Decimal(0))
            kept = sum((Decimal(v) for v in table[column].to_pylist() if v is not None), Decimal(0))
            assert shown == kept == Decimal(manifest["sheets"][name]["totals"][column]), (name, column)


def test_the_sums_on_control_are_live_formulas_over_their_sheets(made: Installation) -> None:
    book = openpyxl.load_workbook(folder(made) / "month-end-2026-10.xlsx")
    sums = [row[2].value for row in book["Control"].iter_rows(min_row=4) if row[0].value == "Sheets"]
    assert len(sums) > 60
    assert all(isinstance(s, str) and s.startswith("=SUM(") for s in sums)


def test_stock_is_that_of_the_count(made: Installation) -> None:
    kept = json.loads((folder(made) / "manifest.json").read_text())["snapshots"]
    counted = {name for name, s in kept.items() if s["count"]}
    assert {"khaos/stock_levels", "wair/stock"} <= counted
    assert "scayle/orders" not in counted


def test_the_month_is_closed_on_the_command_line_and_a_restored_backup_gives_the_same_pages_ledger_and_seal(
    made: Installation, tmp_path: Path
) -> None:
    here = Installation(made.config, tmp_path / "data")
    shutil.copytree(made.root, here.root)
    assert "not signed" in here.call("close", "review", *MONTH, status=2)
    here.call("close", "sign", *MONTH)
    assert "ann signed it" in here.call("close", "review", *MONTH, status=2)
    here.call("close", "review", *MONTH, by="bob")
    sealed = here.call("close", "seal", *MONTH, by="bob")
    assert sealed["status"] == "sealed"
    assert here.call("close", "verify", *MONTH) == {"month": "2026-10", "as_sealed": True, "changed": []}
    assert [c["status"] for c in here.call("close", "status")] == ["sealed"]
    summary = openpyxl.load_workbook(folder(here) / "month-end-2026-10.xlsx")["Summary"]
    words = " ".join(str(c.value) for row in summary.iter_rows(max_row=14) for c in row if c.value)
    assert "ann, " in words and "bob, " in words

    elsewhere = Installation(tmp_path / "elsewhere" / "merchant.toml", tmp_path / "elsewhere" / "data")
    before = pages(here)
    saved = here.call("backup", str(tmp_path / "backup"))
    elsewhere.config.parent.mkdir()
    restored = elsewhere.call("restore", str(tmp_path / "backup"))
    assert (restored["events"], restored["configuration_as_saved"]) == (saved["events"], True)
    settings, store = load_settings(here.config, data_dir=elsewhere.root), Store(elsewhere.root)
    for night in (Night.of("2026-10-31"), Night.of(LAST)):
        snapshots.rebuild(settings, store, night)
        elsewhere.night(night)
    assert elsewhere.call("close", "verify", *MONTH)["changed"] == []
    assert pages(elsewhere) == before
    again = elsewhere.call("run", "month-end", *MONTH, by="somebody else")
    assert (again["version"], again["new"]) == (1, False)
    assert (folder(elsewhere) / "manifest.json").read_bytes() == (folder(here) / "manifest.json").read_bytes()
    assert elsewhere.call("close", "verify", *MONTH)["as_sealed"]

    counted = next((here.root / "close").glob("**/stock_levels.parquet"))
    body = bytearray(counted.read_bytes())
    body[100] ^= 1
    counted.write_bytes(body)
    told = here.call("close", "verify", *MONTH, status=1)
    assert "khaos/stock_levels" in json.dumps(told)


def test_the_pack_is_made_by_dagster_too_and_is_the_same(made: Installation, tmp_path: Path) -> None:
    shutil.copytree(made.root, tmp_path / "data")
    merchant = MerchantResource(config_file=str(made.config), data_dir=str(tmp_path / "data"))
    job = build_defs(merchant=merchant).resolve_job_def("close_month")
    with DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(partition_key="2026-10", instance=instance)
    (made_now,) = result.asset_materializations_for_node("month_end_pack")
    assert made_now.metadata["version"].value == "1"
    assert made_now.metadata["new version"].value is False
    assert made_now.metadata["control totals"].value == "OK"


def test_a_month_that_is_called_otherwise_is_a_wrong_call(made: Installation) -> None:
    assert "YYYY-MM" in made.call("run", "month-end", "--month", "October", status=2)
    assert "no pack was made" in made.call("close", "sign", "--month", "2026-09", status=2)
