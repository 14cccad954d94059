"""How Plytix is asked: token, one renewal on 401, both windows of requests (contract plytix, sections 2 and 6)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import msgspec

from khaos_assets.config import Credentials, Settings
from khaos_assets.systems.plytix.settings import Plytix
from khaos_assets.systems.read import ReadFailed
from khaos_assets.systems.transport import Answer, BodyBroken, PermanentError, Refused, Throttled, Transport
from khaos_assets.systems.transport.retry import retry_after_seconds

SYSTEM = "plytix"
TOKEN_LIFE = timedelta(seconds=900)
"""No reply tells it (contract, 2)."""
RENEW_AT = 0.8
"""Share of a token's life after which it is renewed."""
RENEWALS = 8
"""How often one request may meet a token that others wore out meanwhile; its own renewal is one."""
PAUSES = (10, 3600)
"""Seconds to wait, first and then, where a 429 says nothing and no windows are configured."""
DEPRECATION = "x-plytix-deprecation"

log = logging.getLogger(__name__)


class _Token(msgspec.Struct, frozen=True):
    access_token: str


class _Tokens(msgspec.Struct, frozen=True):
    data: list[_Token]


class PlytixClient:
    """A signed-in Plytix account. Safe for concurrent use within one event loop."""

    def __init__(self, transport: Transport, auth: Transport, key: str, password: str) -> None:
        self.transport = transport
        self._auth = auth
        self._login = msgspec.json.encode({"api_key": key, "api_password": password})
        self._token = ""
        self._renew_after = 0.0
        self._renewing = asyncio.Lock()
        self._clear_at = 0.0
        self.deprecated: set[str] = set()
        """Operations that Plytix announced to retire."""

    async def sign_in(self) -> None:
        """Get a token. Raises ReadFailed (`sign_in_failed`) where the credentials are refused, else TransportError."""
        async with self._renewing:
            await self._renew()

    async def ask(
        self,
        operation: str,
        path: str,
        content: bytes | None = None,
        *,
        expect: Collection[int] = (200,),
        check: Callable[[Answer], None] | None = None,
        method: str | None = None,
    ) -> Answer:
        """POST with `content`, else GET, with the token; a 401 renews it once and asks the same again.

        `path` without a trailing slash: that would be a redirect. `check` looks at answers with status 200. With a
        `method` it changes something, and is sent once. Raises TransportError.
        """
        renewed = False
        for _ in range(RENEWALS):
            token = await self._valid_token()
            answer = await self._send(
                operation, path, content, token=token, expect={*expect, 401}, check=check, method=method
            )
            if answer.status != 401:
                return answer
            async with self._renewing:
                worn_out = self._token == token
                if worn_out and renewed:
                    break
                if worn_out:
                    await self._renew()
                    renewed = True
        raise Refused(SYSTEM, operation, "a token just renewed is refused", status=401)

    async def _send(
        self,
        operation: str,
        path: str,
        content: bytes | None,
        *,
        token: str,
        expect: set[int],
        check: Callable[[Answer], None] | None,
        method: str | None,
    ) -> Answer:
        await asyncio.sleep(max(0.0, self._clear_at - time.monotonic()))
        looked_at = self._throttled()

        def checked(answer: Answer) -> None:
            looked_at(answer)
            if DEPRECATION in answer.headers and operation not in self.deprecated:
                self.deprecated.add(operation)
                log.warning("plytix: %s is going to be retired", operation)
            if check is not None and answer.status == 200:
                check(answer)

        return await self.transport.send(
            operation,
            method or ("GET" if content is None else "POST"),
            f"/api/v1{path}",
            headers={
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "Accept": "application/json",
            },
            content=content,
            expect={*expect, 429},
            check=checked,
            repeatable=method is None,
        )

    def _throttled(self) -> Callable[[Answer], None]:
        """Raises Throttled on a 429, with the pause that its headers ask for.

        Where they say nothing, the shortest window may have been meant, and then the longest.
        """
        windows = sorted(seconds for _, seconds in self.transport.politeness.request_windows) or list(PAUSES)
        silent = iter((windows[0], *[windows[-1]] * 100))

        def look(answer: Answer) -> None:
            if answer.status != 429:
                return
            now = answer.server_time or answer.received_at
            wait = retry_after_seconds(answer.headers.get("retry-after"), now)
            reset = answer.headers.get("x-ratelimit-reset", "")
            if wait is None and reset.isascii() and reset.isdigit():
                wait = max(0.0, int(reset) - now.timestamp())
            if wait is None:
                wait = float(next(silent))
            if wait <= self.transport.politeness.longest_wait_seconds:
                self._clear_at = max(self._clear_at, time.monotonic() + wait)
            raise Throttled(SYSTEM, answer.operation, f"asked to wait {wait:g} s", status=429, retry_after=wait)

        return look

    async def _valid_token(self) -> str:
        async with self._renewing:
            if not self._token or time.monotonic() >= self._renew_after:
                await self._renew()
            return self._token

    async def _renew(self) -> None:
        asked_at = time.monotonic()

        def whole(answer: Answer) -> None:
            try:
                found = msgspec.json.decode(answer.body, type=_Tokens).data
            except msgspec.DecodeError as e:
                raise BodyBroken(SYSTEM, "get-token", "the answer is not the JSON of a token") from e
            if not found or not found[0].access_token:
                raise BodyBroken(SYSTEM, "get-token", "the answer holds no token")
            self._token = found[0].access_token

        try:
            await self._auth.send(
                "get-token",
                "POST",
                "/auth/api/get-token",
                headers={"Content-Type": "application/json", "Accept": "application/json"},
                content=self._login,
                check=whole,
            )
        except (PermanentError, BodyBroken) as e:
            raise ReadFailed("sign_in_failed", f"{e} (PLYTIX_API_KEY and PLYTIX_API_PASSWORD)") from e
        self._renew_after = asked_at + RENEW_AT * TOKEN_LIFE.total_seconds()


