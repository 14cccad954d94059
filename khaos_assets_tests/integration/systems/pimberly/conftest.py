"""A small Pimberly behind a real simulator, and one way to take its snapshots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import stamina

from khaos_assets_tests.integration.systems.catalogue import NIGHT, Catalogue, Opened, opening
from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox, write_world

COUNT = 60


def key(n: int) -> str:
    """The internal id of the n-th product."""
    return f"64f0{n * 3:020x}"


def sku(n: int) -> str | int:
    """Slashes, blanks, signs, leading zeros, and one that is a number on the wire."""
    return {6: "A B+C%/7", 7: 4711, 8: "0042"}.get(n, f"SKU/{n:03d}")


def product(n: int, **fields: Any) -> dict[str, Any]:
    """Every fifth is a parent of the next two, every tenth a bundle."""
    place = n % 5
    record: dict[str, Any] = {
        "id": key(n),
        "primaryId": sku(n),
        "dateUpdated": f"2026-11-{10 + n % 9:02d}T{n % 24:02d}:00:00.456Z",
        "dateCreated": "2026-01-05T08:00:00.000Z",
        "lifecycleStage": "Live" if n % 7 else "Enrichment",
        "Title": f"Product {n}",
        "Weight (kg)": 0.5 + n,
        "Product Type": "Product" if place == 0 else "SKU",
    }
    if place == 0:
        record["Items"] = [sku(n + 1), sku(n + 2)]
    if place in {1, 2}:
        record["Parents"] = sku(n - place)
    if n % 10 == 3:
        record["Bundle Items"] = [sku(n + 1), sku(4)]
    return record | fields


def records(products: Sequence[Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """Everything of one night by `pimberly/<entity>`."""
    return {"pimberly/products": [product(n) for n in range(COUNT)] if products is None else products}


SECTION: dict[str, Any] = {
    "page_size": 10,
    "identifiers_page_size": 25,
    "bundle_attributes": ["Bundle Items"],
    "attributes": {"description": {"attribute": "Title"}, "weight": {"attribute": "Weight (kg)", "unit": "kg"}},
    "transport": {"longest_wait_seconds": 5, "attempts": 6},
}


def catalogue(sandbox: Sandbox, folder: Path) -> Catalogue:
    return Catalogue("pimberly", SECTION, sandbox, folder)


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Retries happen at once."""
    with stamina.set_testing(True, attempts=6, cap=True):
        yield


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    world = write_world(tmp_path_factory.mktemp("pimberly") / "world", nights={NIGHT: records()})
    with running_sandbox(world) as running:
        yield running


@pytest.fixture
def pimberly(sandbox: Sandbox, tmp_path: Path) -> Catalogue:
    """The Pimberly of this module, undisturbed. What changes its records belongs into one of its own (`opened`)."""
    one = catalogue(sandbox, tmp_path)
    one.faults()
    return one


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """`with opened(fault, nights=…) as pimberly:` – a Pimberly of its own."""
    return opening(catalogue, records, tmp_path)
