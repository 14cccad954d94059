"""A six-system world of a given size and the snapshots of its nights: read once over the real simulators, then kept.

Both stand below `var/bench/<items>-<orders>/`, what they took in `took.json`; without the folder all is made again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.contest import ROOT, Stopwatch, measured
from khaos_assets.config import Credentials, Night, Settings, Store, load_settings
from khaos_assets.sandbox.ready import advance
from khaos_assets.sandbox.worlds import make_world
from khaos_assets.sandbox.worlds.model import SYSTEMS
from khaos_assets.snapshots import take

SEED = 1
RATE_CLOCK = 600
"""Rate limits pass so many times as fast: what is timed is work, not waiting."""


class Nights:
    """The folder of one size."""

    def __init__(self, items: int, orders: int) -> None:
        self.folder = ROOT / "var" / "bench" / f"{items}-{orders}"
        self.items, self.orders = items, orders

    @property
    def world(self) -> Path:
        return self.folder / "world"

    @property
    def data(self) -> Path:
        """The data folder that the snapshots stand in."""
        return self.folder / "data"

    @property
    def dates(self) -> list[Night]:
        raw = tomllib.loads((self.world / "world.toml").read_text(encoding="utf-8"))
        return [Night.of(str(n["date"])) for n in raw["nights"]]

    def settings(self, data: Path) -> Settings:
        return load_settings(self.world / "merchant.toml", data_dir=data)

    def make(self) -> dict[str, Any]:
        """Make the world, if it is not there yet; what it took, then or now."""
        return self._steps("made")

    def prepare(self) -> dict[str, Any]:
        """Make and read what is not there yet; what it took, then or now."""
        return self._steps("made", "read")

    def _steps(self, *steps: str) -> dict[str, Any]:
        """Each in a process of its own, its figures kept in `took.json`."""
        took_file = self.folder / "took.json"
        took: dict[str, Any] = json.loads(took_file.read_text(encoding="utf-8")) if took_file.exists() else {}
        for step in steps:
            if step not in took:
                took[step] = measured("bench.nights", step, str(self.items), str(self.orders))
                took_file.write_text(json.dumps(took, indent=1), encoding="utf-8")
        return took


def made(items: str, orders: str) -> Stopwatch:
    """Write the world."""
    nights = Nights(int(items), int(orders))
    watch = Stopwatch()
    with watch.running():
        summary = make_world(nights.world, seed=SEED, skus=int(items), orders=int(orders), systems=SYSTEMS)
    watch.facts = {"planted": sum(summary.planted.values()), "decoys": summary.decoys}
    return watch


def read(items: str, orders: str) -> Stopwatch:
    """Take every snapshot of every night. Facts: seconds, rows and what was not complete, per night."""
    nights = Nights(int(items), int(orders))
    settings = nights.settings(nights.data)
    store = Store(nights.data)
    watch = Stopwatch()
    with simulated(nights.world, nights.folder / "ready.json") as ready_file:
        for number, night in enumerate(nights.dates):
            if number:
                advance(ready_file)
            credentials = Credentials.from_environment({}, ready_file=ready_file)
            begin = watch.seconds
            with watch.running():
                certificates = take(settings, credentials, store, night)
            watch.facts[str(night)] = {
                "seconds": watch.seconds - begin,
                "rows": sum(c.rows for c in certificates.values()),
                "incomplete": [name for name, c in certificates.items() if not c.complete],
            }
    return watch


@contextmanager
def simulated(
    world: Path,
    ready_file: Path,
    *,
    systems: Collection[str] | None = None,
    latency_ms: Mapping[str, float] | None = None,
) -> Generator[Path]:
    """The world's simulators in a process of their own, answering; gives the ready file. Some `systems` alone show the
    world without its faults, which may be of others."""
    ready_file.unlink(missing_ok=True)
    faults = ready_file.with_name("no-faults.toml")
    faults.write_text("", encoding="utf-8")
    options = {"systems": systems and list(systems), "latency_ms": latency_ms, "rate_clock": RATE_CLOCK}
    start = (
        "import json, sys; from pathlib import Path; from khaos_assets.sandbox.serve import run; "
        "world, ready, faults = (Path(a) if a else None for a in sys.argv[1:4]); "
        "run(world, faults, ready, **json.loads(sys.argv[4]))"
    )
    command = [
        sys.executable,
        "-c",
        start,
        str(world),
        str(ready_file),
        str(faults) if systems else "",
        json.dumps(options),
    ]
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        while not ready_file.exists():
            if server.poll() is not None:
                raise RuntimeError(f"the simulators did not start (exit status {server.returncode})")
            time.sleep(0.05)
        yield ready_file
    finally:
        server.terminate()
        server.wait()
