"""Money of orders: records that were set aside, spellings, lines of one item, rounding and refunds. One night."""

from __future__ import annotations

from typing import Any

from khaos_assets_tests.planted_channels import ShopsNight, in_khaos
from khaos_assets_tests.planted_night import Results, SetAside, line, order
from khaos_assets_tests.planted_scayle import fee, scayle_order, scayle_variant, unit
from khaos_assets_tests.shared_night import SharedNight
from khaos_assets_tests.unit.rules.money import FOR_TWO, MONEY, MUGS, TWO_MUGS, compared, rows

NIGHT: SharedNight = ShopsNight()
found = NIGHT.once()


@NIGHT.has(
    [scayle_order("beside", MUGS), in_khaos("SC-beside", TWO_MUGS, FOR_TWO)],
    SetAside("khaos.customers", "KSC-beside/1"),
)
def test_a_record_of_another_read_that_was_set_aside_takes_nothing_from_an_order(found: Results) -> None:
    assert compared(found, "beside") == set(MONEY)


@NIGHT.has(
    [scayle_variant("cup-1"), scayle_order("meant", [unit("cup-1", "12.00"), unit("MUG-1", "12.00")])],
    in_khaos("SC-meant", [line("CUP-1", 1, "15.00"), line("MUG-1", 1, "12.00")], ("22.50", "27.00")),
)
def test_a_line_of_another_spelling_is_compared_with_what_it_means(found: Results) -> None:
    assert [r[2] for r in rows(found, "meant", "FIN-10")] == ["CUP-1"]


@NIGHT.has(
    scayle_order("half", MUGS),
    in_khaos("SC-half", [line("MUG-1", 1, "12.00"), line("MUG-1", 1, "12.00", tax_code=2)], ("22.00", "24.00")),
)
def test_of_two_lines_of_an_item_only_one_has_the_wrong_code(found: Results) -> None:
    assert rows(found, "half", "FIN-05") == [("FIN-05", "half", "MUG-1", "-2.00", "open")]


@NIGHT.has(
    # 0.82 is two pennies from 20 % of 4.02, and one from what is in 4.84
    scayle_order("carriage", MUGS, fees=[fee("4.82", net="4.02")]),
    in_khaos("SC-carriage", TWO_MUGS, FOR_TWO, ("4.02", "4.84")),
)
def test_delivery_whose_vat_is_a_penny_from_either_way_has_its_rate(found: Results) -> None:
    assert rows(found, "carriage", "FIN-05") == []


def refunded(reference: str, units: list[dict[str, Any]], credited: str | None, **fields: Any) -> list[Any]:
    """An order of the shop that was paid back, and the note of one line in Khaos."""
    given = {"items_net": None, "items_gross": credited}
    return [
        scayle_order(reference, units, billing="billing_refunded", **fields),
        in_khaos(f"SC-{reference}", [line("MUG-1", len(units), "12.00")], ("30.00", "36.00")),
        order(f"N{reference}", f"SC-{reference}", [("MUG-1", 1, "12.00")], order_type="C", **given),
    ]


THREE = [unit("MUG-1", "12.00")] * 3
ONE = [THREE[0], *[unit("MUG-1", "12.00", status="cancelled")] * 2]


@NIGHT.has(
    refunded("back three", THREE, "36.03"),
    refunded("back three more", THREE, "36.04"),
    refunded("back one", ONE, "12.03"),
    refunded("back off", THREE, "5.00", status="cancellation_completed"),
    refunded("back untold", THREE, None),
)
def test_a_refund_may_differ_by_a_penny_for_each_line_that_was_paid_back(found: Results) -> None:
    assert [r[1] for r in rows(found, "back", "FIN-09")] == ["back one", "back three more"]
    looked_at = {r["record_key"] for r in found.about("back ").population if r["code"] == "FIN-09"}
    assert looked_at == {"back three", "back three more", "back one"}
