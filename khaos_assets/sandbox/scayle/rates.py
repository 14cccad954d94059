"""Rate limits: so many calls a minute and scope, each scope for itself. Contract scayle, 6.

The minute is real, unless the switch `rate_clock` lets it pass faster (`speed`) or sets other limits (`limit`, of one
`scope` or of all).
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from khaos_assets.sandbox.faults import Faults

WINDOW_SECONDS = 60
LIMITS = {
    "ordersRead": 1000,
    "ordersWrite": 300,
    "fulfillmentWrite": 300,
    "stocksRead": 2500,
    "stocksWrite": 2500,
    "pricesRead": 2500,
    "pricesWrite": 300,
    "productRead": 1000,
    "productWrite": 300,
    "customersRead": 300,
    "globalRead": 1000,
    "globalWrite": 300,
    "reservationsWrite": 2500,
}


@dataclass
class _Window:
    began: float
    used: int = 0


@dataclass(frozen=True)
class Budget:
    """What a call leaves of its scope. `exceeded`: this call was one too many."""

    scope: str
    limit: int
    remaining: int
    reset: int
    exceeded: bool

    def headers(self) -> dict[str, str]:
        """The headers that every answer carries; Reset in whole seconds."""
        return {
            "X-RateLimit-Scope": self.scope,
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


class Rates:
    """The windows of all scopes."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self._windows: dict[str, _Window] = {}

    def spend(self, scope: str) -> Budget:
        """Count one call."""
        clock = self.faults.active("scayle", "rate_clock", scope=scope) or {}
        seconds = WINDOW_SECONDS / float(clock.get("speed", 1))
        limit = int(clock.get("limit", LIMITS[scope]))
        now = time.monotonic()
        window = self._windows.get(scope)
        if window is None or now - window.began >= seconds:
            window = self._windows[scope] = _Window(now)
        window.used += 1
        reset = math.ceil(window.began + seconds - now)
        return Budget(scope, limit, max(0, limit - window.used), reset, window.used > limit)
