"""The connections to one origin: so many at most, each kept open and used by one request at a time."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx

from khaos_assets.systems.transport.connection import Connection
from khaos_assets.systems.transport.origin import PORTS


class Connections:
    """At most `number` connections to `origin` that verify by `tls`. For use within one event loop."""

    def __init__(self, origin: httpx.URL, number: int, tls: ssl.SSLContext) -> None:
        self._free = asyncio.Semaphore(number)
        self._host, self._port = origin.raw_host.decode("ascii"), origin.port or PORTS[origin.scheme]
        self._tls = tls if origin.scheme == "https" else None
        self._idle: list[Connection] = []

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    @asynccontextmanager
    async def slot(self) -> AsyncGenerator[None]:
        """Wait until fewer than `number` requests are under way."""
        async with self._free:
            yield

    @asynccontextmanager
    async def one(self) -> AsyncGenerator[Connection]:
        """A connection that nobody else uses meanwhile, of those used last: it is the likeliest to be open still.

        One that was left in the middle of an answer is closed. Raises OSError where none can be opened.
        """
        connection = await self._taken()
        try:
            yield connection
        finally:
            if connection.usable:
                self._idle.append(connection)
            else:
                connection.close()

    async def _taken(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.usable and connection.quiet:
                return connection
            connection.close()
        _, connection = await asyncio.get_running_loop().create_connection(
            Connection, self._host, self._port, ssl=self._tls, happy_eyeballs_delay=0.25
        )
        return connection
