"""Reads proven by a key list: taken before the first chunk and after the last, and whatever differs is asked again.

Proof `counted` (contract section 4): keys and revisions stood still, every listed key answered, no list was cut.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Iterable

from khaos_assets.systems.khaos.calls import askable
from khaos_assets.systems.khaos.decode.key_list import Keys
from khaos_assets.systems.khaos.walk.asking import Asking, shown
from khaos_assets.systems.khaos.walk.seen import Seen
from khaos_assets.systems.read import Proof, Reason

ROUNDS = 3
"""How often differences are asked again before the read is given up as unsettled."""
MOST_SINGLE = 200
"""Codes asked singly at most: if more are lacking, the export itself is broken, and the fault says so."""
GONE = ROUNDS + 1
"""The round in which codes that left the key list are asked for by themselves."""


class Export(ABC):
    """An export that takes codes, and what it gave so far."""

    name: str

    def __init__(self, asking: Asking, chunk: int) -> None:
        self.asking = asking
        self.chunk = chunk
        self.seen = Seen()

    @abstractmethod
    async def ask(self, codes: list[str], round_: int) -> None:
        """Ask for one chunk and note what came."""

    def lacking(self, codes: Iterable[str]) -> list[str]:
        """Codes not answered in full."""
        return self.seen.lacking(codes)

    def contradicting(self) -> list[str]:
        """Codes that came with two contents in one round."""
        return self.seen.contradicting()

    def came_in(self, round_: int, codes: Iterable[str]) -> list[str]:
        return self.seen.came_in(round_, codes)

    async def ask_all(self, codes: Iterable[str], round_: int, *, singly: bool = False) -> None:
        """Ask for codes in chunks, side by side; codes that cannot be asked for are left to the decoder."""

        async def chunk(part: list[str]) -> None:
            await self.ask(part, round_)

        await self.asking.in_chunks([c for c in codes if askable(c)], 1 if singly else self.chunk, chunk)


async def walk_by_keys(
    export: Export, key_list: Callable[[int], Awaitable[Keys]], *, earlier: Collection[str] = ()
) -> Keys:
    """Ask the export for every code of the key list, until list and answers agree. Gives the final list.

    `earlier` are codes of the last complete snapshot: one that the list no longer names is asked for by itself.
    Faults: `changed_during_read`, `not_exported`, `unlisted_code`.
    """
    notes = export.asking.notes
    keys = await key_list(0)
    await export.ask_all(keys, 0)
    suspects = set(earlier)
    settled = False
    for round_ in range(1, ROUNDS + 1):
        await _complete(export, keys, round_)
        again = await key_list(round_)
        changed = [code for code, key in again.items() if keys.get(code) != key]
        suspects |= keys.keys()
        settled = not changed and len(again) == len(keys)
        keys = again
        if settled:
            break
        notes.rereads += len(changed)
        await export.ask_all(changed, round_)
    if not settled:
        detail = f"the key list still changed after {ROUNDS} further readings: the installation was being edited"
        notes.faults.append(Reason(fault="changed_during_read", detail=detail))
    if lacking := export.lacking(_askable(keys)):
        detail = f"{export.name} gave nothing for {len(lacking)} listed codes, asked singly too: {shown(lacking)}"
        notes.faults.append(Reason(fault="not_exported", detail=detail))
    await _gone(export, keys, suspects)
    notes.proof = Proof.COUNTED
    notes.end_recognised_by = "every code of the key list answered; the list was the same before and after"
    notes.facts["listed"] = len(keys)
    return keys


def _askable(keys: Keys) -> list[str]:
    return [c for c in keys if askable(c)]


async def _complete(export: Export, keys: Keys, round_: int) -> None:
    """Ask again, code by code, for what did not come and for what came with two contents."""
    open_ = sorted({*export.lacking(_askable(keys)), *(c for c in export.contradicting() if c in keys)})
    if open_:
        export.asking.notes.rereads += len(open_)
        await export.ask_all(open_[:MOST_SINGLE], round_, singly=True)


async def _gone(export: Export, keys: Keys, suspects: Collection[str]) -> None:
    """A code that the list no longer names must not be exported any more either; else the list lost it."""
    folded = {c.casefold() for c in keys}
    gone = sorted(c for c in suspects if c.casefold() not in folded and askable(c))
    if not gone:
        return
    export.asking.notes.facts["gone"] = len(gone)
    await export.ask_all(gone[:MOST_SINGLE], GONE)
    if living := export.came_in(GONE, gone):
        detail = f"{export.name} still gives {len(living)} codes that the key list does not name: {shown(living)}"
        export.asking.notes.faults.append(Reason(fault="unlisted_code", detail=detail))
