"""Running contenders side by side: each in its own process, in turn, several rounds.

A contender is a function in a module here that returns a Stopwatch; it prepares, then times only what is compared.
Ratios are of each contender's best round, the one least disturbed by whatever else the machine did.
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
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parent.parent
WIDTH = 140
"""Columns of a table's line: a narrower terminal wraps it rather than cuts it."""


@dataclass
class Stopwatch:
    """Seconds of the timed part, by the clock on the wall and of this process on all its cores."""

    seconds: float = 0.0
    cpu: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def running(self) -> Generator[None]:
        begin, busy = time.perf_counter(), time.process_time()
        yield
        self.seconds += time.perf_counter() - begin
        self.cpu += time.process_time() - busy


@dataclass(frozen=True)
class Figures:
    """One contender over all rounds: best and median seconds, least CPU seconds, highest peak memory of its process."""

    name: str
    seconds: float
    median: float
    cpu: float
    peak_mib: float
    facts: dict[str, Any]


@dataclass(frozen=True)
class Target:
    """`of` may take at most `at_most` times as long as `against`, by the clock or in processor time; in MiB of peak
    memory where there is no `against`."""

    of: str
    at_most: float
    against: str | None = None
    by: Literal["seconds", "cpu"] = "seconds"

    def told(self, figures: dict[str, Figures]) -> str:
        """What was wanted, what was found, and whether that is enough."""
        if self.against is None:
            found, wanted = figures[self.of].peak_mib, f"{self.of} stays under {self.at_most:,.0f} MiB"
            return f"{verdict(found <= self.at_most)} {wanted}: {found:,.0f} MiB"
        found = getattr(figures[self.of], self.by) / getattr(figures[self.against], self.by)
        if self.at_most < 1:
            wanted = f"{self.of} is {1 / self.at_most:g}× as fast as {self.against}"
            return f"{verdict(found <= self.at_most)} {wanted}: {1 / found:.2f}×"
        wanted = f"{self.of} takes at most {self.at_most:g}× as long as {self.against}"
        return f"{verdict(found <= self.at_most)} {wanted}: {found:.2f}×"


def verdict(met: bool) -> str:
    """In colour."""
    return "[green]met[/]   " if met else "[red]missed[/]"


def contest(module: str, names: Sequence[str], *arguments: str, rounds: int = 3) -> dict[str, Figures]:
    """Run the contenders in turn, A B C C B A …, each time in a fresh process: none always follows the same one."""
    runs: dict[str, list[dict[str, Any]]] = {n: [] for n in names}
    for turn in range(rounds):
        for name in names if turn % 2 == 0 else reversed(names):
            runs[name].append(measured(module, name, *arguments))
    return {
        n: Figures(
            name=n,
            seconds=min(r["seconds"] for r in rs),
            median=statistics.median(r["seconds"] for r in rs),
            cpu=min(r["cpu"] for r in rs),
            peak_mib=max(r["peak_mib"] for r in rs),
            facts=rs[-1]["facts"],
        )
        for n, rs in runs.items()
    }


def measured(module: str, name: str, *arguments: str) -> dict[str, Any]:
    """One run in a fresh process: `seconds`, `cpu`, `peak_mib`, `facts`."""
    command = [sys.executable, "-m", "bench.contest", module, name, *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    return json.loads(done.stdout.splitlines()[-1])


def show(
    title: str,
    figures: dict[str, Figures],
    against: str,
    unit: str | None = None,
    *,
    note: str = "",
    targets: Sequence[Target] = (),
) -> None:
    """A table with each contender's ratio to one of them (above 1 = slower); below it the note and the targets."""
    table = Table(title=title, title_justify="left", caption_justify="left")
    rate = [f"{unit}/s"] if unit else []
    for column in ("contender", "seconds", "median", "CPU s", f"× {against}", *rate, "peak MiB", "result"):
        table.add_column(column, justify="left" if column in {"contender", "result"} else "right", no_wrap=True)
    for f in figures.values():
        facts = dict(f.facts)
        rates = [f"{facts.pop('rows') / f.seconds:,.0f}"] if unit else []
        ratio = f.seconds / figures[against].seconds
        told = ", ".join(f"{k} {v}" for k, v in facts.items())
        times = (f"{f.seconds:.2f}", f"{f.median:.2f}", f"{f.cpu:.2f}", f"{ratio:.2f}")
        table.add_row(f.name, *times, *rates, f"{f.peak_mib:,.0f}", told)
    console = Console(width=max(Console().width, WIDTH))
    console.print(table)
    console.print(note)
    for target in targets:
        console.print(f"  {target.told(figures)}", highlight=False)
    console.print()


def main() -> None:
    module, name, *arguments = sys.argv[1:]
    contender: Callable[..., Stopwatch] = getattr(import_module(module), name)
    watch = contender(*arguments)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": watch.seconds, "cpu": watch.cpu, "peak_mib": peak, "facts": watch.facts}))


if __name__ == "__main__":
    main()
