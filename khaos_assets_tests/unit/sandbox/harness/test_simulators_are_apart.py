"""A simulator that shares code with its client proves nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import khaos_assets.sandbox

ALLOWED = ("khaos_assets.sandbox", "khaos_assets.config")


def test_the_sandbox_imports_nothing_of_the_product_but_its_configuration() -> None:
    foreign: list[str] = []
    for file in Path(khaos_assets.sandbox.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            foreign += [
                f"{file.name}: {n}" for n in names if n.startswith("khaos_assets.") and not n.startswith(ALLOWED)
            ]
    assert foreign == []
