"""Looking again at what was written: now, by reading each record back, and after the next night, by its case.

Nothing is written here. Not here: what closes a case (`cases/recording.py`).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from khaos_assets.cases.ledger import Ledger, NoSuchCase
from khaos_assets.cases.states import Closing
from khaos_assets.config import Credentials, Settings, Store
from khaos_assets.corrections.applying import open_clients
from khaos_assets.corrections.halt import refuse_halted
from khaos_assets.corrections.journal import ItemState, lines_of
from khaos_assets.corrections.plan import PlanItem
from khaos_assets.corrections.register import find
from khaos_assets.systems.write import RecordGone, same


class Stands(StrEnum):
    OURS = "ours"
    """What was written stands there."""
    BEFORE = "as before"
    """What stood there before the plan stands there again, or still."""
    OTHER = "something else"
    GONE = "gone"


class Looked(msgspec.Struct, frozen=True):
    """One item that was applied: what stands there now, and where its case stands."""

    place: int
    item: PlanItem
    stands: Stands
    seen: str | None
    case: str
    """Closed by this correction, closed otherwise, open, or not of a case."""


class Verified(msgspec.Struct, frozen=True):
    """What became of a plan's items that were read back when it was applied, or that nobody could know of."""

    plan_id: str
    looked: tuple[Looked, ...]

    @property
    def counts(self) -> Counter[str]:
        return Counter(x.stands.value for x in self.looked)

    @property
    def cases(self) -> Counter[str]:
        return Counter(x.case for x in self.looked)


def verify(
    ledger: Ledger, settings: Settings, credentials: Credentials, store: Store, plan_id: str
) -> Verified:  # fmt: skip
    """Read every applied record again. Raises NoSuchPlan, Halted, and ReadFailed or TransportError from a system."""
    registered = find(ledger, plan_id)
    plan = registered.plan
    lines = lines_of(ledger, registered, len(plan.items))
    sent = (ItemState.VERIFIED, ItemState.DIVERGED, ItemState.INDETERMINATE)
    places = [place for place, line in lines.items() if line.state in sent]

    async def look() -> tuple[Looked, ...]:
        async with open_clients(settings, credentials, plan, lambda: refuse_halted(store)) as clients:
            seen = [await _seen(plan.items[p - 1], clients) for p in places]
        return tuple(
            Looked(p, plan.items[p - 1], stands, value, _case(ledger, plan.items[p - 1], registered.plan_id))
            for p, (stands, value) in zip(places, seen, strict=True)
        )

    return Verified(registered.plan_id, asyncio.run(look()))


async def _seen(item: PlanItem, clients: Mapping[str, Any]) -> tuple[Stands, str | None]:
    write = item.open()
    try:
        seen = await write.current(clients[item.system])
    except RecordGone:
        return Stands.GONE, None
    if same(seen, item.after):
        return Stands.OURS, seen
    return (Stands.BEFORE if same(seen, item.before) else Stands.OTHER), seen


def _case(ledger: Ledger, item: PlanItem, plan_id: str) -> str:
    try:
        case = ledger.case(item.case_key)
    except NoSuchCase:
        return "not of a case"
    if case.stands:
        return "open"
    ours = case.closing_kind == Closing.CORRECTION and plan_id[:12] in (case.closing_reason or "")
    return "closed by this correction" if ours else "closed otherwise"
