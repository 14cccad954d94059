"""Every kind of write, broken off at another boundary of journal and wire each time, over HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from khaos_assets.corrections.approval import approve
from khaos_assets.corrections.journal import ItemState, Journal, Line, prove
from khaos_assets.corrections.register import enter
from khaos_assets.systems.transport import Transport
from khaos_assets.systems.write import Repeat
from khaos_assets_tests.integration.corrections.test_whole_way import CHANGES
from khaos_assets_tests.unit.corrections.target import Killed

BOUNDARIES = 14
"""Before and after each of: signing in, reading, the intent, the request, its answer's line, reading back, the end."""

OF_A_KIND = 3
"""So many of each: together they die at all boundaries, in a few seconds."""


@dataclass
class Death:
    """Comes at a boundary of this number; 0 never."""

    at: int = 0
    passed: int = 0

    def boundary(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            raise Killed


@pytest.fixture
def death(monkeypatch: pytest.MonkeyPatch) -> Death:
    comes, write, send = Death(), Journal.write, Transport.send

    def dying_write(self: Journal, lines: Sequence[Line]) -> None:
        comes.boundary()
        write(self, lines)
        comes.boundary()

    async def dying_send(self: Transport, *words: Any, **how: Any) -> Any:
        comes.boundary()
        answer = await send(self, *words, **how)
        comes.boundary()
        return answer

    monkeypatch.setattr(Journal, "write", dying_write)
    monkeypatch.setattr(Transport, "send", dying_send)
    return comes


def test_each_kind_of_write_broken_off_anywhere_is_done_once_or_says_that_nobody_can_know(
    ground: Callable[..., Any], death: Death
) -> None:
    with ground() as g:
        _, plan = g.plan()
        kinds = dict.fromkeys(i.write for i in plan.items)
        chosen = [i for kind in kinds for i in [x for x in plan.items if x.write == kind][:OF_A_KIND]]
        of_kind, numbers, died, unknown = Counter(i.write for i in chosen), Counter[str](), 0, Counter[Any]()
        for place, item in enumerate(chosen):
            one = replace(plan, items=(item,), made_at=datetime.now(UTC) + timedelta(microseconds=place))
            plan_id = enter(g.ledger, one)
            approve(g.ledger, g.settings, plan_id, by="ben", at=datetime.now(UTC))
            death.passed, death.at = 0, 1 + numbers[item.write] * BOUNDARIES // of_kind[item.write] + place % 3
            numbers[item.write] += 1
            before = Counter[Any]()
            try:
                g.apply(plan_id)
            except Killed:
                died += 1
                death.at = 0
                before = Counter(g.changes())
                g.apply(plan_id)
            [(_, line)] = g.states(plan_id, one)
            if line.state is not ItemState.VERIFIED:
                assert (line.state, item.open().repeat) == (ItemState.INDETERMINATE, Repeat.NEVER)
                assert Counter(g.changes()) == before
                unknown[CHANGES[item.write]] += 1
        expected = Counter(CHANGES[i.write] for i in chosen)
        done = Counter(g.changes())
        assert done <= expected
        assert expected - done <= unknown
        assert died > len(chosen) // 2
        assert prove(g.ledger) == len(plan.items) + len(chosen)
