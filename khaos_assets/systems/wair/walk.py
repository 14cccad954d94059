"""The walk of one list: is it offered at all, is it there, do two passes agree (contract wair, sections 4 and 5.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from khaos_assets.systems.read import Proof, ReadContext, ReadFailed, Reason, WalkNotes
from khaos_assets.systems.transport import Answer
from khaos_assets.systems.wair.client import WairClient
from khaos_assets.systems.wair.feed import Feed
from khaos_assets.systems.wair.passes import EVER, Difference, Pass, PassReader, differences, unseen
from khaos_assets.systems.wair.settings import Wair

COMPARISONS = 3
OVERLAP = timedelta(minutes=15)
"""Changes are committed late, and clocks differ: what changed so shortly before a walk may be missing from it."""
SAMPLE = 5

Also = Callable[[ReadContext, list[Pass]], Awaitable[list[Reason]]]
"""A further condition of the proof: what speaks against it, as remarks."""


async def walk(feed: Feed, context: ReadContext, also: Also | None = None) -> WalkNotes:
    """Walk the list twice or more and say what is proven. Raises ReadFailed and TransportError."""
    client: WairClient = context.client
    account = client.account
    await offered(feed, context)
    reader = reader_of(feed, context)
    passes = [await _first_pass(reader, context)]
    notes, found = await until_agreed(feed, context, reader, passes, alternate=True)
    notes.account_start = account
    before, after = passes[-2:]
    notes.facts = {"pages": before.pages, "overlay": sorted({n for d in found for n in d.pages})}
    notes.end_recognised_by = "moreRecordsAvailable false and nothing behind the last row"
    notes.rereads = sum(p.walked.rereads for p in passes) + len(passes) - 2
    notes.clock_offset_ms = client.transport.clock_offset_ms
    notes.account_end = client.account
    notes.remarks = await _remarks(feed, reader, passes)
    if also is not None and not notes.faults:
        against = await also(context, [before, after])
        notes.remarks += against
        if against:
            notes.proof = Proof.OVERLAP_ONLY
    if notes.account_end != account:
        notes.faults = [*notes.faults, Reason(fault="account_changed", detail="the account changed during the read")]
    return notes


async def until_agreed(
    feed: Feed, context: ReadContext, reader: PassReader, passes: list[Pass], *, alternate: bool
) -> tuple[WalkNotes, list[Difference]]:
    """Adds passes until two neighbours agree; gives what they still show differently, explained by its change time.

    `alternate`: every other pass by key.
    """
    notes = WalkNotes()
    found: list[Difference] = []
    for _ in range(COMPARISONS):
        passes.append(await reader.run(len(passes) + 1, by_change=not (alternate and passes[-1].by_change)))
        before, after = passes[-2:]
        found = await asyncio.to_thread(differences, feed, before, after)
        since = min(before.started_at, context.night.as_of) - OVERLAP
        if all(d.explained(since) for d in found):
            notes.proof = Proof.TWO_PASS
            break
    else:
        notes.faults = [_disagreement(found, passes)]
    return notes, found


def reader_of(feed: Feed, context: ReadContext, since: str = EVER) -> PassReader:
    """Walks over one list, as politely as configured; by change time, those that reach back to `since`."""
    return PassReader(
        feed=feed,
        client=context.client,
        landing=context.landing,
        limit=context.settings.of(Wair).page_size,
        concurrency=context.settings.of(Wair).transport.concurrency,
        progress=context.progress,
        since=since,
    )


async def offered(feed: Feed, context: ReadContext) -> None:
    """The capability check: the switch of the installation, then one record. "Not offered" is never "no records"."""
    if not context.settings.of(Wair).feed_extension:
        raise ReadFailed("feed_extension_not_available", "wair.feed_extension is off in merchant.toml")
    operation = f"GET {feed.path}"

    def check(answer: Answer) -> None:
        feed.page(answer.body, operation=operation, offset=0, by_change=False)

    await context.client.get(operation, feed.path, {"offset": 0, "limit": 1}, check)


async def _first_pass(reader: PassReader, context: ReadContext) -> Pass:
    """The first walk. A list without any record is looked at again, and then a failed read unless it may be empty."""
    first = await reader.run(1, by_change=False)
    entity = reader.feed.entity
    if not first.walked.pages and entity not in context.settings.of(Wair).allow_empty:
        first = await reader.run(1, by_change=False)
        if not first.walked.pages:
            detail = f'{reader.feed.path} has no records; if that is right, add "{entity}" to wair.allow_empty'
            raise ReadFailed("empty_first_page", detail)
    return first


async def _remarks(feed: Feed, reader: PassReader, passes: list[Pass]) -> list[Reason]:
    remarks: list[Reason] = []
    if reader.unknown_fields:
        names = ", ".join(sorted(reader.unknown_fields)[:SAMPLE])
        remarks.append(Reason(fault="unknown_fields", detail=f"fields that the contract does not name: {names}"))
    false_ends = sum(p.walked.false_ends for p in passes)
    if false_ends:
        remarks.append(
            Reason(fault="false_end", detail=f"the list said {false_ends} time(s) that it ended and went on")
        )
    gone = await asyncio.to_thread(unseen, feed, passes[:-2], passes[-2:])
    if gone:
        remarks.append(Reason(fault="deleted_meanwhile", detail=f"{gone} record(s) went away during the read"))
    return remarks


def _disagreement(found: list[Difference], passes: list[Pass]) -> Reason:
    """Why no two passes agree, with a few keys and the order in which they are not shown."""
    before, after = passes[-2:]
    names = {True: "the list by change time", False: "the list by key"}
    missing = [(d.key, before if d.before is None else after) for d in found if d.before is None or d.after is None]
    detail = f"{len(passes)} passes, and the last two still differ in {len(found)} record(s)"
    if missing:
        key, where = missing[0]
        others = ", ".join(k for k, _ in missing[1:SAMPLE])
        detail += f": {key} is missing from {names[where.by_change]}" + (f", so are or were {others}" if others else "")
    elif found:
        detail += f": {', '.join(d.key for d in found[:SAMPLE])} changed back or keep changing"
    return Reason(fault="passes_disagree", detail=detail)
