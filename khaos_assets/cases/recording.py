"""A night's findings become events: what is new, what changed, what is gone, what has waited too long.

Closed by a night is only what it could have seen (`control_code.closes`). The same findings recorded again change
nothing. Not here: what a person decides (`decisions.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa

from khaos_assets.cases import tables
from khaos_assets.cases.events import Happening, Kind
from khaos_assets.cases.ledger import Ledger, RecordedNight, open_ledger, recorded
from khaos_assets.cases.service import due
from khaos_assets.cases.states import FACTS, LIVE, STANDING, Case, Closing, State
from khaos_assets.config import Night, Settings, Store
from khaos_assets.config.settings import SEVERITIES
from khaos_assets.warehouse import open_warehouse

IDENTITY = ("code", "systems", "entity", "record_key", "scope", "field")
MOVES = ("expected_value", "actual_value", "units", "amount_gbp", "severity")
"""What has to change for an event to say so."""


class Finding(msgspec.Struct, frozen=True):
    """One row of a night's exceptions, as far as its case is concerned. GBP; instants aware UTC."""

    case_key: str
    state: str
    """expected, open, suppressed."""
    code: str
    systems: str
    entity: str
    record_key: str
    scope: str
    field: str
    counterpart_key: str | None
    owner: str
    severity: str
    expected_value: str | None
    actual_value: str | None
    reason: str | None
    units: Decimal | None
    amount_gbp: Decimal | None
    correction: str | None
    first_seen: datetime
    suppressed_by: str | None


@dataclass(frozen=True)
class NightFindings:
    """Everything that a night says of cases."""

    night: Night
    rows: Mapping[str, Finding]
    """By case key."""
    closes: frozenset[tuple[str, str]]
    """Codes and pairs whose unseen cases are gone."""

    @property
    def digest(self) -> str:
        """The same for the same findings, whatever the order in which they were read."""
        rows = [self.rows[key] for key in sorted(self.rows)]
        return hashlib.sha256(msgspec.json.encode((sorted(self.closes), rows))).hexdigest()


def record_night(settings: Settings, store: Store, night: Night) -> RecordedNight | None:
    """Put what the warehouse holds of a night into the ledger, in one transaction.

    Nights are recorded in their order. The newest may be recorded again: only what differs becomes events. An older one
    leaves the ledger as it is: what people did since rests on what they saw. It gives what was recorded of it then, or
    None. Raises LedgerError where the ledger cannot be opened.
    """
    findings = read_findings(store, night)
    with open_ledger(store) as ledger:
        return record(ledger, settings, findings)


def read_findings(store: Store, night: Night) -> NightFindings:
    """The night's rows of `exception` and `control_code`."""
    columns = ", ".join(Finding.__struct_fields__)
    with store.writing(), open_warehouse(store, read_only=True) as db:
        rows = db.execute(f"SELECT {columns} FROM exception WHERE night = ?", [night.date]).fetchall()
        closes = db.execute(
            "SELECT code, systems FROM control_code WHERE night = ? AND closes", [night.date]
        ).fetchall()
    return NightFindings(night, {row[0]: Finding(*row) for row in rows}, frozenset(closes))


def record(ledger: Ledger, settings: Settings, findings: NightFindings) -> RecordedNight | None:
    """As `record_night`, of findings in hand."""
    night, digest = findings.night, findings.digest
    with ledger.deed(night.as_of) as deed:
        earlier = recorded(deed.connection)
        last = earlier[-1] if earlier else None
        if last is not None and night.date < last.night:
            return next((r for r in reversed(earlier) if r.night == night.date), None)
        if last is not None and last.night == night.date and last.findings == digest:
            return last
        known = deed.load(findings.rows, _concerned(findings))
        corrected = corrected_before(deed.connection, night.date)
        happenings = list(changes(known, findings, settings, corrected))
        run = 1 + sum(r.night == night.date for r in earlier)
        summary = Happening(
            Kind.NIGHT_RECORDED, body={"night": night.date, "run": run, "findings": digest, "rows": len(findings.rows)}
        )
        seq = deed.append([*happenings, summary], night.date)
        deed.seen([k for k, row in findings.rows.items() if row.state != "suppressed" and k in deed.cases], night.date)
        made = RecordedNight(night.date, run, night.as_of, last.last_seq + 1 if last else 1, seq, digest)
        deed.connection.execute(sa.insert(tables.night), [vars(made)])
        return made


