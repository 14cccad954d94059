"""A night of six systems from snapshots to checks, beside the bare joins it rests on.

The product builds the warehouse, evaluates every rule and validates every expectation, night after night, each stage
in a process of its own; the bare joins are `bare_joins.sql` over the same Parquet, results written. Nights are scored.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from bench.contest import WIDTH, Stopwatch, measured, verdict
from bench.nights import Nights
from khaos_assets import expectations, reports, rules, warehouse
from khaos_assets.config import Night, Settings, Store
from khaos_assets.sandbox.score import score
from khaos_assets.systems.read import installed_systems

STAGES = ("warehouse_built", "rules_evaluated", "expectations_validated")
BARE = "bare_joins"
AT_MOST = 10
AT_MOST_MIB = 2048
NOTE = """Each row has processes of its own; snapshots are taken once, over the real simulators, and kept in var/bench.
bare_joins: per pair of systems and comparison one FULL OUTER JOIN over the same Parquet, result written as Parquet."""


def warehouse_built(items: str, orders: str, data: str, night: str) -> Stopwatch:
    """The conformed tables of the night."""
    return _stage(warehouse.build, items, orders, data, night)


def rules_evaluated(items: str, orders: str, data: str, night: str) -> Stopwatch:
    """All 63 codes."""
    return _stage(rules.evaluate, items, orders, data, night)


def expectations_validated(items: str, orders: str, data: str, night: str) -> Stopwatch:
    """The tie-out, every suite, Data Docs."""
    import_module("great_expectations")  # what is timed is the stage, not the start of a process
    return _stage(expectations.validate, items, orders, data, night)


def _stage(stage: Callable[[Settings, Store, Night], Any], items: str, orders: str, data: str, night: str) -> Stopwatch:
    settings = Nights(int(items), int(orders)).settings(Path(data))
    watch = Stopwatch()
    with watch.running():
        stage(settings, Store(settings.data_dir), Night.of(night))
    return watch


def bare_joins(items: str, orders: str, data: str, night: str) -> Stopwatch:
    """Every join of `bare_joins.sql`, each result written."""
    settings = Nights(int(items), int(orders)).settings(Path(data))
    store, watch = Store(settings.data_dir), Stopwatch()
    joins = named_statements(Path(__file__).with_name("bare_joins.sql"))
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(str(Path(folder) / "join.duckdb")) as db:
        db.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false")
        for name, system in installed_systems().items():
            db.execute(f"CREATE SCHEMA {name}")
            for entity, table in ((r.entity, t) for r in system.reads for t in r.tables):
                file = store.snapshot(name, entity, Night.of(night).date) / f"{table}.parquet"
                if file.exists():
                    db.execute(f"CREATE VIEW {name}.{table} AS FROM read_parquet('{file}', hive_partitioning = false)")
        db.execute("CREATE TABLE site_of (location VARCHAR, site VARCHAR)")
        db.executemany("INSERT INTO site_of VALUES (?, ?)", list(settings.mapping.locations.items()))
        rows = 0
        with watch.running():
            for number, join in enumerate(joins.values()):
                target = Path(folder) / f"{number}.parquet"
                rows += db.execute(f"COPY ({join}) TO '{target}'").fetchall()[0][0]
        watch.facts = {"joins": len(joins), "rows": rows}
    return watch


def named_statements(file: Path) -> dict[str, str]:
    """Statements by the name in the mark before each: `-- name: khaos>wair items`."""
    parts = file.read_text(encoding="utf-8").split("-- name: ")[1:]
    return {name: sql for name, _, sql in (part.partition("\n") for part in parts)}


def evaluate(nights: Nights) -> tuple[dict[str, list[dict[str, Any]]], dict[str, Any]]:
    """Every night through all stages on a copy of the snapshots: runs by stage, and the score of all nights."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in (*STAGES, BARE)}
    data = nights.folder / "run"
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(nights.data / "snapshots", data / "snapshots", copy_function=os.link)
    for night in nights.dates:
        for name, each in runs.items():
            each.append(measured("bench.scale", name, str(nights.items), str(nights.orders), str(data), str(night)))
    out = nights.folder / "exceptions.csv"
    reports.export_exceptions(Store(data), None, out=out)
    return runs, score(nights.world, out)


def report(items: int, orders: int) -> None:
    """Make, read and evaluate the nights of one size, and print the table."""
    nights = Nights(items, orders)
    took = nights.prepare()
    runs, scored = evaluate(nights)
    table = Table(title=f"{len(nights.dates)} nights of six systems, {items:,} items and {orders:,} orders")
    for column in ("step", "seconds", "CPU s", f"× {BARE}", f"CPU × {BARE}", "peak MiB", "result"):
        table.add_column(column, justify="left" if column in {"step", "result"} else "right", no_wrap=True)
    bare = _total(runs[BARE])
    rows = {"world made": took["made"], "snapshots taken": took["read"]}
    rows |= {name: _total(each) for name, each in runs.items()}
    rows["warehouse + rules + expectations"] = product = _total([r for name in STAGES for r in runs[name]])
    for name, r in rows.items():
        ratios = (f"{r['seconds'] / bare['seconds']:.1f}", f"{r['cpu'] / bare['cpu']:.1f}")
        told = ", ".join(f"{k} {v}" for k, v in r["facts"].items() if not isinstance(v, dict))
        table.add_row(name, f"{r['seconds']:.1f}", f"{r['cpu']:.1f}", *ratios, f"{r['peak_mib']:,.0f}", told)
    console = Console(width=max(Console().width, WIDTH))
    console.print(table)
    console.print(NOTE)
    planted = sum(c["planted"] for c in scored["per_code"].values())
    ratio = product["seconds"] / bare["seconds"]
    for met, told in (
        (
            scored["recall"] == scored["precision"] == 1 and scored["decoys_reported"] == 0,
            f"scores over all nights: recall {scored['recall']:.4f}, precision {scored['precision']:.4f}, "
            f"{scored['decoys_reported']} decoys reported, {planted:,} lines of truth",
        ),
        (ratio <= AT_MOST, f"the product takes at most {AT_MOST} × as long as the bare joins: {ratio:.1f} ×"),
        (product["peak_mib"] <= AT_MOST_MIB, f"no stage above {AT_MOST_MIB:,} MiB: {product['peak_mib']:,.0f} MiB"),
    ):
        console.print(f"  {verdict(met)} {told}", highlight=False)
    for kind in ("missed", "false"):
        for line in scored[kind][:20]:
            console.print("   ", kind, line)
    console.print()


def _total(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Seconds added, the highest peak, the facts of the last."""
    return {
        "seconds": sum(r["seconds"] for r in runs),
        "cpu": sum(r["cpu"] for r in runs),
        "peak_mib": max(r["peak_mib"] for r in runs),
        "facts": runs[-1]["facts"],
    }
