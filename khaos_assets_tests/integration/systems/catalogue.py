"""A product information system with its simulator, and one way to take its snapshots."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from khaos_assets.config import Credentials, Night, Settings, Store
from khaos_assets.snapshots import Certificate, take
from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox, write_world

NIGHT = "2026-11-20"

Opened = Callable[..., AbstractContextManager["Catalogue"]]
"""`with opened(fault, nights=…) as system:` – one of the test's own."""


class Catalogue:
    """A system with its simulator, and the data folder that its snapshots go to.

    `section` is its part of merchant.toml; `usual` are switches that are on unless a test sets the same one.
    """

    def __init__(
        self,
        system: str,
        section: Mapping[str, Any],
        sandbox: Sandbox,
        folder: Path,
        usual: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.system = system
        self.usual = usual
        self.sandbox = sandbox
        self.store = Store(folder / "var")
        self.settings = Settings.of_merchant({"merchant": {"name": "Test"}, system: section})

    def take(self, *reads: str, night: str = NIGHT, **changes: Any) -> dict[str, Certificate]:
        """Take these reads (`products`), or all; keyword arguments change the settings of the system."""
        section = type(self.settings.sections()[self.system])
        settings = self.settings.changed(section, **changes) if changes else self.settings
        credentials = Credentials.from_environment(self.sandbox.env)
        wanted = [f"{self.system}/{r}" for r in reads] or None
        taken = take(settings, credentials, self.store, Night.of(night), wanted)
        return {name.removeprefix(f"{self.system}/"): c for name, c in taken.items()}

    def patience(self, fault: Mapping[str, Any]) -> dict[str, Any]:
        """The change of settings for this switch: where the server hangs, one second is enough to wait for a page."""
        if fault["switch"] != "hang":
            return {}
        section: Any = self.settings.sections()[self.system]
        return {"transport": section.transport.model_copy(update={"page_deadline_seconds": 1})}

    def rows(self, entity: str, table: str | None = None, night: str = NIGHT) -> list[dict[str, Any]]:
        folder = self.store.snapshot(self.system, entity, Night.of(night).date)
        return pq.read_table(folder / f"{table or entity}.parquet").to_pylist()

    def faults(self, *faults: Mapping[str, Any]) -> None:
        """These switches are on from now on, and the world is as it was."""
        named = {f["switch"] for f in faults}
        usual = [u for u in self.usual if u["switch"] not in named]
        self.sandbox.set_faults([{"system": self.system, **f} for f in (*usual, *faults)])


def opening(catalogue: Callable[[Sandbox, Path], Catalogue], records: Callable[[], Any], folder: Path) -> Opened:
    """What makes a test a simulator of its own, over these records or nights that it gives."""

    @contextmanager
    def opened(*faults: Mapping[str, Any], nights: Mapping[str, Any] | None = None) -> Generator[Catalogue]:
        world = write_world(folder / "world", nights=nights or {NIGHT: records()})
        with running_sandbox(world) as running:
            one = catalogue(running, folder)
            one.faults(*faults)
            yield one

    return opened
