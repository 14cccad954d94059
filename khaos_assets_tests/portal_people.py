"""What tests of the portal need of people: a clock that is set by hand, and passwords that cost nothing to check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher

from khaos_assets.portal.access import Access, By, people
from khaos_assets.portal.access.passwords import Passwords

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
"""As the usual ones but for their price."""
PASSWORD = "correct horse battery"
ADDRESS = "192.0.2.7"
OFFICE = By("office")
"""Whoever sets things up."""


@dataclass
class Clock:
    """The time, which passes only when told to."""

    now: datetime = datetime(2026, 11, 20, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **duration: float) -> None:
        self.now += timedelta(**duration)


def hire(access: Access, name: str, *roles: str, password: str = PASSWORD) -> str:
    """Add somebody who has chosen their password already."""
    people.add(access, name, roles=roles, by=OFFICE, password=password, must_change=False)
    return name


def kinds(entries: Iterable[object]) -> list[str]:
    """What was done, the oldest first."""
    return [e.kind for e in entries][::-1]  # type: ignore[attr-defined]
