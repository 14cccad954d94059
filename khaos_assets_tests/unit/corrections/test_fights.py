"""A case that was corrected is left alone until the next night, and one that comes back twice is left to people."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from khaos_assets.config import Night
from khaos_assets.corrections.journal import ItemState, Journal, Line
from khaos_assets.corrections.planning import FROZEN, held_back
from khaos_assets.corrections.register import enter, find
from khaos_assets_tests.unit.corrections.target import AT, SetWrite, item, memory_ledger, plan_of


def test_only_what_came_back_twice_after_a_correction_is_frozen() -> None:
    ledger = memory_ledger()
    for night, records in (("2026-11-17", "ab"), ("2026-11-18", "a"), ("2026-11-20", "c")):
        plan = plan_of([item(SetWrite, r) for r in records], night=night, made_at=AT + timedelta(hours=len(records)))
        journal = Journal(ledger, find(ledger, enter(ledger, plan)), "ben", lambda: AT)
        journal.write([Line(place, ItemState.VERIFIED) for place in range(1, len(records) + 1)])
    held = held_back(ledger, Night.of("2026-11-20"))
    assert held["case-a"] == FROZEN
    assert "case-b" not in held
    assert held["case-c"].startswith("corrected since this night")
    assert "case-c" not in held_back(ledger, Night.of("2026-11-21"))


def test_an_item_that_changed_nothing_may_be_proposed_again_the_same_night() -> None:
    ledger = memory_ledger()
    plan = plan_of([item(SetWrite, r) for r in "abcd"])
    journal = Journal(ledger, find(ledger, enter(ledger, plan)), "ben", lambda: AT)
    line = Line(1, ItemState.CONFLICT)
    states = (ItemState.CONFLICT, ItemState.GONE, ItemState.REFUSED, ItemState.INDETERMINATE)
    journal.write([replace(line, place=n, state=state) for n, state in enumerate(states, 1)])
    assert set(held_back(ledger, Night.of("2026-11-20"))) == {"case-d"}
