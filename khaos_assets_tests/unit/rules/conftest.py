"""A night in one call: `tonight(things…)`, `nights(first, second…)`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from khaos_assets_tests.planted_night import PlantedNight, Results, evaluate

Tonight = Callable[..., Results]


def next_folder(folder: Path) -> Path:
    """Each run starts on an empty store, also where a test runs several."""
    return folder / str(len(list(folder.iterdir())))


@pytest.fixture
def tonight(tmp_path: Path) -> Tonight:
    """Evaluate one night in which the things given stand; keywords are those of PlantedNight."""

    def run(*things: Any, **options: Any) -> Results:
        return evaluate(next_folder(tmp_path), PlantedNight(things, **options))

    return run


@pytest.fixture
def nights(tmp_path: Path) -> Tonight:
    """Evaluate several nights in their order; the results are the last one's."""

    def run(*planted: PlantedNight) -> Results:
        return evaluate(next_folder(tmp_path), *planted)

    return run
