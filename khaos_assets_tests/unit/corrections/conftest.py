"""The made-up writes stand among the real ones while a test runs."""

from __future__ import annotations

import pytest

from khaos_assets.systems.write import installed_writes
from khaos_assets_tests.unit.corrections.target import WRITES


@pytest.fixture(autouse=True)
def shop_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    for write in WRITES:
        monkeypatch.setitem(installed_writes(), write.name, write)  # type: ignore[arg-type]
