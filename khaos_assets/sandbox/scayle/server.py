"""One call of the SCAYLE Admin API: its route, its token and grants, its rate limit, and who answers it."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from khaos_assets.sandbox import gateway
from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.journal import Journal
from khaos_assets.sandbox.scayle import answers
from khaos_assets.sandbox.scayle.calls import Call, Refused, decoded
from khaos_assets.sandbox.scayle.delegation import Delegation
from khaos_assets.sandbox.scayle.holdings import Holdings
from khaos_assets.sandbox.scayle.lists import LIST_SWITCHES
from khaos_assets.sandbox.scayle.orders import ORDER_SWITCHES
from khaos_assets.sandbox.scayle.rates import Rates
from khaos_assets.sandbox.scayle.reads import INVOICE, reads
from khaos_assets.sandbox.scayle.routes import BASE
from khaos_assets.sandbox.scayle.views import VIEW_SWITCHES, Views
from khaos_assets.sandbox.scayle.writes import WRITE_SWITCHES, Writes
from khaos_assets.sandbox.world import WorldState

SWITCHES = (
    gateway.SWITCHES
    | VIEW_SWITCHES
    | LIST_SWITCHES
    | ORDER_SWITCHES
    | WRITE_SWITCHES
    | {"rate_limited", "no_rate_headers", "rate_clock", "forbidden_scope", "malformed_error"}
)


def app(world: WorldState, faults: Faults, journal: Journal, credentials: Mapping[str, str]) -> ASGIApp:
    """The server of one SCAYLE tenant over a world."""
    return Scayle(world, faults, journal, credentials)


class Scayle:
    """One tenant with one token."""

    def __init__(self, world: WorldState, faults: Faults, journal: Journal, credentials: Mapping[str, str]) -> None:
        self.faults = faults
        self.token = credentials.get("access_token", "").encode()
        self.rates = Rates(faults)
        holdings = Holdings(world, faults, journal)
        views = Views(holdings)
        self.writes = Writes(holdings, views)
        self.delegation = Delegation(holdings, views, self.writes.webhooks.outbox)
        self.reads = reads(holdings, views) | self.writes.reads()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        method, raw = request.method, scope["raw_path"].decode("latin-1").partition("?")[0]
        call = Call.to(method, raw.removeprefix(BASE), scope["query_string"]) if raw.startswith(f"{BASE}/") else None
        match = call.match if call else {"path": decoded(raw), "method": method}
        headers, is_limited = self._limits(call)

        def refuse(refused: Refused, more: Mapping[str, str] | None = None) -> Response:
            return answers.error(refused, {**headers, **(more or {})}, self.faults, match)

        async def answer() -> Response:
            try:
                if not hmac.compare_digest(request.headers.get("X-Access-Token", "").encode(), self.token):
                    raise Refused(401, "UNAUTHORIZED", "the token is missing or unknown")
                if call is None:
                    raise Refused(404, "ROUTE_NOT_FOUND", f"there is nothing at {method} {match['path']}")
                if is_limited:
                    raise Refused(429, "RATE_LIMIT_EXCEED", f"too many calls in {call.scope}")
                self._check_grant(call.scope)
                done = self._done(replace(call, body=await request.body()))
            except Refused as e:
                return refuse(e)
            done.headers.update(headers)
            return done

        front = gateway.Gateway("scayle", self.faults, lambda s, m, more: refuse(Refused(s, f"HTTP_{s}", m), more))
        await front.serve(scope, receive, send, answer, match=match, writes=method != "GET")

    def _limits(self, call: Call | None) -> tuple[dict[str, str], bool]:
        """The headers of the call's rate limit scope, and whether it is one call too many."""
        if call is None:
            return {}, False
        budget = self.rates.spend(call.scope)
        headers = budget.headers()
        forced = self.faults.take("scayle", "rate_limited", **call.match)
        if forced:
            headers |= {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(forced.get("reset", 1))}
        if self.faults.take("scayle", "no_rate_headers", **call.match):
            headers = {}
        return headers, budget.exceeded or forced is not None

    def _check_grant(self, scope: str) -> None:
        """Without `scope` the grant that is missing is the one to read orders. Raises Refused (403)."""
        found = self.faults.every("scayle", "forbidden_scope", scope=scope)
        if any(scope == "ordersRead" or "scope" in parameters for parameters in found):
            raise Refused(403, "FORBIDDEN", f"the token has no grant for {scope}")

    def _done(self, call: Call) -> Response:
        """The answer of the operation. Raises Refused."""
        if (read := self.reads.get(call.operation)) is not None:
            return Response(read(call), media_type="application/pdf" if call.operation == INVOICE else answers.JSON)
        done = self.writes.do(call)
        if not done.content:
            return Response(status_code=done.status)
        return Response(done.content, done.status, media_type=answers.JSON)
