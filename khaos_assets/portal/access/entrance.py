"""What every request passes before anything else looks at it: the way it came, the host it names, its size.

Where a proxy is configured there is no other way in: who calls from elsewhere, or without the shared secret, gets
nothing. A body is read whole first, up to a limit and a time, so that no page ever waits for half of one.
"""

from __future__ import annotations

import asyncio
import hmac
from ipaddress import ip_address

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from khaos_assets.config.portal import Portal, Proxy
from khaos_assets.portal.access.access import Access
from khaos_assets.portal.access.proxy import THROUGH_PROXY

LARGEST_BODY = 1024 * 1024
LONGEST_ADDRESS = 8000
SECONDS = 20.0
"""Within which a body has to be there."""
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Entrance:
    """Middleware around the whole application."""

    def __init__(self, app: ASGIApp, largest_body: int = LARGEST_BODY, seconds: float = SECONDS) -> None:
        self.app = app
        self.largest_body = largest_body
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # a WebSocket that nobody accepts is refused by the server
        access: Access = scope["app"].state.site.access
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers, access)
        body = b""
        if refusal is None:
            try:
                async with asyncio.timeout(self.seconds):
                    body = await self._body(headers, receive)
            except TimeoutError:
                refusal = _told("The request did not arrive in time.", 408)
            except _TooLarge:
                refusal = _told("That is too much at once.", 413)
            except _Gone:
                return
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self.app(scope, _once(body, receive), send)

    def _refusal(self, scope: Scope, headers: Headers, access: Access) -> Response | None:
        settings = access.settings
        if settings.proxy is not None:
            if not _came_through(settings.proxy, access.proxy_secret, scope, headers):
                return _told(f"Come by {settings.public_url}", 403)
            scope.setdefault("state", {})[THROUGH_PROXY] = True
            scope["client"] = (_caller(scope, headers), 0)
        if not _is_our_host(headers.get("host", ""), settings):
            return _told("This server does not go by the name that was asked for.", 421)
        address = scope.get("raw_path", b"") + b"?" + scope["query_string"]
        if len(address) > LONGEST_ADDRESS:
            return _told("The address is too long.", 414)
        if b"%00" in address or b"\0" in address:
            return _told("This address cannot be read.", 400)
        if not _is_unicode(headers.get("content-type", "")):
            return _told("Text is sent in UTF-8.", 415)
        return None

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        declared = headers.get("content-length", "0")
        if not declared.isdecimal() or int(declared[:20]) > self.largest_body:
            raise _TooLarge
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise _Gone
            body += message.get("body", b"")
            if len(body) > self.largest_body:
                raise _TooLarge
            if not message.get("more_body", False):
                return bytes(body)


def _is_unicode(content_type: str) -> bool:
    """Whether a form is in UTF-8. Python knows stranger ways to write text, which fail half way through a form."""
    _, options = parse_options_header(content_type)
    return options.get(b"charset", b"utf-8").lower() in (b"utf-8", b"utf8")


class _TooLarge(Exception):
    pass


class _Gone(Exception):
    """Whoever asked does not wait any more."""


def _told(text: str, status: int) -> Response:
    return PlainTextResponse(text + "\n", status_code=status, headers={"connection": "close"})


def _once(body: bytes, receive: Receive) -> Receive:
    """The body as one message; after it, what the server says."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return waiting.pop() if waiting else await receive()

    return next_message


def _came_through(proxy: Proxy, secret: str, scope: Scope, headers: Headers) -> bool:
    """Whether the proxy sent it: from its address, with the secret that both know."""
    try:
        peer = ip_address(scope["client"][0])
    except (TypeError, ValueError):
        return False
    shown = headers.getlist(proxy.secret_header)
    known = len(shown) == 1 and hmac.compare_digest(shown[0].encode("latin-1"), secret.encode())
    return bool(secret) and known and any(peer in network for network in proxy.peers)


def _caller(scope: Scope, headers: Headers) -> str:
    """For whom the proxy asks: the address that it added last itself."""
    said = ",".join(headers.getlist("x-forwarded-for")).rpartition(",")[2].strip()
    try:
        return str(ip_address(said))
    except ValueError:
        return scope["client"][0]


def _is_our_host(named: str, settings: Portal) -> bool:
    """Whether a host is ours: another one is somebody's who made their name lead here."""
    public = settings.public_url.partition("://")[2].lower()
    if public and named.lower() == public:
        return True
    host = named.removeprefix("[").partition("]")[0] if named.startswith("[") else named.partition(":")[0]
    return settings.proxy is None and host.lower() in LOOPBACK | {settings.host}
