"""What befalls a call on its way, before or after the shop has seen it: answers of a gateway, delays, lost connections.

Without `path` such a switch leaves the sign-in alone: name `/oauth2-token` to hit it.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from khaos_assets.sandbox.control import drop_connection, until_disconnected
from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.orocommerce.problems import ErrorObject, Problem
from khaos_assets.sandbox.orocommerce.resources import SYSTEM

STATUSES = {429: 1, 500: None, 502: None, 503: None, 504: None}
"""Status → the `Retry-After` it has unless another is asked for."""
SWITCHES = frozenset(
    {*(f"http_{s}" for s in STATUSES), "retry_after_date", "slow", "hang", "reset", "reset_after_commit", "cut_body"}
)
PROXY_PAGE = b"<html><head><title>%d</title></head><body><center><h1>%d</h1></center></body></html>"
WORTH_ZIPPING = 1024


class Calls:
    """The switches of this system that spoil calls."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults

    async def stopped(self, scope: Scope, receive: Receive, match: Mapping[str, str], named: str | None) -> bool:
        """Wait as switched on; true when the call will never be answered."""
        if slow := self.faults.take(SYSTEM, "slow", named=named, **match):
            await asyncio.sleep(float(slow.get("seconds", 1)))
        if self.faults.take(SYSTEM, "hang", named=named, **match):
            await until_disconnected(receive)
            return True
        if self.faults.take(SYSTEM, "reset", named=named, **match):
            await drop_connection(scope, receive)
            return True
        return False

    def instead(self, match: Mapping[str, str], named: str | None) -> Response | None:
        """What is answered instead: by the shop itself (500), else by a proxy in front of it."""
        for status, usual in STATUSES.items():
            if found := self.faults.take(SYSTEM, f"http_{status}", named=named, **match):
                wait = found.get("retry_after", usual)
                return _trouble(status, {} if wait in (None, False) else {"Retry-After": str(wait)})
        if found := self.faults.take(SYSTEM, "retry_after_date", named=named, **match):
            at = datetime.now(UTC) + timedelta(seconds=found.get("seconds", 1))
            return _trouble(found.get("status", 503), {"Retry-After": format_datetime(at, usegmt=True)})
        return None

    async def send(
        self, answer: Response, scope: Scope, receive: Receive, send: Send, match: Mapping[str, str]
    ) -> None:
        """Send the answer, in gzip where that was asked for; or lose it, or half of it, on the way."""
        changed = scope["method"] in ("POST", "PATCH", "DELETE") and 200 <= answer.status_code < 300
        if changed and self.faults.take(SYSTEM, "reset_after_commit", **match):
            await drop_connection(scope, receive)
            return
        _zip(answer, scope)
        if answer.status_code == 200 and self.faults.take(SYSTEM, "cut_body", **match):
            await send({"type": "http.response.start", "status": 200, "headers": answer.raw_headers})
            half = bytes(answer.body)[: len(answer.body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
            await drop_connection(scope, receive)
            return
        await answer(scope, receive, send)


def _trouble(status: int, headers: dict[str, str]) -> Response:
    if status == 500:
        return Problem(500, ErrorObject("runtime exception", "Internal server error"), headers=headers).response()
    return Response(PROXY_PAGE % (status, status), status, headers, "text/html")


def _zip(answer: Response, scope: Scope) -> None:
    """The lightest gzip: the sandbox should cost the machine little."""
    accepted = next((v for n, v in scope["headers"] if n == b"accept-encoding"), b"")
    if b"gzip" not in accepted or len(answer.body) < WORTH_ZIPPING:
        return
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    answer.body = packer.compress(answer.body) + packer.flush()
    answer.headers["Content-Length"] = str(len(answer.body))
    answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
