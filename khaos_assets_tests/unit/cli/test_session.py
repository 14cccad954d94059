"""What all commands share: which night is meant, how errors are told, what reaches standard output."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from khaos_assets.cli.app import app
from khaos_assets.cli.sandbox import planted
from khaos_assets.cli.session import CommandFailed, Session, UsageError

MERCHANT = '[merchant]\nname = "Bright & Co"\n'


def session(folder: Path, **given: object) -> Session:
    """A session on a merchant.toml in a folder."""
    config = folder / "merchant.toml"
    config.write_text(MERCHANT, encoding="utf-8")
    shared = {"config": config, "ready_file": None, "data_dir": None, "acting_as": None, "debug": False}
    return Session(**(shared | given))  # type: ignore[arg-type]


def world(folder: Path) -> None:
    """A world.toml with two nights, the second at an as-of of its own."""
    text = "[[nights]]\ndate = 2026-11-19\nas_of = 2026-11-19T02:00:00Z\n"
    text += "[[nights]]\ndate = 2026-11-20\nas_of = 2026-11-20T03:30:00Z\n"
    (folder / "world.toml").write_text(text, encoding="utf-8")


def test_in_a_simulated_world_the_night_and_its_as_of_come_from_the_world(tmp_path: Path) -> None:
    world(tmp_path)
    night = session(tmp_path).night(None)
    assert (str(night), night.as_of.isoformat()) == ("2026-11-20", "2026-11-20T03:30:00+00:00")


def test_running_simulators_say_which_night_it_is(tmp_path: Path) -> None:
    world(tmp_path)
    ready = tmp_path / "ready.json"
    ready.write_text(json.dumps({"night": "2026-11-19", "env": {}, "systems": {}}), encoding="utf-8")
    assert str(session(tmp_path, ready_file=ready).night(None)) == "2026-11-19"


def test_a_night_that_is_asked_for_goes_before_all_others(tmp_path: Path) -> None:
    world(tmp_path)
    assert str(session(tmp_path).night("2026-10-25")) == "2026-10-25"


def test_an_as_of_that_is_given_goes_before_that_of_the_world(tmp_path: Path) -> None:
    world(tmp_path)
    night = session(tmp_path).night("2026-11-20", "2026-11-20T05:00:00+00:00")
    assert night.as_of.hour == 5


def test_a_date_that_is_none_is_refused_with_an_example(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="2026-11-20"):
        session(tmp_path).night("20 November")


def test_asking_for_results_before_any_night_was_run_says_how_to_run_one(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="khaos-assets run nightly"):
        session(tmp_path).stored_night(None)


def test_whoever_is_named_acts_else_the_user_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHAOS_USER", "nightly-robot")
    assert session(tmp_path, acting_as="jo").actor == "jo"
    assert session(tmp_path).actor == "nightly-robot"


@pytest.mark.parametrize("command", [["certificates"], ["exceptions"], ["run", "nightly"], ["rebuild"], ["snapshot"]])
def test_a_missing_configuration_is_exit_status_2_and_names_the_file(tmp_path: Path, command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--config", str(tmp_path / "absent.toml")])
    assert result.exit_code == 2
    assert "absent.toml: there is no such file" in result.stderr
    assert "Traceback" not in result.output


def test_a_wrong_key_is_named_with_its_file(tmp_path: Path) -> None:
    config = tmp_path / "merchant.toml"
    config.write_text(MERCHANT + "[tolerances]\nmony = 1\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["certificates", "--config", str(config)])
    assert result.exit_code == 2
    assert "merchant.toml: tolerances.mony" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--state", "closed"], "choose one of open, expected, suppressed"),
        (["--format", "xls"], "choose one of table, csv"),
        (["--format", "table", "--out", "x.txt"], "--format table goes to the screen"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(tmp_path: Path, arguments: list[str], says: str) -> None:
    session(tmp_path).store.root.mkdir(parents=True)
    (tmp_path / "var" / "warehouse.duckdb").touch()
    (tmp_path / "var" / "snapshots" / "wair" / "stock" / "date=2026-11-20").mkdir(parents=True)
    (tmp_path / "var" / "snapshots" / "wair" / "stock" / "date=2026-11-20" / "certificate.json").touch()
    result = CliRunner().invoke(app, ["exceptions", "--config", str(tmp_path / "merchant.toml"), *arguments])
    assert (result.exit_code, says in result.stderr) == (2, True), result.stderr


def test_every_command_takes_the_shared_options() -> None:
    for command in (["run", "nightly"], ["snapshot"], ["exceptions"], ["sandbox", "serve"], ["doctor"], ["demo"]):
        text = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "200", "TERM": "dumb"}).output
        assert all(option in text for option in ("--config", "--ready-file", "--data-dir", "--as", "--debug"))


def test_numbers_of_planted_codes_are_read_and_mistakes_in_them_named() -> None:
    assert planted(["STK-01=5", "ORD-05=0"]) == {"STK-01": 5, "ORD-05": 0}
    with pytest.raises(UsageError, match="STK-01=many"):
        planted(["STK-01=many"])


def test_asking_for_help_loads_neither_dagster_nor_the_databases() -> None:
    code = (
        "import sys; from khaos_assets.cli.app import app\n"
        "try: app(['--help'])\nexcept SystemExit: pass\n"
        "print([m for m in ('dagster', 'duckdb', 'pyarrow', 'great_expectations', 'pandas') if m in sys.modules])"
    )
    begun = _children_seconds()
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "[]"
    # Of processor time: half a second, whatever else the machine does.
    assert _children_seconds() - begun < 3


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
