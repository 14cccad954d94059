"""A real process, killed while it writes to real servers: what it left is found, finished and not done twice."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from khaos_assets.corrections.journal import prove
from khaos_assets_tests.integration.corrections.test_whole_way import CHANGES

DYING = """
import itertools, os, signal, sys
from khaos_assets.corrections import journal
from khaos_assets.cli import main

point, counted, write = int(sys.argv[1]), itertools.count(1), journal.Journal.write

def dying(self, lines):
    number = next(counted)
    if number == point:
        os.kill(os.getpid(), signal.SIGKILL)
    write(self, lines)
    if number == -point:
        os.kill(os.getpid(), signal.SIGKILL)

journal.Journal.write = dying
sys.argv = ["khaos-assets", *sys.argv[2:]]
main()
"""


@pytest.mark.parametrize(
    "point",
    [-1, 2, 11],
    ids=["the intent is on the disk and nothing was sent", "it was sent and no line says so", "half way through"],
)
def test_what_a_killed_process_left_is_finished_and_nothing_is_done_twice(
    ground: Callable[..., Any], tmp_path: Path, point: int
) -> None:
    with ground() as g:
        plan_id, plan = g.approved(codes=["ORD-05", "ORD-07", "ORD-08"])
        assert len({i.write for i in plan.items}) >= 5
        shared = ["--config", str(g.config), "--data-dir", str(tmp_path / "data"), "--as", "ben"]
        ready = ["--ready-file", str(g.sandbox.ready_file)]
        command = [sys.executable, "-c", DYING, str(point), "corrections", "apply", plan_id, *shared, *ready]
        killed = subprocess.run(command, check=False, capture_output=True, timeout=120)
        assert killed.returncode == -9, killed.stderr.decode()
        applied = g.apply(plan_id)
        assert (applied.how, applied.states) == ("done", Counter(verified=len(plan.items)))
        assert Counter(g.changes()) == Counter(CHANGES[i.write] for i in plan.items)
        assert prove(g.ledger) == len(plan.items)
        assert g.ledger.verify() > 0
