"""Taking one read of a running simulator, without the rest of the product: landing in memory."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from khaos_assets.config import Credentials, Night, Settings
from khaos_assets.systems.khaos.reads import SYSTEM
from khaos_assets.systems.read import Decoded, LandedPage, ReadContext, ReadFailed, WalkNotes
from khaos_assets.systems.transport import Budget, spending
from khaos_assets_tests.sandbox_fixtures import NIGHT, Sandbox


@dataclass
class Landed:
    """Answers kept in memory, for walking and for decoding."""

    pages: list[LandedPage] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    def land(self, body: bytes, *, operation: str, selector: str, asked: Mapping[str, Any], suffix: str,
             received: bytes | None = None, rows: int = 0, first_key: str | None = None, last_key: str | None = None,
             total: int | None = None) -> LandedPage:  # fmt: skip
        stored = hashlib.sha256(body).hexdigest()
        page = LandedPage(
            number=len(self.pages) + 1,
            file=f"{len(self.pages) + 1:05d}.{suffix}",
            operation=operation,
            selector=selector,
            asked=dict(asked),
            sha256_received=hashlib.sha256(received or body).hexdigest(),
            sha256_stored=stored,
            bytes_received=len(received or body),
            rows=rows,
            first_key=first_key,
            last_key=last_key,
            total=total,
        )
        self.pages.append(page)
        self.bodies.append(body)
        return page

    def land_unreadable(self, received: bytes, *, operation: str, selector: str, why: str) -> None:
        del received, operation, selector
        self.unreadable.append(why)

    def body(self, page: LandedPage) -> bytes:
        return self.bodies[page.number - 1]


@dataclass
class Taken:
    """One read: what was landed, noted and decoded. `verdict` as a certificate would say it."""

    landed: Landed
    notes: WalkNotes
    decoded: Decoded

    @property
    def verdict(self) -> str:
        if self.faults:
            return "INCOMPLETE"
        return "COMPLETE_WITH_QUARANTINE" if self.decoded.quarantined else "COMPLETE"

    @property
    def faults(self) -> list[str]:
        return [r.fault for r in (*self.notes.faults, *self.decoded.faults)]

    def rows(self, table: str) -> list[Any]:
        return list(self.decoded.tables.get(table, ()))

    def keys(self, table: str, name: str) -> set[str]:
        return {getattr(r, name) for r in self.rows(table)}


def settings(**khaos: Any) -> Settings:
    """Chunks small enough for several calls."""
    transport = {"concurrency": 2, "attempts": 2, **khaos.pop("transport", {})}
    return Settings.of_merchant(
        {
            "merchant": {"name": "By hand"},
            "order_reference_prefixes": khaos.pop("prefixes", {}),
            "khaos": {"stock_chunk": 20, "order_chunk": 20, "customer_chunk": 3, "order_window_days": 60,
                      "transport": transport, **khaos},
        }
    )  # fmt: skip


def take(
    sandbox: Sandbox,
    *entities: str,
    references: Collection[str] = (),
    earlier: Mapping[str, Iterable[str]] | None = None,
    night: str = NIGHT,
    **khaos: Any,
) -> dict[str, Taken]:
    """Reads of the running sandbox, side by side."""
    configured, credentials = settings(**khaos), Credentials.from_environment(sandbox.env)

    async def run() -> dict[str, Taken]:
        taken: dict[str, asyncio.Future[Taken]] = {e: asyncio.get_running_loop().create_future() for e in entities}

        async def one(client: Any, entity: str) -> None:
            landed, read = Landed(), SYSTEM.read(entity)

            async def result(name: str) -> Decoded:
                found = await taken[name]
                if found.faults:
                    raise ReadFailed("needed_read_failed", f"khaos/{name} is incomplete")
                return found.decoded

            async def known() -> set[str]:
                return set(references)

            context = ReadContext(
                settings=configured, credentials=credentials, night=Night.of(night), landing=landed, client=client,
                result=result, references=known, earlier_keys=lambda: set((earlier or {}).get(entity, ())),
            )  # fmt: skip
            try:
                with spending(Budget(50)):
                    notes = await read.walk(context)
                decoded = read.decode(landed, notes)
            except ReadFailed as e:
                notes, decoded = WalkNotes(faults=[e.reason]), Decoded({})
            taken[entity].set_result(Taken(landed, notes, decoded))

        async with SYSTEM.open_client(configured, credentials) as client:
            await asyncio.gather(*(one(client, e) for e in entities))
        return {e: taken[e].result() for e in entities}

    return asyncio.run(run())
