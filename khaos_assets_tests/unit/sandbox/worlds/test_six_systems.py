"""Worlds of all six systems, and of Khaos with a single other one: their truth, their decoys, their configuration."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from khaos_assets.config import load_settings
from khaos_assets.sandbox.worlds import PlantError, SystemsError, make_world
from khaos_assets.sandbox.worlds.model import SYSTEMS
from khaos_assets.sandbox.worlds.plant import PLANTS, plantable
from khaos_assets_tests.unit.sandbox.worlds.files import NightFiles, Record, read_world
from khaos_assets_tests.unit.sandbox.worlds.perfect import perfect
from khaos_assets_tests.unit.sandbox.worlds.test_truth import assert_true, lines

FROM_FAULTS = {"FEED-01", "FEED-02", "FEED-03"}
OTHERS = SYSTEMS[1:]


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("six")
    make_world(out, seed=7, skus=500, orders=500, systems=SYSTEMS)
    return out


@pytest.fixture(scope="module")
def nights(six: Path) -> list[NightFiles]:
    return read_world(six)[1]


def test_the_truth_of_six_systems_is_what_the_catalogue_says(six: Path) -> None:
    assert_true(six)


@pytest.mark.parametrize("other", OTHERS)
def test_khaos_with_one_other_system_has_a_truth_of_that_pair_alone(tmp_path: Path, other: str) -> None:
    """Nothing of a system that is not there: no folder, no section, no line."""
    make_world(tmp_path, seed=5, skus=150, orders=120, nights=3, systems=("khaos", other))
    found = assert_true(tmp_path)
    named = {s for files, _ in found for t in files.truth for s in re.split(">", t["systems"])}
    assert named <= {"khaos", other} and other in named
    assert {p.name for p in (tmp_path / "nights").glob("*/*") if p.is_dir()} == {"khaos", other}
    assert set(load_settings(tmp_path / "merchant.toml").enabled_systems()) == {"khaos", other}


def test_a_credit_note_in_euros_is_worth_pounds_of_the_month_of_its_order(tmp_path: Path) -> None:
    """Of this world's notes one was made in the month after its order."""
    only = dict.fromkeys(PLANTS, 0) | {"FIN-11": 6}
    make_world(tmp_path, seed=4, skus=150, orders=500, plant=only, systems=("khaos", "scayle"))
    assert_true(tmp_path)


def test_without_planting_six_systems_agree_exactly(tmp_path: Path) -> None:
    summary = make_world(tmp_path, seed=3, skus=250, orders=300, plant=dict.fromkeys(PLANTS, 0), systems=SYSTEMS)
    merchant, nights = read_world(tmp_path)
    assert summary.planted == {} and summary.decoys == 0
    assert all(found == {} for found in perfect(merchant, nights))
    assert not (tmp_path / "faults.toml").exists()


def test_every_code_that_does_not_come_from_faults_can_be_planted() -> None:
    known = {p.stem for p in (Path(__file__).parents[4] / "khaos_assets/rules").glob("*-*.toml")}
    codes = {c for c in PLANTS if c != "decoys" and plantable(c, SYSTEMS)}
    assert known - FROM_FAULTS <= codes
    assert len(codes) == 60


def test_a_world_large_enough_holds_every_kind_of_decoy(tmp_path: Path) -> None:
    make_world(tmp_path, seed=4, skus=900, orders=1300, systems=SYSTEMS)
    found: set[int] = set()
    for file in tmp_path.glob("nights/*/truth.ndjson"):
        for line in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            number = re.match(r"([\d and]+):", line["note"])
            if line["kind"] == "decoy" and number:
                found |= {int(n) for n in re.findall(r"\d+", number[1])}
    assert found >= set(range(1, 28))


