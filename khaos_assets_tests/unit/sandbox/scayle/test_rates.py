"""Rate limits: a minute of its own for each scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.scayle import rates
from khaos_assets.sandbox.scayle.rates import LIMITS, Rates
from khaos_assets.sandbox.scayle.routes import TABLE

Clock = Callable[[float], None]


@pytest.fixture
def pass_seconds(monkeypatch: pytest.MonkeyPatch) -> Clock:
    now = [1000.0]
    monkeypatch.setattr(rates.time, "monotonic", lambda: now[0])

    def move(seconds: float) -> None:
        now[0] += seconds

    return move


def of(**clock: Any) -> Rates:
    return Rates(Faults.of([{"system": "scayle", "switch": "rate_clock", **clock}]))


def test_every_operation_has_a_scope_with_a_limit() -> None:
    assert set(TABLE.values()) <= set(LIMITS)


def test_a_scope_is_used_up_and_comes_back_with_its_minute(pass_seconds: Clock) -> None:
    limits = Rates(Faults())
    budgets = [limits.spend("ordersWrite") for _ in range(301)]
    assert [b.exceeded for b in budgets] == [False] * 300 + [True]
    assert (budgets[0].remaining, budgets[-1].remaining, budgets[0].reset) == (299, 0, 60)
    assert not limits.spend("ordersRead").exceeded
    pass_seconds(59.5)
    late = limits.spend("ordersWrite")
    assert (late.exceeded, late.reset) == (True, 1)
    pass_seconds(0.5)
    assert not limits.spend("ordersWrite").exceeded


def test_a_faster_clock_ends_the_minute_sooner(pass_seconds: Clock) -> None:
    limits = of(speed=60, limit=1)
    assert [limits.spend("stocksRead").exceeded for _ in range(2)] == [False, True]
    pass_seconds(1)
    assert not limits.spend("stocksRead").exceeded


def test_a_limit_can_be_set_for_one_scope(pass_seconds: Clock) -> None:
    pass_seconds(0)
    limits = of(scope="stocksRead", limit=5)
    assert [limits.spend(s).limit for s in ("stocksRead", "pricesRead")] == [5, LIMITS["pricesRead"]]
