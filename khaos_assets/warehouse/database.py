"""Opening the warehouse: one writer at a time, UTC, exact macros loaded."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from khaos_assets.config import Store

HERE = Path(__file__).parent


def prepare(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """UTC, deterministic settings and the exact-arithmetic macros, on any connection."""
    connection.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false; SET enable_progress_bar = false")
    connection.execute((HERE / "macros.sql").read_text(encoding="utf-8"))
    return connection


@contextmanager
def open_warehouse(store: Store, *, read_only: bool = False) -> Generator[duckdb.DuckDBPyConnection]:
    """The warehouse of a store. Writing takes the inter-process lock; both kinds close in any case.

    DuckDB lets no reader in while a writer is there, so keep it short and never wait for the network inside.
    """
    if read_only:
        connection = duckdb.connect(str(store.warehouse), read_only=True)
        try:
            connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
            yield connection
        finally:
            connection.close()
        return
    with store.writing():
        connection = duckdb.connect(str(store.warehouse))
        try:
            yield prepare(connection)
        finally:
            connection.close()
