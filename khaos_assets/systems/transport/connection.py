"""One connection to one origin: HTTP/1.1, one exchange at a time, kept open between them.

llhttp (through httptools) takes answers apart, as strictly as it does unless told otherwise: it refuses two lengths, a
length beside chunks, bare line feeds and bytes that nobody asked for. A night asks six thousand small questions; the
layers of a general client took three quarters of what one costs.
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import Mapping
from typing import cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

LONGEST_HEAD = 100_000
"""Bytes of a status line and headers; llhttp itself would take them without end."""


class Broken(Exception):
    """The connection ended, or what came over it is no HTTP/1.1. The request may have been carried out."""


class TooLong(Exception):
    """More bytes of a body than the caller takes."""


class Connection(asyncio.Protocol):
    """For use within one event loop. `ask`, then `body`; afterwards `usable` says whether it can be asked again."""

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self._open = False
        self._asked = False
        """An answer is expected, or under way."""
        self._keeps_alive = False
        self._begin(asyncio.get_running_loop())

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._head: asyncio.Future[None] = loop.create_future()
        self._whole: asyncio.Future[None] = loop.create_future()
        self.status = 0
        self.headers: dict[str, str] = {}
        """Names in lower case; of one that came more than once all values, with commas between them."""
        self._before_head = 0
        self._chunks: list[bytes] = []
        self._size = 0
        self._limit: int | None = None

    @property
    def usable(self) -> bool:
        """Open at both ends, the last answer read to its end."""
        return self._open and not self._asked and not self._wire.is_closing()

    @property
    def quiet(self) -> bool:
        """Nothing has come that the loop has not told of yet, its end least of all: a write would be lost on it."""
        poll = select.poll()
        poll.register(self._wire.get_extra_info("socket").fileno(), select.POLLIN)
        return not poll.poll(0)

    async def ask(self, request: bytes) -> None:
        """Send a whole request and wait for the head of its answer: `status`, `headers`. Raises Broken."""
        self._begin(asyncio.get_running_loop())
        self._asked = True
        self._wire.write(request)
        await self._head

    async def body(self, limit: int) -> bytes:
        """The body as it was sent, whole by its declared length or its chunks. Raises Broken, or TooLong."""
        declared = self.headers.get("content-length", "")
        self._limit = limit
        if self._size > limit or (declared.isdigit() and int(declared) > limit):
            raise TooLong
        await self._whole
        return b"".join(self._chunks)

    def close(self) -> None:
        """Without a farewell: whatever is still under way is not wanted."""
        self._open = False
        self._wire.abort()

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast(asyncio.Transport, transport)
        self._open = True

    def data_received(self, data: bytes) -> None:
        if not self._asked:
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as e:
            self._fail(Broken(type(e).__name__))
        if not self._head.done():
            self._before_head += len(data)
            if self._before_head > LONGEST_HEAD:
                self._fail(Broken("headers without end"))

    def eof_received(self) -> None:
        self._open = False
        if self._asked and self._head.done() and not {"content-length", "transfer-encoding"} & self.headers.keys():
            self.on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(Broken(type(exc).__name__ if exc else "closed by the server"))

    # What llhttp calls

    def on_message_begin(self) -> None:
        if not self._asked:
            raise Broken("an answer to nothing")

    def on_header(self, name: bytes, value: bytes) -> None:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        if self.status < 200:
            self.headers = {}
        elif not self._head.done():
            self._keeps_alive = self._parser.should_keep_alive()
            self._head.set_result(None)

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._limit is not None and self._size > self._limit:
            self._fail(TooLong())
        else:
            self._chunks.append(body)

    def on_message_complete(self) -> None:
        if self.status < 200:
            return
        self._asked = False
        self._open = self._open and self._keeps_alive
        if not self._whole.done():
            self._whole.set_result(None)

    def _fail(self, why: Exception) -> None:
        self.close()
        for waiting in (self._head, self._whole):
            if not waiting.done():
                waiting.set_exception(why)
                waiting.exception()  # looked at: nobody may be waiting


def request_bytes(method: str, host: bytes, target: bytes, headers: Mapping[str, str], content: bytes | None) -> bytes:
    """A whole request. Raises ValueError where a header would be more than one line, or is not ASCII."""
    lines = [f"{method} {target.decode('ascii')} HTTP/1.1", f"Host: {host.decode('ascii')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if content is not None or method in {"POST", "PUT", "PATCH"}:
        lines.append(f"Content-Length: {len(content or b'')}")
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1 or "\0" in head:
        raise ValueError("a header holds a line break")
    return head.encode("ascii") + b"\r\n\r\n" + (content or b"")
