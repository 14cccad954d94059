"""Which nights there are, and when they start."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from dagster import RunRequest, build_schedule_context
from dagster._utils.schedules import schedule_execution_time_iterator

from khaos_assets.config import Store
from khaos_assets.orchestration.partitions import nights
from khaos_assets.orchestration.schedules import build_schedules


@pytest.mark.parametrize(
    ("tick", "night"),
    [
        ("2026-11-20T02:00:00+00:00", "2026-11-20"),
        ("2026-07-01T01:00:00+00:00", "2026-07-01"),
        ("2026-03-29T01:00:00+00:00", "2026-03-29"),
        ("2026-10-25T02:00:00+00:00", "2026-10-25"),
    ],
    ids=["winter", "summer", "the day clocks go forward", "the day clocks go back"],
)
def test_two_in_london_starts_the_night_of_that_date(tick: str, night: str) -> None:
    schedule = build_schedules()[0]
    context = build_schedule_context(scheduled_execution_time=datetime.fromisoformat(tick))
    request = schedule(context)
    assert isinstance(request, RunRequest)
    assert (request.run_key, request.partition_key) == (night, night)


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 10, 24)], ids=["spring", "autumn"])
def test_no_night_is_skipped_or_doubled_when_the_clocks_change(day: date) -> None:
    schedule = build_schedules()[0]
    assert isinstance(schedule.cron_schedule, str)
    start = datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()
    found = schedule_execution_time_iterator(start, schedule.cron_schedule, schedule.execution_timezone)
    dates = [next(found).date() for _ in range(3)]
    assert [(d - day).days for d in dates] == [1, 2, 3]


def test_the_night_that_has_just_started_is_a_partition_and_tomorrow_is_not() -> None:
    now = datetime(2026, 11, 20, 2, 0, 1, tzinfo=UTC)
    keys = nights([date(2026, 11, 18)], now).get_partition_keys(current_time=now)
    assert keys == ["2026-11-18", "2026-11-19", "2026-11-20"]


def test_the_nights_of_a_simulated_world_are_partitions_whatever_the_clock_says() -> None:
    now = datetime(2026, 1, 5, 12, tzinfo=UTC)
    keys = nights([date(2026, 1, 8)], now).get_partition_keys(current_time=now)
    assert keys == ["2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08"]
    past = nights([date(2010, 12, 1)], datetime(2010, 12, 2, 12, tzinfo=UTC))
    assert "2010-12-01" in past.get_partition_keys(current_time=datetime(2010, 12, 2, 12, tzinfo=UTC))


@pytest.mark.parametrize("now", ["2026-01-05T12:00:00+00:00", "2031-01-05T12:00:00+00:00"], ids=["before", "after"])
def test_the_calendar_ends_at_the_night_where_simulators_stand(now: str) -> None:
    at = datetime.fromisoformat(now)
    stands = date(2026, 1, 8)
    assert nights(now=at, simulated=stands).get_partition_keys(current_time=at) == ["2026-01-08"]
    kept = nights([date(2026, 1, 7), date(2026, 1, 9)], at, simulated=stands)
    assert kept.get_partition_keys(current_time=at) == ["2026-01-07", "2026-01-08", "2026-01-09"]


def test_nights_on_disk_are_found_by_their_certificates(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for entity, day in (("stock", date(2026, 11, 19)), ("items", date(2026, 11, 20))):
        folder = store.snapshot("wair", entity, day)
        folder.mkdir(parents=True)
        (folder / "certificate.json").touch()
    store.snapshot("wair", "stock", date(2026, 11, 21)).mkdir()
    assert store.nights() == [date(2026, 11, 19), date(2026, 11, 20)]
