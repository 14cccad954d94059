"""What stands in front of a REST simulator: gzip, and the switches that spoil a call before or after it is answered.

Every switch may have `after`, `count`, `nights` and what the service gives as `match` (`path`, `method`, `page` …).
Without `path` the sign-in is left alone.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from khaos_assets.sandbox.control import drop_connection, until_disconnected
from khaos_assets.sandbox.faults import Faults

Refuse = Callable[[int, str, dict[str, str]], Response]
"""An error in the system's own shape: status, message, headers."""

STATUSES = {400: None, 401: None, 403: None, 404: None, 424: None, 429: 1, 500: None, 502: None, 503: None, 504: None}
"""Status → usual `Retry-After` in seconds."""
SWITCHES = frozenset(
    {
        *(f"http_{status}" for status in STATUSES),
        *("retry_after_date", "redirect", "slow", "hang", "reset", "reset_after_commit", "cut_body"),
    }
)
HTML = b"<html><head><title>Service</title></head><body><h1>Please come back later</h1></body></html>"
WORTH_PACKING = 500


class Gateway:
    """The front of one system."""

    def __init__(self, system: str, faults: Faults, refuse: Refuse) -> None:
        self.system = system
        self.faults = faults
        self.refuse = refuse

    async def serve(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        answer: Callable[[], Response | Awaitable[Response]],
        *,
        match: Mapping[str, Any],
        signs_in: bool = False,
        writes: bool = False,
    ) -> None:
        """Answer one call. `answer` is asked only if no switch stands before it; `writes`: it may change something."""

        def take(switch: str) -> dict[str, Any] | None:
            return self.faults.take(self.system, switch, named="path" if signs_in else None, **match)

        if slow := take("slow"):
            await asyncio.sleep(float(slow.get("seconds", 1)))
        if take("hang"):
            await until_disconnected(receive)
            return
        if take("reset"):
            await drop_connection(scope, receive)
            return
        response = self._refusal(take)
        if response is None:
            given = answer()
            response = given if isinstance(given, Response) else await given
        if writes and response.status_code < 300 and take("reset_after_commit"):
            await drop_connection(scope, receive)
            return
        if not writes and response.status_code == 200 and (cut := take("cut_body")):
            await _cut(response, cut.get("mode", "cut"), scope, receive, send)
            return
        if response.status_code == 200 and "gzip" in Headers(scope=scope).get("Accept-Encoding", ""):
            _pack(response)
        await response(scope, receive, send)

    def _refusal(self, take: Callable[[str], dict[str, Any] | None]) -> Response | None:
        for status, usual in STATUSES.items():
            if found := take(f"http_{status}"):
                wait = found.get("retry_after", usual)
                headers = {} if wait in (None, False) else {"Retry-After": str(wait)}
                return self.refuse(status, f"status {status} as switched on", headers)
        if found := take("retry_after_date"):
            at = datetime.now(UTC) + timedelta(seconds=found.get("seconds", 1))
            return self.refuse(found.get("status", 429), "come back then", {"Retry-After": format_datetime(at, True)})
        if found := take("redirect"):
            return Response(status_code=302, headers={"Location": found.get("location", "http://127.0.0.1:9/")})
        return None


async def _cut(response: Response, mode: str, scope: Scope, receive: Receive, send: Send) -> None:
    """`cut`: half the body as if it were whole; `html`: a page for people; `reset`: the connection is lost half way."""
    body = bytes(response.body)
    half = body[: len(body) // 2]
    if mode != "reset":
        shown = (
            Response(HTML, media_type="text/html") if mode == "html" else Response(half, media_type="application/json")
        )
        await shown(scope, receive, send)
        return
    length = str(len(body)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": half, "more_body": True})
    await drop_connection(scope, receive)


def _pack(response: Response) -> None:
    """The lightest gzip: the sandbox should cost the machine little."""
    if len(response.body) < WORTH_PACKING:
        return
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    response.body = packer.compress(response.body) + packer.flush()
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.body))
    response.headers["Vary"] = "Accept-Encoding"
