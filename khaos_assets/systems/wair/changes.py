"""What changed in WAIR since the last complete snapshot: the feeds by change time (contract wair, section 4)."""

from __future__ import annotations

from khaos_assets.systems.read import ReadContext, WalkNotes
from khaos_assets.systems.wair.client import WairClient
from khaos_assets.systems.wair.feed import Feed
from khaos_assets.systems.wair.walk import OVERLAP, offered, reader_of, until_agreed


async def changes(feed: Feed, context: ReadContext) -> WalkNotes:
    """Walks from the last complete snapshot on, less the overlap, until two neighbours agree. No record is no fault.

    Proof two_pass: with the snapshot before it, the overlap leaves no change unseen that was committed in time.
    """
    assert context.since is not None, "a delta begins somewhere"
    client: WairClient = context.client
    account = client.account
    await offered(feed, context)
    since = f"{context.since - OVERLAP:%Y-%m-%dT%H:%M:%S}.000Z"
    reader = reader_of(feed, context, since=since)
    passes = [await reader.run(1, by_change=True)]
    notes, found = await until_agreed(feed, context, reader, passes, alternate=False)
    before = passes[-2]
    notes.account_start, notes.account_end = account, client.account
    notes.clock_offset_ms = client.transport.clock_offset_ms
    notes.rereads = sum(p.walked.rereads for p in passes) + len(passes) - 2
    notes.end_recognised_by = f"moreRecordsAvailable false and nothing behind the last row; changes since {since}"
    notes.facts = {"pages": before.pages, "overlay": sorted({n for d in found for n in d.pages})}
    return notes
