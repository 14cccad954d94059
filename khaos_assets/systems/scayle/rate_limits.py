"""Staying below SCAYLE's limits: a window of calls per scope, as its answers tell it (contract scayle, section 6).

Every answer says how many calls its scope has left and when the next window begins. Scopes are isolated: prices go on
while orders wait. The first call of a scope goes alone, since its answer tells the limit. Where answers say nothing,
the limits of the settings count.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

WINDOW = 60.0
"""Seconds."""
LONGEST_RESET = 120.0
"""Seconds. A scope that asks for a longer pause is not waited for."""


@dataclass
class _Scope:
    limit: int
    left: int
    ends_at: float
    in_flight: int = 0
    met: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a first answer has told the limit, or told nothing."""


class RateLimits:
    """The windows of all scopes of one token. For use within one event loop."""

    def __init__(self, per_minute: Mapping[str, int]) -> None:
        self._per_minute = per_minute
        self._scopes: dict[str, _Scope] = {}

    async def turn(self, scope: str) -> None:
        """Wait until the scope has a call left, and take it. `done` must follow."""
        window = self._window(scope)
        if window.in_flight and not window.met.is_set():
            await window.met.wait()
        while window.left <= 0:
            # An answer that is under way may tell that the window ends sooner.
            await asyncio.sleep(min(1.0, max(0.0, window.ends_at - time.monotonic())))
            if time.monotonic() >= window.ends_at:
                self._begin(window)
        window.left -= 1
        window.in_flight += 1

    def answered(self, scope: str, headers: Mapping[str, str], *, refused: bool) -> bool:
        """Learn from an answer's headers; `refused`: it was 429. Whether the next window can be waited for."""
        window = self._window(scope)
        limit, left, reset = (_whole(headers.get(f"x-ratelimit-{name}")) for name in ("limit", "remaining", "reset"))
        if limit:
            window.limit = limit
        if reset is not None and reset <= LONGEST_RESET:
            window.ends_at = time.monotonic() + reset
        if refused:
            window.left = 0
        elif left is not None:
            # Calls still under way may not have been counted yet.
            window.left = left - max(0, window.in_flight - 1)
        return reset is None or reset <= LONGEST_RESET

    def done(self, scope: str) -> None:
        """The call that `turn` allowed has ended, whichever way."""
        window = self._window(scope)
        window.in_flight -= 1
        window.met.set()

    def _window(self, scope: str) -> _Scope:
        window = self._scopes.get(scope)
        if window is None:
            limit = self._per_minute.get(scope, min(self._per_minute.values(), default=300))
            window = self._scopes[scope] = _Scope(limit, limit, time.monotonic() + WINDOW)
        elif time.monotonic() >= window.ends_at:
            self._begin(window)
        return window

    @staticmethod
    def _begin(window: _Scope) -> None:
        window.left = window.limit
        window.ends_at = time.monotonic() + WINDOW


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None
