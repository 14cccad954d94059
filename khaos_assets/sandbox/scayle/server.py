"""One call of the SCAYLE Admin API: token, grants, limits, the switches that spoil a call before it is looked at."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from khaos_assets.sandbox.control import drop_connection, until_disconnected
from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.journal import Journal
from khaos_assets.sandbox.scayle import answers
from khaos_assets.sandbox.scayle.calls import Call, Refused, asked, decoded
from khaos_assets.sandbox.scayle.catalogue import Catalogue
from khaos_assets.sandbox.scayle.holdings import Holdings
from khaos_assets.sandbox.scayle.lists import LIST_SWITCHES
from khaos_assets.sandbox.scayle.orders import Orders
from khaos_assets.sandbox.scayle.rates import Rates
from khaos_assets.sandbox.scayle.reference import Reference
from khaos_assets.sandbox.scayle.routes import BASE, Route, find
from khaos_assets.sandbox.scayle.rows import CARRIERS, COMPANIES, MERCHANTS, SHOPS, WAREHOUSES
from khaos_assets.sandbox.scayle.views import VIEW_SWITCHES, Views
from khaos_assets.sandbox.world import WorldState

STATUSES = (424, 500, 502, 503)
SWITCHES = VIEW_SWITCHES | {
    *(f"http_{status}" for status in STATUSES),
    *("rate_limited", "no_rate_headers", "rate_clock", "forbidden_scope", "malformed_error"),
    *("slow", "hang", "reset", "redirect", "thin_list", "order_date_filter"),
    *LIST_SWITCHES,
}
PDF_OPERATION = "GET /shops/{}/countries/{}/orders/{}/invoices/{}"

Operation = Callable[[Call], bytes]


def app(world: WorldState, faults: Faults, journal: Journal, credentials: Mapping[str, str]) -> ASGIApp:
    """The server of one SCAYLE tenant over a world."""
    return Scayle(world, faults, journal, credentials)


class Scayle:
    """One tenant with one token."""

    def __init__(self, world: WorldState, faults: Faults, journal: Journal, credentials: Mapping[str, str]) -> None:
        self.faults = faults
        self.token = credentials.get("access_token", "").encode()
        self.rates = Rates(faults)
        self.holdings = Holdings(world, faults, journal)
        self.operations = self._operations()

    def _operations(self) -> dict[str, Operation]:
        views = Views(self.holdings)
        reference, catalogue = Reference(self.holdings), Catalogue(self.holdings, views)
        orders = Orders(self.holdings, views, reference)
        below = "GET /shops/{}/countries/{}"
        return {
            "GET /shops": reference.all_of(SHOPS),
            "GET /shops/{}": reference.shop,
            "GET /shops/{}/countries": reference.countries,
            "GET /warehouses": reference.all_of(WAREHOUSES),
            "GET /merchants": reference.all_of(MERCHANTS),
            "GET /merchants/{}": reference.merchant,
            "GET /merchants/{}/warehouses": reference.merchant_warehouses,
            "GET /carriers": reference.all_of(CARRIERS),
            "GET /companies": reference.all_of(COMPANIES),
            "GET /products": catalogue.products,
            "GET /products/{}": catalogue.product,
            "GET /products/{}/variants": catalogue.variants,
            "GET /products/{}/variants/{}": catalogue.variant,
            "GET /variants/{}/stocks": catalogue.stocks,
            "GET /variants/{}/prices": catalogue.prices,
            f"{below}/orders": orders.orders,
            f"{below}/orders/{{}}": orders.order,
            f"{below}/orders/{{}}/status": orders.status,
            f"{below}/orders/{{}}/invoices": orders.invoices,
            PDF_OPERATION: orders.invoice,
            f"{below}/customers": orders.customers,
            f"{below}/customers/{{}}": orders.customer,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        raw = scope.get("raw_path", b"").decode("latin-1").partition("?")[0]
        route = find(scope["method"], raw.removeprefix(BASE)) if raw.startswith(f"{BASE}/") else None
        match = {"path": decoded(raw), "method": scope["method"]}
        if route:
            match |= {"scope": route.scope, "operation": route.operation, "entity": route.entity}
        if slow := self.faults.take("scayle", "slow", **match):
            await asyncio.sleep(float(slow.get("seconds", 1)))
        if self.faults.take("scayle", "hang", **match):
            await until_disconnected(receive)
            return
        if self.faults.take("scayle", "reset", **match):
            await drop_connection(scope, receive)
            return
        answer = await self._answer(request, route, match)
        await answers.spoiled(answer, self.faults, match)(scope, receive, send)

    async def _answer(self, request: Request, route: Route | None, match: dict[str, str]) -> Response:
        """The answer of the gate, or of the operation; with the headers of its rate limit scope."""
        if not hmac.compare_digest(request.headers.get("X-Access-Token", "").encode(), self.token):
            return answers.error(401, "UNAUTHORIZED", "the token is missing or unknown")
        if route is None:
            return answers.error(404, "ROUTE_NOT_FOUND", f"there is nothing at {request.method} {match['path']}")
        budget = self.rates.spend(route.scope)
        headers = budget.headers()
        if limited := self.faults.take("scayle", "rate_limited", **match):
            headers |= {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(limited.get("reset", 1))}
        if budget.exceeded or limited:
            answer = answers.error(429, "RATE_LIMIT_EXCEED", f"too many calls in {route.scope}")
        else:
            answer = self._trouble(match) or await self._done(request, route, match)
        if not self.faults.take("scayle", "no_rate_headers", **match):
            answer.headers.update(headers)
        return answer

    def _trouble(self, match: dict[str, str]) -> Response | None:
        """Answers that a gateway gives before the service has seen the call."""
        for status in STATUSES:
            if self.faults.take("scayle", f"http_{status}", **match):
                return answers.error(status, f"HTTP_{status}", f"status {status} as switched on")
        if found := self.faults.take("scayle", "redirect", **match):
            return Response(status_code=302, headers={"Location": found.get("location", f"http://127.0.0.1:9{BASE}")})
        if forbidden := self.faults.active("scayle", "forbidden_scope"):
            scopes = forbidden.get("scope", "ordersRead")
            if match["scope"] in (scopes if isinstance(scopes, list) else [scopes]):
                return answers.error(403, "FORBIDDEN", f"the token has no grant for {match['scope']}")
        return None

    async def _done(self, request: Request, route: Route, match: dict[str, str]) -> Response:
        call = Call(
            request.method,
            match["path"],
            tuple(decoded(s) for s in route.segments),
            asked(request.scope["query_string"]),
            await request.body(),
            match,
        )
        try:
            content = self.operations[route.operation](call)
        except Refused as e:
            return answers.error(e.status, e.key, e.message)
        if route.operation == PDF_OPERATION:
            return answers.body(content, zipped=False, media_type="application/pdf")
        return answers.body(content, zipped="gzip" in request.headers.get("Accept-Encoding", ""))
