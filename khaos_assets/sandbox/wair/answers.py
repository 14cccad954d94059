"""How a body leaves: plain or gzip as asked, and the switches that spoil it on the way."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping, Sequence

import msgspec
from starlette.responses import Response

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.wair.reads import Page

ZIPPED = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
HTML = b"<html><head><title>Service</title></head><body><h1>Please come back later</h1></body></html>"


def error(status: int, field: str, message: str, headers: dict[str, str] | None = None) -> Response:
    """An error in the sandbox's shape: `{"errors": [{"field": …, "message": …}]}`."""
    return errors(status, [(field, message)], headers)


def errors(status: int, found: Sequence[tuple[str, str]], headers: dict[str, str] | None = None) -> Response:
    """Several of them in one answer."""
    body = {"errors": [{"field": f, "message": m} for f, m in found]}
    return Response(msgspec.json.encode(body), status, headers, "application/json")


def page(shown: Page, *, zipped: bool, faults: Faults, match: Mapping[str, str]) -> Response:
    """A list's answer. `zipped`: the client asked for gzip."""
    if bad := faults.take("wair", "bad_json", **match):
        if bad.get("mode", "cut") == "html":
            return Response(HTML, media_type="text/html")
        return Response(shown.body[: len(shown.body) // 2], media_type="application/json")
    if not zipped:
        return Response(shown.body, media_type="application/json")
    kept = shown.listing.compressed
    if (body := kept.get(shown.key)) is None:
        body = kept[shown.key] = _deflated(shown.body)
    if faults.take("wair", "truncated_gzip", **match):
        body = body[: len(body) // 2]
    if faults.take("wair", "trailing_gzip", **match):
        body += b"\0\0 more"
    if faults.take("wair", "multi_member_gzip", **match):
        half = len(shown.body) // 2
        body = gzip.compress(shown.body[:half], 1, mtime=0) + gzip.compress(shown.body[half:], 1, mtime=0)
    return Response(body, headers=ZIPPED, media_type="application/json")


def _deflated(body: bytes) -> bytes:
    """The lightest gzip: the sandbox should cost the machine little."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()
