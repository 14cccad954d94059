"""Nights as the ledger sees them: findings by hand, and a ledger in a folder."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from khaos_assets.cases.ledger import Ledger, RecordedNight
from khaos_assets.cases.recording import Finding, NightFindings, record
from khaos_assets.config import Night, Settings

FIRST = date(2026, 11, 1)
SETTINGS = Settings.of_merchant({"merchant": {"name": "Northwind Home"}})
PAIRS = (("STK-01", "wair>khaos"), ("FIN-01", "scayle>khaos"), ("ORD-05", "wair>khaos"))


def night(n: int) -> Night:
    """The n-th night, from 1."""
    return Night.of(FIRST + timedelta(days=n - 1))


def noon(n: int) -> datetime:
    """Noon of the day after the n-th night began."""
    return datetime(FIRST.year, FIRST.month, FIRST.day, 12, tzinfo=UTC) + timedelta(days=n - 1)


def finding(key: str, gbp: str | None = "10.00", **changes: Any) -> Finding:
    """An open stock drift of a case key, with the given changes."""
    amount = None if gbp is None else Decimal(gbp)
    given: dict[str, Any] = {
        "case_key": key, "state": "open", "code": "STK-01", "systems": "wair>khaos", "entity": "stock",
        "record_key": f"MUG-{key}", "scope": "London", "field": "", "counterpart_key": None, "owner": "operations",
        "severity": "medium", "expected_value": "7", "actual_value": "5", "reason": None, "units": Decimal("-2.00000"),
        "amount_gbp": amount, "correction": "worklist", "first_seen": night(1).as_of, "suppressed_by": None,
    }  # fmt: skip
    return Finding(**(given | changes))


def findings(n: int, *rows: Finding, blind: Iterable[str] = ()) -> NightFindings:
    """What the n-th night found. Codes in `blind` could not be seen whole: nothing of theirs is closed."""
    closes = frozenset(p for p in PAIRS if p[0] not in set(blind))
    return NightFindings(night(n), {r.case_key: r for r in rows}, closes)


def put(
    ledger: Ledger, n: int, *rows: Finding, blind: Iterable[str] = (), settings: Settings = SETTINGS
) -> RecordedNight | None:
    """Record the n-th night."""
    return record(ledger, settings, findings(n, *rows, blind=blind))


def story(ledger: Ledger, key: str) -> list[str]:
    """What happened to a case, in order: the kinds of its events."""
    return [e.kind.value for e in ledger.events(key)]
