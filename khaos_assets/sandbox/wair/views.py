"""Fault switches that change rows: what each entity shows while they are on. The world itself stays as it is.

Every such switch takes `keys` (source keys, joined by "/") or `rows` (how many, from the first; 1 unless said), and
`nights`. A function here gets the rows in key order and returns what is shown instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from khaos_assets.sandbox.wair.tables import DISPATCHES, STOCK, Record, Row, Shape, instant, sortable
from khaos_assets.sandbox.world import WorldState

Parameters = dict[str, Any]
Change = Callable[[Shape, Sequence[Row], Parameters, WorldState], list[Row]]
Edit = Callable[[Record, Parameters, WorldState], list[Record]]

QUANTITIES = ("onHand", "allocated", "available", "quantity", "quantityShipped", "quantityReceived")
ZONED = re.compile(rb'("\d{4}-\d\d-\d\dT[\d:.]+)Z"')


def chosen(rows: Sequence[Row], parameters: Parameters, default: int | None = 1) -> set[tuple[str, ...]]:
    """The keys that a switch means; `default` None = all rows."""
    if (keys := parameters.get("keys")) is not None:
        wanted = set(keys)
        return {r.key for r in rows if "/".join(r.key) in wanted}
    number = parameters.get("rows", default)
    return {r.key for r in (rows if number is None else rows[:number])}


def _rewriting(edit: Edit, default: int | None = 1) -> Change:
    """A switch that replaces each chosen record by others (usually by itself, changed)."""

    def change(shape: Shape, rows: Sequence[Row], parameters: Parameters, world: WorldState) -> list[Row]:
        keys = chosen(rows, parameters, default)
        shown: list[Row] = []
        for row in rows:
            if row.key in keys:
                shown += (shape.row(r) for r in edit(row.record(), parameters, world))
            else:
                shown.append(row)
        return shape.order(shown)

    return change


def _lost(_: Shape, rows: Sequence[Row], parameters: Parameters, __: WorldState) -> list[Row]:
    keys = chosen(rows, parameters)
    return [r for r in rows if r.key not in keys]


def _late_commit(_: Shape, rows: Sequence[Row], parameters: Parameters, world: WorldState) -> list[Row]:
    """Hidden until a night (without one: in the first night); then it is there, with its old change time."""
    until = parameters.get("until")
    shown = world.at > 0 if until is None else world.night.isoformat() >= until
    return list(rows) if shown else _lost(_, rows, parameters, world)


def _empty(_: Shape, __: Sequence[Row], ___: Parameters, ____: WorldState) -> list[Row]:
    return []


def _naive(_: Shape, rows: Sequence[Row], parameters: Parameters, __: WorldState) -> list[Row]:
    keys = chosen(rows, parameters, None)
    return [Row(r.key, r.changed, ZONED.sub(rb'\1"', r.line)) if r.key in keys else r for r in rows]


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value))


def _mismatch(record: Record, parameters: Parameters, _: WorldState) -> list[Record]:
    free = _decimal(record["onHand"]) - _decimal(record["allocated"])
    return [record | {"available": free + _decimal(parameters.get("by", 1))}]


def _negative(record: Record, parameters: Parameters, _: WorldState) -> list[Record]:
    on_hand = _decimal(parameters.get("on_hand", -1))
    return [record | {"onHand": on_hand, "available": on_hand - _decimal(record["allocated"])}]


def _zero(record: Record, _: Parameters, __: WorldState) -> list[Record]:
    return [record | {"onHand": 0, "allocated": 0, "available": 0}]


def _stale(record: Record, parameters: Parameters, world: WorldState) -> list[Record]:
    """No change time is later than some hours before the as-of, as if the feed had stood still since."""
    latest = instant(world.as_of - timedelta(hours=parameters.get("hours", 48)))
    is_later = sortable(str(record.get("updatedAt", ""))) > sortable(latest)
    return [record | {"updatedAt": latest} if is_later else record]


def _as_text(record: Record, _: Parameters, __: WorldState) -> list[Record]:
    def spelled(part: Record) -> Record:
        return part | {q: f"{_decimal(part[q]):.5f}" for q in QUANTITIES if q in part}

    lines = {"lines": [spelled(line) for line in record["lines"]]} if "lines" in record else {}
    return [spelled(record) | lines]


def _changed(record: Record, world: WorldState, since: Any, fields: Record) -> Record:
    """The record with other content, changed half an hour before that night's as-of (else the current one's)."""
    as_of = next((n.as_of for n in world.nights if n.date.isoformat() == since), world.as_of)
    return record | fields | {"updatedAt": instant(as_of - timedelta(minutes=30))}


def _tracking_late(record: Record, parameters: Parameters, world: WorldState) -> list[Record]:
    until = parameters.get("until")
    if until is not None and world.night.isoformat() >= until:
        return [_changed(record, world, until, {})]
    return [record | {"trackingNumber": None}]


def _tracking_changed(record: Record, parameters: Parameters, world: WorldState) -> list[Record]:
    since = parameters.get("since", "")
    if world.night.isoformat() < since:
        return [record]
    return [_changed(record, world, since, {"trackingNumber": parameters.get("number", "CHANGED-1")})]


def _void(record: Record, parameters: Parameters, world: WorldState) -> list[Record]:
    since = parameters.get("since", "")
    return [record] if world.night.isoformat() < since else [_changed(record, world, since, {"lines": []})]


def _duplicate(record: Record, _: Parameters, __: WorldState) -> list[Record]:
    return [record, record | {"dispatchId": f"{record['dispatchId']}-2"}]


def _unknown(field: str, name: str) -> Edit:
    """A dispatch is changed; of a stock row or transfer another is added, since its own must not vanish."""

    def edit(record: Record, parameters: Parameters, _: WorldState) -> list[Record]:
        value = parameters.get("value", name)
        if field == "skuId" and record.get("lines"):
            first, *rest = record["lines"]
            return [record | {"lines": [first | {"skuId": value}, *rest]}]
        other = record | {field: value}
        return [other] if "dispatchId" in record else [record, other]

    return edit


ROW_SWITCHES: dict[str, tuple[Shape | None, Change]] = {
    "lost_row": (None, _lost),
    "late_commit": (None, _late_commit),
    "empty_stock": (STOCK, _empty),
    "available_mismatch": (STOCK, _rewriting(_mismatch)),
    "negative_stock": (STOCK, _rewriting(_negative)),
    "zero_stock": (STOCK, _rewriting(_zero)),
    "stale_feed": (None, _rewriting(_stale, None)),
    "tracking_late": (DISPATCHES, _rewriting(_tracking_late)),
    "tracking_changed": (DISPATCHES, _rewriting(_tracking_changed)),
    "duplicate_dispatch": (DISPATCHES, _rewriting(_duplicate)),
    "void_dispatch": (DISPATCHES, _rewriting(_void)),
    "unknown_carrier": (DISPATCHES, _rewriting(_unknown("carrierService", "UNKNOWN-CARRIER"))),
    "unknown_order": (DISPATCHES, _rewriting(_unknown("orderReference", "UNKNOWN-ORDER"))),
    "unknown_sku": (None, _rewriting(_unknown("skuId", "UNKNOWN-SKU"))),
    "unknown_location": (None, _rewriting(_unknown("locationId", "UNKNOWN-LOCATION"))),
    "decimal_as_text": (None, _rewriting(_as_text, None)),
    "naive_times": (None, _naive),
}
"""Switch → the one entity it concerns (None: the one named by `entity`, stock unless said) and what it does."""


def concerns(switch: str, parameters: Parameters, shape: Shape) -> bool:
    """Whether a switch with these parameters is about this entity."""
    if "path" in parameters:
        return parameters["path"] == f"/api/v1/{shape.resource}"
    own = ROW_SWITCHES[switch][0]
    every = switch in ("naive_times", "decimal_as_text")
    wanted = own.entity if own else parameters.get("entity", shape.entity if every else STOCK.entity)
    return shape.entity in wanted if isinstance(wanted, list) else wanted == shape.entity


def moved(row: Row, shape: Shape, at: datetime) -> Row:
    """The same row, changed at another instant."""
    return shape.row(row.record() | {"updatedAt": instant(at.astimezone(UTC))})
