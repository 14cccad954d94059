"""The ledger: opening it, writing to it under one lock, reading it back, proving it whole.

SQLite in the data folder (WAL, synchronous FULL), or PostgreSQL where KHAOS_LEDGER_URL names one. One transaction per
deed: it is there whole or not at all. Not here: what a night or a person does (`recording.py`, `decisions.py`).
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from msgspec.structs import asdict
from sqlalchemy import Connection, Engine, RowMapping
from sqlalchemy.exc import DatabaseError

from khaos_assets.cases import tables
from khaos_assets.cases.database import PATIENCE, Busy, NoDatabase, bring_up_to_date, open_engine, writing
from khaos_assets.cases.deed import Deed, case_of, cases_selected
from khaos_assets.cases.events import GENESIS, Event, Kind, event_hash
from khaos_assets.cases.states import Case, State, after
from khaos_assets.config import Store

URL = "KHAOS_LEDGER_URL"
MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0005"
"""The newest form of the tables: the last of `migrations/versions`."""
LOCK = 7_261_947_201
"""PostgreSQL: the advisory lock that all writers of a ledger take."""


class LedgerError(Exception):
    """What was asked of the ledger cannot be done; the text says why and what to do instead."""


class NoSuchCase(LedgerError):
    """There is no case with this key."""


class LedgerBusy(LedgerError):
    """Another one writes, and has not ended in time: nothing was changed."""


class BrokenChain(LedgerError):
    """The ledger was changed by another hand, or lost a part: the text names the first event that does not fit."""


@dataclass(frozen=True)
class RecordedNight:
    """One recording of a night: its window is the events after those of the recording before, to its own."""

    night: date
    run: int
    as_of: datetime
    first_seq: int
    last_seq: int
    findings: str


@contextmanager
def open_ledger(store: Store, *, url: str | None = None, patience: float = PATIENCE) -> Generator[Ledger]:
    """The ledger of a data folder, made or brought to the newest form where need be.

    `url` is that of KHAOS_LEDGER_URL unless given; it may hold a password and appears in no error. A writer
    waits `patience` seconds for its turn. Raises LedgerError where it cannot be opened.
    """
    url = url or os.environ.get(URL)
    try:
        engine = open_engine(url, store.ledger, patience=patience)
    except NoDatabase as e:
        raise LedgerError(f"{URL}: {e}") from None
    try:
        try:
            bring_up_to_date(engine, MIGRATIONS, version_table="ledger_version", head=HEAD, lock=LOCK)
        except Busy as e:
            raise LedgerBusy(str(e)) from e
        except DatabaseError as e:
            where = URL if url else str(store.ledger)
            raise LedgerError(f"{where}: the ledger cannot be opened: {e.orig}") from e
        yield Ledger(engine)
    finally:
        engine.dispose()


class Ledger:
    """Cases and their events. Reading needs no lock; writing happens inside `deed`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def deed(self, at: datetime) -> Generator[Deed]:
        """One transaction: what is appended inside becomes visible whole when the block ends, or not at all.

        Raises LedgerBusy where another one writes for too long.
        """
        try:
            with writing(self.engine, LOCK) as connection:
                yield Deed(connection, at)
        except Busy as e:
            raise LedgerBusy(str(e)) from e

    def case(self, case_key: str) -> Case:
        """One case by its key, or by the beginning of it where that is enough. Raises NoSuchCase."""
        with self.engine.connect() as connection:
            return find_case(connection, case_key)

    def cases(self, *, states: Iterable[State] | None = None, code: str | None = None, owner: str | None = None,
              limit: int | None = None) -> list[Case]:  # fmt: skip
        """Cases by severity, then pounds, then key; those of `states` only, all of them unless given."""
        now = tables.case
        rank = sa.case({"critical": 0, "high": 1, "medium": 2, "low": 3}, value=now.c.severity, else_=4)
        query = cases_selected().order_by(rank, sa.func.abs(now.c.amount_gbp).desc().nulls_last(), now.c.case_key)
        if states is not None:
            query = query.where(now.c.state.in_([s.value for s in states]))
        if code is not None:
            query = query.where(now.c.code == code)
        if owner is not None:
            query = query.where(now.c.owner == owner)
        with self.engine.connect() as connection:
            return [case_of(row) for row in connection.execute(query.limit(limit))]

    def events(self, case_key: str | None = None, after_seq: int = 0) -> list[Event]:
        """Events in their order: all, or those of one case."""
        query = sa.select(tables.event).where(tables.event.c.seq > after_seq).order_by(tables.event.c.seq)
        if case_key is not None:
            query = query.where(tables.event.c.case_key == case_key)
        with self.engine.connect() as connection:
            return [_event(row) for row in connection.execute(query).mappings()]

    def events_of_no_case(self, kinds: Iterable[Kind]) -> list[Event]:
        """Events of these kinds that are about no case (months, plans, nights), in their order; few, and found fast."""
        event = tables.event.c
        query = sa.select(tables.event).where(event.case_key.is_(None), event.kind.in_([k.value for k in kinds]))
        with self.engine.connect() as connection:
            return [_event(row) for row in connection.execute(query.order_by(event.seq)).mappings()]

    def head(self) -> int:
        """The number of the newest event; 0 in an empty ledger."""
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.max(tables.event.c.seq))) or 0

    def hash_at(self, seq: int) -> str:
        """The hash of one event, which covers all before it. Raises LedgerError where there is no such event."""
        with self.engine.connect() as connection:
            found = connection.scalar(sa.select(tables.event.c.hash).where(tables.event.c.seq == seq))
        if found is None:
            raise LedgerError(f"the ledger has no event {seq}")
        return found

    def nights(self) -> list[RecordedNight]:
        """Every recording, in the order in which they were made."""
        with self.engine.connect() as connection:
            return recorded(connection)

    def verify(self) -> int:
        """Prove the chain and that every case is what its events make of it; the number of events.

        Raises BrokenChain with the first event, night or case that does not fit.
        """
        with self.engine.connect() as connection:
            cases = _prove_chain(connection)
            _prove_nights(connection)
            stored = {row[0]: case_of(row) for row in connection.execute(cases_selected())}
            for key in sorted(cases.keys() | stored.keys()):
                made, kept = cases.get(key), stored.get(key)
                if made is None or kept is None or _decided(made) != _decided(kept):
                    raise BrokenChain(f"case {key} is not what its events say: somebody changed one or the other")
            return connection.scalar(sa.select(sa.func.count()).select_from(tables.event)) or 0


