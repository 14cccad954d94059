"""Making worlds: the same arguments give the same bytes, what is asked is planted, wrong wishes are told clearly."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from khaos_assets.config import load_settings
from khaos_assets.sandbox.world import WorldState
from khaos_assets.sandbox.worlds import NotEnoughError, PlantError, WorldExistsError, make_world
from khaos_assets.sandbox.worlds.amounts import line_money, to_penny
from khaos_assets.sandbox.worlds.model import Line
from khaos_assets.sandbox.worlds.plant import PLANTS, plantable
from khaos_assets.systems.wair.settings import Wair
from khaos_assets_tests.unit.sandbox.worlds.files import read_world


def digest(folder: Path) -> dict[str, str]:
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_the_same_seed_and_size_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_world(tmp_path / name, seed=11, skus=120, orders=150)
    assert digest(tmp_path / "a") == digest(tmp_path / "b")


def test_another_seed_gives_another_world(tmp_path: Path) -> None:
    for seed in (1, 2):
        make_world(tmp_path / str(seed), seed=seed, skus=60, orders=50)
    assert digest(tmp_path / "1") != digest(tmp_path / "2")


def test_an_older_world_is_replaced_whole(tmp_path: Path) -> None:
    """No night of the older world is left behind."""
    make_world(tmp_path / "w", seed=1, skus=40, orders=20, nights=3)
    make_world(tmp_path / "w", seed=1, skus=40, orders=20, nights=1)
    make_world(tmp_path / "fresh", seed=1, skus=40, orders=20, nights=1)
    assert digest(tmp_path / "w") == digest(tmp_path / "fresh")


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(WorldExistsError, match=r"no world\.toml"):
        make_world(tmp_path, seed=1, skus=40, orders=20)
    assert (tmp_path / "letter.txt").read_text() == "dear"


def test_the_configuration_is_complete_and_loads(tmp_path: Path) -> None:
    make_world(tmp_path, seed=5, skus=200, orders=200)
    settings = load_settings(tmp_path / "merchant.toml")
    assert settings.of(Wair).feed_extension
    assert set(settings.mapping.locations.values()) == {"Main Warehouse", "Manchester", "Bristol"}
    assert len(settings.mapping.locations) == 4, "one site has two locations"
    assert settings.classes.arithmetic["Retail"] == "gross" and settings.classes.arithmetic["Trade"] == "net"
    assert "POST" in settings.non_stock_codes
    assert settings.exchange_rates["2026-11"]["EUR"] > 0


def test_nights_end_on_the_asked_one_at_two_in_the_morning_in_london(tmp_path: Path) -> None:
    """In summer that is 01:00 UTC."""
    make_world(tmp_path, seed=5, skus=40, orders=30, nights=3, night=date(2026, 7, 2))
    state = WorldState(tmp_path)
    assert [n.date for n in state.nights] == [date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 2)]
    assert state.nights[-1].as_of == datetime(2026, 7, 2, 1, tzinfo=UTC)


def test_what_usually_is_planted_is_there_at_least_three_times(tmp_path: Path) -> None:
    summary = make_world(tmp_path, seed=7)
    assert set(summary.planted) == {c for c in PLANTS if plantable(c, ("khaos", "wair"))} - {"decoys"}
    syncs = {"FEED-05", "FEED-06"}  # told of a sync as a whole, of which there are few
    assert min(n for c, n in summary.planted.items() if c not in syncs) >= 3
    assert all(summary.planted[c] >= 5 for c in ("ORD-05", "STK-01", "SKU-02", "SKU-03", "ORD-15", "STK-08"))


def test_a_wish_for_one_code_is_met_and_zero_means_none(tmp_path: Path) -> None:
    summary = make_world(tmp_path, seed=7, skus=400, orders=500, plant={"STK-01": 17, "ORD-05": 0, "SKU-04": 6})
    assert summary.planted["STK-01"] == 17
    assert summary.planted["SKU-04"] == 6
    assert "ORD-05" not in summary.planted
    _, nights = read_world(tmp_path)
    assert (
        len({t["record_key"] for n in nights for t in n.truth if t["code"] == "STK-01" and t["kind"] == "exception"})
        == 17
    )


@pytest.mark.parametrize(
    ("plant", "error", "words"),
    [
        ({"FEED-01": 1}, PlantError, "fault switches"),
        ({"STK-99": 1}, PlantError, "not a code that is planted"),
        ({"STK-01": -1}, PlantError, "0 or more"),
        ({"STK-03": 5000}, NotEnoughError, "STK-03=5000"),
    ],
)
def test_a_wish_that_cannot_be_met_says_why(tmp_path: Path, plant: dict[str, int], error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        make_world(tmp_path, seed=1, skus=60, orders=60, plant=plant)


def test_a_rename_needs_a_night_before(tmp_path: Path) -> None:
    with pytest.raises(PlantError, match="needs 2 nights"):
        make_world(tmp_path, seed=1, skus=60, orders=60, nights=1, plant={"SKU-05": 1})


def test_a_world_without_nights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 1 night"):
        make_world(tmp_path, seed=1, nights=0)


def test_one_more_of_one_code_changes_no_other_codes_number(tmp_path: Path) -> None:
    few = make_world(tmp_path / "few", seed=4, skus=300, orders=300, plant={"STK-08": 1})
    many = make_world(tmp_path / "many", seed=4, skus=300, orders=300, plant={"STK-08": 9})
    assert {**few.planted, "STK-08": 9} == many.planted


def test_a_record_of_wair_once_seen_stays(tmp_path: Path) -> None:
    """Items, stock rows and dispatches are never deleted there (contract 3.4 to 3.6)."""
    make_world(tmp_path, seed=9, skus=300, orders=300, nights=3)
    _, nights = read_world(tmp_path)
    for name, keys in (("items", ("skuId",)), ("stock", ("locationId", "skuId")), ("dispatches", ("dispatchId",))):
        seen: set[tuple[str, ...]] = set()
        for files in nights:
            file = tmp_path / "nights" / files.date / "wair" / f"{name}.ndjson"
            now = {tuple(r[k] for k in keys) for r in _records(file)}
            assert seen <= now
            seen = now


def _records(file: Path) -> list[dict[str, str]]:
    import json

    return [json.loads(x) for x in file.read_text(encoding="utf-8").splitlines()]


def test_the_workbooks_own_example_comes_out_to_the_penny() -> None:
    """Contract khaos 3.8: one at 114.51 gross, 20 % off: 76.35 net and 15.26 VAT, not 76.34 and 15.27."""
    money = line_money(Line(None, Decimal(1), Decimal("114.51"), False, 1, Decimal(20)), "gross")
    assert (money.net, money.vat) == (Decimal("76.35"), Decimal("15.26"))


@pytest.mark.parametrize(("value", "penny"), [("1.005", "1.01"), ("-1.005", "-1.01"), ("2.344", "2.34")])
def test_pennies_round_half_away_from_zero(value: str, penny: str) -> None:
    from fractions import Fraction

    assert to_penny(Decimal(value)) == to_penny(Fraction(value)) == Decimal(penny)
