"""Reading the newest published copy: one connection for everybody, replaced when a night has published another."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from khaos_assets.config import Store
from khaos_assets.warehouse.publishing import published_copy

THREADS = 2
"""A page asks for little: the cores are the nightly run's."""
MEMORY = "512MB"

Row = dict[str, Any]


class NothingPublished(Exception):
    """No night was finished yet."""


@dataclass
class _Copy:
    path: Path
    night: date
    connection: duckdb.DuckDBPyConnection
    readers: int = 0


class Published:
    """The published copies of a data folder. Safe to use from several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._current: _Copy | None = None

    @property
    def night(self) -> date | None:
        """The newest night that was finished."""
        return self._store.finished_night()

    def rows(self, query: str, **values: Any) -> list[Row]:
        """The rows of one statement. Raises NothingPublished."""
        with self.cursor() as cursor:
            cursor.execute(query, values)
            names = [d[0] for d in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    @contextmanager
    def cursor(self) -> Generator[duckdb.DuckDBPyConnection]:
        """A cursor on the newest copy, which stays readable until the block ends. Raises NothingPublished."""
        copy = self._enter()
        try:
            cursor = copy.connection.cursor()
            try:
                yield cursor
            finally:
                cursor.close()
        finally:
            self._leave(copy)

    def close(self) -> None:
        """Let go of the copy."""
        with self._lock:
            if self._current is not None and not self._current.readers:
                self._current.connection.close()
            self._current = None

    def _enter(self) -> _Copy:
        with self._lock:
            path = published_copy(self._store)
            if path is None:
                raise NothingPublished
            if self._current is None or self._current.path != path:
                options: dict[str, str | bool | int | float | list[str]] = {"threads": THREADS, "memory_limit": MEMORY}
                opened = duckdb.connect(str(path), read_only=True, config=options)
                opened.execute(
                    "SET TimeZone = 'UTC'; SET enable_progress_bar = false; SET enable_external_access = false"
                )
                if self._current is not None and not self._current.readers:
                    self._current.connection.close()
                self._current = _Copy(path, date.fromisoformat(path.name[:10]), opened)
            self._current.readers += 1
            return self._current

    def _leave(self, copy: _Copy) -> None:
        with self._lock:
            copy.readers -= 1
            if copy is not self._current and not copy.readers:
                copy.connection.close()
