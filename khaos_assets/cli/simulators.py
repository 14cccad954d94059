"""Simulators of a world in a process of their own, stopped however the block ends."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from khaos_assets.cli.children import start, stop
from khaos_assets.cli.session import CommandFailed

START_SECONDS = 120


@contextmanager
def serving(world: Path, ready_file: Path) -> Generator[Path]:
    """The simulators of a world, answering; gives the ready file. They also end when this process dies."""
    ready_file.unlink(missing_ok=True)
    arguments = ["sandbox", "serve", "--world", str(world), "--ready-file", str(ready_file), "--with-parent"]
    complaints = ready_file.with_suffix(".log")
    with complaints.open("wb") as log:
        process = start([sys.executable, "-m", "khaos_assets.cli", *arguments], stdin=subprocess.PIPE, log=log.fileno())
    try:
        deadline = time.monotonic() + START_SECONDS
        while not ready_file.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise CommandFailed(f"the simulators of {world} did not start:\n{complaints.read_text().strip()}")
            time.sleep(0.02)
        yield ready_file
    finally:
        stop(process)
        ready_file.unlink(missing_ok=True)
