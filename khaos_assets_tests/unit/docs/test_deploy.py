"""The files of `deploy/` and the page that tells of them fit each other and the product."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import typer

from khaos_assets.cases.ledger import URL
from khaos_assets.cli.app import app
from khaos_assets.close.manifest import KEY
from khaos_assets.config.portal import Portal
from khaos_assets.portal.access.access import PROXY_SECRET

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
SERVICES = sorted((DEPLOY / "systemd").glob("*.service"))
PAGE = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
PROGRAM = "/opt/khaos-assets/current/"


def portal_of_the_page() -> Portal:
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    return Portal.model_validate(tomllib.loads(block)["portal"])


def started(unit: Path) -> list[str]:
    (line,) = re.findall(r"^ExecStart=(.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    return shlex.split(line)


@pytest.mark.parametrize("unit", SERVICES, ids=lambda u: u.stem)
def test_a_service_starts_something_that_is_there_and_the_page_names_it(unit: Path) -> None:
    program, *words = started(unit)
    assert program.startswith(PROGRAM)
    assert unit.stem in PAGE
    for path in [w for w in [program, *words] if w.startswith(PROGRAM) and ".venv" not in w]:
        assert (ROOT / path.removeprefix(PROGRAM)).exists(), path
    if program.endswith("/khaos-assets"):
        group = typer.main.get_command(app)
        for word in words:
            group = group.commands[word]  # type: ignore[attr-defined]


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed here")
    for unit in (DEPLOY / "systemd").iterdir():
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(encoding="utf-8"), flags=re.MULTILINE)
        folder = tmp_path / "khaos-assets-.service.d" if unit.suffix == ".conf" else tmp_path
        folder.mkdir(exist_ok=True)
        (folder / unit.name).write_text(text, encoding="utf-8")
    units = [str(tmp_path / u.name) for u in (DEPLOY / "systemd").iterdir() if u.suffix != ".conf"]
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False,
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert (told.returncode, [line for line in told.stderr.splitlines() if "khaos-assets" in line]) == (0, [])


def test_the_proxy_sends_the_headers_that_the_page_lets_the_portal_read() -> None:
    proxy = portal_of_the_page().proxy
    assert proxy is not None
    apache = (DEPLOY / "apache" / "khaos-assets.conf").read_text(encoding="utf-8")
    sent = set(re.findall(r"RequestHeader set (\S+)", apache))
    assert sent == {proxy.secret_header, proxy.user_header, proxy.groups_header, proxy.auth_time_header}
    (age,) = re.findall(r"max_age=(\d+)", apache)
    assert int(age) == portal_of_the_page().confirm_minutes * 60


def test_the_proxy_is_told_every_name_that_it_uses() -> None:
    head, _, rest = (DEPLOY / "apache" / "khaos-assets.conf").read_text(encoding="utf-8").partition("\n\n")
    assert set(re.findall(r"\$\{(\w+)\}", rest)) == set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", head))


def test_secrets_are_those_that_the_product_reads_and_none_is_real() -> None:
    text = (DEPLOY / "secrets.env.example").read_text(encoding="utf-8")
    names = set(re.findall(r"^(\w+)=", text, re.MULTILINE))
    assert {URL, PROXY_SECRET, KEY} <= names
    secret = [v for n, v in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE) if re.search("PASSWORD|SECRET|KEY", n)]
    assert all(value.startswith("change-me") for value in secret)


def test_the_backup_script_saves_checks_and_keeps_a_fortnight(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    command = tmp_path / "khaos-assets"
    command.write_text(f'#!/bin/sh\necho "$@" >> {asked}\nmkdir -p "$2"\n', encoding="utf-8")
    command.chmod(0o755)
    old, other = tmp_path / "saved" / "2026-01-01T0630Z", tmp_path / "saved" / "mine"
    for folder in (old, other):
        folder.mkdir(parents=True)
        subprocess.run(["touch", "-d", "20 days ago", str(folder)], check=True)
    subprocess.run(
        [DEPLOY / "backup.sh", tmp_path / "saved"], check=True,
        env={"KHAOS_ASSETS": str(command), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    first, second = asked.read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(r"backup \S+/saved/\d{4}-\d\d-\d\dT\d{4}Z", first)
    assert second == f"restore {first.split()[1]} --check"
    assert (old.exists(), other.exists(), Path(first.split()[1]).exists()) == (False, True, True)
