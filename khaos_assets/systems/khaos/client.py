"""`KhaosClient`: one installation's SOAP service over the strict transport (contract khaos, section 2).

It sends a call and gives the body back. No credential by default; HTTP Basic where KHAOS_USERNAME and KHAOS_PASSWORD
are set. A self-signed certificate is taken only as a configured `ca_file`; verification is never off.
Not here: what is asked and when (`walk/`), what an answer means (`soap.py`, `decode/`).
"""

from __future__ import annotations

import base64
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from khaos_assets.config import ConfigurationError, Credentials, Settings
from khaos_assets.systems.khaos import soap
from khaos_assets.systems.khaos.settings import Khaos
from khaos_assets.systems.transport import Answer, ServerFailed, Transport

# A Fault comes with 500 in SOAP 1.1, and with 200 from some servers.
_ANSWERS = frozenset({200, 500})


class KhaosClient:
    """Calls of one installation. Safe for concurrent use within one event loop."""

    def __init__(self, transport: Transport, settings: Khaos, authorization: str | None = None) -> None:
        self.transport = transport
        self.settings = settings
        self._authorization = authorization

    async def send(self, call: soap.Call, *, repeatable: bool = True) -> bytes:
        """The body of the answer, a Fault's included. Raises TransportError when no answer came."""
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{self.settings.namespace}#{call.method}"',
            "Accept": "text/xml",
        }
        if self._authorization:
            headers["Authorization"] = self._authorization
        answer = await self.transport.send(
            call.method,
            "POST",
            self.settings.soap_path,
            headers=headers,
            content=soap.write_call(call, self.settings.namespace),
            expect=_ANSWERS,
            check=self._check,
            repeatable=repeatable,
        )
        return answer.body

    def _check(self, answer: Answer) -> None:
        """A 500 that holds no Fault comes from the web server in front, not from Khaos: worth asking again."""
        if answer.status == 500 and b"Fault" not in answer.body:
            raise ServerFailed("khaos", answer.operation, "the server failed without a SOAP Fault", status=500)


@asynccontextmanager
async def open_client(settings: Settings, credentials: Credentials) -> AsyncGenerator[KhaosClient]:
    """A client for the configured installation; KHAOS_BASE_URL in the environment goes before `khaos.base_url`."""
    khaos = settings.of(Khaos)
    base_url = credentials.get("KHAOS_BASE_URL") or khaos.base_url
    if not base_url:
        raise ConfigurationError("khaos.base_url is not set: put it into merchant.toml, or set KHAOS_BASE_URL")
    authorization = None
    if username := credentials.get("KHAOS_USERNAME"):
        pair = f"{username}:{credentials.require('KHAOS_PASSWORD')}"
        authorization = f"Basic {base64.b64encode(pair.encode()).decode()}"
    async with Transport("khaos", base_url, khaos.transport, ca_file=khaos.ca_file) as transport:
        yield KhaosClient(transport, khaos, authorization)


async def probe(client: KhaosClient) -> str:
    """One cheap read: the version of the service (contract 3.9)."""
    answer = soap.read_answer(await client.send(soap.Call("GetVersion", {})))
    return f"service version {(answer.text or '').strip() or 'not told'}"
