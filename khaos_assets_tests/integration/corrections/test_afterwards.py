"""After a plan was applied: looking again, taking it back, what is left for people; by command line and by Dagster."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dagster import DagsterInstance
from openpyxl import load_workbook
from typer.testing import CliRunner

from khaos_assets.cli.app import app
from khaos_assets.corrections.approval import approve
from khaos_assets.corrections.compensation import taking_back
from khaos_assets.corrections.register import enter, find
from khaos_assets.corrections.verifying import Stands, verify
from khaos_assets.corrections.worklists import write_worklists
from khaos_assets.orchestration.building import build_defs
from khaos_assets.orchestration.resources import MerchantResource
from khaos_assets_tests.integration.corrections.test_others import by_another, one_of_each

FOR_GOOD = {"khaos.credit_note", "khaos.order", "khaos.shipment", "orocommerce.tracking", "scayle.shipment"}


def test_a_plan_is_taken_back_where_what_stands_there_is_still_its_own(ground: Callable[..., Any]) -> None:
    with ground() as g:
        plan_id, plan = g.approved()
        g.apply(plan_id)
        mine = [i for i in one_of_each(plan.items) if i.write == "orocommerce.stock"]
        g.by_hand(by_another(i) for i in mine)
        looked = {x.item.record: x.stands for x in verify(g.ledger, g.settings, g.credentials, g.store, plan_id).looked}
        assert {r for r, s in looked.items() if s is Stands.OTHER} == {mine[0].record}
        back = taking_back(g.ledger, plan_id, planner="anna", at=datetime.now(UTC))
        assert {i.write for i in back.items} == {i.write for i in plan.items} - FOR_GOOD
        assert len(back.items) + len(back.left_out) == len(plan.items)
        back_id = enter(g.ledger, back)
        approve(g.ledger, g.settings, back_id, by="ben", at=datetime.now(UTC))
        assert g.apply(back_id).states == Counter(verified=len(back.items) - 1, conflict=1)
        again = verify(g.ledger, g.settings, g.credentials, g.store, plan_id).counts
        assert again == Counter({Stands.BEFORE: len(back.items) - 1, Stands.OTHER: 1, Stands.OURS: len(back.left_out)})


def test_worklists_hold_every_case_that_no_write_puts_right(ground: Callable[..., Any]) -> None:
    with ground() as g:
        _, plan = g.plan(codes={c.code for c in g.ledger.cases()} - {"STK-01"})
        written = write_worklists(g.ledger, g.store, g.nights[0].date, plan)
        listed: Counter[str] = Counter()
        for name, path in written.items():
            if path.suffix == ".csv" and name != "stock-adjustment":
                rows = opened(path)
                assert {r["what to do"] != "" for r in rows} == {True}
                assert all(r["case"] and r["due (UTC)"] and r["owner"] for r in rows)
                listed.update(r["case"] for r in rows)
        standing = {c.case_key for c in g.ledger.cases() if c.stands}
        assert set(listed) == standing - {i.case_key for i in plan.items}
        assert set(listed.values()) == {1}
        book = load_workbook(written["worklists"])
        entries = {name: len(opened(path)) for name, path in written.items() if name in book.sheetnames}
        lists = book.worksheets[1:]
        assert {sheet.title: sheet.max_row - 1 for sheet in lists} == entries
        assert {row[0].value: row[3].value for row in book["Lists"].iter_rows(min_row=2)} == entries
        assert {row[0].hyperlink.location for row in book["Lists"].iter_rows(min_row=2)} == {
            f"'{name}'!A1" for name in entries
        }
        codes = [row[5] for sheet in lists for row in sheet.iter_rows(min_row=2)]
        assert {c.data_type for c in codes} == {"s"}, "a code is text, or it loses its zeros"
        assert any(str(c.value).startswith("0") for c in codes)
        reasons = {r["record"]: r["not corrected because"] for r in opened(written["ORD-05"])}
        assert "ship the part by hand" in " ".join(reasons.values())
        adjustments = opened(written["stock-adjustment"])
        cases = {(c.record_key, c.scope): c for c in g.ledger.cases(code="STK-01") if c.stands}
        assert {(r["Stock Code"], r["Site"]) for r in adjustments} == set(cases)
        for row in adjustments:
            case = cases[row["Stock Code"], row["Site"]]
            assert float(row["Counted"]) == float(case.actual_value or "nan") + float(row["Adjustment"])


def opened(path: Path) -> list[dict[str, str]]:
    """As a spreadsheet opens it: by its byte order mark."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_command_line_goes_the_whole_way(ground: Callable[..., Any], tmp_path: Path) -> None:
    with ground() as g:

        def run(*words: str, by: str = "anna") -> Any:
            shared = ["--config", str(g.config), "--data-dir", str(tmp_path / "data"), "--as", by]
            ready = ["--ready-file", str(g.sandbox.ready_file)]
            result = CliRunner().invoke(app, ["corrections", *words, *shared, *ready])
            return result.exit_code, result.stdout, result.stderr

        def told(*words: str, by: str = "anna") -> Any:
            status, out, complaint = run(*words, "--json", by=by)
            assert status == 0, complaint
            return json.loads(out)

        narrowed = ("--code", "STK-04", "--system", "scayle")
        plan_id = told("plan", *narrowed, "--night", str(g.nights[0]))["plan_id"]
        assert run("approve", plan_id)[0] == 1
        assert "another person" in run("approve", plan_id)[2]
        assert run("apply", plan_id)[0] == 1
        assert told("approve", plan_id[:12], by="ben")["approved_by"] == "ben"
        assert run("halt", "--why", "the shop moves house")[0] == 0
        assert run("apply", plan_id, by="ben")[0] == 1
        assert told("status")["halted"].endswith("the shop moves house")
        assert g.changes() == []
        assert run("resume", "--why", "it has moved")[0] == 0
        items = len(told("show", plan_id)["plan"]["items"])
        assert told("apply", plan_id, by="ben") | {"why": None} == {
            "plan_id": plan_id, "how": "done", "why": None, "states": {"verified": items},
        }  # fmt: skip
        assert len(g.changes()) == items > 0
        assert told("verify", plan_id)["stands"] == {"ours": items}
        assert told("status")["plans"][0]["state"] == "done"
        assert "STK-01" in told("worklists", "--night", str(g.nights[0]))["files"]
        assert run("show", "ffff")[0] == 2
        text = run("show", plan_id[:12])[1]
        assert all(word in text for word in ("STK-04", "scayle.stock", "sku_share_percent"))