def auth_address(base_url: str, auth_url: str) -> str:
    """Where to sign in: as configured; else Plytix's own host beside its own PIM, or the server of `base_url`."""
    if auth_url:
        return auth_url
    url = httpx.URL(base_url)
    if url.host == "pim.plytix.com":
        return "https://auth.plytix.com"
    return str(url.copy_with(raw_path=b"/")).rstrip("/")


@asynccontextmanager
async def open_client(settings: Settings, credentials: Credentials) -> AsyncGenerator[PlytixClient]:
    """A signed-in client. Raises ReadFailed that names what is missing, or what was refused."""
    section = settings.of(Plytix)
    base_url = credentials.get("PLYTIX_BASE_URL") or section.base_url
    key, password = credentials.get("PLYTIX_API_KEY"), credentials.get("PLYTIX_API_PASSWORD")
    wanted = {"PLYTIX_API_KEY": key, "PLYTIX_API_PASSWORD": password, "PLYTIX_BASE_URL": base_url}
    if missing := [name for name, value in wanted.items() if not value]:
        raise ReadFailed("not_configured", f"Plytix: missing in the environment: {', '.join(missing)}")
    auth_url = auth_address(base_url, credentials.get("PLYTIX_AUTH_URL") or section.auth_url)
    # The token endpoint has a limit of its own, which the windows of the other calls say nothing about.
    signing_in = section.transport.model_copy(update={"request_windows": [], "requests_per_second": None})
    async with (
        Transport(SYSTEM, base_url, section.transport) as transport,
        Transport(SYSTEM, auth_url, signing_in) as auth,
    ):
        client = PlytixClient(transport, auth, key or "", password or "")
        await client.sign_in()
        yield client


async def probe(client: PlytixClient) -> str:
    """One product by a search (contract 3)."""
    body = b'{"attributes":["sku"],"pagination":{"page":1,"page_size":1}}'
    await client.ask("POST /products/search", "/products/search", body)
    return "signed in, and a search answers"
