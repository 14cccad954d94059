"""Bodies of Plytix: rows wrapped in `data`, and the one shape of errors. Contract sections 6 and 7."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from khaos_assets.sandbox.plytix.products import LINE

JSON = "application/json"


class Refused(Exception):
    """A call that is answered with an error: status, message, and (field, message) of each thing that is wrong."""

    def __init__(self, status: int, message: str, errors: Sequence[tuple[str, Any]] = ()) -> None:
        super().__init__(f"{status} {message}")
        self.status, self.message, self.errors = status, message, errors


def refused(e: Refused) -> Response:
    """The answer to a refused call."""
    return error(e.status, e.message, errors=e.errors)


def error(
    status: int, message: str, headers: dict[str, str] | None = None, *, errors: Sequence[tuple[str, Any]] = ()
) -> Response:
    """`{"error": {"msg": …, "errors": [{"field", "msg"}]}}`; without single errors that key is missing."""
    found: dict[str, Any] = {"msg": message}
    if errors:
        found["errors"] = [{"field": f, "msg": m} for f, m in errors]
    return Response(msgspec.json.encode({"error": found}), status, headers, JSON)


def missing(what: str, key: str) -> Refused:
    """404 of a record that does not exist."""
    return Refused(404, f"{what} not found", [("id", f"{what} with id {key} does not exist")])


def data(rows: Iterable[Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Records wrapped in `data`."""
    return Response(LINE.encode({"data": list(rows)}), status, headers, JSON)


def lines(rows: Iterable[bytes]) -> Response:
    """The same of records that are encoded already."""
    return Response(b'{"data":[%b]}' % b",".join(rows), media_type=JSON)


def nothing() -> Response:
    """204."""
    return Response(status_code=204)
