"""The HTTP side: calls at POST /KhaosSIM.exe/soap/IKosWeb, the WSDL at GET /KhaosSIM.exe/wsdl/IKosWeb.

Also the switches that concern the connection: `soap_fault`, `slow`, `hang`, `reset_after_commit`.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import secrets
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from khaos_assets.sandbox.control import drop_connection, until_disconnected
from khaos_assets.sandbox.khaos.happenings import Happenings
from khaos_assets.sandbox.khaos.installation import SYSTEM, Installation
from khaos_assets.sandbox.khaos.memory import Memory
from khaos_assets.sandbox.khaos.methods import METHODS
from khaos_assets.sandbox.khaos.signatures import SIGNATURES
from khaos_assets.sandbox.khaos.soap import Call, KhaosFault, answer, fault, read_call
from khaos_assets.sandbox.khaos.wsdl import ENCODING_SCHEMA_NAME, encoding_schema, wsdl
from khaos_assets.sandbox.state import Faults, Journal, WorldState

SOAP_PATH = "/KhaosSIM.exe/soap/IKosWeb"
WSDL_PATH = "/KhaosSIM.exe/wsdl/IKosWeb"
XML = "text/xml; charset=utf-8"


def khaos_app(
    world: WorldState,
    faults: Faults,
    journal: Journal,
    credentials: Mapping[str, str] | None = None,
    *,
    extension: bool = True,
) -> Starlette:
    """The simulator over a world. `credentials` (username, password) switch HTTP Basic on; `extension` is the switch
    `khaos.extension`: without it the assumed write extension does not exist."""
    khaos = Installation(world, faults, journal, extension=extension)
    return Starlette(
        routes=[
            Route(SOAP_PATH, SoapEndpoint(khaos, credentials or {}), methods=["POST"]),
            Route(WSDL_PATH, Definitions(khaos), methods=["GET"]),
            Route(f"{WSDL_PATH.rsplit('/', 1)[0]}/{ENCODING_SCHEMA_NAME}", _schema, methods=["GET"]),
        ]
    )


async def _schema(request: Request) -> Response:
    del request
    return Response(encoding_schema(), media_type=XML)


class Definitions:
    """The WSDL; it names the address it was asked at."""

    def __init__(self, khaos: Installation) -> None:
        self._khaos = khaos

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = str(Request(scope).base_url).rstrip("/")
        text = wsdl(origin + SOAP_PATH, extension=self._khaos.offers_extension())
        await Response(text, media_type=XML)(scope, receive, send)


class SoapEndpoint:
    """One call after the other: the world is never seen half changed."""

    def __init__(self, khaos: Installation, credentials: Mapping[str, str]) -> None:
        self._khaos = khaos
        self._happenings = Happenings(khaos)
        self._memory = Memory(khaos.world.memory)
        with khaos.behaving():
            for call in self._memory.calls():
                METHODS[call.method](khaos, call.arguments)
        self._basic = (credentials["username"], credentials["password"]) if "username" in credentials else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if not self._may_enter(request.headers.get("authorization", "")):
            refusal = Response("Unauthorized", 401, {"WWW-Authenticate": 'Basic realm="Khaos Web Services"'})
            await refusal(scope, receive, send)
            return
        body = await request.body()
        switches = self._khaos.switches
        method = ""
        try:
            call = read_call(body, request.headers.get("soapaction", ""))
            method = call.method
            if switches.take("hang", method=method) is not None:
                await until_disconnected(receive)
                return
            if (slow := switches.take("slow", method=method)) is not None:
                await asyncio.sleep(float(slow.get("seconds", 1)))
            response = Response(self._answer(call), media_type=XML)
        except KhaosFault as e:
            response = Response(fault(e), 500, media_type=XML)
        if self._loses_connection(method):
            await drop_connection(scope, receive)
            return
        await response(scope, receive, send)

    def _may_enter(self, authorization: str) -> bool:
        if self._basic is None:
            return True
        scheme, _, value = authorization.partition(" ")
        try:
            given = base64.b64decode(value, validate=True)
        except (ValueError, binascii.Error):
            return False
        return scheme.lower() == "basic" and secrets.compare_digest(given, ":".join(self._basic).encode())

    def _answer(self, call: Call) -> bytes:
        khaos, method = self._khaos, call.method
        if (asked := khaos.switches.take("soap_fault", method=method)) is not None:
            shape = "EConvertError,Exception" if asked.get("detail") == "EWebServiceError" else None
            raise KhaosFault(
                str(asked.get("text", "Invalid operation")),
                actor=str(asked.get("actor", "EIntfCastError")),
                inheritance=asked.get("inheritance", shape),
            )
        if SIGNATURES[method].extension and not khaos.offers_extension():
            raise KhaosFault(f"No such method: {method}", actor="EInvokableNotFound")
        self._happenings.before(method)
        changes = len(khaos.journal.entries(SYSTEM))
        result = METHODS[method](khaos, call.arguments)
        if len(khaos.journal.entries(SYSTEM)) > changes:
            self._memory.keep(call)
        return answer(method, result)

    def _loses_connection(self, method: str) -> bool:
        """`reset_after_commit` concerns writes, or the methods its parameter names."""
        waiting = self._khaos.switches.pending("reset_after_commit")
        if waiting is None or not method or ("method" not in waiting and not SIGNATURES[method].writes):
            return False
        return self._khaos.switches.take("reset_after_commit", method=method) is not None
