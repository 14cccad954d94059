"""The items of a plan on their way: each is read, written down, sent and read back.

One, ten, then the rest, write by write; the first that does not end as planned stops all. What may have been sent
before the plan was broken off is read back first. Not here: whether the plan may go at all (`applying.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import msgspec

from khaos_assets.corrections.canary import batches
from khaos_assets.corrections.figures import figures_moved
from khaos_assets.corrections.journal import SETTLED, ItemState, Journal, Line
from khaos_assets.corrections.plan import PlanItem
from khaos_assets.systems.read import ReadFailed
from khaos_assets.systems.transport import Halted, TransportError
from khaos_assets.systems.write import Acked, Indeterminate, Outcome, RecordGone, Refused, Repeat, Sending, Write, same

SENDINGS = 3
"""How often one item is sent in one go, where sending it again does no harm."""
FRESH = frozenset({ItemState.PLANNED, ItemState.REFUSED})
"""Of these nothing was changed. One that was sent before the plan was broken off stops nobody: it is only looked at."""
STOPS = frozenset({ItemState.REFUSED, ItemState.INDETERMINATE, ItemState.DIVERGED})
"""How an item of the canary may not end. Of the rest, one that was refused is no reason to stop."""
ASK_A_PERSON = (
    "look at the record: if {after} stands there it was applied, else the next complete night proposes it again"
)


class Stopped(Exception):
    """An item did not end as planned; nothing more is sent."""


@dataclass
class Going:
    """The items of one plan on their way. `lines` is where each stands."""

    journal: Journal
    items: Sequence[PlanItem]
    clients: dict[str, Any]
    canary: Sequence[int]
    progress: Callable[[int, int], None] = lambda done, of: None  # noqa: ARG005
    batched: Callable[[str], bool] = lambda write: False  # noqa: ARG005
    """Whether a kind of write goes in batches of the system."""
    lines: dict[int, Line] = field(default_factory=dict[int, Line])
    _ended: int = 0
    _fresh: frozenset[int] = frozenset()
    """Items of which nothing was changed when this began: they alone can stop the plan."""

    async def all(self) -> None:
        """What may have been sent is read back first. Raises Stopped or Halted; what is under way ends first."""
        self.lines = self.journal.lines()
        places = [p for p, line in self.lines.items() if line.state not in SETTLED]
        self._ended = len(self.lines) - len(places)
        self._fresh = frozenset(p for p in places if self.lines[p].state in FRESH)
        for _, group in self._by_write(p for p in places if p not in self._fresh):
            await self._together(list(group), is_canary=False)
        for _, group in self._by_write(p for p in places if p in self._fresh):
            for batch, is_canary in batches(list(group), self.canary):
                await self._together(batch, is_canary)

    def _by_write(self, places: Iterable[int]) -> Iterator[tuple[str, Iterator[int]]]:
        return groupby(places, key=lambda place: self.items[place - 1].write)

    async def _together(self, places: Sequence[int], is_canary: bool) -> None:
        """Side by side, or in batches of the system. The first failure lets no further item begin."""
        mine = {p: self.items[p - 1] for p in places if p in self._fresh}
        moved = await figures_moved(mine, self.clients)
        for place, why in moved.items():
            await self._note(self.lines[place], ItemState.CONFLICT, why)
            self._ended += 1
        left = [p for p in places if p not in moved]
        item = self.items[places[0] - 1]
        size = type(item.open()).batch if self.batched(item.write) else 1
        if is_canary or size == 1 or not self._fresh.issuperset(left):
            await self._side_by_side(left, self._one, is_canary)
            return
        for begin in range(0, len(left), size):
            await self._in_one_call(left[begin : begin + size])

    async def _side_by_side(
        self, places: Sequence[int], act: Callable[[int], Awaitable[object]], is_canary: bool = False
    ) -> None:
        """Do something with each. Raises what broke it: Halted first, Stopped where an item ended as it may not."""
        broken: list[Exception] = []
        waiting = iter(places)

        async def work() -> None:
            for place in waiting:
                if broken:
                    return
                try:
                    await act(place)
                except (Halted, ReadFailed, TransportError) as e:
                    broken.append(e)
                line = self.lines[place]
                if line.state in STOPS and place in self._fresh and (is_canary or line.state is not ItemState.REFUSED):
                    item = self.items[place - 1]
                    broken.append(Stopped(f"{item.code} {item.record}: {line.state.value}: {line.why}"))
                self._ended += line.state in SETTLED
                self.progress(self._ended, len(self.items))

        if places:
            concurrency = self.clients[self.items[places[0] - 1].system].transport.politeness.concurrency
            await asyncio.gather(*(work() for _ in range(min(concurrency, len(places)))))
        if broken:
            raise next((e for e in broken if isinstance(e, Halted)), broken[0])

    async def _in_one_call(self, places: Sequence[int]) -> None:
        """A batch of the system: each item is read, all are written down, sent together, and each is read back.

        Of an item of which nothing is known afterwards nothing more is sent: what a batch does may come late.
        """
        due: list[int] = []
        ended: dict[int, Outcome] = {}

        async def look(place: int) -> None:
            if await self._is_due(place):
                due.append(place)

        async def settle(place: int) -> None:
            if not await self._settled(place, ended[place]):
                await self._unknown(place, ended[place])

        await self._side_by_side(places, look)
        if not due:
            return
        await asyncio.gather(*(self._note(self.lines[p], ItemState.INTENT) for p in due))
        items = {p: self.items[p - 1] for p in due}
        sendings = [Sending(item.open(), item.after, self._key(p)) for p, item in items.items()]
        try:
            outcomes = await type(sendings[0].write).put_together(self.clients[items[due[0]].system], sendings)
        except Halted:
            for place in due:
                await self._note(self.lines[place], ItemState.PLANNED, "halted before it was sent")
            raise
        ended.update(zip(due, outcomes, strict=True))
        await self._side_by_side(due, settle)

    async def _one(self, place: int) -> None:
        """One item to its end. Raises Halted, ReadFailed or TransportError where it cannot even be read."""
        if await self._is_due(place):
            await self._send(place)

    async def _is_due(self, place: int) -> bool:
        """Whether it is to be sent; where not, its line says why. Raises Halted, ReadFailed or TransportError."""
        item, line = self.items[place - 1], self.lines[place]
        write, client = item.open(), self.clients[item.system]
        if line.state is ItemState.REFUSED:
            line = self.lines[place] = Line(place, generation=line.generation + 1)
        known = line.state not in FRESH  # it may have been sent before
        try:
            seen = await write.current(client)
        except RecordGone as e:
            await self._note(line, ItemState.INDETERMINATE if known else ItemState.GONE, str(e))
            return False
        if same(seen, item.after):
            await self._note(line, ItemState.VERIFIED, "found so after a break" if known else "it stood so already")
        elif not same(seen, item.before):
            state = ItemState.DIVERGED if known else ItemState.CONFLICT
            await self._note(line, state, f"{seen} stands there, expected was {item.before}")
        elif line.state is ItemState.ACKED:
            await self._note(line, ItemState.DIVERGED, f"it was acknowledged, and {seen} stands there")
        elif known and write.repeat is Repeat.NEVER:
            await self._note(line, ItemState.INDETERMINATE, ASK_A_PERSON.format(after=item.after))
        else:
            return True
        return False

    async def _send(self, place: int) -> None:
        """Written down, sent, read back. Sent again only where twice is once, and only after reading."""
        item = self.items[place - 1]
        write, client = item.open(), self.clients[item.system]
        outcome: Outcome = Indeterminate("it was not sent")
        for _ in range(SENDINGS if write.repeat is not Repeat.NEVER else 1):
            details = None
            if item.details is not None:
                asked = item.details.open()
                try:
                    details = await asked.fetch(self.clients[asked.system])
                except RecordGone as e:
                    await self._note(self.lines[place], ItemState.GONE, str(e))
                    return
            await self._note(self.lines[place], ItemState.INTENT)
            try:
                outcome = await _sent(write, client, item.after, self._key(place), details)
            except Halted:
                await self._note(self.lines[place], ItemState.PLANNED, "halted before it was sent")
                raise
            if await self._settled(place, outcome):
                return
        await self._unknown(place, outcome)

    async def _settled(self, place: int, outcome: Outcome) -> bool:
        """What became of a sending, read back where it was not refused. Not settled: as before, and nobody said no."""
        item = self.items[place - 1]
        if isinstance(outcome, Refused):
            await self._note(self.lines[place], ItemState.REFUSED, outcome.why)
            return True
        seen = outcome.seen if isinstance(outcome, Acked) else None
        if seen is None:
            if isinstance(outcome, Acked):
                await self._note(self.lines[place], ItemState.ACKED)
            try:
                seen = await item.open().current(self.clients[item.system])
            except (RecordGone, ReadFailed, TransportError) as e:
                if isinstance(e, Halted):
                    raise
                await self._note(self.lines[place], ItemState.INDETERMINATE, f"it cannot be read back: {e}")
                return True
        if same(seen, item.after):
            await self._note(self.lines[place], ItemState.VERIFIED)
        elif isinstance(outcome, Acked) or not same(seen, item.before):
            await self._note(self.lines[place], ItemState.DIVERGED, f"{seen} stands there after writing {item.after}")
        else:
            return False
        return True

    async def _unknown(self, place: int, outcome: Outcome) -> None:
        said = outcome.why if isinstance(outcome, Indeterminate) else ""
        why = f"{said}; {ASK_A_PERSON.format(after=self.items[place - 1].after)}"
        await self._note(self.lines[place], ItemState.INDETERMINATE, why)

    def _key(self, place: int) -> str:
        """What names this sending where a system keeps such names: at most 50 characters."""
        return f"{self.journal.registered.plan_id[:24]}-{place}-{self.lines[place].generation}"

    async def _note(self, line: Line, state: ItemState, why: str | None = None) -> None:
        moved = msgspec.structs.replace(line, state=state, why=why)
        await self.journal.note(moved)
        self.lines[line.place] = moved


async def _sent(write: Write, client: Any, value: str, key: str, details: Mapping[str, str] | None) -> Outcome:
    return await (write.put(client, value, key) if details is None else write.put_with(client, value, key, details))
