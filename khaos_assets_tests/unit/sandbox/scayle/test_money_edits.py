"""What switches do to amounts holds for any order: the gross stays, net and tax follow."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from khaos_assets.sandbox.scayle.money_edits import delivery_at, net_at_once, net_by_line, priced_outside

AMOUNTS = st.integers(1, 99_999)
RATES = st.sampled_from([Decimal("0.2"), Decimal("0.19"), Decimal("0.05"), Decimal(0)])


def order(lines: list[tuple[int, Decimal]], delivery: int) -> dict[str, Any]:
    fee = {
        "category": "delivery",
        "amount": {"withTax": delivery, "withoutTax": delivery},
        "tax": {"vat": {"amount": 0, "rate": Decimal("0.2")}},
    }
    items = [{"id": n, "price": {"withTax": g, "tax": {"vat": {"rate": r}}}} for n, (g, r) in enumerate(lines)]
    gross = sum(g for g, _ in lines) + delivery
    return {"items": items, "cost": {"withTax": gross, "withoutTax": gross, "appliedFees": [fee]}}


@given(st.lists(st.tuples(AMOUNTS, RATES), min_size=1, max_size=8), AMOUNTS)
def test_the_calculators_agree_in_gross_and_to_half_a_cent_a_part_in_net(
    lines: list[tuple[int, Decimal]], delivery: int
) -> None:
    given_order = order(lines, delivery)
    costs = [calculator(given_order)["cost"] for calculator in (net_by_line, net_at_once)]
    for cost in costs:
        assert cost["withTax"] == given_order["cost"]["withTax"]
        assert cost["withoutTax"] + cost["tax"]["vat"]["amount"] == cost["withTax"]
    assert abs(costs[0]["withoutTax"] - costs[1]["withoutTax"]) <= (len(lines) + 2) / 2


def test_the_contracts_oracle() -> None:
    lines = [(1190, Decimal("0.19"))]
    consistent = order(lines, 200)
    consistent["cost"]["appliedFees"][0]["tax"]["vat"]["rate"] = Decimal("0.19")
    for calculator in (net_by_line, net_at_once):
        cost = calculator(consistent)["cost"]
        assert (cost["withTax"], cost["withoutTax"], cost["tax"]["vat"]["amount"]) == (1390, 1168, Decimal("222.0"))


def test_what_lines_and_fees_do_not_explain_has_the_first_lines_rate() -> None:
    discounted = order([(1200, Decimal("0.2"))], 0)
    discounted["cost"]["withTax"] = 600
    assert net_by_line(discounted)["cost"]["withoutTax"] == 500


@given(AMOUNTS)
def test_another_delivery_rate_moves_the_orders_net_by_what_it_moves_the_fees(delivery: int) -> None:
    before = order([(1200, Decimal("0.2"))], delivery)
    after = delivery_at(before, Decimal("0.157"))["cost"]
    [fee] = after["appliedFees"]
    moved = fee["amount"]["withoutTax"] - delivery
    assert after["withoutTax"] - before["cost"]["withoutTax"] == moved
    assert fee["amount"]["withTax"] == delivery
    assert abs(Decimal(delivery) / Decimal("1.157") - fee["amount"]["withoutTax"]) <= Decimal("0.5")


def test_an_order_without_amounts_is_left_alone() -> None:
    bare: dict[str, Any] = {"id": 1}
    assert net_by_line(bare) == net_at_once(bare) == delivery_at(bare, Decimal("0.1")) == bare
    assert priced_outside(priced_outside(order([(1200, Decimal("0.2"))], 5))) == priced_outside(
        order([(1200, Decimal("0.2"))], 5)
    )
