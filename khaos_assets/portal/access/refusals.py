"""How somebody is told that they are not let through: an answer for a browser, for htmx, or for a machine."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import FastAPI
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import Request

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
ACCOUNT = "/account"
_TOLD = {
    303: "Go on there: to what was changed, or to sign in first",
    400: "No address or form of ours",
    401: "Not signed in, or a token that opens nothing",
    403: "Not allowed, or not from a page of ours",
    404: "There is no such thing",
    409: "The ledger, or a rule of the house, does not allow it as things stand",
    413: "Too much at once",
    414: "The address is too long",
    415: "Not in UTF-8",
    422: "A value that cannot be meant",
    429: "Too many wrong passwords: `retry-after` says for how long to wait",
    503: "No night has been run yet",
}
_KINDS = ("text/html", "text/plain", "application/json")
ANSWERS: dict[int | str, dict[str, Any]] = {
    status: {"description": said} | ({"content": {kind: {} for kind in _KINDS}} if status >= 400 else {})
    for status, said in _TOLD.items()
}
"""What any address may answer beside what was asked for, as its description says it."""


class NotSignedIn(HTTPException):
    """Nobody is signed in."""

    def __init__(self) -> None:
        super().__init__(401, "You are not signed in")


class BadToken(HTTPException):
    """The token is none, has expired or was revoked."""

    def __init__(self) -> None:
        super().__init__(401, "This token opens nothing: it is none, has expired or was revoked")


class MustChoosePassword(HTTPException):
    """Somebody else knows their password."""

    def __init__(self) -> None:
        super().__init__(403, "Choose a password of your own first")


class Refused(HTTPException):
    """They are known, and may not. `advice` says what to do instead."""

    def __init__(
        self, head: str = "You may not do this", advice: str = "An administrator can give you the role that may."
    ) -> None:
        super().__init__(403, head)
        self.advice = advice


class Wait(HTTPException):
    """Too many wrong passwords."""

    def __init__(self, seconds: int) -> None:
        super().__init__(429, "Too many wrong passwords", {"retry-after": str(seconds)})
        self.advice = f"Try again in {in_words(seconds)}."


def answer_with(app: FastAPI) -> None:
    """Let an application answer so; what is not answered here has its page like any other error."""
    app.add_exception_handler(NotSignedIn, _not_signed_in)
    app.add_exception_handler(BadToken, _bad_token)
    app.add_exception_handler(MustChoosePassword, _must_choose)


def local(path: str) -> str:
    """An address of this portal to go on to: what leads anywhere else is "/"."""
    if not path.isprintable() or "\\" in path or not path.startswith("/") or path.startswith("//") or len(path) > 2000:
        return "/"
    return "/" if path.partition("?")[0] in (SIGN_IN, SIGN_OUT) else path


def in_words(seconds: int) -> str:
    """A time to wait, as people say it."""
    number, name = (seconds, "second") if seconds < 100 else (round(seconds / 60), "minute")
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def is_machine(request: Request) -> bool:
    """Whether it shows a token rather than a page's cookie: it is answered in JSON."""
    return request.headers.get("authorization", "")[:7].lower() == "bearer "


def _not_signed_in(request: Request, error: Exception) -> Response:
    if is_machine(request):
        return _bad_token(request, error)
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"hx-redirect": _sign_in(_shown_by(request))})
    asked = _address(request.url.path, request.url.query) if request.method in ("GET", "HEAD") else "/"
    return RedirectResponse(_sign_in(asked), status_code=303)


def _must_choose(request: Request, _: Exception) -> Response:
    if request.headers.get("hx-request") == "true":
        return Response(status_code=403, headers={"hx-redirect": ACCOUNT})
    return RedirectResponse(ACCOUNT, status_code=303)


def _bad_token(_request: Request, error: Exception) -> Response:
    detail = error.detail if isinstance(error, BadToken) else "A token is for downloads of reports only"
    return JSONResponse({"error": detail}, status_code=401, headers={"www-authenticate": "Bearer"})


def _sign_in(then: str) -> str:
    then = local(then)
    return SIGN_IN if then == "/" else f"{SIGN_IN}?next={quote(then, safe='/')}"


def _shown_by(request: Request) -> str:
    """The page that htmx is on."""
    try:
        shown = urlsplit(request.headers.get("hx-current-url", ""))
    except ValueError:
        return "/"
    return _address(shown.path, shown.query)


def _address(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
