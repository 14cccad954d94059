"""How a body leaves: plain or gzip as asked; errors in the vendor's shape, and the switch that spoils that."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

import msgspec
from starlette.responses import Response

from khaos_assets.sandbox.faults import Faults

JSON = "application/json"
LIGHT = 1500
"""Bodies up to one packet gain nothing from gzip."""
HTML = b"<html><head><title>Error</title></head><body><h1>The service is unavailable</h1></body></html>"


def error(status: int, key: str, message: str) -> Response:
    """`{"errors": [{"errorKey", "message", "context": {}}]}`: vendor parsers need a non-empty list with a context."""
    return Response(_errors([{"errorKey": key, "message": message, "context": {}}]), status, media_type=JSON)


def spoiled(answer: Response, faults: Faults, match: Mapping[str, str]) -> Response:
    """An error answer as `malformed_error` has it; any other answer as it is."""
    if answer.status_code < 400 or not (bad := faults.take("scayle", "malformed_error", **match)):
        return answer
    own = {"errorKey": "UNKNOWN", "message": "spoiled as switched on"}
    bodies = {
        "no_context": _errors([own]),
        "null_context": _errors([own | {"context": None}]),
        "array_context": _errors([own | {"context": []}]),
        "empty": _errors([]),
        "html": HTML,
    }
    mode = bad.get("mode", "no_context")
    return Response(bodies[mode], answer.status_code, media_type="text/html" if mode == "html" else JSON)


def body(content: bytes, *, zipped: bool, media_type: str = JSON, status: int = 200) -> Response:
    """A successful answer. `zipped`: the client asked for gzip."""
    if not content:
        return Response(status_code=204)
    if not zipped or len(content) <= LIGHT:
        return Response(content, status, media_type=media_type)
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    packed = packer.compress(content) + packer.flush()
    return Response(packed, status, {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}, media_type)


def _errors(found: Sequence[Mapping[str, object]]) -> bytes:
    return msgspec.json.encode({"errors": found})
