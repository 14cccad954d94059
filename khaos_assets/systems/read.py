"""What one read of a system is: how it is walked, decoded and proven. Each system's `reads.py` declares its `SYSTEM`.

A read has two halves that never mix:

* `walk` talks to the system, lands every answer through `context.land`, and decides while it goes what must be asked
  again. What it learned stands in its `WalkNotes`.
* `decode` turns landed pages and notes into records, without network, clock or configuration: a rebuild calls it again
  and gets the same tables.

Not here: where pages are stored, how certificates are computed (`snapshots/`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Protocol

import msgspec
import pyarrow as pa

import khaos_assets.systems as systems_package
from khaos_assets.config import Credentials, Night, Settings
from khaos_assets.systems.wire import Record


class Proof(StrEnum):
    """How completeness was shown, strongest first."""

    KEYSET = "keyset"
    COUNTED = "counted"
    TWO_PASS = "two_pass"
    OVERLAP_ONLY = "overlap_only"


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a read is not complete: `fault` is a stable snake_case word, `detail` says what a person should know."""

    fault: str
    detail: str


class LandedPage(msgspec.Struct, frozen=True, kw_only=True):
    """One answer as it stands in the manifest of its read. The body is read from the file when needed."""

    number: int
    file: str
    operation: str
    selector: str
    """What was asked, in words and without secrets: "offset=0 limit=5000"."""
    asked: dict[str, Any]
    """What was asked, for the decoder: offset, limit, pass number, codes, site, order code …"""
    sha256_received: str
    sha256_stored: str
    bytes_received: int
    rows: int = 0
    first_key: str | None = None
    last_key: str | None = None
    total: int | None = None


class WalkNotes(msgspec.Struct, kw_only=True):
    """What the walk learned; kept in the manifest. `faults` not empty = INCOMPLETE."""

    proof: Proof = Proof.OVERLAP_ONLY
    end_recognised_by: str = ""
    faults: list[Reason] = []
    rereads: int = 0
    requests: int = 0
    clock_offset_ms: int | None = None
    account_start: str | None = None
    account_end: str | None = None
    remarks: list[Reason] = []
    """Worth knowing, but no reason to call the read incomplete."""
    facts: dict[str, Any] = {}
    """Whatever the decoder needs beside the pages (for example: which pass is the one that counts)."""


class Landing(Protocol):
    """Where a walk puts its answers."""

    def land(
        self,
        body: bytes,
        *,
        operation: str,
        selector: str,
        asked: Mapping[str, Any],
        suffix: str,
        received: bytes | None = None,
        packed: bytes | None = None,
        rows: int = 0,
        first_key: str | None = None,
        last_key: str | None = None,
        total: int | None = None,
    ) -> LandedPage:
        """Store one answer, once. `body` is what is kept (personal fields removed); `received` what came, if other.

        `packed`: the gzip member in which an unchanged body came; kept as it is, since it takes a tenth of the room.
        May be called from any thread.
        """
        ...

    def land_unreadable(self, received: bytes, *, operation: str, selector: str, why: str) -> None:
        """A body that could not be parsed: kept in the restricted folder, never in the snapshot."""
        ...


class Pages(Protocol):
    """The landed pages of one read, for decoding."""

    @property
    def pages(self) -> Sequence[LandedPage]: ...

    def body(self, page: LandedPage) -> bytes: ...


class Quarantined(msgspec.Struct, frozen=True, kw_only=True):
    """A record that broke the wire contract. `key` is its source key, or "page:row" where the key is unreadable."""

    key: str
    key_readable: bool
    page: int
    row: int
    field: str
    reason: str
    raw: str
    """The record's text, at most 2,000 characters, without personal fields."""


@dataclass
class Decoded:
    """The records of one read by table name (the first table is the entity itself), and what was set aside."""

    tables: dict[str, Sequence[Record] | pa.Table]
    quarantined: list[Quarantined] = field(default_factory=list)
    faults: list[Reason] = field(default_factory=list)
    """Found while decoding (one key twice, …): INCOMPLETE, as those of the walk."""


async def _nothing_moved() -> set[str]:
    return set()


