"""Two limits at once, per ten seconds and per hour; every call counts, refused ones too. Contract section 6.

Windows go by the real clock, `rate_clock` times as fast.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from khaos_assets.sandbox.faults import Faults

SECONDS = {"per_10s": 10, "per_hour": 3600}
USUAL = {"per_10s": 20, "per_hour": 2000}


class Clock:
    """Seconds of the sandbox: real ones, or faster ones where `rate_clock` says so."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults

    @property
    def speed(self) -> float:
        return float((self.faults.active("plytix", "rate_clock") or {}).get("speed", 1))

    def now(self) -> float:
        return time.monotonic() * self.speed


@dataclass
class Window:
    """Calls since the window began."""

    began: float = -math.inf
    calls: int = 0


@dataclass(frozen=True)
class Spent:
    """A limit that is used up: the headers of its 429."""

    headers: dict[str, str]


@dataclass
class Limits:
    """The windows of one key; the token endpoint has its own, which always tell when to come back."""

    clock: Clock
    faults: Faults
    always_tells: bool = False
    _windows: dict[str, Window] = field(default_factory=dict)

    def count(self) -> Spent | None:
        """Count one call; what is used up, if so: then the call gets 429 until that window ends."""
        chosen = USUAL | (self.faults.active("plytix", "rate_limits") or {})
        now = self.clock.now()
        spent: list[tuple[float, int]] = []
        for name, seconds in SECONDS.items():
            window = self._windows.setdefault(name, Window())
            if not window.began <= now < window.began + seconds:
                window.began, window.calls = now, 0
            window.calls += 1
            if chosen[name] and window.calls > chosen[name]:
                spent.append((window.began + seconds - now, chosen[name]))
        return self._spent(*max(spent)) if spent else None

    def _spent(self, left: float, limit: int) -> Spent:
        """`left` in seconds of the sandbox's clock, answered in real ones."""
        wait = max(1, math.ceil(left / self.clock.speed))
        silent = not self.always_tells and self.faults.active("plytix", "no_retry_after")
        headers = {} if silent else {"Retry-After": str(wait)}
        if self.faults.active("plytix", "rate_headers"):
            reset = str(math.ceil(time.time()) + wait)
            headers |= {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
        return Spent(headers)
