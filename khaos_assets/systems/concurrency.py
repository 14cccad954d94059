"""Asking many things of one system at once. How many are under way at a time is the transport's affair."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def side_by_side(asked: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """All answers in the order they were asked for; the first error cancels the others."""
    tasks = [asyncio.create_task(one) for one in asked]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
