"""The command: mutants of the files named, and how many no test sees."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from rich.console import Console

from khaos_assets_tests.mutate_rules.judging import Trace, sieve
from khaos_assets_tests.mutate_rules.mutants import mutants

ROOT = Path(__file__).parent.parent.parent
SQL = ("rules/*.sql", "rules/comparisons/*.sql", "warehouse/derived.sql")
TESTS = "khaos_assets_tests/unit/rules"
OUT = Console(highlight=False, soft_wrap=True)


def main(wanted: list[str]) -> int:
    """Number of surviving mutants."""
    tests = [w for w in wanted if w.endswith(".py")] or [TESTS]
    parts = [w for w in wanted if not w.endswith(".py")]
    files = sorted(p for pattern in SQL for p in (ROOT / "khaos_assets").glob(pattern))
    began = time.process_time()
    traces = [Trace(m) for f in files if not parts or any(w in f.name for w in parts) for m in mutants(f)]
    sieve(traces, tests)
    traces = [t for t in traces if t.dead != "no SQL"]
    alive = [t for t in traces if t.dead is None]
    for trace in alive:
        how = "only wording" if trace.wording else "changes nothing"
        how = f"changes {len(trace.changed)} nights" if trace.changed else how
        OUT.print(f"SURVIVES {trace.mutant.file.name}:{trace.mutant.line} {trace.mutant.what} ({how})", markup=False)
    wording = sum(1 for t in alive if t.wording and not t.changed)
    seconds = time.process_time() - began
    OUT.print(f"{len(traces)} mutants, {len(alive)} survive, {wording} of them in wording only ({seconds:.0f} s)")
    return len(alive) - wording


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
