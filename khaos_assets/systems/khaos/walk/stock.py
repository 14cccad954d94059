"""Walking the stock reads: sites, items, levels (contract 3.1 to 3.4 and section 4)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain

from khaos_assets.systems.khaos import calls, soap
from khaos_assets.systems.khaos.calls import UNFILTERED, DateType, ItemType
from khaos_assets.systems.khaos.decode import stock_items, stock_levels
from khaos_assets.systems.khaos.decode.key_list import Key, Keys, by_code, read_list
from khaos_assets.systems.khaos.decode.sites import read_sites
from khaos_assets.systems.khaos.fields import Element, Row
from khaos_assets.systems.khaos.records import Site
from khaos_assets.systems.khaos.settings import Khaos
from khaos_assets.systems.khaos.walk.asking import Asking, shown
from khaos_assets.systems.khaos.walk.keyed import ROUNDS, Export, walk_by_keys
from khaos_assets.systems.khaos.walk.seen import Seen
from khaos_assets.systems.read import Proof, ReadContext, ReadFailed, Reason, WalkNotes


async def walk_sites(context: ReadContext) -> WalkNotes:
    """Asked twice; equal lists are the proof, since the answer has no Count."""
    asking = Asking(context)
    before = await ask_sites(asking, 0)
    for round_ in range(1, ROUNDS + 1):
        again = await ask_sites(asking, round_)
        if again == before:
            break
        before = again
        asking.notes.rereads += 1
    else:
        detail = "GetSiteList gave another list each time it was asked"
        asking.notes.faults.append(Reason(fault="changed_during_read", detail=detail))
    if not before:
        asking.notes.faults.append(
            Reason(fault="empty_list", detail="GetSiteList lists no site: Khaos has at least one")
        )
    asking.notes.proof = Proof.TWO_PASS
    asking.notes.end_recognised_by = "the list came twice, the same both times"
    return asking.finish()


async def ask_sites(asking: Asking, round_: int) -> list[Site]:
    """The sites, in their order. A later round that only confirms adds nothing for the decoder."""

    def keys(result: Element) -> Sequence[str]:
        return [str(s.site_id) for s in read_sites(result)]

    result, _ = await asking.ask(calls.site_list(), selector="all sites", asked={"round": round_}, keys=keys)
    return read_sites(result)


async def walk_stock_items(context: ReadContext) -> WalkNotes:
    """Key lists, then ExportStock for every code; style parents and children must fit together at the end."""
    asking = Asking(context)
    lists = _StockLists(asking)
    export = StockExport(asking, context.settings.of(Khaos).stock_chunk)
    keys = await walk_by_keys(export, lists.ask, earlier=context.earlier_keys())
    asking.notes.faults.extend(await lists.disagreements(keys))
    return asking.finish()


class _StockLists:
    """The stock key list and the lists it must agree with."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self.parents: Keys = {}
        self.children: Keys = {}
        self.dated: Keys = {}

    async def ask(self, round_: int) -> Keys:
        """The list without a date limit; beside it those of style parents, of children, and by revision date."""
        whole, self.parents, self.children, self.dated = await asyncio.gather(
            ask_stock_keys(self.asking, round_),
            ask_stock_keys(self.asking, round_, item_type=ItemType.STYLE_PARENTS),
            ask_stock_keys(self.asking, round_, item_type=ItemType.STYLE_CHILDREN),
            ask_stock_keys(self.asking, round_, date_type=DateType.REVISION),
        )
        return whole

    async def disagreements(self, keys: Keys) -> list[Reason]:
        """What does not fit; asked once more first, since the lists are taken one after the other."""
        if not _misfits(keys, self):
            return []
        self.asking.notes.rereads += 1
        if await self.ask(ROUNDS + 2) != keys:
            return [Reason(fault="changed_during_read", detail="the key list changed after the last chunk was read")]
        return _misfits(keys, self)


def _misfits(keys: Keys, lists: _StockLists) -> list[Reason]:
    # An item without a revision date drops out of the dated list: only the other direction is a fault.
    outside = sorted(set(chain(lists.parents, lists.children, lists.dated)) - set(keys))
    both = sorted(set(lists.parents) & set(lists.children))
    parents = {c.casefold() for c in lists.parents}
    orphans = sorted(k.code for k in keys.values() if k.parent_code and k.parent_code.casefold() not in parents)
    checks = [
        ("key_lists_disagree", outside, "stand in a partial key list and not in the whole one"),
        ("parent_lists_disagree", both, "are listed as style parent and as style child"),
        ("parent_lists_disagree", orphans, "name a parent that the list of style parents lacks"),
    ]
    return [Reason(fault=f, detail=f"{len(codes)} codes {what}: {shown(codes)}") for f, codes, what in checks if codes]


async def ask_stock_keys(
    asking: Asking,
    round_: int,
    *,
    item_type: ItemType = ItemType.ALL,
    date_type: DateType = DateType.NO_LIMIT,
    since: datetime = UNFILTERED,
) -> Keys:
    """One key list by code."""
    rows: list[Key] = []

    def keys(result: Element) -> Sequence[str]:
        rows[:] = read_list(result, "StockCode")
        return [k.code for k in rows]

    await asking.ask(
        calls.stock_list(date_type, item_type, since),
        selector=f"key list, date type {date_type}, item type {item_type}",
        asked={"round": round_, "item_type": int(item_type), "date_type": int(date_type)},
        keys=keys,
        total=lambda _: len(rows),
    )
    return by_code(rows)


