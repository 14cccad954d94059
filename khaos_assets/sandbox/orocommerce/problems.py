"""Errors as the API words them. Contract orocommerce, section 6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from starlette.responses import Response

JSON_API = "application/vnd.api+json"


@dataclass(frozen=True)
class ErrorObject:
    """One error object. `source` is a pointer into the body or the name of a query parameter."""

    title: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None

    def shown(self, status: str | int) -> dict[str, object]:
        error: dict[str, object] = {"status": status, "title": self.title, "detail": self.detail}
        if self.pointer is not None:
            error["source"] = {"pointer": self.pointer}
        elif self.parameter is not None:
            error["source"] = {"parameter": self.parameter}
        return error


class Problem(Exception):
    """A request that is answered by an error."""

    def __init__(self, status: int, *errors: ErrorObject, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, errors)
        self.status, self.errors, self.headers = status, errors, headers

    def response(self, *, plain: bool = False) -> Response:
        """`{"errors": […]}`, its statuses as text; without the JSON:API type the bare list."""
        shown = [f.shown(str(self.status)) for f in self.errors]
        body = msgspec.json.encode(shown if plain else {"errors": shown})
        answer = Response(body, self.status, self.headers)
        answer.headers["Content-Type"] = "application/json" if plain else JSON_API
        return answer


def bad_filter(parameter: str, detail: str = "The filter is not supported.") -> Problem:
    """400 for a query parameter."""
    return Problem(400, ErrorObject("filter constraint", detail, parameter=parameter))


def bad_sort(detail: str) -> Problem:
    """400 for the order asked for."""
    return Problem(400, ErrorObject("sort constraint", detail, parameter="sort"))


def bad_data(detail: str, pointer: str, title: str = "request data constraint") -> Problem:
    """400 for a place in the body."""
    return Problem(400, ErrorObject(title, detail, pointer=pointer))


def not_found() -> Problem:
    """404 for a row that is not there."""
    return Problem(
        404, ErrorObject("not found http exception", "An entity with the requested identifier does not exist.")
    )


def no_route() -> Problem:
    """404 for a path that leads nowhere."""
    return Problem(404, ErrorObject("resource not accessible exception", "The resource is not accessible."))


def denied(detail: str) -> Problem:
    """403: the role may not, or the row may not be changed."""
    return Problem(403, ErrorObject("access denied exception", detail))


def not_allowed(methods: Sequence[str]) -> Problem:
    """405 for an action that is switched off."""
    allow = ", ".join(["OPTIONS", *methods])
    found = ErrorObject("method not allowed http exception", f"The method is not allowed; allowed: {allow}.")
    return Problem(405, found, headers={"Allow": allow})
