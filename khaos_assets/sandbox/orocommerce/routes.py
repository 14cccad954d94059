"""Which call is answered by what, once it is signed in. Contract orocommerce, sections 3 and 5."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.orocommerce import documents
from khaos_assets.sandbox.orocommerce.batches import OPERATIONS, Batches
from khaos_assets.sandbox.orocommerce.problems import JSON_API, no_route, not_allowed
from khaos_assets.sandbox.orocommerce.queries import parse
from khaos_assets.sandbox.orocommerce.reads import Asked, Reads, Shown
from khaos_assets.sandbox.orocommerce.resources import RESOURCES, Resource
from khaos_assets.sandbox.orocommerce.shop import Shop
from khaos_assets.sandbox.orocommerce.tables import Row, line
from khaos_assets.sandbox.orocommerce.views import Views
from khaos_assets.sandbox.orocommerce.writes import Writes

BASE_PATH = "/admin/api"


@dataclass(frozen=True)
class Call:
    """A signed-in request. `path` is what stands behind the prefix, still encoded."""

    method: str
    path: str
    body: bytes = b""
    asked: Asked = field(default_factory=Asked)
    sync: bool = False

    @classmethod
    def of(cls, request: Request, body: bytes, *, json_api: bool) -> Call:
        raw = request.scope["raw_path"].decode("latin-1")
        extras = frozenset(request.headers.get("x-include", "").replace(" ", "").split(";"))
        asked = Asked(str(request.url).partition("?")[0], request.scope["query_string"], extras, json_api)
        sync = request.headers.get("x-mode", "") == "sync"
        return cls(request.method, raw.removeprefix(f"{BASE_PATH}/").rstrip("/"), body, asked, sync)

    def root(self) -> str:
        """The address of the API as the caller named it."""
        return self.asked.url[: len(self.asked.url) - len(self.path) - 1]


class Routes:
    """The calls of one shop."""

    def __init__(self, shop: Shop, faults: Faults) -> None:
        self.shop = shop
        views = Views(shop.table, lambda: shop.world.as_of, faults)
        shop.world.on_advance(views.happenings.forget)
        self.reads = Reads(views, faults)
        self.writes = Writes(shop, views.shown, faults)
        self.batches = Batches(shop, self.writes, faults)

    def answer(self, call: Call) -> Response:
        """Answer a call. Raises Problem."""
        type_, *rest = map(unquote, call.path.split("/"))
        if type_ == OPERATIONS:
            return self._operation(call, rest)
        if not self.shop.knows(type_):
            raise no_route()
        resource = RESOURCES.get(type_) or Resource(type_)
        match rest:
            case []:
                _allow(call, resource.on_list)
                return self._list(call, type_)
            case [id_] if not resource.whole:
                _allow(call, resource.on_row)
                return self._row(call, type_, id_)
            case [id_, "relationships", name] if not resource.whole:
                _allow(call, ("GET", "PATCH") if name in resource.settable_links else ("GET",))
                return self._relationship(call, type_, id_, name)
            case _:
                raise no_route()

    def _list(self, call: Call, type_: str) -> Response:
        match call.method:
            case "PATCH":
                return self._batch(call, type_)
            case "POST":
                id_ = self.writes.create(type_, call.body)
                return _shown(call, self.reads.row(type_, id_, call.asked), 201)
            case _:
                return _shown(call, self.reads.page(type_, call.asked))

    def _row(self, call: Call, type_: str, id_: str) -> Response:
        match call.method:
            case "PATCH":
                self.writes.update(type_, id_, call.body)
            case "DELETE":
                self.writes.delete(type_, id_)
                return Response(status_code=204)
            case _:
                pass
        return _shown(call, self.reads.row(type_, id_, call.asked))

    def _relationship(self, call: Call, type_: str, id_: str, name: str) -> Response:
        if call.method == "PATCH":
            self.writes.set_link(type_, id_, name, call.body)
            return Response(status_code=204)
        return _shown(call, self.reads.relationship(type_, id_, name))

    def _batch(self, call: Call, type_: str) -> Response:
        if call.sync:
            return _rows(call, self.batches.at_once(type_, call.body))
        operation = self.batches.accept(type_, call.body)
        answer = _shown(call, Shown(documents.document(line(operation), [], {})), 202)
        answer.headers["Content-Location"] = f"{call.root()}/{OPERATIONS}/{operation['id']}"
        return answer

    def _operation(self, call: Call, rest: Sequence[str]) -> Response:
        """One's own operations, one by one: there is no list of them."""
        match rest:
            case [id_]:
                _allow(call, ("GET",))
                return _shown(call, Shown(documents.document(line(self.batches.operation(id_)), [], {})))
            case [id_, "errors"]:
                _allow(call, ("GET",))
                query = parse(Resource("asyncoperationerrors"), call.asked.query)
                errors = self.batches.errors(id_)
                first = 0 if query.size is None else (query.number - 1) * query.size
                return _rows(call, errors[first:][: query.size])
            case _:
                raise no_route()


def _allow(call: Call, methods: tuple[str, ...]) -> None:
    if call.method not in methods:
        raise not_allowed(methods)


def _rows(call: Call, rows: Sequence[Row]) -> Response:
    return _shown(call, Shown(documents.document(documents.many([line(r) for r in rows]), [], {})))


def _shown(call: Call, shown: Shown, status: int = 200) -> Response:
    answer = Response(shown.body, status, dict(shown.headers))
    answer.headers["Content-Type"] = JSON_API if call.asked.json_api else "application/json"
    return answer
