"""Errors in the vendor's shape, and the switch that spoils it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from starlette.responses import Response

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.scayle.calls import Refused

JSON = "application/json"
HTML = b"<html><head><title>Error</title></head><body><h1>The service is unavailable</h1></body></html>"


def error(refused: Refused, headers: Mapping[str, str], faults: Faults, match: Mapping[str, str]) -> Response:
    """`{"errors": [{"errorKey", "message", "context": {}}]}`: vendor parsers need a non-empty list with a context.

    With `malformed_error` one of the shapes that they break on.
    """
    own = {"errorKey": refused.key, "message": refused.message}
    bad = faults.take("scayle", "malformed_error", **match)
    match None if bad is None else bad.get("mode", "no_context"):
        case None:
            body = _errors([own | {"context": {}}])
        case "null_context":
            body = _errors([own | {"context": None}])
        case "array_context":
            body = _errors([own | {"context": []}])
        case "empty":
            body = _errors([])
        case "html":
            return Response(HTML, refused.status, headers, "text/html")
        case _:
            body = _errors([own])
    return Response(body, refused.status, headers, JSON)


def _errors(found: Sequence[Mapping[str, object]]) -> bytes:
    return msgspec.json.encode({"errors": found})
