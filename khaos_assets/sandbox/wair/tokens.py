"""Sign-in: tokens that expire, and die early when a switch says so. They live by the real clock, not the world's."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass

from khaos_assets.sandbox.faults import Faults

LIFE_SECONDS = 3600


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

    def issue(self, username: object, password: object) -> dict[str, object] | None:
        """The answer of POST /Token, or None when the user is not known."""
        known = self.credentials
        if username != known.get("username") or password != known.get("password"):
            return None
        short = self.faults.take("wair", "token_short_life")
        life = short.get("seconds", 5) if short else LIFE_SECONDS
        dying = self.faults.take("wair", "token_expires_mid_walk")
        token = secrets.token_urlsafe(24)
        self._tokens[token] = Token(time.monotonic() + life, dying.get("calls", 3) if dying else None)
        return {"accessToken": token, "expiresIn": life, "tokenType": "Bearer", "scope": "api"}

    def accept(self, authorization: str) -> bool:
        """Whether this header lets a call through; uses up one call of a token whose calls are counted."""
        kind, _, text = authorization.partition(" ")
        token = self._tokens.get(text.strip())
        if kind.lower() != "bearer" or token is None or time.monotonic() >= token.until or token.calls == 0:
            return False
        if token.calls is not None:
            token.calls -= 1
        return True
