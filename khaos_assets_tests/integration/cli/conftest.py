"""One demonstration for all tests of this folder: run once, whichever worker comes first, and only read afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

SMALL = ("--skus", "60", "--orders", "80", "--systems", "khaos,wair")
"""Two systems are enough to see all commands at work, in half the time of six."""


def khaos_assets(*arguments: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """The real command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "khaos_assets.cli", *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3]), **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


@dataclass(frozen=True)
class Demonstration:
    """A finished `demo --json`."""

    folder: Path
    document: dict[str, Any]
    errors: str
    status: int

    @property
    def world(self) -> Path:
        return Path(self.document["world"])

    @property
    def data(self) -> Path:
        return self.world.parent / "data"

    @property
    def ground(self) -> Path:
        return self.world.parent

    def ask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command on the demonstration's own data."""
        shared = ("--config", self.world / "merchant.toml", "--data-dir", self.data)
        return khaos_assets(*arguments, *shared, cwd=self.folder)


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """Two nights of a small world, run through real simulators and a real Dagster instance."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / "demonstration"
    told = folder / "told.json"
    with FileLock(shared / "demonstration.lock"):
        if not told.exists():
            folder.mkdir()
            result = khaos_assets("demo", "--json", "--data-dir", folder / "demo", *SMALL, cwd=folder)
            told.write_text(json.dumps([result.stdout, result.stderr, result.returncode]), encoding="utf-8")
    out, errors, status = json.loads(told.read_text(encoding="utf-8"))
    assert status in (0, 3), errors
    return Demonstration(folder, json.loads(out), errors, status)
