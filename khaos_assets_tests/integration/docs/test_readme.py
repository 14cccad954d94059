"""The commands of the README's "real systems" part, run as they stand there, one after the other."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from khaos_assets.sandbox.worlds import make_world
from khaos_assets_tests.sandbox_fixtures import running_sandbox

ROOT = Path(__file__).resolve().parents[3]


def readme_commands() -> list[list[str]]:
    """Lines of the README's code block that begin with the command."""
    lines = re.findall(r"^khaos-assets (.+)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    return [shlex.split(line) for line in lines]


def test_every_command_of_the_readme_works_on_a_configured_installation(tmp_path: Path) -> None:
    world = tmp_path / "world"
    make_world(world, seed=5, skus=20, orders=30, nights=1, systems=("khaos", "wair"))
    desk = tmp_path / "desk"
    desk.mkdir()
    for name in ("merchant.toml", "world.toml"):
        shutil.copy(world / name, desk)
    commands = readme_commands()
    assert [c[0] for c in commands] == [
        "doctor", "run", "certificates", "exceptions", "exceptions", "cases", "report", "rebuild",
    ]  # fmt: skip
    with running_sandbox(world) as sandbox:
        env = os.environ | sandbox.env | {"PYTHONPATH": str(ROOT)}
        for words in commands:
            result = subprocess.run(
                [sys.executable, "-m", "khaos_assets.cli", *words],
                cwd=desk, env=env, capture_output=True, text=True, check=False, timeout=200,
            )  # fmt: skip
            assert result.returncode == 0, f"{words}: {result.stdout}\n{result.stderr}"
    assert (desk / "drift.csv").exists()
    assert (desk / "var" / "reports" / "2026-11-20" / "exceptions.xlsx").exists()
