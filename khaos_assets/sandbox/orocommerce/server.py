"""The paths of the back-office API: sign-in, shapes, and which request goes where."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.journal import Journal
from khaos_assets.sandbox.orocommerce import calls, tokens
from khaos_assets.sandbox.orocommerce.media import wants_json_api
from khaos_assets.sandbox.orocommerce.problems import JSON_API, Problem, denied, no_route, not_allowed
from khaos_assets.sandbox.orocommerce.reads import Asked, Reads, Shown
from khaos_assets.sandbox.orocommerce.resources import RESOURCES, SYSTEM, Resource
from khaos_assets.sandbox.orocommerce.shop import Shop
from khaos_assets.sandbox.world import WorldState

BASE_PATH = "/admin/api"
STOREFRONT = "/api/"
SWITCHES = calls.SWITCHES | {
    *("token_expires", "client_refused", "token_refused", "no_permission"),
    *("max_page_size", "wrong_count", "no_count", "next_missing", "next_repeats", "assumed_filters_off"),
}


def app(world: WorldState, faults: Faults, journal: Journal, credentials: Mapping[str, str]) -> ASGIApp:
    """The server of one OroCommerce over a world."""
    return OroCommerce(world, faults, journal, credentials)


class OroCommerce:
    """One installation with one API client."""

    def __init__(self, world: WorldState, faults: Faults, journal: Journal, credentials: Mapping[str, str]) -> None:
        self.faults = faults
        self.tokens = tokens.Tokens(faults, credentials)
        self.calls = calls.Calls(faults)
        self.shop = Shop(world, faults, journal)
        self.reads = Reads(self.shop.table, faults)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, match = scope["path"], _match(scope)
        named = "path" if path == tokens.PATH else None
        if await self.calls.stopped(scope, receive, match, named):
            return
        request = Request(scope, receive)
        answer = self.calls.instead(match, named) or await self._answer(request, match)
        await self.calls.send(answer, scope, receive, send, match)

    async def _answer(self, request: Request, match: Mapping[str, str]) -> Response:
        path, body = request.url.path, await request.body()
        authorization = request.headers.get("authorization", "")
        if path == tokens.PATH:
            if request.method != "POST":
                return not_allowed(["POST"]).response(plain=True)
            return self.tokens.answer(authorization, body)
        if not path.startswith(f"{BASE_PATH}/"):
            # The storefront has its own tokens: ours means nothing there.
            return tokens.unauthorized() if path.startswith(STOREFRONT) else no_route().response(plain=True)
        refused = self.faults.take(SYSTEM, "token_refused", **match)
        if refused or not self.tokens.accept(authorization, body):
            return tokens.unauthorized()
        json_api = True
        try:
            json_api = wants_json_api(request.method, request.headers)
            if self.faults.take(SYSTEM, "no_permission", **match):
                raise denied("No access to this type of entities.")
            return self._routed(request, json_api=json_api)
        except Problem as e:
            return e.response(plain=not json_api)

    def _routed(self, request: Request, *, json_api: bool) -> Response:
        type_, *rest = map(unquote, _segments(request.scope))
        if not self.shop.knows(type_):
            raise no_route()
        resource = RESOURCES.get(type_) or Resource(type_)
        asked = Asked(
            str(request.url).partition("?")[0],
            request.scope["query_string"],
            frozenset(request.headers.get("x-include", "").replace(" ", "").split(";")),
            json_api,
        )
        match rest:
            case []:
                _allow(request, resource.on_list)
                return _shown(self.reads.page(type_, asked), json_api=json_api)
            case [id_] if not resource.whole:
                _allow(request, resource.on_row)
                return _shown(self.reads.row(type_, id_, asked), json_api=json_api)
            case [id_, "relationships", name] if not resource.whole:
                _allow(request, ("GET", "PATCH") if name in resource.settable_links else ("GET",))
                return _shown(self.reads.relationship(type_, id_, name), json_api=json_api)
            case _:
                raise no_route()


def _allow(request: Request, methods: tuple[str, ...]) -> None:
    if request.method not in methods:
        raise not_allowed(methods)


def _shown(shown: Shown, *, json_api: bool, status: int = 200) -> Response:
    answer = Response(shown.body, status, dict(shown.headers))
    answer.headers["Content-Type"] = JSON_API if json_api else "application/json"
    return answer


def _segments(scope: Scope) -> list[str]:
    """The parts of the path behind the prefix, still encoded."""
    return scope["raw_path"].decode("latin-1").removeprefix(f"{BASE_PATH}/").rstrip("/").split("/")


def _match(scope: Scope) -> dict[str, str]:
    """By what a switch can be limited to some calls: `entity` is the type."""
    path = scope["path"]
    entity = path.removeprefix(f"{BASE_PATH}/").partition("/")[0] if path.startswith(f"{BASE_PATH}/") else path
    return {"path": path, "method": scope["method"], "entity": entity}
