"""`Transport`: one system's origin, asked politely and read strictly, on httpx.

What httpx leaves open is closed here: a deadline for the whole answer, gzip that must be whole, no redirects, no proxy
or netrc from the environment, a cap on bytes, a limit on requests in flight and per second.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import stamina
from pyrate_limiter import Limiter, Rate

from khaos_assets.config.settings import Transport as Politeness
from khaos_assets.systems.transport import encoding
from khaos_assets.systems.transport.budget import current_budget
from khaos_assets.systems.transport.connections import Connections
from khaos_assets.systems.transport.errors import (
    BodyBroken,
    BodyTooLarge,
    ConnectionFailed,
    DeadlineExceeded,
    EncodingRefused,
    OriginRefused,
    Redirected,
    Refused,
    ServerFailed,
    Throttled,
    TransportError,
)
from khaos_assets.systems.transport.origin import base_address, within
from khaos_assets.systems.transport.retry import http_date, retry_after_seconds, retrying

# httpcore looks for sniffio at each lock it takes, about seven times a request; where it is not installed, every look
# searches the whole path again (2 ms a request). None says at once that there is none.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # pyright: ignore[reportArgumentType]

OK = frozenset({200})
STANDING = {"User-Agent": "khaos-assets", "Accept": "*/*"}
"""Headers of every request, where the caller says nothing else."""
THREAD_FROM_BYTES = 64 * 1024
"""Bodies larger than this are unpacked in a thread, so that the loop keeps the network busy."""


@dataclass(frozen=True)
class Answer:
    """A whole, unpacked answer. Header names are lower case; instants are aware UTC."""

    operation: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    packed: bytes | None
    """The gzip member in which the body came; None where it came plain."""
    received_at: datetime
    server_time: datetime | None
    """The server's own Date header (whole seconds); None where it sent none."""

    @property
    def bytes_received(self) -> int:
        """On the wire, still packed."""
        return len(self.body if self.packed is None else self.packed)


@cache
def _public_authorities() -> ssl.SSLContext:
    """Loading them takes longer than many a read does: once per process."""
    return httpx.create_ssl_context(trust_env=False)


