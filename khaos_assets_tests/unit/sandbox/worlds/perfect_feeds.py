"""FEED-05 and FEED-06: what many differences together say. Asked after every other code of the night."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from khaos_assets_tests.unit.sandbox.worlds.perfect_money import penny

if TYPE_CHECKING:
    from khaos_assets_tests.unit.sandbox.worlds.perfect import Night

CLASSES = {
    "stock": {"STK-01", "STK-02", "STK-04", "STK-05", "STK-07"},
    "price": {"FIN-07", "FIN-08"},
    "description": {"PIM-02"},
    "order": {"ORD-01", "ORD-09", "ORD-12"},
}
ENTITY = {"PIM-02": "khaos/stock_items", "STK-01": "khaos/stock_levels"}
KIND = {"STK-07": "STK-01"}
"""Both say that Khaos's figure lags behind WAIR's; each other code stands for itself."""


def feed_codes(night: Night) -> None:
    _partial_syncs(night)
    _backlogs(night)


def _partial_syncs(night: Night) -> None:
    """In key order at least 20 records of which 90 % differ, outside of them fewer than 2 %."""
    told: dict[tuple[str, ...], list[tuple[str, ...]]] = defaultdict(list)
    for key in night.open():
        told[(KIND.get(key[0], key[0]), *key[1:3])].append(key)
    for (code, systems), compared in night.compared.items():
        keys = sorted(compared)
        differ = [n for n, k in enumerate(keys) if (code, systems, k) in told]
        run = _longest(differ)
        if run is None:
            continue
        first, last = run
        inside = [keys[n] for n in differ if first <= n <= last]
        outside = len(keys) - (last - first + 1)
        if (len(differ) - len(inside)) * 50 >= outside:
            continue
        members = [night.found[key] for k in inside for key in told[(code, systems, k)]]
        total = sum((penny(m.amount) for m in members if m.amount is not None), Fraction(0))
        entity = ENTITY.get(code, f"{systems.split('>')[1]}/products")
        for member in members:
            member.state = "suppressed"
        night.put("FEED-06", systems, entity, f"{keys[first]}..{keys[last]}", amount=total)


def _longest(differ: list[int]) -> tuple[int, int] | None:
    best: tuple[int, int] | None = None
    for i, first in enumerate(differ):
        for j in range(len(differ) - 1, i, -1):
            length = differ[j] - first + 1
            if length < 20 or (best is not None and length <= best[1] - best[0] + 1):
                break
            if (j - i + 1) * 10 >= length * 9:
                best = (first, differ[j])
                break
    return best


def _backlogs(night: Night) -> None:
    tolerances = night.merchant.get("tolerances", {})
    waiting: dict[tuple[str, str], dict[tuple[str, str], timedelta]] = defaultdict(dict)
    for key, found in night.open().items():
        for name, codes in CLASSES.items():
            if key[0] in codes:
                record, of_sync = (key[2], key[3]), waiting[(key[1], name)]
                of_sync[record] = max(found.age, of_sync.get(record, timedelta(0)))
    for (systems, name), ages in waiting.items():
        hours = tolerances.get("backlog_hours", {}).get(name)
        late = hours is not None and max(ages.values()) > timedelta(hours=int(hours))
        if late or len(ages) > tolerances.get("backlog_records", 100):
            night.put("FEED-05", systems, f"{systems}/{name}")
