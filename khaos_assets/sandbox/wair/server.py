"""The paths of WAIR: sign-in, which call goes where, and the switches that spoil a call before it is looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from khaos_assets.sandbox.control import drop_connection, until_disconnected
from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.journal import Journal
from khaos_assets.sandbox.wair import answers, extension, pushes
from khaos_assets.sandbox.wair.holdings import Holdings
from khaos_assets.sandbox.wair.memory import Memory
from khaos_assets.sandbox.wair.memory import Request as Accepted
from khaos_assets.sandbox.wair.reads import BadQuery, Lists
from khaos_assets.sandbox.wair.tables import FEED, VENDOR, Shape
from khaos_assets.sandbox.wair.tokens import Tokens
from khaos_assets.sandbox.wair.views import ROW_SWITCHES
from khaos_assets.sandbox.world import WorldState

ROOT = "/api/v1"
TOKEN = f"{ROOT}/Token"
FEED_PATHS = {shape.resource: shape for shape in FEED}
VENDOR_PATHS = {shape.resource: shape for shape in VENDOR}
STATUSES = {401: None, 429: 1, 500: None, 502: None, 503: None, 504: None}
SWITCHES = frozenset(ROW_SWITCHES) | {
    *(f"http_{status}" for status in STATUSES),
    *("token_expires_mid_walk", "token_short_life", "retry_after_date", "redirect"),
    *("slow", "hang", "reset", "reset_after_commit"),
    *("page_shift", "false_end", "endless", "short_page", "clamp"),
    *("partial_400", "full_load_truncates", "feed_extension_off", "write_extension_off", "forget_client_ref"),
    *("bad_json", "truncated_gzip", "trailing_gzip", "multi_member_gzip"),
}


def app(world: WorldState, faults: Faults, journal: Journal, credentials: Mapping[str, str]) -> ASGIApp:
    """The server of one WAIR over a world."""
    return Wair(world, faults, journal, credentials)


class Wair:
    """One installation: one tenant, one user."""

    def __init__(self, world: WorldState, faults: Faults, journal: Journal, credentials: Mapping[str, str]) -> None:
        self.faults = faults
        self.tenant = credentials.get("tenant", "")
        self.tokens = Tokens(faults, credentials)
        self.holdings = Holdings(world, faults, journal)
        self.lists = Lists(world, faults, self.holdings.table)
        self.memory = Memory(world.memory)
        self.holdings.faults = Faults()  # what was accepted once is not refused by a switch now
        for request in self.memory.requests():
            self._write(request)
        self.holdings.faults = faults

    def _write(self, request: Accepted) -> Response:
        if request.resource in extension.CALLS:
            return extension.answer(self.holdings, request.resource, request.body)
        return pushes.answer(self.holdings, request.resource, request.query, request.body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        path, match = scope["path"], _match(scope)
        named = "path" if path == TOKEN else None
        if slow := self.faults.take("wair", "slow", named=named, **match):
            await asyncio.sleep(float(slow.get("seconds", 1)))
        if self.faults.take("wair", "hang", named=named, **match):
            await until_disconnected(receive)
            return
        if self.faults.take("wair", "reset", named=named, **match):
            await drop_connection(scope, receive)
            return
        answer = self._trouble(match, named) or await self._answer(request)
        pushed = scope["method"] == "POST" and path != TOKEN and answer.status_code == 200
        if pushed and self.faults.take("wair", "reset_after_commit", **match):
            await drop_connection(scope, receive)
            return
        await answer(scope, receive, send)

    def _trouble(self, match: Mapping[str, str], named: str | None) -> Response | None:
        """Answers that a gateway gives before the service has seen the call."""
        for status, usual in STATUSES.items():
            if found := self.faults.take("wair", f"http_{status}", named=named, **match):
                wait = found.get("retry_after", usual)
                headers = {} if wait is None else {"Retry-After": str(wait)}
                return answers.error(status, "", f"status {status} as switched on", headers)
        if found := self.faults.take("wair", "retry_after_date", named=named, **match):
            at = datetime.now(UTC) + timedelta(seconds=found.get("seconds", 1))
            headers = {"Retry-After": format_datetime(at, usegmt=True)}
            return answers.error(found.get("status", 429), "", "come back at that time", headers)
        if found := self.faults.take("wair", "redirect", named=named, **match):
            return Response(status_code=302, headers={"Location": found.get("location", "http://127.0.0.1:9/api/v1")})
        return None

    async def _answer(self, request: Request) -> Response:
        path, method = request.url.path, request.method
        if not path.startswith(f"{ROOT}/"):
            return answers.error(404, "", f"there is nothing at {path}")
        resource = path.removeprefix(f"{ROOT}/")
        if request.headers.get("X-Tenant") != self.tenant:
            return answers.error(401, "X-Tenant", "unknown tenant")
        if resource == "Token":
            return await self._token(request) if method == "POST" else _not_allowed("POST")
        if not self.tokens.accept(request.headers.get("Authorization", "")):
            return answers.error(401, "Authorization", "bad or expired token")
        if method == "GET" and resource in VENDOR_PATHS:
            return self._list(request, VENDOR_PATHS[resource])
        if method == "GET" and resource in FEED_PATHS:
            off = self.faults.active("wair", "feed_extension_off", **_match(request.scope))
            if off is None:
                return self._list(request, FEED_PATHS[resource])
            # A plain vendor installation knows these paths for pushes only.
            status = off.get("status", 405 if resource in pushes.RESOURCES else 404)
            return _not_allowed("POST") if status == 405 else answers.error(status, "", f"there is nothing at {path}")
        extended = resource in extension.CALLS and not self.faults.active("wair", "write_extension_off", path=path)
        if method == "POST" and (extended or resource in pushes.RESOURCES or resource in pushes.BATCH):
            wanted = Accepted(resource, dict(request.query_params), await request.body())
            answer = self._write(wanted)
            if answer.status_code == 200:
                self.memory.keep(wanted)
            return answer
        known = [m for m, paths in _METHODS.items() if resource in paths]
        return _not_allowed(*known) if known else answers.error(404, "", f"there is nothing at {path}")

    async def _token(self, request: Request) -> Response:
        try:
            body = msgspec.json.decode(await request.body(), type=dict[str, object])
        except msgspec.DecodeError as e:
            return answers.error(400, "body", str(e))
        token = self.tokens.issue(body.get("username"), body.get("password"))
        if token is None:
            return answers.error(401, "username", "unknown user or wrong password")
        return Response(msgspec.json.encode(token), media_type="application/json")

    def _list(self, request: Request, shape: Shape) -> Response:
        try:
            page = self.lists.page(shape, request.query_params)
        except BadQuery as e:
            return answers.error(400, e.name, e.message)
        zipped = "gzip" in request.headers.get("Accept-Encoding", "")
        return answers.page(page, zipped=zipped, faults=self.faults, match=_match(request.scope))


def _match(scope: Scope) -> dict[str, str]:
    """By what a switch can be limited to some calls."""
    resource = scope["path"].removeprefix(f"{ROOT}/")
    shape = FEED_PATHS.get(resource) or VENDOR_PATHS.get(resource)
    return {"path": scope["path"], "method": scope["method"], "entity": shape.entity if shape else resource}


_METHODS = {"GET": {*FEED_PATHS, *VENDOR_PATHS}, "POST": {*pushes.RESOURCES, *pushes.BATCH}}


def _not_allowed(*methods: str) -> Response:
    return answers.error(405, "", "method not allowed", {"Allow": ", ".join(methods)})
