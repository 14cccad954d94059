"""The periods of the books: calendar months and weeks in quarters, each day in exactly one, cut off in London."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaos_assets.close.periods import PeriodError, after, before, holding, named
from khaos_assets.config.close import Calendar

MONTHS = Calendar()
WEEKS = Calendar(pattern="4-4-5", year_starts=date(2026, 2, 1), long_years=[2027])
CALENDARS = st.sampled_from(
    [MONTHS, WEEKS, Calendar(pattern="5-4-4", year_starts=date(2024, 12, 30), year_named=2025, long_years=[2025])]
)
DAYS = st.dates(date(2019, 1, 1), date(2036, 12, 31))


def test_october_ends_at_midnight_in_london_after_the_clocks_went_back() -> None:
    october = named(MONTHS, "2026-10")
    assert (october.first, october.last) == (date(2026, 10, 1), date(2026, 10, 31))
    assert october.opens == datetime(2026, 9, 30, 23, tzinfo=UTC)  # still summer time
    assert october.cut_off == datetime(2026, 11, 1, tzinfo=UTC)


def test_weeks_in_quarters_are_named_by_the_fiscal_year_and_the_number_of_the_period() -> None:
    assert named(WEEKS, "2026-01").last == date(2026, 2, 28)
    third = named(WEEKS, "2026-03")
    assert (third.last - third.first).days + 1 == 5 * 7
    assert named(WEEKS, "2027-01").first == date(2026, 2, 1) + timedelta(weeks=52)


def test_the_last_period_of_a_long_year_has_a_week_more() -> None:
    last = named(WEEKS, "2027-12")
    assert (last.last - last.first).days + 1 == 6 * 7
    assert named(WEEKS, "2028-01").first == last.last + timedelta(days=1)


@given(CALENDARS, DAYS)
def test_each_day_lies_in_the_period_that_is_found_by_its_name(calendar: Calendar, day: date) -> None:
    period = holding(calendar, day)
    assert period.first <= day <= period.last
    assert named(calendar, period.key) == period


@given(CALENDARS, DAYS)
def test_periods_follow_each_other_without_a_gap(calendar: Calendar, day: date) -> None:
    period = holding(calendar, day)
    later = after(calendar, period)
    assert later.opens == period.cut_off
    assert before(calendar, later) == period


@pytest.mark.parametrize("key", ["2026-13", "2026-1", "October", "2026-10-01", ""])
def test_what_is_no_period_is_told_how_one_is_called(key: str) -> None:
    with pytest.raises(PeriodError, match="YYYY-MM"):
        named(MONTHS, key)


def test_a_pattern_of_weeks_wants_the_first_day_of_a_year() -> None:
    with pytest.raises(ValueError, match="year_starts"):
        Calendar(pattern="4-4-5")
