"""The portal as one application: its pages, the headers that every answer has, and pages for what goes wrong."""

from __future__ import annotations

import gc
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from threading import Thread

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import DataError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from khaos_assets.cases.ledger import LedgerBusy, LedgerError, NoSuchCase, open_ledger
from khaos_assets.config import Settings, Store
from khaos_assets.portal import pages
from khaos_assets.portal.access import open_access, refusals
from khaos_assets.portal.access.access import PATIENCE, AccessBusy
from khaos_assets.portal.access.arrival import arrived
from khaos_assets.portal.access.entrance import Entrance
from khaos_assets.portal.access.passwords import Passwords
from khaos_assets.portal.looks import render, wants_part
from khaos_assets.portal.pages import incidents
from khaos_assets.portal.published import NothingPublished, Published
from khaos_assets.portal.site import Site
from khaos_assets.portal.wording import in_page_words

log = logging.getLogger(__name__)
STATIC = Path(__file__).parent / "static"

HEADERS = {
    # No script or style but this server's own files; nobody may frame it
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}

SAID = {
    400: ("This address cannot be read", "Go back and try again from the page it stood on."),
    403: ("You may not do this", "An administrator can give you the role that may."),
    404: ("There is nothing here", "It may have been there: look for it in the list."),
    405: ("This address is only for buttons of a page", "Go to the page and press the button there."),
    413: ("That is too much at once", "Send less."),
    422: ("What was sent cannot be read", "Go back, look at what was typed or chosen, and try again."),
    503: ("Not now", "Try again in a minute."),
}


def create_app(
    settings: Settings, store: Store, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    passwords: Passwords | None = None,
) -> FastAPI:  # fmt: skip
    """The portal of an installation. Everything is opened when it starts to serve and closed when it ends.

    `passwords` are hashed as RFC 9106 recommends unless told otherwise.
    """

    @asynccontextmanager
    async def open_and_close(app: FastAPI) -> AsyncGenerator[None]:
        with ExitStack() as stack:
            ledger = stack.enter_context(open_ledger(store, patience=PATIENCE))
            access = stack.enter_context(open_access(settings, store, clock=clock, passwords=passwords))
            published = Published(store)
            stack.callback(published.close)
            app.state.site = Site(settings, store, ledger, published, access, clock)
            ready = Thread(target=incidents.of_night, args=(app.state.site,))  # before somebody asks
            ready.start()
            stack.callback(gc.unfreeze)
            stack.callback(ready.join)
            yield

    app = FastAPI(
        title="Khaos Assets portal", lifespan=open_and_close, default_response_class=HTMLResponse,
        responses=refusals.ANSWERS, docs_url=None, redoc_url=None, openapi_url=None,
    )  # fmt: skip
    app.add_middleware(Entrance)
    app.add_middleware(Headers)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for module in iter_modules(pages.__path__):
        app.include_router(import_module(f"{pages.__name__}.{module.name}").router)
    refusals.answer_with(app)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(DataError, lambda request, _: _page(request, 422))  # text that no database takes
    app.add_exception_handler(UnicodeEncodeError, lambda request, _: _page(request, 422))
    app.add_exception_handler(NoSuchCase, lambda request, _: _page(request, 404))
    app.add_exception_handler(NothingPublished, _nothing_yet)
    for busy in (LedgerBusy, AccessBusy, NoConnection):
        app.add_exception_handler(busy, _busy)
    app.add_exception_handler(LedgerError, _refused)
    app.add_exception_handler(Exception, lambda request, _: _page(request, 500))
    return app


class Headers:
    """The headers of every answer, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        kept = scope["path"].startswith("/static/")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                headers = HEADERS | ({"cache-control": "public, max-age=3600"} if kept else {})
                new = ((n.encode(), v.encode()) for n, v in headers.items() if n.encode() not in given)
                message["headers"] = [*message["headers"], *new]
            await send(message)

        await self.app(scope, receive, with_headers)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.headers and "location" in error.headers:
        return Response(status_code=error.status_code, headers=error.headers)
    if refusals.is_machine(request):
        return JSONResponse({"error": error.detail}, status_code=error.status_code, headers=error.headers)
    said = error.detail if error.detail and not _only_the_status(error) else None
    page = _page(request, error.status_code, said, getattr(error, "advice", None))
    page.headers.update(error.headers or {})
    return page


def _only_the_status(error: HTTPException) -> bool:
    """Whether the text is no more than the status in English."""
    from http import HTTPStatus

    return error.detail == HTTPStatus(error.status_code).phrase


def _page(request: Request, status: int, head: str | None = None, advice: str | None = None) -> Response:
    usual = SAID.get(status, ("This did not work", "Try again; if it fails once more, tell your administrator."))
    template = "error_part.html" if wants_part(request) else "error.html"
    here = arrived(request)
    return render(
        request, template, here.person if here else None, status=status, head=head or usual[0],
        advice=advice or usual[1],
    )  # fmt: skip


def _not_understood(request: Request, error: Exception) -> Response:
    """Names the fields: a form may have many."""
    assert isinstance(error, RequestValidationError)
    fields = dict.fromkeys(str(e["loc"][1]) for e in error.errors() if len(e["loc"]) > 1)
    known = ", ".join(name for name in fields if name.isidentifier() and len(name) < 40)
    return _page(request, 422, advice=f"{SAID[422][1]} It is about this: {known}." if known else None)


def _busy(request: Request, _: Exception) -> Response:
    page = _page(
        request, 503, "Something else is being written just now",
        "Most likely a nightly run records what it found. Nothing was changed: go back and try again in a minute.",
    )  # fmt: skip
    page.headers["retry-after"] = "60"
    return page


def _refused(request: Request, error: Exception) -> Response:
    return _page(request, 409, "This was not done", in_page_words(error, request.app.state.site.store))


def _nothing_yet(request: Request, _: Exception) -> Response:
    return _page(
        request,
        503,
        "No night has been run yet",
        "As soon as the first nightly run has finished, its results are here.",
    )
