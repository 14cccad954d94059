"""Cases as the portal's tests need them, without a ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from khaos_assets.cases.states import Case, State


def a_case(code: str, systems: str, record_key: str, counterpart_key: str | None = None) -> Case:
    """An open case about a record."""
    return Case(
        case_key="c" * 32, code=code, systems=systems, entity="", record_key=record_key, scope="", field="",
        counterpart_key=counterpart_key, state=State.OPEN, owner="operations", assigned=False, severity="high",
        expected_value="1", actual_value="2", reason=None, units=None, amount_gbp=Decimal("1.00"), correction=None,
        first_seen=datetime(2026, 7, 10, 2, tzinfo=UTC), opened_night=date(2026, 7, 10), last_seen=date(2026, 7, 10),
        occurrences=1, due_at=None, breached=False, closing_kind=None, closing_reason=None, closed_night=None,
        accepted_until=None, accepted_gbp=None, proposal=None, changed_seq=1,
    )  # fmt: skip
