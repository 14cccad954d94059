"""SKU-01 to SKU-05: which Khaos item each SKU of WAIR means."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from khaos_assets.snapshots.certificate import Verdict
from khaos_assets.systems.read import Proof
from khaos_assets_tests.planted_night import (
    AS_OF,
    PlantedNight,
    SetAside,
    level,
    pack,
    site,
    stock_item,
    stocked,
    style_parent,
    wair_item,
    wair_stock,
)
from khaos_assets_tests.unit.rules.conftest import Tonight


def test_a_sku_like_no_stock_code_is_unknown(tonight: Tonight) -> None:
    found = tonight(wair_item("NEW-1"), stock_item("MUG-1"), wair_stock("NEW-1", -2))
    row = found.one("SKU-01")
    assert (row["systems"], row["record_key"], row["scope"], row["field"]) == ("khaos>wair", "NEW-1", "", "")
    assert (row["amount_gbp"], row["severity"], row["evidence"]) != (None, None, None)
    assert row["amount_gbp"] == 0
    assert '"near":[]' in row["evidence"]


@pytest.mark.parametrize("fields", [{"active": False}, {}])
def test_withdrawn_items_and_configured_non_stock_codes_are_nobodys_fault(
    tonight: Tonight, fields: dict[str, bool]
) -> None:
    code = "OLD-1" if fields else "POST"
    found = tonight(wair_item(code, **fields), settings={"non_stock_codes": ["POST"]})
    assert found.summary() == []
    assert found.compared("SKU-01") == found.compared("SKU-02") == 0


def test_a_discontinued_item_is_known(tonight: Tonight) -> None:
    assert tonight(wair_item("MUG-1"), stock_item("MUG-1", discontinued=True)).summary() == []


NEAR = {
    "case": ("85123a", "85123A"),
    "outer blanks": (" mug-1\u00a0", "MUG-1"),
    "inner blanks": ("c up-1 ", "CUP-1"),
    "leading zeros": ("00 123", "0123"),
    "punctuation": ("0 jug/1", "JUG-1"),
}


def test_the_reason_of_a_near_match_is_the_first_step_that_finds_it(tonight: Tonight) -> None:
    found = tonight([[wair_item(sku), stock_item(code)] for sku, code in NEAR.values()])
    rows = {r["reason"]: (r["record_key"], r["counterpart_key"], r["field"], r["amount_gbp"]) for r in found.rows}
    assert rows == {step: (sku, code, "sku", 0) for step, (sku, code) in NEAR.items()}
    assert found.open() == sorted(("SKU-02", sku) for sku, _ in NEAR.values())


def test_the_other_reference_and_then_a_barcode_find_what_no_spelling_does(tonight: Tonight) -> None:
    found = tonight(
        wair_item("REF-1"),
        stock_item("MUG-1", other_ref="REF-1"),
        stock_item("BAIT-1", barcodes=["REF-1"]),
        wair_item("X-2", barcode="0501"),
        stock_item("CUP-1", barcodes=["0501", "0502"]),
        wair_item("5012345"),
        stock_item("JUG-1", barcodes=["5012345"]),
    )
    means = {r["record_key"]: (r["counterpart_key"], r["reason"]) for r in found.of("SKU-02")}
    assert means == {
        "REF-1": ("MUG-1", "other reference"),
        "X-2": ("CUP-1", "barcode"),
        "5012345": ("JUG-1", "barcode"),
    }


def test_several_items_at_the_first_step_are_no_match(tonight: Tonight) -> None:
    found = tonight(wair_item("mug1"), stock_item("MUG-1"), stock_item("MUG/1"), stock_item("CUP-1", other_ref="mug1"))
    assert found.open() == [("SKU-01", "mug1")]
    row = found.one("SKU-01")
    assert row["reason"] == "several stock codes are like it"
    assert '"near":["MUG-1","MUG/1"]' in row["evidence"]


def test_one_item_at_an_earlier_step_wins_over_several_at_a_later_one(tonight: Tonight) -> None:
    found = tonight(wair_item("mug-1"), stock_item("MUG-1"), stock_item("MUG/1"))
    assert found.one("SKU-02")["counterpart_key"] == "MUG-1"


def test_odd_skus_that_match_exactly_are_lawful(tonight: Tonight) -> None:
    codes = ["00123", "A B/C", "ÜBER-1", "Tasse ñ", " lead"]
    found = tonight([stock_item(c) for c in codes], [wair_item(c) for c in codes])
    assert found.summary() == []


def test_a_sku_of_only_blanks_and_zeros_resembles_nothing(tonight: Tonight) -> None:
    assert tonight(wair_item("0-"), stock_item("00")).open() == [("SKU-01", "0-")]


def test_a_stock_item_that_was_set_aside_is_known_to_be_there(tonight: Tonight) -> None:
    found = tonight(wair_item("MUG-1"), stock_item("mug-1"), SetAside("khaos.stock_items", "MUG-1"))
    assert found.open() == [("FEED-04", "khaos/stock_items/MUG-1")]


@pytest.mark.parametrize(
    "override",
    [{"verdict": Verdict.INCOMPLETE}, {"proof": Proof.OVERLAP_ONLY}],
)
def test_nothing_is_unknown_where_the_stock_items_may_lack_some(tonight: Tonight, override: dict[str, object]) -> None:
    found = tonight(
        stocked("MUG-1", 9), wair_item("mug-1"), wair_stock("mug-1", 5), certificates={"khaos.stock_items": override}
    )
    assert {r["code"] for r in found.rows} <= {"FEED-01", "SKU-04"}
    assert {("SKU-01", "khaos>wair"), ("SKU-02", "khaos>wair"), ("SKU-05", "khaos>wair")} <= set(found.not_tested())


def test_the_survivor_carries_what_it_explains_and_the_highest_severity(tonight: Tonight) -> None:
    found = tonight(
        stock_item("MUG-1", buy_price="900", web=True),
        level("MUG-1", 10),
        wair_item("mug-1"),
        wair_stock("mug-1", 7),
    )
    assert found.open() == [("SKU-02", "mug-1")]
    row = found.one("SKU-02")
    assert (row["severity"], row["amount_gbp"]) == ("critical", 0)
    assert '"amount_gbp":"2700.00"' in row["evidence"]
    assert '"explains_count":2' in row["evidence"]


# SKU-03


def test_a_web_item_that_wair_never_heard_of_is_missing(tonight: Tonight) -> None:
    found = tonight(stock_item("MUG-1", web=True), level("MUG-1", 10))
    row = found.one("SKU-03")
    assert (row["systems"], row["record_key"], row["state"]) == ("khaos>wair", "MUG-1", "open")
    assert row["amount_gbp"] == Decimal("80.00")


def test_items_that_wair_need_not_carry_are_not_missing(tonight: Tonight) -> None:
    fields: list[dict[str, bool]] = [{"web": False}, {"discontinued": True}, {"stock_controlled": False}]
    assert tonight([stock_item(f"C-{n}", **{"web": True} | f) for n, f in enumerate(fields)]).summary() == []


def test_parents_and_non_stock_codes_are_not_missing(tonight: Tonight) -> None:
    found = tonight(
        pack("SET-1", {"MUG-1": 1}, web=True),
        style_parent("TEE", web=True),
        stock_item("POST", web=True),
        settings={"non_stock_codes": ["POST"]},
    )
    assert found.of("SKU-03") == []


def test_a_pack_is_missing_where_wair_is_configured_to_carry_packs(tonight: Tonight) -> None:
    found = tonight(
        pack("SET-1", {"MUG-1": 2, "CUP-1": "1.5"}, web=True, sell_price="12.00"),
        stocked("MUG-1", 9),
        stocked("CUP-1", 6),
        settings={"wair": {"carries_kinds": ["pack"]}},
    )
    # sellable of the mugs 7, of the cups 4: three packs by the mugs, two by the cups
    assert found.one("SKU-03")["amount_gbp"] == Decimal("20.00")


def test_a_pack_with_an_unknown_component_has_no_known_amount(tonight: Tonight) -> None:
    found = tonight(
        pack("SET-1", {"MUG-1": 2, "GONE": 1}, web=True),
        stocked("MUG-1", 9),
        settings={"wair": {"carries_kinds": ["pack"]}},
    )
    assert found.one("SKU-03")["amount_gbp"] is None


def test_an_inactive_record_is_a_record(tonight: Tonight) -> None:
    assert tonight(stock_item("MUG-1", web=True), wair_item("MUG-1", active=False)).of("SKU-03") == []


def test_an_item_set_aside_in_wair_is_not_missing(tonight: Tonight) -> None:
    found = tonight(stock_item("MUG-1", web=True), SetAside("wair.items", "MUG-1"))
    assert found.of("SKU-03") == []


BUFFERS = [
    ({}, {}, 10, "80.00"),
    ({}, {"buffer": {"default": 0}}, 10, "100.00"),
    ({}, {"buffer": {"per_code": {"MUG-1": 9}}}, 10, "10.00"),
    ({"run_to_zero": True}, {}, 10, "100.00"),
    ({"safe_level": "4"}, {"buffer": {"source": "safe_level"}}, 10, "60.00"),
    ({}, {"buffer": {"source": "safe_level"}}, 10, "100.00"),
    ({}, {}, 1, "0.00"),
    ({}, {}, -5, "0.00"),
    ({}, {}, None, None),
    ({"sell_price": None}, {}, 10, None),
]


@pytest.mark.parametrize(("fields", "settings", "units", "amount"), BUFFERS)
def test_what_is_missing_is_worth_what_could_be_sold_of_it(
    tonight: Tonight, fields: dict[str, object], settings: dict[str, object], units: int | None, amount: str | None
) -> None:
    found = tonight(stock_item("MUG-1", web=True, **fields), level("MUG-1", units), settings=settings)
    assert found.one("SKU-03")["amount_gbp"] == (None if amount is None else Decimal(amount))


def test_sellable_is_over_the_mapped_sites_and_the_buffer_counts_once(tonight: Tonight) -> None:
    found = tonight(
        stock_item("MUG-1", web=True),
        [site(s) for s in ("Shop", "Attic")],
        [level("MUG-1", 5, site_name=s) for s in ("Main", "Shop", "Attic")],
        settings={"mapping": {"locations": {"L1": "Main", "L2": "Shop"}}},
    )
    assert found.one("SKU-03")["amount_gbp"] == Decimal("80.00")


def test_an_item_without_any_level_has_no_known_amount(tonight: Tonight) -> None:
    assert tonight(stock_item("MUG-1", web=True)).one("SKU-03")["amount_gbp"] is None


@pytest.mark.parametrize(("hours", "state"), [(24, "open"), (25, "expected")])
def test_an_item_new_in_khaos_is_expected_until_the_attribute_lag_has_passed(
    nights: Tonight, hours: int, state: str
) -> None:
    settings = {"graces": {"attribute_hours": hours}}
    new = [stock_item("CUP-1"), stock_item("MUG-1", web=True)]
    before = [PlantedNight([stock_item("CUP-1")]), PlantedNight(new)]
    assert nights(*before, PlantedNight(new, settings=settings)).state("SKU-03") == state


def test_on_its_first_night_an_item_is_expected_to_be_missing(nights: Tonight) -> None:
    found = nights(
        PlantedNight([stock_item("CUP-1")]), PlantedNight([stock_item("CUP-1"), stock_item("MUG-1", web=True)])
    )
    assert found.state("SKU-03") == "expected"


@pytest.mark.parametrize("override", [{"verdict": Verdict.INCOMPLETE}, {"proof": Proof.OVERLAP_ONLY}])
def test_nothing_is_missing_from_a_read_that_may_lack_some(tonight: Tonight, override: dict[str, object]) -> None:
    found = tonight(stock_item("MUG-1", web=True), certificates={"wair.items": override})
    assert found.of("SKU-03") == []
    assert ("SKU-03", "khaos>wair") in found.not_tested()


# SKU-04


@pytest.mark.parametrize(("first", "second", "key"), [("MUG-1", "mug-1 ", "mug-1"), ("Ä 1", " ä 1", "ä 1")])
def test_one_sku_on_two_active_records_of_a_system_is_double(
    tonight: Tonight, first: str, second: str, key: str
) -> None:
    found = tonight(stock_item(first), stock_item(second), wair_item("OTHER"), stock_item("OTHER"))
    row = found.one("SKU-04")
    assert (row["systems"], row["record_key"], row["state"], row["amount_gbp"]) == ("khaos", key, "open", None)


def test_a_double_in_wair_is_explained_by_the_spelling_of_the_other(tonight: Tonight) -> None:
    found = tonight(stocked("MUG-1", 9, 5), wair_item("mug-1"), wair_stock("mug-1", 4))
    assert found.open() == [("SKU-02", "mug-1")]
    assert {found.explained_by(r) for r in found.rows if r["state"] == "suppressed"} == {"SKU-02"}
    assert found.state("SKU-04", "wair") == "suppressed"


@pytest.mark.parametrize("other", [wair_item("mug-1", active=False), stock_item("mug-2")])
def test_a_withdrawn_double_or_one_in_another_system_is_lawful(tonight: Tonight, other: object) -> None:
    found = tonight(
        stock_item("MUG-1"),
        wair_item("MUG-1"),
        other,
        wair_item("POST"),
        wair_item("post"),
        settings={"non_stock_codes": ["POST", "post"]},
    )
    assert found.of("SKU-04") == []


def test_doubles_of_which_none_is_known_explain_their_stock_figures(tonight: Tonight) -> None:
    codes = ("MUG-1", "mug-1")
    found = tonight([stocked(c, 9, 5) for c in codes])
    assert found.open() == [("SKU-04", "mug-1"), ("SKU-04", "mug-1")]
    assert {r["state"] for r in found.of("STK-01")} == {"suppressed"}


# SKU-05

RENAMED = [stock_item("NEW-1", stock_id="7", web=True), level("NEW-1", 9), wair_item("OLD-1"), wair_stock("OLD-1", 5)]
BEFORE = [stock_item("OLD-1", stock_id="7", web=True), level("OLD-1", 9), wair_item("OLD-1"), wair_stock("OLD-1", 9)]


def test_a_new_stock_code_for_the_same_item_is_one_fault(nights: Tonight) -> None:
    found = nights(PlantedNight(BEFORE), PlantedNight(RENAMED))
    row = found.one("SKU-05")
    assert (row["systems"], row["record_key"], row["counterpart_key"]) == ("khaos>wair", "OLD-1", "NEW-1")
    assert row["amount_gbp"] == 0
    assert found.open() == [("SKU-05", "OLD-1")]
    assert {r["code"] for r in found.rows if r["state"] == "suppressed"} == {"SKU-03", "STK-01"}


def test_it_stays_until_the_other_system_follows(nights: Tonight) -> None:
    found = nights(PlantedNight(BEFORE), PlantedNight(RENAMED), PlantedNight(RENAMED))
    row = found.one("SKU-05")
    assert row["first_seen"] == AS_OF - timedelta(days=1)
    assert row["as_of"] == AS_OF


def test_a_rename_that_the_other_system_followed_is_lawful(nights: Tonight) -> None:
    followed = [stock_item("NEW-1", stock_id="7"), wair_item("NEW-1"), wair_item("OLD-1", active=False)]
    assert nights(PlantedNight(BEFORE[:1]), PlantedNight(followed)).summary() == []


def test_a_code_that_passed_to_another_item_is_no_rename(nights: Tonight) -> None:
    swapped = [stock_item("NEW-1", stock_id="7"), stock_item("OLD-1", stock_id="8"), wair_item("OLD-1")]
    assert nights(PlantedNight(BEFORE[:1]), PlantedNight(swapped)).of("SKU-05") == []


def test_a_rename_in_case_only_explains_the_near_match(nights: Tonight) -> None:
    found = nights(
        PlantedNight([stock_item("mug-1", stock_id="7"), wair_item("mug-1")]),
        PlantedNight([stock_item("MUG-1", stock_id="7"), wair_item("mug-1")]),
    )
    assert found.open() == [("SKU-05", "mug-1")]
    assert found.explained_by(found.one("SKU-02")) == "SKU-05"


def test_a_rename_needs_an_earlier_night(tonight: Tonight) -> None:
    assert ("SKU-05", "khaos>wair") in tonight(*RENAMED).not_tested()
