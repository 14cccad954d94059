"""The command: mutants of the families or files named, and how many no test sees."""

from __future__ import annotations

import resource
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from khaos_assets_tests.mutate_rules.families import chosen
from khaos_assets_tests.mutate_rules.mutants import mutants
from khaos_assets_tests.mutate_rules.sieving import Trace, sieve

EQUIVALENT = tomllib.loads((Path(__file__).parent / "equivalent.toml").read_text(encoding="utf-8"))
"""File → mutant → why no night can show it."""
OUT = Console(highlight=False, soft_wrap=True)


def main(wanted: list[str]) -> int:
    """Number of mutants that no test sees and nothing excuses."""
    files, tests = chosen(wanted)
    traces = [Trace(m) for f in files for m in mutants(f)]
    if lines := {w for w in wanted if ":" in w}:
        traces = [t for t in traces if f"{t.mutant.file.name}:{t.mutant.line}" in lines]
    sieve(traces, tests)
    traces = [t for t in traces if t.dead != "no SQL"]
    told = {id(t): verdict(t) for t in traces}
    for trace in traces:
        mutant = trace.mutant
        if told[id(trace)] == "survives":
            OUT.print(f"SURVIVES {mutant.file.name}:{mutant.line} {mutant.what} ({trace.changes} nights)", markup=False)
    for file in files:
        OUT.print(f"{file.name}: {counted(told[id(t)] for t in traces if t.mutant.file == file)}")
    seconds = sum(sum(resource.getrusage(of)[:2]) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    OUT.print(f"{counted(told.values())} ({seconds:.0f} s of processor time)")
    return sum(how == "survives" for how in told.values())


def counted(verdicts: Iterable[str]) -> str:
    counts = Counter(verdicts)
    return ", ".join([f"{counts.total()} mutants", *(f"{n} {how}" for how, n in sorted(counts.items()))])


def verdict(trace: Trace) -> str:
    if trace.dead:
        return "killed"
    if trace.changes:
        return "survives"
    if trace.mutant.what in EQUIVALENT.get(trace.mutant.file.name, {}):
        return "equivalent"
    return "wording only" if trace.wording else "survives"


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
