"""The walk of one list by id, held against the shop's own count (contract orocommerce, section 4).

Before and after, the shop counts the rows up to the highest id. The read is complete where both counts are the number
of distinct ids that came: a row cannot be missing then unless another came into being below the highest id. Where they
differ (rows were deleted meanwhile, or a page was not what it seemed), the list is walked again. A shop that does not
count is walked until two walks in a row show the same ids.
"""
# pyright: reportAttributeAccessIssue=false
# (pyarrow makes its compute functions when imported, out of sight of a type checker)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from khaos_assets.systems.orocommerce.asking import Asking, Landed
from khaos_assets.systems.orocommerce.keyset import KeysetWalk, Stretch
from khaos_assets.systems.orocommerce.resources import Resource
from khaos_assets.systems.orocommerce.settings import OroCommerce
from khaos_assets.systems.read import Proof, ReadContext, Reason, WalkNotes

PASSES = 4
OVERLAP = timedelta(minutes=15)
"""How far a delta reaches back over the last complete snapshot: changes are committed late, and clocks differ."""
SAMPLE = 5


@dataclass(frozen=True)
class Pass:
    """One walk. `before`, `after`: rows up to `highest` as the shop counts them, None = it does not say."""

    highest: int
    before: int | None
    after: int | None
    stretches: list[Stretch]
    ids: pa.Array
    """Distinct readable ids up to `highest`, ascending."""
    unreadable: int
    """Distinct rows whose id cannot be read."""

    @property
    def rows(self) -> int:
        return len(self.ids) + self.unreadable

    @property
    def counted(self) -> bool:
        return self.before == self.rows == self.after

    @property
    def uncounted(self) -> bool:
        return self.before is None and self.after is None


async def walk(resource: Resource, context: ReadContext) -> WalkNotes:
    """Walk the list until it is proven, at most four times. Raises ReadFailed and TransportError."""
    return (await walk_by_id(resource, context))[0]


async def walk_changes(resource: Resource, context: ReadContext) -> WalkNotes:
    """As `walk`, of rows changed since the last complete snapshot, less an overlap (whole seconds, so `gte`)."""
    assert context.since is not None, "a delta begins somewhere"
    notes, _ = await walk_by_id(resource, context, since=context.since - OVERLAP)
    notes.facts["asked"] = []  # no order was asked for by its number
    return notes


async def walk_by_id(
    resource: Resource,
    context: ReadContext,
    seen: Callable[[Landed], None] | None = None,
    since: datetime | None = None,
) -> tuple[WalkNotes, Pass]:
    """As `walk`; with the pass that counts. `seen` is shown every page of rows."""
    asking = Asking(resource, context, since)
    passes: list[Pass] = []
    notes = WalkNotes(account_start=asking.client.account, account_end=asking.client.account)
    while len(passes) < PASSES:
        passes.append(await one_pass(asking, len(passes) + 1, seen))
        if passes[-1].counted:
            notes.proof = Proof.KEYSET
            break
        if len(passes) > 1 and passes[-1].uncounted and same_ids(*passes[-2:]):
            notes.proof = Proof.TWO_PASS
            detail = f"{asking.operation} came without X-Include-Total-Count; two walks show the same rows"
            notes.remarks.append(Reason(fault="not_counted", detail=detail))
            break
    else:
        notes.faults = [_not_proven(asking, passes)]
    believed = passes[-1]
    notes.rereads = sum(len(p.stretches) for p in passes[:-1])
    notes.clock_offset_ms = asking.client.transport.clock_offset_ms
    notes.end_recognised_by = "pages by id without a gap up to the highest id" + (
        "; the count before and after is the number of rows" if believed.counted else ""
    )
    notes.facts = {"pages": [s.number for s in believed.stretches], "highest": believed.highest}
    if gone := _gone(passes):
        notes.remarks.append(Reason(fault="deleted_meanwhile", detail=f"{gone} row(s) went away during the read"))
    return notes, believed


async def one_pass(asking: Asking, number: int, seen: Callable[[Landed], None] | None) -> Pass:
    """The highest id, all rows up to it, and the counts before and after."""
    highest, before = await asking.head(number)
    ids: list[pa.Array] = [pa.array([], pa.int64())]
    unreadable: set[bytes] = set()

    async def ask(after: int, size: int) -> Stretch:
        stretch, landed = await asking.above(after, size, number)
        found = landed.ids
        ids.append(pa.array([i for i in found if i is not None], pa.int64()))
        unreadable.update(row for row, i in zip(landed.page.rows, found, strict=True) if i is None)
        if seen is not None:
            seen(landed)
        if number == 1:
            asking.context.progress(len(found))
        return stretch

    stretches = await KeysetWalk(
        ask,
        highest=highest,
        rows=highest if before is None else before,
        page_size=lambda: asking.client.page_size,
        concurrency=asking.context.settings.of(OroCommerce).transport.concurrency,
    ).run()
    after = await asking.count_up_to(highest, number)
    found = pc.unique(pa.concat_arrays(ids))
    found = found.filter(pc.less_equal(found, highest))
    return Pass(highest, before, after, stretches, found.take(pc.sort_indices(found)), len(unreadable))


def same_ids(before: Pass, after: Pass) -> bool:
    """Whether the second walk shows exactly the rows of the first, as far as that reached; no rows are no proof."""
    shown = after.ids.filter(pc.less_equal(after.ids, before.highest))
    return before.rows > 0 and before.ids.equals(shown) and before.unreadable == after.unreadable


def _gone(passes: list[Pass]) -> int:
    """Rows of earlier walks that the last one no longer shows."""
    if len(passes) == 1:
        return 0
    seen = pc.unique(pa.concat_arrays([p.ids for p in passes[:-1]]))
    return len(seen) - pc.sum(pc.is_in(seen, passes[-1].ids)).as_py() if len(seen) else 0


def _not_proven(asking: Asking, passes: list[Pass]) -> Reason:
    last = passes[-1]
    if last.uncounted and last.rows == 0:
        detail = f"{asking.operation} shows no rows and is not counted: an empty page proves nothing"
        return Reason(fault="empty_not_counted", detail=detail)
    if last.uncounted:
        detail = f"{asking.operation} is not counted, and {len(passes)} walks in a row show different rows"
        return Reason(fault="passes_disagree", detail=detail)
    counts = ", then ".join("no count" if n is None else str(n) for n in (last.before, last.after))
    detail = (
        f"{asking.operation}: {last.rows} rows came, the shop counts {counts} up to id {last.highest} "
        f"({len(passes)} walks)"
    )
    return Reason(fault="count_disagrees", detail=detail)
