"""The SQL macros and Khaos's line arithmetic against Python's own fractions and decimals."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khaos_assets_tests.memory_warehouse import prepare_memory

FAST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MONEY = st.decimals(min_value=Decimal("-99999.9999"), max_value=Decimal("99999.9999"), places=4)
UNITS = st.decimals(min_value=Decimal("-9999.99999"), max_value=Decimal("9999.99999"), places=5)
PERCENT = st.decimals(min_value=0, max_value=100, places=4)
LONDON = ZoneInfo("Europe/London")


@pytest.fixture(scope="module")
def db() -> Generator[duckdb.DuckDBPyConnection]:
    with prepare_memory() as connection:
        yield connection


def value(db: duckdb.DuckDBPyConnection, sql: str, *parameters: Any) -> Any:
    found = db.execute(f"SELECT {sql}", list(parameters)).fetchone()
    assert found is not None
    return found[0]


def rounded(x: Fraction, places: int = 2) -> Decimal:
    """Half away from zero."""
    scaled = abs(x) * 10**places
    whole = (scaled.numerator * 2 + scaled.denominator) // (scaled.denominator * 2)
    return Decimal(whole if x >= 0 else -whole).scaleb(-places)


@FAST
@given(st.integers(-(10**15), 10**15), st.integers(1, 10**12), st.booleans())
def test_half_up_rounds_half_away_from_zero(db: duckdb.DuckDBPyConnection, n: int, d: int, negative: bool) -> None:
    d = -d if negative else d
    assert value(db, "half_up(?::HUGEINT, ?::HUGEINT)", n, d) == rounded(Fraction(n, d), 0)


@pytest.mark.parametrize(
    ("n", "d", "expected"), [(1, 2, 1), (-1, 2, -1), (3, 2, 2), (5, 2, 3), (0, 7, 0), (-49, 100, 0)]
)
def test_halves_go_away_from_zero(db: duckdb.DuckDBPyConnection, n: int, d: int, expected: int) -> None:
    assert value(db, "half_up(?, ?)", n, d) == expected


def net(money: Decimal, percent: Decimal | None) -> Fraction:
    return Fraction(money) / (1 + Fraction(percent) / 100) if percent is not None else Fraction(money)


@FAST
@given(MONEY, PERCENT, st.booleans(), UNITS)
def test_pounds_of_a_net_price_times_units_are_rounded_once(
    db: duckdb.DuckDBPyConnection, money: Decimal, percent: Decimal, includes_vat: bool, units: Decimal
) -> None:
    sql = "pounds(times_units(net_fraction(?::DECIMAL(28,4), ?, ?::DECIMAL(28,4)), ?::DECIMAL(28,5)))"
    exact = net(money, percent if includes_vat else None) * Fraction(units)
    assert value(db, sql, money, includes_vat, percent, units) == rounded(exact)


@pytest.mark.parametrize(
    "sql",
    [
        "net_fraction(NULL::DECIMAL(28,4), FALSE, 20)",
        "net_fraction(1::DECIMAL(28,4), NULL, 20)",
        "net_fraction(1::DECIMAL(28,4), TRUE, NULL::DECIMAL(28,4))",
        "times_units(fraction(1, 2), NULL::DECIMAL(28,5))",
        "times_units(NULL::STRUCT(num HUGEINT, den HUGEINT), 1::DECIMAL(28,5))",
        "pounds(NULL::STRUCT(num HUGEINT, den HUGEINT))",
        "fraction_sum([]::STRUCT(num HUGEINT, den HUGEINT)[])",
        "fraction_sum([fraction(1, 2), NULL])",
    ],
)
def test_unknown_stays_unknown(db: duckdb.DuckDBPyConnection, sql: str) -> None:
    assert value(db, sql) is None


@FAST
@given(
    st.lists(
        st.tuples(MONEY, st.sampled_from([Decimal(0), Decimal(5), Decimal(20), Decimal("17.5")])),
        min_size=1,
        max_size=12,
    )
)
def test_a_sum_of_fractions_is_exact_until_the_end(
    db: duckdb.DuckDBPyConnection, prices: list[tuple[Decimal, Decimal]]
) -> None:
    parts = ", ".join(f"net_fraction({m}::DECIMAL(28,4), TRUE, {p}::DECIMAL(28,4))" for m, p in prices)
    exact = sum((net(m, p) for m, p in prices), Fraction(0))
    assert value(db, f"pounds(fraction_sum([{parts}]))") == rounded(exact)


@FAST
@given(st.dates(date(2000, 1, 1), date(2037, 12, 30)))
def test_a_london_day_ends_at_the_next_ones_midnight(db: duckdb.DuckDBPyConnection, day: date) -> None:
    tomorrow = day + timedelta(days=1)
    midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=LONDON).astimezone(UTC)
    assert value(db, "end_of_london_day(?)", day).astimezone(UTC) == midnight
    assert value(db, "london_date(? - INTERVAL 1 MICROSECOND)", midnight) == day


@pytest.mark.parametrize(
    ("number", "text"),
    [("10.00000", "10"), ("0.50000", "0.5"), ("-3.10000", "-3.1"), ("0.00000", "0"), ("100.00000", "100")],
)
def test_decimals_are_written_as_people_write_them(db: duckdb.DuckDBPyConnection, number: str, text: str) -> None:
    assert value(db, "plain(?::DECIMAL(28,5))", Decimal(number)) == text


def cents(x: Fraction) -> Fraction:
    return Fraction(Decimal(rounded(x)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def test_the_oracle_itself_rounds_as_the_contract_says() -> None:
    assert (rounded(Fraction("0.005")), rounded(Fraction("-0.005")), cents(Fraction("2.675"))) == (
        Decimal("0.01"),
        Decimal("-0.01"),
        Fraction("2.68"),
    )
