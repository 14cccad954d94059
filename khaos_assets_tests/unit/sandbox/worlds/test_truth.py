"""What is planted is exactly what a perfect product would report, and nothing else differs."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from khaos_assets.sandbox.worlds import make_world
from khaos_assets_tests.unit.sandbox.worlds.files import NightFiles, Record, read_world
from khaos_assets_tests.unit.sandbox.worlds.perfect import Found, Key, perfect
from khaos_assets_tests.unit.sandbox.worlds.reading import penny_away


def lines(files: NightFiles, kind: str) -> dict[Key, Record]:
    """Of PIM-02 a record may have several, told apart by their field."""

    def key(t: Record) -> Key:
        return (t["code"], t["systems"], t["record_key"], t["scope"], *([t["field"]] if t["code"] == "PIM-02" else []))

    return {key(t): t for t in files.truth if t["kind"] == kind}


def assert_true(path: Path) -> list[tuple[NightFiles, dict[Key, Found]]]:
    """Compare truth.ndjson of every night with the slow reading of the catalogue."""
    merchant, nights = read_world(path)
    read = list(zip(nights, perfect(merchant, nights), strict=True))
    for files, found in read:
        truth = lines(files, "exception")
        assert len(truth) == sum(t["kind"] == "exception" for t in files.truth), "one line per difference"
        assert set(truth) == set(found), f"{files.date}: {sorted(set(truth) ^ set(found))[:5]}"
        for key, line in truth.items():
            if line["units"] is not None:
                assert Fraction(line["units"]) == found[key].units, key
            if line["amount_gbp"] is not None:
                assert line["amount_gbp"] == format(Decimal(line["amount_gbp"]), ".2f")
                amount = found[key].amount
                assert amount is not None and Decimal(line["amount_gbp"]) == penny_away(amount), key
        assert not set(lines(files, "decoy")) & set(truth), "a decoy is never an exception of the same night"
    return read


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("usual")
    make_world(out, seed=7, skus=700, orders=900)
    return out


def test_the_truth_of_the_usual_world_is_what_the_catalogue_says(usual: Path) -> None:
    """Every planted line is found with its units and pounds, and nothing that was not planted."""
    assert_true(usual)


@pytest.mark.parametrize("seed", range(6))
def test_small_worlds_of_any_seed_and_number_of_nights_hold_only_what_was_planted(tmp_path: Path, seed: int) -> None:
    """Knock-on effects are found in odd corners: many small worlds rather than one big one."""
    make_world(tmp_path, seed=seed, skus=30 + seed * 61, orders=seed * 97, nights=1 + seed % 4)
    assert_true(tmp_path)


def test_without_planting_both_systems_agree_exactly(tmp_path: Path) -> None:
    """The consistent world: level + allocated = on hand, dispatched = sent, every code known, nothing to report."""
    from khaos_assets.sandbox.worlds.plant import PLANTS

    summary = make_world(tmp_path, seed=3, skus=300, orders=400, plant=dict.fromkeys(PLANTS, 0))
    merchant, nights = read_world(tmp_path)
    assert summary.planted == {} and summary.decoys == 0
    assert all(found == {} for found in perfect(merchant, nights))
    assert all(files.truth == [] for files in nights)


def test_some_differences_are_new_on_the_last_night_and_some_are_mended_by_then(usual: Path) -> None:
    _, nights = read_world(usual)
    first, last = (set(lines(n, "exception")) for n in nights)
    assert first - last and last - first and first & last


def test_no_subject_serves_two_planted_stock_differences(usual: Path) -> None:
    """An item is planted once, apart from duplicates that are unknown to Khaos by nature (SKU-04 with SKU-01)."""
    _, nights = read_world(usual)
    for files in nights:
        keys = [k for k in lines(files, "exception") if k[0].startswith(("STK", "SKU", "PIM")) and k[0] != "SKU-04"]
        assert len({k[2] for k in keys}) == len(keys)
        orders = [k for k in lines(files, "exception") if k[0].startswith("ORD")]
        assert len({k[2] for k in orders}) == len(orders)


def test_every_variant_of_a_code_appears_in_the_usual_world(usual: Path) -> None:
    _, nights = read_world(usual)
    last = nights[-1].truth + nights[0].truth
    fields = {(t["code"], t["field"]) for t in last if t["kind"] == "exception"}
    assert {("ORD-05", "full"), ("ORD-05", "part"), ("ORD-06", "tracking"), ("ORD-06", "carrier")} <= fields
    assert {("STK-03", "pack"), ("STK-03", "scs"), ("PIM-10", "displayed"), ("PIM-10", "size")} <= fields
    assert {("STK-06", "wair"), ("STK-06", "khaos")} <= {(t["code"], t["systems"]) for t in last}
    assert any("+" in t["scope"] for t in last if t["code"] in ("STK-02", "STK-03", "STK-08")), (
        "a site of two locations"
    )
    steps = {t["note"].split(": ")[1].split(",")[0] for t in last if t["code"] == "SKU-02"}
    assert len(steps) >= 5


def test_decoys_of_many_kinds_are_named(usual: Path) -> None:
    _, nights = read_world(usual)
    notes = {t["note"].split(":")[0] for n in nights for t in n.truth if t["kind"] == "decoy"}
    assert {"3", "4", "5", "7", "10", "11", "13", "15", "16", "19", "20", "23", "25"} <= notes
    assert any("in transit" in t["note"] for t in nights[0].truth)


def test_however_many_decoys_there_are_none_makes_a_difference(tmp_path: Path) -> None:
    make_world(tmp_path, seed=1, skus=300, orders=100, plant={"decoys": 16})
    assert_true(tmp_path)
