"""A system that is written to in three ways, and a network and a process that may fail at any point.

`Shop` is what stands in the system and what was done to it. `Line` breaks: an answer is lost after the deed, a deed
comes late, a server fails before or after it, the process dies between any two steps.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.event import listen
from sqlalchemy.pool import StaticPool

from khaos_assets.cases import tables
from khaos_assets.cases.ledger import Ledger
from khaos_assets.config import Credentials, Settings
from khaos_assets.corrections.journal import Journal, Line
from khaos_assets.corrections.plan import Ground, Plan, PlanItem
from khaos_assets.corrections.register import enter, find
from khaos_assets.systems.read import System
from khaos_assets.systems.write import Acked, Indeterminate, Outcome, Repeat, Sending, Write

NIGHT = "2026-11-20"
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
READ = "khaos/stock_levels"


class Killed(BaseException):
    """The process is gone: nothing after this point happens."""


@dataclass
class Shop:
    """Values by record, and what was done, in order. `keys` are those the system knows again."""

    values: dict[str, str]
    done: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    keys: set[str] = field(default_factory=set[str])
    late: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])
    faults: list[str] = field(default_factory=list[str])
    """What happens to the next requests that write: "", lost, late, failed, failed_after, forgets."""
    step: Callable[[str], None] = lambda where: None  # noqa: ARG005
    """Called at every point where the process may die."""

    transport: Any = field(
        default_factory=lambda: SimpleNamespace(politeness=SimpleNamespace(concurrency=1), gate=lambda: None)
    )

    def see(self, record: str) -> str:
        self.transport.gate()
        self.step("before reading")
        return self.values[record]

    def write(self, deed: Callable[[], None], key: str | None) -> Outcome:
        """One request: the deed is done at once, late or not, and the answer arrives or does not."""
        self.transport.gate()
        self.step("before sending")
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "forgets":
            self.keys.clear()

        def keyed() -> None:
            if key is None or key not in self.keys:
                deed()
            if key is not None:
                self.keys.add(key)

        if fault == "late":
            self.late.append(keyed)
        elif fault != "failed":
            keyed()
        self.step("after sending")
        return (
            Indeterminate(f"{fault}: no answer came")
            if fault in {"lost", "late", "failed", "failed_after"}
            else Acked()
        )

    def settle(self) -> None:
        """What was on its way arrives."""
        for deed in self.late:
            deed()
        self.late.clear()

    def done_to(self, record: str) -> int:
        return sum(r == record for r, _ in self.done)


class SetWrite(Write, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sets a value: twice is as once."""

    system: ClassVar[str] = "shop"
    name: ClassVar[str] = "shop.value"
    says: ClassVar[str] = "PUT /values/{r}"
    id: str

    async def current(self, client: Shop) -> str | None:
        return client.see(self.id)

    async def put(self, client: Shop, value: str, key: str) -> Outcome:  # noqa: ARG002
        def deed() -> None:
            if client.values[self.id] != value:
                client.done.append((self.id, value))
            client.values[self.id] = value

        return client.write(deed, None)


class BatchWrite(SetWrite, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sets values, several in one call; each row of it may fail or come late by itself."""

    name: ClassVar[str] = "shop.batch"
    batch: ClassVar[int] = 3

    @classmethod
    async def put_together(cls, client: Shop, sendings: Sequence[Sending]) -> list[Outcome]:
        return [await s.write.put(client, s.value, s.key) for s in sendings]


class _Adding(Write, frozen=True, kw_only=True, forbid_unknown_fields=True):
    system: ClassVar[str] = "shop"
    id: str

    async def current(self, client: Shop) -> str | None:
        return client.see(self.id)

    def _deed(self, client: Shop, value: str) -> Callable[[], None]:
        def deed() -> None:
            client.done.append((self.id, value))
            client.values[self.id] = value

        return deed


class KeyedWrite(_Adding, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Adds a record, and knows a key again."""

    name: ClassVar[str] = "shop.keyed"
    says: ClassVar[str] = "POST /keyed"
    repeat: ClassVar[Repeat] = Repeat.KEYED

    async def put(self, client: Shop, value: str, key: str) -> Outcome:
        return client.write(self._deed(client, value), key)


class AddWrite(_Adding, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Adds a record each time."""

    name: ClassVar[str] = "shop.added"
    says: ClassVar[str] = "POST /added"
    repeat: ClassVar[Repeat] = Repeat.NEVER
    reversible: ClassVar[bool] = False

    async def put(self, client: Shop, value: str, key: str) -> Outcome:  # noqa: ARG002
        return client.write(self._deed(client, value), None)


class PriceWrite(SetWrite, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sets a price."""

    name: ClassVar[str] = "shop.price"
    money: ClassVar[bool] = True


WRITES: tuple[type[Write], ...] = (SetWrite, KeyedWrite, AddWrite, PriceWrite, BatchWrite)


def item(write: type[Write], record: str, before: str = "1", after: str = "2", **more: Any) -> PlanItem:
    said = {
        "case_key": f"case-{record}", "code": "STK-04", "write": write.name, "target": {"id": record}, "record": record,
        "field": "stock", "before": before, "after": after, "rests_on": (READ,),
    }  # fmt: skip
    return PlanItem(**(said | more))


def plan_of(items: Sequence[PlanItem], **more: Any) -> Plan:
    said = {
        "merchant": "Bright & Co", "night": NIGHT, "made_at": AT, "planner": "anna", "skus": 100,
        "ground": (Ground(read=READ, snapshot="5f", verdict="COMPLETE"),), "items": tuple(items),
    }  # fmt: skip
    return Plan(**(said | more))


def as_system(shop: Shop) -> System:
    """The shop as a system of its own, as `installed_systems` lists them."""

    @asynccontextmanager
    async def opened(_settings: Settings, _credentials: Credentials) -> AsyncGenerator[Shop]:
        yield shop

    return System("shop", "Shop", opened, ())


def memory_ledger() -> Ledger:
    """A ledger without a disk: as durable as this process needs it."""
    engine = sa.create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})

    def by_hand(connection: Any, _record: object) -> None:
        connection.isolation_level = None

    listen(engine, "connect", by_hand)
    listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    tables.metadata.create_all(engine)
    return Ledger(engine)


class DyingJournal(Journal):
    """A journal in whose process death may come before and after each transaction."""

    step: Callable[[str], None]

    def write(self, lines: Sequence[Line]) -> None:
        self.step("before writing down")
        super().write(lines)
        self.step("after writing down")


class Notebook(Journal):
    """A journal of a few lines that outlives its process, without a database: for deaths by the ten thousand."""

    def __init__(self, items: int) -> None:
        self.kept = {place: Line(place) for place in range(1, items + 1)}
        self.registered = SimpleNamespace(plan_id="0" * 64)  # type: ignore[assignment]
        self.step: Callable[[str], None] = lambda where: None  # noqa: ARG005

    def lines(self) -> dict[int, Line]:
        return dict(self.kept)

    async def note(self, line: Line) -> None:
        self.step("before writing down")
        self.kept[line.place] = line
        self.step("after writing down")


def journal_of(ledger: Ledger, plan: Plan) -> DyingJournal:
    return DyingJournal(ledger, find(ledger, enter(ledger, plan)), "ben", lambda: AT)
