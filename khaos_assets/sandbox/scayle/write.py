"""One accepted request: what it asks for, when it is done, and what must be the same each time it is done again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.scayle.calls import Call
from khaos_assets.sandbox.scayle.holdings import Change


@dataclass(frozen=True)
class Done:
    """The answer of a write, and what it changed. No content is 204."""

    status: int = 204
    content: bytes = b""
    changes: list[Change] = field(default_factory=list[Change])


class Write:
    """A request that is done now and again on later nights. `at` is the instant of the write, aware UTC."""

    def __init__(self, call: Call, faults: Faults) -> None:
        self.call = call
        self.faults = faults
        self.at = datetime.min.replace(tzinfo=UTC)
        self._numbers: list[int] = []
        self._used = 0
        self._switches: dict[str, bool] = {}

    def begin(self, at: datetime) -> None:
        """It is about to be done (again)."""
        self.at = at
        self._used = 0

    def number(self, free: Callable[[], int]) -> int:
        """A new number: the same each time the request is done."""
        if self._used == len(self._numbers):
            self._numbers.append(free())
        self._used += 1
        return self._numbers[self._used - 1]

    def switched(self, switch: str) -> bool:
        """Whether a switch hits this request; asked once, and so for all nights."""
        if switch not in self._switches:
            self._switches[switch] = self.faults.take("scayle", switch, **self.call.match) is not None
        return self._switches[switch]

    @property
    def instant(self) -> str:
        """`at` as bodies have it."""
        return self.at.isoformat(timespec="milliseconds")
