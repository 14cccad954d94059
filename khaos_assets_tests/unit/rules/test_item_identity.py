"""SKU-01 to SKU-05: which Khaos item each SKU of WAIR means.

Most tests look at one night. What a test plants stands above it; its SKUs are like no other test's.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from khaos_assets.snapshots.certificate import Verdict
from khaos_assets.systems.read import Proof
from khaos_assets_tests.planted_night import (
    AS_OF,
    PlantedNight,
    Results,
    SetAside,
    dispatch,
    invoice,
    level,
    order,
    pack,
    site,
    stock_item,
    stocked,
    style_parent,
    wair_item,
    wair_stock,
)
from khaos_assets_tests.planted_records import LONG_AGO
from khaos_assets_tests.shared_night import SharedNight
from khaos_assets_tests.unit.rules.conftest import Tonight

NIGHT = SharedNight(
    wair_item("POST"),
    settings={
        "non_stock_codes": ["POST", "post", "CARD"],
        "mapping": {"locations": {"L1": "Main", "L2": "Shop"}},
        "buffer": {"per_code": {"SOLD-BUT-1": 9}},
    },
)
found = NIGHT.once()


# SKU-01, SKU-02


@NIGHT.has(wair_item("NEW-1"), wair_stock("NEW-1", -2))
def test_a_sku_like_no_stock_code_is_unknown(found: Results) -> None:
    row = found.about("NEW-1").one("SKU-01")
    assert (row["systems"], row["record_key"], row["scope"], row["field"]) == ("khaos>wair", "NEW-1", "", "")
    assert (row["amount_gbp"], row["severity"], row["evidence"]) != (None, None, None)
    assert row["amount_gbp"] == 0
    assert '"near":[]' in row["evidence"]


@NIGHT.has(wair_item("WITHDRAWN-1", active=False))
@pytest.mark.parametrize("code", ["WITHDRAWN-1", "POST"])
def test_withdrawn_items_and_configured_non_stock_codes_are_nobodys_fault(found: Results, code: str) -> None:
    told = found.about(code)
    assert told.summary() == []
    assert told.compared("SKU-01") == told.compared("SKU-02") == 0


@NIGHT.has(wair_item("ENDED-1"), stock_item("ENDED-1", discontinued=True))
def test_a_discontinued_item_is_known(found: Results) -> None:
    assert found.about("ENDED-1").summary() == []


NEAR = {
    "case": ("85123a", "85123A"),
    "outer blanks": (" mug-1\u00a0", "MUG-1"),
    "inner blanks": ("c up-1 ", "CUP-1"),
    "leading zeros": ("00 123", "0123"),
    "punctuation": ("0 jug/1", "JUG-1"),
}


@NIGHT.has([[wair_item(sku), stock_item(code)] for sku, code in NEAR.values()])
def test_the_reason_of_a_near_match_is_the_first_step_that_finds_it(found: Results) -> None:
    told = found.about(*(key for pair in NEAR.values() for key in pair))
    rows = {r["reason"]: (r["record_key"], r["counterpart_key"], r["field"], r["amount_gbp"]) for r in told.rows}
    assert rows == {step: (sku, code, "sku", 0) for step, (sku, code) in NEAR.items()}
    assert told.open() == sorted(("SKU-02", sku) for sku, _ in NEAR.values())


@NIGHT.has(
    [wair_item("REF-1"), stock_item("LIKE-1", other_ref="REF-1"), stock_item("BAIT-1", barcodes=["REF-1"])],
    [wair_item("REF-2", barcode="0501"), stock_item("LIKE-2", barcodes=["0501", "0502"])],
    [wair_item("5099999"), stock_item("LIKE-3", barcodes=["5099999"])],
)
def test_the_other_reference_and_then_a_barcode_find_what_no_spelling_does(found: Results) -> None:
    told = found.about("REF-", "5099999")
    assert {r["record_key"]: (r["counterpart_key"], r["reason"]) for r in told.of("SKU-02")} == {
        "REF-1": ("LIKE-1", "other reference"),
        "REF-2": ("LIKE-2", "barcode"),
        "5099999": ("LIKE-3", "barcode"),
    }


@NIGHT.has(
    wair_item("twins1"), [stock_item(c) for c in ("TWINS-1", "TWINS/1")], stock_item("OTHER", other_ref="twins1")
)
def test_several_items_at_the_first_step_are_no_match(found: Results) -> None:
    told = found.about("twins", "TWINS")
    assert told.open() == [("SKU-01", "twins1")]
    row = told.one("SKU-01")
    assert row["reason"] == "several stock codes are like it"
    assert '"near":["TWINS-1","TWINS/1"]' in row["evidence"]


@NIGHT.has(wair_item("early-1"), stock_item("EARLY-1"), stock_item("EARLY/1"))
def test_one_item_at_an_earlier_step_wins_over_several_at_a_later_one(found: Results) -> None:
    assert found.about("early").one("SKU-02")["counterpart_key"] == "EARLY-1"


ODD = ["00777", "A B/C", "ÜBER-1", "Tasse ñ", " lead"]


@NIGHT.has([[stock_item(c), wair_item(c)] for c in ODD])
def test_odd_skus_that_match_exactly_are_lawful(found: Results) -> None:
    told = found.about(*ODD)
    assert told.summary() == []
    assert told.compared("SKU-01") == len(ODD)


@NIGHT.has(wair_item("0-"), stock_item("00"))
def test_a_sku_of_only_blanks_and_zeros_resembles_nothing(found: Results) -> None:
    assert [(r["code"], r["record_key"]) for r in found.rows if r["record_key"] in ("0-", "00")] == [("SKU-01", "0-")]


@NIGHT.has(wair_item("ASIDE-1"), stock_item("aside-1"), SetAside("khaos.stock_items", "ASIDE-1"))
def test_a_stock_item_that_was_set_aside_is_known_to_be_there(found: Results) -> None:
    assert found.about("ASIDE-1", "aside-1").open() == [("FEED-04", "khaos/stock_items/ASIDE-1")]


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


@NIGHT.has(
    [stock_item("HEAVY-1", buy_price="900", web=True), level("HEAVY-1", 10)],
    [wair_item("heavy-1"), wair_stock("heavy-1", 7)],
)
def test_the_survivor_carries_what_it_explains_and_the_highest_severity(found: Results) -> None:
    told = found.about("heavy", "HEAVY")
    assert told.open() == [("SKU-02", "heavy-1")]
    row = told.one("SKU-02")
    assert (row["severity"], row["amount_gbp"]) == ("critical", 0)
    assert '"amount_gbp":"2700.00"' in row["evidence"]
    assert '"explains_count":2' in row["evidence"]


# SKU-03


@NIGHT.has(stock_item("MISSING-1", web=True), level("MISSING-1", 10))
def test_a_web_item_that_wair_never_heard_of_is_missing(found: Results) -> None:
    row = found.about("MISSING-1").one("SKU-03")
    assert (row["systems"], row["record_key"], row["state"]) == ("khaos>wair", "MISSING-1", "open")
    assert row["amount_gbp"] == Decimal("80.00")


NOT_CARRIED: list[dict[str, bool]] = [{"web": False}, {"discontinued": True}, {"stock_controlled": False}]


@NIGHT.has([stock_item(f"NEED-NOT-{n}", **{"web": True} | f) for n, f in enumerate(NOT_CARRIED)])
def test_items_that_wair_need_not_carry_are_not_missing(found: Results) -> None:
    assert found.about("NEED-NOT").summary() == []


@NIGHT.has(
    pack("PARENT-SET", {"MUG-1": 1}, web=True), style_parent("PARENT-TEE", web=True), stock_item("CARD", web=True)
)
def test_parents_and_non_stock_codes_are_not_missing(found: Results) -> None:
    told = found.about("PARENT", "CARD")
    assert told.of("SKU-03") == []
    assert told.compared("SKU-03") == 0


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """WAIR carries packs; sellable are 7 mugs and 4 cups."""
    sets = {"SET-1": {"MUG-1": 2, "CUP-1": "1.5"}, "SET-2": {"MUG-1": 2, "GONE": 1}}
    night = SharedNight(
        [pack(sku, parts, web=True, sell_price="12.00") for sku, parts in sets.items()],
        [stocked("MUG-1", 9), stocked("CUP-1", 6)],
        settings={"wair": {"carries_kinds": ["pack"]}},
    )
    return night.evaluate(tmp_path_factory.mktemp("packs"))


def test_a_pack_is_missing_where_wair_is_configured_to_carry_packs(packs: Results) -> None:
    """Three packs by the mugs, two by the cups."""
    assert packs.about("SET-1").one("SKU-03")["amount_gbp"] == Decimal("20.00")


def test_a_pack_with_an_unknown_component_has_no_known_amount(packs: Results) -> None:
    assert packs.about("SET-2").one("SKU-03")["amount_gbp"] is None


@NIGHT.has(stock_item("SLEEPS-1", web=True), wair_item("SLEEPS-1", active=False))
def test_an_inactive_record_is_a_record(found: Results) -> None:
    assert found.about("SLEEPS-1").of("SKU-03") == []


@NIGHT.has(stock_item("ASIDE-2", web=True), SetAside("wair.items", "ASIDE-2"))
def test_an_item_set_aside_in_wair_is_not_missing(found: Results) -> None:
    assert found.about("ASIDE-2").of("SKU-03") == []


Sold = dict[str, tuple[dict[str, object], int | None, str | None]]
BUFFERED: Sold = {
    "ALL": ({}, 10, "80.00"),
    "BUT-1": ({}, 10, "10.00"),  # its own buffer is nine
    "OUT": ({"run_to_zero": True}, 10, "100.00"),
    "ONE": ({}, 1, "0.00"),
    "OVER": ({}, -5, "0.00"),
    "UNKNOWN": ({}, None, None),
    "UNPRICED": ({"sell_price": None}, 10, None),
}
WITHOUT_BUFFER: Sold = {"ALL": ({}, 10, "100.00")}
SAFE_LEVEL: Sold = {"SAFE": ({"safe_level": "4"}, 10, "60.00"), "ALL": ({}, 10, "100.00")}


def sold(cases: Sold) -> list[object]:
    return [[stock_item(f"SOLD-{c}", web=True, **f), level(f"SOLD-{c}", units)] for c, (f, units, _) in cases.items()]


def worth(found: Results, cases: Sold) -> bool:
    amounts = {r["record_key"]: r["amount_gbp"] for r in found.about("SOLD-").of("SKU-03")}
    return amounts == {f"SOLD-{c}": None if a is None else Decimal(a) for c, (_, _, a) in cases.items()}


@NIGHT.has(sold(BUFFERED))
def test_what_is_missing_is_worth_what_could_be_sold_of_it(found: Results) -> None:
    assert worth(found, BUFFERED)


@pytest.mark.parametrize(
    ("buffer", "cases"), [({"default": 0}, WITHOUT_BUFFER), ({"source": "safe_level"}, SAFE_LEVEL)]
)
def test_the_buffer_is_the_default_or_the_items_safe_level(
    tonight: Tonight, buffer: dict[str, object], cases: Sold
) -> None:
    assert worth(tonight(sold(cases), settings={"buffer": buffer}), cases)


@NIGHT.has(
    [stock_item("PLACES-1", web=True), site("Shop"), site("Attic")],
    [level("PLACES-1", 5, site_name=s) for s in ("Main", "Shop", "Attic")],
)
def test_sellable_is_over_the_mapped_sites_and_the_buffer_counts_once(found: Results) -> None:
    assert found.about("PLACES-1").one("SKU-03")["amount_gbp"] == Decimal("80.00")


@NIGHT.has(stock_item("NO-LEVEL-1", web=True))
def test_an_item_without_any_level_has_no_known_amount(found: Results) -> None:
    assert found.about("NO-LEVEL-1").one("SKU-03")["amount_gbp"] is None


@pytest.mark.parametrize("override", [{"verdict": Verdict.INCOMPLETE}, {"proof": Proof.OVERLAP_ONLY}])
def test_nothing_is_missing_from_a_read_that_may_lack_some(tonight: Tonight, override: dict[str, object]) -> None:
    found = tonight(stock_item("MUG-1", web=True), certificates={"wair.items": override})
    assert found.of("SKU-03") == []
    assert ("SKU-03", "khaos>wair") in found.not_tested()


# SKU-04


@NIGHT.has([stock_item(c) for c in ("DOUBLE-1", "double-1 ", "Ä 1", " ä 1")])
@pytest.mark.parametrize("key", ["double-1", "ä 1"])
def test_one_sku_on_two_active_records_of_a_system_is_double(found: Results, key: str) -> None:
    row = found.about(key).one("SKU-04")
    assert (row["systems"], row["record_key"], row["state"], row["amount_gbp"]) == ("khaos", key, "open", None)


@NIGHT.has(stocked("SPELLED-1", 9, 5), wair_item("spelled-1"), wair_stock("spelled-1", 4))
def test_a_double_in_wair_is_explained_by_the_spelling_of_the_other(found: Results) -> None:
    told = found.about("SPELLED", "spelled")
    assert told.open() == [("SKU-02", "spelled-1")]
    assert {told.explained_by(r) for r in told.rows if r["state"] == "suppressed"} == {"SKU-02"}
    assert told.state("SKU-04", "wair") == "suppressed"


@NIGHT.has(
    [stock_item("SINGLE-1"), wair_item("SINGLE-1"), wair_item("single-1", active=False)],
    [wair_item("APART-1"), stock_item("APART-1"), stock_item("apart-2")],
    wair_item("post"),
)
def test_a_withdrawn_double_or_one_in_another_system_is_lawful(found: Results) -> None:
    assert found.about("single", "apart", "post").of("SKU-04") == []


@NIGHT.has([stocked(c, 9, 5) for c in ("BOTH-1", "both-1")])
def test_doubles_of_which_none_is_known_explain_their_stock_figures(found: Results) -> None:
    told = found.about("BOTH", "both")
    assert told.open() == [("SKU-04", "both-1"), ("SKU-04", "both-1")]
    assert {r["state"] for r in told.of("STK-01")} == {"suppressed"}


# SKU-05, and what is new in Khaos

NIGHTS = SharedNight(nights=3, settings={"graces": {"attribute_hours": 24}})
later = NIGHTS.once()


def of(word: str, code: str, *, wair: int) -> list[object]:
    """An item of Khaos under a code beside WAIR's, which stays the old one."""
    items = [stock_item(f"{word}-{code}", stock_id=word, web=True), level(f"{word}-{code}", 9)]
    return [items, wair_item(f"{word}-OLD"), wair_stock(f"{word}-OLD", wair)]


