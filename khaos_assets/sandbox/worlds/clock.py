"""Instants as each system spells them: Khaos in London local time without offset, WAIR in UTC with milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
START = time(2, 0)


@dataclass(frozen=True)
class WorldNight:
    """One night: its London date and the instant it speaks of, 02:00 in London (aware UTC)."""

    date: date
    as_of: datetime


def nights_until(last: date, count: int) -> list[WorldNight]:
    """`count` consecutive nights, the last one on `last`."""
    days = [last - timedelta(days=n) for n in reversed(range(count))]
    return [WorldNight(d, datetime.combine(d, START, LONDON).astimezone(UTC)) for d in days]


def london_time(day: date, hour: int, minute: int, second: int = 0) -> datetime:
    """A London wall-clock time as an aware UTC instant (the first of the two where it occurs twice)."""
    return datetime.combine(day, time(hour, minute, second), LONDON).astimezone(UTC)


def london_date(instant: datetime) -> date:
    return instant.astimezone(LONDON).date()


def local(instant: datetime) -> str:
    """`2026-11-19T14:05:00`, London, as SOAP arguments and key lists carry it."""
    return instant.astimezone(LONDON).isoformat()[:19]


def local_date(instant: datetime) -> str:
    """`19/11/2026`, London, as order status carries it."""
    day = instant.astimezone(LONDON)
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def utc(instant: datetime) -> str:
    """`2026-11-19T14:05:00.000Z`, as WAIR carries it."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")[:23] + "Z"
