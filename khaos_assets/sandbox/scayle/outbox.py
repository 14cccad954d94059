"""Calls that SCAYLE makes: one after another, each tried again when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

TIMEOUT_SECONDS = 15
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_here(url: str) -> bool:
    """Whether an address is on this machine: the sandbox calls nobody else."""
    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:
        return False


@dataclass(frozen=True)
class Letter:
    """One call to make. It is taken when the answer has the wanted status (None: any success); `then` hears of it."""

    url: str
    body: bytes
    attempts: int = 3
    wanted: int | None = None
    then: Callable[[bool], None] = lambda _: None


class Outbox:
    """Letters on their way, delivered in the background, in order. Waits between attempts are left out."""

    def __init__(self) -> None:
        self._waiting: list[Letter] = []
        self._task: asyncio.Task[None] | None = None

    def send(self, letter: Letter) -> None:
        """Put a letter on its way."""
        self._waiting.append(letter)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._deliver())

    async def _deliver(self) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=TIMEOUT_SECONDS) as client:
            while self._waiting:
                letter = self._waiting.pop(0)
                letter.then(await _is_taken(client, letter))


async def _is_taken(client: httpx.AsyncClient, letter: Letter) -> bool:
    """Basic auth stands in the URL."""
    for _ in range(letter.attempts):
        try:
            answer = await client.post(letter.url, content=letter.body, headers={"Content-Type": "application/json"})
        except httpx.HTTPError:
            continue
        if answer.is_success if letter.wanted is None else answer.status_code == letter.wanted:
            return True
    return False