@NIGHTS.over(*[of("RENAMED", "OLD", wair=9)] * 2, of("RENAMED", "NEW", wair=5))
@NIGHTS.has(stock_item("LATELY-1"), wair_item("LATELY-1", updated_at=AS_OF))
def test_a_new_stock_code_for_the_same_item_is_one_fault(later: Results) -> None:
    told = later.about("RENAMED")
    row = told.one("SKU-05")
    assert (row["systems"], row["record_key"], row["counterpart_key"]) == ("khaos>wair", "RENAMED-OLD", "RENAMED-NEW")
    assert (row["amount_gbp"], row["observed_at"]) == (0, LONG_AGO)
    assert told.open() == [("SKU-05", "RENAMED-OLD")]
    assert {r["code"] for r in told.rows if r["state"] == "suppressed"} == {"SKU-03", "STK-01"}


@NIGHTS.has(
    order("SO1", "WEB1", [("RENAMED-OLD", 2, "12.00"), ("LATELY-1", 1, "12.00")]),
    dispatch("D1", "WEB1", {"RENAMED-OLD": 2, "LATELY-1": 1}),
    order("SO2", "WEB2", [("RENAMED-NEW", 2, "12.00")], invoices=[invoice({"RENAMED-OLD": 2})], complete=True),
    dispatch("D2", "WEB2", {"RENAMED-OLD": 2}),
)
def test_lines_of_the_old_code_are_of_the_new_one(later: Results) -> None:
    row = later.about("WEB1").one("ORD-05")
    assert (row["field"], row["units"], row["amount_gbp"]) == ("full", 3, Decimal("30.00"))
    assert later.about("WEB2").summary() == []
    assert later.about("WEB2").compared("ORD-15") == 1


