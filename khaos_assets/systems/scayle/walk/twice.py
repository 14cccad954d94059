"""A list walked until two passes agree, and looked at from outside: what a cursor list can prove (contract scayle, 4).

The passes cut their pages at different rows, so neither a shift of the list nor an end that comes too early meets both
at the same place. What still differs is asked for by id: a row that only the later pass shows and whose id is the
highest was added meanwhile, one that is answered 404 was deleted. Two passes can still hide the same row. So ids that
the list should show if it hid any are asked for as well: those of the last snapshot that it lacks, and the gaps between
the ids that it shows, with some before the first and behind the last.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from khaos_assets.systems.read import Proof, ReadContext, ReadFailed, Reason, WalkNotes
from khaos_assets.systems.scayle import fields
from khaos_assets.systems.scayle.settings import Scayle
from khaos_assets.systems.scayle.walk.lists import UNREADABLE, CursorList, ListReader, Pass
from khaos_assets.systems.scayle.walk.side_by_side import side_by_side

COMPARISONS = 3
EDGE = 10
"""Ids that are tried before the first one of a list and behind the last."""
MOST_SINGLE = 500
"""Records of the last snapshot that are asked for one by one when the list lacks them."""
SAMPLE = 5

Exists = Callable[[int], Awaitable[bool]]
"""Asks for one record by its id: whether the system has it, and it belongs in this list."""


class ListWalk:
    """A list, walked until two neighbouring passes agree. `exists` asks for one of its records, where that can be."""

    def __init__(self, context: ReadContext, listed: CursorList, exists: Exists | None = None) -> None:
        size = context.settings.of(Scayle).page_size
        self.listed = listed
        self.proof = Proof.TWO_PASS
        self._allow_empty = context.settings.of(Scayle).allow_empty
        self._reader = ListReader(context, listed)
        self._exists = exists
        self._sizes = (size, max(1, size - 1 - size // 10))
        self._passes: list[Pass] = []
        self._faults: list[Reason] = []
        self._remarks: list[Reason] = []

    @property
    def rows(self) -> Mapping[int | str, Any]:
        """Key → what is remembered of the row, of the pass that counts."""
        return self._passes[-1].rows

    @property
    def pages(self) -> list[int]:
        """Landed pages of the pass that counts."""
        return self._passes[-1].pages

    @property
    def ids(self) -> list[int]:
        """The keys that are numbers, sorted."""
        return sorted(k for k in self.rows if isinstance(k, int))

    async def run(self) -> None:
        """Pass after pass, until two neighbours agree. Raises ReadFailed and TransportError."""
        await self._again()
        for _ in range(COMPARISONS):
            await self._again()
            if await self._last_two_agree():
                return
        self._faults.append(self._disagreement())

    def refuse_empty(self, entity: str) -> None:
        """Raises ReadFailed for a list without any record, unless the settings say that it may be empty."""
        if not self.rows and entity not in self._allow_empty:
            detail = f'{self.listed.operation} has no records; if that is right, add "{entity}" to scayle.allow_empty'
            raise ReadFailed("empty_first_page", detail)

    async def look_for(self, before: Iterable[int], unseen: Iterable[int]) -> None:
        """Ask for records that the list lacks: those that stood in it `before`, and `unseen` ids it might hide.

        One that exists may be new: then the next pass shows it.
        """
        if self._faults:
            return
        missing = sorted(k for k in before if k not in self.rows)
        if len(missing) > MOST_SINGLE:
            detail = f"{len(missing)} records of the last snapshot are gone; only {MOST_SINGLE} were asked for singly"
            self._remarks.append(Reason(fault="absence_not_confirmed", detail=detail))
            self.proof = Proof.OVERLAP_ONLY
        hidden = await self._existing({*missing[:MOST_SINGLE], *unseen})
        if hidden:
            await self._again()
            hidden = await self._existing(k for k in hidden if k not in self.rows)
        if hidden:
            detail = f"{len(hidden)} record(s) answer when asked for by id and are not in the list: {_shown(hidden)}"
            self._faults.append(Reason(fault="list_incomplete", detail=f"{self.listed.operation}: {detail}"))

    async def expect_gone(self, ids: Iterable[int]) -> None:
        """Listed records that are answered 404 when asked for by id: the next pass must not show them any more."""
        unknown = sorted(ids)
        if not unknown or self._faults:
            return
        await self._again()
        if listed := [k for k in unknown if k in self.rows]:
            detail = f"{len(listed)} record(s) of the list answer 404 when asked for by id: {_shown(listed)}"
            self._faults.append(Reason(fault="not_answered", detail=f"{self.listed.operation}: {detail}"))
        else:
            detail = f"{len(unknown)} record(s) went away during the read: {_shown(unknown)}"
            self._remarks.append(Reason(fault="deleted_meanwhile", detail=detail))

    def note(self, notes: WalkNotes) -> None:
        """Add what was found to the notes of the read."""
        notes.faults = [*notes.faults, *self._faults]
        notes.remarks = [*notes.remarks, *self._remarks, *fields.remark(self._reader.unknown_fields)]
        notes.rereads += len(self._passes) - 2 + self._reader.restarts
        notes.end_recognised_by = "the next cursor is null, in two passes with pages of two sizes"
        notes.facts["pages"] = [*notes.facts.get("pages", ()), *self.pages]
        if self.proof is Proof.OVERLAP_ONLY:
            notes.proof = Proof.OVERLAP_ONLY

    async def _again(self) -> None:
        number = len(self._passes) + 1
        self._passes.append(await self._reader.run(number, self._sizes[(number - 1) % 2]))

    async def _last_two_agree(self) -> bool:
        """Whether every row that one of them lacks is explained."""
        before, after = (p.rows for p in self._passes[-2:])
        last = max((k for k in before if isinstance(k, int)), default=0)
        shown_earlier = {k for p in self._passes[:-2] for k in p.rows}
        if any(not isinstance(k, int) or k < last or k in shown_earlier for k in after.keys() - before.keys()):
            return False
        lost = [k for k in before if k not in after]
        numbers = [k for k in lost if isinstance(k, int)]
        if lost and (self._exists is None or len(numbers) < len(lost) or await self._existing(numbers)):
            return False
        if lost:
            detail = f"{len(lost)} record(s) went away during the read: {_shown(lost)}"
            self._remarks.append(Reason(fault="deleted_meanwhile", detail=detail))
        return True

    async def _existing(self, ids: Iterable[int]) -> list[int]:
        """Those of the ids that the system has, sorted."""
        exists, found = self._exists, list[int]()

        async def one(key: int) -> None:
            if exists is not None and await exists(key):
                found.append(key)

        await side_by_side(sorted(ids), one)
        return sorted(found)

    def _disagreement(self) -> Reason:
        before, after = (p.rows for p in self._passes[-2:])
        differing = sorted(map(str, before.keys() ^ after.keys()))
        names = ["a row without a key" if k.startswith(UNREADABLE) else k for k in differing]
        what = f"{len(self._passes)} passes, and the last two differ in {len(differing)} record(s): {_shown(names)}"
        return Reason(fault="passes_disagree", detail=f"{self.listed.operation}: {what}")


def unseen_ids(shown: Collection[int], most: int) -> tuple[list[int], bool]:
    """Ids between and around those shown; and whether these are all: where too many, only those behind the end."""
    if not shown:
        return [], True
    first, last = max(1, min(shown) - EDGE), max(shown)
    if last + EDGE + 1 - first - len(shown) <= most:
        known = set(shown)
        return [n for n in range(first, last + EDGE + 1) if n not in known], True
    return list(range(last + 1, last + 1 + min(EDGE, most))), False


def _shown(keys: Sequence[int | str]) -> str:
    more = f" and {len(keys) - SAMPLE} more" if len(keys) > SAMPLE else ""
    return ", ".join(map(str, keys[:SAMPLE])) + more
