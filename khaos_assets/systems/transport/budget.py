"""The budget of one read: how many retries all its requests may spend together, and how many requests it made.

It travels in a context variable, so that requests made concurrently for one read share it, and two reads that use the
same client do not.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Budget:
    """`retries_left` is spent by retries, `requests` counts every request sent, retries included."""

    retries_left: int
    requests: int = 0

    def spend_retry(self) -> bool:
        """True when one more retry is allowed (and takes it)."""
        if self.retries_left <= 0:
            return False
        self.retries_left -= 1
        return True


_current: ContextVar[Budget | None] = ContextVar("transport_budget", default=None)


def current_budget() -> Budget | None:
    """The budget of the read in whose context this runs; None outside a read (then only `attempts` limits)."""
    return _current.get()


@contextmanager
def spending(budget: Budget) -> Generator[Budget]:
    """Everything asked inside spends from `budget`."""
    token = _current.set(budget)
    try:
        yield budget
    finally:
        _current.reset(token)
