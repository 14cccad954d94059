"""`portal user …` and `portal token …`: people are kept from the command line, passwords never in an argument."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from khaos_assets.cli.app import app
from khaos_assets.config import Store
from khaos_assets_tests.portal_people import PASSWORD


def set_up(folder: Path) -> Path:
    (folder / "merchant.toml").write_text('[merchant]\nname = "Bright & Co"\n', encoding="utf-8")
    return folder


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return set_up(tmp_path)


@pytest.fixture(scope="module")
def with_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where an administrator is known, and nothing else happens."""
    desk = set_up(tmp_path_factory.mktemp("desk"))
    portal(desk, "user", "add", "root", "--role", "administrator", typed=PASSWORD + "\n")
    return desk


def portal(desk: Path, *words: str, typed: str = "") -> Result:
    arguments = ["portal", *words, "--config", str(desk / "merchant.toml"), "--as", "office"]
    return CliRunner().invoke(app, arguments, input=typed)


def test_a_person_is_added_listed_changed_and_disabled(desk: Path) -> None:
    assert (
        portal(desk, "user", "add", "Root", "--role", "administrator", "--keep", typed=PASSWORD + "\n").exit_code == 0
    )
    made = portal(desk, "user", "add", "jo", "--role", "viewer", "--shown-as", "Jo Smith", "--made-up")
    assert made.exit_code == 0 and len(made.stdout.strip()) == 27
    assert portal(desk, "user", "roles", "jo", "--role", "finance", "--role", "owner:STK").exit_code == 0
    assert portal(desk, "user", "passwd", "jo", typed="another good password\n").exit_code == 0
    assert portal(desk, "user", "disable", "jo").exit_code == 0
    found = json.loads(portal(desk, "user", "list", "--json").stdout)
    assert found == [
        {"name": "jo", "shown_as": "Jo Smith", "roles": ["finance", "owner:STK"], "disabled": True, "by_proxy": False},
        {"name": "root", "shown_as": "root", "roles": ["administrator"], "disabled": False, "by_proxy": False},
    ]
    assert portal(desk, "user", "enable", "jo").exit_code == 0
    assert "Jo Smith" in portal(desk, "user", "list").stdout


def test_a_token_is_printed_once_and_revoked(desk: Path) -> None:
    portal(desk, "user", "add", "robot", "--role", "viewer", "--keep", typed=PASSWORD + "\n")
    made = portal(desk, "token", "add", "robot", "--for", "copy to the lake", "--days", "7")
    assert made.stdout.startswith("recon_") and made.stdout.count("\n") == 1
    (token,) = json.loads(portal(desk, "token", "list", "--json").stdout)
    assert (token["name"], token["for"], token["lasts"], token["used_at"]) == ("robot", "copy to the lake", True, None)
    assert made.stdout.strip() not in portal(desk, "token", "list", "--json").stdout
    assert portal(desk, "token", "revoke", token["token"]).exit_code == 0
    assert json.loads(portal(desk, "token", "list", "--json").stdout)[0]["lasts"] is False
    assert "revoked" in portal(desk, "token", "list").stdout


@pytest.mark.parametrize(
    ("words", "typed", "says"),
    [
        (("user", "add", "jo", "--role", "viewer"), "short\n", "at least 12"),
        (("user", "add", "jo", "--role", "viewer"), "", "at least 12"),
        (("user", "add", "jo smith", "--role", "viewer"), PASSWORD, "a name has"),
        (("user", "add", "jo", "--role", "king"), PASSWORD, "is no role"),
        (("user", "disable", "nobody"), "", "no person of this name"),
        (("user", "disable", "root"), "", "nobody would be left"),
        (("token", "add", "root", "--for", "copy"), "", "may not download"),
        (("token", "revoke", "0"), "", "no such token"),
        (("serve", "--host", "0.0.0.0"), "", "tls_cert and tls_key"),
        (("serve", "--tls-cert", "x.pem"), "", "given together"),
        (("serve", "--port", "70000"), "", "port"),
    ],
)
def test_what_cannot_be_done_is_a_wrong_call_that_says_so(
    with_root: Path, words: tuple[str, ...], typed: str, says: str
) -> None:
    result = portal(with_root, *words, typed=typed)
    assert (result.exit_code, says in result.stderr) == (2, True), result.stderr
    assert "Traceback" not in result.output


def test_nothing_that_was_typed_is_kept_or_shown(desk: Path) -> None:
    told = portal(desk, "user", "add", "jo", "--role", "viewer", typed=PASSWORD + "\n").output
    kept = Store(desk / "var").portal.read_bytes()
    assert PASSWORD not in told and PASSWORD.encode() not in kept


def test_who_did_it_is_in_the_audit(desk: Path) -> None:
    from khaos_assets.config import load_settings
    from khaos_assets.portal.access import audit, open_access

    portal(desk, "user", "add", "jo", "--role", "viewer", "--made-up")
    settings = load_settings(desk / "merchant.toml")
    with open_access(settings, Store(settings.data_dir)) as access:
        (entry,) = audit.entries(access.engine, limit=5)
    assert (entry.kind, entry.actor, entry.address) == ("added a person", "office", None)


def seen_by_doctor(desk: Path) -> dict[str, str]:
    result = CliRunner().invoke(app, ["doctor", "--json", "--config", str(desk / "merchant.toml")])
    return next(f for f in json.loads(result.stdout) if f["what"] == "portal")


def test_doctor_proves_the_audit_and_names_the_entry_that_somebody_changed(desk: Path) -> None:
    assert seen_by_doctor(desk)["detail"] == "nobody may sign in yet"
    for name in ("jo", "ann"):
        portal(desk, "user", "add", name, "--role", "viewer", "--made-up")
    assert seen_by_doctor(desk)["detail"] == "2 people, the chain of 2 audit entries is whole"
    with sqlite3.connect(Store(desk / "var").portal) as db:
        db.execute("DROP TRIGGER portal_audit_no_update")
        db.execute("UPDATE portal_audit SET actor = 'nobody' WHERE seq = 2")
    found = seen_by_doctor(desk)
    assert (found["verdict"], "entry 2 " in found["detail"]) == ("failed", True)
