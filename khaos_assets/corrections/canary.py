"""How many items of one kind of write go at a time: a few first, a few more, then the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

TOGETHER = 500
"""Items whose figures are asked for together, just before they are sent."""


def batches(places: Sequence[int], canary: Sequence[int]) -> Iterator[tuple[Sequence[int], bool]]:
    """The first few, a few more, the rest in parts; whether each is a canary."""
    at = 0
    for size in canary:
        if at < len(places):
            yield places[at : at + size], True
        at += size
    for begin in range(at, len(places), TOGETHER):
        yield places[begin : begin + TOGETHER], False
