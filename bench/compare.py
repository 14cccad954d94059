"""Comparing 1M × 1M stock positions, result written: the product beside a bare join, pandas and datacompy.

All start from the same positions, already loaded (tables for DuckDB, frames for pandas); 0.1 % of them differ.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb
import pandas as pd

from bench.contest import Stopwatch, Target, contest, show
from khaos_assets.config import Night, Settings
from khaos_assets.rules.catalogue import HERE as RULES
from khaos_assets.rules.catalogue import load_catalogue
from khaos_assets.warehouse.configuration import load_configuration
from khaos_assets.warehouse.database import HERE as WAREHOUSE
from khaos_assets.warehouse.database import prepare

KHAOS = """SELECT 'SKU-' || i AS sku, 'Main' AS place, (i % 50)::DECIMAL(28, 5) AS available FROM range({n}) AS t(i)"""
WAIR = """SELECT 'SKU-' || i AS sku, 'Main' AS place,
    (i % 50 + (i % 1000 = 0)::INTEGER)::DECIMAL(28, 5) AS on_hand FROM range({n}) AS t(i)"""

CONTENDERS = ("product", "bare_join", "pandas_merge", "pandas_exact", "datacompy_compare")
NOTE = """\
From loaded positions to a written result; one in a thousand differs. The product also pairs SKUs and places by their
mappings, allows for goods in transit, and writes the exceptions of STK-01 with their pounds. bare_join only joins;
pandas_merge and datacompy_compare use floats; pandas_exact uses decimals, as the product does."""
TARGETS = (
    Target("product", 2, "bare_join"),
    Target("product", 0.1, "pandas_merge"),
    Target("product", 0.1, "pandas_exact"),
    Target("product", 1024),
)


def product(n: str) -> Stopwatch:
    """Everything of the stock comparison: pairing, difference, exceptions of STK-01 with their pounds."""
    with tempfile.TemporaryDirectory() as folder:
        db = prepare(duckdb.connect(str(Path(folder) / "warehouse.duckdb")))
        settings = Settings.of_merchant(
            {"merchant": {"name": "Bench"}, "khaos": {}, "wair": {}, "mapping": {"locations": {"L1": "Main"}}}
        )
        load_configuration(db, settings, Night.of("2026-11-20"))
        for file in ("kept.sql", "tables.sql"):
            db.execute((WAREHOUSE / file).read_text(encoding="utf-8"))
        db.execute(
            f"""
            CREATE SCHEMA wire;
            CREATE TABLE wire.khaos_sites AS SELECT 1 AS site_id, 'Main' AS site_name, TRUE AS is_default;
            CREATE TEMP TABLE history_stock_codes (stock_id VARCHAR, stock_code VARCHAR, first_seen TIMESTAMPTZ);
            INSERT INTO item BY NAME SELECT 'khaos' AS system, sku AS source_key, 's' AS snapshot, sku,
                'simple' AS kind, TRUE AS active, net_fraction(2.5::DECIMAL(28, 4), FALSE, 20) AS cost
                FROM ({KHAOS.format(n=n)});
            INSERT INTO stock_position BY NAME SELECT 'khaos' AS system, sku AS source_key, 's' AS snapshot, sku, place,
                available, 0 AS back_order FROM ({KHAOS.format(n=n)});
            INSERT INTO stock_position BY NAME SELECT 'wair' AS system, sku AS source_key, 's' AS snapshot, sku,
                'L1' AS place, on_hand, 0 AS allocated, on_hand AS available,
                '2026-11-18T00:00:00Z'::TIMESTAMPTZ AS changed_at
                FROM ({WAIR.format(n=n)});
            """
        )
        db.execute((WAREHOUSE / "derived.sql").read_text(encoding="utf-8"))
        for name in ("1_items.sql", "2_orders.sql"):
            db.execute((RULES / "comparisons" / name).read_text(encoding="utf-8"))
        watch = Stopwatch()
        statements = (RULES / "comparisons" / "3_stock.sql").read_text(encoding="utf-8").split(";\n")
        wanted = ("site_scope", "in_transit", "stock_comparison", "stock_difference")
        stock = ";\n".join(s for s in statements if any(f"TABLE {w} AS" in s for w in wanted))
        with watch.running():
            db.execute(stock)
            db.execute(f"CREATE TABLE result AS {load_catalogue()['STK-01'].statements['exceptions']}")
        watch.facts = {"differences": db.execute("SELECT count(*) FROM result").fetchall()[0][0]}
        return watch


def bare_join(n: str) -> Stopwatch:
    """DuckDB's FULL OUTER JOIN of the two tables, result written, nothing judged."""
    with tempfile.TemporaryDirectory() as folder:
        db = prepare(duckdb.connect(str(Path(folder) / "join.duckdb")))
        db.execute(f"CREATE TABLE khaos AS {KHAOS.format(n=n)}; CREATE TABLE wair AS {WAIR.format(n=n)}")
        watch = Stopwatch()
        with watch.running():
            db.execute(
                """
                CREATE TABLE result AS
                SELECT coalesce(k.sku, w.sku) AS sku, coalesce(k.place, w.place) AS place, k.available, w.on_hand
                FROM khaos AS k FULL OUTER JOIN wair AS w ON w.sku = k.sku AND w.place = k.place
                """
            )
        count = db.execute("SELECT count(*) FROM result WHERE available IS DISTINCT FROM on_hand").fetchall()
        watch.facts = {"differences": count[0][0]}
        return watch


