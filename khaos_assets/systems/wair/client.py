"""How WAIR is asked: token, tenant header, one renewal on 401 (contract wair, section 2)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager

import msgspec

from khaos_assets.config import Credentials, Settings
from khaos_assets.systems.read import ReadFailed
from khaos_assets.systems.transport import Answer, PermanentError, Refused, Transport
from khaos_assets.systems.wair.settings import Wair

SYSTEM = "wair"
RENEW_AT = 0.8
"""Share of a token's life after which it is renewed."""
RENEWALS = 8
"""How often one request may meet a token that others wore out meanwhile; its own renewals are among them."""


class Token(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    access_token: str
    expires_in: float
    """Seconds."""
    scope: str | None = None


class WairClient:
    """An authenticated WAIR tenant. Safe for concurrent use within one event loop."""

    def __init__(self, transport: Transport, tenant: str, username: str, password: str) -> None:
        self.transport = transport
        self._tenant = tenant
        self._login = msgspec.json.encode({"username": username, "password": password})
        self._token: Token | None = None
        self._renew_after = 0.0
        self._accepted = False
        """Whether the token was good for a call already: then it is worn out when it is refused, and not useless."""
        self._renewing = asyncio.Lock()

    @property
    def account(self) -> str:
        """Whose data this is: the tenant and the scope of its token."""
        scope = self._token.scope if self._token else None
        return self._tenant if not scope else f"{self._tenant} ({scope})"

    async def sign_in(self) -> None:
        """Get a token. Raises ReadFailed (`sign_in_failed`) where the credentials are refused, else TransportError."""
        async with self._renewing:
            await self._renew()

    async def get(
        self, operation: str, path: str, params: Mapping[str, str | int], check: Callable[[Answer], None] | None = None
    ) -> Answer:
        """GET with the token. A 401 renews it once and asks the same again.

        Raises ReadFailed (`feed_extension_not_available`) on 404 and 405, else TransportError.
        """
        renewed = False
        for _ in range(RENEWALS):
            token = await self._valid_token()
            answer = await self.transport.send(
                operation,
                "GET",
                path,
                headers={"X-Tenant": self._tenant, "Authorization": f"Bearer {token}", "Accept": "application/json"},
                params=params,
                expect={200, 401, 404, 405},
                check=lambda a: check(a) if check is not None and a.status == 200 else None,
            )
            if answer.status != 401 and self._is_current(token):
                self._accepted = True
            if answer.status == 200:
                return answer
            if answer.status != 401:
                detail = f"{operation} answered {answer.status}: this installation has no such list (not: no records)"
                raise ReadFailed("feed_extension_not_available", detail)
            async with self._renewing:
                if not self._is_current(token):
                    continue
                if renewed and not self._accepted:
                    break
                await self._renew()
                renewed = True
        raise Refused(SYSTEM, operation, "a token just renewed is refused", status=401)

    def _is_current(self, token: str) -> bool:
        return self._token is not None and self._token.access_token == token

    async def _valid_token(self) -> str:
        async with self._renewing:
            if self._token is None or time.monotonic() >= self._renew_after:
                await self._renew()
            assert self._token is not None
            return self._token.access_token

    async def _renew(self) -> None:
        asked_at = time.monotonic()
        try:
            answer = await self.transport.send(
                "Token",
                "POST",
                "/Token",
                headers={"X-Tenant": self._tenant, "Content-Type": "application/json", "Accept": "application/json"},
                content=self._login,
            )
            token = msgspec.json.decode(answer.body, type=Token)
        except PermanentError as e:
            raise ReadFailed("sign_in_failed", f"{e} (WAIR_TENANT, WAIR_USERNAME and WAIR_PASSWORD)") from e
        except msgspec.DecodeError as e:
            raise ReadFailed("sign_in_failed", "the answer to Token is not the JSON of a token") from e
        self._token, self._accepted = token, False
        self._renew_after = asked_at + RENEW_AT * token.expires_in


@asynccontextmanager
async def open_client(settings: Settings, credentials: Credentials) -> AsyncGenerator[WairClient]:
    """A signed-in client. Raises ReadFailed that names what is missing, or what was refused."""
    base_url = credentials.get("WAIR_BASE_URL") or settings.of(Wair).base_url
    wanted = {name: credentials.get(name) for name in ("WAIR_TENANT", "WAIR_USERNAME", "WAIR_PASSWORD")}
    missing = [name for name, value in wanted.items() if not value] + ([] if base_url else ["WAIR_BASE_URL"])
    if missing:
        raise ReadFailed("not_configured", f"WAIR: missing in the environment: {', '.join(missing)}")
    async with Transport(SYSTEM, base_url, settings.of(Wair).transport) as transport:
        client = WairClient(transport, *(value or "" for value in wanted.values()))
        await client.sign_in()
        yield client


async def probe(client: WairClient) -> str:
    """One record of the stock feed: the capability check of the extension (contract 5.3)."""
    await client.get("GET /Stock", "/Stock", {"offset": 0, "limit": 1})
    return "signed in, and the stock feed answers"
