"""A list walked until two passes agree, and looked at from outside: what a cursor list can prove (contract scayle, 4).

The passes cut their pages at different rows, so neither a shift of the list nor an end that comes too early meets both
at the same place. What still differs is asked for by id: a row that only the later pass shows and whose id is the
highest was added meanwhile, one that is answered 404 was deleted. Then ids that the list should show if it hid anything
are asked for: those right behind its end, and those of the last snapshot that it lacks.

Not provable by any of this: a list that hides a row from both passes, whose id is neither known from before nor near
its end.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field

from khaos_assets.systems.read import Proof, ReadContext, ReadFailed, Reason, WalkNotes
from khaos_assets.systems.scayle.settings import Scayle
from khaos_assets.systems.scayle.walk.lists import UNREADABLE, CursorList, ListReader, Pass
from khaos_assets.systems.scayle.walk.side_by_side import side_by_side

COMPARISONS = 3
BEHIND_THE_END = 20
"""Ids that are tried behind the last one of a list."""
MOST_SINGLE = 500
"""Records of the last snapshot that are asked for one by one when the list lacks them."""
SAMPLE = 5

Exists = Callable[[int], Awaitable[bool]]
"""Asks for one record by its id: whether the system has it, and it belongs in this list."""


@dataclass
class Walked:
    """A list that two passes agree on."""

    believed: Pass
    faults: list[Reason] = field(default_factory=list)
    remarks: list[Reason] = field(default_factory=list)
    rereads: int = 0
    proof: Proof = Proof.TWO_PASS

    def note(self, notes: WalkNotes) -> None:
        """Add what was found to the notes of the read."""
        notes.faults = [*notes.faults, *self.faults]
        notes.remarks = [*notes.remarks, *self.remarks]
        notes.rereads += self.rereads
        notes.end_recognised_by = "the next cursor is null, in two passes with pages of two sizes"
        if self.proof is Proof.OVERLAP_ONLY:
            notes.proof = Proof.OVERLAP_ONLY


async def walk_list(
    context: ReadContext, listed: CursorList, *, exists: Exists | None = None, known: Iterable[int] = ()
) -> Walked:
    """Walk the list until two neighbouring passes agree, and look behind it.

    `known`: ids that stood in it before. Lists whose rows cannot be asked for singly have no `exists`.
    Raises ReadFailed and TransportError.
    """
    size = context.settings.of(Scayle).page_size
    reader = ListReader(context, listed)
    walk = _Walk(reader, exists, (size, max(1, size - 1 - size // 10)))
    passes = [await walk.again(1)]
    walked = Walked(passes[0])
    for _ in range(COMPARISONS):
        before, after = passes[-1], await walk.again(len(passes) + 1)
        passes.append(after)
        if await walk.agree(before, after, walked):
            break
    else:
        walked.faults = [_disagreement(listed, passes)]
    if not walked.faults and exists is not None:
        await walk.look_behind(passes, list(known), walked)
    walked.believed = passes[-1]
    walked.rereads = len(passes) - 2 + reader.restarts
    return walked


@dataclass
class _Walk:
    reader: ListReader
    exists: Exists | None
    sizes: tuple[int, int]

    async def again(self, number: int) -> Pass:
        return await self.reader.run(number, self.sizes[(number - 1) % 2])

    async def agree(self, before: Pass, after: Pass, walked: Walked) -> bool:
        """Whether every row that one of them lacks is explained."""
        highest = max((k for k in before.rows if isinstance(k, int)), default=0)
        skipped = [k for k in after.rows.keys() - before.rows.keys() if not isinstance(k, int) or k < highest]
        lost = before.rows.keys() - after.rows.keys()
        if skipped or (lost and self.exists is None) or any(not isinstance(k, int) for k in lost):
            return False
        if await self.existing(k for k in lost if isinstance(k, int)):
            return False
        if lost:
            detail = f"{len(lost)} record(s) went away during the read"
            walked.remarks.append(Reason(fault="deleted_meanwhile", detail=detail))
        return True

    async def look_behind(self, passes: list[Pass], known: list[int], walked: Walked) -> None:
        """Ask for ids that the list lacks. One that exists may be new: then the next pass shows it."""
        last = passes[-1].rows
        missing = sorted(k for k in known if k not in last)
        if len(missing) > MOST_SINGLE:
            detail = f"{len(missing)} records of the last snapshot are gone; only {MOST_SINGLE} were asked for singly"
            walked.remarks.append(Reason(fault="absence_not_confirmed", detail=detail))
            walked.proof = Proof.OVERLAP_ONLY
        highest = max((k for k in last if isinstance(k, int)), default=0)
        behind = range(highest + 1, highest + 1 + BEHIND_THE_END)
        hidden = await self.existing({*missing[:MOST_SINGLE], *behind})
        if hidden:
            passes.append(await self.again(len(passes) + 1))
            hidden = await self.existing(k for k in hidden if k not in passes[-1].rows)
        if hidden:
            walked.faults.append(
                Reason(
                    fault="list_incomplete",
                    detail=f"{len(hidden)} record(s) answer when asked for by id and are not in the list: "
                    + ", ".join(map(str, hidden[:SAMPLE])),
                )
            )

    async def existing(self, ids: Iterable[int]) -> list[int]:
        """Those of the ids that the system has, sorted."""
        exists, found = self.exists, list[int]()
        if exists is None:
            return found

        async def one(key: int) -> None:
            if await exists(key):
                found.append(key)

        await side_by_side(sorted(ids), one)
        return sorted(found)


async def walk_filled(
    context: ReadContext, listed: CursorList, *, exists: Exists | None = None, known: Iterable[int] = ()
) -> Walked:
    """As `walk_list`; a list without any record is a failed read unless the settings say that it may be empty."""
    walked = await walk_list(context, listed, exists=exists, known=known)
    entity = listed.path.strip("/")
    if not walked.believed.rows and entity not in context.settings.of(Scayle).allow_empty:
        detail = f'{listed.operation} has no records; if that is right, add "{entity}" to scayle.allow_empty'
        raise ReadFailed("empty_first_page", detail)
    return walked


def _disagreement(listed: CursorList, passes: list[Pass]) -> Reason:
    before, after = passes[-2:]
    differing = sorted(map(str, before.rows.keys() ^ after.rows.keys()))
    names = ", ".join("a row without a key" if k.startswith(UNREADABLE) else k for k in differing[:SAMPLE])
    detail = f"{listed.operation}: {len(passes)} passes, and the last two differ in {len(differing)} record(s): {names}"
    return Reason(fault="passes_disagree", detail=detail)


def keys_of(walked: Walked) -> Collection[int | str]:
    """The keys that are believed, in the order of the list."""
    return walked.believed.rows.keys()
