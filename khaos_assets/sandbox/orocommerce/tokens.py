"""Sign-in by client credentials. Tokens live by the real clock, not the world's. Contract orocommerce, section 2."""

from __future__ import annotations

import base64
import binascii
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

import msgspec
from starlette.responses import Response

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.orocommerce.resources import SYSTEM

PATH = "/oauth2-token"
LIFE_SECONDS = 3600
SWITCHES = frozenset({"token_expires", "client_refused", "token_refused"})
GRANT = "client_credentials"


@dataclass
class Token:
    """When it dies: at an instant of the monotonic clock, or after so many calls (None: no limit)."""

    until: float
    calls: int | None = None


class Tokens:
    """The tokens given out so far, to the one client there is."""

    def __init__(self, faults: Faults, credentials: Mapping[str, str]) -> None:
        self.faults = faults
        self.client = (credentials.get("client_id", ""), credentials.get("client_secret", ""))
        self._tokens: dict[str, Token] = {}

    def answer(self, authorization: str, body: bytes) -> Response:
        """What `POST /oauth2-token` answers. The client names itself by form fields or by HTTP Basic."""
        form = dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True))
        if not form.get("grant_type"):
            return _refused("invalid_request", "Check the `grant_type` parameter")
        if form["grant_type"] != GRANT:
            return _refused("unsupported_grant_type", "Check that all required parameters have been provided")
        client = _basic(authorization) or (form.get("client_id", ""), form.get("client_secret", ""))
        if not client[0]:
            return _refused("invalid_request", "Check the `client_id` parameter")
        if client != self.client or self.faults.take(SYSTEM, "client_refused"):
            text = "Client authentication failed"
            body = msgspec.json.encode({"error": "invalid_client", "error_description": text, "message": text})
            return Response(body, 401, {"WWW-Authenticate": 'Basic realm="OAuth"'}, "application/json")
        return Response(msgspec.json.encode(self._issue()), media_type="application/json; charset=UTF-8")

    def _issue(self) -> dict[str, object]:
        dying = self.faults.take(SYSTEM, "token_expires") or {}
        life = dying.get("seconds", LIFE_SECONDS)
        claims = msgspec.json.encode({"aud": self.client[0], "jti": secrets.token_hex(20), "scopes": ["all"]})
        parts = (b'{"typ":"JWT","alg":"RS256"}', claims, secrets.token_bytes(32))
        token = ".".join(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts)
        calls = dying.get("calls", None if "seconds" in dying or not dying else 3)
        self._tokens[token] = Token(time.monotonic() + life, calls)
        return {"token_type": "Bearer", "expires_in": life, "access_token": token}

    def accept(self, authorization: str, body: bytes = b"") -> bool:
        """Whether a call is let through; uses up one call of a token whose calls are counted. Without a header the
        field `access_token` of a JSON body is taken; one in the address never is."""
        kind, _, text = authorization.partition(" ")
        if not authorization and b'"access_token"' in body:
            kind, text = "bearer", _in_body(body)
        token = self._tokens.get(text.strip())
        if kind.lower() != "bearer" or token is None or time.monotonic() >= token.until or token.calls == 0:
            return False
        if token.calls is not None:
            token.calls -= 1
        return True


def unauthorized() -> Response:
    """401 without a body: it is no JSON:API document."""
    return Response(b"", 401, {"WWW-Authenticate": "Bearer"})


def _refused(error: str, hint: str) -> Response:
    text = (
        "The request is missing a required parameter, includes an invalid parameter value, or is otherwise malformed."
    )
    body = {"error": error, "error_description": text, "hint": hint, "message": text}
    return Response(msgspec.json.encode(body), 400, media_type="application/json")


def _basic(authorization: str) -> tuple[str, str] | None:
    kind, _, text = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def _in_body(body: bytes) -> str:
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return ""
    token = found.get("access_token") if isinstance(found, dict) else None
    return token if isinstance(token, str) else ""
