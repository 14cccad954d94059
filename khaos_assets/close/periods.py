"""The periods into which the books are cut: calendar months, or weeks in quarters such as 4-4-5.

A period is called YYYY-MM. Of calendar months that is the month; of a pattern of weeks the fiscal year and the number
of the period in it (2026-01 … 2026-12). Days are London dates; the cut-off is the first instant after the last one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from khaos_assets.config.close import Calendar
from khaos_assets.config.night import LONDON

KEY = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


class PeriodError(ValueError):
    """No period is called so; the text says what one is called."""


@dataclass(frozen=True, order=True)
class Period:
    """One period, both days included."""

    first: date
    last: date
    key: str

    @property
    def opens(self) -> datetime:
        """Its first instant (aware, UTC)."""
        return _midnight(self.first)

    @property
    def cut_off(self) -> datetime:
        """The first instant after it (aware, UTC)."""
        return _midnight(self.last + timedelta(days=1))

    def __str__(self) -> str:
        return self.key


def named(calendar: Calendar, key: str) -> Period:
    """The period with this key. Raises PeriodError."""
    found = KEY.fullmatch(key)
    if not found:
        raise PeriodError(f"{key}: a month is called YYYY-MM, for example 2026-10")
    year, number = int(found[1]), int(found[2])
    if calendar.pattern == "months":
        first = date(year, number, 1)
        return Period(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1), key)
    begins = _year_begins(calendar, year)
    weeks = _weeks(calendar, year)
    first = begins + timedelta(weeks=sum(weeks[: number - 1]))
    return Period(first, first + timedelta(weeks=weeks[number - 1], days=-1), key)


def holding(calendar: Calendar, day: date) -> Period:
    """The period in which a London date lies."""
    if calendar.pattern == "months":
        return named(calendar, f"{day:%Y-%m}")
    year = day.year + 1
    while _year_begins(calendar, year) > day:
        year -= 1
    periods = (named(calendar, f"{year}-{n:02}") for n in range(1, 13))
    return next(p for p in periods if p.first <= day <= p.last)


def before(calendar: Calendar, period: Period) -> Period:
    """The period that ends where this one begins."""
    return holding(calendar, period.first - timedelta(days=1))


def after(calendar: Calendar, period: Period) -> Period:
    """The period that begins where this one ends."""
    return holding(calendar, period.last + timedelta(days=1))


def _weeks(calendar: Calendar, year: int) -> list[int]:
    weeks = [int(n) for n in calendar.pattern.split("-")] * 4
    weeks[-1] += year in calendar.long_years
    return weeks


def _year_begins(calendar: Calendar, year: int) -> date:
    anchor = calendar.year_starts
    assert anchor is not None  # the settings want it for every pattern of weeks
    name = calendar.year_named or anchor.year
    between = range(min(name, year), max(name, year))
    weeks = sum(52 + (y in calendar.long_years) for y in between)
    return anchor + timedelta(weeks=weeks if year >= name else -weeks)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), LONDON).astimezone(UTC)
