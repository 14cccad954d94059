"""Takes one condition at a time out of the rules' SQL and asks whether a test notices. Run by hand:

    python -m khaos_assets_tests.mutate_rules [part of a file name …]

Works on a copy of both packages in a temporary folder; prints the mutants that survive. One process, patiently.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

ROOT = Path(__file__).parent.parent
SQL = ("rules/*.sql", "rules/comparisons/*.sql", "warehouse/derived.sql")
TESTS = "khaos_assets_tests/unit/rules"
OUT = Console(highlight=False, soft_wrap=True)

# Which tests look at a file first; all of the folder where nothing is named
CLOSEST = {
    "CUS": ["customers"],
    "FIN-07": ["prices"],
    "FIN-08": ["prices"],
    "FIN-09": ["refunds"],
    "FIN-11": ["refunds"],
    "FIN": ["channel_money"],
    "FEED": ["feeds_and_mappings"],
    "MAP": ["feeds_and_mappings"],
    "PIM-09": ["channel_stock"],
    "PIM": ["body_maps"],
    "SKU": ["item_identity"],
    "STK-01": ["stock_drift"],
    "STK": ["stock_figures", "channel_stock"],
    "ORD-05": ["orders_open_but_dispatched"],
    "ORD": ["orders_and_dispatches", "orders_and_stock", "channel_orders"],
    "1_items": ["item_identity", "body_maps", "stock_figures"],
    "2_orders": ["orders_open_but_dispatched", "orders_and_dispatches", "orders_and_stock"],
    "3_stock": ["stock_drift", "stock_figures", "orders_and_dispatches", "orders_and_stock"],
    "5_channel_orders": ["channel_orders"],
    "7_channel_stock": ["channel_stock"],
    "6_channel_money": ["channel_money"],
    "6_money_differences": ["channel_money", "refunds"],
    "6_prices": ["prices"],
    "9_customers": ["customers"],
    "4_effects": ["orders_and_dispatches", "orders_and_stock"],
    "derived": ["stock_drift", "orders_and_dispatches", "orders_and_stock"],
    "results": ["whole_nights", "item_identity"],
    "suppression": [
        "stock_figures",
        "orders_and_dispatches",
        "orders_and_stock",
        "item_identity",
        "feeds_and_mappings",
        "channel_orders",
        "channel_stock",
        "channel_money",
        "prices",
        "customers",
    ],
}


@dataclass(frozen=True)
class Mutant:
    """One file with one change."""

    file: Path
    line: int
    what: str
    text: str


def mutants(file: Path) -> Iterator[Mutant]:
    """Each `AND …` line and each ANTI JOIN dropped, each grace comparison turned, each part of a UNION dropped."""
    text = file.read_text(encoding="utf-8")
    lines = text.split("\n")
    for n, line in enumerate(lines):
        bare = line.split("--")[0]
        if re.match(r"\s+(AND|OR) ", bare) and bare.count("(") == bare.count(")"):
            yield Mutant(file, n + 1, f"without {bare.strip()}", "\n".join(lines[:n] + lines[n + 1 :]))
        if re.match(r"\s*(ANTI|SEMI) JOIN ", bare) and bare.count("(") == bare.count(")"):
            yield Mutant(file, n + 1, f"without {bare.strip()}", "\n".join(lines[:n] + lines[n + 1 :]))
        for m in re.finditer(r" (<=|>=|<|>) (getvariable|\(?\w*\.?\w*\)? ?- ?getvariable)", bare):
            turned = {"<=": "<", ">=": ">", "<": "<=", ">": ">="}[m[1]]
            changed = line[: m.start(1)] + turned + line[m.end(1) :]
            yield Mutant(
                file, n + 1, f"{m[1]} → {turned}: {bare.strip()}", "\n".join([*lines[:n], changed, *lines[n + 1 :]])
            )
        for m in re.finditer(r"coalesce\((\w+(?:\.\w+)?), ([^()]+)\)", bare):
            changed = line[: m.start()] + m[1] + line[m.end() :]
            yield Mutant(
                file, n + 1, f"coalesce off: {bare.strip()}", "\n".join([*lines[:n], changed, *lines[n + 1 :]])
            )
    if file.name == "suppression.sql":
        parts = re.split(r"(?m)^UNION ALL$", text.split("-- Each victim")[0])
        for n in range(1, len(parts)):
            line = sum(p.count("\n") for p in parts[:n]) + 1
            kept = "UNION ALL".join(parts[:n] + parts[n + 1 :])
            yield Mutant(
                file,
                line,
                "without this edge",
                kept.rstrip("; \n") + ";\n-- Each victim" + text.split("-- Each victim")[1],
            )


def tests_for(file: Path) -> list[str]:
    for prefix, names in CLOSEST.items():
        if file.name.startswith(prefix):
            return [f"{TESTS}/test_{n}.py" for n in ("an_eventful_night", *names)]
    return [TESTS]


def survives(copy: Path, mutant: Mutant) -> bool:
    """Whether every test still passes with the change in place."""
    target = copy / mutant.file.relative_to(ROOT)
    before = target.read_text(encoding="utf-8")
    target.write_text(mutant.text, encoding="utf-8")
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        *tests_for(mutant.file),
    ]
    try:
        done = subprocess.run(
            command, cwd=copy, env=os.environ | {"PYTHONPATH": str(copy)}, capture_output=True, check=False
        )
    finally:
        target.write_text(before, encoding="utf-8")
    return done.returncode == 0


def main(wanted: list[str]) -> int:
    """Number of surviving mutants."""
    files = sorted(p for pattern in SQL for p in (ROOT / "khaos_assets").glob(pattern))
    chosen = [f for f in files if not wanted or any(w in f.name for w in wanted)]
    alive = tried = 0
    with tempfile.TemporaryDirectory(prefix="mutate_rules_") as folder:
        copy = Path(folder)
        ignore = shutil.ignore_patterns("__pycache__")
        for name in ("khaos_assets", "khaos_assets_tests"):
            shutil.copytree(ROOT / name, copy / name, ignore=ignore)
        shutil.copy(ROOT / "pyproject.toml", copy)
        for file in chosen:
            for mutant in mutants(file):
                tried += 1
                began = time.monotonic()
                if survives(copy, mutant):
                    alive += 1
                    OUT.print(
                        f"SURVIVES {file.name}:{mutant.line} {mutant.what} ({time.monotonic() - began:.0f} s)",
                        markup=False,
                    )
    OUT.print(f"{tried} mutants, {alive} survive")
    return alive


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
