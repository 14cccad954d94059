"""When a server asks for a pause, and in which words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from khaos_assets.systems.transport import Throttled
from khaos_assets.systems.transport.origin import is_loopback
from khaos_assets.systems.transport.retry import http_date, retry_after_seconds, retrying

NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Fri, 20 Nov 2026 12:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, NOON) == seconds


def test_an_http_date_without_a_zone_is_utc() -> None:
    assert http_date("Fri, 20 Nov 2026 12:00:00") == NOON
    assert http_date("Fri, 20 Nov 2026 13:00:00 +0100") == NOON


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"])
def test_loopback_hosts_may_be_asked_in_clear_text(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["localhost.example", "10.0.0.1", "0.0.0.0", "128.0.0.1", "127.0.0.1.example"])
def test_other_hosts_may_not(host: str) -> None:
    assert not is_loopback(host)


def test_a_pause_is_kept_up_to_the_longest_that_is_configured() -> None:
    """A quota of an hour may be waited for where the merchant says so; anywhere else the read ends and says why."""
    asked_to_wait = Throttled("plytix", "search", "asked to wait", status=429, retry_after=1800)
    assert retrying(True, longest_wait=3600)(asked_to_wait) == 1800
    assert retrying(True, longest_wait=120)(asked_to_wait) is False
    assert retrying(False, longest_wait=3600)(asked_to_wait) is False
