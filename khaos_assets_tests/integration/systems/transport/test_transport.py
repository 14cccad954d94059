"""The transport against real sockets: what it waits for, what it asks again, what it refuses."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import stamina

from khaos_assets.config.settings import Transport as Politeness
from khaos_assets.systems.transport import (
    Answer,
    BodyBroken,
    BodyTooLarge,
    Budget,
    ConnectionFailed,
    DeadlineExceeded,
    EncodingRefused,
    OriginRefused,
    PermanentError,
    Redirected,
    Refused,
    ServerFailed,
    Throttled,
    TransientError,
    Transport,
    TransportError,
    spending,
)

Reply = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=10, cap=True):
        yield


def reply(body: bytes = b"{}", status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


class Server:
    """Gives the replies in turn, the last one for ever; keeps what it was asked."""

    def __init__(self, replies: list[Reply]) -> None:
        self.replies = replies
        self.requests: list[bytes] = []
        self.open = self.most_open = 0
        self.url = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            self.requests.append(await reader.readuntil(b"\r\n\r\n"))
            chosen = self.replies[min(len(self.requests), len(self.replies)) - 1]
            if isinstance(chosen, bytes):
                writer.write(chosen)
                await writer.drain()
            else:
                await chosen(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            writer.close()


@asynccontextmanager
async def serving(*replies: Reply) -> AsyncIterator[Server]:
    server = Server(list(replies))
    listener = await asyncio.start_server(server.answer, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/api"
    try:
        yield server
    finally:
        listener.close()


def ask(*replies: Reply, budget: int = 50, times: int = 1, **options: Any) -> tuple[list[Any], Server, Budget]:
    """Answers or errors of `times` concurrent requests, the server, and the budget afterwards."""
    politeness = Politeness(**options.pop("politeness", {}))

    async def main() -> tuple[list[Any], Server, Budget]:
        async with serving(*replies) as server, Transport("wair", server.url, politeness) as transport:
            with spending(Budget(budget)) as spent:
                calls = (transport.send("GET /Stock", "GET", "/Stock", **options) for _ in range(times))
                return await asyncio.gather(*calls, return_exceptions=True), server, spent

    return asyncio.run(main())


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_status_that_may_pass_is_asked_again(status: int) -> None:
    (answer,), server, budget = ask(reply(b"", f"{status} x"), reply(b'{"a":1}'))
    assert answer.body == b'{"a":1}'
    assert (len(server.requests), budget.requests, budget.retries_left) == (2, 2, 49)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 501])
def test_a_status_that_cannot_pass_is_asked_once(status: int) -> None:
    (error,), server, _ = ask(reply(b"secret", f"{status} x"))
    assert isinstance(error, Refused) and isinstance(error, PermanentError)
    assert (error.status, error.operation, error.system, len(server.requests)) == (status, "GET /Stock", "wair", 1)
    assert "secret" not in str(error)


def test_a_status_the_caller_expects_comes_back_as_it_is() -> None:
    """A SOAP fault arrives with status 500 and is not the transport's business."""
    (answer,), server, _ = ask(reply(b"<Fault/>", "500 x"), expect={200, 500})
    assert (answer.status, answer.body, len(server.requests)) == (500, b"<Fault/>", 1)


def test_attempts_are_counted() -> None:
    (error,), server, _ = ask(reply(b"", "503 x"), politeness={"attempts": 3})
    assert isinstance(error, ServerFailed)
    assert len(server.requests) == 3


def test_all_requests_of_a_read_share_one_budget_of_retries() -> None:
    errors, server, budget = ask(reply(b"", "503 x"), budget=4, times=3)
    assert all(isinstance(e, ServerFailed) for e in errors)
    assert (len(server.requests), budget.retries_left) == (3 + 4, 0)


def test_a_write_without_a_key_is_never_asked_twice() -> None:
    (error,), server, _ = ask(reply(b"", "503 x"), repeatable=False)
    assert isinstance(error, ServerFailed)
    assert len(server.requests) == 1


