"""Numbers, dates, flags and times are read by a strict grammar, and exactly."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from khaos_assets.systems.khaos.fields import (
    FieldError,
    Row,
    decimal,
    flag,
    integer,
    iso_date,
    london_instant,
    to_london,
    uk_date,
)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15), max_value=10**15))
def test_a_decimal_is_read_to_the_last_digit(value: Decimal) -> None:
    assert decimal(f"{value:f}", 4) == value


@given(st.integers(0, 10**9), st.integers(1, 12), st.integers(0, 6))
def test_more_decimals_than_the_field_allows_are_refused(whole: int, places: int, allowed: int) -> None:
    text = f"{whole}.{'3' * places}"
    if places > allowed:
        with pytest.raises(ValueError, match="decimals"):
            decimal(text, allowed)
    else:
        assert decimal(text, allowed) == Decimal(text)


@given(st.text(max_size=12))
def test_whatever_is_not_plain_digits_is_no_decimal(text: str) -> None:
    plain = text.lstrip("+-") if text[:1] in ("+", "-") else text
    whole, point, part = plain.partition(".")
    ascii_digits = all(p.isascii() and p.isdigit() for p in ([whole, part] if point else [whole]))
    if ascii_digits and len(text) - len(plain) <= 1:
        assert decimal(text, 12) == Decimal(text)
    else:
        with pytest.raises(ValueError):
            decimal(text, 12)


@pytest.mark.parametrize(
    "text", ["1,5", "1.234,50", "1 000", "£5", "1e3", "NaN", "Infinity", ".5", "5.", "٣", "--1", ""]
)
def test_a_comma_a_sign_or_an_exponent_is_no_decimal(text: str) -> None:
    with pytest.raises(ValueError):
        decimal(text, 4)


def test_a_number_that_fits_no_column_is_refused() -> None:
    with pytest.raises(ValueError, match="too many digits"):
        decimal("9" * 25, 4)
    assert decimal("9" * 24, 4) == Decimal("9" * 24)


@given(st.dates(date(1971, 1, 1), date(2100, 12, 31)))
def test_both_spellings_of_a_date_mean_the_same_day(day: date) -> None:
    assert (
        uk_date(day.strftime("%d/%m/%Y")) == iso_date(day.isoformat()) == iso_date(f"{day.isoformat()}T10:00:00") == day
    )


@pytest.mark.parametrize("text", ["31/02/2026", "2026-02-01", "1/2/2026", "01/13/2026", "01-02-2026", "٠١/٠٢/٢٠٢٦"])
def test_an_impossible_or_foreign_date_is_refused_in_order_status(text: str) -> None:
    with pytest.raises(ValueError):
        uk_date(text)


@pytest.mark.parametrize("text", ["2026-02-31", "01/02/2026", "2026-2-1", "2026-02-01T25:00:00", "2026-02-01 noon"])
def test_an_impossible_or_foreign_date_is_refused_in_stock(text: str) -> None:
    with pytest.raises(ValueError):
        iso_date(text)


def test_the_dates_that_stand_for_no_date_are_none() -> None:
    assert uk_date("30/12/1899") is iso_date("1899-12-31T00:00:00") is london_instant("1970-01-01T01:00:00") is None


def test_flags_are_minus_one_or_any_other_number() -> None:
    assert [flag(t) for t in ("0", "-1", "1", "true", "false")] == [False, True, True, True, False]
    for wrong in ("yes", "", "0.0"):
        with pytest.raises(ValueError):
            flag(wrong)
    with pytest.raises(ValueError):
        integer("1.0")


def test_london_time_is_an_hour_ahead_in_summer() -> None:
    assert london_instant("2026-07-01T12:00:00") == datetime(2026, 7, 1, 11, tzinfo=UTC)
    assert london_instant("2026-12-01 12:00:00.250") == datetime(2026, 12, 1, 12, 0, 0, 250000, tzinfo=UTC)
    assert to_london(datetime(1970, 1, 1, tzinfo=UTC)) == "1970-01-01T01:00:00"


def test_the_hour_that_comes_twice_is_taken_late_and_the_one_that_never_comes_as_not_moved() -> None:
    assert london_instant("2026-10-25T01:30:00") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert london_instant("2026-03-29T01:30:00") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_instant_sent_and_read_back_is_the_same_or_in_the_hour_that_comes_twice(instant: datetime) -> None:
    instant = instant.replace(microsecond=0)
    back = london_instant(to_london(instant))
    assert back is not None
    assert (back - instant).total_seconds() in (0, 3600)


def test_an_empty_element_an_absent_one_and_zero_are_three_things() -> None:
    row = Row(etree.fromstring("<R><EMPTY/><BLANK> </BLANK><ZERO>0</ZERO></R>"))
    assert (row.decimal("EMPTY", 4), row.text("BLANK"), row.decimal("ABSENT", 4)) == (None, None, None)
    assert row.decimal("ZERO", 4) == 0
    with pytest.raises(FieldError, match="missing or empty"):
        row.required("EMPTY")


def test_an_element_that_comes_twice_with_two_contents_is_refused() -> None:
    same = Row(etree.fromstring("<R><A>1</A><A>1</A></R>"))
    assert same.decimal("A", 0) == 1
    with pytest.raises(FieldError, match="twice"):
        Row(etree.fromstring("<R><A>1</A><A>2</A></R>")).text("A")


def test_zeros_at_the_end_are_no_decimals() -> None:
    assert decimal("117.500000", 4) == Decimal("117.5")
    assert decimal("12.0", 0) == Decimal(12)
