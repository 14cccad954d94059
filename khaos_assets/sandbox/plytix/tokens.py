"""Sign-in: tokens of 900 seconds without a refresh, and the switches that let them die early. Contract section 2.

They live by the real clock, not the world's.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.plytix.answers import Refused

LIFE_SECONDS = 900


@dataclass
class Token:
    """When it dies: at an instant of the monotonic clock, or after so many calls (None: no limit)."""

    until: float
    calls: int | None = None


class Tokens:
    """The tokens given out so far."""

    def __init__(self, faults: Faults, credentials: Mapping[str, str]) -> None:
        self.faults = faults
        self.credentials = credentials
        self._tokens: dict[str, Token] = {}

    def issue(self, body: Mapping[str, Any]) -> str:
        """A new token. Raises Refused (401) when key and password are not known."""
        known = all(body.get(name) == value for name, value in self.credentials.items())
        if not known or self.faults.take("plytix", "bad_credentials"):
            raise Refused(401, "Invalid credentials", [("http_status_code", 401)])
        life = (self.faults.take("plytix", "token_life") or {}).get("seconds", LIFE_SECONDS)
        dying = self.faults.take("plytix", "token_expires_at_request")
        token = secrets.token_urlsafe(24)
        self._tokens[token] = Token(time.monotonic() + life, dying.get("calls", 3) if dying else None)
        return token

    def check(self, authorization: str | None, match: Mapping[str, Any]) -> None:
        """Let a call through, or raise Refused (401). Uses up one call of a token whose calls are counted."""
        if not authorization:
            raise Refused(401, "Missing Authorization Header")
        kind, _, text = authorization.partition(" ")
        key = text.strip()
        token = self._tokens.get(key)
        if kind != "Bearer" or token is None:
            raise Refused(401, "Token could not be verified")
        if self.faults.take("plytix", "token_expires_between", **match):
            del self._tokens[key]  # it was good when the client looked at it
            raise Refused(401, "Token has expired")
        if time.monotonic() >= token.until or token.calls == 0:
            raise Refused(401, "Token has expired")
        if token.calls is not None:
            token.calls -= 1
