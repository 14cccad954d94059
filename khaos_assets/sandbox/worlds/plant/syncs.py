"""FEED-05 and FEED-06: a sync that is behind, and one that stopped part of the way.

Decided: FEED-06 is told for 22 neighbours in key order, all of which differ (PIM-02) or are absent (SKU-03); goods next
to them are left alone, so that the run ends where it ends. Where so much else differs that the run is no exception from
the rule, its members are told one by one. FEED-05 counts open rows; the members of a FEED-06 are not among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from khaos_assets.sandbox.worlds.amounts import price, to_penny
from khaos_assets.sandbox.worlds.listings import unlist
from khaos_assets.sandbox.worlds.model import PIMS, Item, Kind, World
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError
from khaos_assets.sandbox.worlds.plant.listed import is_live, listed_in
from khaos_assets.sandbox.worlds.plant.product_data import differ_in
from khaos_assets.sandbox.worlds.plant.registry import plants_in
from khaos_assets.sandbox.worlds.positions import PACKED
from khaos_assets.sandbox.worlds.sections import BACKLOG_RECORDS, oldest_description
from khaos_assets.sandbox.worlds.truth import TruthLine

RUN, BESIDE = 22, 6
_SCARCE = 50
"""In a world with so few goods for each differing one, a run is no exception."""


@dataclass(frozen=True)
class Run:
    """Neighbours in key order that one system has not got, or has got wrong."""

    code: str
    systems: str
    entity: str
    items: list[Item]
    among: int
    """How many records are compared."""


@plants_in("FEED-06", PIMS, usual=2, order=0)
def stopped_part_of_the_way(field: Field, pim: str, n: int) -> None:
    """Descriptions that never reached Khaos; goods that never reached the PIM."""
    if n > 2 and "FEED-06" in field.wished:
        raise NotEnoughError(f"two runs in {pim}: one of each kind")
    for make in (_not_copied, _not_sent)[:n]:
        field.runs.append(make(field, pim))


def _not_copied(field: Field, pim: str) -> Run:
    """Descriptions that never reached Khaos."""
    run = _neighbours(field, pim, lambda x: listed_in(pim)(field, x))
    for item in run:
        differ_in(field, item.listings[pim], ["long_description"], field.nights[0] - timedelta(hours=31))
    return Run("PIM-02", f"{pim}>khaos", "khaos/stock_items", run, len(_compared(field.world, pim)))


def _not_sent(field: Field, pim: str) -> Run:
    """Goods that never reached the PIM."""
    packed = {c for x in field.world.items for c, kind, _ in x.links if kind == PACKED}
    run = _neighbours(field, pim, lambda x: x.kind is Kind.SIMPLE and x not in packed and is_live(x, pim))
    among = len(_compared(field.world, pim))
    for item in run:
        unlist(field.world, item, pim)
    return Run("SKU-03", f"khaos>{pim}", f"{pim}/products", run, among)


def _compared(world: World, pim: str) -> list[Item]:
    """By key: what Khaos and the PIM both know."""
    known = (i for i in world.items if pim in i.listings and i.listings[pim].sku == i.code)
    return sorted(known, key=lambda i: i.code)


def _neighbours(field: Field, pim: str, wanted: Callable[[Item], bool]) -> list[Item]:
    """The first unused run, somewhere; those beside it are used up as well."""
    rows = _compared(field.world, pim)
    width = RUN + 2 * BESIDE
    places = list(range(max(len(rows) - width, 0)))
    field.rng.shuffle(places)
    for start in places:
        block = rows[start : start + width]
        run = block[BESIDE:-BESIDE]
        if all(field.is_unused(i) for i in block) and all(wanted(i) for i in run):
            field.use(*block)
            return run
    raise NotEnoughError(f"{RUN} unused neighbours in {pim}")


def tell_runs(field: Field) -> None:
    """Last of all: whether a run stands out depends on how much else differs."""
    for run in field.runs:
        for night in field.always():
            _tell(field, run, night)


def _tell(field: Field, run: Run, night: int) -> None:
    others = {x.record_key for x in field.truth.lines.get(night, []) if _is_like(x, run)}
    stands_out = len(others) * _SCARCE < run.among - len(run.items)
    amounts = [_amount(field, run, item, night) for item in run.items]
    kind, entity = run.systems, run.entity
    if stands_out:
        total = None if run.code == "PIM-02" else to_penny(sum(amounts, Fraction(0)))
        scope = f"{run.items[0].code}..{run.items[-1].code}"
        note = f"{len(run.items)} neighbours, {run.code}"
        field.truth.exception([night], "FEED-06", kind, entity, scope=scope, amount=total, note=note, again=night > 0)
        for item in run.items:
            field.truth.decoy([night], run.code, kind, item.code, note="FEED-06 explains it")
        return
    name = "long_description" if run.code == "PIM-02" else None
    for item, amount in zip(run.items, amounts, strict=True):
        told = to_penny(amount) if run.code == "SKU-03" else None
        note = "one of many that differ"
        field.truth.exception([night], run.code, kind, item.code, field=name, amount=told, note=note, again=night > 0)


def _is_like(line: TruthLine, run: Run) -> bool:
    return line.kind == "exception" and line.code == run.code and line.systems == run.systems


def _amount(field: Field, run: Run, item: Item, night: int) -> Fraction:
    return Fraction(field.figures[night].sellable(item)) * price(item) if run.code == "SKU-03" else Fraction(0)


@plants_in("FEED-05", PIMS, usual=1, nights=2, order=4)
def behind(field: Field, pim: str, n: int) -> None:
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


_CLASSES = {
    "stock": {"STK-01", "STK-02", "STK-04", "STK-05", "STK-07"},
    "price": {"FIN-07", "FIN-08"},
    "description": {"PIM-02"},
    "order": {"ORD-01", "ORD-09", "ORD-12"},
}


def allow_backlogs(field: Field) -> None:
    """Last of all: as many records may wait as do on the worst night, so that no number alone is a backlog."""
    counts: Counter[tuple[int, str, str]] = Counter()
    for night, lines in field.truth.lines.items():
        for line in lines:
            for name, codes in _CLASSES.items():
                if line.kind == "exception" and line.code in codes:
                    counts[(night, line.systems, name)] += 1
    field.world.backlog_records = max([BACKLOG_RECORDS, *counts.values()])
