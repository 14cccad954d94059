"""Nothing of a person stays: a planted e-mail, name, phone number and street are in no file below the data folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from khaos_assets.config import Credentials, Night, Retention, Store, load_settings
from khaos_assets.intraday import run_moment
from khaos_assets.orchestration import run_night
from khaos_assets.sandbox.worlds import make_world
from khaos_assets.sandbox.worlds.model import SYSTEMS
from khaos_assets.snapshots import take
from khaos_assets.snapshots.retention import purge
from khaos_assets_tests.integration.privacy import canaries
from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox

NIGHT = Night.of("2026-11-20")


@dataclass(frozen=True)
class Ground:
    world: Path
    data: Path
    sandbox: Sandbox

    @property
    def store(self) -> Store:
        return Store(self.data)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A night of six systems, and a moment of the day after it."""
    folder = tmp_path_factory.mktemp("canaries")
    world, data = folder / "world", folder / "data"
    make_world(world, seed=5, skus=20, orders=30, systems=SYSTEMS, nights=1)
    canaries.plant(world)
    with running_sandbox(world, rate_clock=100_000) as sandbox:
        run_night(world / "merchant.toml", NIGHT, sandbox.ready_file, data)
        settings = load_settings(world / "merchant.toml", data_dir=data)
        run_moment(settings, Credentials.from_environment({}, ready_file=sandbox.ready_file), Store(data), NIGHT.as_of)
        yield Ground(world, data, sandbox)


def test_the_canaries_were_there_to_be_kept(ground: Ground) -> None:
    planted = canaries.found_in(ground.world)
    assert {name.split("/")[2] for name in planted} == set(SYSTEMS)
    assert all(len(held) == len(canaries.CANARIES) for name, held in planted.items() if "customers" in name)


def test_no_file_holds_a_canary_not_even_before_the_purge(ground: Ground) -> None:
    assert len(list(ground.data.rglob("*"))) > 200
    assert canaries.found_in(ground.data) == {}


def test_a_body_that_could_not_be_parsed_is_kept_apart_and_goes_after_its_retention(
    ground: Ground, tmp_path: Path
) -> None:
    settings = load_settings(ground.world / "merchant.toml", data_dir=tmp_path)
    ground.sandbox.set_faults([{"system": "khaos", "switch": "truncated_xml", "method": "ExportCompany"}])
    try:
        credentials = Credentials.from_environment({}, ready_file=ground.sandbox.ready_file)
        take(settings, credentials, Store(tmp_path), NIGHT, ["khaos/customers"])
    finally:
        ground.sandbox.set_faults([])
    held = canaries.found_in(tmp_path)
    assert held, "a body that cannot be parsed cannot be cleaned either"
    assert all(name.startswith("restricted/") for name in held)
    purge(Retention(restricted_days=7), Store(tmp_path), NIGHT.date + timedelta(days=8))
    assert canaries.found_in(tmp_path) == {}


def test_a_purge_removes_what_is_past_its_retention_and_spares_what_the_next_night_needs(
    ground: Ground, tmp_path: Path
) -> None:
    shutil.copytree(ground.data, tmp_path / "data")
    store = Store(tmp_path / "data")
    old = store.raw_entity("khaos", "sites") / "2025-01-02.1"
    shutil.copytree(store.raw_attempt("khaos", "sites", NIGHT.date, 1), old)
    removed = purge(Retention(), store, date(2027, 6, 1))
    assert [(r.kind, r.path.name) for r in removed if r.kind == "raw"] == [("raw", "2025-01-02.1")]
    assert {r.kind for r in removed} == {"raw", "intraday"}
    assert not old.exists()
    assert store.raw_attempt("khaos", "sites", NIGHT.date, 1).is_dir(), "of the newest complete snapshot"
    assert store.raw_attempts("wair", "stock", NIGHT.date)
    assert purge(Retention(), store, date(2027, 6, 1)) == []
