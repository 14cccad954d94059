"""Records to Parquet: fixed columns, rows in the order of their key, so that the same records give the same bytes."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow makes its compute functions when imported, out of sight of a type checker)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from khaos_assets.config.store import replacing
from khaos_assets.systems.arrow import next_greater
from khaos_assets.systems.read import Quarantined
from khaos_assets.systems.wire import arrow_schema

QUARANTINE = "quarantine"
QUARANTINE_SCHEMA = arrow_schema(Quarantined)


def table_file(folder: Path, table: str) -> Path:
    return folder / f"{table}.parquet"


def write_tables(folder: Path, tables: Mapping[str, pa.Table], quarantined: Sequence[Quarantined]) -> None:
    """Replace the snapshot's tables and its `quarantine.parquet`. Each file is whole or the old one."""
    for name, table in tables.items():
        with replacing(table_file(folder, name)) as temporary:
            pq.write_table(table, temporary, compression="zstd", compression_level=1)
    rows = sorted(quarantined, key=lambda q: (q.key, q.field, q.page, q.row))
    columns = {f.name: [getattr(q, f.name) for q in rows] for f in QUARANTINE_SCHEMA}
    with replacing(table_file(folder, QUARANTINE)) as temporary:
        pq.write_table(pa.table(columns, schema=QUARANTINE_SCHEMA), temporary, compression="zstd")


def in_key_order(table: pa.Table, key: Sequence[str]) -> pa.Table:
    """The rows by key, then by the other plain columns; untouched where they stand in strict key order already."""
    if strictly_ascending(table, key):
        return table
    others = [f.name for f in table.schema if f.name not in key and not pa.types.is_nested(f.type)]
    return table.sort_by([(name, "ascending") for name in [*key, *others]])


def strictly_ascending(table: pa.Table, key: Sequence[str]) -> bool:
    """Whether each row's key is greater than the one before it."""
    if table.num_rows < 2:
        return True
    if not key or any(table[name].null_count for name in key):
        return False
    greater, _ = next_greater(table, key)
    return bool(pc.all(greater).as_py())
