"""The read of products (contract pimberly, 3.1, 3.2 and section 4).

The list is walked for identifiers; for full rows, side by side from ids that the first walk gave (which itself begins
at ids of the night before); and in two halves by change time. All must show the same products. There is no count, so
what else names a product is held against the list: the night before, and the hierarchy and product sets of its rows;
each that the list does not show is asked for by its primary id, and one whose id stands behind the last proves that the
end was none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import msgspec

from khaos_assets.systems.concurrency import side_by_side
from khaos_assets.systems.pimberly.asking import Pages
from khaos_assets.systems.pimberly.client import PimberlyClient
from khaos_assets.systems.pimberly.guessing import guessed_cuts
from khaos_assets.systems.pimberly.listing import Walk, cuts
from khaos_assets.systems.pimberly.pages import FilterRefused, PageReader, ProductPage, View
from khaos_assets.systems.pimberly.settings import Pimberly
from khaos_assets.systems.read import Proof, ReadContext, ReadFailed, Reason, WalkNotes

ROUNDS = 3
OVERLAP = timedelta(minutes=15)
"""Clocks differ: what was made so shortly before the as-of counts as made during the read."""
SAMPLE = 5
SAMPLED = 50
"""Rows whose change times tell where the middle is, about."""
REMEMBERED = 400
"""Nights for which a product that is gone is told of."""


@dataclass
class ProductWalk:
    """One read of the list. `listed`: internal id → primary id (None where it cannot be read)."""

    context: ReadContext
    notes: WalkNotes = field(default_factory=WalkNotes)
    listed: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.section = self.context.settings.of(Pimberly)
        self.client: PimberlyClient = self.context.client
        reader = PageReader(self.section.view, self.section.product_sets)
        self.pages = Pages(self.client, self.context.landing, reader, self.section.wanted)

    async def run(self) -> None:
        """Walk until all walks agree. Raises ReadFailed and TransportError."""
        known = sorted(key for key, _ in _earlier(self.context))
        before: set[str] = set()
        unexplained: set[str] = set()
        for round_ in range(ROUNDS):
            self.notes.rereads += bool(round_)
            before |= unexplained
            unexplained = await self._round(known)
            if not unexplained:
                break
            known = sorted(self.listed)
        self.notes.end_recognised_by = "404 behind the last id, again, and from ids beyond it; the list still begins"
        self.notes.proof = Proof.OVERLAP_ONLY if unexplained else Proof.KEYSET
        if stubborn := unexplained & before:
            told = f"{len(stubborn)} products are in one walk and not in another, each time: {shown(stubborn)}"
            self.notes.faults.append(Reason(fault="passes_disagree", detail=told))
        elif unexplained:
            self.note("list_grows", f"each walk shows other new products, the last one {len(unexplained)}")

    async def _round(self, known: list[str]) -> set[str]:
        """All walks; ids that one of them shows and another should have shown."""
        section, workers = self.section, self.section.transport.concurrency
        thin = Walk(self.pages, View("identifiers", section.identifiers_page_size))
        start, sample = await side_by_side(
            [self.pages.ask(thin.view, None), self.pages.ask(View("sample", SAMPLED, full=True), None)]
        )
        if not start.rows or start.rows < thin.view.limit:
            begin: list[str] = []
        elif known:
            begin = cuts(known, thin.view.limit, workers)
        else:
            begin = await guessed_cuts(self.pages, start, workers)
        await thin.run(begin, start)
        first = thin.products()
        full = Walk(self.pages, View("full", section.page_size, full=True), progress=self.context.progress)
        begin = cuts(sorted(first), full.view.limit, workers)
        self.listed, by_change = await side_by_side([_walked(full, begin), self._by_change(sorted(first), sample)])
        self.notes.rereads += thin.rereads + full.rereads
        new = full.created_since((self.context.night.as_of - OVERLAP).strftime("%Y-%m-%dT%H:%M:%S"))
        unexplained = self.listed.keys() - first.keys() - new
        unexplained |= by_change.keys() - self.listed.keys()
        missing = {key: primary for key, primary in first.items() if key not in self.listed}
        if len(missing) > section.single_reads:
            return unexplained | missing.keys()
        there = await self.ask_singly(p for p in missing.values() if p is not None)
        gone = sorted(missing.keys() - set(there.values()))
        self.notes.facts = {
            "pages": sorted(page.landed for page in full.found),
            "single": sorted(set(there.values()) & missing.keys()),
            "gone": gone,
        }
        if gone:
            self.note("deleted_meanwhile", f"{len(gone)} products went away during the read: {shown(gone)}")
        return unexplained | set(self.notes.facts["single"])

    async def _by_change(self, ids: list[str], sample: ProductPage) -> dict[str, str | None]:
        """What the list shows of products changed before and since a time in the middle: shorter lists, the same ids.

        An end that is none may be hidden from a list that always stops at its place, and not from another.
        """
        changes = sorted(t for t in sample.updated if t)
        found: dict[str, str | None] = {}
        if not changes:
            return found
        workers = self.section.transport.concurrency
        halves: list[Walk] = []
        for operator in ("$gte", "$lt"):
            filters = msgspec.json.encode({"dateUpdated": {operator: changes[len(changes) // 2]}}).decode()
            halves.append(Walk(self.pages, View("by change", self.section.identifiers_page_size, filters=filters)))
        for shown_there in await side_by_side(_walked(h, cuts(ids, 2 * h.view.limit, workers)) for h in halves):
            found |= shown_there
        return found

    async def ask_singly(self, primary_ids: Iterable[str]) -> dict[str, str]:
        """Ask for products by primary id, side by side: primary id → internal id of those that there are."""
        ordered = sorted(set(primary_ids))
        answers = await side_by_side(self.pages.single(p) for p in ordered)
        self.notes.rereads += len(ordered)
        return {p: key for p, key in zip(ordered, answers, strict=True) if key is not None}

    async def ask_for_the_missing(self) -> None:
        """Products of the night before that are not listed: gone, or only out of this view."""
        night = self.context.night.date
        missing = {key: p for key, p in _earlier(self.context) if key not in self.listed}
        asked = dict(sorted(missing.items())[: self.section.single_reads])
        if len(asked) < len(missing):
            detail = f"{len(missing)} products of the night before are not listed; {len(asked)} were asked for"
            self.note("not_all_asked", detail)
        there = await self.ask_singly(asked.values())
        self._not_behind_the_end(there)
        found = {key for key, primary in asked.items() if there.get(primary) == key}
        self.notes.facts["asked"] = [
            *({"id": k, "primary_id": p, "found": k in found, "since": night.isoformat()} for k, p in asked.items()),
            *(a for a in _gone_before(self.context, night) if a["id"] not in {*self.listed, *missing}),
        ]
        if found:
            detail = f"{len(found)} products are not listed and can be asked for by their primary id: {shown(found)}"
            self.note("out_of_view", detail)
            self.notes.proof = Proof.OVERLAP_ONLY

    async def ask_for_links(self) -> None:
        """Products that rows name in their hierarchy or product sets, and that are not listed."""
        unlisted = sorted(self.pages.reader.named - {p for p in self.listed.values() if p is not None})
        if not unlisted:
            return
        there = await self.ask_singly(unlisted[: self.section.single_reads])
        self._not_behind_the_end(there)
        detail = f"{len(unlisted)} products are named by others and not listed: {shown(unlisted)}"
        self.note("links_unlisted", f"{detail} ({len(there)} of them can be asked for)" if there else detail)

    def _not_behind_the_end(self, there: dict[str, str]) -> None:
        last = max(self.listed)
        if behind := sorted(primary for primary, key in there.items() if key > last):
            told = f"the list ends at id {last}, and {len(behind)} products stand behind it: {shown(behind)}"
            raise ReadFailed("false_end", told)

    def note(self, fault: str, detail: str) -> None:
        """A remark; one of the same kind is replaced."""
        kept = [r for r in self.notes.remarks if r.fault != fault]
        self.notes.remarks = [*kept, Reason(fault=fault, detail=detail)]


async def _walked(walk: Walk, begin: list[str]) -> dict[str, str | None]:
    """The products of a walk; none where its filter is refused: only `$gte` is known to be taken (contract, 3.1)."""
    with suppress(FilterRefused):
        await walk.run(begin)
    return walk.products()


async def walk_products(context: ReadContext) -> WalkNotes:
    """All products of the key's view. Raises ReadFailed and TransportError."""
    walk = ProductWalk(context)
    await walk.run()
    await walk.ask_for_the_missing()
    await walk.ask_for_links()
    walk.notes.clock_offset_ms = walk.client.transport.clock_offset_ms
    return walk.notes


def shown(keys: Collection[str]) -> str:
    """A few of them, sorted."""
    listed = sorted(keys)
    return ", ".join(listed[:SAMPLE]) + (" …" if len(listed) > SAMPLE else "")


def _earlier(context: ReadContext) -> list[tuple[str, str]]:
    """Internal and primary ids of the last complete snapshot."""
    stored = context.earlier_table("products")
    return [] if stored is None else list(zip(stored["id"].to_pylist(), stored["primary_id"].to_pylist(), strict=True))


def _gone_before(context: ReadContext, night: date) -> list[dict[str, Any]]:
    stored = context.earlier_table("products_asked")
    return [
        {"id": row["id"], "primary_id": row["primary_id"], "found": False, "since": row["missing_since"].isoformat()}
        for row in ([] if stored is None else stored.to_pylist())
        if not row["found"] and (night - row["missing_since"]).days < REMEMBERED
    ]
