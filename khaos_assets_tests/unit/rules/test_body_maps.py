"""PIM-10: the size a WAIR body map says, and whether it is shown.

All tests look at one night. What a test plants stands above it, under a SKU of its own.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from khaos_assets.systems.khaos.records import StyleValue
from khaos_assets_tests.planted_night import (
    Record,
    Results,
    body_map,
    level,
    style_child,
    style_parent,
    wair_item,
    wair_stock,
)
from khaos_assets_tests.shared_night import SharedNight

NIGHT = SharedNight(
    style_parent("TEE"),
    settings={"non_stock_codes": ["OUTSIDE"], "mapping": {"sizes": {"Medium": "M", "Large": "L"}}},
)
found = NIGHT.once()


def shirt(sku: str, khaos_size: str | None, *, units: int | None = 10, **shown: Any) -> list[Record]:
    """A style's child of which two are held back, and its body map."""
    return [*in_khaos(sku, units, size=khaos_size), wair_item(sku, body_map=body_map(**shown))]


def in_khaos(sku: str, units: int | None = 10, **child: Any) -> list[Record]:
    return [style_child(sku, "TEE", **child), level(sku, units), wair_stock(sku, units or 0)]


def told(found: Results, word: str) -> dict[str, tuple[str, str]]:
    """SKU → field and reason."""
    return {r["record_key"]: (r["field"], r["reason"]) for r in found.about(word).of("PIM-10")}


@NIGHT.has(shirt("OTHER-SIZE", "M", size="L"))
def test_another_size_than_khaos_says_is_a_mismatch_worth_what_could_be_sold(found: Results) -> None:
    row = found.about("OTHER-SIZE").one("PIM-10")
    assert (row["systems"], row["record_key"], row["field"], row["state"]) == (
        "khaos>wair",
        "OTHER-SIZE",
        "size",
        "open",
    )
    assert (row["expected_value"], row["actual_value"], row["amount_gbp"]) == ("M", "L", Decimal("80.00"))


@NIGHT.has([shirt(f"LABEL-{label}", "M", size=label) for label in ("Medium", "M", "Large")])
def test_labels_are_read_through_the_configured_size_map(found: Results) -> None:
    assert told(found, "LABEL-") == {"LABEL-Large": ("size", "size")}


@NIGHT.has([shirt(f"HIDDEN-{n}", "M", size="M", displayed=False, reason="NO_PHOTO", units=n) for n in (3, 2)])
def test_an_item_that_is_not_shown_counts_while_it_could_be_sold(found: Results) -> None:
    assert told(found, "HIDDEN-") == {"HIDDEN-3": ("displayed", "NO_PHOTO")}
    assert found.about("HIDDEN-").one("PIM-10")["amount_gbp"] == Decimal("10.00")


@NIGHT.has(shirt("AT-ONCE", "M", size="L", displayed=False))
def test_both_at_once_are_one_exception(found: Results) -> None:
    assert told(found, "AT-ONCE") == {"AT-ONCE": ("displayed+size", "no reason given")}


@NIGHT.has(shirt("UNKNOWN-SIZE", "M", size="L", units=None))
def test_a_size_of_an_item_whose_level_is_unknown_has_no_known_amount(found: Results) -> None:
    assert found.about("UNKNOWN-SIZE").one("PIM-10")["amount_gbp"] is None


@NIGHT.has(
    [in_khaos("NO-MAP", size="M"), wair_item("NO-MAP", body_map=None)],
    [in_khaos("WITHDRAWN", size="M"), wair_item("WITHDRAWN", active=False, body_map=body_map("L"))],
)
def test_items_outside_the_service_and_withdrawn_ones_are_not_looked_at(found: Results) -> None:
    looked_at = found.about("NO-MAP", "WITHDRAWN")
    assert looked_at.of("PIM-10") == []
    assert looked_at.compared("PIM-10") == 0


VALUES = {
    "FLAT-NONE": [],
    "FLAT-COLOUR": [StyleValue(level=1, heading="Colour", value="Red")],
    "FLAT-UNNAMED": [StyleValue(level=1, heading=None, value="S")],
}


@NIGHT.has([[in_khaos(s, style_values=v), wair_item(s, body_map=body_map("L"))] for s, v in VALUES.items()])
def test_without_a_size_heading_the_size_is_not_tested(found: Results) -> None:
    assert told(found, "FLAT-") == {}


@NIGHT.has(shirt("SIZELESS", "M", size=None))
def test_a_map_without_a_size_is_no_mismatch(found: Results) -> None:
    assert told(found, "SIZELESS") == {}


@NIGHT.has(shirt("HIDES-UNKNOWN", "M", size="M", displayed=False, units=None))
def test_a_hidden_item_whose_level_is_unknown_is_not_called_sellable(found: Results) -> None:
    assert told(found, "HIDES-UNKNOWN") == {}


@NIGHT.has(shirt("OUTSIDE", "M", size="L"))
def test_a_non_stock_code_is_outside(found: Results) -> None:
    assert told(found, "OUTSIDE") == {}
