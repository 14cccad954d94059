"""Work that is accepted now and done later (202): it waits for its moment on the sandbox's clock."""

from __future__ import annotations

from collections.abc import Callable

from khaos_assets.sandbox.plytix.limits import Clock


class Late:
    """What was accepted and is not done yet."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._waiting: list[tuple[float, Callable[[], None]]] = []

    def add(self, seconds: float, work: Callable[[], None]) -> None:
        """Do this so many seconds from now; 0: at once."""
        if seconds:
            self._waiting.append((self.clock.now() + seconds, work))
        else:
            work()

    def catch_up(self) -> None:
        """Do what is due: called before each answer."""
        now = self.clock.now()
        due = [work for moment, work in self._waiting if moment <= now]
        self._waiting = [w for w in self._waiting if w[0] > now]
        for work in due:
            work()
