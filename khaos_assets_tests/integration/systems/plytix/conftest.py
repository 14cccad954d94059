"""A small Plytix behind a real simulator, and one way to take its snapshots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import stamina

from khaos_assets_tests.integration.systems.catalogue import NIGHT, Catalogue, Opened, opening
from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox, write_world

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


def catalogue(sandbox: Sandbox, folder: Path) -> Catalogue:
    return Catalogue("plytix", SECTION, sandbox, folder, usual=[UNLIMITED])


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
    one = catalogue(sandbox, tmp_path)
    one.faults()
    return one


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """`with opened(fault, nights=…) as plytix:` – a Plytix of its own."""
    return opening(catalogue, records, tmp_path)