@NIGHTS.over(of("STAYS", "OLD", wair=9), *[of("STAYS", "NEW", wair=5)] * 2)
def test_it_stays_until_the_other_system_follows(later: Results) -> None:
    row = later.about("STAYS").one("SKU-05")
    assert row["first_seen"] == AS_OF - timedelta(days=1)
    assert row["as_of"] == AS_OF


@NIGHTS.over(
    *[stock_item("FOLLOWED-1", stock_id="followed")] * 2,
    [stock_item("FOLLOWED-2", stock_id="followed"), wair_item("FOLLOWED-2"), wair_item("FOLLOWED-1", active=False)],
)
def test_a_rename_that_the_other_system_followed_is_lawful(later: Results) -> None:
    assert later.about("FOLLOWED").summary() == []


@NIGHTS.over(
    *[stock_item("PASSED-1", stock_id="passed")] * 2,
    [stock_item("PASSED-2", stock_id="passed"), stock_item("PASSED-1", stock_id="heir"), wair_item("PASSED-1")],
)
def test_a_code_that_passed_to_another_item_is_no_rename(later: Results) -> None:
    assert later.about("PASSED").of("SKU-05") == []


@NIGHTS.over(
    *[[stock_item("letters-1", stock_id="letters"), wair_item("letters-1")]] * 2,
    [stock_item("LETTERS-1", stock_id="letters"), wair_item("letters-1")],
)
def test_a_rename_in_case_only_explains_the_near_match(later: Results) -> None:
    told = later.about("letters", "LETTERS")
    assert told.open() == [("SKU-05", "letters-1")]
    assert told.explained_by(told.one("SKU-02")) == "SKU-05"


def test_a_rename_needs_an_earlier_night(found: Results) -> None:
    assert ("SKU-05", "khaos>wair") in found.not_tested()


@NIGHTS.over(
    stock_item("ALWAYS-1"),
    [stock_item("ALWAYS-1"), stock_item("SECOND-1", web=True)],
    [stock_item("ALWAYS-1"), stock_item("SECOND-1", web=True), stock_item("THIRD-1", web=True)],
)
def test_on_its_first_night_an_item_is_expected_to_be_missing(later: Results) -> None:
    assert later.about("THIRD").state("SKU-03") == "expected"


def test_an_item_new_in_khaos_is_expected_until_the_attribute_lag_has_passed(nights: Tonight, later: Results) -> None:
    assert later.about("SECOND").state("SKU-03") == "open"
    day, second = stock_item("ALWAYS-1"), stock_item("SECOND-1", web=True)
    longer = PlantedNight([day, second], settings={"graces": {"attribute_hours": 25}})
    assert nights(PlantedNight([day]), PlantedNight([day, second]), longer).state("SKU-03") == "expected"
