"""Whatever dies or gets lost, nothing is done twice, nothing is forgotten, nothing is stuck after one more go."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest

from khaos_assets.corrections.going import Going, Stopped
from khaos_assets.corrections.journal import SETTLED, ItemState, Line, prove
from khaos_assets.corrections.plan import Plan
from khaos_assets.systems.write import Acked, Repeat, Write
from khaos_assets_tests.unit.corrections.target import (
    AddWrite,
    BatchWrite,
    DyingJournal,
    KeyedWrite,
    Killed,
    Notebook,
    SetWrite,
    Shop,
    item,
    journal_of,
    memory_ledger,
    plan_of,
)

KINDS = (SetWrite, KeyedWrite, AddWrite)
FAULTS = ("", "", "lost", "late", "failed", "failed_after", "forgets")


def shop_of(plan: Plan) -> Shop:
    return Shop({i.record: i.before or "" for i in plan.items})


def orders() -> Iterator[tuple[type[Write], ...]]:
    """One, two and three corrections of every kind, in every turn of kinds."""
    for n in (1, 2, 3):
        for first in range(len(KINDS)):
            yield tuple(KINDS[(first + k) % len(KINDS)] for k in range(n))


def dying_at(point: int) -> Callable[[str], None]:
    """Dies at the point of this number; 0 never."""
    passed = 0

    def step(_where: str) -> None:
        nonlocal passed
        passed += 1
        if passed == point:
            raise Killed

    return step


LOOP = asyncio.new_event_loop()


def go(
    journal: Notebook | DyingJournal, plan: Plan, shop: Shop, point: int = 0, how: Callable[..., Going] = Going
) -> bool:
    """One go that may die at a point; whether it did. A canary that fails stops a go and is no death."""
    journal.step = shop.step = dying_at(point)
    try:
        with suppress(Stopped):
            LOOP.run_until_complete(how(journal, plan.items, {"shop": shop}, (1, 10)).all())
    except Killed:
        return True
    return False


def judge(lines: dict[int, Line], plan: Plan, shop: Shop) -> None:
    """The oracle: what stands in the shop beside what the journal says of it."""
    for place, line in lines.items():
        planned = plan.items[place - 1]
        done = shop.done_to(planned.record)
        assert done <= 1, f"{planned.write} was done {done} times"
        if line.state is ItemState.VERIFIED:
            assert shop.values[planned.record] == planned.after
        else:
            assert (planned.open().repeat, line.state) == (Repeat.NEVER, ItemState.INDETERMINATE), line
            assert "look at the record" in (line.why or "")


@pytest.mark.parametrize("kinds", orders(), ids=lambda kinds: "+".join(k.name.removeprefix("shop.") for k in kinds))
def test_killed_at_every_boundary_twice_in_a_row_every_correction_is_done_once(kinds: tuple[type[Write], ...]) -> None:
    plan = plan_of([item(kind, f"r{k}") for k, kind in enumerate(kinds)])
    killed = 0
    for first in range(1, 200):
        journal, shop = Notebook(len(kinds)), shop_of(plan)
        if not go(journal, plan, shop, first):
            break
        for second in range(1, 200):
            again, same = deepcopy(journal), deepcopy(shop)
            died = go(again, plan, same, second)
            go(again, plan, same)
            judge(again.lines(), plan, same)
            killed += 1
            if not died:
                break
    assert killed > 50 * len(kinds)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_ledger_keeps_a_journal_whose_process_is_killed_at_every_boundary(kind: type[Write]) -> None:
    plan, points = plan_of([item(kind, "r0")]), 0
    while True:
        points += 1
        ledger, shop = memory_ledger(), shop_of(plan)
        journal = journal_of(ledger, plan)
        died = go(journal, plan, shop, points)
        go(journal, plan, shop)
        judge(journal.lines(), plan, shop)
        assert prove(ledger) == 1
        if not died:
            break
    assert points > 8


def history(seed: int) -> tuple[Plan, list[str], list[int]]:
    """A plan, what befalls its requests, and where its process dies."""
    rng = random.Random(seed)
    plan = plan_of([item(rng.choice(KINDS), f"r{k}") for k in range(rng.randint(1, 3))])
    faults = [rng.choice(FAULTS) for _ in range(rng.randint(0, 4))]
    if "late" in faults:  # a system that forgets a key whose request is still on its way can be told by nobody
        faults = [f for f in faults if f != "forgets"]
    return plan, faults, [rng.randint(0, 15) for _ in range(rng.randint(0, 2))]


def suffer(seed: int, how: type[Going] = Going) -> tuple[Notebook, Plan, Shop]:
    """A history, and one go more when all is well again."""
    plan, faults, deaths = history(seed)
    journal, shop = Notebook(len(plan.items)), shop_of(plan)
    shop.faults = faults
    for point in [*deaths, 0]:
        go(journal, plan, shop, point, how)
    shop.faults = []
    go(journal, plan, shop, 0, how)
    shop.settle()
    return journal, plan, shop


def test_in_a_thousand_random_histories_nothing_is_lost_and_nothing_done_twice() -> None:
    for seed in range(1000):
        journal, plan, shop = suffer(seed)
        judge(journal.lines(), plan, shop)


def in_batches(journal: Notebook, items: Any, clients: Any, _canary: object) -> Going:
    """One goes first, the others in calls of three."""
    return Going(journal, items, clients, (1,), batched=lambda _: True)


def test_killed_at_every_boundary_of_a_batch_twice_in_a_row_every_row_is_done_once() -> None:
    plan = plan_of([item(BatchWrite, f"r{k}") for k in range(4)])
    killed = 0
    for first in range(1, 200):
        journal, shop = Notebook(4), shop_of(plan)
        if not go(journal, plan, shop, first, in_batches):
            break
        for second in range(1, 200, 3):
            again, same = deepcopy(journal), deepcopy(shop)
            died = go(again, plan, same, second, in_batches)
            go(again, plan, same, 0, in_batches)
            judge(again.lines(), plan, same)
            killed += 1
            if not died:
                break
    assert killed > 100


def test_rows_of_a_batch_that_are_lost_late_or_broken_end_each_by_itself() -> None:
    stopped = 0
    for seed in range(300):
        rng = random.Random(seed)
        plan = plan_of([item(BatchWrite, f"r{k}") for k in range(5)])
        journal, shop = Notebook(5), shop_of(plan)
        shop.faults = ["", *(rng.choice(("", "lost", "late", "failed", "failed_after")) for _ in range(4))]
        told = [rng.choice(FAULTS) for _ in range(2)]
        go(journal, plan, shop, 0, in_batches)
        for place, line in journal.lines().items():
            if line.state is ItemState.VERIFIED:
                assert shop.values[f"r{place - 1}"] == "2"
            elif line.state is ItemState.INDETERMINATE:
                stopped += 1
        shop.faults = told
        go(journal, plan, shop, 0, in_batches)
        shop.faults = []
        go(journal, plan, shop, 0, in_batches)
        shop.settle()
        judge(journal.lines(), plan, shop)
    assert stopped > 100


class Toothless(Going):
    """The same without what makes it safe: no reading, no key, sent until somebody says yes."""

    async def _one(self, place: int) -> None:
        planned, line = self.items[place - 1], self.lines[place]
        await self._note(line, ItemState.INTENT)
        for attempt in range(3):
            client = self.clients[planned.system]
            if isinstance(await planned.open().put(client, planned.after, f"{place}/{attempt}/{id(line)}"), Acked):
                await self._note(line, ItemState.VERIFIED)
                return


def test_without_keys_and_reading_back_the_same_histories_show_duplicates() -> None:
    doubled = 0
    for seed in range(1000):
        _, plan, shop = suffer(seed, Toothless)
        doubled += any(shop.done_to(i.record) > 1 for i in plan.items)
    assert doubled >= 300


def test_settled_states_are_those_that_are_never_sent_again() -> None:
    assert {ItemState.INTENT, ItemState.ACKED, ItemState.INDETERMINATE, ItemState.REFUSED}.isdisjoint(SETTLED)
