"""How OroCommerce is asked: token by client credentials, JSON:API media type (contract orocommerce, section 2)."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from khaos_assets.config import Credentials, Settings
from khaos_assets.systems.orocommerce.settings import OroCommerce
from khaos_assets.systems.read import ReadFailed
from khaos_assets.systems.transport import Answer, BodyBroken, PermanentError, Refused, Transport

SYSTEM = "orocommerce"
JSON_API = "application/vnd.api+json"
TOKEN_PATH = "/oauth2-token"
RENEW_AT = 0.8
"""Share of a token's life after which it is renewed."""
RENEWALS = 8
"""How often one request may meet a token that others wore out meanwhile; its own renewal is one."""
PAGE_SIZE = "page[size]"


class PageTooLarge(Exception):
    """The shop has a lower maximum page size; `OroClient.page_size` was lowered."""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    access_token: str
    expires_in: float
    """Seconds."""
    token_type: str


class _Source(msgspec.Struct, frozen=True):
    parameter: str = ""


class _Problem(msgspec.Struct, frozen=True):
    title: str = ""
    detail: str = ""
    source: _Source | None = None


class _Problems(msgspec.Struct, frozen=True):
    errors: list[_Problem] = []


class OroClient:
    """A signed-in shop. Safe for concurrent use within one event loop."""

    def __init__(
        self, transport: Transport, sign_in: Transport, token_url: str, credentials: tuple[str, str], *, page_size: int
    ) -> None:
        self.transport = transport
        self.page_size = page_size
        """Rows a page may have; lowered when the shop refuses so many."""
        self._sign_in = sign_in
        self._token_url = token_url
        self._credentials = credentials
        self._token: Token | None = None
        self._renew_after = 0.0
        self._renewing = asyncio.Lock()

    @property
    def account(self) -> str:
        """Whose data this is: the shop's address. Nothing on the wire says which role reads it."""
        return str(self.transport.base)

    async def sign_in(self) -> None:
        """Get a token. Raises ReadFailed (`sign_in_failed`) where the credentials are refused, else TransportError."""
        async with self._renewing:
            await self._renew()

    async def get(
        self, operation: str, path: str, params: Mapping[str, str | int], check: Callable[[Answer], None] | None = None
    ) -> Answer:
        """GET with the token; asks for the count and spares the links. A 401 renews the token once and asks again.

        Raises PageTooLarge, ReadFailed (`not_permitted`, `not_offered`, `refused`), else TransportError.
        """
        headers = {"Accept": JSON_API, "X-Include": "totalCount;noHateoas"}
        answer = await self._signed(
            operation, "GET", path, headers, expect={200, 400, 401, 403, 404, 405}, params=params,
            check=lambda a: _check(a, check),
        )  # fmt: skip
        if answer.status != 200:
            raise self._problem(answer, params)
        return answer

    async def write(self, operation: str, method: str, path: str, body: object, expect: Collection[int]) -> Answer:
        """The answer to a request that changes something, sent once; only a worn-out token (401) lets it go again.

        Statuses in `expect` come back, all others raise TransportError.
        """
        headers = {"Accept": JSON_API, "Content-Type": JSON_API, "X-Include": "noHateoas"}
        content = msgspec.json.encode(body)
        return await self._signed(
            operation, method, path, headers, expect={*expect, 401}, content=content, repeatable=False
        )

    async def _signed(
        self, operation: str, method: str, path: str, headers: Mapping[str, str], *, expect: Collection[int], **how: Any
    ) -> Answer:
        """An answer that is not 401: a refused token is renewed once."""
        renewed = False
        for _ in range(RENEWALS):
            token = await self._valid_token()
            signed = {"Authorization": f"Bearer {token}", **headers}
            answer = await self.transport.send(operation, method, path, headers=signed, expect=expect, **how)
            if answer.status != 401:
                return answer
            async with self._renewing:
                worn_out = self._token is not None and self._token.access_token == token
                if worn_out and renewed:
                    break
                if worn_out:
                    await self._renew()
                    renewed = True
        raise Refused(SYSTEM, operation, "a token just renewed is refused", status=401)

    def _problem(self, answer: Answer, params: Mapping[str, str | int]) -> Exception:
        """What a 4xx means. Titles and parameter names are quoted; details may hold data and are not."""
        try:
            problems = msgspec.json.decode(answer.body, type=_Problems).errors
        except msgspec.DecodeError:
            problems = []
        about = [p.source.parameter for p in problems if p.source is not None and p.source.parameter]
        asked = int(params.get(PAGE_SIZE, 0))
        if answer.status == 400 and PAGE_SIZE in about and asked > 1:
            told = re.findall(r"\d+", next(p.detail for p in problems if p.source and p.source.parameter == PAGE_SIZE))
            allowed = [int(n) for n in told if 0 < int(n) < asked]
            self.page_size = min(self.page_size, max(allowed, default=asked // 2))
            return PageTooLarge()
        said = ", ".join([*(p.title for p in problems if p.title), *about]) or "no reason given"
        what = f"{answer.operation} answered {answer.status} ({said[:200]})"
        if answer.status == 403:
            return ReadFailed("not_permitted", f"{what}: the role of this client may not read it (not: no records)")
        if answer.status in {404, 405}:
            return ReadFailed("not_offered", f"{what}: this shop has no such list (not: no records)")
        return ReadFailed("refused", what)

    async def _valid_token(self) -> str:
        async with self._renewing:
            if self._token is None or time.monotonic() >= self._renew_after:
                await self._renew()
            assert self._token is not None
            return self._token.access_token

    async def _renew(self) -> None:
        asked_at = time.monotonic()
        client_id, client_secret = self._credentials
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        try:
            answer = await self._sign_in.send(
                "Token",
                "POST",
                self._token_url,
                headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
                content=urlencode(form).encode(),
            )
            token = msgspec.json.decode(answer.body, type=Token)
        except PermanentError as e:
            named = "OROCOMMERCE_CLIENT_ID and OROCOMMERCE_CLIENT_SECRET"
            raise ReadFailed("sign_in_failed", f"{e} ({named})") from e
        except msgspec.DecodeError as e:
            raise ReadFailed("sign_in_failed", "the answer to Token is not the JSON of a token") from e
        self._token = token
        self._renew_after = asked_at + RENEW_AT * token.expires_in


def _check(answer: Answer, check: Callable[[Answer], None] | None) -> None:
    """A page that is no JSON:API document is asked for again, before anybody looks into it."""
    if answer.status != 200:
        return
    media = answer.headers.get("content-type", "").split(";")[0].strip().lower()
    if media != JSON_API:
        raise BodyBroken(SYSTEM, answer.operation, f"content type {media[:40]!r} is not JSON:API", status=200)
    if check is not None:
        check(answer)


@asynccontextmanager
async def open_client(settings: Settings, credentials: Credentials) -> AsyncGenerator[OroClient]:
    """A signed-in client. Raises ReadFailed that names what is missing, or what was refused.

    The token comes from the origin of the base address unless OROCOMMERCE_AUTH_URL names another.
    """
    section = settings.of(OroCommerce)
    base_url = credentials.get("OROCOMMERCE_BASE_URL") or section.base_url
    names = ("OROCOMMERCE_CLIENT_ID", "OROCOMMERCE_CLIENT_SECRET")
    client_id, client_secret = (credentials.get(name) or "" for name in names)
    missing = [n for n, v in zip(names, (client_id, client_secret), strict=True) if not v]
    missing += [] if base_url else ["OROCOMMERCE_BASE_URL"]
    if missing:
        raise ReadFailed("not_configured", f"OroCommerce: missing in the environment: {', '.join(missing)}")
    auth_url = credentials.get("OROCOMMERCE_AUTH_URL") or section.auth_url or origin(base_url)
    auth_url = auth_url.rstrip("/").removesuffix(TOKEN_PATH)
    async with AsyncExitStack() as stack:
        transport = await stack.enter_async_context(Transport(SYSTEM, base_url, section.transport))
        elsewhere = origin(auth_url) != origin(base_url)
        sign_in = (
            await stack.enter_async_context(Transport(SYSTEM, auth_url, section.transport)) if elsewhere else transport
        )
        client = OroClient(
            transport, sign_in, auth_url + TOKEN_PATH, (client_id, client_secret), page_size=section.page_size
        )
        await client.sign_in()
        yield client


def origin(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


async def probe(client: OroClient) -> str:
    """One product, and how many the role may see (contract 3.1 and 3.2)."""
    answer = await client.get("GET /products", "/products", {PAGE_SIZE: 1})
    return f"signed in; the role sees {answer.headers.get('x-include-total-count', 'an untold number of')} products"
