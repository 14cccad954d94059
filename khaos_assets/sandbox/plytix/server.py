"""The paths of Plytix: token endpoint, which call goes where, limits. Contract sections 2 and 6."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from khaos_assets.sandbox import gateway
from khaos_assets.sandbox.accepted import Accepted, Write
from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.gateway import Gateway
from khaos_assets.sandbox.journal import Journal
from khaos_assets.sandbox.plytix import answers, happenings, writes
from khaos_assets.sandbox.plytix.answers import Refused
from khaos_assets.sandbox.plytix.calls import Call, ids_of
from khaos_assets.sandbox.plytix.holdings import Holdings
from khaos_assets.sandbox.plytix.late import Late
from khaos_assets.sandbox.plytix.limits import Clock, Limits
from khaos_assets.sandbox.plytix.reads import Reads
from khaos_assets.sandbox.plytix.search import Search
from khaos_assets.sandbox.plytix.tokens import Tokens
from khaos_assets.sandbox.plytix.views import ROW_SWITCHES
from khaos_assets.sandbox.world import WorldState

ROOT = "/api/v1/"
TOKEN = "/auth/api/get-token"
SWITCHES = (
    gateway.SWITCHES
    | frozenset(ROW_SWITCHES)
    | frozenset(happenings.SWITCHES)
    | frozenset(writes.SWITCHES)
    | {
        *("bad_credentials", "token_life", "token_expires_at_request", "token_expires_between"),
        *("rate_clock", "rate_limits", "no_retry_after", "rate_headers", "deprecation"),
        *("total_count_filtered", "count_is_rows", "ordered_limit", "ties_shuffled", "unordered_shuffled"),
        "archived_hidden",
    }
)


Route = Callable[[Call], Response]


def app(world: WorldState, faults: Faults, journal: Journal, credentials: Mapping[str, str]) -> ASGIApp:
    """The server of one Plytix account over a world."""
    return Plytix(world, faults, journal, credentials)


class Plytix:
    """One account with one key."""

    def __init__(self, world: WorldState, faults: Faults, journal: Journal, credentials: Mapping[str, str]) -> None:
        self.faults = faults
        self.gateway = Gateway("plytix", faults, answers.error)
        self.tokens = Tokens(faults, credentials)
        clock = Clock(faults)
        self.limits, self.token_limits = Limits(clock, faults), Limits(clock, faults, always_tells=True)
        self.holdings = Holdings(world, faults, journal)
        self.search = Search(self.holdings)
        self.late = Late(clock)
        self.reads = self._reads(Reads(self.holdings))
        self.writes = writes.routes(self.holdings, self.late)
        self.accepted = Accepted(world.memory, "plytix")
        self.holdings.faults = Faults()  # what was accepted once is not refused by a switch now
        for write in self.accepted.writes():
            self._routed(self.writes, write.method, write.path, QueryParams(), write.body)
        self.holdings.faults = faults

    def _reads(self, reads: Reads) -> dict[str, Route]:
        return {
            "POST products/search": lambda c: self.search.answer(c.body()),
            "GET products/*": lambda c: reads.product(c.ids[0], c.query),
            "GET products/*/variants": lambda c: reads.variants(*c.ids),
            "POST product_families/search": lambda c: reads.families(c.body()),
            "GET product_families/*": lambda c: reads.family(*c.ids),
            "GET product_families/*/attributes": lambda c: reads.family_attributes(*c.ids),
            "POST attributes/product/search": lambda c: reads.attributes(c.body()),
            "GET attributes/product/*": lambda c: reads.attribute(*c.ids),
            "GET filters/product": lambda _: reads.filters(),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        body = await Request(scope, receive).body()
        match: dict[str, Any] = {"path": path, "method": method}
        signs_in = path == TOKEN
        searches = path.endswith("/search")
        if searches:
            match |= _page(body)
        answer = self._token if signs_in else self._call
        await self.gateway.serve(
            scope,
            receive,
            send,
            partial(answer, Request(scope), body, match),
            match=match,
            signs_in=signs_in,
            writes=not signs_in and not searches and method != "GET",
        )

    def _token(self, request: Request, body: bytes, match: Mapping[str, Any]) -> Response:
        del match
        if spent := self.token_limits.count():
            return answers.error(429, "Too many requests", spent.headers)
        if request.method != "POST":
            return answers.error(405, "Method not allowed", {"Allow": "POST"})
        try:
            return answers.data([{"access_token": self.tokens.issue(Call((), request.query_params, body).body())}])
        except Refused as e:
            return answers.refused(e)

    def _call(self, request: Request, body: bytes, match: Mapping[str, Any]) -> Response:
        path = request.url.path
        self.late.catch_up()
        if spent := self.limits.count():
            return answers.error(429, "Too many requests", spent.headers)
        if path.endswith("/") and path != "/":
            # Clients that follow it lose their Authorization header on the way.
            return Response(status_code=308, headers={"Location": str(request.url.replace(path=path.rstrip("/")))})
        try:
            self.tokens.check(request.headers.get("Authorization"), match)
            answer = self._answered(request, body)
        except Refused as e:
            answer = answers.refused(e)
        if self.faults.active("plytix", "deprecation", **match):
            answer.headers["X-Plytix-Deprecation"] = "true"
        return answer

    def _answered(self, request: Request, body: bytes) -> Response:
        """Raises Refused."""
        path, method = request.url.path, request.method
        if (answer := self._routed(self.reads, method, path, request.query_params, body)) is not None:
            return answer
        if (answer := self._routed(self.writes, method, path, request.query_params, body)) is not None:
            self.accepted.keep(Write(method, path, body))
            return answer
        if path.startswith(f"{ROOT}jobs"):
            raise Refused(403, "Not allowed")
        patterns = (name.split(" ") for name in (*self.reads, *self.writes))
        if allowed := [m for m, pattern in patterns if ids_of(pattern, path.removeprefix(ROOT)) is not None]:
            return answers.error(405, "Method not allowed", {"Allow": ", ".join(allowed)})
        raise Refused(404, "Not found")

    def _routed(
        self, routes: Mapping[str, Route], method: str, path: str, query: QueryParams, body: bytes
    ) -> Response | None:
        """The answer of the route with this method and path; None where there is none. Raises Refused."""
        for name, route in routes.items():
            verb, _, pattern = name.partition(" ")
            if verb == method and path.startswith(ROOT):
                ids = ids_of(pattern, path.removeprefix(ROOT))
                if ids is not None:
                    return route(Call(ids, query, body))
        return None


_PAGE = re.compile(rb'"page"\s*:\s*(\d+)')


def _page(body: bytes) -> dict[str, int]:
    """The page a search asks for, so that a switch can be for one page only."""
    found = _PAGE.search(body)
    return {"page": int(found[1]) if found else 1}
