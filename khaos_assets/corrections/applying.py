"""Applying an approved plan, or going on with one that was broken off.

Here: what has to be so before anything is sent, the locks, the clients, the end. One process at a time writes to a
system. Not here: the items on their way (`going.py`), what is written (`planning/`), by which calls
(`systems/<name>/writes.py`).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from filelock import Timeout

from khaos_assets.cases.ledger import Ledger
from khaos_assets.config import Credentials, Settings, Store
from khaos_assets.corrections import CorrectionError
from khaos_assets.corrections.approval import refuse_unapproved
from khaos_assets.corrections.caps import refuse_over
from khaos_assets.corrections.going import Going, Stopped
from khaos_assets.corrections.halt import refuse_halted
from khaos_assets.corrections.journal import Journal, utc_now
from khaos_assets.corrections.plan import Plan
from khaos_assets.corrections.register import find
from khaos_assets.systems.read import ReadFailed, installed_systems
from khaos_assets.systems.transport import Halted, Transport, TransportError


class AlreadyApplying(CorrectionError):
    """Another process writes corrections to this system."""


@dataclass(frozen=True)
class Applied:
    """How an apply ended: done, stopped or halted, and the items by state."""

    plan_id: str
    how: str
    why: str | None
    states: Counter[str]


def apply(
    ledger: Ledger, settings: Settings, credentials: Credentials, store: Store, plan_id: str, *, by: str,
    progress: Callable[[int, int], None] = lambda done, of: None,  # noqa: ARG005
    now: Callable[[], datetime] = utc_now,
) -> Applied:  # fmt: skip
    """Apply a plan, or go on with one that was broken off. `progress` is told items done, and of how many.

    Raises NotApproved, OverCap, AlreadyApplying or CorrectionError where nothing may be sent, Halted where all is
    stopped. Whatever happens to an item stands in the journal, not in an exception.
    """
    registered = find(ledger, plan_id)
    plan = registered.plan
    refuse_unapproved(registered, now())
    refuse_over(plan, settings.corrections.caps)
    refuse_switched_off(settings, plan)
    refuse_halted(store)
    if registered.ended_as == "done":
        raise CorrectionError(f"plan {registered.plan_id[:12]} was applied: a plan is used once. Plan anew")
    with one_at_a_time(store, plan):
        journal = Journal(ledger, registered, by, now)
        return asyncio.run(_apply(journal, settings, credentials, store, progress))


def refuse_switched_off(settings: Settings, plan: Plan) -> None:
    """Raises CorrectionError where merchant.toml does not let one of the plan's writes go."""
    for name, write in {i.write: i.open() for i in plan.items}.items():
        if not settings.corrections.allows(name, assumed=write.assumed):
            key = "corrections.assumed_writes" if write.assumed else "corrections.writes"
            raise CorrectionError(f"merchant.toml: {key} does not name {name} ({write.says}): nothing is written")


def one_at_a_time(store: Store, plan: Plan) -> ExitStack:
    """The locks of the plan's systems. Raises AlreadyApplying."""
    with ExitStack() as stack:
        for system in sorted({i.system for i in plan.items}):
            try:
                stack.enter_context(store.correcting(system).acquire(timeout=0))
            except Timeout:
                raise AlreadyApplying(f"another process writes corrections to {system}: wait for it") from None
        return stack.pop_all()


async def _apply(
    journal: Journal, settings: Settings, credentials: Credentials, store: Store,
    progress: Callable[[int, int], None],
) -> Applied:  # fmt: skip
    plan = journal.registered.plan
    async with open_clients(settings, credentials, plan, lambda: refuse_halted(store)) as clients:
        journal.begin()
        own = settings.corrections
        going = Going(journal, plan.items, clients, own.canary, progress, own.goes_in_batches)
        how, why = "done", None
        try:
            await going.all()
        except Stopped as e:
            how, why = "stopped", str(e)
        except Halted as e:
            how, why = "halted", str(e)
        except (ReadFailed, TransportError) as e:
            how, why = "stopped", str(e)
        journal.end(how, why)
        return Applied(journal.registered.plan_id, how, why, Counter(x.state.value for x in going.lines.values()))


@asynccontextmanager
async def open_clients(
    settings: Settings, credentials: Credentials, plan: Plan, gate: Callable[[], None]
) -> AsyncGenerator[dict[str, Any]]:
    """A client per system that the plan writes to or asks; `gate` is asked before every request that leaves."""
    async with AsyncExitStack() as stack:
        clients: dict[str, Any] = {}
        asked = {f.open().system for i in plan.items for f in i.made_of}
        asked |= {i.details.open().system for i in plan.items if i.details is not None}
        for name in sorted({i.system for i in plan.items} | asked):
            gate()
            client = await stack.enter_async_context(installed_systems()[name].open_client(settings, credentials))
            client.transport.gate = gate
            for part in vars(client).values():
                if isinstance(part, Transport):
                    part.gate = gate  # where it signs in, too
            clients[name] = client
        yield clients
