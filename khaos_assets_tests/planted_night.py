"""Nights made by hand: wire records with sensible defaults, and the rules run over them with nothing in between.

Each function makes one thing as a system would show it; `PlantedNight` holds the things of a night, `evaluate` writes
them as snapshots with certificates and runs warehouse and rules on a DuckDB in memory. What it returns has been tied
out: population rows that do not hold are exactly the exceptions.
"""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow.parquet as pq

from khaos_assets.config import Night, Settings, Store
from khaos_assets.rules.evaluation import evaluate_in
from khaos_assets.snapshots.certificate import Certificate, Verdict
from khaos_assets.systems.arrow import to_arrow
from khaos_assets.systems.khaos import records as khaos
from khaos_assets.systems.read import Proof, Quarantined, Read, Reason, installed_systems
from khaos_assets.systems.wair import records as wair
from khaos_assets.systems.wire import Record
from khaos_assets.warehouse.building import build_in
from khaos_assets_tests.memory_warehouse import prepare_memory
from khaos_assets_tests.planted_records import (
    AS_OF,
    NIGHT,
    body_map,
    customer,
    dispatch,
    invoice,
    level,
    line,
    minutes_ago,
    order,
    pack,
    site,
    stock_item,
    stocked,
    style_child,
    style_parent,
    transfer,
    wair_item,
    wair_stock,
)

__all__ = [
    "AS_OF",
    "NIGHT",
    "PlantedNight",
    "Record",
    "Results",
    "SetAside",
    "body_map",
    "customer",
    "dispatch",
    "evaluate",
    "invoice",
    "level",
    "line",
    "minutes_ago",
    "order",
    "pack",
    "site",
    "stock_item",
    "stocked",
    "style_child",
    "style_parent",
    "transfer",
    "wair_item",
    "wair_stock",
]

SETTINGS: dict[str, Any] = {
    "merchant": {"name": "Test"},
    "khaos": {},
    "wair": {},
    "mapping": {"locations": {"L1": "Main"}, "couriers": {"DPD-12": "DPD"}},
    # A night of three rows loses a third of them with any one: only a drop to nothing counts, unless a test says other
    "tolerances": {"snapshot_drop_percent": 100},
}


@dataclass
class SetAside:
    """A record of a read that broke the contract."""

    read: str
    key: str
    field: str = "field"
    reason: str = "is not a number"
    raw: str = ""
    key_readable: bool = True
    row: int = 0


DEFAULTS: tuple[Record, ...] = (site("Main", default=True, site_id=1), customer())
PROOF = {"khaos.sales_orders": Proof.OVERLAP_ONLY, "khaos.order_lines": Proof.OVERLAP_ONLY}


@dataclass
class PlantedNight:
    """What the systems show one night, beside a default site "Main" and a customer "C1" of class Web.

    `certificates` overrides per read ("wair.stock"): verdict, proof, reasons, newest_change, control_units …; `None`
    says that the read was never taken. `asked` names the references that Khaos was asked for by name, and whether it
    knew them; by default those of all dispatches.
    """

    things: Sequence[Any] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    certificates: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    asked: Mapping[str, bool] | None = None
    defaults: Sequence[Record] = DEFAULTS
    night: Night | None = None

    @property
    def records(self) -> list[Record]:
        return [*self.defaults, *(t for t in flattened(self.things) if isinstance(t, Record))]

    @property
    def set_aside(self) -> list[SetAside]:
        return [t for t in flattened(self.things) if isinstance(t, SetAside)]

    def effective_settings(self) -> Settings:
        told = merged(SETTINGS, self.settings)
        if repr(told) not in _settings:
            _settings[repr(told)] = Settings.of_merchant(told)
        return _settings[repr(told)]

    def tables(self) -> dict[type[Record], list[Record]]:
        """Records by type; the references asked stand beside the orders."""
        found: dict[type[Record], list[Record]] = {}
        for record in self.records:
            found.setdefault(type(record), []).append(record)
        known = {o.associated_ref for o in found.get(khaos.SalesOrder, []) if isinstance(o, khaos.SalesOrder)}
        asked = self.asked
        if asked is None:
            parcels = [d.order_reference for d in found.get(wair.Dispatch, []) if isinstance(d, wair.Dispatch)]
            asked = {r: r in known for r in parcels}
        found[khaos.OrderAsked] = [khaos.OrderAsked(associated_ref=r, found=f) for r, f in asked.items()]
        return found


