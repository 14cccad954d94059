"""FEED-05 and FEED-06: a sync that is behind, and one that stopped part of the way.

Decided: FEED-06 is told for 21 neighbours in key order, all of which differ (PIM-02) or are absent (SKU-03); goods next
to them are left alone, so that the run ends where it ends. The goods are set aside first and made to differ last, and
only where so little else differs that the run stands out. FEED-05 counts open rows; members of a FEED-06 are not among
them.
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

RUN, BESIDE = 21, 6
_SCARCE = 65
"""So many records are compared for each other one that differs: less than 2 % do, whoever counts."""


_LEAST = 250


@dataclass(frozen=True)
class Run:
    """Neighbours in key order that one system is not to have, or to have wrong."""

    code: str
    systems: str
    entity: str
    pim: str
    items: list[Item]
    among: int
    """How many records are compared."""


@plants_in("FEED-06", PIMS, usual=2, order=0)
def stopped_part_of_the_way(field: Field, pim: str, n: int) -> None:
    """Descriptions that never reached Khaos; goods that never reached the PIM."""
    if n > 2 and "FEED-06" in field.wished:
        raise NotEnoughError(f"two runs in {pim}: one of each kind")
    among = len(_compared(field.world, pim))
    if among < _LEAST:
        raise NotEnoughError(f"{_LEAST} goods in {pim} among which a run could stand out")
    for code in ("PIM-02", "SKU-03")[:n]:
        if code == "PIM-02":
            run = _neighbours(field, pim, lambda x: listed_in(pim)(field, x))
            field.runs.append(Run(code, f"{pim}>khaos", "khaos/stock_items", pim, run, among))
        else:
            packed = {c for x in field.world.items for c, kind, _ in x.links if kind == PACKED}
            run = _neighbours(field, pim, lambda x, p=packed: x not in p and _stands_alone(x, pim))
            field.runs.append(Run(code, f"khaos>{pim}", f"{pim}/products", pim, run, among))


def _stands_alone(item: Item, pim: str) -> bool:
    """Nothing hangs under it."""
    return item.kind is not Kind.STYLE_PARENT and is_live(item, pim)


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


def make_runs(field: Field) -> None:
    """Last of all, since it depends on how much else differs."""
    for run in field.runs:
        others = (len({x.record_key for x in lines if _is_like(x, run)}) for lines in field.truth.lines.values())
        if max(others, default=0) * _SCARCE >= run.among - len(run.items):
            if "FEED-06" in field.wished:
                raise NotEnoughError(f"a run of {len(run.items)} does not stand out among {run.among} in {run.pim}")
            continue
        for item in run.items:
            if run.code == "PIM-02":
                differ_in(field, item.listings[run.pim], ["long_description"], field.nights[0] - timedelta(hours=31))
            else:
                unlist(field.world, item, run.pim)
        for night in field.always():
            _tell(field, run, night)


def _tell(field: Field, run: Run, night: int) -> None:
    figures, scope = field.figures[night], f"{run.items[0].code}..{run.items[-1].code}"
    amount = None
    if run.code == "SKU-03":
        amount = to_penny(sum((Fraction(figures.sellable(i)) * price(i) for i in run.items), Fraction(0)))
    field.truth.exception(
        [night],
        "FEED-06",
        run.systems,
        run.entity,
        scope=scope,
        amount=amount,
        note=f"{len(run.items)} neighbours, {run.code}",
        again=night > 0,
    )
    for item in run.items:
        field.truth.decoy([night], run.code, run.systems, item.code, note="FEED-06 explains it")


def _is_like(line: TruthLine, run: Run) -> bool:
    return line.kind == "exception" and line.code == run.code and line.systems == run.systems


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
