"""A night: the London date on which a run starts, and the instant it speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
START = time(2, 0)


@dataclass(frozen=True, order=True)
class Night:
    """One nightly run. `date` is the London date of its 02:00 start, `as_of` an aware UTC instant."""

    date: date
    as_of: datetime

    @classmethod
    def of(cls, day: date | str, as_of: datetime | str | None = None) -> Night:
        """The night of a London date (ISO text or date); its as-of is 02:00 London time unless given (with a zone)."""
        day = date.fromisoformat(day) if isinstance(day, str) else day
        instant = datetime.fromisoformat(as_of) if isinstance(as_of, str) else as_of
        if instant is None:
            instant = datetime.combine(day, START, LONDON)
        if instant.tzinfo is None:
            raise ValueError(f"as-of {instant.isoformat()} has no zone: write 2026-11-20T02:00:00+00:00")
        return cls(day, instant.astimezone(UTC))

    @classmethod
    def latest(cls, now: datetime) -> Night:
        """The night whose start has last passed at `now` (aware)."""
        local = now.astimezone(LONDON)
        return cls.of(local.date() if local.time() >= START else local.date() - timedelta(days=1))

    def __str__(self) -> str:
        return self.date.isoformat()