def record_moment(ledger: Ledger, settings: Settings, findings: NightFindings) -> int:
    """What a moment of the day found open goes to the same cases: they open, come back, change. None closes.

    Only open rows count, and `closes` is not looked at. Gives the number of events; 0 in a ledger without a night.
    """
    with ledger.deed(findings.night.as_of) as deed:
        nights = recorded(deed.connection)
        if not nights:
            return 0
        found = {key: row for key, row in findings.rows.items() if row.state == "open"}
        known = deed.load(found)
        moment = NightFindings(findings.night, found, frozenset())
        happenings = list(changes(known, moment, settings))
        deed.append(happenings, nights[-1].night)
        return len(happenings)


def _concerned(findings: NightFindings) -> sa.ColumnElement[bool]:
    """Cases that a night may change without showing them: by closing them, or because their time is over.

    What else stands unseen stays as it is, and is not even read.
    """
    now, standing = tables.case.c, [s.value for s in STANDING]
    closes = sa.tuple_(now.code, now.systems).in_(sorted(findings.closes))
    expired = sa.and_(now.state == State.ACCEPTED.value, now.accepted_until < findings.night.date)
    overdue = sa.and_(now.state.in_(standing), sa.not_(now.breached), now.due_at < findings.night.as_of)
    return sa.and_(now.state.in_([s.value for s in LIVE]), sa.or_(closes, expired, overdue))


def corrected_before(connection: sa.Connection, night: date) -> dict[str, tuple[date, str]]:
    """Cases whose correction was applied and read back: the night it rested on, and its plan. The latest of each."""
    item = tables.correction_item
    rows = connection.execute(
        sa.select(item.c.case_key, item.c.night, item.c.plan_id)
        .where(item.c.state == "verified", item.c.night < night)
        .order_by(item.c.night, item.c.plan_id)
    )
    return {row.case_key: (row.night, row.plan_id) for row in rows}


def changes(
    known: Mapping[str, Case], findings: NightFindings, settings: Settings,
    corrected: Mapping[str, tuple[date, str]] = {},
) -> Iterator[Happening]:  # fmt: skip
    """What the night's findings do to the cases that are known, case by case in the order of their keys."""
    for key in sorted(known.keys() | findings.rows.keys()):
        case, row = known.get(key), findings.rows.get(key)
        if row is None:
            if case is not None:
                yield from _unseen(case, findings, settings, corrected.get(key))
        elif row.state == "open":
            yield from _open(case, row, findings.night, settings)
        elif case is None:
            if row.state == "expected":
                yield _happening(Kind.APPEARED, row, _whole(row))
        elif case.stands:
            why = f"explained by {row.suppressed_by}" if row.suppressed_by else (row.reason or "inside its grace again")
            yield _closed(case, Closing.EXPLAINED, why)
        elif case.state is State.EXPECTED and row.state == "suppressed":
            yield _closed(case, Closing.EXPLAINED, f"explained by {row.suppressed_by}")


