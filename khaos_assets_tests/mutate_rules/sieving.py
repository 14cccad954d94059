"""Which mutants the tests see. A plugin of pytest: the tests of a file run once, then some of them once per mutant that
made one of their nights come out otherwise, in a copy of this process.
"""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from khaos_assets.config import Night, Settings, Store
from khaos_assets_tests import planted_night
from khaos_assets_tests.mutate_rules.judging import EVALUATE_IN, Judge, in_a_fork
from khaos_assets_tests.mutate_rules.mutants import Mutant
from khaos_assets_tests.planted_night import PlantedNight, Results

Key = tuple[str, int | None]
ORIGINAL = planted_night.evaluate
ENOUGH = 4
"""Nights of a file on which a mutant is kept for the tests to see."""


@dataclass
class Trace:
    """What is known of one mutant so far."""

    mutant: Mutant
    dead: str | None = None
    """The test that saw it, or whose night it spoiled; or "no SQL"."""
    changed: dict[Key, Results] = field(default_factory=dict)
    """Nights of the file that runs."""
    changes: int = 0
    """Nights that it made come out otherwise, whatever the tests said."""
    wording: bool = False
    """It changed what no test is asked to see: reason, shown values, evidence."""


class Sieve:
    """Stands in for `planted_night.evaluate`: evaluates once, and again with each mutant that is still alive."""

    def __init__(self, traces: Sequence[Trace]) -> None:
        self.traces = traces
        self.evaluated: dict[Key, Results] = {}
        self.key: Key = ("", None)
        self.left = 0
        """Nights still to be evaluated for it."""
        self.test = ""
        self.red: list[str] = []

    def evaluate(self, folder: Path, *nights: PlantedNight, seed: int | None = None) -> Results:
        key = (repr(nights), seed)
        if key not in self.evaluated:
            self.key, self.left = key, len(nights)
            self.evaluated[key] = ORIGINAL(folder, *nights, seed=seed)
        return self.evaluated[key]

    def evaluate_in(self, db: Any, settings: Settings, store: Store, night: Night) -> Any:
        """The night as it is; on the last of several, the mutants too."""
        self.left -= 1
        if self.left or self.key[1] is not None:
            return EVALUATE_IN(db, settings, store, night)
        judge = Judge(db, settings, store, night)
        result = judge.evaluate()
        for trace in self.traces:
            if trace.dead is None and len(trace.changed) < ENOUGH:
                found = judge.otherwise(trace.mutant)
                if isinstance(found, Results):
                    trace.changed[self.key] = found
                    trace.changes += 1
                elif found == "wording":
                    trace.wording = True
                elif found != "same":
                    trace.dead = self.test if found == "broken" else found
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        gc.freeze()
        self.red = self.first_red(session.items, self.evaluate)
        for trace in () if self.red else self.traces:
            if trace.dead is None and trace.changed:
                trace.dead = in_a_fork(partial(self.seen_by, trace, session.items))
            trace.changed.clear()
        gc.unfreeze()
        return True

    def seen_by(self, trace: Trace, items: Sequence[pytest.Item]) -> str | None:
        """The test that sees it."""
        red = self.first_red(items, Known(self.evaluated, trace.changed))
        return red[0] if red else None

    def first_red(self, items: Sequence[pytest.Item], evaluate: Any) -> list[str]:
        """The first test that is not green where nights come from `evaluate`, and what it says."""
        _instead[-1] = evaluate
        for item, following in zip(items, [*items[1:], None], strict=True):
            self.test = item.nodeid
            if all(t.dead for t in self.traces):
                return []
            for report in runtestprotocol(item, log=False, nextitem=following):
                if report.failed:
                    return [item.nodeid, report.longreprtext]
        return []


@dataclass
class Known:
    """Nights that were evaluated already. A mutant's night is the same in whatever order its rows come."""

    evaluated: dict[Key, Results]
    changed: dict[Key, Results]

    def __call__(self, _: Path, *nights: PlantedNight, seed: int | None = None) -> Results:
        told = repr(nights)
        return self.changed.get((told, None)) or self.evaluated[told, seed]


_instead: list[Any] = [ORIGINAL]


def evaluate(folder: Path, *nights: PlantedNight, seed: int | None = None) -> Results:
    """What tests import as `evaluate`."""
    return _instead[-1](folder, *nights, seed=seed)


def sieve(traces: Sequence[Trace], tests: Iterable[str]) -> None:
    """Each file of tests with the mutants that none before it saw."""
    planted_night.evaluate = evaluate
    for test in tests:
        seen = Sieve([t for t in traces if t.dead is None])
        if not seen.traces:
            return
        planted_night.evaluate_in = seen.evaluate_in
        options = ["-q", "-s", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:timeout", "-W", "ignore"]
        with tempfile.TemporaryFile("w+") as out:
            with redirect_stdout(out), redirect_stderr(out):
                status = pytest.main([*options, test], plugins=[seen])
            out.seek(0)
            if seen.red or status not in (0, 5):
                raise SystemExit(f"{out.read()}\n{seen.red}\nThe tests are red without any mutant")
