"""What the ledger says of a period, as sheets: what stands, how old it is, how it moved, what was accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from khaos_assets.cases.accepted import Accepted
from khaos_assets.cases.movement import IN, OUT, Movement
from khaos_assets.cases.worklist import BUCKETS, OLDEST, WorkList
from khaos_assets.close.sheets import Sheet

GBP = pa.decimal128(38, 2)
TEXT, COUNT, DAY, INSTANT = pa.string(), pa.int64(), pa.date32(), pa.timestamp("us", tz="UTC")


def case_sheets(work: WorkList, movement: Movement, accepted: Sequence[Accepted]) -> dict[str, Sheet]:
    """Movement, ageing, open cases and accepted ones, by name."""
    found = (_movement(movement), _ageing(work), _accepted(accepted), _open(work))
    return {sheet.name: sheet for sheet in found}


def _open(work: WorkList) -> Sheet:
    columns = {
        "owner": TEXT, "code": TEXT, "systems": TEXT, "record": TEXT, "scope": TEXT, "field": TEXT, "severity": TEXT,
        "amount_gbp": GBP, "basis": TEXT, "side": TEXT, "since": DAY, "days": COUNT, "late": pa.bool_(), "case": TEXT,
    }  # fmt: skip
    rows = [
        (i.owner, i.code, i.systems, i.record_key, i.scope, i.field, i.severity, i.amount_gbp, i.basis.value, i.side,
         i.since, i.days, i.late, i.case_key)
        for i in work.items
    ]  # fmt: skip
    about = "every case that stood when the period was closed. A case that stands over several periods is in each."
    totals = {"amount_gbp": sum((i.amount_gbp or Decimal(0) for i in work.items), Decimal("0.00"))}
    return Sheet("open_cases", "Open cases", about, _table(columns, rows), totals)


def _ageing(work: WorkList) -> Sheet:
    buckets = [*(name for name, _ in BUCKETS), OLDEST]
    parts = {bucket: bucket.replace(" ", "_") for bucket in buckets}
    columns: dict[str, pa.DataType] = {"owner": TEXT, "basis": TEXT, "side": TEXT}
    columns |= {f"{part}_cases": COUNT for part in parts.values()} | {f"{part}_gbp": GBP for part in parts.values()}
    rows = [
        (a.owner, a.basis.value, a.side, *(a.cases[b] for b in buckets), *(a.gbp[b] for b in buckets))
        for a in work.ageing()
    ]
    totals: dict[str, Decimal | int] = {}
    for bucket, part in parts.items():
        mine = [i for i in work.items if i.bucket == bucket]
        totals[f"{part}_cases"] = len(mine)
        totals[f"{part}_gbp"] = sum((abs(i.amount_gbp or Decimal(0)) for i in mine), Decimal("0.00"))
    about = "how long what stands has stood, in cases and pounds without sign, by owner and basis."
    return Sheet("ageing", "Ageing", about, _table(columns, rows), totals)


def _movement(movement: Movement) -> Sheet:
    flows = ["brought_forward", *IN, *OUT, "carried_forward"]
    names = {flow: flow.replace(" ", "_") for flow in flows}
    columns: dict[str, pa.DataType] = {"basis": TEXT, "side": TEXT}
    columns |= {f"{name}_cases": COUNT for name in names.values()} | {f"{name}_gbp": GBP for name in names.values()}
    rows: list[tuple[Any, ...]] = []
    totals: dict[str, Decimal | int] = dict.fromkeys([n for n in columns if n not in ("basis", "side")], 0)
    for line in movement.lines:
        found = line.all_flows()
        rows.append(
            (line.basis.value, line.side, *(found[f].cases for f in flows), *(found[f].gbp for f in flows))
        )  # fmt: skip
        for flow, name in names.items():
            totals[f"{name}_cases"] += found[flow].cases
            totals[f"{name}_gbp"] += found[flow].gbp
    about = "brought forward + new + reopened − what left = carried forward, in cases and pounds without sign."
    return Sheet("movement", "Movement", about, _table(columns, rows), totals)


def _accepted(accepted: Sequence[Accepted]) -> Sheet:
    columns = {
        "code": TEXT, "systems": TEXT, "record": TEXT, "scope": TEXT, "owner": TEXT, "amount_gbp": GBP, "basis": TEXT,
        "accepted_by": TEXT, "proposed_by": TEXT, "reason": TEXT, "note": TEXT, "accepted_at": INSTANT, "until": DAY,
        "case": TEXT,
    }  # fmt: skip
    rows = [
        (a.code, a.systems, a.record_key, a.scope, a.owner, a.amount_gbp, a.basis.value, a.by, a.proposed_by, a.reason,
         a.note, a.at, a.until, a.case_key)
        for a in accepted
    ]  # fmt: skip
    totals = {"amount_gbp": sum((a.amount_gbp or Decimal(0) for a in accepted), Decimal("0.00"))}
    about = "differences that somebody lives with, until when and at what value."
    return Sheet("accepted", "Accepted", about, _table(columns, rows), totals)


def _table(columns: Mapping[str, pa.DataType], rows: Sequence[Sequence[Any]]) -> pa.Table:
    values = list(zip(*rows, strict=True)) or [() for _ in columns]
    return pa.table({n: pa.array(v, kind) for (n, kind), v in zip(columns.items(), values, strict=True)})
