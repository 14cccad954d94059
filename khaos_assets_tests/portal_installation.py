"""A portal as it is really served: one night of two items, people of every role, a process of its own on loopback.

What is secret in it bears the word CANARY: whoever sees it without leave has been let through.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from khaos_assets import reports, rules, snapshots, warehouse
from khaos_assets.cases.ledger import open_ledger
from khaos_assets.cases.recording import record_night
from khaos_assets.config import Credentials, Night, Settings, Store, load_settings
from khaos_assets.portal.access import Access, open_access
from khaos_assets_tests.integration.orchestration.small_world import MERCHANT, records
from khaos_assets_tests.portal_people import CHEAP, hire
from khaos_assets_tests.sandbox_fixtures import running_sandbox, write_world

ROOT = Path(__file__).resolve().parents[1]
CANARY = "CANARY"
HOSTILE = f'{CANARY}-<b onclick="x()">=1+1\u202e\'&'
"""The stock code of which WAIR has one unit less than Khaos."""
ROLES = {
    "viewer": ("viewer",),
    "owner": ("owner:FIN",),
    "finance": ("finance",),
    "approver": ("approver",),
    "root": ("administrator",),
    "nobody": (),
}
"""Everybody there is, and what they are."""


@dataclass(frozen=True)
class Installation:
    """A data folder with a night in it."""

    settings: Settings
    store: Store
    config: Path

    @contextmanager
    def access(self) -> Iterator[Access]:
        """Its people, with passwords that cost nothing to check."""
        with open_access(self.settings, self.store, passwords=CHEAP, proxy_secret="") as opened:
            yield opened

    @property
    def case_keys(self) -> list[str]:
        with open_ledger(self.store) as ledger:
            return [c.case_key for c in ledger.cases()]


def make(folder: Path) -> Installation:
    """Take, compare, record, publish and report one night; then everybody is added."""
    world = folder / "world"
    world.mkdir(parents=True)
    told = json.dumps(records()).replace('"A"', f'"{CANARY}-A"').replace('"B"', json.dumps(HOSTILE))
    write_world(world, json.loads(told))
    config = folder / "merchant.toml"
    config.write_text(MERCHANT, encoding="utf-8")
    settings = load_settings(config)
    made = Installation(settings, Store(settings.data_dir), config)
    with running_sandbox(world) as sandbox:
        night = Night.of(sandbox.night)
        snapshots.take(settings, Credentials.from_environment(sandbox.env), made.store, night)
    warehouse.build(settings, made.store, night)
    rules.evaluate(settings, made.store, night)
    record_night(settings, made.store, night)
    reports.write_nightly(settings, made.store, night)
    warehouse.publish(made.store, night)
    with made.access() as access:
        for name, roles in ROLES.items():
            hire(access, name, *roles)
    return made


@contextmanager
def serving(installation: Installation, *options: str) -> Iterator[str]:
    """Its address while it is served, by the command that everybody uses, with these options of it."""
    address = installation.config.parent / "address.json"
    command = [sys.executable, "-m", "khaos_assets.cli", "portal", "serve", "--port", "0", "--address-file",
               str(address), "--config", str(installation.config), *options]  # fmt: skip
    with (installation.config.parent / "portal.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=log)
    try:
        deadline = time.monotonic() + 90
        while not address.exists():
            assert process.poll() is None and time.monotonic() < deadline, complaints(installation)
            time.sleep(0.02)
        yield json.loads(address.read_text())["url"]
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            assert process.wait(timeout=30) == 0, complaints(installation)
        finally:
            process.kill()


def complaints(installation: Installation) -> str:
    """What the portal wrote about errors of its own."""
    return (installation.config.parent / "portal.log").read_text(encoding="utf-8", errors="replace")