class Transport:
    """Asks one origin. Use as an async context manager; safe for concurrent use within one event loop.

    `name` stands in errors; `base_url` is https, or http on loopback; `ca_file` a private CA (verification
    is never off).
    """

    def __init__(self, name: str, base_url: str, politeness: Politeness, *, ca_file: Path | None = None) -> None:
        self.name = name
        try:
            self.base = base_address(base_url)
        except (ValueError, httpx.InvalidURL) as e:
            raise OriginRefused(name, "configuration", f"{name}.base_url: {e}") from e
        self.politeness = politeness
        self.gate: Callable[[], None] = _open
        """Asked before every single request, retries included; what it raises keeps the request from leaving."""
        self._limiters = _limiters(politeness)
        self._clock: tuple[timedelta, timedelta] | None = None
        context = ssl.create_default_context(cafile=str(ca_file)) if ca_file else _public_authorities()
        self._connections = Connections(politeness.concurrency, context)
        self._timeout = httpx.Timeout(politeness.page_deadline_seconds).as_dict()

    async def __aenter__(self) -> Self:
        await self._connections.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connections.__aexit__(kind, error, trace)
        for limiter in self._limiters:
            limiter.close()

    @property
    def clock_offset_ms(self) -> int | None:
        """Server clock minus ours, by the Date header of the quickest answer; exact to half a second."""
        return None if self._clock is None else round(self._clock[1] / timedelta(milliseconds=1))

    async def send(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str | int] | None = None,
        content: bytes | None = None,
        expect: Collection[int] = OK,
        check: Callable[[Answer], None] | None = None,
        repeatable: bool = True,
        max_body_bytes: int | None = None,
    ) -> Answer:
        """The answer, asked again while that can help.

        That is: 408, 429, 500, 502 to 504, lost connection, deadline, broken body.

        `operation` names the request in errors. `path` stands below the base address. Statuses in `expect` come back as
        they are, all others raise. `check` looks at each answer inside the retry loop and may raise a TransientError
        (ask again) or any other error. `repeatable=False` never asks twice (writes without a key).
        Raises TransportError.
        """
        url = within(self.base, path)
        if url is None:
            raise OriginRefused(self.name, operation, "the address is outside the configured origin; nothing was sent")
        request = httpx.Request(
            method,
            url,
            params=params or None,
            content=content,
            headers={**STANDING, **(headers or {}), "Accept-Encoding": "gzip"},
            extensions={"timeout": self._timeout},
        )
        limit = max_body_bytes or self.politeness.max_body_bytes
        async for attempt in stamina.retry_context(
            on=retrying(repeatable, self.politeness.longest_wait_seconds),
            attempts=self.politeness.attempts,
            timeout=None,
            wait_max=30.0,
            wait_jitter=0.5,
        ):
            with attempt:
                answer = await self._ask(operation, request, frozenset(expect), limit)
                if check is not None:
                    check(answer)
                return answer
        raise AssertionError("stamina either returns or raises")  # pragma: no cover

    async def _ask(self, operation: str, request: httpx.Request, expect: frozenset[int], limit: int) -> Answer:
        """One attempt: wait for a slot, then the whole answer within the deadline."""
        async with self._connections.one() as connection:
            for limiter in self._limiters:
                await limiter.try_acquire_async(self.name)
            self.gate()
            budget = current_budget()
            if budget is not None:
                budget.requests += 1
            deadline = self.politeness.page_deadline_seconds
            try:
                async with asyncio.timeout(deadline):
                    return await self._receive(connection, operation, request, expect, limit)
            except (TimeoutError, httpx.TimeoutException) as e:
                raise DeadlineExceeded(self.name, operation, f"no whole answer within {deadline:g} s") from e
            except TransportError:
                raise
            except httpx.TransportError as e:
                raise ConnectionFailed(self.name, operation, type(e).__name__) from e

    async def _receive(
        self,
        connection: httpx.AsyncHTTPTransport,
        operation: str,
        request: httpx.Request,
        expect: frozenset[int],
        limit: int,
    ) -> Answer:
        sent_at = datetime.now(UTC)
        response = await connection.handle_async_request(request)
        try:
            received_at = datetime.now(UTC)
            server_time = http_date(response.headers.get("date"))
            self._note_clock(sent_at, received_at, server_time)
            status = response.status_code
            if status not in expect:
                raise self._failure(operation, response, server_time or received_at)
            declared = response.headers.get("content-length", "")
            if declared.isdigit() and int(declared) > limit:
                raise BodyTooLarge(self.name, operation, f"more than {limit} bytes", status=status)
            chunks: list[bytes] = []
            size = 0
            async for chunk in response.aiter_raw():
                size += len(chunk)
                if size > limit:
                    raise BodyTooLarge(self.name, operation, f"more than {limit} bytes", status=status)
                chunks.append(chunk)
            received = b"".join(chunks)
            body = await self._unpack(operation, response, received, limit)
            packed = None if body is received else received
            return Answer(operation, status, dict(response.headers.items()), body, packed, received_at, server_time)
        finally:
            await response.aclose()

    async def _unpack(self, operation: str, response: httpx.Response, packed: bytes, limit: int) -> bytes:
        name = response.headers.get("content-encoding", "identity").strip().lower()
        if name in {"identity", ""}:
            return packed
        status = response.status_code
        if name not in {"gzip", "x-gzip"}:
            raise EncodingRefused(
                self.name, operation, f"content encoding {name[:40]!r} was not asked for", status=status
            )
        try:
            if len(packed) > THREAD_FROM_BYTES:
                return await asyncio.to_thread(encoding.gunzip, packed, limit)
            return encoding.gunzip(packed, limit)
        except encoding.NotWhole as e:
            raise BodyBroken(self.name, operation, str(e), status=status) from e
        except encoding.TooLarge as e:
            raise BodyTooLarge(self.name, operation, str(e), status=status) from e

    def _failure(self, operation: str, response: httpx.Response, now: datetime) -> TransportError:
        """The error of an unexpected status. Its text never quotes the body or a redirect's target."""
        status = response.status_code
        wait = retry_after_seconds(response.headers.get("retry-after"), now)
        if status in {408, 429}:
            return Throttled(self.name, operation, "asked to wait", status=status, retry_after=wait)
        if status in {500, 502, 503, 504}:
            return ServerFailed(self.name, operation, "the server failed", status=status, retry_after=wait)
        if 300 <= status < 400:
            return Redirected(self.name, operation, "redirects are not followed", status=status)
        return Refused(self.name, operation, "unexpected status", status=status)

    def _note_clock(self, sent: datetime, received: datetime, server: datetime | None) -> None:
        """Keep the offset of the quickest answer. Date is cut to the second: its middle is half a second on."""
        if server is None:
            return
        trip = received - sent
        if self._clock is None or trip < self._clock[0]:
            self._clock = (trip, server + timedelta(milliseconds=500) - (sent + trip / 2))


def _open() -> None:
    """A gate that lets everything pass."""


def _limiters(politeness: Politeness) -> list[Limiter]:
    """One per window, the longest first: whoever waited for the hour then still keeps to the seconds."""
    rates = [Rate(requests, 1000 * seconds) for requests, seconds in politeness.request_windows]
    per_second = politeness.requests_per_second
    if per_second is not None:
        burst = max(1, int(per_second))
        rates.append(Rate(burst, max(1, round(1000 * burst / per_second))))
    return [Limiter(r, buffer_ms=1) for r in sorted(rates, key=lambda r: -r.interval)]
