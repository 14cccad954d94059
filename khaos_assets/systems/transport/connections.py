"""The connections to one origin: so many at most, each kept open and used by one request at a time.

httpcore looks at every connection of a pool, twice and more, for each request it sends: with sixteen in one pool that
is a third of what a small request costs. So each stands in a pool of its own. Underneath `httpx.AsyncClient` there is
nothing that follows a redirect, keeps a cookie or reads a proxy from the environment.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Self

import httpx


class Connections:
    """At most `number` connections that verify by `tls`. For use within one event loop."""

    def __init__(self, number: int, tls: ssl.SSLContext) -> None:
        self._free = asyncio.Semaphore(number)
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
        self._idle = [httpx.AsyncHTTPTransport(verify=tls, trust_env=False, limits=limits) for _ in range(number)]
        self._closing = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for connection in self._idle:
            await self._closing.enter_async_context(connection)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._closing.aclose()

    @asynccontextmanager
    async def one(self) -> AsyncGenerator[httpx.AsyncHTTPTransport]:
        """A connection that nobody else uses meanwhile, of those used last: it is the likeliest to be open still."""
        async with self._free:
            connection = self._idle.pop()
            try:
                yield connection
            finally:
                self._idle.append(connection)