class StockExport(Export):
    name = "ExportStock"

    def __init__(self, asking: Asking, chunk: int) -> None:
        super().__init__(asking, chunk)
        # Kept apart: nested in its parent a child has fewer fields than by itself, which is no contradiction.
        self.nested = Seen()

    async def ask(self, codes: list[str], round_: int) -> None:
        root, _ = await self.asking.ask(
            calls.stock_export(codes),
            selector=f"{len(codes)} codes from {codes[0]!r}",
            asked={"round": round_, "codes": codes},
            root="STOCK_ITEMS",
            keys=lambda root: [Row(e).peek("STOCK_CODE") for e in stock_items.elements(root)],
        )
        for element in stock_items.elements(root):
            row = Row(element)
            self.asking.meet(row, stock_items.KNOWN)
            self.seen.note(row.peek("STOCK_CODE"), round_, element)
            for child, _ in stock_items.nested_in(row):
                self.nested.note(Row(child).peek("STOCK_CODE"), round_, child)

    def lacking(self, codes: Iterable[str]) -> list[str]:
        return self.nested.lacking(self.seen.lacking(codes))


async def walk_stock_levels(context: ReadContext) -> WalkNotes:
    """One status call per site and chunk, the site of every answer checked; potential per chunk beside it."""
    asking = Asking(context)
    sites = await ask_sites(asking, 0)
    if not sites:
        raise ReadFailed("empty_list", "GetSiteList lists no site, so no level can be asked for")

    async def keys(round_: int) -> Keys:
        return await ask_stock_keys(asking, round_)

    export = LevelExport(asking, context.settings.of(Khaos).stock_chunk, sites)
    final = await walk_by_keys(export, keys)
    await Potentials(asking, context.settings.of(Khaos).stock_chunk).ask_all(final)
    if await ask_sites(asking, 1) != sites:
        detail = "GetSiteList gave other sites at the end than at the start"
        asking.notes.faults.append(Reason(fault="changed_during_read", detail=detail))
    return asking.finish()


class LevelExport(Export):
    name = "ExportStockStatus"

    def __init__(self, asking: Asking, chunk: int, sites: list[Site]) -> None:
        super().__init__(asking, chunk)
        self.sites = sites
        self.by_site = {s.site_name: Seen() for s in sites}

    async def ask(self, codes: list[str], round_: int) -> None:
        for site in self.sites:
            root, _ = await self.asking.ask(
                calls.stock_status(codes, site.site_id),
                selector=f"site {site.site_id}, {len(codes)} codes from {codes[0]!r}",
                asked={"round": round_, "site_id": site.site_id, "site": site.site_name, "codes": codes},
                root="STOCK_STATUS",
                keys=lambda root, site=site: _level_codes(root, site),
            )
            for element in stock_levels.elements(root):
                self.asking.meet(Row(element), stock_levels.KNOWN)
                seen = self.by_site.get(stock_levels.site_of(Row(element), root) or "")
                if seen is not None and (code := element.get("CODE")):
                    seen.note(code, round_, element)

    def lacking(self, codes: Iterable[str]) -> list[str]:
        wanted = list(codes)
        return list(dict.fromkeys(c for seen in self.by_site.values() for c in seen.lacking(wanted)))

    def contradicting(self) -> list[str]:
        return list(dict.fromkeys(c for seen in self.by_site.values() for c in seen.contradicting()))

    def came_in(self, round_: int, codes: Iterable[str]) -> list[str]:
        wanted = list(codes)
        return list(dict.fromkeys(c for seen in self.by_site.values() for c in seen.came_in(round_, wanted)))


def _level_codes(root: Element, site: Site) -> Sequence[str]:
    """The codes of an answer. Unreadable "ignore_site" where it speaks of another site than the one asked for."""
    elements = stock_levels.elements(root)
    spoken = {stock_levels.site_of(Row(e), root) for e in elements} or {root.get("SITE") or None}
    if site.site_name not in spoken:
        other = ", ".join(sorted(s or "no site" for s in spoken))
        raise soap.Unreadable("ignore_site", f"the answer speaks of {other}, asked was {site.site_name}")
    return [f"{e.get('CODE') or ''}/{stock_levels.site_of(Row(e), root)}" for e in elements]


class Potentials(Export):
    """GetStockPotential: a figure that does not come is unknown, which is no fault of the levels."""

    name = "GetStockPotential"

    async def ask(self, codes: list[str], round_: int) -> None:
        result, _ = await self.asking.ask(
            calls.stock_potential(codes),
            selector=f"{len(codes)} codes from {codes[0]!r}",
            asked={"round": round_, "codes": codes},
            keys=lambda r: [row.peek("StockCode") for row in stock_levels.potential_rows(r)],
        )
        for row in stock_levels.potential_rows(result):
            self.seen.note(row.peek("StockCode"), round_, row.element)

    async def ask_all(self, codes: Iterable[str], round_: int = 0, *, singly: bool = False) -> None:
        wanted = list(codes)
        try:
            await super().ask_all(wanted, round_, singly=singly)
            if lacking := self.lacking(wanted):
                await super().ask_all(lacking, round_ + 1)
        except ReadFailed as e:
            self.asking.notes.facts["potential_not_readable"] = str(e)
        if lacking := self.lacking(wanted):
            self.asking.notes.facts["without_potential"] = len(lacking)
