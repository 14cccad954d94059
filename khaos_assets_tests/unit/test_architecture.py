"""The lines between the folders hold: imports go down the data flow, and each heavy library has one home."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import khaos_assets

ROOT = Path(khaos_assets.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
PARTS = {p.stem for p in ROOT.iterdir() if p.is_dir() or p.suffix == ".py"}

# Each folder may import itself and those before it; cli and definitions stand above them all.
FLOW = [
    "config", "systems", "snapshots", "warehouse", "rules", "expectations", "cases", "backup", "corrections", "reports",
    "close", "intraday", "portal", "orchestration",
]  # fmt: skip


def folder_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_folders(path: Path) -> set[str]:
    parts = (name.split(".") for name in imports_of(path))
    return {p[1] for p in parts if p[0] == "khaos_assets" and len(p) > 1 and p[1] in PARTS}


def test_imports_go_down_the_data_flow() -> None:
    for path in MODULES:
        folder = folder_of(path)
        if folder in FLOW:
            allowed = set(FLOW[: FLOW.index(folder) + 1])
            assert own_folders(path) <= allowed, f"{named(path)}: {folder} may import {sorted(allowed)}"


def test_nothing_knows_the_portal_but_the_command_that_serves_it() -> None:
    assert {folder_of(path) for path in MODULES if "portal" in own_folders(path)} == {"portal", "cli"}


def test_only_orchestration_knows_dagster_and_only_expectations_know_great_expectations() -> None:
    tops = {path: {name.split(".")[0] for name in imports_of(path)} for path in MODULES}
    dagster = {folder_of(path) for path in MODULES if "dagster" in tops[path]}
    assert {"orchestration"} <= dagster <= {"orchestration", "definitions"}
    assert {folder_of(path) for path in MODULES if "great_expectations" in tops[path]} == {"expectations"}


def test_a_simulator_shares_no_code_with_the_clients_it_tests() -> None:
    sharing = {
        named(path): own_folders(path) - {"sandbox", "config"} for path in MODULES if folder_of(path) == "sandbox"
    }
    assert len(sharing) > 100
    assert {name: folders for name, folders in sharing.items() if folders} == {}


def test_a_module_says_what_lives_in_it_and_stays_readable() -> None:
    assert [named(path) for path in MODULES if not ast.get_docstring(parsed(path))] == []
    assert [named(path) for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > 400] == []


def test_loading_the_definitions_does_not_load_great_expectations() -> None:
    script = "import sys, khaos_assets.definitions; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
