"""The paths of Pimberly: the key, which call goes where. Contract section 2.

Paths are cut at their slashes before anything is decoded: `SKU%2F1` is one segment.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from khaos_assets.sandbox import gateway
from khaos_assets.sandbox.accepted import Accepted, Write
from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.gateway import Gateway
from khaos_assets.sandbox.journal import Journal
from khaos_assets.sandbox.pimberly import answers, happenings, writes
from khaos_assets.sandbox.pimberly.answers import Refused
from khaos_assets.sandbox.pimberly.faces import CHANNEL, CORE, FEED, Face
from khaos_assets.sandbox.pimberly.hierarchy import ITEMS, PARENTS
from khaos_assets.sandbox.pimberly.holdings import Holdings
from khaos_assets.sandbox.pimberly.lists import Lists
from khaos_assets.sandbox.pimberly.singles import Singles
from khaos_assets.sandbox.pimberly.views import ROW_SWITCHES
from khaos_assets.sandbox.pimberly.writes import Writes
from khaos_assets.sandbox.world import WorldState

SWITCHES = (
    gateway.SWITCHES
    | frozenset(ROW_SWITCHES)
    | frozenset(happenings.SWITCHES)
    | frozenset(writes.SWITCHES)
    | {
        *("key_withdrawn", "other_view", "next_absent", "next_with_filters", "limit_cut", "empty_page_at_end"),
        *("first_call_404", "false_end", "max_id"),
    }
)


class Root(StrEnum):
    """Where paths begin: the API of a feed or channel, and the newer core."""

    V2 = "/api/v2.2"
    CORE = "/core"


def app(world: WorldState, faults: Faults, journal: Journal, credentials: Mapping[str, str]) -> ASGIApp:
    """The server of one Pimberly tenant, seen with one key, over a world."""
    return Pimberly(world, faults, journal, credentials)


class Pimberly:
    """One tenant with one key."""

    def __init__(self, world: WorldState, faults: Faults, journal: Journal, credentials: Mapping[str, str]) -> None:
        self.faults = faults
        self.key = credentials.get("access_token", "")
        self.gateway = Gateway("pimberly", faults, answers.error)
        self.holdings = Holdings(world, faults, journal)
        self.lists = Lists(self.holdings)
        self.singles = Singles(self.holdings)
        self.writes = Writes(self.holdings)
        self.accepted = Accepted(world.memory, "pimberly")
        self.holdings.faults = Faults()  # what was accepted once is not refused by a switch now
        for write in self.accepted.writes():
            root, parts = _parts(write.path)
            self._write(write.method, root, parts, FEED, write.body)
        self.holdings.faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        body = await Request(scope, receive).body()
        root, parts = _parts(_raw_path(scope))
        match: dict[str, Any] = {"path": scope["path"], "method": request.method}
        if request.method == "GET" and parts == ("products",):
            match["page"] = self._page(request)
        await self.gateway.serve(
            scope,
            receive,
            send,
            partial(self._call, request, body, root, parts, match),
            match=match,
            writes=request.method != "GET",
        )

    def _page(self, request: Request) -> int:
        try:
            return self.lists.page_number(request.query_params)
        except Refused:
            return 0

    def _call(
        self, request: Request, body: bytes, root: str, parts: tuple[str, ...], match: Mapping[str, Any]
    ) -> Response:
        given = request.headers.get("Authorization", request.query_params.get("access_token"))
        if given != self.key or self.faults.take("pimberly", "key_withdrawn", **match):
            return answers.error(401, "Unauthorized")
        self.holdings.called()
        face = CHANNEL if self.faults.active("pimberly", "other_view", **match) else CORE if root == Root.CORE else FEED
        try:
            if request.method == "GET":
                return self._read(request, root, parts, face, match)
            answer = self._write(request.method, root, parts, face, body)
            self.accepted.keep(Write(request.method, _raw_path(request.scope), body))
            return answer
        except Refused as e:
            return answers.error(e.status, e.message)

    def _read(
        self, request: Request, root: str, parts: tuple[str, ...], face: Face, match: Mapping[str, Any]
    ) -> Response:
        asked = request.query_params
        match parts:
            case ("products",):
                url = str(request.url.replace(query="", fragment=""))
                return self.lists.answer(asked, face, url, match)
            case ("products", key):
                return self.singles.product(key, asked, face)
            case ("products", key, "attributes"):
                return self.singles.attributes(key, face)
            case ("products", key, "parents"):
                return self.singles.kin(key, PARENTS, asked, face)
            case ("products", key, "items"):
                return self.singles.kin(key, ITEMS, asked, face)
            case ("products", key, "classes") if root == Root.CORE:
                return self.singles.classes(key)
            case _:
                raise Refused(404, "Not found")

    def _write(self, method: str, root: str, parts: tuple[str, ...], face: Face, body: bytes) -> Response:
        match method, root, parts:
            case "PUT", Root.V2, ("products", key, "attributes", name):
                return self.writes.attribute(key, name, body, face)
            case "PUT", Root.CORE, ("products", key):
                return self.writes.product(key, body, face)
            case "POST", Root.CORE, ("assets",):
                return self.writes.asset(body)
            case _, _, ("products", *_):
                raise Refused(405, "Method not allowed")
            case _:
                raise Refused(404, "Not found")


def _raw_path(scope: Scope) -> str:
    return scope["raw_path"].decode("ascii", "replace").partition("?")[0]


def _parts(raw: str) -> tuple[str, tuple[str, ...]]:
    """The root of the raw path and its segments behind that, each decoded by itself; ("", ()) elsewhere."""
    root = next((r for r in Root if raw.startswith(f"{r}/")), "")
    return (root, tuple(unquote(p) for p in raw[len(root) + 1 :].split("/"))) if root else ("", ())
