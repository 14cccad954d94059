"""Serving a world: one process, one event loop, one HTTP server per system, each on its own free loopback port.

A simulator is a folder below `sandbox/` with a `server.py`, whose package exports `app` (see `state.py`). It may export
`SWITCHES` (names of its fault switches), `BASE_PATH` (what its base URL ends with), `CREDENTIALS` (names of the
credentials it always asks for), `OPTIONAL_CREDENTIALS` (those it asks for when the harness is told so) and
`tls_context` (gives the TLS it speaks with the faults that are on at the start, None = plain HTTP).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import uvicorn

import khaos_assets.sandbox as sandbox_package
from khaos_assets.sandbox.control import Control, DroppableProtocol
from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.journal import Journal
from khaos_assets.sandbox.ready import advance, forget_ready_file, write_ready_file
from khaos_assets.sandbox.world import WorldError, WorldState

__all__ = ["advance", "run", "serve", "simulators"]

RATE_CLOCK = "rate_clock"
"""The switch by which a simulator with rate limits lets their windows pass faster."""
SECRET_NAMES = ("password", "secret", "token", "key")


def simulators() -> list[str]:
    """The systems that have a simulator: every folder below `sandbox/` with a `server.py`."""
    folders = [Path(p) for p in sandbox_package.__path__]
    names = [m.name for m in iter_modules(sandbox_package.__path__) if m.ispkg]
    return [n for n in names if any((folder / n / "server.py").is_file() for folder in folders)]


@dataclass
class Simulator:
    """One system, listening: the socket is bound before anything is built, so its address is known."""

    name: str
    package: ModuleType
    socket: socket.socket
    credentials: dict[str, str]
    tls: ssl.SSLContext | None = None

    @classmethod
    def bind(cls, name: str, package: ModuleType, faults: Faults, *, sign_in: bool) -> Simulator:
        names = getattr(package, "CREDENTIALS", ()) + (getattr(package, "OPTIONAL_CREDENTIALS", ()) if sign_in else ())
        # With the protocol named asyncio sets TCP_NODELAY; without it every answer waits 40 ms for a delayed ACK.
        listener = socket.socket(proto=socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        listener.listen(256)
        tls = package.tls_context(faults) if hasattr(package, "tls_context") else None
        return cls(name, package, listener, {n: _credential(name, n) for n in names}, tls)

    @property
    def base_url(self) -> str:
        scheme = "https" if self.tls else "http"
        return f"{scheme}://127.0.0.1:{self.socket.getsockname()[1]}{getattr(self.package, 'BASE_PATH', '')}"

    def env(self) -> dict[str, str]:
        """What a run needs to talk to it: `<SYSTEM>_BASE_URL` and `<SYSTEM>_<CREDENTIAL>`."""
        prefix = self.name.upper()
        return {f"{prefix}_BASE_URL": self.base_url} | {f"{prefix}_{n.upper()}": v for n, v in self.credentials.items()}


def _credential(system: str, name: str) -> str:
    """Secrets are new at every start, so that none is ever written down."""
    return secrets.token_urlsafe(18) if name.endswith(SECRET_NAMES) else f"{system}-sandbox"


class Server(uvicorn.Server):
    """Several of these share one process: signals are the harness's business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


async def serve(
    world_dir: Path,
    faults_file: Path | None = None,
    ready_file: Path | None = None,
    *,
    faults: Sequence[Mapping[str, Any]] = (),
    latency_ms: Mapping[str, float] | None = None,
    sign_in: Collection[str] = (),
    systems: Collection[str] | None = None,
    memory_dir: Path | None = None,
    rate_clock: float = 1,
    stop: asyncio.Event | None = None,
    on_ready: Callable[[dict[str, Any]], None] | None = None,
) -> None:
    """Serve the world's first night until SIGTERM, SIGINT or `stop`.

    `faults` are added to those of the file; `latency_ms` delays every answer of a system; `sign_in` names the systems
    that ask for their optional credentials; `systems` limits the simulators to those. When all servers answer, the
    ready file is written and `on_ready` called with its content. Without `faults_file` the world's own `faults.toml`
    is used, if it has one. With `memory_dir` what was written outlives a restart. `rate_clock` lets the windows of rate
    limits pass so many times as fast, where a fault switch says nothing else. Raises WorldError for a world or faults
    file that is not as `docs/sandbox.md` says.
    """
    world = WorldState(world_dir, memory_dir)
    own_faults = world_dir / "faults.toml"
    if faults_file is None and own_faults.exists():
        faults_file = own_faults
    switches = Faults.load(faults_file) if faults_file else Faults()
    switches.switches += Faults.of(faults).switches
    switches.night = world.night.isoformat()
    found = simulators()
    if unknown := {*(systems or ()), *sign_in, *(latency_ms or {})} - set(found):
        raise WorldError(f"no simulator is called {', '.join(sorted(unknown))} (known: {', '.join(found)})")
    chosen = [n for n in found if systems is None or n in systems]
    packages = {n: import_module(f"{sandbox_package.__name__}.{n}") for n in chosen}
    known: dict[str, Collection[str]] = {name: getattr(p, "SWITCHES", ()) for name, p in packages.items()}
    if rate_clock != 1:
        hurried = [n for n, names in known.items() if RATE_CLOCK in names]
        switches.switches += Faults.of(
            {"system": n, "switch": RATE_CLOCK, "speed": rate_clock} for n in hurried
        ).switches
    switches.check(known)
    journal = Journal()
    running = [Simulator.bind(n, p, switches, sign_in=n in sign_in) for n, p in packages.items()]
    stop = stop or asyncio.Event()

    def ready() -> dict[str, Any]:
        return {
            "systems": {s.name: {"base_url": s.base_url, "credentials": s.credentials} for s in running},
            "env": {k: v for s in running for k, v in s.env().items()},
            "night": world.night.isoformat(),
            "pid": os.getpid(),
        }

    def go_on() -> str:
        switches.night = world.advance().isoformat()
        if ready_file:
            write_ready_file(ready_file, ready())
        return switches.night

    servers: list[tuple[Server, Simulator]] = []
    for s in running:
        app = Control(
            s.package.app(world, switches, journal, s.credentials),
            s.name,
            journal=journal,
            faults=switches,
            check=lambda f: f.check(known),
            advance=go_on,
            latency_ms=(latency_ms or {}).get(s.name, 0),
        )
        servers.append((Server(_config(app, s.tls)), s))

    async with asyncio.TaskGroup() as group:
        for server, s in servers:
            group.create_task(server.serve(sockets=[s.socket]))
        with _stopped_by_signals(stop):
            while not all(server.started for server, _ in servers):
                await asyncio.sleep(0.005)
            if ready_file:
                write_ready_file(ready_file, ready())
            if on_ready:
                on_ready(ready())
            try:
                await stop.wait()
            finally:
                for server, _ in servers:
                    server.should_exit = True
    if ready_file:
        forget_ready_file(ready_file)


def _config(app: Control, tls: ssl.SSLContext | None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=DroppableProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=1,
        ssl_context_factory=(lambda *_: tls) if tls else None,
    )


@contextlib.contextmanager
def _stopped_by_signals(stop: asyncio.Event) -> Generator[None]:
    """Signals reach the main thread only; a sandbox in a test's thread is stopped by its event."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    for sig in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sig, stop.set)
    try:
        yield
    finally:
        for sig in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(sig)


def run(world_dir: Path, faults_file: Path | None = None, ready_file: Path | None = None, **options: Any) -> None:
    """`serve` in an event loop of its own, until a signal."""
    asyncio.run(serve(world_dir, faults_file, ready_file, **options))
