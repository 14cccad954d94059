"""Taking a night's snapshots: all systems side by side in one event loop; each read landed, decoded, certified.

A read that fails yields an INCOMPLETE certificate with its reason and empty tables; the others go on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from concurrent.futures import Executor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from khaos_assets.config import Credentials, Night, Settings, Store
from khaos_assets.snapshots.certificate import Certificate
from khaos_assets.snapshots.concluding import concluded_in, is_large
from khaos_assets.snapshots.landing import Attempt, Manifest, StoredPages
from khaos_assets.snapshots.memory import keep_freed_memory
from khaos_assets.snapshots.merging import merged
from khaos_assets.snapshots.rebuilding import certify_and_write, decode_pages, every_read, is_confirmed
from khaos_assets.snapshots.references import OrderReferences
from khaos_assets.snapshots.stored import (
    complete_since,
    earlier_keys,
    earlier_table,
    read_certificate,
    stored_decoded,
)
from khaos_assets.systems.read import (
    Decoded,
    Read,
    ReadContext,
    ReadFailed,
    Reason,
    System,
    WalkNotes,
    installed_systems,
)
from khaos_assets.systems.transport import Budget, TransportError, spending

log = logging.getLogger(__name__)

Progress = Callable[[str, int], None]
"""Called with `system/entity` and the number of rows that a page brought."""


def take(
    settings: Settings,
    credentials: Credentials,
    store: Store,
    night: Night,
    reads: Collection[str] | None = None,
    *,
    progress: Progress | None = None,
    deltas: bool = False,
    beside: Executor | None = None,
) -> dict[str, Certificate]:
    """Snapshots of all enabled systems for a night; certificates by `system/entity`, sorted.

    `reads` limits it to some (`wair/stock`, or `wair` for all of a system); an unknown name raises ValueError. Taking a
    night again makes a new attempt beside the old raw pages and replaces its tables and certificate. `deltas`: only
    what changed since the last complete snapshot of each read that can tell (`Read.delta`), merged into that. `beside`:
    a process that decodes and certifies the large ones.
    """
    keep_freed_memory()
    run = _Run(settings, credentials, store, night, progress or _silent, deltas, beside)
    return asyncio.run(run.take(reads))


@dataclass
class _Run:
    """One call of `take`: what its reads share."""

    settings: Settings
    credentials: Credentials
    store: Store
    night: Night
    progress: Progress
    deltas: bool
    beside: Executor | None
    references: OrderReferences = field(init=False)
    results: dict[tuple[str, str], asyncio.Future[Decoded]] = field(default_factory=dict)
    certificates: dict[str, Certificate] = field(default_factory=dict)

    async def take(self, reads: Collection[str] | None) -> dict[str, Certificate]:
        """All chosen reads of all enabled systems."""
        installed = installed_systems()
        enabled = [installed[name] for name in self.settings.enabled_systems() if name in installed]
        known = {name for s, r in every_read(enabled) for name in (s.name, f"{s.name}/{r.entity}")}
        unknown = sorted(set(reads or ()) - known)
        if unknown:
            raise ValueError(f"no such read: {', '.join(unknown)} (there are: {', '.join(sorted(known))})")
        chosen = [(s, r) for s, r in every_read(enabled, reads) if r.delta or not self.deltas]
        names = [(s.name, r.entity) for s, r in chosen]
        self.references = OrderReferences(
            self.store,
            self.night.date,
            enabled,
            names,
            self.settings.order_reference_prefixes,
            told_only=self.deltas,
        )
        for system, read in chosen:
            self.results[system.name, read.entity] = asyncio.get_running_loop().create_future()
        async with asyncio.TaskGroup() as group:
            for system in enabled:
                mine = [read for s, read in chosen if s is system]
                if mine:
                    group.create_task(self.take_system(system, mine))
        return dict(sorted(self.certificates.items()))

    async def take_system(self, system: System, reads: list[Read]) -> None:
        """Open the system's client once and take its reads concurrently; without a client they all fail."""
        async with AsyncExitStack() as stack:
            client: Any = None
            refused: Reason | None = None
            try:
                client = await stack.enter_async_context(system.open_client(self.settings, self.credentials))
            except Exception as e:
                refused = _reason(f"{system.name}: sign-in", e)
            async with asyncio.TaskGroup() as group:
                for read in reads:
                    group.create_task(self.take_read(system, read, client, refused))

    async def take_read(self, system: System, read: Read, client: Any, refused: Reason | None) -> None:
        """One read from its first request to its certificate. Never raises for what a system does."""
        name = f"{system.name}/{read.entity}"
        attempt = Attempt(self.store, system.name, read.entity, self.night)
        started_at = _now()
        budget = Budget(getattr(self.settings, system.name).transport.retry_budget)
        notes, walked, since = WalkNotes(), False, None
        if refused is None:
            try:
                since = await asyncio.to_thread(self._since, system, read)
                walk = read.delta.walk if self.deltas and read.delta else read.walk
                with spending(budget):
                    notes = await walk(self._context(system, read, client, attempt, since))
                walked = True
            except Exception as e:
                refused = _reason(name, e)
        if refused is not None:
            notes.faults = [*notes.faults, refused]
        notes.requests = notes.requests or budget.requests
        manifest = attempt.finish(
            notes, walked=walked, started_at=started_at, finished_at=_now(), since=since and since.isoformat()
        )
        if self.beside is not None and since is None and is_large(manifest):
            decoded, certificate = await concluded_in(self.beside, self.settings, self.store, manifest, attempt.folder)
            self._announce(system, read, decoded, [*notes.faults, *decoded.faults])
        else:
            certificate = await self._conclude(system, read, manifest, attempt, since)
        self.certificates[name] = certificate

    async def _conclude(
        self, system: System, read: Read, manifest: Manifest, attempt: Attempt, since: datetime | None
    ) -> Certificate:
        """Decode, tell those who wait, certify and write, in threads of this process."""
        pages = StoredPages(attempt.folder, manifest.pages)
        decoded = await asyncio.to_thread(decode_pages, read, manifest, pages)
        faults = manifest.notes.faults
        self._announce(system, read, decoded, [*faults, *decoded.faults])
        if since is not None and not faults and not decoded.faults:
            decoded = await asyncio.to_thread(merged, self.store, system.name, read, decoded, self.night.date)
        confirmed = is_confirmed(self.settings, manifest)
        certified = await asyncio.to_thread(certify_and_write, self.store, read, manifest, decoded, confirmed=confirmed)
        return certified.certificate

    def _since(self, system: System, read: Read) -> datetime | None:
        """Where a delta begins. Raises ReadFailed where there is no complete snapshot to begin from."""
        if not self.deltas:
            return None
        since = complete_since(self.store, system.name, read.entity, self.night.date)
        if since is None:
            detail = f"{system.name}/{read.entity} has no complete snapshot from which a delta could reach on"
            raise ReadFailed("no_complete_snapshot", detail)
        return since

    def _announce(self, system: System, read: Read, decoded: Decoded, faults: list[Reason]) -> None:
        """Tell those who wait for this read: its records, or that there are none to rely on."""
        result = self.results[system.name, read.entity]
        if faults:
            result.set_exception(ReadFailed("needed_read_failed", f"{system.name}/{read.entity} is incomplete"))
            result.exception()  # looked at: nobody may be waiting
        else:
            result.set_result(decoded)
        self.references.tell(system.name, read, None if faults else decoded)

    async def _moved(self, system: System) -> set[str]:
        """The stock codes that the deltas of other systems tell of. Raises ReadFailed where one of them failed."""
        found: set[str] = set()
        for other in installed_systems().values():
            for read in other.reads:
                waiting = self.results.get((other.name, read.entity))
                if other is not system and waiting is not None and read.delta and read.delta.moved:
                    found |= set(read.delta.moved(await asyncio.shield(waiting)))
        return found

    def _context(
        self, system: System, read: Read, client: Any, attempt: Attempt, since: datetime | None
    ) -> ReadContext:
        name = f"{system.name}/{read.entity}"

        async def result(entity: str) -> Decoded:
            waiting = self.results.get((system.name, entity))
            if waiting is not None:
                return await asyncio.shield(waiting)
            certificate = read_certificate(self.store, system.name, entity, self.night)
            if certificate is None or not certificate.complete:
                raise ReadFailed("needed_read_failed", f"{system.name}/{entity} has no complete snapshot of this night")
            return await asyncio.to_thread(
                stored_decoded, self.store, system.name, system.read(entity), self.night.date
            )

        return ReadContext(
            settings=self.settings,
            credentials=self.credentials,
            night=self.night,
            landing=attempt,
            client=client,
            result=result,
            references=lambda: self.references.known_beside(system.name),
            earlier_keys=lambda: earlier_keys(self.store, system.name, read, self.night.date),
            earlier_table=lambda name: earlier_table(self.store, system.name, read, name, self.night.date),
            announce=lambda listed: self.references.announce(system.name, read, listed),
            progress=lambda rows: self.progress(name, rows),
            since=since,
            moved=lambda: self._moved(system),
        )


def _reason(what: str, error: Exception) -> Reason:
    """Why a read failed, for its certificate. Unforeseen errors are logged with their trace and named by type only."""
    if isinstance(error, ReadFailed):
        return error.reason
    if isinstance(error, TransportError):
        return Reason(fault=error.fault, detail=str(error))
    log.exception("%s failed", what, exc_info=error)
    return Reason(fault="unexpected_error", detail=f"{what}: {type(error).__name__} (see the log)")


def _silent(name: str, rows: int) -> None: ...


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
