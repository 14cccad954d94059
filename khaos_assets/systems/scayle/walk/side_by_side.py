"""Many calls at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

WORKERS = 32
"""More than the transport lets through at a time, so that a slot never waits for work."""


async def side_by_side(things: Iterable[T], do: Callable[[T], Awaitable[None]], workers: int = WORKERS) -> None:
    """Do one thing for each, in any order, a few at a time. The first failure stops the rest and is raised."""
    waiting = iter(things)

    async def worker() -> None:
        for thing in waiting:
            await do(thing)

    tasks = [asyncio.create_task(worker()) for _ in range(workers)]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
