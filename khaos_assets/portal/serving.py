"""Serving the portal: where it listens, by TLS or behind a proxy, until it is told to stop.

Not here: what it answers (`app.py`).
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from khaos_assets.config import ConfigurationError, Settings, Store
from khaos_assets.config.portal import Portal
from khaos_assets.config.store import write_bytes
from khaos_assets.portal.access.access import PROXY_SECRET
from khaos_assets.portal.app import create_app

LARGEST_HEADERS = 32 * 1024
AT_ONCE = 500
"""Connections; the next ones are told to come back."""
SHORTEST_SECRET = 16
YIELDS = 10
"""How far the portal stands back (`nice`) where a nightly run wants the processor, too."""


def refuse_unsafe(portal: Portal, *, secret: str) -> None:
    """Nobody outside this machine reaches the portal in plain text, and no proxy without a secret.

    Raises ConfigurationError.
    """
    if portal.proxy is not None and len(secret) < SHORTEST_SECRET:
        raise ConfigurationError(
            f"portal.proxy: put what the proxy sends in {portal.proxy.secret_header} into {PROXY_SECRET}, "
            f"at least {SHORTEST_SECRET} characters"
        )
    if portal.on_loopback:
        return
    if portal.tls_cert is None and portal.proxy is None:
        raise ConfigurationError(
            f"portal.host: {portal.host} is reached from other machines: give tls_cert and tls_key, or a [portal.proxy]"
        )
    if not portal.public_url:
        raise ConfigurationError("portal.public_url is wanted where other machines reach the portal: what they call it")


def serve(
    settings: Settings, store: Store, *, address_file: Path | None = None, on_ready: Callable[[str], None] | None = None
) -> None:
    """Serve until SIGTERM or SIGINT.

    When it answers, `on_ready` is called and `address_file` written: `url` for browsers, `listens`, `pid`.
    Raises ConfigurationError where it would not be safe, or cannot be done as configured.
    """
    portal = settings.portal
    refuse_unsafe(portal, secret=os.environ.get(PROXY_SECRET, ""))
    listener = _listen(portal)
    scheme, port = ("https" if portal.tls_cert else "http"), listener.getsockname()[1]
    host = f"[{portal.host}]" if ":" in portal.host else portal.host
    listens = f"{scheme}://{host}:{port}"
    url = portal.public_url or listens

    def ready() -> None:
        if address_file is not None:
            write_bytes(address_file, json.dumps({"url": url, "listens": listens, "pid": os.getpid()}).encode())
        if on_ready is not None:
            on_ready(url)

    try:
        os.nice(YIELDS)
        config = uvicorn.Config(
            create_app(settings, store), http="h11", ws="none", lifespan="on", log_level="warning", access_log=False,
            proxy_headers=False, server_header=False, h11_max_incomplete_event_size=LARGEST_HEADERS,
            limit_concurrency=AT_ONCE, timeout_keep_alive=30, timeout_graceful_shutdown=10,
            ssl_certfile=portal.tls_cert, ssl_keyfile=portal.tls_key,
        )  # fmt: skip
        _Server(config, ready).run(sockets=[listener])
    except OSError as e:
        raise ConfigurationError(f"portal.tls_cert, portal.tls_key: {e}") from e
    finally:
        listener.close()
        if address_file is not None:
            address_file.unlink(missing_ok=True)


class _Server(uvicorn.Server):
    """Says when it answers, and ends in good order when it is told to."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        # uvicorn's own raises the signal once more at the end, and that would end this process where it stands.
        before = {s: signal.signal(s, self.handle_exit) for s in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # What was imported stays: looking through it for garbage again and again is a part of every answer.
        gc.collect()
        gc.freeze()
        if self.started:
            self._ready()


def _listen(portal: Portal) -> socket.socket:
    try:
        family, _, proto, _, address = socket.getaddrinfo(portal.host, portal.port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM, proto)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(256)
    except OSError as e:
        raise ConfigurationError(f"portal.host, portal.port: {portal.host}:{portal.port}: {e}") from e
    return listener
