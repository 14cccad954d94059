"""How SCAYLE is asked: one token in a header, limits per scope, statuses in words (contract scayle, 2 and 6)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from urllib.parse import quote_plus

from khaos_assets.config import Credentials, Settings
from khaos_assets.systems.read import ReadFailed
from khaos_assets.systems.scayle.rate_limits import RateLimits
from khaos_assets.systems.scayle.settings import Scayle
from khaos_assets.systems.transport import Answer, Refused, ServerFailed, Throttled, Transport

SYSTEM = "scayle"
SPOKEN_FOR = frozenset({200, 400, 401, 403, 404, 424, 429})
"""Statuses that mean something here; all others are the transport's."""
PATIENCE = 10
"""How often one call waits for the next window of its scope; others with the same token may use it up."""


class CursorRefused(Exception):
    """400: the cursor expired or is unknown; only a walk from the beginning helps."""


class ScayleClient:
    """One tenant's space, as its token sees it. Safe for concurrent use within one event loop."""

    def __init__(self, transport: Transport, token: str, limits: RateLimits) -> None:
        self.transport = transport
        self._headers = {"X-Access-Token": token, "Accept": "application/json"}
        self._limits = limits

    @property
    def account(self) -> str:
        """Whose data this is: tenant and space are the host's name."""
        return self.transport.base.host

    async def get(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        operation: str,
        scope: str,
        check: Callable[[Answer], None] = lambda answer: None,  # noqa: ARG005
    ) -> Answer | None:
        """The answer to a GET, None for 404: SCAYLE does not know what was asked for.

        `operation` names the call without values, `scope` is the resource group whose limit it counts against; `check`
        looks at each answer and may raise a TransientError to ask again.
        Raises CursorRefused on 400, ReadFailed (`sign_in_failed`, `forbidden`) on 401 and 403, else TransportError.
        """

        def look(answer: Answer) -> None:
            if answer.status == 424:
                raise ServerFailed(SYSTEM, operation, "a service behind it failed", status=424)
            if answer.status == 200:
                check(answer)

        for _ in range(PATIENCE):
            await self._limits.turn(scope)
            try:
                answer = await self.transport.send(
                    operation, "GET", path, headers=self._headers, params=params, expect=SPOKEN_FOR, check=look
                )
                waits = self._limits.answered(scope, answer.headers, refused=answer.status == 429)
            finally:
                self._limits.done(scope)
            if answer.status != 429:
                return self._meant(operation, scope, answer)
            if not waits:
                break
        raise Throttled(SYSTEM, operation, f"more calls of {scope} than allowed", status=429)

    async def write(
        self, method: str, path: str, body: bytes, *, operation: str, scope: str, expect: Collection[int]
    ) -> Answer:
        """The answer to a request that changes something, sent once; only 429, which did nothing, is asked again.

        Statuses in `expect` come back, all others raise TransportError.
        """
        headers = {**self._headers, "Content-Type": "application/json"}
        for _ in range(PATIENCE):
            await self._limits.turn(scope)
            try:
                answer = await self.transport.send(
                    operation, method, path, headers=headers, content=body, expect={*expect, 429}, repeatable=False
                )
                waits = self._limits.answered(scope, answer.headers, refused=answer.status == 429)
            finally:
                self._limits.done(scope)
            if answer.status != 429:
                return answer
            if not waits:
                break
        raise Refused(SYSTEM, operation, f"more calls of {scope} than allowed; nothing was done", status=429)

    @staticmethod
    def _meant(operation: str, scope: str, answer: Answer) -> Answer | None:
        """What a status means for the caller."""
        match answer.status:
            case 200:
                return answer
            case 404:
                return None
            case 400:
                raise CursorRefused(operation)
            case 401:
                raise ReadFailed("sign_in_failed", f"{operation} answered 401: SCAYLE_ACCESS_TOKEN is not accepted")
            case _:
                detail = f"{operation} answered {answer.status}: the token has no grant for it ({scope})"
                raise ReadFailed("forbidden", detail)


def key_segment(reference: str) -> str:
    """A reference key as one segment of a path, encoded as a form is: `key%3DSKU+1` (contract scayle, 2)."""
    return quote_plus(f"key={reference}")


@asynccontextmanager
async def open_client(settings: Settings, credentials: Credentials) -> AsyncGenerator[ScayleClient]:
    """A client. Raises ReadFailed that names what is missing; the first call shows whether the token is accepted."""
    section = settings.of(Scayle)
    base_url = credentials.get("SCAYLE_BASE_URL") or section.base_url
    token = credentials.get("SCAYLE_ACCESS_TOKEN")
    missing = ["SCAYLE_ACCESS_TOKEN"] * (not token) + ["SCAYLE_BASE_URL"] * (not base_url)
    if missing:
        raise ReadFailed("not_configured", f"SCAYLE: missing in the environment: {', '.join(missing)}")
    async with Transport(SYSTEM, base_url, section.transport) as transport:
        yield ScayleClient(transport, token or "", RateLimits(section.requests_per_minute))


async def probe(client: ScayleClient) -> str:
    """One shop (contract 3.1); whether each resource group may be read shows when it is."""
    answer = await client.get("/shops", {"limit": 1}, operation="GET /shops", scope="globalRead")
    if answer is None:
        raise ReadFailed("not_found", "GET /shops answered 404: does SCAYLE_BASE_URL end with /api/admin/v1?")
    return "the token may read shops"
