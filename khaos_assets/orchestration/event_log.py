"""Dagster's databases in SQLite, used so that a run in this process spends its time on something else.

Dagster opens an engine and a connection for each of the thousand statements of a night, and whoever is the last to
close a database with a write-ahead log writes the log back and waits for the disk. That, and waiting for the disk after
each event, was a third of the time of a small night.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log import EventLogStorage, SqliteEventLogStorage
from sqlalchemy import Connection, Engine, create_engine, event


@contextmanager
def kept_open(storage: EventLogStorage) -> Generator[None]:
    """Inside, each database of this log keeps its one connection. A log that is not in SQLite is left as it is."""
    if not isinstance(storage, SqliteEventLogStorage):
        yield
        return
    dagsters: Any = storage
    with ExitStack() as closing:
        engines: dict[str, Engine] = {}

        @contextmanager
        def connect(shard: str) -> Generator[Connection]:
            with dagsters._db_lock:  # one thread at a time, as in Dagster's own
                if shard not in engines:
                    address = storage.conn_string_for_shard(shard)
                    engine = create_engine(address, pool_size=1, connect_args={"timeout": 30})
                    closing.callback(engine.dispose)
                    dagsters._initdb(engine)
                    engines[shard] = engine
                with engines[shard].begin() as connection:
                    yield connection

        dagsters._connect = connect
        closing.callback(delattr, dagsters, "_connect")
        yield


@contextmanager
def synced_at_checkpoints(folder: Path) -> Generator[None]:
    """Inside, databases below this folder wait for the disk when their log is written back, and not at each commit.

    With a write-ahead log a power cut may so cost the last events, but never breaks a database.
    """

    def set_up(connection: Any, _record: Any) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return  # the ledger may be in PostgreSQL
        ((_, _, file),) = connection.execute("PRAGMA database_list").fetchall()
        if Path(file).is_relative_to(folder):
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")

    event.listen(Engine, "connect", set_up)
    try:
        yield
    finally:
        event.remove(Engine, "connect", set_up)
