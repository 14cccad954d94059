"""A night in one call: `tonight(things…)`, `nights(first, second…)`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from khaos_assets_tests.planted_night import PlantedNight, Results, evaluate

Tonight = Callable[..., Results]


@pytest.fixture
def tonight(tmp_path: Path) -> Tonight:
    """Evaluate one night in which the things given stand; keywords are those of PlantedNight."""

    def run(*things: Any, **options: Any) -> Results:
        return evaluate(tmp_path, PlantedNight(things, **options))

    return run


@pytest.fixture
def nights(tmp_path: Path) -> Tonight:
    """Evaluate several nights in their order; the results are the last one's."""

    def run(*planted: PlantedNight) -> Results:
        return evaluate(tmp_path, *planted)

    return run
