"""FEED-06: a sync that stopped part of the way.

Decided: it is told for 21 neighbours in key order, all of which differ (PIM-02, STK-01) or are absent (SKU-03); goods
next to them are left alone, so that the run ends where it ends. The goods are set aside first and made to differ last,
and only where so little else differs that the run stands out. Its amount is the sum of its members' as they are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from khaos_assets.sandbox.worlds.listings import unlist
from khaos_assets.sandbox.worlds.model import PIMS, Item, Kind
from khaos_assets.sandbox.worlds.plant.choices import steady_item
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError
from khaos_assets.sandbox.worlds.plant.listed import is_live, listed_in
from khaos_assets.sandbox.worlds.plant.product_data import differ_in
from khaos_assets.sandbox.worlds.plant.registry import plants, plants_in
from khaos_assets.sandbox.worlds.plant.stock import at_cost, at_price, unlike_open_units
from khaos_assets.sandbox.worlds.positions import PACKED
from khaos_assets.sandbox.worlds.truth import TruthLine

RUN, BESIDE = 21, 6
_SCARCE = 65
"""So many records are compared for each other one that differs: less than 2 % do, whoever counts."""
_LEAST = 250
_ALIKE = {"STK-01": {"STK-01", "STK-07"}}
"""Codes that say of one record that it lags behind, told together."""


@dataclass(frozen=True)
class Run:
    """Neighbours in key order that one system is not to have, or to have wrong."""

    code: str
    systems: str
    entity: str
    other: str
    items: list[Item]
    among: int
    """How many records are compared."""
    site: str = ""


@plants_in("FEED-06", PIMS, usual=2, order=0)
def stopped_part_of_the_way(field: Field, pim: str, n: int) -> None:
    """Descriptions that never reached Khaos; goods that never reached the PIM."""
    if n > 2 and "FEED-06" in field.wished:
        raise NotEnoughError(f"two runs in {pim}: one of each kind")
    rows = _by_key(i for i in field.world.items if pim in i.listings and i.listings[pim].sku == i.code)
    for code in ("PIM-02", "SKU-03")[:n]:
        if code == "PIM-02":
            run = _neighbours(field, rows, pim, lambda x: listed_in(pim)(field, x))
            field.runs.append(Run(code, f"{pim}>khaos", "khaos/stock_items", pim, run, len(rows)))
        else:
            packed = {c for x in field.world.items for c, kind, _ in x.links if kind == PACKED}
            run = _neighbours(field, rows, pim, lambda x, p=packed: x not in p and _stands_alone(field, x, pim))
            # A pack is worth what its parts allow
            field.use(*(part for x in run for part in _parts(x)))
            field.runs.append(Run(code, f"khaos>{pim}", f"{pim}/products", pim, run, len(rows)))


@plants("FEED-06", usual=1, order=0)
def stock_stopped_part_of_the_way(field: Field, n: int) -> None:
    """Goods that WAIR received at one site and that Khaos was never told of."""
    if n > 1 and "FEED-06" in field.wished:
        raise NotEnoughError("one run of stock in WAIR")
    rows = _by_key(i for i in field.world.items if i.stocked)
    run = _neighbours(field, rows, "wair", lambda x: steady_item(field, x) and x not in field.world.case_pairs)
    among = sum(i.wair is not None and i.wair.active and not field.is_back_ordered(i) for i in rows)
    field.runs.append(Run("STK-01", "wair>khaos", "khaos/stock_levels", "wair", run, among, field.site(0)))


def _stands_alone(field: Field, item: Item, pim: str) -> bool:
    """Nothing hangs under it, and nothing else was planted on what it is made of."""
    return item.kind is not Kind.STYLE_PARENT and is_live(item, pim) and all(map(field.is_unused, _parts(item)))


def _parts(item: Item) -> list[Item]:
    """What is in a pack."""
    return [part for part, kind, _ in item.links if kind == PACKED]


def _by_key(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=lambda i: i.code)


def _neighbours(field: Field, rows: list[Item], other: str, wanted: Callable[[Item], bool]) -> list[Item]:
    """The first unused run, somewhere; those beside it are used up as well."""
    if len(rows) < _LEAST:
        raise NotEnoughError(f"{_LEAST} goods in {other} among which a run could stand out")
    width = RUN + 2 * BESIDE
    places = list(range(max(len(rows) - width, 0)))
    field.rng.shuffle(places)
    for start in places:
        block = rows[start : start + width]
        run = block[BESIDE:-BESIDE]
        if all(field.is_unused(i) for i in block) and all(wanted(i) for i in run):
            field.use(*block)
            return run
    raise NotEnoughError(f"{RUN} unused neighbours in {other}")


def make_runs(field: Field) -> None:
    """Last of all, since it depends on how much else differs."""
    for run in field.runs:
        others = (len({x.record_key for x in lines if _is_like(x, run)}) for lines in field.truth.lines.values())
        if max(others, default=0) * _SCARCE >= run.among - len(run.items):
            if "FEED-06" in field.wished:
                raise NotEnoughError(f"a run of {len(run.items)} does not stand out among {run.among} in {run.other}")
            continue
        worth = _make_them_differ(field, run)
        for night in field.always():
            _tell(field, run, night, worth.get(night))


def _make_them_differ(field: Field, run: Run) -> dict[int, Decimal]:
    """How; and what they are worth on each night, to the penny each (a description: nothing)."""
    if run.code == "PIM-02":
        for item in run.items:
            differ_in(field, item.listings[run.other], ["long_description"], field.nights[0] - timedelta(hours=31))
        return {}
    if run.code == "SKU-03":
        for item in run.items:
            unlist(field.world, item, run.other)
        free = [[at_price(i, f.sellable(i)) for i in run.items] for f in field.figures]
        return {night: sum(free[night], Decimal(0)) for night in field.always()}
    worth = Decimal(0)
    for n, item in enumerate(run.items):
        field.stock_up(item, field.place(run.site), 12)
        received = unlike_open_units(field, item, run.site, 1 + n % 4)
        item.khaos_off[run.site] = Decimal(-received)
        worth += at_cost(item, received)
    return dict.fromkeys(field.always(), worth)


def _tell(field: Field, run: Run, night: int, amount: Decimal | None) -> None:
    field.truth.exception(
        [night],
        "FEED-06",
        run.systems,
        run.entity,
        scope=f"{run.items[0].code}..{run.items[-1].code}",
        amount=amount,
        note=f"{len(run.items)} neighbours, {run.code}",
        again=night > 0,
    )
    for item in run.items:
        field.truth.decoy([night], run.code, run.systems, item.code, scope=run.site, note="FEED-06 explains it")


def _is_like(line: TruthLine, run: Run) -> bool:
    return line.kind == "exception" and line.code in _ALIKE.get(run.code, {run.code}) and line.systems == run.systems