@dataclass
class ReadContext:
    """What a walk may use."""

    settings: Settings
    credentials: Credentials
    night: Night
    landing: Landing
    client: Any
    """The system's client, shared by all its reads of this run."""
    result: Callable[[str], Awaitable[Decoded]]
    """Waits for another read of the same system in this run ("items"), or takes this night's stored one (then its
    tables are lists of records). ReadFailed if it is incomplete or there is none."""
    references: Callable[[], Awaitable[set[str]]]
    """Waits until every other system has told which order references it knows; includes those of their last stored
    snapshots. A walk that calls this and whose read has `order_references` calls `announce` first."""
    earlier_keys: Callable[[], set[str]]
    """Keys of the last complete snapshot of this entity before this night; empty where there is none."""
    announce: Callable[[Iterable[str]], None] = lambda references: None  # noqa: ARG005
    """Tells the other systems' reads which orders were listed, while this walk goes on to ask for theirs: two systems
    that ask for each other's orders would wait for ever otherwise."""
    earlier_table: Callable[[str], pa.Table | None] = lambda table: None  # noqa: ARG005
    """A table of the last complete snapshot of this entity before this night, by its name; None where there is none."""
    progress: Callable[[int], None] = lambda rows: None  # noqa: ARG005
    """Called with the number of rows a page brought."""
    since: datetime | None = None
    """For a delta: the instant (UTC) of the last complete snapshot. How far to reach over it is the system's matter."""
    moved: Callable[[], Awaitable[set[str]]] = _nothing_moved
    """For a delta: waits for the stock codes that other systems' deltas tell of (`Delta.moved`)."""


class ReadFailed(Exception):
    """The walk cannot go on. Becomes an INCOMPLETE certificate with this reason; the other reads go on."""

    def __init__(self, fault: str, detail: str) -> None:
        super().__init__(f"{fault}: {detail}")
        self.reason = Reason(fault=fault, detail=detail)


@dataclass(frozen=True)
class Delta:
    """How a read is made in the day: what changed since `ReadContext.since`, decoded like the whole.

    Its records take the place of those in the last complete snapshot. It never shows that a record is gone.
    """

    walk: Callable[[ReadContext], Awaitable[WalkNotes]]
    replaces: tuple[str, ...] = ()
    """Columns whose values a delta brings whole (all lines of an order); the key unless given."""
    merges: bool = True
    """False where nothing tells what changed: then the rows asked for stand alone, and of others nothing is known."""
    moved: Callable[[Decoded], Iterable[str]] | None = None
    """Stock codes of the records that changed: other systems ask for theirs."""


@dataclass(frozen=True)
class Read:
    """One entity of one system."""

    entity: str
    title: str
    tables: Mapping[str, type[Record]]
    """Table name → record type; the first is the entity."""
    key: tuple[str, ...]
    """Columns of the entity's key; joined by "/" they are its source key. Never contains personal data."""
    walk: Callable[[ReadContext], Awaitable[WalkNotes]]
    decode: Callable[[Pages, WalkNotes], Decoded]
    change_column: str | None = None
    """The column with the record's own change time, UTC; None where the wire has none."""
    units_column: str | None = None
    value_column: str | None = None
    order_references: Callable[[Decoded], Iterable[str]] | None = None
    """References of orders this read knows: others ask for these orders by name. Tables may be Arrow or records."""
    never_deleted: bool = False
    """The contract says that a record once seen stays: one that vanished since the last complete snapshot is a defect
    of the read (`snapshots/` checks it), unless a person confirmed it in `feeds.<system>.<entity>.confirmed_drops`."""
    delta: Delta | None = None
    """None: not read in the day; the last complete snapshot stands for it."""


@dataclass(frozen=True)
class System:
    """One system: its name, how a client for it is opened, and its reads."""

    name: str
    title: str
    open_client: Callable[[Settings, Credentials], Any]
    """Returns an async context manager; entering it gives the client."""
    reads: tuple[Read, ...]
    probe: Callable[[Any], Awaitable[str]] | None = None
    """One cheap read that needs the credentials, with the client; says what answered. None: opening is all there is."""

    def read(self, entity: str) -> Read:
        return next(r for r in self.reads if r.entity == entity)


def system_folder(name: str) -> Path:
    """Where the files of a system lie that are no Python: conform/*.sql, contract.toml."""
    return Path(import_module(f"{systems_package.__name__}.{name}").__path__[0])


@cache
def installed_systems() -> dict[str, System]:
    """Every folder below `systems/` that has a `reads.py`, by name."""
    names = sorted(m.name for m in iter_modules(systems_package.__path__) if m.ispkg)
    modules = [f"{systems_package.__name__}.{name}.reads" for name in names]
    found = (import_module(module).SYSTEM for module in modules if find_spec(module))
    return {s.name: s for s in found}
