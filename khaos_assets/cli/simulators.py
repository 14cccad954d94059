"""Simulators of a world in a process of their own, stopped however the block ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from khaos_assets.cli.session import CommandFailed

START_SECONDS = 120
STOP_SECONDS = 10


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


def start(
    arguments: list[str],
    *,
    stdin: int = subprocess.DEVNULL,
    log: int | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """A child in a session of its own: Ctrl-C reaches the parent alone, which stops its children in order."""
    return subprocess.Popen(
        arguments,
        stdin=stdin,
        stdout=log if log is not None else None,
        stderr=log if log is not None else None,
        env={**os.environ, **(env or {})},
        start_new_session=True,
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the child's whole group to end, then insist."""
    for sig in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sig)
        except ProcessLookupError:
            break
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        break
    if process.stdin is not None:
        process.stdin.close()


@contextmanager
def ending_on_sigterm() -> Generator[None]:
    """Inside, SIGTERM ends the process by an exception, so that every `finally` runs."""

    def end(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
