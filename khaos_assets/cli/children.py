"""Processes that this one starts: each is stopped however the block ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from khaos_assets.cli.session import USAGE, CommandFailed, UsageError

STOP_SECONDS = 10


@contextmanager
def beside(*arguments: str) -> Generator[None]:
    """`khaos-assets <arguments>` while the block runs; leaving the block waits for it.

    Raises what the command complained of: UsageError where it exits with 2, else CommandFailed.
    """
    with tempfile.TemporaryFile() as complaints:
        process = start([sys.executable, "-m", "khaos_assets.cli", *arguments], log=complaints.fileno())
        try:
            yield
            status = process.wait()
        finally:
            stop(process)
        if status:
            complaints.seek(0)
            text = complaints.read().decode(errors="replace").strip().removeprefix("khaos-assets: ")
            raise (UsageError if status == USAGE else CommandFailed)(text)


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


AFTER_US = f"""
import os, signal, sys, time
sys.stdin.read()
for number, seconds in ((signal.SIGTERM, {STOP_SECONDS}), (signal.SIGKILL, 0)):
    for group in map(int, sys.argv[1:]):
        try: os.killpg(group, number)
        except ProcessLookupError: pass
    time.sleep(seconds)
"""
"""What waits until its standard input ends, which is when this process does, and then ends the groups it was told."""


@contextmanager
def ending_with_us(children: Sequence[subprocess.Popen[bytes]]) -> Generator[None]:
    """Inside, the children end even where this process is killed and can do nothing more."""
    groups = [str(child.pid) for child in children]
    watching = start([sys.executable, "-I", "-S", "-c", AFTER_US, *groups], stdin=subprocess.PIPE)
    try:
        yield
    finally:
        stop(watching)


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
