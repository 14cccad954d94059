"""Which of a channel's stock is compared at all, and as which item. One night; a SKU for every fact."""

from __future__ import annotations

import msgspec

from khaos_assets.systems.khaos import records as khaos
from khaos_assets_tests.planted_night import Results, level, pack, site, stock_item
from khaos_assets_tests.planted_orocommerce import oro_product, oro_stock
from khaos_assets_tests.planted_plytix import PLYTIX, plytix_product
from khaos_assets_tests.planted_scayle import scayle_stock, scayle_variant
from khaos_assets_tests.shared_night import SharedNight
from khaos_assets_tests.unit.rules.channel_stock import SETTINGS, WAREHOUSES, on_sale, traded

OTHERS = {
    "orocommerce": {},
    "plytix": PLYTIX,
    "non_stock_codes": ["OUT-1", "OUT-2"],
    "mapping": {"warehouses": WAREHOUSES, "units": {"each": 1}},
}
NIGHT = SharedNight(site("Shop"), site("Attic"), settings=SETTINGS | OTHERS)
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
    compared = {(r["code"], r["scope"]) for r in found.about("PLACE-1").population if r["code"].startswith("STK-")}
    assert compared == {(f"STK-0{n}", "HUB") for n in (2, 4, 5, 6)} | {("STK-06", "Main"), ("STK-06", "Shop")}


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
    [pack("SET-2", {"PART-1": 1, "GONE-1": 1}), pack("SET-3", {"PART-1": 1, "PART-3": 0}), on_sale("PART-3", 12, 10)],
    [[scayle_variant(f"SET-{n}"), scayle_stock(f"SET-{n}", 50)] for n in (1, 2, 3)],
)
def test_a_pack_of_a_part_that_nobody_can_tell_is_not_compared(found: Results) -> None:
    """A part without a level, one that Khaos does not know, one that is in it no time."""
    assert found.about("SET-").compared("STK-04") == 0


LINK = khaos.LinkItem(stock_code="SOLD-1", link_type=1, link_value=None, auto_add=False)
GIFT = pack("GIFT-1", {"SOLD-1": 2})


@NIGHT.has(
    [on_sale("SOLD-1", 12, 10), msgspec.structs.replace(GIFT, links=[*GIFT.links, LINK])],
    [plytix_product("SOLD-1"), plytix_product("GIFT-1", bundle={"SOLD-1": 3})],
    [scayle_variant("GIFT-1"), scayle_stock("GIFT-1", 6)],
    [on_sale("SINGLE-1", 12, 11), plytix_product("SINGLE-1", bundle={"SOLD-1": 3})],
)
def test_khaos_alone_says_what_is_a_pack_and_of_what(found: Results) -> None:
    """Ten can be sold: five times two. What is only linked is no part."""
    told = found.about("GIFT-1", "SINGLE-1").of("STK-04")
    assert [(r["record_key"], r["expected_value"], r["units"]) for r in told] == [
        ("GIFT-1", "5", 1), ("SINGLE-1", "10", 1),
    ]  # fmt: skip


@NIGHT.has(
    [stock_item("OWED-1"), level("OWED-1", -9, build_potential=9), scayle_variant("OWED-1")], scayle_stock("OWED-1", 0)
)
def test_nothing_offered_is_no_build_that_was_added(found: Results) -> None:
    """Nine owed and nine that could be built come to nought too."""
    assert [c for c, _ in found.about("OWED-1").open()] == ["STK-06"]


@NIGHT.has(traded("NONE-1", 0, 0), [traded("ENDED-1", 0, 0)[1:], stock_item("ENDED-1", discontinued=True)])
def test_a_shop_that_tells_nothing_of_selling_without_stock_does_not(found: Results) -> None:
    held = {(r["code"], r["record_key"]) for r in found.about("NONE-1", "ENDED-1").population if r["holds"]}
    assert {("STK-04", "NONE-1"), ("PIM-09", "ENDED-1")} <= held


@NIGHT.has(
    [[stock_item(f"LAST-{n}", discontinued=True, run_to_zero=n > 2), level(f"LAST-{n}", 0)] for n in (1, 2, 3, 4, 5)],
    [oro_product(f"LAST-{n}") for n in (1, 2)],
    [
        oro_stock("LAST-1", 3),
        oro_stock("LAST-1", 1, unit="crate"),
        oro_stock("LAST-2", 0),
        oro_stock("LAST-2", 1, unit="crate"),
    ],
    [[scayle_variant(f"LAST-{n}"), scayle_stock(f"LAST-{n}", 4, warehouse=w)] for n, w in ((3, "HUB"), (4, "Main"))],
    [level("LAST-3", 5, site_name="Attic"), scayle_variant("LAST-5")],
)
def test_what_is_left_of_a_discontinued_item_counts_where_it_is_known(found: Results) -> None:
    """An unknown measure beside some, and beside none; what lies where nothing is sold from; a warehouse of a shop with
    the name of a site; no stock shown at all."""
    told = found.about("LAST-")
    assert {r["record_key"]: r["units"] for r in told.of("PIM-09")} == {"LAST-1": 3, "LAST-3": 4, "LAST-4": 4}
    assert {r["record_key"] for r in told.population if r["code"] == "PIM-09" and r["holds"]} == {"LAST-5"}