def flattened(things: Iterable[Any]) -> Iterable[Record | SetAside]:
    """Records and set-aside records out of lists in lists."""
    for thing in things:
        if isinstance(thing, Record | SetAside):
            yield thing
        else:
            yield from flattened(thing)


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with some keys replaced; tables are merged key by key."""
    result = dict(under)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = merged(result[key], value) if both else value
    return result


_settings: dict[str, Settings] = {}
_parquet: dict[tuple[type[Any], str], bytes] = {}
"""By the text of what they were made from: nights have much in common."""

Row = dict[str, Any]
STATES = ("open", "expected", "suppressed")


@dataclass
class Results:
    """The last night's rows as dictionaries."""

    rows: list[Row]
    control: list[Row]
    population: list[Row]
    whole: Results | None = None
    """Of which these are a part."""

    def about(self, *words: str) -> Results:
        """What is told of records whose key contains one of the words."""

        def mine(rows: list[Row]) -> list[Row]:
            return [r for r in rows if any(w in r["record_key"] for w in words)]

        return Results(mine(self.rows), self.control, mine(self.population), whole=self)

    def of(self, code: str, systems: str | None = None) -> list[Row]:
        return [r for r in self.rows if r["code"] == code and systems in (None, r["systems"])]

    def one(self, code: str, systems: str | None = None) -> Row:
        """The only exception of a code; fails with what was found instead."""
        found = self.of(code, systems)
        assert len(found) == 1, f"one {code} expected, found {len(found)}; all rows: {self.summary()}"
        return found[0]

    def state(self, code: str, systems: str | None = None) -> str | None:
        """The state of a code's only exception, None where it has none."""
        return self.one(code, systems)["state"] if self.of(code, systems) else None

    def summary(self) -> list[tuple[str, str, str, str]]:
        """(code, record key, scope, state), sorted."""
        return sorted((r["code"], r["record_key"], r["scope"], r["state"]) for r in self.rows)

    def open(self) -> list[tuple[str, str]]:
        """(code, record key) of what stands open, sorted."""
        return sorted((r["code"], r["record_key"]) for r in self.rows if r["state"] == "open")

    def explained_by(self, row: Row) -> str | None:
        """The code of the exception that explains a row."""
        every = (self.whole or self).rows
        return next((r["code"] for r in every if r["case_key"] == row["suppressed_by"]), None)

    def not_tested(self) -> dict[tuple[str, str], str]:
        return {(c["code"], c["systems"]): c["not_tested_reason"] for c in self.control if not c["tested"]}

    def compared(self, code: str) -> int:
        return sum(r["code"] == code for r in self.population)


def evaluate(folder: Path, *nights: PlantedNight, seed: int | None = None) -> Results:
    """Run the nights in their order (the last is 20 November 2026) and return the last one's results.

    `seed` shuffles the rows of every table, which must not change anything.
    """
    store = Store(folder)
    shuffle = None if seed is None else random.Random(seed)
    with prepare_memory() as db:
        results = Results([], [], [])
        for back, planted in zip(range(len(nights) - 1, -1, -1), nights, strict=True):
            night = planted.night or Night.of(NIGHT.date - timedelta(days=back))
            write_snapshots(store, night, planted, shuffle)
            settings = planted.effective_settings()
            build_in(db, settings, store, night)
            evaluate_in(db, settings, store, night)
            results = results_of(db)
            tie_out(results)
    return results


def write_snapshots(store: Store, night: Night, planted: PlantedNight, shuffle: random.Random | None = None) -> None:
    """Parquet, quarantine and certificate of every read of the night."""
    tables = planted.tables()
    enabled = planted.effective_settings().enabled_systems()
    for name, system in installed_systems().items():
        for read in system.reads if name in enabled else ():
            override = planted.certificates.get(f"{name}.{read.entity}", {})
            if override is None:
                continue
            folder = store.snapshot(name, read.entity, night.date)
            folder.mkdir(parents=True)
            rows: list[Record] = []
            for table, kind in read.tables.items():
                records = list(tables.get(kind, []))
                if shuffle:
                    shuffle.shuffle(records)
                if table == read.entity:
                    rows = records
                (folder / f"{table}.parquet").write_bytes(parquet(records, kind))
            quarantined = [
                _quarantined(q, n) for n, q in enumerate(planted.set_aside) if q.read == f"{name}.{read.entity}"
            ]
            (folder / "quarantine.parquet").write_bytes(parquet(quarantined, Quarantined))
            certificate = _certificate(name, read, night, rows, quarantined, override=override)
            (folder / "certificate.json").write_bytes(msgspec.json.encode(certificate))


def parquet(rows: Sequence[Any], kind: type[Any]) -> bytes:
    key = kind, repr(rows)
    if key not in _parquet:
        out = io.BytesIO()
        pq.write_table(to_arrow(rows, kind), out)
        _parquet[key] = out.getvalue()
    return _parquet[key]


