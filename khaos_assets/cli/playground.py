"""The folder of a demonstration: its world, made once per input, and its data."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from khaos_assets.cli.children import beside
from khaos_assets.cli.sandbox import USUAL_SYSTEMS
from khaos_assets.cli.session import CommandFailed, UsageError, world_nights

MAKER_OPTIONS = ("seed", "nights", "systems", "skus", "orders", "orders_csv")
"""Inputs that `sandbox make-world` has an option for."""


@dataclass(frozen=True)
class Playground:
    """`<root>/<name>/`: world, data, and what the world was made from."""

    folder: Path
    inputs: dict[str, Any]

    @classmethod
    def of(
        cls, root: Path, *, orders_csv: Path | None, skus: int, orders: int, seed: int, nights: int, systems: str
    ) -> Playground:
        """One folder per history: worlds of two histories never share data."""
        inputs: dict[str, Any] = {"seed": seed, "nights": nights, "systems": systems}
        if orders_csv is None:
            inputs |= {"skus": skus, "orders": orders}
            name = f"seed-{seed}-{skus}-{orders}-{nights}"
        else:
            if not orders_csv.is_file():
                raise UsageError(f"--orders-csv {orders_csv}: there is no such file")
            inputs["orders_sha256"] = hashlib.sha256(orders_csv.read_bytes()).hexdigest()
            name = f"{orders_csv.stem}-{inputs['orders_sha256'][:8]}"
        if systems != USUAL_SYSTEMS:
            name += f"-{systems.replace(',', '-')}"
        return cls((root / name).resolve(), inputs | {"orders_csv": str(orders_csv.resolve()) if orders_csv else None})

    @property
    def world(self) -> Path:
        return self.folder / "world"

    @property
    def config(self) -> Path:
        return self.world / "merchant.toml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def ready_file(self) -> Path:
        return self.folder / "ready.json"

    @property
    def nights(self) -> list[str]:
        return sorted(world_nights(self.world))

    def prepare(self, meanwhile: Callable[[], None] = lambda: None) -> bool:
        """Make the world where there is none, or where its inputs have changed. Returns whether it was made.

        It is made by a process of its own; `meanwhile` is called while that is at work.
        """
        from khaos_assets.sandbox import worlds

        made_from = json.dumps(self.inputs | {"maker": _digest(Path(worlds.__file__).parent, "*.py")}, sort_keys=True)
        receipt = self.folder / "made-from.json"
        if receipt.is_file() and receipt.read_text(encoding="utf-8") == made_from:
            return False
        # Data of another world would be compared with this one's.
        for old in (self.world, self.data):
            shutil.rmtree(old, ignore_errors=True)
        receipt.unlink(missing_ok=True)
        options = {f"--{k.replace('_', '-')}": str(v) for k, v in self.inputs.items() if k in MAKER_OPTIONS and v}
        with beside("sandbox", "make-world", "--out", str(self.world), *chain(*options.items())):
            meanwhile()
        receipt.write_text(made_from, encoding="utf-8")
        return True

    def was_run(self) -> bool:
        """Whether this very product ran all nights of this very world before, and what it found still lies here."""
        from khaos_assets.config import Store

        done = {day.isoformat() for day in Store(self.data).nights()}
        return (
            self._ran_from.is_file()
            and self._ran_from.read_text(encoding="utf-8") == self._product_and_world()
            and done.issuperset(self.nights)
        )

    def note_run(self) -> None:
        """All nights were run, and every snapshot of them is complete."""
        self._ran_from.write_text(self._product_and_world(), encoding="utf-8")

    @property
    def _ran_from(self) -> Path:
        return self.data / "ran-from.txt"

    def _product_and_world(self) -> str:
        import khaos_assets

        world = (self.folder / "made-from.json").read_bytes() + self.config.read_bytes()
        return f"{_digest(Path(khaos_assets.__file__).parent, '*.*')} {hashlib.sha256(world).hexdigest()}"

    @contextmanager
    def alone(self) -> Generator[None]:
        """Two demonstrations in one folder would run over each other."""
        from filelock import FileLock, Timeout

        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / "demo.lock", timeout=0):
                yield
        except Timeout as e:
            raise CommandFailed(f"{self.folder}: a demonstration is running here; stop it, or give --data-dir") from e


def _digest(folder: Path, files: str) -> str:
    """Changes when one of these files changes, comes or goes."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob(files) if p.is_file() and p.suffix != ".pyc"):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
