"""One simulated shop for all tests of a worker; its fault switches are set per test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from khaos_assets_tests.integration.systems.khaos import shop
from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox, write_world

Misbehave = Callable[..., Sandbox]


@pytest.fixture(scope="session")
def _shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(write_world(tmp_path_factory.mktemp("shop"), shop.records())) as sandbox:
        yield sandbox


@pytest.fixture
def shop_with(_shop: Sandbox) -> Iterator[Misbehave]:
    """The shop with these fault switches on. Only for switches that leave its records alone."""

    def misbehave(*faults: Mapping[str, Any]) -> Sandbox:
        _shop.set_faults([{"system": "khaos", **f} for f in faults])
        return _shop

    yield misbehave
    _shop.set_faults([])


@pytest.fixture
def own_shop(tmp_path: Path) -> Iterator[Misbehave]:
    """A shop of one's own, for switches that change its records."""
    running = []

    def misbehave(*faults: Mapping[str, Any], **records: Any) -> Sandbox:
        world = write_world(tmp_path, shop.records() | {f"khaos/{k}": v for k, v in records.items()})
        context = running_sandbox(world, [{"system": "khaos", **f} for f in faults])
        running.append(context)
        return context.__enter__()

    yield misbehave
    for context in running:
        context.__exit__(None, None, None)