def _open(case: Case | None, row: Finding, night: Night, settings: Settings) -> Iterator[Happening]:
    if case is None:
        yield _happening(Kind.OPENED, row, _whole(row) | _due(row, row.severity, night, settings))
        return
    moved = _moved(case, row)
    if case.state is State.EXPECTED:
        yield _happening(Kind.OPENED, row, _facts(row) | _due(row, row.severity, night, settings) | _owner(case, row))
        return
    if not case.stands:
        why = _why_reopened(case, row, night.date, moved)
        if why is not None:
            body = {"why": why} | _facts(row) | _due(row, row.severity, night, settings) | _owner(case, row)
            yield _happening(Kind.REOPENED, row, body)
        return
    rose = SEVERITIES.index(row.severity) < SEVERITIES.index(case.severity)
    body = _facts(row) | _owner(case, row) if moved or _owner(case, row) else {}
    due_at = case.due_at
    if rose:
        sooner = due(settings, row.code, row.severity, row.amount_gbp, night.as_of)
        due_at = min(case.due_at, sooner) if case.due_at else sooner
        body = body | {"from": case.severity, "due_at": due_at}
    if body:
        yield _happening(Kind.ESCALATED if rose else Kind.CHANGED, row, body)
    if not case.breached and due_at is not None and due_at < night.as_of:
        yield _happening(Kind.BREACHED, row, {"due_at": due_at})


def _unseen(
    case: Case, findings: NightFindings, settings: Settings, corrected: tuple[date, str] | None
) -> Iterator[Happening]:
    # A case that the day found after this night's instant cannot show in the night, however often it is run.
    gone = (case.code, case.systems) in findings.closes and case.first_seen <= findings.night.as_of
    if case.state is State.FALSE_POSITIVE:
        return
    if gone and case.state is not State.RESOLVED:
        if corrected and case.opened_night and corrected[0] >= case.opened_night:
            yield _closed(
                case, Closing.CORRECTION, f"a complete night no longer shows it after plan {corrected[1][:12]}"
            )
        else:
            yield _closed(case, Closing.EVIDENCE, "a complete night no longer shows it")
    elif case.state is State.ACCEPTED and _expired(case, findings.night.date):
        later = due(settings, case.code, case.severity, case.amount_gbp, findings.night.as_of)
        yield Happening(Kind.REOPENED, case.case_key, body={"why": "the acceptance expired", "due_at": later})
    elif case.stands and not case.breached and case.due_at is not None and case.due_at < findings.night.as_of:
        yield Happening(Kind.BREACHED, case.case_key, body={"due_at": case.due_at})


def _why_reopened(case: Case, row: Finding, night: date, moved: bool) -> str | None:
    """Why a closed case that shows again is open again; None where it stays closed."""
    if case.state is State.FALSE_POSITIVE:
        return "its values are not those that were found to be no difference" if moved else None
    if case.state is State.ACCEPTED:
        if _expired(case, night):
            return "the acceptance expired"
        grew = abs(row.amount_gbp or 0) > abs(case.accepted_gbp or 0)
        return "its value grew beyond what was accepted" if grew else None
    if case.closing_kind == Closing.PERSON and case.closed_night is not None and night <= case.closed_night:
        return None  # what a person did after this night cannot show in it
    return "it shows again"


def _expired(case: Case, night: date) -> bool:
    return case.accepted_until is not None and case.accepted_until < night


def _moved(case: Case, row: Finding) -> bool:
    return any(getattr(case, name) != getattr(row, name) for name in MOVES)


def _owner(case: Case, row: Finding) -> dict[str, Any]:
    """Routing gave it another owner; an owner whom a person named stays."""
    return {} if case.assigned or case.owner == row.owner else {"owner": row.owner}


def _facts(row: Finding) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FACTS}


def _whole(row: Finding) -> dict[str, Any]:
    return {name: getattr(row, name) for name in (*IDENTITY, "owner", "first_seen")} | _facts(row)


def _due(row: Finding, severity: str, night: Night, settings: Settings) -> dict[str, Any]:
    return {"due_at": due(settings, row.code, severity, row.amount_gbp, night.as_of)}


def _happening(kind: Kind, row: Finding, body: Mapping[str, Any]) -> Happening:
    return Happening(kind, row.case_key, body=body)


def _closed(case: Case, closing: Closing, why: str) -> Happening:
    return Happening(Kind.RESOLVED, case.case_key, body={"closing": closing.value, "reason": why})
