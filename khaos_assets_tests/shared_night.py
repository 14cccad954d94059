"""A night that many tests look at, because to evaluate one takes longer than all that is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from khaos_assets_tests.planted_night import PlantedNight, Results, evaluate

T = TypeVar("T")


class SharedNight:
    """What each test plants stands above it, and is told by its names: `results.about("its names")`.

    With `nights` there are several in a row, and the results are the last one's; further options are PlantedNight's.
    """

    def __init__(self, *things: Any, nights: int = 1, **options: Any) -> None:
        self.nights: list[list[Any]] = [list(things) for _ in range(nights)]
        self.options = options

    def has(self, *things: Any) -> Callable[[T], T]:
        """A decorator that leaves the test as it is; the things stand on the last night."""
        self.nights[-1].extend(things)
        return lambda test: test

    def over(self, *nights: Any) -> Callable[[T], T]:
        """As `has`, with what stands on each night, the first one first."""
        for night, things in zip(self.nights, nights, strict=True):
            night.append(things)
        return lambda test: test

    def evaluate(self, folder: Path, *, seed: int | None = None) -> Results:
        """`seed` shuffles the rows of every table."""
        return evaluate(folder, *(PlantedNight(things, **self.options) for things in self.nights), seed=seed)

    def once(self) -> Any:
        """A fixture: the results, evaluated once for a module."""

        @pytest.fixture(scope="module")
        def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
            return self.evaluate(tmp_path_factory.mktemp("shared"))

        return results
