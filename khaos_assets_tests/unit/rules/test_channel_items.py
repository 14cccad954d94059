"""SKU-01 to 05 and MAP-01 on channels and PIMs. One night, and the one before it for a renamed code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from khaos_assets.snapshots.certificate import Verdict
from khaos_assets.systems.scayle import records as scayle
from khaos_assets_tests.planted_channels import SHOPS
from khaos_assets_tests.planted_night import PlantedNight, Results, SetAside, evaluate, level, merged, order, stock_item
from khaos_assets_tests.planted_orocommerce import oro_line, oro_order, oro_price_list, oro_product, oro_stock
from khaos_assets_tests.planted_pimberly import PIMBERLY, pimberly_product
from khaos_assets_tests.planted_plytix import PLYTIX, plytix_product
from khaos_assets_tests.planted_scayle import scayle_order, scayle_shop, scayle_stock, scayle_variant, unit

CHANNELS = ("scayle", "orocommerce", "plytix", "pimberly")
SETTINGS: dict[str, Any] = merged(
    SHOPS,
    {
        "scayle": {"carries_kinds": ["simple"]},
        "orocommerce": {"carries_kinds": ["simple"]},
        "plytix": PLYTIX | {"carries_kinds": ["simple"]},
        "pimberly": PIMBERLY | {"carries_kinds": ["simple"]},
        "wair": {"enabled": False},
        "ownership": {"tax_code": ["plytix", "pimberly"]},
        "mapping": {
            "warehouses": {"scayle": {"HUB": ["Main"]}, "orocommerce": {"": ["Main"]}},
            "tax_labels": {"STD": 20},
        },
    },
)


def everywhere(sku: str) -> list[Any]:
    """The SKU, ready for sale, on both channels and in both PIMs."""
    return [scayle_variant(sku), oro_product(sku), plytix_product(sku), pimberly_product(sku)]


STEPS = {
    "case": ("step-One", ["STEP-ONE", " step-one"]),
    "outer blanks": (" STEP-TWO", ["STEP-TWO", "STEP- TWO"]),
    "inner blanks": ("STEP THREE", ["STEPTHREE", "0STEPTHREE"]),
    "leading zeros": ("04-STEP", ["4-STEP", "4STEP"]),
}
"""Step → a SKU, the code that it is at this step, and one that it is at the next."""

TONIGHT: list[Any] = [
    everywhere("UNKNOWN"),
    [[oro_product(sku), [stock_item(c) for c in codes]] for sku, codes in STEPS.values()],
    # Records of other reads that were set aside say nothing of an item of their name, and one without a SKU of none
    [SetAside("khaos.customers", "UNKNOWN"), SetAside("scayle.prices", "p9", raw='{"referenceKey": "ABSENT"}')],
    SetAside("scayle.variants", "v8", raw="{}"),
    [stock_item("NEAR-1"), everywhere("near-1")],
    [stock_item("ABSENT", web=True), level("ABSENT", 4)],
    # Set aside in the shop: it is there, and nowhere else
    [stock_item("ASIDE", web=True), SetAside("scayle.variants", "v9", raw='{"referenceKey": "ASIDE"}')],
    [stock_item("TWICE"), everywhere("TWICE"), scayle_variant("twice"), oro_product("twice")],
    [plytix_product("twice", key="t1"), pimberly_product("twice", key="t2")],
    [stock_item("FRESH", stock_id="7"), everywhere("OLD")],
    # Withdrawn everywhere: nobody's fault
    [scayle_variant("GONE", state="archived"), oro_product("GONE", status="disabled")],
    [plytix_product("GONE", status="Archived"), pimberly_product("GONE", stage="Withdrawn")],
    # Orders of both channels in Khaos, open: what the SKU is worth there
    scayle_order("W1", [unit("near-1", "12.00"), unit("UNKNOWN", "6.00"), unit("UNKNOWN", "6.00", status="cancelled")]),
    # Sent already
    scayle_order("W4", [unit("near-1", "12.00")]),
    order("S5", "SC-W4", [("NEAR-1", 1, "12.00")], complete=True, items_net="10.00", items_gross="12.00"),
    order("S1", "SC-W1", [("NEAR-1", 1, "12.00")], items_net="15.00", items_gross="18.00"),
    oro_order("O1", [oro_line("OLD", 2, "7.00")]),
    order("S2", "OR-O1", [("FRESH", 2, "8.40")], items_net="14.00", items_gross="16.80"),
    # Values without a mapping
    [scayle_shop(), scayle_shop("FR"), scayle_stock("NEAR-1", 1, warehouse="NEW")],
    replace(
        scayle_order("W2", [unit("TWICE", "1.05", percent=5), unit("TWICE", "1.03", percent=3)]),
        packages=[scayle.Package(carrier_key="swift", tracking=scayle.Tracking(id="1"))],
    ),
    order("S3", "SC-W2", [("TWICE", 2, "1.04")], items_net="2.00", items_gross="2.08"),
    # A courier that is called as a tax code is
    replace(
        scayle_order("W3", [unit("TWICE", "1.20")]),
        packages=[scayle.Package(carrier_key="3", tracking=scayle.Tracking(id="2"))],
    ),
    order("S4", "SC-W3", [("TWICE", 1, "1.20")], items_net="1.00", items_gross="1.20"),
    [oro_price_list("5"), oro_stock("TWICE", 1, unit="pallet"), oro_stock("TWICE", 1, warehouse="EAST")],
    oro_order("O2", [oro_line("TWICE", 1, "3.00")], currency="EUR"),
    [plytix_product("L1", status="Draft", vat_code="ODD"), plytix_product("L2", status="Draft", vat_code="STD")],
    pimberly_product("L1", stage="Draft", shows={"Tax Code": "ODD"}),
]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Results:
    before = PlantedNight([stock_item("OLD", stock_id="7")], settings=SETTINGS)
    return evaluate(tmp_path_factory.mktemp("items"), before, PlantedNight(TONIGHT, settings=SETTINGS))


def told(found: Results, code: str, sku: str = "") -> dict[str, list[str]]:
    """System → records of a code, of that SKU where one is given."""
    rows = [r for r in found.of(code) if sku in ("", r["record_key"])]
    return {
        system: [r["record_key"] for r in rows if system in r["systems"].split(">")]
        for system in CHANNELS
        if any(system in r["systems"].split(">") for r in rows)
    }


def test_a_sku_that_khaos_does_not_know_is_told_of_each_system(found: Results) -> None:
    assert told(found, "SKU-01") == {s: ["UNKNOWN"] for s in CHANNELS}


def test_another_spelling_is_told_of_each_system(found: Results) -> None:
    assert {s: "near-1" in keys for s, keys in told(found, "SKU-02").items()} == dict.fromkeys(CHANNELS, True)


def test_a_step_that_finds_one_item_is_the_last(found: Results) -> None:
    rows = {r["record_key"]: (r["reason"], r["counterpart_key"]) for r in found.of("SKU-02", "khaos>orocommerce")}
    assert {sku: rows.get(sku) for sku, _ in STEPS.values()} == {sku: (s, c[0]) for s, (sku, c) in STEPS.items()}


def test_an_item_that_a_system_should_carry_is_missing_there(found: Results) -> None:
    assert told(found, "SKU-03", "ABSENT") == {s: ["ABSENT"] for s in CHANNELS}
    assert told(found, "SKU-03", "ASIDE") == {s: ["ASIDE"] for s in CHANNELS if s != "scayle"}


def test_one_sku_on_two_records_is_told_of_each_system(found: Results) -> None:
    assert told(found, "SKU-04") == {s: ["twice"] for s in CHANNELS}


def test_a_renamed_code_is_told_of_each_system_that_keeps_the_old_one(found: Results) -> None:
    assert told(found, "SKU-05") == {s: ["OLD"] for s in CHANNELS}


def test_lines_of_the_old_code_are_of_the_new_one_and_no_others_are(found: Results) -> None:
    assert {"O1", "W2", "W3", "W4"}.isdisjoint({r["record_key"] for r in found.of("ORD-11")})


def test_it_is_worth_the_open_orders_of_its_channel(found: Results) -> None:
    worth = {
        (r["code"], r["systems"], r["record_key"]): str(r["amount_gbp"])
        for r in found.rows
        if r["code"] in ("SKU-01", "SKU-02", "SKU-05") and r["amount_gbp"] != 0
    }
    assert worth == {
        ("SKU-01", "khaos>scayle", "UNKNOWN"): "5.00",
        ("SKU-02", "khaos>scayle", "near-1"): "10.00",
        ("SKU-05", "khaos>orocommerce", "OLD"): "14.00",
    }


def test_values_that_nothing_translates_are_named_with_their_open_orders(found: Results) -> None:
    """And no value of a kind of which the merchant keeps no list."""
    assert {(r["systems"], r["record_key"]): str(r["amount_gbp"]) for r in found.of("MAP-01")} == {
        ("scayle>khaos", "warehouse/NEW"): "0.00",
        ("scayle>khaos", "market/scayle/hl/FR"): "0.00",
        ("scayle>khaos", "courier/swift"): "2.00",
        ("scayle>khaos", "courier/3"): "1.00",
        ("scayle>khaos", "tax_code/3"): "2.00",
        ("orocommerce>khaos", "price_list/5"): "0.00",
        ("orocommerce>khaos", "unit/pallet"): "0.00",
        ("orocommerce>khaos", "warehouse/EAST"): "0.00",
        ("orocommerce>khaos", "market/orocommerce/EUR"): "0.00",
        ("plytix>khaos", "tax_code/ODD"): "0.00",
        ("pimberly>khaos", "tax_code/ODD"): "0.00",
    }


def test_what_orders_carry_is_worth_nobody_knows_what_where_they_could_not_be_read(tmp_path: Path) -> None:
    blind = {"scayle.orders": {"verdict": Verdict.INCOMPLETE}}
    found = evaluate(tmp_path, PlantedNight(TONIGHT, settings=SETTINGS, certificates=blind))
    amounts = {r["record_key"]: r["amount_gbp"] for r in found.of("MAP-01", "scayle>khaos")}
    worth = {r["record_key"]: r["amount_gbp"] for r in found.of("SKU-02", "khaos>scayle")}
    assert worth["near-1"] is None
    assert {key: amounts[key] for key in ("courier/swift", "tax_code/3", "warehouse/NEW")} == {
        "courier/swift": None,
        "tax_code/3": None,
        "warehouse/NEW": 0,
    }
