"""The journal of a plan: where each item stands, written to the ledger before anything is sent.

    planned → intent → acked → verified
                     → refused | indeterminate | diverged          planned → conflict | gone | verified (already so)

`Journal.note` returns when its line is on the disk. Lines of items that move at the same time share one transaction, so
a thousand items do not wait for a thousand disks. Not here: when an item moves (`applying.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa

from khaos_assets.cases import tables
from khaos_assets.cases.deed import Deed
from khaos_assets.cases.events import Happening, Kind
from khaos_assets.cases.ledger import Ledger
from khaos_assets.corrections import CorrectionError
from khaos_assets.corrections.register import Registered, find_in, note

TABLE = tables.correction_item


class ItemState(StrEnum):
    PLANNED = "planned"
    """Nothing was sent."""
    INTENT = "intent"
    """It is about to be sent, or was: only the system knows."""
    ACKED = "acked"
    """The system says it did it; not read back yet."""
    VERIFIED = "verified"
    """Read back: the planned value stands there."""
    REFUSED = "refused"
    """The system said no; nothing was changed."""
    INDETERMINATE = "indeterminate"
    """It may have been applied. `why` says what to do."""
    DIVERGED = "diverged"
    """Something else stands there than what was written and acknowledged."""
    CONFLICT = "conflict"
    """Another value stood there than expected: nothing was sent."""
    GONE = "gone"
    """The record is not there any more: nothing was sent."""


SETTLED = frozenset({ItemState.VERIFIED, ItemState.DIVERGED, ItemState.CONFLICT, ItemState.GONE})
"""Applying the plan again leaves these alone. One that was refused is tried once more, under another key."""


class Line(msgspec.Struct, frozen=True):
    """Where an item stands. `place` counts from 1."""

    place: int
    state: ItemState = ItemState.PLANNED
    generation: int = 1
    """Part of its key: one more after each definite failure."""
    why: str | None = None


class Journal:
    """The lines of one plan. `note` is for use within one event loop."""

    def __init__(self, ledger: Ledger, registered: Registered, actor: str, now: Callable[[], datetime]) -> None:
        self.ledger = ledger
        self.registered = registered
        self.actor = actor
        self._now = now
        self._cases = [item.case_key for item in registered.plan.items]
        self._waiting: list[tuple[Line, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    def lines(self) -> dict[int, Line]:
        """Every item's line by its place; `planned` where none was written."""
        return lines_of(self.ledger, self.registered, len(self._cases))

    def begin(self) -> None:
        """From now on the plan counts as used. Raises CorrectionError where it was refused a moment ago."""
        with self.ledger.deed(self._now()) as deed:
            refused = find_in(deed.connection, self.registered.plan_id).refused_by
            if refused is not None:
                raise CorrectionError(f"plan {self.registered.plan_id[:12]} was refused by {refused}")
            note(
                deed, self.registered, Kind.PLAN_BEGUN, self.actor, {},
                begun_by=self.actor, begun_at=deed.at, ended_at=None, ended_as=None,
            )  # fmt: skip

    def end(self, how: str, why: str | None = None) -> None:
        """done, stopped or halted."""
        with self.ledger.deed(self._now()) as deed:
            said = {"how": how, "why": why}
            note(deed, self.registered, Kind.PLAN_ENDED, self.actor, said, ended_at=deed.at, ended_as=how)

    async def note(self, line: Line) -> None:
        """Write down where an item stands now. Durable when this returns."""
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((line, told))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())
        await told

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await asyncio.to_thread(self.write, [line for line, _ in batch])
            except BaseException as e:
                for _, told in batch:
                    if not told.done():
                        told.set_exception(e)
            else:
                for _, told in batch:
                    if not told.done():
                        told.set_result(None)

    def write(self, lines: Sequence[Line]) -> None:
        """One transaction: events at the end of the chain, rows that follow them."""
        plan_id = self.registered.plan_id
        with self.ledger.deed(self._now()) as deed:
            happenings = [
                Happening(
                    Kind.CORRECTION, actor=self.actor,
                    body={"plan": plan_id, "item": x.place, "state": x.state.value, "generation": x.generation,
                          "case": self._cases[x.place - 1], "why": x.why},
                )
                for x in lines
            ]  # fmt: skip
            deed.append(happenings, self.registered.night)
            latest = {line.place: line for line in lines}
            mine = sa.and_(TABLE.c.plan_id == plan_id, TABLE.c.place.in_(latest))
            deed.connection.execute(sa.delete(TABLE).where(mine))
            deed.connection.execute(sa.insert(TABLE), [self._row(line, deed.at) for line in latest.values()])

    def _row(self, line: Line, at: datetime) -> dict[str, Any]:
        return {
            "plan_id": self.registered.plan_id, "place": line.place, "case_key": self._cases[line.place - 1],
            "night": self.registered.night, "state": line.state.value, "generation": line.generation,
            "why": line.why, "changed_at": at,
        }  # fmt: skip


def lines_of(ledger: Ledger, registered: Registered, items: int) -> dict[int, Line]:
    """Every item's line by its place."""
    columns = (TABLE.c.place, TABLE.c.state, TABLE.c.generation, TABLE.c.why)
    with ledger.engine.connect() as connection:
        rows = connection.execute(sa.select(*columns).where(TABLE.c.plan_id == registered.plan_id)).all()
    known = {row.place: Line(row.place, ItemState(row.state), row.generation, row.why) for row in rows}
    return {place: known.get(place, Line(place)) for place in range(1, items + 1)}


def may_be_sent(deed: Deed, plan_id: str) -> bool:
    """Whether an item of it may have been sent and was not read back yet."""
    unsure = TABLE.c.state.in_([ItemState.INTENT.value, ItemState.ACKED.value])
    return (
        deed.connection.execute(sa.select(TABLE.c.place).where(TABLE.c.plan_id == plan_id, unsure)).first() is not None
    )


def prove(ledger: Ledger) -> int:
    """Prove that each item stands where its events left it; the number of items. Raises CorrectionError."""
    folded: dict[tuple[str, int], tuple[str, int]] = {}
    event = tables.event.c
    kinds = [Kind.PLAN_MADE.value, Kind.CORRECTION.value]
    moves = sa.select(event.kind, event.body).where(event.kind.in_(kinds)).order_by(event.seq)
    with ledger.engine.connect() as connection:
        for kind, body in connection.execute(moves):
            said = msgspec.json.decode(body)
            if kind == Kind.PLAN_MADE.value:
                folded |= {(said["plan"], place): (ItemState.PLANNED.value, 1) for place in range(1, said["items"] + 1)}
            else:
                folded[said["plan"], said["item"]] = (said["state"], said["generation"])
        rows = connection.execute(sa.select(TABLE.c.plan_id, TABLE.c.place, TABLE.c.state, TABLE.c.generation)).all()
    stored = {(row.plan_id, row.place): (row.state, row.generation) for row in rows}
    if folded != stored:
        plan, place = min(folded.items() ^ stored.items())[0]
        raise CorrectionError(f"item {place} of plan {plan[:12]} is not where its events left it: somebody changed it")
    return len(stored)


def utc_now() -> datetime:
    return datetime.now(UTC)
