"""Connections against real sockets: kept open, closed in time, and never an answer that was not whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from khaos_assets.config.settings import Transport as Politeness
from khaos_assets.systems.transport import Answer, ConnectionFailed, Transport
from khaos_assets.systems.transport.connection import request_bytes

Served = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def ask(serve: Served, times: int = 1, **options: Any) -> tuple[list[Answer], list[bytes]]:
    """The answers to requests sent one after another, and the head of the first request on each connection."""
    firsts: list[bytes] = []

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            firsts.append(await reader.readuntil(b"\r\n\r\n"))
            await serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def main() -> list[Answer]:
        listener = await asyncio.start_server(served, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/api"
        try:
            async with Transport("wair", url, Politeness(attempts=1, page_deadline_seconds=5)) as transport:
                return [await transport.send("GET", options.get("method", "GET"), "/Stock") for _ in range(times)]
        finally:
            listener.close()

    return asyncio.run(main()), firsts


def once(*parts: bytes, close: bool = False) -> Served:
    """Writes the parts one by one, then closes, or waits for the other side to."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        if not close:
            await reader.read()

    return serve


def test_a_connection_is_kept_for_the_next_request() -> None:
    async def again_and_again(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(WHOLE)
            await reader.readuntil(b"\r\n\r\n")

    answers, firsts = ask(again_and_again, times=3)
    assert [a.body for a in answers] == [b"{}"] * 3 and len(firsts) == 1


@pytest.mark.parametrize("parting", ["said", "unsaid"])
def test_a_connection_that_the_server_closed_is_not_used_again(parting: str) -> None:
    head = b"Connection: close\r\n" if parting == "said" else b""
    answered = once(b"HTTP/1.1 200 OK\r\n" + head + b"Content-Length: 2\r\n\r\n{}", close=True)
    answers, firsts = ask(answered, times=2)
    assert [a.body for a in answers] == [b"{}"] * 2 and len(firsts) == 2


@pytest.mark.parametrize(
    "parts",
    [
        (b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n', b'3\r\n":1\r\n1\r\n}\r\n0\r\n\r\n'),
        (b"HTTP/1.1 200 OK\r\nCont", b'ent-Length: 7\r\n\r\n{"a"', b":1}"),
        (b'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"a":1}',),
    ],
)
def test_a_body_comes_whole_however_it_is_sent(parts: tuple[bytes, ...]) -> None:
    ((answer,), _) = ask(once(*parts))
    assert answer.body == b'{"a":1}' and "link" not in answer.headers


def test_without_a_length_the_body_ends_where_the_connection_does() -> None:
    ((answer,), _) = ask(once(b"HTTP/1.1 200 OK\r\nX-A: 1\r\nX-a: 2\r\n\r\n", b"{}", close=True))
    assert answer.body == b"{}" and answer.headers == {"x-a": "1, 2"}


@pytest.mark.parametrize(
    "answered",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        b"220 ready\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 150_000,
    ],
)
def test_what_is_not_one_whole_answer_is_a_lost_connection(answered: bytes) -> None:
    with pytest.raises(ConnectionFailed):
        ask(once(answered, close=len(answered) < 100_000))


@pytest.mark.parametrize("more", [WHOLE, b"x"])
def test_an_answer_to_nothing_is_never_taken_for_the_next(more: bytes) -> None:
    """Whoever sends more than was asked for is not asked over the same connection again."""
    answers, firsts = ask(once(WHOLE + more.replace(b"{}", b"[]")), times=2)
    assert [a.body for a in answers] == [b"{}"] * 2 and len(firsts) == 2


@pytest.mark.parametrize("value", ["a\r\nX-Admin: 1", "a\nb", "a\rb", "a\0b", "ä"])
def test_a_header_is_one_line(value: str) -> None:
    with pytest.raises(ValueError, match=r"line break|ascii"):
        request_bytes("GET", b"h", b"/", {"X-Tenant": value}, None)


def test_a_write_without_a_body_says_that_it_has_none() -> None:
    """Contract scayle, 2."""
    (_, (request,)) = ask(once(WHOLE), method="POST")
    assert request.endswith(b"\r\nContent-Length: 0\r\n\r\n")
