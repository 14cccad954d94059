"""The lines between the folders hold: imports go down the data flow, and each heavy library has one home."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import khaos_assets

ROOT = Path(khaos_assets.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
PARTS = {p.stem for p in ROOT.iterdir() if p.is_dir() or p.suffix == ".py"}

# Each folder may import itself and those before it; cli and definitions stand above them all.
FLOW = ["config", "systems", "snapshots", "warehouse", "rules", "expectations", "reports", "intraday", "orchestration"]


def folder_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_folders(path: Path) -> set[str]:
    parts = (name.split(".") for name in imports_of(path))
    return {p[1] for p in parts if p[0] == "khaos_assets" and len(p) > 1 and p[1] in PARTS}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_down_the_data_flow(path: Path) -> None:
    folder = folder_of(path)
    if folder in FLOW:
        allowed = set(FLOW[: FLOW.index(folder) + 1])
        assert own_folders(path) <= allowed, f"{folder} may import {sorted(allowed)}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_orchestration_knows_dagster_and_only_expectations_know_great_expectations(path: Path) -> None:
    tops = {name.split(".")[0] for name in imports_of(path)}
    folder = folder_of(path)
    assert "dagster" not in tops or folder in {"orchestration", "definitions"}
    assert "great_expectations" not in tops or folder == "expectations"


@pytest.mark.parametrize("path", [p for p in MODULES if folder_of(p) == "sandbox"], ids=lambda p: p.name)
def test_a_simulator_shares_no_code_with_the_clients_it_tests(path: Path) -> None:
    assert own_folders(path) <= {"sandbox", "config"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_says_what_lives_in_it_and_stays_readable(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(source)), "a module opens with a docstring"
    assert len(source.splitlines()) <= 400


def test_loading_the_definitions_does_not_load_great_expectations() -> None:
    script = "import sys, khaos_assets.definitions; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
