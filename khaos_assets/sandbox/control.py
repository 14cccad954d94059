"""What stands around every simulator: the `/_sandbox/` paths, an optional delay, and the means to drop a connection.

`GET /_sandbox/journal`: every request to this system that changed something, in order, as a JSON array.
`POST /_sandbox/advance`: all simulators go on to the next night; answers `{"night": "2026-11-20"}`, 409 after the last.
`GET /_sandbox/faults`: the switches that are on, as a JSON array; `PUT` with such an array replaces them.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.journal import Journal
from khaos_assets.sandbox.world import WorldError

RESET = struct.pack("ii", 1, 0)
DROP = "sandbox.drop"


class DroppableProtocol(HttpToolsProtocol):
    """uvicorn's HTTP, whose requests carry the means to lose their connection."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {DROP: {"now": self._drop}}  # type: ignore[typeddict-item]

    def _drop(self) -> None:
        """A real reset: a plain close would look like an orderly end to the client."""
        if self.transport.is_closing():
            return
        sock: Any = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.transport.abort()


async def drop_connection(scope: Scope, receive: Receive) -> None:
    """Reset the connection of this request, with whatever was answered so far; returns when it is gone."""
    scope["extensions"][DROP]["now"]()
    await until_disconnected(receive)


async def until_disconnected(receive: Receive) -> None:
    """Answer nothing until the client has had enough."""
    while (await receive())["type"] != "http.disconnect":
        pass


class Control:
    """One simulator with its control paths."""

    def __init__(
        self,
        app: ASGIApp,
        system: str,
        *,
        journal: Journal,
        faults: Faults,
        check: Callable[[Faults], None],
        advance: Callable[[], str],
        latency_ms: float = 0,
    ) -> None:
        self.app = app
        self.system = system
        self.journal = journal
        self.faults = faults
        self.check = check
        self.advance = advance
        self.latency = latency_ms / 1000

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"].startswith("/_sandbox/"):
            answer = await self._control(Request(scope, receive))
            await answer(scope, receive, send)
            return
        if self.latency:
            await asyncio.sleep(self.latency)
        await self.app(scope, receive, send)

    async def _control(self, request: Request) -> Response:
        match (request.method, request.url.path):
            case "GET", "/_sandbox/journal":
                return _json(self.journal.as_json(self.system))
            case "POST", "/_sandbox/advance":
                try:
                    return _json(msgspec.json.encode({"night": self.advance()}))
                except WorldError as e:
                    return _error(409, str(e))
            case "GET", "/_sandbox/faults":
                return _json(msgspec.json.encode([f.parameters for f in self.faults.switches]))
            case "PUT", "/_sandbox/faults":
                return await self._replace_faults(await request.body())
            case _:
                return _error(404, "known: GET journal, POST advance, GET and PUT faults")

    async def _replace_faults(self, body: bytes) -> Response:
        try:
            wanted = Faults.of(msgspec.json.decode(body, type=list[dict[str, Any]]), "body")
            self.check(wanted)
        except (WorldError, msgspec.DecodeError) as e:
            return _error(400, str(e))
        self.faults.switches[:] = wanted.switches
        return Response(status_code=204)


def _json(body: bytes, status: int = 200) -> Response:
    return Response(body, status, media_type="application/json")


def _error(status: int, text: str) -> Response:
    return _json(msgspec.json.encode({"error": text}), status)
