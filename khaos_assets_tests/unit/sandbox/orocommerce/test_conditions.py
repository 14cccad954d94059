"""A date or time stands for the whole span of its precision."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaos_assets.sandbox.orocommerce.conditions import Condition, Span, span_of, wire_time
from khaos_assets.sandbox.orocommerce.resources import Field, Kind

CHANGED = Field(Kind.TIME, ("attributes", "updatedAt"))
instants = st.integers(946_684_800, 4_070_908_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("2026", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("2028-02", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
        ("2026-11-20", "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z"),
        ("2026-11-20T03", "2026-11-20T03:00:00Z", "2026-11-20T04:00:00Z"),
        ("2026-11-20T03:04", "2026-11-20T03:04:00Z", "2026-11-20T03:05:00Z"),
        ("2026-11-20T00:30:00+01:00", "2026-11-19T23:30:00Z", "2026-11-19T23:30:01Z"),
        ("2026-11-20T00:30:00 0100", "2026-11-19T23:30:00Z", "2026-11-19T23:30:01Z"),
        ("2026-11-20T00:30:00-05", "2026-11-20T05:30:00Z", "2026-11-20T05:30:01Z"),
        ("2026-11-20T03:04:05.123Z", "2026-11-20T03:04:05Z", "2026-11-20T03:04:06Z"),
    ],
)
def test_a_value_of_lower_precision_is_a_whole_span(text: str, first: str, end: str) -> None:
    assert span_of(text) == Span(first, end)


@pytest.mark.parametrize(
    "text", ["", "now", "2026-1", "2026-02-30", "2026-11-20T25", "20261120", "2026-11-20T03:04:05ZZ"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert span_of(text) is None


@given(instants, st.integers(-14, 14))
def test_an_offset_changes_how_an_instant_is_written_and_nothing_else(at: datetime, hours: int) -> None:
    elsewhere = at.astimezone(timezone(timedelta(hours=hours)))
    span = span_of(elsewhere.isoformat())
    assert span is not None
    assert span.first == wire_time(at)


@given(instants, instants)
def test_each_instant_is_before_in_or_after_a_span(at: datetime, other: datetime) -> None:
    for text in (wire_time(other), wire_time(other)[:10], wire_time(other)[:7]):
        holds = {
            op: Condition.of("p", "updatedAt", CHANGED, op, text).holds()(wire_time(at))
            for op in ("eq", "neq", "gt", "gte", "lt", "lte")
        }
        assert holds["eq"] + holds["gt"] + holds["lt"] == 1
        assert holds["neq"] is not holds["eq"]
        assert holds["gte"] is not holds["lt"]
        assert holds["lte"] is not holds["gt"]


def test_null_meets_no_comparison() -> None:
    for op in ("eq", "neq", "gt", "lte"):
        assert not Condition.of("p", "updatedAt", CHANGED, op, "2026").holds()(None)
    assert Condition.of("p", "updatedAt", CHANGED, "exists", "no").holds()(None)
