"""A world's NDJSON files line by line, for simulators that keep the text of a record and not its parts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from khaos_assets.sandbox.world import WorldError

T = TypeVar("T")


def read_lines(file: Path, read: Callable[[bytes], T]) -> list[T]:
    """Every record of the file by `read`; none where there is no file. Raises WorldError with file and line."""
    try:
        lines = file.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    found: list[T] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(read(line))
            except (msgspec.DecodeError, ArithmeticError) as e:
                raise WorldError(f"{file}: line {number}: not one JSON object: {e}") from e
    return found
