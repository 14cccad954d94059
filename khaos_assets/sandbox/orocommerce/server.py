"""The paths of the back-office API: sign-in, shapes, and which request goes where."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from khaos_assets.sandbox import gateway
from khaos_assets.sandbox.accepted import Accepted, Write
from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.journal import Journal
from khaos_assets.sandbox.orocommerce import batches, reads, tokens, views, writes
from khaos_assets.sandbox.orocommerce.media import wants_json_api
from khaos_assets.sandbox.orocommerce.problems import ErrorObject, Problem, denied, no_route, not_allowed
from khaos_assets.sandbox.orocommerce.resources import SYSTEM
from khaos_assets.sandbox.orocommerce.routes import BASE_PATH, Call, Routes
from khaos_assets.sandbox.orocommerce.shop import Shop
from khaos_assets.sandbox.world import WorldState

STOREFRONT = "/api/"
SWITCHES = frozenset(
    gateway.SWITCHES | views.SWITCHES | reads.SWITCHES | writes.SWITCHES | batches.SWITCHES | tokens.SWITCHES
) | {"no_permission"}
PROXY_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>"


def app(world: WorldState, faults: Faults, journal: Journal, credentials: Mapping[str, str]) -> ASGIApp:
    """The server of one OroCommerce over a world."""
    return OroCommerce(world, faults, journal, credentials)


class OroCommerce:
    """One installation with one API client."""

    def __init__(self, world: WorldState, faults: Faults, journal: Journal, credentials: Mapping[str, str]) -> None:
        self.faults = faults
        self.tokens = tokens.Tokens(faults, credentials)
        self.gateway = gateway.Gateway(SYSTEM, faults, _refused)
        self.accepted = Accepted(world.memory, SYSTEM)
        self.routes = Routes(Shop(world, faults, journal), faults)
        switches, faults.switches = faults.switches, []  # what was accepted once is not refused by a switch now
        for write in self.accepted.writes():
            self.routes.answer(Call(write.method, write.path, write.body))
        faults.switches = switches

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        signs_in = scope["path"] == tokens.PATH

        async def answer() -> Response:
            body = await request.body()
            return self._signed_in(request, body) if signs_in else self._answer(request, body)

        writes = scope["method"] != "GET" and not signs_in
        match = _match(scope)
        await self.gateway.serve(scope, receive, send, answer, match=match, signs_in=signs_in, writes=writes)

    def _signed_in(self, request: Request, body: bytes) -> Response:
        if request.method != "POST":
            return not_allowed(["POST"]).response(plain=True)
        return self.tokens.answer(request.headers.get("authorization", ""), body)

    def _answer(self, request: Request, body: bytes) -> Response:
        path = request.url.path
        if not path.startswith(f"{BASE_PATH}/"):
            # The storefront has its own tokens: ours means nothing there.
            return tokens.unauthorized() if path.startswith(STOREFRONT) else no_route().response(plain=True)
        refused = self.faults.take(SYSTEM, "token_refused", **_match(request.scope))
        if refused or not self.tokens.accept(request.headers.get("authorization", ""), body):
            return tokens.unauthorized()
        json_api = True
        try:
            json_api = wants_json_api(request.method, request.headers)
            if self.faults.take(SYSTEM, "no_permission", **_match(request.scope)):
                raise denied("No access to this type of entities.")
            call = Call.of(request, body, json_api=json_api)
            answer = self.routes.answer(call)
        except Problem as e:
            return e.response(plain=not json_api)
        if request.method != "GET":
            self.accepted.keep(Write(call.method, call.path, call.body))
        return answer


def _refused(status: int, message: str, headers: dict[str, str]) -> Response:
    """An error that a switch asks for: the shop's own up to 500, else a page of the proxy in front of it."""
    if status == 401:
        return tokens.unauthorized()
    if status == 429 or status > 500:
        return Response(PROXY_PAGE.format(status), status, headers, "text/html")
    return Problem(status, ErrorObject("runtime exception", message), headers=headers).response()


def _match(scope: Scope) -> dict[str, str]:
    """By what a switch can be limited to some calls: `entity` is the type."""
    path = scope["path"]
    entity = path.removeprefix(f"{BASE_PATH}/").partition("/")[0] if path.startswith(f"{BASE_PATH}/") else path
    return {"path": path, "method": scope["method"], "entity": entity}
