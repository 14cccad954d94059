"""A small night on disk, for tests: snapshots as Parquet with certificates, and a warehouse with its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

import khaos_assets.warehouse as warehouse_package
from khaos_assets.config import Night, Settings, Store
from khaos_assets.snapshots.certificate import Certificate, Verdict
from khaos_assets.systems.read import Decoded, Pages, Proof, Read, ReadContext, Reason, System, WalkNotes
from khaos_assets.systems.wair.records import Dispatch, DispatchLine, Stock
from khaos_assets.systems.wire import arrow_schema

NIGHT = Night.of("2026-11-20")
SETTINGS = Settings.of_merchant({"merchant": {"name": "Test"}, "khaos": {}, "wair": {}})
KEPT = (Path(warehouse_package.__path__[0]) / "kept.sql").read_text(encoding="utf-8")


async def never_walked(_: ReadContext) -> WalkNotes:
    raise AssertionError("these tests read no system")


def never_decoded(_: Pages, __: WalkNotes) -> Decoded:
    raise AssertionError("these tests decode nothing")


def wair() -> System:
    """WAIR with the two reads that these tests need."""
    reads = (
        Read("stock", "Stock", {"stock": Stock}, ("location_id", "sku_id"), never_walked, never_decoded),
        Read("dispatches", "Dispatches", {"dispatches": Dispatch}, ("dispatch_id",), never_walked, never_decoded),
    )
    return System("wair", "WAIR", lambda _, __: None, reads)


@dataclass(frozen=True)
class Found:
    """One exception row, as far as checks look at it."""

    code: str
    record_key: str
    state: str = "open"
    systems: str = "wair>khaos"
    severity: str = "high"
    amount_gbp: Decimal | None = Decimal("1.00")


def stock(sku: str, *, location: str = "L1", on_hand: str = "5") -> Stock:
    units = Decimal(on_hand)
    return Stock(
        location_id=location,
        sku_id=sku,
        on_hand=units,
        allocated=Decimal(0),
        available=units,
        updated_at=datetime(2026, 11, 19, 12, tzinfo=UTC),
    )


def dispatch(key: str, *quantities: str) -> Dispatch:
    return Dispatch(
        dispatch_id=key,
        order_reference=f"R-{key}",
        location_id="L1",
        carrier_service="DPD-12",
        tracking_number=None,
        dispatched_at=datetime(2026, 11, 19, 12, tzinfo=UTC),
        lines=[DispatchLine(sku_id="A", quantity=Decimal(q)) for q in quantities],
        updated_at=datetime(2026, 11, 19, 12, tzinfo=UTC),
    )


def land(
    store: Store,
    read: Read,
    records: Sequence[Any],
    *,
    rows: int | None = None,
    reasons: Sequence[Reason] = (),
    quarantined: int = 0,
    table: pa.Table | None = None,
) -> None:
    """Write the Parquet of one read of WAIR and its certificate."""
    folder = store.snapshot("wair", read.entity, NIGHT.date)
    folder.mkdir(parents=True)
    record = next(iter(read.tables.values()))
    if table is None:
        table = pa.Table.from_pylist([_plain(r) for r in records], schema=arrow_schema(record))
    pq.write_table(table, folder / f"{read.entity}.parquet")
    verdict = Verdict.INCOMPLETE if reasons else Verdict.COMPLETE_WITH_QUARANTINE if quarantined else Verdict.COMPLETE
    certificate = dict.fromkeys(Certificate.__struct_fields__) | {
        "system": "wair",
        "entity": read.entity,
        "night": str(NIGHT),
        "attempt": 1,
        "verdict": verdict,
        "proof": Proof.TWO_PASS,
        "reasons": list(reasons),
        "remarks": [],
        "snapshot": "0123456789abcdef",
        "started_at": "2026-11-20T02:00:00Z",
        "finished_at": "2026-11-20T02:00:09Z",
        "requests": 2,
        "pages": [],
        "rows": len(table) if rows is None else rows,
        "distinct_keys": len(table),
        "quarantined": quarantined,
        "quarantined_keys": [],
        "key_set_hash": "0:0",
        "end_recognised_by": "moreRecordsAvailable false",
        "rereads": 0,
    }
    (folder / "certificate.json").write_bytes(msgspec.json.encode(certificate))


def _plain(record: msgspec.Struct) -> dict[str, Any]:
    """A record by its attribute names (its wire names are others)."""
    nested = {f: getattr(record, f) for f in record.__struct_fields__}
    return {
        k: [_plain(x) if isinstance(x, msgspec.Struct) else x for x in v] if isinstance(v, list) else v
        for k, v in nested.items()
    }


def warehouse(
    store: Store,
    *,
    holding: Mapping[tuple[str, str], int] | None = None,
    found: Sequence[Found] = (),
    not_tested: Mapping[tuple[str, str], str] | None = None,
    population: Sequence[tuple[str, str, str, bool | None]] | None = None,
) -> None:
    """Make the warehouse of the night: `holding` counts the compared things without a difference, by (code, pair)."""
    store.root.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(store.warehouse)) as db:
        db.execute(KEPT)
        db.execute(
            "CREATE TABLE population (code VARCHAR, systems VARCHAR, record_key VARCHAR, scope VARCHAR, holds BOOLEAN)"
        )
        rows = [(c, s, f"ok-{i}", True) for (c, s), n in (holding or {}).items() for i in range(n)]
        rows += [(f.code, f.systems, f.record_key, False) for f in found]
        for code, systems, key, holds in rows if population is None else population:
            db.execute("INSERT INTO population VALUES (?, ?, ?, '', ?)", [code, systems, key, holds])
        for f in found:
            db.execute(
                "INSERT INTO exception BY NAME SELECT ? AS night, ? AS code, ? AS record_key, ? AS state, "
                "? AS systems, ? AS severity, ? AS amount_gbp, ? AS case_key, 'operations' AS owner, "
                "'stock' AS entity, '' AS scope, '' AS field, ? AS as_of, '{}' AS evidence, ? AS first_seen",
                [
                    NIGHT.date, f.code, f.record_key, f.state, f.systems, f.severity, f.amount_gbp,
                    f"case-{f.code}-{f.record_key}", NIGHT.as_of, NIGHT.as_of,
                ],
            )  # fmt: skip
        for pair in sorted({*(holding or {}), *((f.code, f.systems) for f in found)}):
            db.execute(
                "INSERT INTO control_code VALUES (?, ?, ?, true, NULL, 0, 0, 0, 0, 0, 0, true)", [NIGHT.date, *pair]
            )
        for pair, reason in (not_tested or {}).items():
            db.execute(
                "INSERT INTO control_code VALUES (?, ?, ?, false, ?, 0, 0, 0, 0, 0, 0, false)",
                [NIGHT.date, *pair, reason],
            )
