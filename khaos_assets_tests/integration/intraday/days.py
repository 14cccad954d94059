"""A world with a day in it: two nights, and between them instants at which an order is lost, and has arrived.

`2026-11-19` night · `2026-11-20` the day: SCAYLE has orders that the night had not, and Khaos lacks one of them ·
`2026-11-21` the next night: Khaos has it. Simulators go from one to the next by `advance`.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from khaos_assets import rules, snapshots, warehouse
from khaos_assets.cases.recording import record_night
from khaos_assets.config import Credentials, Night, Settings, Store, load_settings
from khaos_assets.intraday import Moment, run_moment
from khaos_assets.sandbox.worlds import make_world
from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox

NIGHT = Night.of("2026-11-19")
DAY = datetime(2026, 11, 20, 2, tzinfo=UTC)
NEXT = Night.of("2026-11-21", "2026-11-20T02:00:00+00:00")
"""The orders of a world have their times: of the next night, too, the as-of is that of the day."""


@dataclass(frozen=True)
class World:
    folder: Path
    lost: str
    """The reference of the order that Khaos lacks in the day."""


def make(folder: Path, systems: Sequence[str] = ("khaos", "scayle"), seed: int = 3) -> World:
    """The world, without anything planted but the order that is lost."""
    make_world(folder, seed=seed, skus=30, orders=60, systems=systems, plant={"decoys": 0, **_nothing()})
    nights = folder / "nights"
    shutil.copytree(nights / "2026-11-20", nights / "2026-11-21")
    before = {o["@SORDER_CODE"] for o in _records(nights / "2026-11-19/khaos/sales_orders.ndjson")}
    shown = {o.get("referenceKey") or str(o["id"]) for o in _records(nights / "2026-11-20/scayle/orders.ndjson")}
    orders = nights / "2026-11-20/khaos/sales_orders.ndjson"
    code, reference = next(
        (o["@SORDER_CODE"], o["@ASSOCIATED_REF"])
        for o in _records(orders)
        if o["@SORDER_CODE"] not in before
        and o["ORDER_TYPE"]["@TYPE_ID"] == "S"
        and "CANCELLED" not in o
        and _bare(o["@ASSOCIATED_REF"]) in shown
    )
    for name in ("sales_orders", "order_lines"):
        _rewrite(orders.with_name(f"{name}.ndjson"), lambda o: code not in json.dumps(o))
    world = (folder / "world.toml").read_text()
    (folder / "world.toml").write_text(world + "\n[[nights]]\ndate = 2026-11-21\nas_of = 2026-11-20T02:00:00Z\n")
    return World(folder, _bare(reference))


class Place:
    """A data folder, and what is run in it against the simulators."""

    def __init__(self, world: World, folder: Path, sandbox: Sandbox) -> None:
        self.world, self.sandbox = world, sandbox
        self.settings: Settings = load_settings(world.folder / "merchant.toml", data_dir=folder)
        self.store = Store(self.settings.data_dir)

    @property
    def credentials(self) -> Credentials:
        return Credentials.from_environment({}, ready_file=self.sandbox.ready_file)

    def night(self, night: Night) -> Path:
        """A whole night; the published copy, whose name is a hash of all its results."""
        snapshots.take(self.settings, self.credentials, self.store, night)
        warehouse.build(self.settings, self.store, night)
        rules.evaluate(self.settings, self.store, night)
        record_night(self.settings, self.store, night)
        return warehouse.publish(self.store, night)

    def moment(self, as_of: datetime = DAY) -> Moment:
        return run_moment(self.settings, self.credentials, self.store, as_of)

    def copy(self, folder: Path) -> Place:
        """Another data folder with the same past."""
        shutil.copytree(self.store.root, folder)
        return Place(self.world, folder, self.sandbox)

    def files(self, *folders: str) -> dict[str, bytes]:
        """Everything below these folders of the data folder."""
        found = (p for name in folders for p in sorted((self.store.root / name).rglob("*")) if p.is_file())
        return {str(p.relative_to(self.store.root)): p.read_bytes() for p in found}

    def open_orders(self, night: Night) -> set[str]:
        """References of open ORD-01 in a night's results."""
        with warehouse.open_warehouse(self.store, read_only=True) as db:
            rows = db.execute(
                "SELECT record_key FROM exception WHERE night = ? AND code = 'ORD-01' AND state = 'open'", [night.date]
            ).fetchall()
        return {key for (key,) in rows}


@contextmanager
def running(world: World, folder: Path, faults: Sequence[dict[str, Any]] = ()) -> Iterator[Place]:
    """The world's simulators, and a data folder."""
    with running_sandbox(world.folder, faults, rate_clock=100_000) as sandbox:
        yield Place(world, folder, sandbox)


def _nothing() -> dict[str, int]:
    from khaos_assets.sandbox.worlds.plant import PLANTS

    return {code: 0 for code in PLANTS if code != "decoys"}


def _bare(reference: str) -> str:
    return re.sub(r"^[A-Z]+-", "", reference)


def _records(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _rewrite(file: Path, keep: Callable[[dict[str, Any]], bool]) -> None:
    kept = [line for line in file.read_text(encoding="utf-8").splitlines() if keep(json.loads(line))]
    file.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
