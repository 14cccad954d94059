"""A small SCAYLE behind a real simulator, and one way to take its snapshots."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import stamina

from khaos_assets.config import Credentials, Night, Settings, Store
from khaos_assets.snapshots import Certificate, take
from khaos_assets.systems.scayle.settings import Scayle
from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox, write_world
from khaos_assets_tests.unit.systems.scayle.wire_rows import records


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Retries happen at once."""
    with stamina.set_testing(True, attempts=5, cap=True):
        yield


class Shop:
    """A SCAYLE with its simulator, and the data folder that its snapshots go to."""

    def __init__(self, sandbox: Sandbox, folder: Path, settings: Settings) -> None:
        self.sandbox = sandbox
        self.store = Store(folder / "var")
        self.settings = settings

    def take(self, *reads: str, night: str = "2026-11-20", **scayle: Any) -> dict[str, Certificate]:
        """Take these reads (`stocks`), or all; keyword arguments change the settings of SCAYLE."""
        settings = self.settings.changed(Scayle, **scayle) if scayle else self.settings
        credentials = Credentials.from_environment(self.sandbox.env)
        taken = take(settings, credentials, self.store, Night.of(night), [f"scayle/{r}" for r in reads] or None)
        return {name.removeprefix("scayle/"): c for name, c in taken.items()}

    def rows(self, entity: str, table: str | None = None, night: str = "2026-11-20") -> list[dict[str, Any]]:
        return pq.read_table(self.file(entity, f"{table or entity}.parquet", night)).to_pylist()

    def quarantined(self, entity: str, night: str = "2026-11-20") -> list[dict[str, Any]]:
        return pq.read_table(self.file(entity, "quarantine.parquet", night)).to_pylist()

    def file(self, entity: str, name: str, night: str = "2026-11-20") -> Path:
        return self.store.snapshot("scayle", entity, Night.of(night).date) / name


def settings(**scayle: Any) -> Settings:
    """A merchant with SCAYLE alone."""
    section = {"page_size": 10} | scayle
    return Settings.of_merchant({"merchant": {"name": "Test"}, "scayle": section})


OpenShop = Callable[..., Any]


@pytest.fixture
def shop(tmp_path: Path) -> OpenShop:
    """`with shop(faults) as s:` – a running SCAYLE whose pages hold 10 rows."""

    @contextmanager
    def opened(
        faults: Sequence[Mapping[str, Any]] = (), nights: Mapping[str, Any] | None = None, **scayle: Any
    ) -> Generator[Shop]:
        world = write_world(tmp_path / "world", nights=nights or {"2026-11-20": records()})
        with running_sandbox(world, faults=[{"system": "scayle", **f} for f in faults]) as sandbox:
            yield Shop(sandbox, tmp_path, settings(**scayle))

    return opened
