"""`cases …` as people type it, on a ledger that two nights have filled."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from khaos_assets.cases.ledger import open_ledger
from khaos_assets.cli.app import app
from khaos_assets.config import Store
from khaos_assets.corrections.approval import refuse
from khaos_assets.corrections.plan import PlanItem
from khaos_assets.corrections.register import enter
from khaos_assets_tests.unit.cases.nights_of_cases import finding, put
from khaos_assets_tests.unit.corrections.target import AT, READ, plan_of

MERCHANT = '[merchant]\nname = "Bright & Co"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "merchant.toml").write_text(MERCHANT, encoding="utf-8")
    with open_ledger(Store(tmp_path / "var")) as ledger:
        put(ledger, 1, finding("aaa1"), finding("bbb2", "2500.00", severity="high"), finding("ccc3", None))
        put(ledger, 7, finding("aaa1"), finding("bbb2", "2500.00", severity="high"))
    return tmp_path


def ask(folder: Path, *words: str, who: str = "ann") -> Result:
    return CliRunner().invoke(app, ["cases", *words, "--config", str(folder / "merchant.toml"), "--as", who])


def listed(folder: Path, *words: str) -> list[str]:
    result = ask(folder, "list", "--json", *words)
    assert result.exit_code == 0, result.stderr
    return [c["case_key"] for c in json.loads(result.stdout)]


def test_the_list_has_what_stands_the_severest_first(folder: Path) -> None:
    assert listed(folder) == ["bbb2", "aaa1"]
    shown = ask(folder, "list").stdout
    assert shown.index("£2,500.00") < shown.index("£10.00")
    assert "2 cases" in shown


def test_it_can_be_narrowed(folder: Path) -> None:
    assert listed(folder, "--state", "resolved") == ["ccc3"]
    assert sorted(listed(folder, "--state", "all")) == ["aaa1", "bbb2", "ccc3"]
    assert listed(folder, "--owner", "finance") == []
    assert listed(folder, "--code", "STK-01", "--late") == ["bbb2", "aaa1"]
    refused = ask(folder, "list", "--state", "closed")
    assert (refused.exit_code, "choose one of expected, open" in refused.stderr) == (2, True)


def test_one_case_tells_which_plans_had_it_and_what_became_of_it(folder: Path) -> None:
    said = {"write": "orocommerce.stock", "target": {"id": "7"}, "field": "stock", "case_key": "aaa1", "code": "STK-01"}
    one = PlanItem(record="MUG", before="4", after="6", rests_on=(READ,), **said)
    with open_ledger(Store(folder / "var")) as ledger:
        plan_id = enter(ledger, plan_of([one]))
        refuse(ledger, plan_id, by="carol", reason="counted anew", at=AT)
    shown = ask(folder, "show", "aaa1").stdout
    for words in (plan_id[:12], "orocommerce.stock", "planned (plan refused)"):
        assert words in shown
    [told] = json.loads(ask(folder, "show", "aaa1", "--json").stdout)["corrections"]
    assert (told["plan_id"], told["state"], told["plan_state"], told["after"]) == (plan_id, "planned", "refused", "6")
    assert json.loads(ask(folder, "show", "bbb2", "--json").stdout)["corrections"] == []


def test_one_case_is_shown_with_its_history(folder: Path) -> None:
    shown = ask(folder, "show", "aaa").stdout
    for words in ("STK-01 Stock drift: MUG-aaa1 London", "£10.00", "on 2 nights", "opened", "breached"):
        assert words in shown
    document = json.loads(ask(folder, "show", "aaa1", "--json").stdout)
    assert (document["amount_gbp"], document["units"]) == ("10.00", "-2.00000")
    assert [e["kind"] for e in document["events"]] == ["opened", "breached"]
    assert document["events"][0]["at"] == "2026-11-01T02:00:00Z"


def test_people_work_it(folder: Path) -> None:
    assert "acknowledged" in ask(folder, "ack", "aaa1").stderr
    assert json.loads(ask(folder, "assign", "aaa1", "finance", "--json").stdout)["owner"] == "finance"
    assert ask(folder, "resolve", "aaa1", "--reason", "corrected", "--note", "booked").exit_code == 0
    assert listed(folder) == ["bbb2"]
    assert ask(folder, "reopen", "aaa1", "--note", "the wrong mug", who="bob").exit_code == 0
    events = json.loads(ask(folder, "show", "aaa1", "--json").stdout)["events"]
    assert [(e["kind"], e["actor"]) for e in events[2:]] == [
        ("acknowledged", "ann"), ("assigned", "ann"), ("resolved", "ann"), ("reopened", "bob"),
    ]  # fmt: skip


def test_much_money_waits_for_a_second_person(folder: Path) -> None:
    words = ("accept", "bbb2", "--reason", "written off", "--until", "2026-12-31", "--note", "lost")
    first = ask(folder, *words)
    assert (first.exit_code, "another person accepts it" in first.stderr) == (0, True)
    assert "Waits for a second person" in ask(folder, "show", "bbb2").stdout
    assert listed(folder, "--state", "accepted") == []
    ask(folder, *words, who="bob")
    assert listed(folder, "--state", "accepted") == ["bbb2"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ack", "zzz"), "no case has the key zzz"),
        (("resolve", "aaa1", "--reason", "because", "--note", "x"), 'no such reason: "because" (there are: corrected'),
        (("accept", "aaa1", "--reason", "timing", "--note", "x", "--until", "soon"), "--until soon: a date is wanted"),
        (("accept", "aaa1", "--reason", "timing", "--note", "x", "--until", "2026-11-06"), "2026-11-06 is past"),
        (("ack", "ccc3"), "is resolved: only one that is open can be acknowledged"),
    ],
)
def test_what_cannot_be_is_refused_in_words(folder: Path, words: tuple[str, ...], said: str) -> None:
    result = ask(folder, *words)
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr


def ledger_seen_by_doctor(folder: Path) -> dict[str, str]:
    result = CliRunner().invoke(app, ["doctor", "--json", "--config", str(folder / "merchant.toml")])
    return next(f for f in json.loads(result.stdout) if f["what"] == "ledger")


def test_doctor_proves_the_ledger_or_names_where_it_was_changed(folder: Path) -> None:
    assert ledger_seen_by_doctor(folder) | {"remedy": ""} == {
        "what": "ledger", "verdict": "ok", "remedy": "",
        "detail": "the chain of 8 events is whole, the last night 2026-11-07",
    }  # fmt: skip
    with sqlite3.connect(folder / "var" / "ledger.sqlite") as connection:
        connection.execute("DROP TRIGGER event_no_update")
        connection.execute("UPDATE event SET actor = 'eve' WHERE seq = 2")
    found = ledger_seen_by_doctor(folder)
    assert (found["verdict"], found["detail"].startswith("event 2: the chain is broken")) == ("failed", True)
    assert "backup" in found["remedy"]


def test_without_a_night_there_is_no_ledger_to_prove(tmp_path: Path) -> None:
    (tmp_path / "merchant.toml").write_text(MERCHANT, encoding="utf-8")
    assert ledger_seen_by_doctor(tmp_path)["detail"] == "none yet: the first night makes it"
    assert not (tmp_path / "var" / "ledger.sqlite").exists()
