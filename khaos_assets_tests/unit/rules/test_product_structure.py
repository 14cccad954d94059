"""PIM-04 to PIM-06: variants and their parents, bundles and their components. One night, a SKU for every fact."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from khaos_assets.snapshots.certificate import Verdict
from khaos_assets.systems.khaos import records as khaos
from khaos_assets.systems.pimberly.records import Parent
from khaos_assets_tests.planted_night import (
    PlantedNight,
    Results,
    SetAside,
    evaluate,
    level,
    pack,
    stock_item,
    style_child,
    style_parent,
)
from khaos_assets_tests.planted_pimberly import PIMBERLY, pimberly_product
from khaos_assets_tests.planted_plytix import PLYTIX, plytix_id, plytix_product
from khaos_assets_tests.unit.rules.conftest import Tonight

PIMS: dict[str, Any] = {
    "plytix": PLYTIX,
    "pimberly": PIMBERLY,
    "wair": {"enabled": False},
    "ownership": {"description": ["khaos"], "weight": ["khaos"]},
    "non_stock_codes": ["POST"],
}


def states(found: Results, code: str, systems: str = "khaos>plytix") -> dict[str, tuple[str, str]]:
    """SKU → reason and state."""
    return {r["record_key"]: (r["reason"], r["state"]) for r in found.of(code, systems)}


def the(found: Results, code: str, sku: str, systems: str = "khaos>plytix") -> dict[str, Any]:
    return next(r for r in found.of(code, systems) if r["record_key"] == sku)


def variant(sku: str, parent: str | None, **fields: Any) -> Any:
    return plytix_product(sku, parent=parent, **fields)


STYLES = [
    [style_parent(s) for s in ("TEE", "TOP", "CAP")],
    [plytix_product(s, variants=2) for s in ("TEE", "TOP")],
    [plytix_product("CAP", variants=1, status="Archived"), plytix_product("STRANGE", variants=1)],
    [pimberly_product(s, type_="Product") for s in ("TEE", "TOP", "STRANGE")],
    pimberly_product("CAP", type_="Product", stage="Withdrawn"),
]
PLYTIX_VARIANTS = [
    [style_child("TEE-RIGHT", "TEE"), variant("TEE-RIGHT", "TEE")],
    [style_child("TEE-ARCHIVED", "CAP"), variant("TEE-ARCHIVED", "CAP")],
    [style_child("TEE-LOST", "TEE"), plytix_product("TEE-LOST", parent_id="gone")],
    [style_child("TEE-STRANGE", "TEE"), variant("TEE-STRANGE", "STRANGE")],
    style_child("TEE-HALF", "TEE"),
    [style_child("TEE-WRONG", "TEE"), variant("TEE-WRONG", "TOP", status="Draft")],
    [style_child("TEE-OLD", "TEE"), variant("TEE-OLD", "CAP", status="Archived")],
    [stock_item("TEE-ALONE"), variant("TEE-ALONE", "TOP")],
    variant("TEE-NEW", "STRANGE", status="Draft"),
    [stock_item("POST"), variant("POST", "STRANGE")],
    # A parent whose record was set aside tonight is there
    [style_child("TEE-ASIDE", "TEE"), plytix_product("TEE-ASIDE", parent_id="p1"), SetAside("plytix.products", "p1")],
    # A parent of another spelling
    [
        style_parent("POLO"),
        plytix_product("polo", variants=1),
        style_child("POLO-M", "POLO"),
        variant("POLO-M", "polo"),
    ],
    # A parent that is no stock code, and one that is there twice
    [stock_item("TEE-POST"), variant("TEE-POST", "POST")],
    [stock_item("TEE-TWICE"), variant("TEE-TWICE", "TWICE")],
    [plytix_product("TWICE", variants=1), plytix_product("TWICE", variants=1, key="t2")],
]
PIMBERLY_VARIANTS = [
    pimberly_product("TEE-RIGHT", parents=["TEE"]),
    pimberly_product("TEE-ALONE", parents=["NOBODY"]),
    pimberly_product("TEE-WRONG", parents=["TOP", "TEE"]),
    pimberly_product("TEE-LOST", parents=["NOBODY", "CAP"]),
    pimberly_product("TEE-ARCHIVED", parents=["CAP", "TOP"]),
    pimberly_product("TEE-STRANGE", parents=["STRANGE", "TEE"]),
    # One of two is not Khaos's, and what the other is nobody could read
    [pimberly_product("TEE-HALF", parents=["TOP", "BROKEN"]), SetAside("pimberly.products", "BROKEN")],
    # Two spellings, of which neither is the style's
    [pimberly_product("polo", type_="Product"), pimberly_product("cuff", type_="Product"), style_parent("CUFF")],
    [style_child("CUFF-M", "CUFF"), pimberly_product("CUFF-M", parents=["polo", "TOP"])],
    # A row of parents that was set aside says nothing of the product of that name
    SetAside("pimberly.parents", "NOBODY"),
    # By the call, though its row does not name a parent
    [pimberly_product("TEE-ASIDE"), Parent(product="TEE-ASIDE", parent="STRANGE")],
]


def test_a_variant_needs_a_parent_that_the_pim_has_and_khaos_knows(shelf: Results) -> None:
    assert states(shelf, "PIM-04") == {
        "TEE-ARCHIVED": ("parent_missing_in_pim", "open"),
        "TEE-LOST": ("parent_missing_in_pim", "open"),
        "TEE-STRANGE": ("parent_missing_in_khaos", "open"),
        "TEE-NEW": ("parent_missing_in_khaos", "open"),
        "POLO-M": ("parent_missing_in_khaos", "suppressed"),
        "TEE-TWICE": ("parent_missing_in_khaos", "open"),
    }
    parents = {sku: the(shelf, "PIM-04", sku)["counterpart_key"] for sku in ("TEE-ARCHIVED", "TEE-LOST", "TEE-STRANGE")}
    assert parents == {"TEE-ARCHIVED": "CAP", "TEE-LOST": "gone", "TEE-STRANGE": "STRANGE"}
    assert (the(shelf, "PIM-04", "TEE-LOST")["amount_gbp"], the(shelf, "PIM-04", "TEE-LOST")["severity"]) == (
        None,
        "high",
    )


def test_one_of_several_parents_in_order_is_enough(shelf: Results) -> None:
    assert states(shelf, "PIM-04", "khaos>pimberly") == {
        "TEE-ALONE": ("parent_missing_in_pim", "open"),
        "TEE-LOST": ("parent_missing_in_pim", "open"),
        "TEE-ASIDE": ("parent_missing_in_khaos", "open"),
    }
    assert the(shelf, "PIM-04", "TEE-LOST", "khaos>pimberly")["counterpart_key"] == "CAP+NOBODY"
    assert the(shelf, "PIM-04", "TEE-LOST", "khaos>pimberly")["actual_value"] == "CAP (archived) | NOBODY"


def test_the_orphan_explains_what_its_parent_is_told_of(shelf: Results) -> None:
    unknown = {r["record_key"]: r for r in shelf.of("SKU-01", "khaos>plytix")}
    assert set(unknown) == {"STRANGE", "TWICE"}
    assert shelf.explained_by(unknown["STRANGE"]) == "PIM-04"


def test_the_style_of_khaos_must_be_among_the_parents(shelf: Results) -> None:
    assert states(shelf, "PIM-05") == {
        "TEE-WRONG": ("another parent in Khaos", "open"),
        "TEE-STRANGE": ("another parent in Khaos", "suppressed"),
        "POLO-M": ("another parent in Khaos", "suppressed"),
    }
    row = the(shelf, "PIM-05", "TEE-WRONG")
    assert (row["field"], row["expected_value"], row["actual_value"]) == ("parent", "TEE", "TOP")
    assert row["amount_gbp"] is None
    assert shelf.explained_by(the(shelf, "PIM-05", "TEE-STRANGE")) == "PIM-04"
    assert states(shelf, "PIM-05", "khaos>pimberly") == {
        "TEE-ASIDE": ("another parent in Khaos", "suppressed"),
        "TEE-LOST": ("another parent in Khaos", "suppressed"),
        "CUFF-M": ("another parent in Khaos", "open"),
    }


def test_another_spelling_of_the_parent_explains_both(shelf: Results) -> None:
    assert {shelf.explained_by(the(shelf, code, "POLO-M")) for code in ("PIM-04", "PIM-05")} == {"SKU-02"}


# PIM-06

MUGS = {"MUG-1": 2, "CUP-1": 1}


def linked(code: str, other: str) -> Any:
    """Goes well with it: a link without a quantity meaning."""
    link = khaos.LinkItem(stock_code=other, link_type=1, link_value=Decimal(1), auto_add=False)
    return stock_item(code, links=[link])


BUNDLES = [
    [stock_item(c) for c in ("MUG-1", "CUP-1", "JUG-1")],
    [plytix_product(c) for c in ("MUG-1", "CUP-1", "JUG-1")],
    [pimberly_product(c) for c in ("MUG-1", "CUP-1", "JUG-1")],
    [pack("SET-SAME", MUGS), plytix_product("SET-SAME", bundle=MUGS)],
    [pack("SET-UNCOUNTED", MUGS), plytix_product("SET-UNCOUNTED", bundle={"MUG-1": None, "CUP-1": 1})],
    [pack("SET-QUANTITY", MUGS), plytix_product("SET-QUANTITY", bundle={"MUG-1": 3, "CUP-1": 1})],
    [pack("SET-LESS", MUGS), plytix_product("SET-LESS", bundle={"MUG-1": 2})],
    [pack("SET-MORE", MUGS), plytix_product("SET-MORE", bundle=MUGS | {"JUG-1": 1})],
    [pack("SET-SIMPLE", MUGS), plytix_product("SET-SIMPLE")],
    [stock_item("SET-NO-PACK"), plytix_product("SET-NO-PACK", bundle=MUGS)],
    [
        pack("SET-OLD", MUGS),
        plytix_product("SET-OLD", status="Archived"),
        stock_item("SET-PLAIN"),
        plytix_product("SET-PLAIN"),
    ],
    [linked("SET-LINKED", "MUG-1"), plytix_product("SET-LINKED", related={"CUP-1": 1})],
    plytix_product("SET-NEW", status="Draft", bundle=MUGS),
    # Components of a build no read gives
    [stock_item("SET-BUILT"), level("SET-BUILT", 4, build_potential=9), plytix_product("SET-BUILT", bundle=MUGS)],
    # A component of another spelling
    [stock_item("BOWL-1"), plytix_product("bowl-1")],
    [pack("SET-SPELLED", {"BOWL-1": 2}), plytix_product("SET-SPELLED", bundle={"bowl-1": 2})],
    [pack("SET-SPELLED-ODD", {"BOWL-1": 2}), plytix_product("SET-SPELLED-ODD", bundle={"bowl-1": 3})],
    [pack("SET-SPELLED-LESS", MUGS | {"BOWL-1": 2}), plytix_product("SET-SPELLED-LESS", bundle={"bowl-1": 2})],
    [pack("SET-SPELLED-MORE", {"BOWL-1": 2}), plytix_product("SET-SPELLED-MORE", bundle=MUGS | {"bowl-1": 2})],
    # A component that was set aside goes by its id
    [pack("SET-ASIDE", {"JAR-1": 1}), stock_item("JAR-1"), plytix_product("SET-ASIDE", bundle={"JAR-1": 1})],
    SetAside("plytix.products", plytix_id("JAR-1"), raw='{"sku": "JAR-1"}'),
    # Pimberly tells no quantities
    pimberly_product("SET-SAME", bundle=["CUP-1", "MUG-1"]),
    [pimberly_product("SET-LESS", bundle=["MUG-1"]), SetAside("pimberly.parents", "MUG-1")],
    pimberly_product("SET-SIMPLE"),
    # A product without a stage is not archived
    [pack("SET-UNSTAGED", MUGS), pimberly_product("SET-UNSTAGED", bundle=["MUG-1"], shows={"lifecycleStage": None})],
]


def test_a_bundle_has_the_components_of_the_pack_each_as_often(shelf: Results) -> None:
    assert states(shelf, "PIM-06") == {
        "SET-QUANTITY": ("components", "open"),
        "SET-LESS": ("components", "open"),
        "SET-MORE": ("components", "open"),
        "SET-SIMPLE": ("type", "open"),
        "SET-NO-PACK": ("type", "open"),
        "SET-SPELLED": ("components", "suppressed"),
        "SET-SPELLED-ODD": ("components", "open"),
        "SET-SPELLED-LESS": ("components", "open"),
        "SET-SPELLED-MORE": ("components", "open"),
    }
    row = the(shelf, "PIM-06", "SET-QUANTITY")
    assert (row["field"], row["expected_value"], row["actual_value"]) == (
        "components",
        "CUP-1 x 1, MUG-1 x 2",
        "CUP-1 x 1, MUG-1 x 3",
    )
    assert (row["amount_gbp"], row["severity"]) == (None, "high")
    assert '"differ":["MUG-1"]' in row["evidence"]
    assert the(shelf, "PIM-06", "SET-NO-PACK")["expected_value"] == "no pack"


def test_without_quantities_only_the_set_is_compared(shelf: Results) -> None:
    assert states(shelf, "PIM-06", "khaos>pimberly") == {
        "SET-LESS": ("components", "open"),
        "SET-SIMPLE": ("type", "open"),
        "SET-UNSTAGED": ("components", "open"),
    }


def test_another_spelling_of_a_component_explains_its_bundle(shelf: Results) -> None:
    assert shelf.explained_by(the(shelf, "PIM-06", "SET-SPELLED")) == "SKU-02"


def test_only_bundles_are_looked_at(shelf: Results) -> None:
    looked_at = {p["record_key"] for p in shelf.population if p["code"] == "PIM-06" and p["systems"] == "khaos>plytix"}
    assert {p for p in looked_at if p.startswith("SET-")} == looked_at
    assert looked_at.isdisjoint({"SET-OLD", "SET-PLAIN", "SET-LINKED", "SET-NEW", "SET-BUILT", "SET-ASIDE"})
    variants = {p["record_key"] for p in shelf.population if p["code"] == "PIM-04"}
    assert variants.isdisjoint({"MUG-1", "CUP-1", "JUG-1"}), "a component is no variant of its bundle"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Results:
    things = [STYLES, PLYTIX_VARIANTS, PIMBERLY_VARIANTS, BUNDLES]
    return evaluate(tmp_path_factory.mktemp("shelf"), PlantedNight(things, settings=PIMS))


def test_parents_that_the_merchant_does_not_keep_as_stock_items_may_be_unknown(tonight: Tonight) -> None:
    """And nothing is concluded from a hierarchy that could not be read whole."""
    found = tonight(
        plytix_product("STRANGE", variants=1, live=True),
        [stock_item("TEE-1"), variant("TEE-1", "STRANGE")],
        [stock_item("TEE-2"), plytix_product("TEE-2", parent_id="gone")],
        [stock_item("TEE-3"), pimberly_product("TEE-3", parents=["NOBODY"])],
        settings=PIMS | {"plytix": PLYTIX | {"carries_kinds": []}},
        certificates={"pimberly.parents": {"verdict": Verdict.INCOMPLETE}},
    )
    assert found.open() == [("FEED-01", "pimberly/parents"), ("PIM-04", "TEE-2")]
    assert {("PIM-04", "khaos>pimberly"), ("PIM-05", "khaos>pimberly")} <= set(found.not_tested())
