"""A DuckDB in memory, beside the warehouse, in which a few tables are compared.

To open a database takes twenty milliseconds, a connection to one that is open none; each read of a night needs one or
more. So the process has one such database.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from functools import cache

import duckdb


@contextmanager
def database_aside() -> Generator[duckdb.DuckDBPyConnection]:
    """A connection of one's own, closed in any case. Register tables in it; nobody else sees them, and they go with it.

    May be asked for from several threads. Make no table in it that is not temporary, and set nothing globally.
    """
    connection = _database().cursor()
    try:
        yield connection
    finally:
        connection.close()


@cache
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()
