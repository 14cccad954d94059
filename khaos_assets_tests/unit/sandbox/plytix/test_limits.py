"""The two windows of calls, by a clock that the test holds."""

from __future__ import annotations

from typing import Any

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.plytix.limits import Clock, Limits


class Held(Clock):
    """A clock that stands still; it runs at the speed the switches give."""

    seconds = 1000.0

    def now(self) -> float:
        return self.seconds


def limits(*faults: dict[str, Any], always_tells: bool = False) -> tuple[Limits, Held]:
    switches = Faults.of([{"system": "plytix", **f} for f in faults])
    clock = Held(switches)
    return Limits(clock, switches, always_tells), clock


def passed(limits: Limits, calls: int) -> int:
    return sum(limits.count() is None for _ in range(calls))


def test_the_short_window_lets_twenty_through_and_opens_again_when_it_ends() -> None:
    some, clock = limits()
    assert passed(some, 25) == 20
    clock.seconds += 9.9
    assert passed(some, 1) == 0
    clock.seconds += 0.1
    assert passed(some, 25) == 20


def test_the_wait_runs_to_the_end_of_the_window_in_whole_seconds_above_zero() -> None:
    some, clock = limits({"switch": "rate_limits", "per_10s": 1})
    some.count()
    waits: list[str] = []
    for seconds in (0, 3.5, 6.4):
        clock.seconds += seconds
        spent = some.count()
        assert spent
        waits.append(spent.headers["Retry-After"])
    assert waits == ["10", "7", "1"]


def test_the_hour_lets_two_thousand_through_however_they_are_spread_and_counts_refused_calls() -> None:
    some, clock = limits()
    through = 0
    for _ in range(110):
        through += passed(some, 20)
        clock.seconds += 10
    assert through == 2000
    spent = some.count()
    assert spent
    assert spent.headers["Retry-After"] == "2500"


def test_a_fast_clock_tells_its_waits_in_real_seconds() -> None:
    some, _ = limits({"switch": "rate_limits", "per_hour": 1, "per_10s": 0}, {"switch": "rate_clock", "speed": 100})
    some.count()
    spent = some.count()
    assert spent
    assert spent.headers["Retry-After"] == "36"


def test_waits_can_be_kept_back_but_not_by_the_token_endpoint() -> None:
    switches = [{"switch": "rate_limits", "per_10s": 1}, {"switch": "no_retry_after"}]
    for always_tells in (False, True):
        some, _ = limits(*switches, always_tells=always_tells)
        some.count()
        spent = some.count()
        assert spent
        assert bool(spent.headers) is always_tells
