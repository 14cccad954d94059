"""Unpacking a body strictly: one whole gzip member or nothing.

A cut-off stream, bytes after its end and a second member are refused: a decoder that shrugs at them turns half an
answer into a whole one. Only `gzip` is asked for, so anything else is refused as well.
"""

from __future__ import annotations

from typing import cast

from isal import isal_zlib

BROKEN = cast("type[Exception]", isal_zlib.error)
"""Declared as an instance by the library, and a class in fact."""


class NotWhole(ValueError):
    """The packed bytes are not exactly one whole gzip member."""


class TooLarge(ValueError):
    """Unpacked, the body exceeds the limit."""


def gunzip(packed: bytes, limit: int) -> bytes:
    """The content of one gzip member of at most `limit` bytes; CRC and length are checked by isal.

    Raises NotWhole or TooLarge. Releases the interpreter lock while it works, so it may run in a thread.
    """
    decoder = isal_zlib.decompressobj(wbits=16 + isal_zlib.MAX_WBITS)
    try:
        body = decoder.decompress(packed, limit + 1)
    except BROKEN as e:
        raise NotWhole(f"not a gzip stream: {e}") from e
    if len(body) > limit:
        raise TooLarge(f"more than {limit} bytes when unpacked")
    if not decoder.eof:
        raise NotWhole("the gzip stream is cut off")
    if decoder.unused_data:
        raise NotWhole(f"{len(decoder.unused_data)} bytes follow the end of the gzip stream")
    return body
