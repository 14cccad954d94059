"""The ledger's tables, for SQLite and PostgreSQL alike.

Money is kept as whole pence, units as decimal text, instants as ISO 8601 text in UTC: exact in both databases, sorted
as they read. Not here: who writes what (`ledger.py`).
"""

# ruff: noqa: ARG002 (SQLAlchemy gives every type the dialect)
from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
)

PENNY = Decimal("0.01")


class Pounds(TypeDecorator[Decimal]):
    """Decimal pounds with two places, kept as whole pence. A value with more places raises ValueError."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        pence = value * 100
        if pence != pence.to_integral_value():
            raise ValueError(f"{value}: pounds have two places")
        return int(pence)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) * PENNY


class Units(TypeDecorator[Decimal]):
    """Decimal units as plain text."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Instant(TypeDecorator[datetime]):
    """An aware datetime as ISO 8601 text in UTC with microseconds. A naive one raises ValueError."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else instant_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


@lru_cache(maxsize=4096)
def instant_text(value: datetime) -> str:
    """`2026-11-20T02:00:00.000000+00:00`."""
    if value.tzinfo is None:
        raise ValueError(f"{value}: an instant has a zone")
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def total_of(pounds: sa.ColumnElement[Decimal | None]) -> sa.ColumnElement[Decimal | None]:
    """The sum without sign; None where no amount is known."""
    return sa.type_coerce(sa.func.sum(sa.func.abs(pounds)), Pounds())


metadata = MetaData()

SEVERITY_RANK = (
    "CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END"
)
LARGEST_FIRST = "-coalesce(abs(amount_gbp), -1)"
"""In pence; unknown amounts come last."""
DUE_FIRST = "coalesce(due_at, '9999')"
"""By which cases are listed: queries say them word for word as the indexes do, or those are of no use."""

event = Table(
    "event",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False, comment="1, 2, 3 … without a gap"),
    Column("at", Instant, nullable=False),
    Column("night", Date, comment="the latest night that was recorded, or the one that is"),
    Column("kind", String(32), nullable=False),
    Column("case_key", String(64)),
    Column("actor", String(120), nullable=False),
    Column("body", Text, nullable=False, comment="canonical JSON; money and units as text"),
    Column("previous", String(64), nullable=False, comment="the hash of the event before; of the first, zeros"),
    Column("hash", String(64), nullable=False, unique=True),
    Index("event_of_case", "case_key", "seq"),
    comment="What happened, appended only: each line holds the hash of the one before.",
)

case = Table(
    "case_now",
    metadata,
    Column("case_key", String(64), primary_key=True),
    Column("code", String(12), nullable=False),
    Column("systems", String(80), nullable=False),
    Column("entity", Text, nullable=False),
    Column("record_key", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("counterpart_key", Text),
    Column("state", String(16), nullable=False),
    Column("owner", String(80), nullable=False),
    Column("assigned", Boolean, nullable=False, comment="a person gave it its owner: routing leaves it"),
    Column("severity", String(16), nullable=False),
    Column("expected_value", Text),
    Column("actual_value", Text),
    Column("reason", Text),
    Column("units", Units),
    Column("amount_gbp", Pounds),
    Column("correction", Text),
    Column("first_seen", Instant, nullable=False),
    Column("opened_night", Date, comment="since when it stands, or stood last"),
    Column("last_seen", Date, nullable=False),
    Column("occurrences", Integer, nullable=False, comment="nights on which it was seen"),
    Column("due_at", Instant, comment="when its service level ends"),
    Column("breached", Boolean, nullable=False),
    Column("closing_kind", String(16), comment="evidence, correction, person, explained"),
    Column("closing_reason", Text),
    Column("closed_night", Date),
    Column("accepted_until", Date),
    Column("accepted_gbp", Pounds, comment="the amount that was accepted"),
    Column("proposal", Text, comment="an acceptance that waits for a second person, as JSON"),
    Column("changed_seq", BigInteger, nullable=False, comment="its newest event"),
    Index("case_of_code", "code"),
    Index("case_totals", "state", "owner", "code", "systems", "severity", "breached", "amount_gbp", "units"),
    Index("case_worst", sa.text(f"({SEVERITY_RANK})"), sa.text(f"({LARGEST_FIRST})"), "case_key"),
    Index("case_largest", sa.text(f"({LARGEST_FIRST})"), "case_key"),
    Index("case_since", "first_seen", "case_key"),
    Index("case_record", "record_key", "code", "case_key"),
    Index("case_due", sa.text(f"({DUE_FIRST})"), "case_key"),
    Index(
        "case_late",
        sa.text(f"({DUE_FIRST})"),
        "case_key",
        sqlite_where=sa.text("breached = 1"),
        postgresql_where=sa.text("breached"),
    ),
    Index(
        "case_waiting",
        "case_key",
        sqlite_where=sa.text("proposal IS NOT NULL"),
        postgresql_where=sa.text("proposal IS NOT NULL"),
    ),
    comment="Each case as its events left it.",
)

standing = Table(
    "standing",
    metadata,
    Column("case_key", String(64), primary_key=True),
    Column("from_seq", BigInteger, primary_key=True),
    Column("to_seq", BigInteger, comment="the event that ended it; empty while it lasts"),
    Column("began_as", String(16), nullable=False, comment="opened, reopened, changed"),
    Column("ended_as", String(16), comment="changed, or how it was closed"),
    Column("code", String(12), nullable=False),
    Column("systems", String(80), nullable=False),
    Column("owner", String(80), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("amount_gbp", Pounds),
    Column("side", SmallInteger, nullable=False, comment="1 over what was expected, -1 under, 0 neither"),
    Column("since", Date, nullable=False, comment="the night on which it was opened or reopened"),
    Column("due_at", Instant, comment="when its service level ends"),
    Index("standing_from", "from_seq"),
    Index("standing_to", "to_seq"),
    comment="From which event to which a case stood open, and at what value: any night can be asked for later.",
)

night = Table(
    "night_recorded",
    metadata,
    Column("night", Date, primary_key=True),
    Column("run", Integer, primary_key=True, autoincrement=False, comment="1, and one more each time it is run again"),
    Column("as_of", Instant, nullable=False),
    Column("first_seq", BigInteger, nullable=False, comment="the first event of its window: decisions since the last"),
    Column("last_seq", BigInteger, nullable=False, comment="its own event"),
    Column("findings", String(64), nullable=False, comment="hash of all that the night found and may close"),
    comment="Which nights the ledger holds, and where each ends in it.",
)

told = Table(
    "told",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("owner", String(80), primary_key=True),
    Column("seq", BigInteger, nullable=False, comment="all events up to this one"),
    comment="Up to which event each owner has been told, by which channel.",
)

correction_plan = Table(
    "correction_plan",
    metadata,
    Column("plan_id", String(64), primary_key=True, comment="SHA-256 of its text"),
    Column("night", Date, nullable=False),
    Column("planner", String(120), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("body", Text, nullable=False, comment="canonical JSON"),
    Column("amount_gbp", Pounds, comment="of its cases, without sign"),
    Column("approved_by", String(120)),
    Column("approved_at", Instant),
    Column("expires_at", Instant, comment="until when the approval may be used"),
    Column("begun_by", String(120), comment="who applied it, first or last"),
    Column("begun_at", Instant),
    Column("ended_at", Instant),
    Column("ended_as", String(16), comment="done, stopped, halted"),
    Column("refused_by", String(120), comment="who took it out of use"),
    Column("refused_at", Instant),
    Column("refused_why", Text),
    comment="Each plan of corrections as its events left it.",
)

correction_item = Table(
    "correction_item",
    metadata,
    Column("plan_id", String(64), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False, comment="in the plan, from 1"),
    Column("case_key", String(64), nullable=False),
    Column("night", Date, nullable=False, comment="the night that showed the case"),
    Column("state", String(16), nullable=False),
    Column("generation", Integer, nullable=False, comment="one more after each definite failure"),
    Column("why", Text),
    Column("changed_at", Instant, nullable=False),
    Index("correction_of_case", "case_key"),
    comment="Each item of a plan, as its events left it.",
)
