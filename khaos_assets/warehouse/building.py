"""A night's warehouse: views over its snapshots, conformed tables from each system's own SQL, derived quantities."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa

from khaos_assets.config import Night, Settings, Store
from khaos_assets.snapshots.stored import last_complete, read_certificate
from khaos_assets.systems.read import Quarantined, Read, installed_systems, system_folder
from khaos_assets.systems.wire import arrow_schema
from khaos_assets.warehouse.configuration import load_configuration
from khaos_assets.warehouse.database import HERE, open_warehouse


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
    tables = db.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND NOT temporary ORDER BY 1"
    ).fetchall()
    return WarehouseResult({t: db.execute(f'SELECT count(*) FROM main."{t}"').fetchone()[0] for (t,) in tables})  # type: ignore[index]


def _views(db: duckdb.DuckDBPyConnection, store: Store, night: Night, system: str, read: Read) -> None:
    """`wire.<system>_<table>` over this night's Parquet, `wire_before.…` over the last complete one before it."""
    here = store.snapshot(system, read.entity, night.date)
    day = last_complete(store, system, read.entity, night.date)
    before = store.snapshot(system, read.entity, day) if day else None
    for table, record in read.tables.items():
        schema = arrow_schema(record)
        _view(db, f"wire.{system}_{table}", here / f"{table}.parquet", schema)
        _view(db, f"wire_before.{system}_{table}", before / f"{table}.parquet" if before else None, schema)
    quarantine = here / "quarantine.parquet"
    if quarantine.exists():
        columns = ", ".join(Quarantined.__struct_fields__)
        db.execute(
            f"INSERT INTO quarantine SELECT ?, ?, {columns} FROM read_parquet(?, hive_partitioning = false)",
            [system, read.entity, str(quarantine)],
        )


def _view(db: duckdb.DuckDBPyConnection, name: str, parquet: Path | None, schema: pa.Schema) -> None:
    if parquet is not None and parquet.exists():
        path = str(parquet).replace("'", "''")
        db.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}', hive_partitioning = false)")
        return
    db.register("empty_arrow", schema.empty_table())
    db.execute(f"CREATE TABLE {name} AS SELECT * FROM empty_arrow")
    db.unregister("empty_arrow")


def _load_certificates(
    db: duckdb.DuckDBPyConnection, store: Store, night: Night, reads: list[tuple[str, Read]]
) -> None:
    """`control_read` of the night, one row per read; one that was never taken stands as INCOMPLETE."""
    db.execute("DELETE FROM control_read WHERE night = ?", [night.date])
    for system, read in reads:
        c = read_certificate(store, system, read.entity, night)
        if c is None:
            reasons = '[{"fault":"not_taken","detail":"no snapshot was taken this night"}]'
            nothing = [0, 0, 0, "INCOMPLETE", "overlap_only", "", reasons, None, None, None]
            row = [night.date, system, read.entity, *nothing]
        else:
            reasons = msgspec.json.encode(c.reasons).decode()
            extracted = c.rows + c.quarantined
            row = [night.date, system, read.entity, extracted, c.rows, c.quarantined, c.verdict.value, c.proof.value,
                   c.snapshot, reasons, c.newest_change, c.control_units, c.control_value]  # fmt: skip
        db.execute(f"INSERT INTO control_read VALUES ({', '.join('?' * len(row))})", row)
