"""Running simulators for tests: `with running_sandbox(world, faults=[...]) as sandbox:`; real servers, random ports.

`write_world` makes a small world by hand. The simulators run in a thread of the test's process (fast to start); with
`process=True` in one of their own, as in real use.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from khaos_assets.sandbox.ready import advance
from khaos_assets.sandbox.serve import serve

NIGHT = "2026-11-20"
Records = Mapping[str, Iterable[Mapping[str, Any] | str]]


@dataclass
class Sandbox:
    """Simulators that answer. `ready` is the content of the ready file, `ready_file` its path."""

    ready: dict[str, Any]
    ready_file: Path
    _stop: Any = field(repr=False)

    @property
    def env(self) -> dict[str, str]:
        return self.ready["env"]

    @property
    def night(self) -> str:
        return self.ready["night"]

    def base_url(self, system: str) -> str:
        return self.ready["systems"][system]["base_url"]

    def credentials(self, system: str) -> dict[str, str]:
        return self.ready["systems"][system]["credentials"]

    def root(self, system: str) -> str:
        """Scheme, host and port, without a path."""
        return "/".join(self.base_url(system).split("/")[:3])

    def journal(self, system: str) -> list[dict[str, Any]]:
        """Every request to the system that changed something, in order."""
        return self._ask("GET", f"{self.root(system)}/_sandbox/journal")

    def advance(self) -> str:
        """All simulators go on to the next night; returns its date."""
        night = advance(self.ready_file)
        self.ready = json.loads(self.ready_file.read_text(encoding="utf-8"))
        return night

    def set_faults(self, faults: Sequence[Mapping[str, Any]]) -> None:
        """Replace every switch."""
        any_system = next(iter(self.ready["systems"]))
        self._ask("PUT", f"{self.root(any_system)}/_sandbox/faults", json.dumps(list(faults)).encode())

    def stop(self) -> None:
        """Stop them now; leaving the context does it too."""
        self._stop()

    def _ask(self, method: str, url: str, body: bytes | None = None) -> Any:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(url, data=body, method=method)
        try:
            with opener.open(request, timeout=30) as answer:
                text = answer.read()
        except urllib.error.HTTPError as e:
            raise AssertionError(f"{method} {url}: {e.code} {e.read().decode(errors='replace')}") from e
        return json.loads(text) if text else None


@contextmanager
def running_sandbox(
    world_dir: Path, faults: Sequence[Mapping[str, Any]] = (), *, process: bool = False, **options: Any
) -> Iterator[Sandbox]:
    """The world's simulators, answering, until the block ends. `options` go to `sandbox.serve.serve`."""
    with TemporaryDirectory(prefix="sandbox-") as folder:
        ready_file = Path(folder) / "ready.json"
        starter = _in_process if process else _in_thread
        ready, stop = starter(world_dir, faults, ready_file, options)
        try:
            yield Sandbox(ready, ready_file, stop)
        finally:
            stop()


def _in_thread(world_dir: Path, faults: Sequence[Mapping[str, Any]], ready_file: Path, options: dict[str, Any]) -> Any:
    told = threading.Event()
    came: dict[str, Any] = {}

    async def main() -> None:
        came["loop"], came["stop"] = asyncio.get_running_loop(), asyncio.Event()

        def on_ready(ready: dict[str, Any]) -> None:
            came["ready"] = ready
            told.set()

        await serve(world_dir, None, ready_file, faults=faults, stop=came["stop"], on_ready=on_ready, **options)

    def body() -> None:
        try:
            asyncio.run(main())
        except BaseException as e:
            came["error"] = e
        finally:
            told.set()

    thread = threading.Thread(target=body, name="sandbox", daemon=True)
    thread.start()
    told.wait(60)
    if "error" in came:
        raise came["error"]

    def stop() -> None:
        if thread.is_alive():
            came["loop"].call_soon_threadsafe(came["stop"].set)
            thread.join(10)
        if "error" in came:
            raise came["error"]

    return came["ready"], stop


def _in_process(world_dir: Path, faults: Sequence[Mapping[str, Any]], ready_file: Path, options: dict[str, Any]) -> Any:
    arguments = json.dumps({"faults": list(faults), **options})
    code = (
        "import json, sys; from pathlib import Path; from khaos_assets.sandbox.serve import run; "
        "run(Path(sys.argv[1]), None, Path(sys.argv[2]), **json.loads(sys.argv[3]))"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(world_dir), str(ready_file), arguments], env={**os.environ}
    )
    deadline = time.monotonic() + 60
    while not ready_file.exists():
        if child.poll() is not None or time.monotonic() > deadline:
            child.kill()
            raise AssertionError(f"the simulators did not start (exit status {child.wait()})")
        time.sleep(0.02)

    def stop() -> None:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    return json.loads(ready_file.read_text(encoding="utf-8")), stop


def write_world(
    folder: Path,
    records: Records | None = None,
    *,
    nights: Mapping[str, Records] | None = None,
    truth: Mapping[str, Iterable[Mapping[str, Any]]] | None = None,
) -> Path:
    """A world by hand. `records` maps "wair/stock" to records (or ready lines) of the one night 2026-11-20; `nights`
    maps dates to such mappings; `truth` maps dates to truth lines. Every night's as-of is 02:00 UTC."""
    nights = nights or {NIGHT: records or {}}
    text = '[world]\nname = "By hand"\nseed = 1\n'
    for day, entities in nights.items():
        text += f"\n[[nights]]\ndate = {day}\nas_of = {day}T02:00:00Z\n"
        (folder / "nights" / day).mkdir(parents=True, exist_ok=True)
        for entity, rows in entities.items():
            _write_lines(folder / "nights" / day / f"{entity}.ndjson", rows)
        _write_lines(folder / "nights" / day / "truth.ndjson", (truth or {}).get(day, ()))
    (folder / "world.toml").write_text(text, encoding="utf-8")
    return folder


def _write_lines(file: Path, rows: Iterable[Mapping[str, Any] | str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = (r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in rows)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def free_port() -> int:
    """One that no other test is given meanwhile: below those which the system itself hands out."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as s, suppress(OSError):
            s.bind(("127.0.0.1", port))
            return port
