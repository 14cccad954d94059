"""One night of a world of six systems, taken once; each test writes to simulators of its own."""

from __future__ import annotations

import asyncio
import shutil
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from khaos_assets import rules, snapshots, warehouse
from khaos_assets.cases.ledger import Ledger, open_ledger
from khaos_assets.cases.recording import record_night
from khaos_assets.config import Credentials, Night, Settings, Store, load_settings
from khaos_assets.corrections.applying import Applied, apply
from khaos_assets.corrections.approval import approve
from khaos_assets.corrections.journal import Line, lines_of
from khaos_assets.corrections.plan import Plan, PlanItem
from khaos_assets.corrections.planning import make_plan
from khaos_assets.corrections.register import enter, find
from khaos_assets.sandbox.worlds import make_world
from khaos_assets.systems.khaos.soap import Call, read_answer
from khaos_assets.systems.khaos.writes.orders import OrderWrite
from khaos_assets.systems.read import installed_systems
from khaos_assets.systems.write import Acked, Write
from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox

PLANTED = {
    "ORD-01": 8, "ORD-05": 6, "ORD-07": 2, "ORD-08": 3, "ORD-12": 6, "FIN-07": 2, "FIN-08": 8, "PIM-02": 8, "PIM-08": 2,
    "PIM-09": 4, "CUS-04": 4, "STK-01": 4, "STK-04": 4, "STK-05": 4,
}  # fmt: skip
"""More than one of some codes, so that some of each can be corrected."""
SOMEBODY = {
    "other_ref": "web-5001", "forename": "Alex", "surname": "Example", "line1": "1 Example Street",
    "town": "Exampleton", "postcode": "ZZ1 1ZZ", "country": "GB",
}  # fmt: skip
"""To whom somebody else sends an order; the account is one of the world's."""
SYSTEMS = ("khaos", "wair", "scayle", "orocommerce", "plytix", "pimberly")


@dataclass
class Ground:
    """Simulators at a night that was taken and recorded, and a ledger to write to."""

    config: Path
    settings: Settings
    store: Store
    sandbox: Sandbox
    ledger: Ledger
    nights: list[Night]

    @property
    def credentials(self) -> Credentials:
        return Credentials.from_environment({}, ready_file=self.sandbox.ready_file)

    def plan(self, **narrowed: Any) -> tuple[str, Plan]:
        """By Anna, of the first night."""
        night = narrowed.pop("night", self.nights[0])
        plan = make_plan(
            self.settings, self.store, self.ledger, night, planner="anna", at=datetime.now(UTC), **narrowed
        )
        return enter(self.ledger, plan), plan

    def approved(self, **narrowed: Any) -> tuple[str, Plan]:
        """By Ben."""
        plan_id, plan = self.plan(**narrowed)
        approve(self.ledger, self.settings, plan_id, by="ben", at=datetime.now(UTC))
        return plan_id, plan

    def apply(self, plan_id: str) -> Applied:
        """By Ben."""
        return apply(self.ledger, self.settings, self.credentials, self.store, plan_id, by="ben")

    def by_hand(self, edits: Iterable[tuple[Write, str]]) -> None:
        """Somebody else writes these values, outside of any plan."""

        async def write() -> None:
            for change, value in edits:
                async with installed_systems()[change.system].open_client(self.settings, self.credentials) as client:
                    key = f"by-hand-{value}"[:50]
                    if isinstance(change, OrderWrite):
                        outcome = await change.put_with(client, value, key, SOMEBODY)
                    else:
                        outcome = await change.put(client, value, key)
                    assert isinstance(outcome, Acked)

        asyncio.run(write())

    def ask_khaos(self, call: Call) -> None:
        """One call by somebody else. Raises where it is refused."""

        async def ask() -> None:
            async with installed_systems()["khaos"].open_client(self.settings, self.credentials) as client:
                read_answer(await client.send(call))

        asyncio.run(ask())

    def states(self, plan_id: str, plan: Plan) -> list[tuple[PlanItem, Line]]:
        """Where each item stands."""
        lines = lines_of(self.ledger, find(self.ledger, plan_id), len(plan.items))
        return [(item, lines[place]) for place, item in enumerate(plan.items, 1)]

    def changes(self) -> list[tuple[str, str]]:
        """System and operation of every request that changed something."""
        return [(e["system"], e["operation"]) for s in SYSTEMS for e in self.sandbox.journal(s)]

    def next_night(self) -> Night:
        """Go on to the second night, take and record it."""
        self.sandbox.advance()
        take(self.settings, self.store, self.nights[1], self.sandbox)
        return self.nights[1]


def take(settings: Settings, store: Store, night: Night, sandbox: Sandbox) -> None:
    snapshots.take(settings, Credentials.from_environment({}, ready_file=sandbox.ready_file), store, night)
    warehouse.build(settings, store, night)
    rules.evaluate(settings, store, night)
    record_night(settings, store, night)


@pytest.fixture(scope="session")
def taken(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> tuple[Path, Path, list[Night]]:
    """A world, a data folder that holds its first night, and its nights: taken once for all workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "corrections"
    world, data = folder / "world", folder / "data"
    with FileLock(f"{folder}.lock"):
        if not (folder / "taken").exists():
            folder.mkdir()
            make_world(world, seed=5, skus=220, orders=700, nights=2, systems=SYSTEMS, plant=PLANTED)
            settings = load_settings(world / "merchant.toml", data_dir=data)
            with running_sandbox(world, rate_clock=100_000) as sandbox:
                take(settings, Store(settings.data_dir), nights_of(world)[0], sandbox)
            (folder / "taken").touch()
    return world, data, nights_of(world)


def nights_of(world: Path) -> list[Night]:
    told = tomllib.loads((world / "world.toml").read_text(encoding="utf-8"))["nights"]
    return [Night.of(str(n["date"]), n["as_of"]) for n in told]


@pytest.fixture
def ground(taken: tuple[Path, Path, list[Night]], tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """`with ground() as g`: simulators of its own, with faults where wanted."""
    world, data, nights = taken
    shutil.copytree(data, tmp_path / "data", ignore=shutil.ignore_patterns("raw"))

    @contextmanager
    def standing(faults: Sequence[Mapping[str, Any]] = ()) -> Iterator[Ground]:
        settings = load_settings(world / "merchant.toml", data_dir=tmp_path / "data")
        store = Store(settings.data_dir)
        with running_sandbox(world, faults=faults, rate_clock=100_000) as sandbox, open_ledger(store) as ledger:
            yield Ground(world / "merchant.toml", settings, store, sandbox, ledger, nights)

    return standing
