"""One transaction of the ledger: events go to the end of the chain, and cases and what stands are kept in step.

Here: appending, and the only place that writes cases. Not here: opening a ledger, its lock, its proof (`ledger.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from msgspec.structs import asdict
from sqlalchemy import Connection

from khaos_assets.cases import tables
from khaos_assets.cases.events import GENESIS, Event, Happening, Kind, placed
from khaos_assets.cases.states import Case, State, after

STATE = Case.__struct_fields__.index("state")
STATES = {s.value: s for s in State}


@dataclass
class Deed:
    """One transaction that appends events, and keeps cases and what stands in step with them."""

    connection: Connection
    at: datetime
    """The instant that its events bear (aware)."""
    cases: dict[str, Case] = field(default_factory=dict)
    """The cases it has in hand, as its events leave them."""

    def load(self, keys: Iterable[str], beside: sa.ColumnElement[bool] | None = None) -> dict[str, Case]:
        """Take in hand the cases with these keys, and those for which `beside` holds."""
        mine = tables.case.c.case_key.in_(among(self.connection, keys))
        rows = self.connection.execute(cases_selected().where(mine if beside is None else sa.or_(beside, mine)))
        self.cases |= {row[0]: case_of(row) for row in rows}
        return self.cases

    def append(self, happenings: Sequence[Happening], night: date | None) -> int:
        """Put events at the end of the chain and let each do to its case what it does; the last one's number."""
        table = tables.event
        head = self.connection.execute(
            sa.select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)
        ).one_or_none()
        seq, previous = (head.seq, head.hash) if head else (0, GENESIS)
        events: list[Event] = []
        fresh: set[str] = set()
        before: dict[str, Case | None] = {}
        spans = _Spans()
        for happening in happenings:
            event = placed(happening, seq + 1, self.at, night, previous)
            seq, previous = event.seq, event.hash
            events.append(event)
            key = event.case_key
            if key is None:
                continue
            was = self.cases.get(key)
            if key not in before:
                before[key] = was
                if was is None:
                    fresh.add(key)
            self.cases[key] = now = after(was, event)
            spans.follow(was, now, event)
        rows = [{**asdict(e), "kind": e.kind.value} for e in events]
        if rows:
            self.connection.execute(sa.insert(table), rows)
        self._keep([self.cases[k] for k in before if k in fresh], [self.cases[k] for k in before if k not in fresh])
        spans.write(self.connection)
        return seq

    def _keep(self, fresh: list[Case], known: list[Case]) -> None:
        if fresh:
            self.connection.execute(sa.insert(tables.case), [{**asdict(c), "state": c.state.value} for c in fresh])
        if known:
            columns = [c for c in tables.case.c if c.name not in ("case_key", "last_seen", "occurrences")]
            change = sa.update(tables.case).where(tables.case.c.case_key == sa.bindparam("key"))
            change = change.values({c.name: sa.bindparam(f"new_{c.name}") for c in columns})
            self.connection.execute(
                change,
                [
                    {"key": c.case_key, **{f"new_{x.name}": getattr(c, x.name) for x in columns}}
                    | {"new_state": c.state.value}
                    for c in known
                ],
            )

    def seen(self, keys: Iterable[str], night: date) -> None:
        """Count one more night on which these cases showed; a night counts once, however often it is run."""
        now = tables.case
        shown = now.c.case_key.in_(among(self.connection, keys))
        first = sa.or_(now.c.last_seen < night, now.c.occurrences == 0)
        once = {"last_seen": night, "occurrences": now.c.occurrences + 1}
        self.connection.execute(sa.update(now).where(shown, first).values(once))


@dataclass
class _Spans:
    """Rows of `standing` that begin and end with the events of one deed."""

    begun: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    ended: list[dict[str, Any]] = field(default_factory=list)
    _current: dict[str, dict[str, Any]] = field(default_factory=dict)

    def follow(self, was: Case | None, now: Case, event: Event) -> None:
        stood = was is not None and was.stands
        if stood == now.stands and (was is None or not now.stands or _worth(was) == _worth(now)):
            return
        if stood:
            end = event.kind.value if event.kind in (Kind.ACCEPTED, Kind.FALSE_POSITIVE) else now.closing_kind
            self._end(now.case_key, event.seq, "changed" if now.stands else end or "")
        if now.stands and now.opened_night is not None:
            began = "changed" if stood else event.kind.value
            row = {"case_key": now.case_key, "from_seq": event.seq, "to_seq": None, "began_as": began,
                   "ended_as": None, "code": now.code, "systems": now.systems, "since": now.opened_night,
                   **_worth(now)}  # fmt: skip
            self.begun[now.case_key, event.seq] = self._current[now.case_key] = row

    def _end(self, key: str, seq: int, how: str) -> None:
        row = self._current.pop(key, None)
        if row is not None:
            row["to_seq"], row["ended_as"] = seq, how
        else:
            self.ended.append({"key": key, "seq": seq, "how": how})

    def write(self, connection: Connection) -> None:
        table = tables.standing
        if self.ended:
            last = sa.update(table).where(table.c.case_key == sa.bindparam("key"), table.c.to_seq.is_(None))
            connection.execute(last.values(to_seq=sa.bindparam("seq"), ended_as=sa.bindparam("how")), self.ended)
        if self.begun:
            connection.execute(sa.insert(table), list(self.begun.values()))


def _worth(case: Case) -> dict[str, Any]:
    """What a line of `standing` says of a case beside its name."""
    return {
        "owner": case.owner, "severity": case.severity, "amount_gbp": case.amount_gbp, "side": case.side,
        "due_at": case.due_at,
    }  # fmt: skip


def among(connection: Connection, keys: Iterable[str]) -> sa.TextualSelect:
    """Any number of keys as one parameter of a statement."""
    postgresql = connection.dialect.name == "postgresql"
    each = "jsonb_array_elements_text(CAST(:keys AS jsonb))" if postgresql else "json_each(:keys)"
    return sa.text(f"SELECT value FROM {each}").bindparams(keys=json.dumps(sorted(keys))).columns(value=sa.String)


def cases_selected() -> sa.Select[Any]:
    """Rows of `case_now`, for `case_of`."""
    return sa.select(*(tables.case.c[name] for name in Case.__struct_fields__))


def case_of(row: Sequence[Any]) -> Case:
    """A row of `cases_selected`."""
    values: list[Any] = list(row)
    values[STATE] = STATES[values[STATE]]
    return Case(*values)
