"""PIM-01, PIM-02, PIM-07 and PIM-08: what a product information system says of an item, and what Khaos says.

A night takes long beside what is asked of it, so most facts stand on one shelf: a night in which every product has a
SKU of its own. The functions that make it stand beside the tests that look at it.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from khaos_assets_tests.planted_night import (
    AS_OF,
    PlantedNight,
    Results,
    SetAside,
    evaluate,
    level,
    minutes_ago,
    order,
    pack,
    site,
    stock_item,
)
from khaos_assets_tests.planted_pimberly import pimberly_asked, pimberly_product
from khaos_assets_tests.planted_plytix import plytix_asked, plytix_product
from khaos_assets_tests.unit.rules.products import DAY, PIMS, SAME, WHOLE, but, known, said, the

# PIM-01


def mandatory() -> list[Any]:
    return [
        known("M-WHOLE"),
        known("M-NOUGHT", khaos={"weight_kg": Decimal(0)}, weight_g=0),
        plytix_product("M-LESS", **but(weight_g=None, commodity_code="  ", cost_price="")),
        plytix_product("M-DRAFT", status="Draft"),
        plytix_product("M-OLD", status="Archived"),
        plytix_product("POST"),
        pimberly_product("M-LESS"),
        pimberly_product("M-DRAFT", stage="Draft"),
        stock_item("M-LESS", **SAME),
    ]


def test_all_that_a_ready_product_lacks_is_one_exception(shelf: Results) -> None:
    """The cost is asked for where the PIM owns it; a field that no attribute stands for is not."""
    assert said(shelf, "PIM-01", "M-", "plytix>khaos") == {("M-LESS", "commodity_code+cost+weight", "open")}
    assert said(shelf, "PIM-01", "M-", "pimberly>khaos") == {("M-LESS", "weight", "open")}
    assert said(shelf, "PIM-01", "POST") == set()
    row = next(r for r in shelf.of("PIM-01", "plytix>khaos") if r["record_key"] == "M-LESS")
    assert (row["amount_gbp"], row["severity"], row["reason"]) == (None, "high", "3 attributes missing")
    assert '"in_khaos":true' in row["evidence"]


def test_a_missing_mandatory_attribute_explains_that_it_differs(shelf: Results) -> None:
    rows = {(r["systems"], r["field"]): r for r in shelf.of("PIM-02") if r["record_key"] == "M-LESS"}
    assert {k: r["state"] for k, r in rows.items()} == {
        ("plytix>khaos", "weight"): "suppressed",
        ("plytix>khaos", "cost"): "suppressed",
        ("pimberly>khaos", "weight"): "suppressed",
    }
    assert {shelf.explained_by(r) for r in rows.values()} == {"PIM-01"}


# PIM-02

EQUAL: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"weight_g": 500}),
    ({"weight_kg": Decimal("0.50")}, {"weight_g": "500.00"}),
    ({"height": Decimal("12.5")}, {"height_mm": 125}),
    ({"stock_desc": "A  blue\u00a0mug "}, {"short_description": " A blue mug"}),
    ({"stock_desc": " "}, {"short_description": ""}),
    ({}, {"commodity_code": "0639"}),
]
UNEQUAL: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("weight", {}, {"weight_g": 501}, "they differ"),
    ("weight", {}, {"weight_g": "heavy"}, "they differ"),
    ("weight", {"weight_kg": None}, {"weight_g": 0}, "empty in Khaos"),
    ("height", {"height": Decimal(0)}, {}, "empty in the PIM"),
    ("description", {"stock_desc": "A mug"}, {"short_description": "a mug"}, "they differ"),
    ("description", {"stock_desc": "A mug"}, {}, "empty in the PIM"),
    ("country_of_origin", {"country_of_manufacture": "GB"}, {"origin": "PT"}, "they differ"),
]


def written_otherwise() -> list[Any]:
    return [
        *(known(f"EQ-{n}", khaos=khaos, **pim) for n, (khaos, pim) in enumerate(EQUAL)),
        *(known(f"NE-{n}", khaos=khaos, **pim) for n, (_, khaos, pim, _) in enumerate(UNEQUAL)),
        pimberly_product("EQ-0", shows={"Weight (kg)": "0.50"}),
        pimberly_product("EQ-1", shows={"Weight (kg)": "0.6"}),
    ]


def test_numbers_are_compared_in_one_unit_and_texts_without_needless_blanks(shelf: Results) -> None:
    wrong = {(r["record_key"], r["field"], r["reason"]) for r in shelf.of("PIM-02") if r["record_key"][:3] == "NE-"}
    assert wrong == {(f"NE-{n}", field, reason) for n, (field, _, _, reason) in enumerate(UNEQUAL)}
    assert said(shelf, "PIM-02", "EQ-", "plytix>khaos") == set()
    assert said(shelf, "PIM-02", "EQ-", "pimberly>khaos") == {("EQ-1", "weight", "open")}


def test_an_attribute_names_both_values_and_is_worth_nothing(shelf: Results) -> None:
    row = the(shelf, "PIM-02", "NE-0")
    assert (row["systems"], row["expected_value"], row["actual_value"]) == ("plytix>khaos", "0.501", "0.5")
    assert (row["amount_gbp"], row["severity"], row["observed_at"]) == (None, "medium", AS_OF - timedelta(days=30))
    assert '"pim":"501"' in row["evidence"]


def not_compared() -> list[Any]:
    other: dict[str, Any] = {"weight_g": 7, "short_description": "another"}
    return [
        known("X-OLD", khaos={"discontinued": True}, status="Archived", cost_price=9, **other),
        known("X-DRAFT", status="Draft", **other),
        [stock_item("POST", **SAME), plytix_product("POST", **other)],
        plytix_product("X-NEW", status="Draft", **other),
        stock_item("X-TWICE", **SAME),
        [plytix_product("X-TWICE", key=key, status="Draft", **other) for key in ("a1", "a2")],
    ]


def test_only_what_both_know_once_is_compared(shelf: Results) -> None:
    """A draft is; what both have withdrawn, or one of them does not know, or the PIM has twice, is not."""
    assert {sku for sku, _, _ in said(shelf, "PIM-02", "X-") | said(shelf, "PIM-02", "POST")} == {"X-DRAFT"}


def lags() -> list[Any]:
    def changed(minutes: int, microseconds: int) -> dict[str, Any]:
        return {"at": minutes_ago(minutes, microseconds)}

    return [
        known("L-TEXT-0", short_description="new", **changed(DAY, 0)),
        known("L-TEXT-1", short_description="new", **changed(DAY, 1)),
        known("L-COST-0", cost_price=9, **changed(4 * 60, 0)),
        known("L-COST-1", cost_price=9, **changed(4 * 60, 1)),
        known("L-GONE-0", status="Archived", **changed(DAY, 0)),
        known("L-GONE-1", status="Archived", **changed(DAY, 1)),
        stock_item("L-TIMELESS", **SAME),
        pimberly_product("L-TIMELESS", at=None, shows={"Weight (kg)": 1}),
        stock_item("L-TIMELESS-GONE", **SAME),
        pimberly_product("L-TIMELESS-GONE", at=None, stage="Withdrawn", shows={"Weight (kg)": "0.5"}),
    ]


def test_a_change_in_the_pim_has_its_lag_to_arrive_and_not_longer(shelf: Results) -> None:
    """A day; an amount four hours. Without a change time it is older than every grace on the first night of all."""
    assert said(shelf, "PIM-02", "L-") == {
        ("L-TEXT-0", "description", "open"),
        ("L-TEXT-1", "description", "expected"),
        ("L-COST-0", "cost", "open"),
        ("L-COST-1", "cost", "expected"),
        ("L-TIMELESS", "weight", "open"),
    }
    assert said(shelf, "PIM-07", "L-") == {
        ("L-GONE-0", "active", "open"),
        ("L-GONE-1", "active", "expected"),
        ("L-TIMELESS-GONE", "active", "open"),
    }


def taxes() -> list[Any]:
    codes = ("STD", "STD", "ZERO", "ODD", None)
    rates = ("20", "20.0", "20", "20", "20")
    return [
        known(f"T-{n}", khaos={"vat_percent": p}, vat_code=c) for n, (c, p) in enumerate(zip(codes, rates, strict=True))
    ]


def test_a_tax_code_is_compared_as_its_percentage_and_not_at_all_without_a_mapping(shelf: Results) -> None:
    assert said(shelf, "PIM-02", "T-") == {("T-2", "tax_code", "open"), ("T-4", "tax_code", "open")}
    row = the(shelf, "PIM-02", "T-2")
    assert (row["expected_value"], row["actual_value"]) == ("0", "20")
    assert [(r["systems"], r["record_key"], r["amount_gbp"]) for r in shelf.of("MAP-01")] == [
        ("plytix>khaos", "tax_code/ODD", 0)
    ]


def amounts() -> list[Any]:
    """Cost 2.50 net, price 12.00 with 20 % VAT; ten at each of two mapped sites, four of them ordered."""
    return [
        [site("Shop"), site("Attic")],
        known("A-MUG", cost_price="2.40", rrp="11.40"),
        known("A-CUP", rrp=None),
        known("A-ODD", khaos={"sell_price": "9.99"}, rrp="9.99"),
        [level("A-MUG", 5, site_name=s) for s in ("Main", "Shop", "Attic")],
        order("SO1", None, [("A-MUG", 4, "12.00")]),
        # No VAT in this figure: 9.99 is 8.325 without
        pimberly_product("A-ODD", shows={"Weight (kg)": "0.5", "RRP (ex vat)": "8.33"}),
    ]


def test_amounts_are_compared_on_the_basis_of_the_pim_and_valued_net(shelf: Results) -> None:
    assert said(shelf, "PIM-02", "A-") == {
        ("A-MUG", "cost", "open"),
        ("A-MUG", "price", "open"),
        ("A-CUP", "price", "open"),
    }
    cost, price = the(shelf, "PIM-02", "A-MUG", "cost"), the(shelf, "PIM-02", "A-MUG", "price")
    assert (cost["amount_gbp"], cost["expected_value"], cost["actual_value"]) == (Decimal("1.40"), "2.4", "2.5")
    assert (price["amount_gbp"], price["expected_value"], price["actual_value"]) == (Decimal("4.00"), "11.4", "12")
    assert the(shelf, "PIM-02", "A-CUP")["amount_gbp"] is None


# PIM-07


def withdrawn() -> list[Any]:
    gone: dict[str, Any] = {"status": "Archived"}
    return [
        known("W-MUG", short_description="other", **gone),
        [level("W-MUG", 5, site_name=s) for s in ("Main", "Shop", "Attic")],
        order("SO2", None, [("W-MUG", 4, "12.00")]),
        pimberly_product("W-MUG", stage="Live", shows={"Title": "other", "Weight (kg)": "0.5"}),
        known("W-OFF", khaos={"discontinued": True}, **gone),
        # Withdrawn on one side only
        known("W-ENDED", khaos={"discontinued": True}, weight_g=400),
        known("W-DEAR", rrp="11.40", **gone),
        [stock_item("POST-2"), plytix_asked("POST-2")],
        plytix_product("W-NEW", **gone),
        pack("W-SET", {"W-MUG": 2}, **SAME),
        plytix_product("W-SET", **but(cost_price=None, rrp=None, **gone)),
        [stock_item("POST"), plytix_product("POST", **gone)],
        stock_item("W-DELETED", **SAME | {"web": True}),
        plytix_asked("W-DELETED"),
        stock_item("W-CHANNEL", **SAME),
        pimberly_asked("W-CHANNEL"),
        # Not deleted: only hidden, spelled otherwise now, set aside tonight
        [stock_item(f"W-THERE-{n}", **SAME | {"web": True}) for n in range(3)],
        plytix_asked("W-THERE-0", found=True),
        [plytix_asked("W-THERE-1"), plytix_product("w-there-1", key="b1", **WHOLE)],
        [plytix_asked("W-THERE-2"), SetAside("plytix.products", "b2", raw='{"id": "b2", "sku": "W-THERE-2"}')],
    ]


def test_an_archived_item_that_khaos_still_sells_is_worth_its_stock_at_the_mapped_sites(shelf: Results) -> None:
    row = the(shelf, "PIM-07", "W-MUG")
    assert (row["systems"], row["field"], row["state"]) == ("plytix>khaos", "active", "open")
    assert (row["reason"], row["units"], row["amount_gbp"]) == ("archived in the PIM", 14, Decimal("35.00"))
    assert (the(shelf, "PIM-07", "W-SET")["units"], the(shelf, "PIM-07", "W-SET")["amount_gbp"]) == (None, None)


def test_only_what_khaos_still_sells_must_not_be_archived_or_deleted(shelf: Results) -> None:
    """Deleted: on the night it is missed it is inside its lag."""
    assert said(shelf, "PIM-07", "W-") == {
        ("W-MUG", "active", "open"),
        ("W-SET", "active", "open"),
        ("W-DEAR", "active", "open"),
        ("W-DELETED", "active", "expected"),
        ("W-CHANNEL", "active", "expected"),
    }
    assert {"POST", "POST-2"}.isdisjoint({p["record_key"] for p in shelf.population if p["code"] == "PIM-07"})
    assert said(shelf, "SKU-03", "W-THERE") == {("W-THERE-1", "", "suppressed")}
    holds = {p["record_key"] for p in shelf.population if p["code"] == "PIM-07" and p["holds"]}
    assert holds == {"W-OFF", "X-OLD"}


def test_an_archived_product_explains_its_attributes_that_differ(shelf: Results) -> None:
    states = {r["systems"]: r["state"] for r in shelf.of("PIM-02") if r["record_key"] == "W-MUG"}
    assert states == {"plytix>khaos": "suppressed", "pimberly>khaos": "open"}
    assert said(shelf, "PIM-02", "W-DEAR") == {("W-DEAR", "price", "suppressed")}


def test_what_only_khaos_has_withdrawn_is_still_compared(shelf: Results) -> None:
    assert said(shelf, "PIM-02", "W-ENDED") == {("W-ENDED", "weight", "open")}


# PIM-08


def live() -> list[Any]:
    return [
        known("V-MUG", live=True),
        plytix_product("V-NEW-1", live=True, **WHOLE),
        plytix_product("V-NEW-2", live=False, **WHOLE),
        plytix_product("V-NEW-3", live=True, status="Draft"),
        plytix_product("POST", live=True),
        [plytix_product("V-SET", live=True, **WHOLE), SetAside("khaos.stock_items", "V-SET")],
        pimberly_product("V-NEW-1", stage="Live", shows={"Weight (kg)": 1}),
        pimberly_product("V-NEW-2", stage="Released", shows={"Weight (kg)": 1}),
        [stock_item("V-CUP", **SAME), plytix_product("v-cup", live=True, **WHOLE)],
        plytix_product("V-STYLE", live=True, variants=2, **WHOLE),
        # another PIM has it without listing it: that says nothing of Khaos
        [plytix_product("V-THERE", live=True, **WHOLE), pimberly_asked("V-THERE", found=True)],
        pimberly_product("V-STYLE", stage="Live", type_="Product", shows={"Weight (kg)": 1}),
    ]


def test_what_is_live_and_no_stock_item_is_told_once(shelf: Results) -> None:
    """A parent type only where the merchant keeps it as a stock item."""
    assert said(shelf, "PIM-08", "V-", "khaos>plytix") == {
        ("V-NEW-1", "live", "open"),
        ("V-NEW-3", "live", "open"),
        ("V-STYLE", "live", "open"),
        ("V-THERE", "live", "open"),
    }
    assert said(shelf, "PIM-08", "V-", "khaos>pimberly") == {("V-NEW-1", "live", "open")}
    assert said(shelf, "PIM-08", "POST") == set()
    unknown = {(r["systems"], r["record_key"]): r["state"] for r in shelf.of("SKU-01") if r["record_key"][:2] == "V-"}
    assert unknown == {
        ("khaos>plytix", "V-NEW-1"): "suppressed",
        ("khaos>plytix", "V-NEW-2"): "open",
        ("khaos>plytix", "V-STYLE"): "suppressed",
        ("khaos>plytix", "V-THERE"): "suppressed",
        ("khaos>pimberly", "V-NEW-1"): "suppressed",
        ("khaos>pimberly", "V-NEW-2"): "open",
    }
    assert the(shelf, "PIM-08", "V-STYLE")["severity"] == "critical"


def test_another_spelling_explains_what_looks_live_too_early(shelf: Results) -> None:
    assert shelf.explained_by(the(shelf, "PIM-08", "v-cup")) == "SKU-02"


SHELF = (mandatory, written_otherwise, not_compared, lags, taxes, amounts, withdrawn, live)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Results:
    things = [make() for make in SHELF]
    settings = PIMS | {"pimberly": PIMS["pimberly"] | {"carries_kinds": []}}
    settings |= {"plytix": PIMS["plytix"] | {"carries_kinds": ["simple", "style_parent"]}}
    return evaluate(tmp_path_factory.mktemp("shelf"), PlantedNight(things, settings=settings))
