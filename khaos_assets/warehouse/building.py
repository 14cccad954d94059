"""A night's warehouse: views over its snapshots, conformed tables from each system's own SQL, derived quantities."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb
import msgspec
import pyarrow.parquet as pq

from khaos_assets.config import Night, Settings, Store
from khaos_assets.snapshots.stored import last_complete, read_certificate
from khaos_assets.systems.read import Quarantined, Read, installed_systems, system_folder
from khaos_assets.systems.wire import arrow_schema
from khaos_assets.warehouse.configuration import load_configuration
from khaos_assets.warehouse.database import HERE, open_warehouse

TABLE = re.compile(r"CREATE OR REPLACE TABLE (\w+)")


@dataclass(frozen=True)
class WarehouseResult:
    """Rows per conformed table."""

    rows: dict[str, int]


def build(settings: Settings, store: Store, night: Night) -> WarehouseResult:
    """Make the conformed tables of one night from its snapshots. Safe to repeat: same snapshots, same tables."""
    with open_warehouse(store) as db:
        return build_in(db, settings, store, night)


def build_in(db: duckdb.DuckDBPyConnection, settings: Settings, store: Store, night: Night) -> WarehouseResult:
    """As `build`, on an open connection."""
    enabled = set(settings.enabled_systems())
    systems = {name: s for name, s in installed_systems().items() if name in enabled}
    load_configuration(db, settings, night)
    db.execute((HERE / "kept.sql").read_text(encoding="utf-8"))
    _load_certificates(db, store, night, [(n, r) for n, s in systems.items() for r in s.reads])
    for schema in ("wire", "wire_before"):
        db.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}")
    for name, system in systems.items():
        for read in system.reads:
            _views(db, store, night, name, read)
    db.execute((HERE / "tables.sql").read_text(encoding="utf-8"))
    for name in systems:
        for statement in sorted((system_folder(name) / "conform").glob("*.sql")):
            sql = statement.read_text(encoding="utf-8").rstrip().rstrip(";")
            db.execute(f"INSERT INTO {statement.stem} BY NAME {sql}")
    db.execute((HERE / "derived.sql").read_text(encoding="utf-8"))
    conformed = TABLE.findall((HERE / "tables.sql").read_text(encoding="utf-8"))
    counts = " UNION ALL ".join(f"SELECT '{t}', count(*) FROM {t}" for t in conformed)
    return WarehouseResult(dict(db.execute(f"{counts} ORDER BY 1").fetchall()))


def _views(db: duckdb.DuckDBPyConnection, store: Store, night: Night, system: str, read: Read) -> None:
    """`wire.<system>_<table>` over this night's Parquet, `wire_before.…` over the last complete one before it."""
    here = store.snapshot(system, read.entity, night.date)
    day = last_complete(store, system, read.entity, night.date)
    before = store.snapshot(system, read.entity, day) if day else None
    for table, record in read.tables.items():
        now, earlier = f"wire.{system}_{table}", f"wire_before.{system}_{table}"
        if not _view(db, now, here / f"{table}.parquet"):
            db.register("empty_arrow", arrow_schema(record).empty_table())
            db.execute(f"CREATE TABLE {now} AS FROM empty_arrow")
            db.unregister("empty_arrow")
        if before is None or not _view(db, earlier, before / f"{table}.parquet"):
            db.execute(f"CREATE TABLE {earlier} AS FROM {now} LIMIT 0")
    quarantine = here / "quarantine.parquet"
    if quarantine.exists() and pq.read_metadata(quarantine).num_rows:
        columns = ", ".join(Quarantined.__struct_fields__)
        db.execute(
            f"INSERT INTO quarantine SELECT ?, ?, {columns} FROM read_parquet(?, hive_partitioning = false)",
            [system, read.entity, str(quarantine)],
        )


def _view(db: duckdb.DuckDBPyConnection, name: str, parquet: Path) -> bool:
    """A view over the file; False, and nothing made, where there is none."""
    if not parquet.exists():
        return False
    path = str(parquet).replace("'", "''")
    db.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}', hive_partitioning = false)")
    return True


def _load_certificates(
    db: duckdb.DuckDBPyConnection, store: Store, night: Night, reads: list[tuple[str, Read]]
) -> None:
    """`control_read` of the night, one row per read; one that was never taken stands as INCOMPLETE."""
    rows: list[list[object]] = []
    for system, read in reads:
        c = read_certificate(store, system, read.entity, night)
        if c is None:
            reasons = '[{"fault":"not_taken","detail":"no snapshot was taken this night"}]'
            nothing = [0, 0, 0, "INCOMPLETE", "overlap_only", "", reasons, None, None, None]
            rows.append([night.date, system, read.entity, *nothing])
        else:
            reasons = msgspec.json.encode(c.reasons).decode()
            extracted = c.rows + c.quarantined
            figures = [extracted, c.rows, c.quarantined, c.verdict.value, c.proof.value, c.snapshot, reasons]
            rows.append([night.date, system, read.entity, *figures, c.newest_change, c.control_units, c.control_value])
    db.execute("DELETE FROM control_read WHERE night = ?", [night.date])
    if rows:
        columns = ", ".join(["unnest(?)"] * len(rows[0]))
        db.execute(f"INSERT INTO control_read SELECT {columns}", [list(column) for column in zip(*rows, strict=True)])