def pandas_merge(n: str) -> Stopwatch:
    """pandas' outer merge with floats, the whole result written as Parquet."""
    khaos, wair = _frames(n)
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder, watch.running():
        both = khaos.merge(wair, on=["sku", "place"], how="outer")
        both.to_parquet(Path(folder) / "result.parquet")
        differing = both[both["available"] != both["on_hand"]]
    watch.facts = {"differences": len(differing)}
    return watch


def pandas_exact(n: str) -> Stopwatch:
    """The same merge with exact decimals, as money needs them, and each difference computed."""
    khaos, wair = _frames(n, exact=True)
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder, watch.running():
        both = khaos.merge(wair, on=["sku", "place"], how="outer")
        both["difference"] = both["available"] - both["on_hand"]
        both.to_parquet(Path(folder) / "result.parquet")
        differing = both[both["difference"] != 0]
    watch.facts = {"differences": len(differing)}
    return watch


def datacompy_compare(n: str) -> Stopwatch:
    """datacompy over the same frames, with its lists of rows that differ written as Parquet."""
    import datacompy

    khaos, wair = _frames(n)
    wair = wair.rename(columns={"on_hand": "available"})
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder, watch.running():
        compare = datacompy.PandasCompare(khaos, wair, join_columns=["sku", "place"])
        differing = compare.all_mismatch()
        differing.to_parquet(Path(folder) / "result.parquet")
    watch.facts = {"differences": len(differing)}
    return watch


def _frames(n: str, *, exact: bool = False) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both sides as frames: figures as floats, or as Decimals."""
    db = duckdb.connect()
    kind = "DECIMAL(28, 5)" if exact else "DOUBLE"
    khaos = db.sql(f"SELECT sku, place, available::{kind} AS available FROM ({KHAOS.format(n=n)})").to_arrow_table()
    wair = db.sql(f"SELECT sku, place, on_hand::{kind} AS on_hand FROM ({WAIR.format(n=n)})").to_arrow_table()
    return khaos.to_pandas(), wair.to_pandas()


def report(rounds: int = 3, size: int = 1_000_000) -> None:
    """Run all contenders and print the table."""
    figures = contest("bench.compare", CONTENDERS, str(size), rounds=rounds)
    show(
        f"Compare {size:,} × {size:,} stock positions, result written", figures, "bare_join", note=NOTE, targets=TARGETS
    )
