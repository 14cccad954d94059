"""Khaos's line arithmetic (contract khaos 3.8): the conformed line against the workbook's own formulas."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khaos_assets.config import Store
from khaos_assets.warehouse.building import build_in
from khaos_assets_tests.memory_warehouse import prepare_memory
from khaos_assets_tests.planted_night import (
    NIGHT,
    PlantedNight,
    customer,
    line,
    order,
    stock_item,
    write_snapshots,
)
from khaos_assets_tests.unit.warehouse.test_arithmetic import cents

Line = tuple[Decimal, Decimal, Decimal, int]


def conformed(folder: Path, lines: list[dict[str, Any]], method: str | None = None, **fields: Any) -> list[Any]:
    """(line net, VAT, discount net, method) of each line, in their order."""
    arithmetic = {"classes": {"arithmetic": {"Web": method}}} if method else {}
    planted = PlantedNight([stock_item("MUG-1", **fields), order("SO1", "WEB1", lines), customer("C2")], arithmetic)
    write_snapshots(Store(folder), NIGHT, planted)
    with prepare_memory() as db:
        build_in(db, planted.effective_settings(), Store(folder), NIGHT)
        return db.execute(
            "SELECT line_net, line_vat, discount_net, arithmetic FROM order_line ORDER BY line"
        ).fetchall()


def workbook(
    method: str, quantity: Decimal, unit: Decimal, discount: Decimal, rate: Fraction
) -> tuple[Fraction, Fraction]:
    """Net and VAT of a line, as section 3.8 prints them."""
    p = Fraction(quantity) * Fraction(unit)
    d = cents(p * Fraction(discount) / 100)
    if method == "net":
        n = cents(p - d)
        return n, cents(n * rate)
    n = cents(cents(cents(p) / (1 + rate)) - d / (1 + rate))
    return n, cents(p - d - n)


def test_the_contracts_own_example(tmp_path: Path) -> None:
    ((net, vat, _, method),) = conformed(tmp_path, [line("MUG-1", 1, "114.51", discount=20)])
    assert (net, vat, method) == (Decimal("76.35"), Decimal("15.26"), "gross")


LINES = st.lists(
    st.tuples(
        st.decimals(min_value="0.001", max_value=500, places=3),
        st.decimals(min_value=0, max_value=2000, places=2),
        st.sampled_from([Decimal(0), Decimal(5), Decimal("12.5"), Decimal(20), Decimal("33.3333")]),
        st.sampled_from([1, 2, 4]),
    ),
    min_size=20,
    max_size=40,
)
RATES = {1: Fraction(20, 100), 2: Fraction(0), 4: Fraction(5, 100)}


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(lines=LINES, method=st.sampled_from(["gross", "net"]))
def test_any_line_in_its_own_method(tmp_path_factory: pytest.TempPathFactory, lines: list[Line], method: str) -> None:
    key = "gross" if method == "gross" else "net"
    made = [line("MUG-1", q, **{key: u}, discount=d, tax_code=t) for q, u, d, t in lines]
    found = conformed(tmp_path_factory.mktemp("lines"), made)
    for (net, vat, _, how), (q, u, d, t) in zip(found, lines, strict=True):
        assert how == method
        assert (Fraction(net), Fraction(vat)) == workbook(method, q, u, d, RATES[t])


def test_a_class_computes_in_its_own_method_whatever_price_the_line_carries(tmp_path: Path) -> None:
    lines = [line("MUG-1", 3, "9.99"), line("MUG-1", 3, net="8.33")]
    by_net = conformed(tmp_path / "net", lines, "net")
    by_gross = conformed(tmp_path / "gross", lines, "gross")
    # 9.99 ÷ 1.2 = 8.325, to the penny 8.33; 8.33 × 1.2 = 9.996, to the penny 10.00
    assert [r[0] for r in by_net] == [Decimal("24.99"), Decimal("24.99")]
    assert [r[0] for r in by_gross] == [Decimal("24.98"), Decimal("25.00")]
    assert {r[3] for r in by_net} == {"net"}
    assert {r[3] for r in by_gross} == {"gross"}


@pytest.mark.parametrize(
    ("tax_code", "percent", "net"), [(1, "5", "10.00"), (None, "0", "12.00"), (9, "0", "12.00"), (None, None, "10.00")]
)
def test_the_rate_is_that_of_the_code_else_of_the_item_else_the_home_rate(
    tmp_path: Path, tax_code: int | None, percent: str | None, net: str
) -> None:
    found = conformed(tmp_path, [line("MUG-1", 1, "12.00", tax_code=tax_code)], vat_percent=percent)
    assert found[0][0] == Decimal(net)


@pytest.mark.parametrize("method", [None, "gross", "net"])
def test_a_line_without_a_price_has_no_net_and_a_free_one_has_none_to_pay(tmp_path: Path, method: str | None) -> None:
    found = conformed(tmp_path, [line("MUG-1", 1), line("MUG-1", 1, "0")], method)
    assert [r[0] for r in found] == [None, Decimal(0)]


def test_the_discount_made_net(tmp_path: Path) -> None:
    found = conformed(tmp_path, [line("MUG-1", 1, "12.00", discount=10), line("MUG-1", 1, net="10.00", discount=10)])
    assert [r[2] for r in found] == [Decimal("1.00"), Decimal("1.00")]
