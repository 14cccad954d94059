"""What changed in Khaos since an instant: the reads of the day (contract khaos, 3.2, 3.4, 3.7 and 3.8).

Items by their revision in the key list, levels by their last movement, orders by their creation. Nothing lists orders
that changed, so those that were open in the last snapshot are asked for by their codes, and those that another system
names by their references.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from khaos_assets.systems.khaos.calls import DateType, ItemType, OrderKey, askable
from khaos_assets.systems.khaos.decode.key_list import Key, Keys
from khaos_assets.systems.khaos.fields import as_instant
from khaos_assets.systems.khaos.records import StockLevel
from khaos_assets.systems.khaos.settings import Khaos
from khaos_assets.systems.khaos.walk.asking import Asking, shown
from khaos_assets.systems.khaos.walk.keyed import MOST_SINGLE, Export
from khaos_assets.systems.khaos.walk.order_calls import OrderCalls, Selection
from khaos_assets.systems.khaos.walk.orders import ask_references, settle
from khaos_assets.systems.khaos.walk.stock import LevelExport, Potentials, StockExport, ask_sites, ask_stock_keys
from khaos_assets.systems.read import Decoded, Proof, ReadContext, ReadFailed, Reason, WalkNotes

LOCAL_HOUR = timedelta(hours=1)
"""Dates go out as London time: the hour that autumn repeats must not hide a change."""


def reaching_from(context: ReadContext) -> datetime:
    """Where a delta begins: the last complete snapshot, less the configured buffer and the repeated hour."""
    assert context.since is not None, "a delta begins somewhere"
    return context.since - timedelta(minutes=context.settings.of(Khaos).delta_buffer_minutes) - LOCAL_HOUR


async def changed_items(context: ReadContext) -> WalkNotes:
    """The whole key list, and ExportStock for codes that are new in it or have another revision, with their styles.

    Proof `counted`: the list names every code, so one that neither it nor the last snapshot knows is not there.
    """
    asking = Asking(context)
    keys = await ask_stock_keys(asking, 0)
    await ask_stock_keys(asking, 0, item_type=ItemType.STYLE_PARENTS)
    known = _revisions(context)
    changed = [c for c, key in keys.items() if known.get(c, _UNKNOWN) != _revision(key)]
    export = StockExport(asking, context.settings.of(Khaos).stock_chunk)
    await _ask(export, sorted(_with_styles(changed, keys)))
    asking.notes.proof = Proof.COUNTED
    asking.notes.end_recognised_by = "the key list is whole, and every code with another revision answered"
    return asking.finish()


_UNKNOWN = datetime.max.replace(tzinfo=UTC)


def _revisions(context: ReadContext) -> dict[str, datetime | None]:
    table = context.earlier_table("stock_items")
    if table is None:
        return {}
    return dict(zip(table["stock_code"].to_pylist(), table["last_updated"].to_pylist(), strict=True))


def _revision(key: Key) -> datetime | None:
    return as_instant("LastUpdated", key.last_updated)


def _with_styles(changed: Iterable[str], keys: Keys) -> set[str]:
    """With the parents and children of what changed: a child that comes nested has fewer fields than by itself."""
    wanted = set(changed)
    parents = wanted | {p for c in wanted if (p := keys[c].parent_code)}
    return {c for c, key in keys.items() if c in wanted or c in parents or key.parent_code in parents}


async def moved_levels(context: ReadContext) -> WalkNotes:
    """Status and potential, at every site, of the codes that the key list by movement names."""
    asking = Asking(context)
    sites = await ask_sites(asking, 0)
    if not sites:
        raise ReadFailed("empty_list", "GetSiteList lists no site, so no level can be asked for")
    since = reaching_from(context)
    moved = sorted(await ask_stock_keys(asking, 0, date_type=DateType.MOVEMENT, since=since))
    chunk = context.settings.of(Khaos).stock_chunk
    await _ask(LevelExport(asking, chunk, sites), moved)
    await Potentials(asking, chunk).ask_all(moved)
    asking.notes.proof = Proof.OVERLAP_ONLY
    asking.notes.end_recognised_by = f"every code that moved since {since:%Y-%m-%d %H:%M} UTC answered at every site"
    return asking.finish()


def codes_of(levels: Decoded) -> set[str]:
    """The stock codes whose levels were read."""
    return {level.stock_code for level in levels.tables["stock_levels"] if isinstance(level, StockLevel)}


async def _ask(export: Export, codes: list[str]) -> None:
    """Every code must answer. The decoder learns from the notes which were asked for."""
    notes = export.asking.notes
    notes.facts["changed"] = codes
    askable_codes = [c for c in codes if askable(c)]
    await export.ask_all(askable_codes, 0)
    lacking = export.lacking(askable_codes)
    await export.ask_all(lacking[:MOST_SINGLE], 1, singly=True)
    if lacking := export.lacking(askable_codes):
        detail = f"{export.name} gave nothing for {len(lacking)} listed codes, asked singly too: {shown(lacking)}"
        notes.faults.append(Reason(fault="not_exported", detail=detail))


async def changed_orders(context: ReadContext) -> WalkNotes:
    """Orders created since, those open in the last snapshot, and those that another system names."""
    asking = Asking(context)
    orders = OrderCalls(asking)
    await orders.windows(Selection("window", round=0), start=reaching_from(context))
    context.announce(orders.references())
    open_codes = [c for c in _open_orders(context) if c not in orders.codes()]
    await orders.by_ids(open_codes, OrderKey.SO_CODE, Selection("so_code", round=1))
    if lacking := [c for c in open_codes if askable(c) and c not in orders.codes()]:
        detail = f"{len(lacking)} orders that were open are not given any more: {shown(lacking)}"
        asking.notes.faults.append(Reason(fault="order_vanished", detail=detail))
    await ask_references(asking, orders, await context.references())
    await settle(asking, orders)
    asking.notes.proof = Proof.OVERLAP_ONLY
    asking.notes.end_recognised_by = "the window since, open orders by code, references of other systems"
    return asking.finish()


def _open_orders(context: ReadContext) -> list[str]:
    table = context.earlier_table("sales_orders")
    if table is None:
        return []
    columns = (table[name].to_pylist() for name in ("sorder_code", "complete", "is_cancelled"))
    return sorted(code for code, complete, cancelled in zip(*columns, strict=True) if not (complete or cancelled))
