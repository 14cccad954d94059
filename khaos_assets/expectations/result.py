"""What a check says, and where the results of a night are kept."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

import msgspec

from khaos_assets.config import Night, Store
from khaos_assets.config.store import write_bytes

SAMPLE = 10
"""How many record keys a result carries along."""


class CheckKind(StrEnum):
    READ = "read"
    """One snapshot: its certificate and its whole contract suite."""
    CODE = "code"
    """One catalogue code for one pair of systems."""


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """One check of one night. `passed` None means NOT TESTED: it is never shown as passed."""

    kind: CheckKind
    subject: str
    """A code ("STK-01") or a read ("khaos/stock_items")."""
    systems: str
    """The pair ("wair>khaos"), or the one system."""
    title: str
    passed: bool | None
    owner: str
    severity: str
    """critical, high, medium or low; where the catalogue says "by value", the highest among the open rows."""
    count: int
    """Open exceptions of a code; broken expectations (with the certificate's) of a read."""
    expected: int = 0
    """Inside their grace, or legally explained: counted, never a failure."""
    suppressed: int = 0
    """Explained by another code: counted there."""
    compared: int | None = None
    percentage: Decimal | None = None
    """Open per compared, in percent with two places; None where nothing was compared."""
    open_gbp: Decimal | None = None
    """Pounds of the open rows; None where no open row carries an amount."""
    reason: str = ""
    """Why it failed or could not be tested, for a person."""
    night: str
    link: str = ""
    """The file with the rows, relative to the data folder."""
    sample: tuple[str, ...] = ()
    """Up to ten record keys (largest amount first), or broken expectations in words."""

    @property
    def name(self) -> str:
        """ "STK-01 wair>khaos", or "khaos/stock_items"."""
        return f"{self.subject} {self.systems}" if self.kind is CheckKind.CODE else self.subject


def share(count: int, compared: int) -> Decimal | None:
    """Percent with two places, half up; None of nothing."""
    return (Decimal(100 * count) / compared).quantize(Decimal("0.01"), ROUND_HALF_UP) if compared else None


def write_results(store: Store, night: Night, results: list[CheckResult]) -> None:
    write_bytes(store.check_results(night.date), msgspec.json.format(msgspec.json.encode(results)) + b"\n")


def read_results(store: Store, night: Night) -> list[CheckResult]:
    """The check results of a night as `validate` left them; empty where it never ran."""
    path = store.check_results(night.date)
    return msgspec.json.decode(path.read_bytes(), type=list[CheckResult]) if path.exists() else []
