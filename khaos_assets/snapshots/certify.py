"""From a manifest and its decoded records to tables and a certificate. Pure: a rebuild gives the same ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from khaos_assets.snapshots.certificate import Certificate, Verdict
from khaos_assets.snapshots.content_hash import key_text, quoted, row_text, set_hash, snapshot_id
from khaos_assets.snapshots.landing import Manifest
from khaos_assets.snapshots.parquet import in_key_order
from khaos_assets.systems.arrow import to_arrow
from khaos_assets.systems.aside import database_aside
from khaos_assets.systems.read import Decoded, Proof, Quarantined, Read, Reason

SAMPLE = 10
"""Keys named in a reason; their number is always told."""


@dataclass(frozen=True)
class Certified:
    """What one attempt yields: Arrow tables in key order, the records set aside, the certificate."""

    tables: Mapping[str, pa.Table]
    quarantined: list[Quarantined]
    certificate: Certificate


def certify(read: Read, manifest: Manifest, decoded: Decoded, earlier: Path | None, *, confirmed: bool) -> Certified:
    """Tables and certificate of one attempt.

    `earlier`: the Parquet file of the last complete snapshot, None where there is none (looked at where records are
    never deleted); `confirmed`: a person confirmed this night's drop, so keys that vanished are a remark.
    """
    tables: dict[str, pa.Table] = {}
    misfits: list[Reason] = []
    for name, record in read.tables.items():
        try:
            table = to_arrow(decoded.tables.get(name, []), record)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as e:
            misfits.append(Reason(fault="does_not_fit", detail=f"{name}: {e}"))
            table = to_arrow([], record)
        tables[name] = in_key_order(table, read.key if name == read.entity else ())
    quarantined = list(decoded.quarantined)
    with database_aside() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        figures = _figures(connection, read, tables)
        reasons = [*manifest.notes.faults, *decoded.faults, *misfits, *figures.faults]
        remarks = list(manifest.notes.remarks)
        if read.never_deleted and manifest.walked and earlier is not None:
            gone = _gone(connection, read, earlier, {q.key for q in quarantined})
            if gone is not None:
                (remarks if confirmed else reasons).append(gone)
    proof = manifest.notes.proof
    unreadable = sum(not q.key_readable for q in quarantined)
    if unreadable:
        remarks.append(
            Reason(
                fault="key_unreadable", detail=f"{unreadable} record(s) without a readable key: absence is not proven"
            )
        )
        proof = Proof.OVERLAP_ONLY
    notes = manifest.notes
    certificate = Certificate(
        system=manifest.system,
        entity=manifest.entity,
        night=manifest.night,
        attempt=manifest.attempt,
        verdict=_verdict(reasons, quarantined),
        proof=Proof.OVERLAP_ONLY if reasons else proof,
        reasons=reasons,
        remarks=remarks,
        snapshot=snapshot_id(manifest.system, manifest.entity, figures.table_hashes),
        started_at=manifest.started_at,
        finished_at=manifest.finished_at,
        requests=notes.requests,
        pages=manifest.pages,
        rows=tables[read.entity].num_rows,
        distinct_keys=figures.distinct_keys,
        quarantined=len(quarantined),
        quarantined_keys=sorted({q.key for q in quarantined}),
        key_set_hash=figures.key_set_hash,
        control_units=figures.control_units,
        control_value=figures.control_value,
        newest_change=figures.newest_change,
        clock_offset_ms=notes.clock_offset_ms,
        end_recognised_by=notes.end_recognised_by,
        rereads=notes.rereads,
        account_start=notes.account_start,
        account_end=notes.account_end,
    )
    return Certified(tables, quarantined, certificate)


@dataclass(frozen=True)
class _Figures:
    table_hashes: Mapping[str, str]
    key_set_hash: str
    distinct_keys: int
    control_units: str | None
    control_value: str | None
    newest_change: str | None
    faults: list[Reason]


def _figures(connection: duckdb.DuckDBPyConnection, read: Read, tables: Mapping[str, pa.Table]) -> _Figures:
    hashes = {name: set_hash(connection, quoted(name), row_text(table.schema)) for name, table in tables.items()}
    entity, key = quoted(read.entity), key_text(read.key)
    distinct = _one(connection, f"SELECT count(DISTINCT {key}) FROM {entity}")
    faults: list[Reason] = []
    if distinct != tables[read.entity].num_rows:
        repeated = connection.execute(
            f"SELECT {key} AS k FROM {entity} GROUP BY ALL HAVING count(*) > 1 ORDER BY k LIMIT {SAMPLE}"
        ).fetchall()
        faults.append(
            Reason(fault="duplicate_key", detail=f"one key, several records: {', '.join(k for (k,) in repeated)}")
        )
    newest: datetime | None = None
    if read.change_column:
        micros = _one(connection, f"SELECT epoch_us(max({quoted(read.change_column)})) FROM {entity}")
        newest = None if micros is None else datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micros)
    return _Figures(
        table_hashes=hashes,
        key_set_hash=set_hash(connection, entity, key),
        distinct_keys=distinct,
        control_units=_total(connection, entity, read.units_column),
        control_value=_total(connection, entity, read.value_column),
        newest_change=newest.isoformat() if newest else None,
        faults=faults,
    )


def _gone(connection: duckdb.DuckDBPyConnection, read: Read, earlier: Path, aside: set[str]) -> Reason | None:
    """The keys of the last complete snapshot that this one lacks, those set aside tonight left out."""
    connection.register("aside", pa.table({"k": pa.array(sorted(aside), pa.string())}))
    gone = connection.execute(
        f"""
        SELECT k FROM (SELECT {key_text(read.key)} AS k FROM read_parquet(?))
        ANTI JOIN (SELECT {key_text(read.key)} AS k FROM {quoted(read.entity)} UNION ALL FROM aside) USING (k)
        ORDER BY k
        """,
        [str(earlier)],
    ).fetchall()
    if not gone:
        return None
    names = ", ".join(k for (k,) in gone[:SAMPLE])
    return Reason(
        fault="disappeared",
        detail=f"{len(gone)} record(s) of the last complete snapshot are missing, though none is ever deleted: {names}",
    )


def _verdict(reasons: list[Reason], quarantined: list[Quarantined]) -> Verdict:
    if reasons:
        return Verdict.INCOMPLETE
    return Verdict.COMPLETE_WITH_QUARANTINE if quarantined else Verdict.COMPLETE


def _total(connection: duckdb.DuckDBPyConnection, entity: str, column: str | None) -> str | None:
    """The exact sum of a column as decimal text; "0" over no rows, None where the read has no such column."""
    if column is None:
        return None
    total: Decimal | int | None = _one(connection, f"SELECT sum({quoted(column)}) FROM {entity}")
    return "0" if total is None else f"{Decimal(total):f}"


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    ((value,),) = connection.execute(sql).fetchall()
    return value