def _prove_chain(connection: Connection) -> dict[str, Case]:
    previous, expected = GENESIS, 1
    cases: dict[str, Case] = {}
    rows = connection.execution_options(yield_per=5000).execute(sa.select(tables.event).order_by(tables.event.c.seq))
    for event in map(_event, rows.mappings()):
        if event.seq != expected or event.previous != previous or event.hash != event_hash(event):
            raise BrokenChain(f"event {expected}: the chain is broken here; what stands before it is proven")
        if event.case_key is not None:
            cases[event.case_key] = after(cases.get(event.case_key), event)
        previous, expected = event.hash, expected + 1
    return cases


def _prove_nights(connection: Connection) -> None:
    """Each recorded night ends with its own event: an end that was cut off is missed here."""
    table = tables.event
    ends = connection.execute(sa.select(table.c.seq, table.c.night).where(table.c.kind == Kind.NIGHT_RECORDED.value))
    told = {(row.seq, row.night) for row in ends}
    for recording in recorded(connection):
        if (recording.last_seq, recording.night) not in told:
            raise BrokenChain(f"night {recording.night} was recorded up to event {recording.last_seq}, which is gone")


def _decided(case: Case) -> dict[str, Any]:
    """What the events decide. When a case was seen last, and how often, is counted and not an event."""
    return {name: value for name, value in asdict(case).items() if name not in ("last_seen", "occurrences")}


def find_case(connection: Connection, case_key: str) -> Case:
    """One case by its key or the beginning of it. Raises NoSuchCase where none or several begin so."""
    now = tables.case
    begins = now.c.case_key.startswith(case_key, autoescape=True)
    rows = connection.execute(cases_selected().where(begins).order_by(now.c.case_key).limit(2)).all()
    exact = [r for r in rows if r[0] == case_key]
    if exact:
        return case_of(exact[0])
    if not rows or not case_key:
        raise NoSuchCase(f"no case has the key {case_key}: `khaos-assets cases list` shows the keys")
    if len(rows) > 1:
        raise NoSuchCase(f"several cases have a key that begins with {case_key}: give more of it")
    return case_of(rows[0])


def recorded(connection: Connection) -> list[RecordedNight]:
    """Every recording of a night, in the order in which they were made."""
    rows = connection.execute(sa.select(tables.night).order_by(tables.night.c.last_seq))
    return [RecordedNight(**row) for row in rows.mappings()]


def _event(row: RowMapping) -> Event:
    values: dict[str, Any] = {**row, "kind": Kind(row["kind"])}
    return Event(**values)