def test_dagster_plans_waits_for_a_person_applies_and_verifies(ground: Callable[..., Any], tmp_path: Path) -> None:
    with ground() as g, DagsterInstance.ephemeral() as instance:
        merchant = MerchantResource(
            config_file=str(g.config), ready_file=str(g.sandbox.ready_file), data_dir=str(tmp_path / "data")
        )
        night = g.nights[0]
        defs = build_defs(merchant=merchant, night=night.date)

        def run(job: str, asset: str) -> Any:
            done = defs.resolve_job_def(job).execute_in_process(partition_key=str(night), instance=instance)
            return done.asset_materializations_for_node(asset)[0].metadata

        planned = run("plan_corrections", "correction_plan")
        assert planned["items"].value == len(find(g.ledger, planned["plan"].value).plan.items)
        assert run("apply_corrections", "applied_corrections")["applied"].value == 0
        assert g.changes() == []
        approve(g.ledger, g.settings, planned["plan"].value, by="ben", at=datetime.now(UTC))
        applied = defs.resolve_job_def("apply_corrections").execute_in_process(
            partition_key=str(night), instance=instance
        )
        assert applied.asset_materializations_for_node("applied_corrections")[0].metadata["applied"].value == 1
        assert len(g.changes()) == planned["items"].value
        verified = applied.asset_materializations_for_node("verified_corrections")[0].metadata
        assert verified["stands"].value == f"{planned['items'].value} ours"