def _quarantined(q: SetAside, number: int) -> Quarantined:
    return Quarantined(
        key=q.key,
        key_readable=q.key_readable,
        page=0,
        row=q.row or number,
        field=q.field,
        reason=q.reason,
        raw=q.raw,
    )


def _certificate(
    system: str,
    read: Read,
    night: Night,
    rows: list[Record],
    quarantined: list[Quarantined],
    *,
    override: Mapping[str, Any],
) -> Certificate:
    proof = PROOF.get(f"{system}.{read.entity}", Proof.KEYSET if system == "khaos" else Proof.TWO_PASS)
    newest = max((v for r in rows if (v := getattr(r, read.change_column or "", None))), default=None)
    text = "\n".join(sorted(repr(r) for r in rows))
    values: dict[str, Any] = {
        "verdict": Verdict.COMPLETE_WITH_QUARANTINE if quarantined else Verdict.COMPLETE,
        "proof": proof if all(q.key_readable for q in quarantined) else Proof.OVERLAP_ONLY,
        "reasons": [],
        "newest_change": newest.isoformat() if newest else None,
        "control_units": _total(rows, read.units_column),
        "control_value": _total(rows, read.value_column),
        "rows": len(rows),
    }
    values |= override
    if values["verdict"] == Verdict.INCOMPLETE and not values["reasons"]:
        values["reasons"] = [Reason(fault="lost_rows", detail="a page was lost")]
    return Certificate(
        system=system,
        entity=read.entity,
        night=str(night),
        attempt=1,
        remarks=[],
        snapshot=hashlib.sha256(f"{system}/{read.entity}\n{text}".encode()).hexdigest(),
        started_at=datetime(2026, 11, 20, tzinfo=UTC).isoformat(),
        finished_at=datetime(2026, 11, 20, tzinfo=UTC).isoformat(),
        requests=1,
        pages=[],
        distinct_keys=len(rows),
        quarantined=len(quarantined),
        quarantined_keys=[q.key for q in quarantined],
        key_set_hash="",
        clock_offset_ms=None,
        end_recognised_by="",
        rereads=0,
        account_start=None,
        account_end=None,
        **values,
    )


def _total(rows: list[Record], column: str | None) -> str | None:
    if column is None:
        return None
    return str(sum((getattr(r, column) or Decimal(0) for r in rows), Decimal(0)))


def results_of(db: duckdb.DuckDBPyConnection) -> Results:
    def rows(sql: str) -> list[Row]:
        return db.sql(sql).to_arrow_table().to_pylist()

    tonight = "WHERE night = getvariable('night')"
    return Results(
        rows(f"SELECT * FROM exception {tonight} ORDER BY code, systems, record_key, scope, field"),
        rows(f"SELECT * FROM control_code {tonight} ORDER BY code, systems"),
        rows("SELECT * FROM population ORDER BY ALL"),
    )


def tie_out(found: Results) -> None:
    """What holds for every night, whatever was planted: both statements agree to the row, and states make sense."""

    by_field = {r["code"] for r in found.population if r["field"]}

    def things(rows: Iterable[Row]) -> list[tuple[str, str, str, str, str]]:
        """A code whose population names a field has an exception for each."""
        keys = ((r["code"], r["systems"], r["record_key"], r["scope"], r["field"]) for r in rows)
        return sorted((*k[:4], k[4] if k[0] in by_field else "") for k in keys)

    looked_at = things(found.population)
    assert len(looked_at) == len(set(looked_at)), "the population has a thing twice"
    assert all(r["holds"] is not None for r in found.population), "a rule that neither holds nor fails"
    failing = things(r for r in found.population if not r["holds"])
    assert failing == things(found.rows), f"population {failing} is not the exceptions {things(found.rows)}"
    for control in found.control:
        code, systems = control["code"], control["systems"]
        told = [r["state"] for r in found.of(code, systems)]
        assert [control[state] for state in STATES] == [told.count(state) for state in STATES], control
        held = [r["holds"] for r in found.population if (r["code"], r["systems"]) == (code, systems)]
        assert (control["compared"], control["matched"]) == (len(held), held.count(True)), control
    by_case = {r["case_key"]: r for r in found.rows}
    assert len(by_case) == len(found.rows), "two exceptions are one case"
    for row in found.rows:
        assert row["state"] in STATES
        if row["state"] == "open":
            assert row["suppressed_by"] is None, row
        if row["suppressed_by"] is not None:
            root = by_case[row["suppressed_by"]]
            assert root["suppressed_by"] is None, "the end of a chain is explained by nothing"
            assert root["state"] == ("open" if row["state"] == "suppressed" else "expected"), (row, root)
        assert row["state"] != "suppressed" or row["suppressed_by"], row
        assert row["amount"] == row["amount_gbp"]
        assert row["observed_at"] is None or row["observed_at"].tzinfo is not None
