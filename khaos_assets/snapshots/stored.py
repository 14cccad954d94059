"""Reading back what stands in the store: certificates, tables, keys, references of earlier nights."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from khaos_assets.config import Night, Store
from khaos_assets.config.store import write_bytes
from khaos_assets.snapshots.certificate import Certificate
from khaos_assets.snapshots.content_hash import key_text
from khaos_assets.snapshots.landing import MANIFEST, read_manifest
from khaos_assets.snapshots.parquet import QUARANTINE, table_file
from khaos_assets.systems.arrow import from_arrow
from khaos_assets.systems.aside import database_aside
from khaos_assets.systems.read import Decoded, Quarantined, Read

CERTIFICATE = "certificate.json"


def write_certificate(folder: Path, certificate: Certificate) -> None:
    """Replace `certificate.json`: sorted, so that equal certificates are equal bytes."""
    text = msgspec.json.format(msgspec.json.encode(certificate, order="sorted"), indent=1)
    write_bytes(folder / CERTIFICATE, text)


def read_certificate(store: Store, system: str, entity: str, night: Night | date) -> Certificate | None:
    """The certificate of one snapshot, None where that read was never made for the night."""
    path = store.snapshot(system, entity, _day(night)) / CERTIFICATE
    return msgspec.json.decode(path.read_bytes(), type=Certificate) if path.exists() else None


def read_certificates(store: Store, night: Night | date) -> dict[str, Certificate]:
    """All certificates of a night by `system/entity`, sorted."""
    found = (store.root / "snapshots").glob(f"*/*/date={_day(night).isoformat()}/{CERTIFICATE}")
    read = (msgspec.json.decode(path.read_bytes(), type=Certificate) for path in found)
    return dict(sorted((f"{c.system}/{c.entity}", c) for c in read))


def last_complete(store: Store, system: str, entity: str, before: date) -> date | None:
    """The newest night before `before` whose snapshot of this entity is complete."""
    for day in reversed(store.snapshot_nights(system, entity)):
        if day < before:
            certificate = read_certificate(store, system, entity, day)
            if certificate is not None and certificate.complete:
                return day
    return None


def complete_since(store: Store, system: str, entity: str, before: date) -> datetime | None:
    """The instant (UTC) that the last complete snapshot before a night is sure to have seen; None without one.

    That is the earlier of its as-of and the beginning of the read, for the clocks of a simulated world stand still.
    """
    day = last_complete(store, system, entity, before)
    certificate = None if day is None else read_certificate(store, system, entity, day)
    if day is None or certificate is None:
        return None
    folder = store.raw_attempt(system, entity, day, certificate.attempt)
    started = datetime.fromisoformat(certificate.started_at).astimezone(UTC)
    as_of = read_manifest(folder).as_of if (folder / MANIFEST).exists() else None
    return min(started, Night.of(day, as_of).as_of)


def earlier_file(store: Store, system: str, read: Read, before: date) -> Path | None:
    """The Parquet file of the last complete snapshot before a night; None where there is none."""
    day = last_complete(store, system, read.entity, before)
    return None if day is None else table_file(store.snapshot(system, read.entity, day), read.entity)


def earlier_keys(store: Store, system: str, read: Read, before: date) -> set[str]:
    """Source keys of the last complete snapshot before a night; empty where there is none."""
    path = earlier_file(store, system, read, before)
    if path is None:
        return set()
    with database_aside() as connection:
        rows = connection.execute(f"SELECT {key_text(read.key)} FROM read_parquet(?)", [str(path)]).fetchall()
    return {k for (k,) in rows}


def earlier_table(store: Store, system: str, read: Read, name: str, before: date) -> pa.Table | None:
    """One table of the last complete snapshot before a night; None where there is none."""
    path = earlier_file(store, system, read, before)
    named = None if path is None else table_file(path.parent, name)
    return pq.read_table(named) if named is not None and named.exists() else None


def earlier_quarantine(store: Store, system: str, read: Read, before: date) -> list[Quarantined]:
    """What was set aside in the last complete snapshot before a night."""
    table = earlier_table(store, system, read, QUARANTINE, before)
    return [] if table is None else [Quarantined(**row) for row in table.to_pylist()]


def stored_decoded(store: Store, system: str, read: Read, day: date) -> Decoded:
    """A snapshot's tables as lists of records, as `decode` gave them (what was set aside is not among them)."""
    folder = store.snapshot(system, read.entity, day)
    tables = {name: from_arrow(pq.read_table(table_file(folder, name)), record) for name, record in read.tables.items()}
    return Decoded(tables=dict(tables))


def stored_entity(store: Store, system: str, read: Read, day: date) -> Decoded:
    """A snapshot's own table as Arrow, without an object for each record."""
    entity = next(iter(read.tables))
    return Decoded(tables={entity: pq.read_table(table_file(store.snapshot(system, read.entity, day), entity))})


def _day(night: Night | date) -> date:
    return night.date if isinstance(night, Night) else night
