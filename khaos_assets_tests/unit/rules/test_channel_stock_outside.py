"""Which of a channel's stock is compared at all, and as which item. One night; a SKU for every fact."""

from __future__ import annotations

from khaos_assets_tests.planted_night import Results, level, pack, site, stock_item
from khaos_assets_tests.planted_scayle import scayle_stock, scayle_variant
from khaos_assets_tests.shared_night import SharedNight
from khaos_assets_tests.unit.rules.channel_stock import SETTINGS, on_sale

NIGHT = SharedNight(site("Shop"), settings=SETTINGS | {"non_stock_codes": ["OUT-1", "OUT-2"]})
found = NIGHT.once()


@NIGHT.has(
    on_sale("OUT-1", 12, 17),
    on_sale("OUT-2", 12, 17, discontinued=True),
    on_sale("OUT-3", 12, 17, stock_controlled=False),
)
def test_non_stock_codes_and_what_is_not_stocked_are_outside(found: Results) -> None:
    codes = {r["code"] for r in found.about("OUT-").population}
    assert codes.isdisjoint({"STK-02", "STK-03", "STK-04", "STK-05", "STK-06"})
    assert {r["record_key"] for r in found.about("OUT-").population if r["code"] == "PIM-09"} <= {"OUT-3"}


@NIGHT.has(
    on_sale("PLACE-1", 12, 10), scayle_stock("PLACE-1", 99, warehouse="UNMAPPED"), level("PLACE-1", 5, site_name="Shop")
)
def test_a_warehouse_that_nothing_maps_is_not_compared(found: Results) -> None:
    assert {r["scope"] for r in found.about("PLACE-1").population if r["code"] == "STK-04"} == {"HUB"}


@NIGHT.has(
    [stock_item("SPELT-1"), level("SPELT-1", 12), scayle_variant("spelt-1"), scayle_stock("spelt-1", 18)],
    [stock_item("SPELT-2", discontinued=True), level("SPELT-2", 12), scayle_variant("spelt-2")],
    scayle_stock("spelt-2", 4),
)
def test_a_sku_of_another_spelling_offers_what_it_means(found: Results) -> None:
    told = found.about("spelt-")
    assert [(r["record_key"], r["units"]) for r in told.of("STK-04")] == [("spelt-1", 8)]
    assert [(r["record_key"], r["units"]) for r in told.of("PIM-09")] == [("spelt-2", 4)]


@NIGHT.has(
    [on_sale("PART-1", 12, 10), on_sale("PART-2", None, 0), pack("SET-1", {"PART-1": 1, "PART-2": 1})],
    [pack("SET-2", {"PART-1": 1, "GONE-1": 1}), pack("SET-3", {"PART-1": 0})],
    [[scayle_variant(f"SET-{n}"), scayle_stock(f"SET-{n}", 50)] for n in (1, 2, 3)],
)
def test_a_pack_of_a_part_that_nobody_can_tell_is_not_compared(found: Results) -> None:
    """A part without a level, one that Khaos does not know, one that is in it no time."""
    assert found.about("SET-").compared("STK-04") == 0
