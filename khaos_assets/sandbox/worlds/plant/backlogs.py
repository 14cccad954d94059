"""FEED-05: a sync that is behind, because one record waits too long or because too many wait.

Decided: counted are the records of open rows; members of a FEED-06 are not among them. Too many wait where the merchant
allows fewer than do: how many he allows follows from what else is planted, so that the busiest syncs are over it.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from khaos_assets.sandbox.worlds.model import PIMS
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError
from khaos_assets.sandbox.worlds.plant.listed import listed_in
from khaos_assets.sandbox.worlds.plant.product_data import differ_in
from khaos_assets.sandbox.worlds.plant.registry import plants, plants_in
from khaos_assets.sandbox.worlds.sections import BACKLOG_RECORDS, oldest_description

_BACKLOG = 6
"""Fewer records that wait are no backlog in any merchant's eyes."""
_CLASSES = {
    "stock": {"STK-01", "STK-02", "STK-04", "STK-05", "STK-07"},
    "price": {"FIN-07", "FIN-08"},
    "description": {"PIM-02"},
    "order": {"ORD-01", "ORD-09", "ORD-12"},
}
Sync = tuple[str, str]
"""Systems and class."""


@plants_in("FEED-05", PIMS, usual=1, nights=2, order=4)
def one_waits_too_long(field: Field, pim: str, n: int) -> None:
    """A description that changed longer ago than a description may wait."""
    if n > 1 and "FEED-05" in field.wished:
        raise NotEnoughError(f"one backlog of descriptions in {pim}")
    item = field.item(listed_in(pim))
    since = field.nights[0] - oldest_description(len(field.nights)) - timedelta(hours=7)
    differ_in(field, item.listings[pim], ["description"], since)
    pair = f"{pim}>khaos"
    field.truth.exception(field.always(), "PIM-02", pair, item.code, field="description", note="changed long ago")
    field.truth.exception(
        field.always(), "FEED-05", pair, f"{pair}/description", note=f"the oldest has waited since {since:%Y-%m-%d}"
    )


@plants("FEED-05", usual=4, needs=())
def too_many_wait(field: Field, n: int) -> None:
    """As many syncs, the busiest, have more records waiting than the merchant allows: chosen when all is planted."""
    field.backlogs = n


def allow_backlogs(field: Field) -> None:
    """Last of all: how many records may wait. Where no number alone is to be a backlog, as many as do on the worst
    night."""
    waiting: dict[int, dict[Sync, set[tuple[str, str]]]] = defaultdict(lambda: defaultdict(set))
    for night, lines in field.truth.lines.items():
        for line in lines:
            for name, codes in _CLASSES.items():
                if line.kind == "exception" and line.code in codes:
                    waiting[night][(line.systems, name)].add((line.record_key, line.scope))
    most: dict[Sync, int] = defaultdict(int)
    for syncs in waiting.values():
        for sync, records in syncs.items():
            most[sync] = max(most[sync], len(records))
    busy = sorted((n for n in most.values() if n >= _BACKLOG), reverse=True)[: field.backlogs]
    if len(busy) < field.backlogs and "FEED-05" in field.wished:
        raise NotEnoughError(f"{field.backlogs} syncs for which {_BACKLOG} records wait")
    if not busy:
        field.world.backlog_records = max([BACKLOG_RECORDS, *most.values()])
        return
    field.world.backlog_records = busy[-1] - 1
    told: set[Sync] = set()
    for night in sorted(waiting):
        for sync, records in sorted(waiting[night].items()):
            if len(records) >= busy[-1]:
                _tell(field, night, sync, len(records), again=sync in told)
                told.add(sync)


def _tell(field: Field, night: int, sync: Sync, records: int, *, again: bool) -> None:
    systems, name = sync
    key = f"{systems}/{name}"
    if not any(x.code == "FEED-05" and x.record_key == key for x in field.truth.lines[night]):
        field.truth.exception([night], "FEED-05", systems, key, note=f"{records} records wait", again=again)
