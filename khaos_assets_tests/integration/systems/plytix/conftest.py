"""A small Plytix behind a real simulator, and one way to take its snapshots."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import stamina

from khaos_assets.config import Credentials, Night, Settings, Store
from khaos_assets.snapshots import Certificate, take
from khaos_assets.systems.plytix.settings import Plytix
from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox, write_world

NIGHT = "2026-11-20"
COUNT = 60
BUNDLE = "65b2" + "0" * 20
UNLIMITED = {"switch": "rate_limits", "per_10s": 0, "per_hour": 0}


def key(n: int) -> str:
    """The id of the n-th product."""
    return f"65a1{n:020x}"


def product(n: int, **fields: Any) -> dict[str, Any]:
    """Every fifth is a parent of the next two, every tenth a bundle."""
    place = n % 5
    record: dict[str, Any] = {
        "id": key(n),
        "sku": f"SKU/{n:03d}",
        "label": f"Product {n}",
        "gtin": None,
        "status": "Completed" if n % 7 else "Draft",
        "created": f"2026-0{1 + n % 6}-{1 + n % 20:02d}T10:00:00.123000+00:00",
        "modified": f"2026-11-{10 + n % 9:02d}T{n % 24:02d}:00:00.456000+00:00",
        "attributes": {"short_description": f"Text {n}", "weight_g": 500 + n, "live_on_web": n % 3 == 0},
        "num_variations": 2 if place == 0 else 0,
        "product_level": {0: 1, 1: 2, 2: 2}.get(place, 0),
        "product_type": "SINGLE",
        "product_family_id": f"65c3{n % 3:020x}",
        "relationships": [],
    }
    if place in {1, 2}:
        record["_parent_id"] = key(n - place)
    if n % 10 == 3:
        related = [{"product_id": key(n + 1), "quantity": 2}, {"product_id": key(4), "quantity": 1}]
        record["relationships"] = [
            {"relationship_id": "65b2" + "0" * 20, "label": "Bundle", "related_products": related}
        ]
    return record | fields


def families() -> list[dict[str, Any]]:
    return [
        {"id": f"65c3{n:020x}", "name": f"Family {n}", "total_products": COUNT // 3, "total_attributes": 1,
         "total_models": 0, "_created_at": None, "modified": "2026-01-01T00:00:00.000000+00:00",
         "attributes": [{"id": "65d4", "name": "Weight", "label": "weight_g", "attribute_level": "no_level"}]}
        for n in range(3)
    ]  # fmt: skip


def records(products: Sequence[Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """Everything of one night by `plytix/<entity>`."""
    return {
        "plytix/products": [product(n) for n in range(COUNT)] if products is None else products,
        "plytix/families": families(),
        "plytix/relationships": [{"id": BUNDLE, "label": "Bundle"}],
    }


SECTION: dict[str, Any] = {
    "page_size": 10,
    "ready_statuses": ["Completed"],
    "live_attribute": "live_on_web",
    "bundle_relationships": ["Bundle"],
    "attributes": {
        "description": {"attribute": "short_description"},
        "weight": {"attribute": "weight_g", "unit": "g"},
    },
    "transport": {
        "request_windows": [[10000, 1]],
        "longest_wait_seconds": 5,
        "page_deadline_seconds": 2,
        "attempts": 6,
    },
}


class Catalogue:
    """A Plytix with its simulator, and the data folder that its snapshots go to."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox = sandbox
        self.store = Store(folder / "var")
        self.settings = Settings.of_merchant({"merchant": {"name": "Test"}, "plytix": SECTION})

    def take(self, *reads: str, night: str = NIGHT, **plytix: Any) -> dict[str, Certificate]:
        """Take these reads (`products`), or all; keyword arguments change the settings of Plytix."""
        settings = self.settings.changed(Plytix, **plytix) if plytix else self.settings
        credentials = Credentials.from_environment(self.sandbox.env)
        taken = take(settings, credentials, self.store, Night.of(night), [f"plytix/{r}" for r in reads] or None)
        return {name.removeprefix("plytix/"): c for name, c in taken.items()}

    def rows(self, entity: str, table: str | None = None, night: str = NIGHT) -> list[dict[str, Any]]:
        folder = self.store.snapshot("plytix", entity, Night.of(night).date)
        return pq.read_table(folder / f"{table or entity}.parquet").to_pylist()

    def faults(self, *faults: Mapping[str, Any]) -> None:
        """These switches are on from now on, and the world is as it was."""
        limits = [] if any(f["switch"] == "rate_limits" for f in faults) else [UNLIMITED]
        self.sandbox.set_faults([{"system": "plytix", **f} for f in (*limits, *faults)])


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Retries happen at once."""
    with stamina.set_testing(True, attempts=6, cap=True):
        yield


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    world = write_world(tmp_path_factory.mktemp("plytix") / "world", nights={NIGHT: records()})
    with running_sandbox(world) as running:
        yield running


@pytest.fixture
def plytix(sandbox: Sandbox, tmp_path: Path) -> Catalogue:
    """The Plytix of this module, undisturbed. What changes its records belongs into one of its own (`opened`)."""
    catalogue = Catalogue(sandbox, tmp_path)
    catalogue.faults()
    return catalogue


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., AbstractContextManager[Catalogue]]:
    """`with opened(fault, nights=…) as plytix:` – a Plytix of its own."""

    @contextmanager
    def open_one(*faults: Mapping[str, Any], nights: Mapping[str, Any] | None = None) -> Generator[Catalogue]:
        world = write_world(tmp_path / "world", nights=nights or {NIGHT: records()})
        with running_sandbox(world) as running:
            catalogue = Catalogue(running, tmp_path)
            catalogue.faults(*faults)
            yield catalogue

    return open_one