def test_a_pause_longer_than_two_minutes_is_not_waited_for() -> None:
    for wait in ("3600", format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)):
        (error,), server, _ = ask(reply(b"", "429 x", f"Retry-After: {wait}"))
        assert isinstance(error, Throttled)
        assert error.retry_after is not None and error.retry_after > 3000
        assert len(server.requests) == 1


def test_a_redirect_is_refused_and_its_target_not_told() -> None:
    (error,), server, _ = ask(reply(b"", "302 x", "Location: https://elsewhere.example/?token=secret"))
    assert isinstance(error, Redirected)
    assert "elsewhere" not in str(error) and len(server.requests) == 1


def test_an_address_of_another_origin_is_never_asked() -> None:
    async def main() -> None:
        async with serving(reply()) as server, Transport("wair", server.url, Politeness()) as transport:
            for path in ("http://127.0.0.1:9/api/Stock", "https://127.0.0.1/api", "//elsewhere.example/Stock"):
                with pytest.raises(OriginRefused):
                    await transport.send("GET", "GET", path)
            assert server.requests == []
            same = await transport.send("GET", "GET", f"{server.url}/Stock")
            assert same.status == 200

    asyncio.run(main())


@pytest.mark.parametrize(
    "address",
    [
        "http://wair.example/api",
        "ftp://127.0.0.1/",
        "",
        "https://user:secret@wair.example",
        "https://a.example/?k=secret",
    ],
)
def test_an_address_that_would_leak_is_refused_before_anything_is_sent(address: str) -> None:
    with pytest.raises(OriginRefused) as refused:
        Transport("wair", address, Politeness())
    assert "secret" not in str(refused.value)
    assert "wair.base_url" in str(refused.value)


def test_only_gzip_is_asked_for_and_unpacked() -> None:
    body = b'{"stock":[]}' * 20_000
    (answer,), server, _ = ask(reply(gzip.compress(body), "200 OK", "Content-Encoding: gzip"))
    assert answer.body == body
    assert answer.bytes_received < len(body)
    assert b"accept-encoding: gzip\r\n" in server.requests[0].lower()


@pytest.mark.parametrize("spoiled", ["truncated", "trailing", "two_members", "bad_checksum", "not_gzip", "empty"])
def test_half_a_gzip_is_no_answer(spoiled: str) -> None:
    """httpx itself would hand out the first half as if it were the whole."""
    whole = gzip.compress(b'{"stock":[1,2,3]}' * 50)
    packed = {
        "truncated": whole[:-12],
        "trailing": whole + b"x",
        "two_members": whole + whole,
        "bad_checksum": whole[:-8] + b"\0\0\0\0" + whole[-4:],
        "not_gzip": b'{"stock":[]}',
        "empty": b"",
    }[spoiled]
    (error,), server, _ = ask(reply(packed, "200 OK", "Content-Encoding: gzip"), politeness={"attempts": 2})
    assert isinstance(error, BodyBroken) and isinstance(error, TransientError)
    assert len(server.requests) == 2


@pytest.mark.parametrize("name", ["deflate", "br", "gzip, gzip"])
def test_an_encoding_that_was_not_asked_for_is_refused(name: str) -> None:
    (error,), _, _ = ask(reply(zlib.compress(b"{}"), "200 OK", f"Content-Encoding: {name}"))
    assert isinstance(error, EncodingRefused)


def test_a_body_shorter_than_declared_is_a_lost_connection() -> None:
    (answer,), server, _ = ask(reply(b'{"a"', length=100), reply(b"{}"))
    assert answer.body == b"{}" and len(server.requests) == 2
    (error,), _, _ = ask(reply(b'{"a"', length=100), politeness={"attempts": 1})
    assert isinstance(error, ConnectionFailed)


@pytest.mark.parametrize("packed", [True, False])
def test_a_body_larger_than_configured_is_refused(packed: bool) -> None:
    """Also when it is small on the wire: a megabyte of blanks packs into a thousand bytes."""
    body = b" " * 1_000_000
    answered = reply(gzip.compress(body), "200 OK", "Content-Encoding: gzip") if packed else reply(body)
    (error,), server, _ = ask(answered, max_body_bytes=999_999)
    assert isinstance(error, BodyTooLarge) and len(server.requests) == 1
    (answer,), _, _ = ask(answered, max_body_bytes=1_000_000)
    assert len(answer.body) == 1_000_000


