"""PIM-10: the size a WAIR body map says, and whether it is shown."""

from __future__ import annotations

from decimal import Decimal

import pytest

from khaos_assets.systems.khaos.records import StyleValue
from khaos_assets_tests.planted_night import Record, body_map, level, style_child, style_parent, wair_item, wair_stock
from khaos_assets_tests.unit.rules.conftest import Tonight


def shirt(khaos_size: str | None, *, units: int | None = 10, **shown: object) -> list[Record]:
    return [
        style_parent("TEE"),
        style_child("TEE-M", "TEE", size=khaos_size),
        level("TEE-M", units),
        wair_item("TEE-M", body_map=body_map(**shown)),  # type: ignore[arg-type]
        wair_stock("TEE-M", units or 0),
    ]


def test_another_size_than_khaos_says_is_a_mismatch_worth_what_could_be_sold(tonight: Tonight) -> None:
    row = tonight(shirt("M", size="L")).one("PIM-10")
    assert (row["systems"], row["record_key"], row["field"], row["state"]) == ("khaos>wair", "TEE-M", "size", "open")
    assert (row["expected_value"], row["actual_value"], row["amount_gbp"]) == ("M", "L", Decimal("80.00"))


@pytest.mark.parametrize(("label", "fires"), [("Medium", False), ("M", False), ("Large", True)])
def test_labels_are_read_through_the_configured_size_map(tonight: Tonight, label: str, fires: bool) -> None:
    sizes = {"mapping": {"sizes": {"Medium": "M", "Large": "L"}}}
    assert bool(tonight(shirt("M", size=label), settings=sizes).of("PIM-10")) is fires


@pytest.mark.parametrize(("units", "fires"), [(3, True), (2, False)])
def test_an_item_that_is_not_shown_counts_while_it_could_be_sold(tonight: Tonight, units: int, fires: bool) -> None:
    found = tonight(shirt("M", size="M", displayed=False, reason="NO_PHOTO", units=units))
    assert [(r["field"], r["reason"], r["amount_gbp"]) for r in found.of("PIM-10")] == (
        [("displayed", "NO_PHOTO", Decimal("10.00"))] if fires else []
    )


def test_both_at_once_are_one_exception(tonight: Tonight) -> None:
    row = tonight(shirt("M", size="L", displayed=False)).one("PIM-10")
    assert (row["field"], row["reason"]) == ("displayed+size", "no reason given")


def test_a_size_of_an_item_whose_level_is_unknown_has_no_known_amount(tonight: Tonight) -> None:
    assert tonight(shirt("M", size="L", units=None)).one("PIM-10")["amount_gbp"] is None


@pytest.mark.parametrize("fields", [{"body_map": None}, {"active": False, "body_map": body_map("L")}])
def test_items_outside_the_service_and_withdrawn_ones_are_not_looked_at(
    tonight: Tonight, fields: dict[str, object]
) -> None:
    found = tonight(shirt("M", size="L")[:3], wair_item("TEE-M", **fields))
    assert found.of("PIM-10") == []


@pytest.mark.parametrize(
    "values", [[], [StyleValue(level=1, heading="Colour", value="Red")], [StyleValue(level=1, heading=None, value="S")]]
)
def test_without_a_size_heading_the_size_is_not_tested(tonight: Tonight, values: list[StyleValue]) -> None:
    found = tonight(style_parent("TEE"), style_child("TEE-M", "TEE", style_values=values), shirt("M", size="L")[2:])
    assert found.of("PIM-10") == []


def test_a_map_without_a_size_is_no_mismatch(tonight: Tonight) -> None:
    assert tonight(shirt("M", size=None)).of("PIM-10") == []


def test_a_hidden_item_whose_level_is_unknown_is_not_called_sellable(tonight: Tonight) -> None:
    assert tonight(shirt("M", size="M", displayed=False, units=None)).of("PIM-10") == []


def test_a_non_stock_code_is_outside(tonight: Tonight) -> None:
    found = tonight(shirt("M", size="L"), settings={"non_stock_codes": ["TEE-M"]})
    assert found.of("PIM-10") == []
