"""How Pimberly is asked: a raw key in a header, one origin (contract pimberly, sections 2 and 6)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from urllib.parse import quote

from khaos_assets.config import Credentials, Settings
from khaos_assets.systems.pimberly.settings import Pimberly
from khaos_assets.systems.read import ReadFailed
from khaos_assets.systems.transport import Answer, Transport

SYSTEM = "pimberly"
FULL: Mapping[str, str | int] = {"attributes": "*", "extendResponse": 1}
"""Both together, on every call: a row asked for without them is thin, and says nothing about what it lacks."""


class PimberlyClient:
    """The view of one key. Safe for concurrent use within one event loop."""

    def __init__(self, transport: Transport, token: str) -> None:
        self.transport = transport
        self._headers = {"Authorization": token, "Accept": "application/json"}

    async def get(
        self,
        operation: str,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        expect: Collection[int] = (200,),
        check: Callable[[Answer], None] | None = None,
    ) -> Answer:
        """GET; 404 has four meanings here, so the caller says whether it expects one.

        `check` looks at answers with status 200. Raises ReadFailed (`key_refused`) on 401: there is no renewal; else
        TransportError.
        """
        answer = await self.transport.send(
            operation,
            "GET",
            path,
            headers=self._headers,
            params=params,
            expect={*expect, 401},
            check=lambda a: check(a) if check is not None and a.status == 200 else None,
        )
        if answer.status == 401:
            raise ReadFailed("key_refused", f"{operation} answered 401: the key is withdrawn (PIMBERLY_ACCESS_TOKEN)")
        return answer

    async def put(self, operation: str, path: str, content: bytes, *, expect: Collection[int]) -> Answer:
        """The answer to a PUT of JSON, sent once. Statuses in `expect` come back, all others raise TransportError."""
        headers = {**self._headers, "Content-Type": "application/json"}
        return await self.transport.send(
            operation, "PUT", path, headers=headers, content=content, expect=expect, repeatable=False
        )


def product_path(primary_id: str, part: str = "") -> str:
    """The path of one product; its id is one segment, whatever it holds: `SKU/1` is sent as `SKU%2F1`."""
    return f"/products/{quote(primary_id, safe='')}{part}"


@asynccontextmanager
async def open_client(settings: Settings, credentials: Credentials) -> AsyncGenerator[PimberlyClient]:
    """A client. Raises ReadFailed that names what is missing; whether the key is right shows at the first call."""
    section = settings.of(Pimberly)
    base_url = credentials.get("PIMBERLY_BASE_URL") or section.base_url
    token = credentials.get("PIMBERLY_ACCESS_TOKEN")
    missing = [n for n, v in {"PIMBERLY_ACCESS_TOKEN": token, "PIMBERLY_BASE_URL": base_url}.items() if not v]
    if missing:
        raise ReadFailed("not_configured", f"Pimberly: missing in the environment: {', '.join(missing)}")
    async with Transport(SYSTEM, base_url, section.transport) as transport:
        yield PimberlyClient(transport, token or "")


async def probe(client: PimberlyClient) -> str:
    """One product of the list (contract 3); 404 is the end of an empty one."""
    answer = await client.get("GET /products", "/products", {"limit": 1}, expect={200, 404})
    return "the key is accepted" if answer.status == 200 else "the key is accepted, and its list is empty"
