"""Bodies of Pimberly: lists wrapped in `data`, a single product flat, one shape of errors. Contract section 6."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from starlette.responses import Response

JSON = "application/json"


class Refused(Exception):
    """A call that is answered with an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")
        self.status, self.message = status, message


NOT_FOUND = "No products found"


def nothing_found(message: str = NOT_FOUND) -> Refused:
    """404: the end of a list, an empty list, no such product, no parent."""
    return Refused(404, message)


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """`{"error": {"status": …, "message": …}}`."""
    return Response(msgspec.json.encode({"error": {"status": status, "message": message}}), status, headers, JSON)


def flat(line: bytes) -> Response:
    """One record by itself."""
    return Response(line, media_type=JSON)


def data(lines: Iterable[bytes], more: bytes = b"") -> Response:
    """Records wrapped in `data`; `more` is the text of further keys."""
    return Response(b'{"data":[%b]%b}' % (b",".join(lines), more), media_type=JSON)
