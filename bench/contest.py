"""Running contenders side by side: each in its own process, in turn, several rounds; median time and peak memory.

A contender is a function `name() -> dict` in a module here; it prepares, then times only the work that is compared.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass
class Stopwatch:
    """Seconds of the timed part."""

    seconds: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def running(self) -> Generator[None]:
        begin = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - begin


@dataclass(frozen=True)
class Figures:
    """One contender over all rounds: median seconds, highest peak memory of its process in MiB."""

    name: str
    seconds: float
    peak_mib: float
    facts: dict[str, Any]


def contest(module: str, names: Sequence[str], *arguments: str, rounds: int = 3) -> dict[str, Figures]:
    """Run the contenders in turn, A B C A B C …, each time in a fresh process."""
    runs: dict[str, list[dict[str, Any]]] = {n: [] for n in names}
    for _ in range(rounds):
        for name in names:
            command = [sys.executable, "-m", "bench.contest", module, name, *arguments]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            runs[name].append(json.loads(done.stdout.splitlines()[-1]))
    return {
        n: Figures(n, statistics.median(r["seconds"] for r in rs), max(r["peak_mib"] for r in rs), rs[-1]["facts"])
        for n, rs in runs.items()
    }


def show(title: str, figures: dict[str, Figures], against: str, unit: str | None = None) -> None:
    """A table with each contender's ratio to one of them (above 1 = slower)."""
    table = Table(title=title, title_justify="left")
    for column in ("contender", "seconds", f"× {against}", "peak MiB", *([unit + "/s"] if unit else []), "result"):
        table.add_column(column, justify="left" if column in {"contender", "result"} else "right")
    for f in figures.values():
        facts = dict(f.facts)
        rate = [f"{facts.pop('rows') / f.seconds:,.0f}"] if unit else []
        ratio = f.seconds / figures[against].seconds
        told = ", ".join(f"{k} {v}" for k, v in facts.items())
        table.add_row(f.name, f"{f.seconds:.2f}", f"{ratio:.2f}", f"{f.peak_mib:,.0f}", *rate, told)
    Console().print(table)


def main() -> None:
    module, name, *arguments = sys.argv[1:]
    contender: Callable[..., Stopwatch] = getattr(import_module(module), name)
    watch = contender(*arguments)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": watch.seconds, "peak_mib": peak, "facts": watch.facts}))


if __name__ == "__main__":
    main()