def test_the_deadline_covers_the_whole_body() -> None:
    """A server that drips a byte at a time never trips a timeout between two bytes."""

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    (error,), _, _ = ask(drip, politeness={"page_deadline_seconds": 0.2, "attempts": 1})
    assert isinstance(error, DeadlineExceeded)


def test_no_more_requests_are_open_than_configured() -> None:
    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.02)
        writer.write(reply())
        await writer.drain()

    answers, server, _ = ask(slow, times=9, politeness={"concurrency": 3})
    assert all(isinstance(a, Answer) for a in answers)
    assert server.most_open <= 3


def test_requests_per_second_are_limited() -> None:
    """Six requests at twenty a second, one burst of twenty apart, all arrive; at two a second the third waits."""

    async def main() -> float:
        async with serving(reply()) as server, Transport("wair", server.url, Politeness(requests_per_second=4)) as t:
            began = asyncio.get_running_loop().time()
            await asyncio.gather(*(t.send("GET", "GET", "/") for _ in range(5)))
            return asyncio.get_running_loop().time() - began

    assert asyncio.run(main()) >= 0.9


def test_every_window_of_requests_is_kept() -> None:
    """Two limits at once, as Plytix has them: three fit into a second, and only four into two."""

    async def main() -> list[float]:
        began = asyncio.get_running_loop().time()
        times: list[float] = []

        async def one(t: Transport) -> None:
            await t.send("GET", "GET", "/")
            times.append(asyncio.get_running_loop().time() - began)

        windows = Politeness(request_windows=[(3, 1), (4, 2)], concurrency=1)
        async with serving(reply()) as server, Transport("plytix", server.url, windows) as t:
            await asyncio.gather(*(one(t) for _ in range(5)))
        return sorted(times)

    # Too early is always wrong; that they do not wait longer than they must shows when the machine is not busy.
    for _ in range(5):
        times = asyncio.run(main())
        assert times[3] >= 0.9 and times[4] >= 1.8
        if times[2] < 0.9 and times[3] < 1.8:
            return
    pytest.fail(f"they wait too long: {times}")


def test_what_the_caller_checks_is_asked_again() -> None:
    """HTML with status 200 is no list; whether a body is whole is known to its reader only."""

    def check(answer: Answer) -> None:
        if not answer.body.startswith(b"{"):
            raise BodyBroken("wair", answer.operation, "no JSON")

    (answer,), server, _ = ask(reply(b"<html>"), reply(b"{}"), check=check)
    assert answer.body == b"{}" and len(server.requests) == 2


def test_the_server_clock_is_read_from_its_answers() -> None:
    async def dated(writer: asyncio.StreamWriter) -> None:
        ahead = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
        writer.write(reply(b"{}", "200 OK", f"Date: {ahead}"))
        await writer.drain()

    async def main() -> int | None:
        async with serving(dated) as server, Transport("wair", server.url, Politeness()) as transport:
            assert transport.clock_offset_ms is None
            await transport.send("GET", "GET", "/")
            return transport.clock_offset_ms

    offset = asyncio.run(main())
    assert offset is not None and abs(offset - 7_200_000) < 2_000


def test_an_unreachable_server_is_a_lost_connection() -> None:
    async def main() -> None:
        async with Transport("wair", "http://127.0.0.1:1/api", Politeness(attempts=2)) as transport:
            await transport.send(
                "GET", "GET", "/Stock", headers={"Authorization": "Bearer secret"}, params={"k": "secret"}
            )

    with pytest.raises(TransportError) as failed:
        asyncio.run(main())
    assert isinstance(failed.value, ConnectionFailed)
    assert "secret" not in f"{failed.value!r} {failed.value}"


def test_a_proxy_from_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    (answer,), _, _ = ask(reply())
    assert answer.status == 200
