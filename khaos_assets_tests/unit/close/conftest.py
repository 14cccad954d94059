"""October, run once for all workers; what changes something works on a copy."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock

from khaos_assets.close import ground
from khaos_assets.close.pack import Pack
from khaos_assets.close.preparing import Prepared
from khaos_assets.config import Store
from khaos_assets.warehouse import database
from khaos_assets.warehouse.database import prepare
from khaos_assets_tests.memory_warehouse import PLAN_CHOICE
from khaos_assets_tests.planted_channels import SHOPS
from khaos_assets_tests.planted_night import PlantedNight, merged
from khaos_assets_tests.unit.close.months_by_hand import Books, books
from khaos_assets_tests.unit.close.october import CLOSES, CLOSING, OPENING, OPENS

GIVEN: dict[str, Any] = {
    "close": {"control_accounts": {"stock": ["1100"], "debtors": ["1200"]}, "nominals": {"sales": "4000"}}
}


@contextmanager
def quick() -> Iterator[None]:
    """To choose among plans of the same meaning takes longer than any plan over a handful of rows."""

    def prepared_quickly(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
        connection.execute(f"SET disabled_optimizers = '{PLAN_CHOICE}'; SET threads = 1")
        return prepare(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ground, "prepare", prepared_quickly)
        patch.setattr(database, "prepare", prepared_quickly)
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick() -> Iterator[None]:
    with quick():
        yield


@pytest.fixture(scope="session")
def _october(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> tuple[Books, Prepared]:
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "close-october"
    was_prepared = folder / "prepared"
    with FileLock(f"{folder}.lock"):
        if not was_prepared.exists():
            made = books(folder / "data", {OPENS: OPENING, CLOSES: CLOSING}, **GIVEN)
            was_prepared.write_bytes(pickle.dumps(made.prepare()))
    given = merged(SHOPS, GIVEN)
    made = Books(PlantedNight((), settings=given).effective_settings(), Store(folder / "data"), given)
    return made, pickle.loads(was_prepared.read_bytes())


@pytest.fixture(scope="session")
def prepared(_october: tuple[Books, Prepared]) -> Prepared:
    return _october[1]


@pytest.fixture(scope="session")
def october_pack(prepared: Prepared) -> Pack:
    return prepared.pack


@pytest.fixture
def october(_october: tuple[Books, Prepared], tmp_path: Path) -> Books:
    """A copy in which version 1 is prepared."""
    return copied(_october[0], tmp_path / "data")


def copied(made: Books, folder: Path) -> Books:
    shutil.copytree(made.store.root, folder)
    return replace(made, store=Store(folder))