def test_every_flavour_of_the_codes_about_goods_appears(tmp_path: Path) -> None:
    codes = ("STK-02", "STK-03", "STK-04", "PIM-04", "PIM-06", "PIM-07", "FEED-06", "MAP-01")
    wishes = dict.fromkeys(PLANTS, 0) | dict.fromkeys(codes, 8) | {"FEED-06": 5, "MAP-01": 24, "STK-04": 12}
    make_world(tmp_path, seed=4, skus=1000, orders=600, nights=3, plant=wishes, systems=SYSTEMS)
    found = assert_true(tmp_path)
    told = [t for files, _ in found for t in files.truth if t["kind"] == "exception"]
    fields = {(t["code"], t["field"]) for t in told}
    assert {("STK-02", "physical"), ("STK-02", "available"), ("STK-02", "available_plus_on_order")} <= fields
    assert {("STK-03", "build"), ("STK-03", "scs")} <= fields
    notes = {(t["code"], t["note"].split(":")[0]) for t in told}
    assert {("PIM-04", "parent_missing_in_pim"), ("PIM-04", "parent_missing_in_khaos")} <= notes
    assert {("PIM-07", "archived"), ("PIM-07", "deleted")} <= notes
    assert {("PIM-06", "another quantity"), ("PIM-06", "a bundle where Khaos has a simple item")} <= notes
    assert {("STK-04", "sells without stock, and there is none")} <= notes
    runs = {(t["systems"].split(">")[0], t["record_key"]) for t in told if t["code"] == "FEED-06"}
    assert {("plytix", "khaos/stock_items"), ("khaos", "pimberly/products"), ("wair", "khaos/stock_levels")} <= runs
    maps = {t["record_key"].split("/")[0] for t in told if t["code"] == "MAP-01"}
    assert {"warehouse", "market", "payment_type", "delivery_method", "unit", "price_list", "tax_code"} <= maps


def test_a_code_of_a_pair_that_is_not_there_cannot_be_asked_for(tmp_path: Path) -> None:
    with pytest.raises(PlantError, match="not with khaos, plytix"):
        make_world(tmp_path, seed=1, skus=60, orders=30, systems=("khaos", "plytix"), plant={"STK-04": 1})


@pytest.mark.parametrize("systems", [("khaos",), ("wair", "scayle"), ("khaos", "magento")])
def test_a_world_has_khaos_and_a_system_that_is_known(tmp_path: Path, systems: tuple[str, ...]) -> None:
    with pytest.raises(SystemsError, match="khaos and at least one other"):
        make_world(tmp_path, seed=1, skus=60, orders=30, systems=systems)


def test_a_case_of_twelve_and_single_pieces_add_up_to_what_is_sellable(nights: list[NightFiles]) -> None:
    """Contract orocommerce 3.3: one row per product and unit."""
    rows = nights[0].of("orocommerce/inventorylevels")
    by_product: dict[str, list[Record]] = {}
    for row in rows:
        by_product.setdefault(row["relationships"]["product"]["data"]["id"], []).append(row)
    assert any(len(x) == 2 for x in by_product.values())
    assert all(r["relationships"]["productUnitPrecision"]["data"]["id"] == r["id"] for r in rows)


def test_pims_spell_numbers_in_their_own_units(nights: list[NightFiles]) -> None:
    """13: 500 g and 0.5 kg, as numbers and as text."""
    grams = {r["sku"]: r["attributes"].get("weight_g") for r in nights[0].of("plytix/products")}
    kilos = {str(r["primaryId"]): r.get("Weight (kg)") for r in nights[0].of("pimberly/products")}
    both = [(grams[s], kilos[s]) for s in grams.keys() & kilos.keys() if grams[s] is not None and kilos[s] is not None]
    agree = [Decimal(str(g)) == 1000 * Decimal(str(k)) for g, k in both]
    assert sum(agree) > 0.9 * len(agree)
    assert {type(g).__name__ for g, _ in both} >= {"str", "int"} and "str" in {type(k).__name__ for _, k in both}


def test_no_item_serves_two_differences(nights: list[NightFiles]) -> None:
    """But a rename and a duplicate, which concern several systems by nature."""
    several = {"SKU-05", "SKU-04"}
    for files in nights:
        keys = [k for k in lines(files, "exception") if k[0].startswith(("STK", "PIM", "SKU")) and k[0] not in several]
        unlike = {(k[0], k[1], k[2]) for k in keys}
        assert len({k[2] for k in unlike}) == len(unlike)
