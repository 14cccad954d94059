"""Khaos computes a line as the vendor's workbook does, in either method."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from khaos_assets.sandbox.khaos.writes.arithmetic import gross_line, net_line, pennies, short_line

D = Decimal
prices = st.decimals(min_value=0, max_value=9999, places=2)
units = st.integers(1, 500).map(Decimal)
discounts = st.sampled_from([D(0), D(5), D(10), D("12.5"), D(20)])
rates = st.sampled_from([D(0), D(5), D("17.5"), D(20)])


def test_the_gross_method_rounds_net_twice() -> None:
    amount = gross_line(D(1), D("114.51"), D(20), D(20))
    assert (amount.net, amount.vat) == (D("76.35"), D("15.26"))


def test_half_a_penny_goes_away_from_zero() -> None:
    assert [pennies(D(x)) for x in ("0.005", "-0.005", "0.015", "0.0149")] == [
        D("0.01"),
        D("-0.01"),
        D("0.02"),
        D("0.01"),
    ]


@given(units, prices, discounts, rates)
def test_the_gross_method_gives_the_customer_the_gross_price(q: Decimal, u: Decimal, d: Decimal, r: Decimal) -> None:
    assert gross_line(q, u, d, r).gross == pennies(q * u - pennies(q * u * d / 100))


@given(units, prices, discounts, rates)
def test_the_methods_differ_by_no_more_than_the_contract_says(q: Decimal, u: Decimal, d: Decimal, r: Decimal) -> None:
    factor = 1 + r / 100
    difference = gross_line(q, u, d, r).gross - net_line(q, pennies(u / factor), d, r).gross
    assert abs(difference) <= D("0.005") * q * factor + D("0.02")


@given(units, prices, discounts, rates)
def test_the_short_rule_is_off_by_half_a_penny_a_unit_at_most(q: Decimal, u: Decimal, d: Decimal, r: Decimal) -> None:
    assert abs(short_line(q, u, d, r).net - net_line(q, u, d, r).net) <= D("0.005") * q + D("0.01")
