"""When to ask again, and after how long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from stamina.instrumentation import LoggingOnRetryHook, set_on_retry_hooks

from khaos_assets.systems.transport.budget import current_budget
from khaos_assets.systems.transport.errors import TransientError

# Retries are told to the standard log. stamina prefers structlog where it finds it, and that prints to standard output,
# where --json promises one document and nothing else.
set_on_retry_hooks([LoggingOnRetryHook])


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """`Retry-After` in either form (seconds, HTTP-date) as seconds from `now` (aware); None if unreadable."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    moment = http_date(text)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def http_date(header: str | None) -> datetime | None:
    """An HTTP-date as aware UTC, None if absent or unreadable."""
    if header is None:
        return None
    try:
        moment = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def retrying(repeatable: bool, longest_wait: float) -> Callable[[Exception], bool | float]:
    """The back-off hook of one request: False = give up, True = usual back-off, a number = seconds to wait.

    A server that asks for a pause longer than `longest_wait` seconds is not waited for: the read ends INCOMPLETE and
    says so.
    """

    def decide(error: Exception) -> bool | float:
        if not repeatable or not isinstance(error, TransientError):
            return False
        wait = error.retry_after
        if wait is not None and wait > longest_wait:
            return False
        budget = current_budget()
        if budget is not None and not budget.spend_retry():
            return False
        return True if wait is None else wait

    return decide
