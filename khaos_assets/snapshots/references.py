"""Which order references are known, and when: where reads that know some meet reads that ask for them.

A Khaos order is found by reference only when it is asked for by it, and the other systems know which to ask.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date

from khaos_assets.config import Store
from khaos_assets.snapshots.stored import last_complete, read_certificate, stored_entity
from khaos_assets.systems.read import Decoded, Read, System


class OrderReferences:
    """References by read. A read of this run tells its own once; the stored snapshots stand in for all others.

    `prefixes`: channel → what Khaos puts before its references. `told_only`: what stands stored is known on both sides
    already; only what this run tells is asked for.
    """

    def __init__(
        self,
        store: Store,
        night: date,
        systems: Iterable[System],
        running: Iterable[tuple[str, str]],
        prefixes: Mapping[str, str],
        *,
        told_only: bool = False,
    ) -> None:
        self._store, self._night, self._prefixes, self._told_only = store, night, prefixes, told_only
        self._sources = [(s, r) for s in systems for r in s.reads if r.order_references is not None]
        sources = {(s.name, r.entity) for s, r in self._sources}
        self._told: dict[tuple[str, str], asyncio.Future[set[str]]] = {
            name: asyncio.get_running_loop().create_future() for name in running if name in sources
        }

    def tell(self, system: str, read: Read, decoded: Decoded | None) -> None:
        """What this read knows; None: it failed, and waits no longer keep others."""
        future = self._told.get((system, read.entity))
        if future is None or future.done():
            return
        try:
            known = set(read.order_references(decoded)) if decoded is not None and read.order_references else set[str]()
        except Exception as e:
            future.set_exception(e)
        else:
            future.set_result(known)

    def announce(self, system: str, read: Read, listed: Iterable[str]) -> None:
        """What this read has listed so far, before its walk ends and its records are decoded."""
        future = self._told.get((system, read.entity))
        if future is not None and not future.done():
            future.set_result(set(listed))

    async def known_beside(self, system: str) -> set[str]:
        """References of the other systems: of their reads in this run (waits), and of their stored snapshots.

        Those of a channel with its prefix, as Khaos holds them.
        """
        known: set[str] = set()
        for source, read in self._sources:
            if source.name == system:
                continue
            told = set[str]() if self._told_only else await asyncio.to_thread(self._stored, source, read)
            future = self._told.get((source.name, read.entity))
            if future is not None:
                told |= await asyncio.shield(future)
            prefix = self._prefixes.get(source.name, "")
            known |= {prefix + reference for reference in told}
        return known

    def _stored(self, system: System, read: Read) -> set[str]:
        """References of this night's complete snapshot, else of the last complete one before it."""
        tonight = read_certificate(self._store, system.name, read.entity, self._night)
        complete = tonight is not None and tonight.complete
        day = self._night if complete else last_complete(self._store, system.name, read.entity, self._night)
        if day is None or read.order_references is None:
            return set()
        return set(read.order_references(stored_entity(self._store, system.name, read, day)))
